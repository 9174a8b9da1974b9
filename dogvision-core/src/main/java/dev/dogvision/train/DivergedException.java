package dev.dogvision.train;

import dev.dogvision.DogVisionException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The numbers ran away: the loss or a gradient was no longer a finite number, or the loss left its
 * first value by orders of magnitude and did not come back.
 */
public final class DivergedException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final transient TrainingEnd.Diverged end;
  private final transient @Nullable Path checkpoints;

  DivergedException(TrainingEnd.Diverged end, @Nullable Path checkpoints) {
    super(
        String.format(
            Locale.ROOT,
            "%s in epoch %s, batch %s, at learning rate %s; lower the learning rate, or set"
                + " gradientClipping(1). %s",
            end.what(),
            end.epoch(),
            end.batch(),
            end.learningRate(),
            lastResort(end, checkpoints)));
    this.end = end;
    this.checkpoints = checkpoints;
  }

  private static String lastResort(TrainingEnd.Diverged end, @Nullable Path checkpoints) {
    if (checkpoints != null) {
      return "The epochs before are kept in the checkpoints of " + checkpoints;
    }
    return end.epoch() == 1
        ? "There is no epoch before to go back to"
        : "No checkpoint was written: checkpoints(folder, keep) would keep the epochs before";
  }

  /**
   * Why the run ended, as a value.
   *
   * @return what ran away, and where
   */
  public TrainingEnd.Diverged end() {
    return end;
  }

  /**
   * The epoch it happened in.
   *
   * @return from 1
   */
  public int epoch() {
    return end.epoch();
  }

  /**
   * The batch of the epoch it happened in.
   *
   * @return from 1
   */
  public int batch() {
    return end.batch();
  }

  /**
   * The head's learning rate at that batch.
   *
   * @return above 0
   */
  public double learningRate() {
    return end.learningRate();
  }

  /**
   * Where the last checkpoint before is.
   *
   * @return the folder, as {@link Trainer#resume} takes it; empty if no checkpoint was written
   */
  public Optional<Path> lastCheckpoint() {
    return Optional.ofNullable(checkpoints);
  }
}
