package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A table of predictions that {@link BatchPredictor#writeCsv} has finished.
 *
 * @param file the table
 * @param size how many pictures have a row in it
 * @param skipped the ids of the pictures that could not be read and were left out
 * @param takenUp how many pictures, of those with a row and those left out, an interrupted call
 *     before this one had done
 * @param notice why what an interrupted call had done was not used, or not all of it; empty where
 *     there was nothing, or all of it was used
 * @param duration what the call took
 */
public record WrittenPredictions(
    Path file,
    int size,
    List<String> skipped,
    int takenUp,
    Optional<String> notice,
    Duration duration) {

  /** Checks and copies. */
  public WrittenPredictions {
    checkArgument(size >= 0, "size must not be negative, got %s", size);
    skipped = ImmutableList.copyOf(skipped);
    checkArgument(
        takenUp >= 0 && takenUp <= size + skipped.size(),
        "takenUp must be in 0..%s, got %s",
        size + skipped.size(),
        takenUp);
  }

  /**
   * How quick the call was.
   *
   * @return pictures that this call read, those taken up left out, by its seconds
   */
  public double picturesPerSecond() {
    return (size + skipped.size() - takenUp) / Math.max(1e-9, duration.toNanos() / 1e9);
  }
}
