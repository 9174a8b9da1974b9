package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How the learning rates change in the course of a {@link Phase}: a factor that all of them are
 * multiplied by. Immutable.
 */
public sealed interface Schedule {

  /**
   * The same rate throughout.
   *
   * @return factor 1
   */
  static Schedule constant() {
    return new Constant();
  }

  /**
   * Half a cosine wave from the full rate down to 1 % of it, after a linear warm-up over the first
   * tenth of the phase, at most two epochs.
   *
   * @return the schedule
   */
  static Schedule cosine() {
    return new Cosine(Double.NaN, 0.01);
  }

  /**
   * Half a cosine wave from the full rate down to 1 % of it, after a linear warm-up.
   *
   * @param warmUpEpochs how long the rate rises from 0, in epochs; fractions are allowed, 0 for no
   *     warm-up
   * @return the schedule
   */
  static Schedule cosine(double warmUpEpochs) {
    checkArgument(
        warmUpEpochs >= 0 && Double.isFinite(warmUpEpochs),
        "warmUpEpochs must be finite and not negative, got %s",
        warmUpEpochs);
    return new Cosine(warmUpEpochs, 0.01);
  }

  /**
   * One cycle: from 1/25 of the rate up to it over the first 30 % of the phase and down to 1/10,000
   * of the start, both along a cosine; Smith and Topin, "Super-Convergence", 2018.
   *
   * @return the schedule
   */
  static Schedule oneCycle() {
    return new OneCycle(0.3, 25, 1e4);
  }

  /**
   * Lowers the rate whenever a metric has not beaten its best for some epochs.
   *
   * @param metric what to watch; a validation metric needs validation data
   * @param factor what the rate is multiplied by each time, between 0 and 1, both excluded
   * @param patience after how many epochs in a row without a new best, at least 1
   * @return the schedule
   */
  static Schedule reduceOnPlateau(Metric metric, double factor, int patience) {
    return new ReduceOnPlateau(metric, factor, patience, 1e-4);
  }

  /** The same rate throughout. */
  record Constant() implements Schedule {}

  /**
   * Linear warm-up, then half a cosine wave; Loshchilov and Hutter, "SGDR", 2017, without restarts.
   *
   * @param warmUpEpochs how long the rate rises from 0, in epochs; NaN for a tenth of the phase, at
   *     most 2
   * @param finalFactor where the wave ends, 0..1
   */
  record Cosine(double warmUpEpochs, double finalFactor) implements Schedule {
    /** Checks the numbers. */
    public Cosine {
      checkArgument(!(warmUpEpochs < 0), "warmUpEpochs must not be negative: %s", warmUpEpochs);
      TrainingChecks.share("finalFactor", finalFactor);
    }
  }

  /**
   * Up and down once.
   *
   * @param rise the share of the phase in which the rate rises, between 0 and 1
   * @param startDivisor the rate starts at the full one divided by this, at least 1
   * @param endDivisor the rate ends at the start's divided by this, at least 1
   */
  record OneCycle(double rise, double startDivisor, double endDivisor) implements Schedule {
    /** Checks the numbers. */
    public OneCycle {
      checkArgument(rise > 0 && rise < 1, "rise must be between 0 and 1, got %s", rise);
      checkArgument(startDivisor >= 1, "startDivisor must be at least 1, got %s", startDivisor);
      checkArgument(endDivisor >= 1, "endDivisor must be at least 1, got %s", endDivisor);
    }
  }

  /**
   * Lower at each plateau.
   *
   * @param metric what to watch
   * @param factor what the rate is multiplied by each time, between 0 and 1
   * @param patience after how many epochs in a row without a new best, at least 1
   * @param minimumFactor below which it never goes, 0..1
   */
  record ReduceOnPlateau(Metric metric, double factor, int patience, double minimumFactor)
      implements Schedule {
    /** Checks the numbers. */
    public ReduceOnPlateau {
      checkArgument(factor > 0 && factor < 1, "factor must be between 0 and 1, got %s", factor);
      checkArgument(patience >= 1, "patience must be at least 1, got %s", patience);
      TrainingChecks.share("minimumFactor", minimumFactor);
    }

    @Override
    public String toString() {
      return "ReduceOnPlateau[metric="
          + metric.name()
          + ", factor="
          + factor
          + ", patience="
          + patience
          + ", minimumFactor="
          + minimumFactor
          + "]";
    }
  }
}
