package dev.dogvision.train;

import dev.dogvision.DogVisionException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The loss or a gradient was no longer a finite number: the run was stopped. */
public final class DivergedException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final int epoch;
  private final int batch;
  private final double learningRate;
  private final transient @Nullable Path lastCheckpoint;

  DivergedException(
      String what, int epoch, int batch, double learningRate, @Nullable Path lastCheckpoint) {
    super(
        String.format(
            Locale.ROOT,
            "%s in epoch %s, batch %s, at learning rate %s; lower the learning rate, or set"
                + " gradientClipping(1). %s",
            what,
            epoch,
            batch,
            learningRate,
            lastCheckpoint == null
                ? "No checkpoint was written: checkpoints(folder, keep) would keep the epochs before"
                : "The last good checkpoint is " + lastCheckpoint));
    this.epoch = epoch;
    this.batch = batch;
    this.learningRate = learningRate;
    this.lastCheckpoint = lastCheckpoint;
  }

  /**
   * The epoch it happened in.
   *
   * @return from 1
   */
  public int epoch() {
    return epoch;
  }

  /**
   * The batch of the epoch it happened in.
   *
   * @return from 1
   */
  public int batch() {
    return batch;
  }

  /**
   * The head's learning rate at that batch.
   *
   * @return above 0
   */
  public double learningRate() {
    return learningRate;
  }

  /**
   * The last checkpoint that was written before.
   *
   * @return its folder; empty if there is none
   */
  public Optional<Path> lastCheckpoint() {
    return Optional.ofNullable(lastCheckpoint);
  }
}
