package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * When to stop before the last epoch: once a metric has not beaten its best value for a number of
 * epochs in a row. A run with early stopping gives back the weights of the best epoch, not of the
 * last. Immutable.
 *
 * <p>Of epochs whose values are equal the one with the lower validation loss is kept, where there
 * is validation data: an accuracy that cannot rise any more says nothing of how well the
 * percentages fit. Patience goes by the metric alone: an epoch that ties is no improvement, however
 * low its validation loss, so that a metric that stays at its best ends the run.
 *
 * <p>A patience as large as the number of epochs never stops early and still gives the best epoch's
 * weights.
 *
 * @param metric what to watch
 * @param patience how many epochs in a row may pass since the metric improved; the run stops after
 *     the {@code patience}-th of them. At least 1
 * @param minimumDelta by how much a value must beat the best to count as an improvement; at least
 *     0, and 0 means that it must be better at all
 */
public record EarlyStopping(Metric metric, int patience, double minimumDelta) {

  /** Checks the numbers. */
  public EarlyStopping {
    checkArgument(patience >= 1, "patience must be at least 1, got %s", patience);
    checkArgument(
        minimumDelta >= 0 && Double.isFinite(minimumDelta),
        "minimumDelta must be finite and not negative, got %s",
        minimumDelta);
  }

  /**
   * Watches a metric, with a patience of 5 epochs and a minimum delta of 0.
   *
   * @param metric what to watch
   * @return early stopping on it
   */
  public static EarlyStopping on(Metric metric) {
    return new EarlyStopping(metric, 5, 0);
  }

  /**
   * The same with another patience.
   *
   * @param epochs how many epochs in a row may pass since the metric improved, at least 1
   * @return a changed copy
   */
  public EarlyStopping patience(int epochs) {
    return new EarlyStopping(metric, epochs, minimumDelta);
  }

  /**
   * The same with another minimum delta.
   *
   * @param delta by how much a value must beat the best, at least 0
   * @return a changed copy
   */
  public EarlyStopping minimumDelta(double delta) {
    return new EarlyStopping(metric, patience, delta);
  }

  /**
   * Whether the metric improved, so that patience counts anew.
   *
   * @param epoch the new one
   * @param best the best so far
   */
  boolean improves(EpochOutcome epoch, EpochOutcome best) {
    return metric.direction().isBetter(value(epoch), value(best), minimumDelta);
  }

  /**
   * Whether an epoch's weights are to be kept instead of the best's.
   *
   * @param epoch the new one
   * @param best the best so far
   */
  boolean isBetter(EpochOutcome epoch, EpochOutcome best) {
    return improves(epoch, best)
        || (value(epoch) == value(best) && hasLowerValidationLoss(epoch, best));
  }

  private double value(EpochOutcome epoch) {
    return epoch.value(metric).orElse(Double.NaN);
  }

  /** How ties are broken. */
  static boolean hasLowerValidationLoss(EpochOutcome epoch, EpochOutcome best) {
    return epoch.value(Metric.VALIDATION_LOSS).orElse(Double.NaN)
        < best.value(Metric.VALIDATION_LOSS).orElse(Double.NaN);
  }

  @Override
  public String toString() {
    return "EarlyStopping[metric="
        + metric.name()
        + ", patience="
        + patience
        + ", minimumDelta="
        + minimumDelta
        + "]";
  }
}
