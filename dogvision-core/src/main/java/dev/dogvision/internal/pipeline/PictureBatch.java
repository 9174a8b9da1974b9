package dev.dogvision.internal.pipeline;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.PixelBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A batch of pictures, read as far as they can be. */
public final class PictureBatch {
  private final ImmutableList<ImageSource> sources;
  private final int side;
  private final byte[] pixels;
  private final @Nullable UnreadableImageException[] problems;
  private final @Nullable String[] hashes;
  private final @Nullable PictureQuality[] qualities;
  private final CountDownLatch missing;

  private final Object lock = new Object();

  @GuardedBy("lock")
  private int failedPlace = Integer.MAX_VALUE;

  @GuardedBy("lock")
  private @Nullable Throwable failure;

  PictureBatch(List<ImageSource> sources, int size, int side) {
    this.sources = ImmutableList.copyOf(sources);
    this.side = side;
    this.pixels = new byte[Math.multiplyExact(size, side * side * 3)];
    this.problems = new UnreadableImageException[sources.size()];
    this.hashes = new String[sources.size()];
    this.qualities = new PictureQuality[sources.size()];
    this.missing = new CountDownLatch(sources.size());
  }

  byte[] pixels() {
    return pixels;
  }

  void hashed(int place, String hash) {
    hashes[place] = hash;
  }

  void seen(int place, PictureQuality quality) {
    qualities[place] = quality;
  }

  void unreadable(int place, UnreadableImageException problem) {
    problems[place] = problem;
    int length = side * side * 3;
    Arrays.fill(pixels, place * length, (place + 1) * length, (byte) 0);
  }

  void failed(int place, Throwable problem) {
    synchronized (lock) {
      if (place < failedPlace) {
        failedPlace = place;
        failure = problem;
      }
    }
  }

  void done() {
    missing.countDown();
  }

  /** Waits for the last picture; what one of the threads threw, but for unreadable pictures. */
  Optional<Throwable> await() throws InterruptedException {
    missing.await();
    synchronized (lock) {
      return Optional.ofNullable(failure);
    }
  }

  /**
   * How many pictures there are.
   *
   * @return at least 1, unreadable ones included
   */
  public int size() {
    return sources.size();
  }

  /**
   * One of the pictures.
   *
   * @param place from 0
   * @return as it was given
   */
  public ImageSource source(int place) {
    return sources.get(place);
  }

  /**
   * Why a picture can't be read.
   *
   * @param place from 0
   * @return empty where it can
   */
  public Optional<UnreadableImageException> problem(int place) {
    return Optional.ofNullable(problems[place]);
  }

  /**
   * How much there is to see in a readable picture.
   *
   * @param place from 0
   * @return what was found
   */
  public PictureQuality quality(int place) {
    return requireNonNull(qualities[place], "the picture can't be read");
  }

  /**
   * The hash of a readable picture's content.
   *
   * @param place from 0
   * @return 64 hexadecimal digits
   * @throws NullPointerException if hashes were not asked for
   */
  public String hash(int place) {
    return requireNonNull(hashes[place], "hashes were not asked for");
  }

  /**
   * Runs the pictures through a network.
   *
   * @param network gives what it says of all pictures of a batch, one after the other; not called
   *     where none can be read
   * @return a row for each picture; null for one that can't be read
   */
  public float[] @Nullable [] run(Function<PixelBatch, float[]> network) {
    float[] @Nullable [] rows = new float[size()][];
    if (Arrays.stream(problems).noneMatch(problem -> problem == null)) {
      return rows;
    }
    int batchSize = pixels.length / (side * side * 3);
    float[] values = network.apply(new PixelBatch(pixels, batchSize, side));
    int length = values.length / batchSize;
    for (int i = 0; i < rows.length; i++) {
      if (problems[i] == null) {
        rows[i] = Arrays.copyOfRange(values, i * length, (i + 1) * length);
      }
    }
    return rows;
  }
}
