package dev.dogvision.train;

/**
 * A figure that every epoch of training has, and which way of it is better. Early stopping,
 * schedules, the history, progress, TensorBoard and checkpoints take any metric: those below, which
 * every run records, {@link MacroF1}, and one's own.
 *
 * <pre>{@code
 * record PugRecall() implements Metric {
 *   public String name() {
 *     return "pug recall";
 *   }
 *
 *   public double of(EpochOutcome epoch) {
 *     Evaluation validation = epoch.validation().orElseThrow();
 *     return validation.perBreed().get(validation.labels().index("pug")).recall();
 *   }
 * }
 * }</pre>
 *
 * <p>A metric is told apart by its name: a run has one of each. It is asked once an epoch, on the
 * thread that called {@code fit}, and should have no state, so that several runs can share it.
 */
public interface Metric {

  /**
   * The mean loss over the epoch's training batches, as it was trained on: with label smoothing,
   * class weights and distillation where these are on. Less is better.
   */
  Metric TRAINING_LOSS =
      StandardMetrics.figure(
          "training loss", Direction.LOWER_IS_BETTER, /* needsValidation= */ false);

  /**
   * The share of training images, 0..1, whose most probable label was right when their batch was
   * trained on. A mixed image counts with the share that the most probable label has in it. More is
   * better.
   */
  Metric TRAINING_ACCURACY =
      StandardMetrics.figure(
          "training accuracy", Direction.HIGHER_IS_BETTER, /* needsValidation= */ false);

  /**
   * The mean cross-entropy (natural logarithm) of the validation images' true labels after the
   * epoch, without smoothing or weights. Less is better.
   */
  Metric VALIDATION_LOSS =
      StandardMetrics.figure(
          "validation loss", Direction.LOWER_IS_BETTER, /* needsValidation= */ true);

  /**
   * The share of validation images, 0..1, whose most probable label is right after the epoch. More
   * is better.
   */
  Metric VALIDATION_ACCURACY =
      StandardMetrics.figure(
          "validation accuracy", Direction.HIGHER_IS_BETTER, /* needsValidation= */ true);

  /**
   * The share of validation images, 0..1, whose label is among the five most probable after the
   * epoch. More is better.
   */
  Metric VALIDATION_TOP5_ACCURACY =
      StandardMetrics.figure(
          "validation top-5 accuracy", Direction.HIGHER_IS_BETTER, /* needsValidation= */ true);

  /** Which way of a figure is better. */
  enum Direction {
    /** More is better, as with accuracies. */
    HIGHER_IS_BETTER,

    /** Less is better, as with losses. */
    LOWER_IS_BETTER;

    /**
     * Whether a value is better than another. NaN is never better, and any number is better than
     * NaN.
     *
     * @param value the new value
     * @param best the value to beat
     * @return true if so
     */
    public boolean isBetter(double value, double best) {
      return isBetter(value, best, 0);
    }

    /**
     * Whether a value is better than another by more than a margin.
     *
     * @param margin by how much it must be beaten, at least 0
     */
    boolean isBetter(double value, double best, double margin) {
      if (Double.isNaN(best)) {
        return !Double.isNaN(value);
      }
      return this == HIGHER_IS_BETTER ? value > best + margin : value < best - margin;
    }
  }

  /**
   * The name for people and files, by which the metric is told apart from others: the key of {@link
   * History#series()}, TensorBoard's tag, and how a checkpoint knows it.
   *
   * @return for example {@code validation accuracy}; always the same, and neither blank nor that of
   *     another metric
   */
  String name();

  /**
   * This figure of an epoch.
   *
   * @param epoch the epoch that has just ended. Its {@link EpochOutcome#validation()} is there if
   *     {@link #needsValidation()} is true
   * @return the figure; NaN where there is none
   */
  double of(EpochOutcome epoch);

  /**
   * Which way is better.
   *
   * @return by default more
   */
  default Direction direction() {
    return Direction.HIGHER_IS_BETTER;
  }

  /**
   * Whether it takes validation data to have this figure. Without such data a metric that needs it
   * is refused where a run depends on it, and not recorded elsewhere.
   *
   * @return by default true
   */
  default boolean needsValidation() {
    return true;
  }
}
