package dev.dogvision.train;

import java.util.List;

/**
 * The figures that every epoch has of itself.
 *
 * <p>Their class is initialised by {@link Metric} alone, so that two threads can't wait for each
 * other while one initialises the class and the other the interface.
 */
final class StandardMetrics {
  private StandardMetrics() {}

  private record Figure(String name, Metric.Direction direction, boolean needsValidation)
      implements Metric {
    @Override
    public double of(EpochOutcome epoch) {
      return epoch.value(this).orElse(Double.NaN);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /** A figure for {@link Metric}'s constants. */
  static Metric figure(String name, Metric.Direction direction, boolean needsValidation) {
    return new Figure(name, direction, needsValidation);
  }

  static boolean contain(Metric metric) {
    return metric instanceof Figure;
  }

  /** All of them, in the order of tables and series. */
  static List<Metric> all() {
    return List.of(
        Metric.TRAINING_LOSS,
        Metric.TRAINING_ACCURACY,
        Metric.VALIDATION_LOSS,
        Metric.VALIDATION_ACCURACY,
        Metric.VALIDATION_TOP5_ACCURACY);
  }
}
