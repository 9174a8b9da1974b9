package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;

/**
 * An interval that holds a figure with a given confidence.
 *
 * @param lower its lower end
 * @param upper its upper end, not below the lower one
 * @param confidence how often such an interval holds the true figure, between 0 and 1
 */
public record ConfidenceInterval(double lower, double upper, double confidence) {

  /** Checks the order. */
  public ConfidenceInterval {
    checkArgument(
        lower <= upper, "an interval's ends must be in order, got %s and %s", lower, upper);
    checkArgument(
        confidence > 0 && confidence < 1, "confidence must be in (0, 1), got %s", confidence);
  }

  /**
   * Wilson's score interval of a share that was counted: Wilson, "Probable Inference, the Law of
   * Succession, and Statistical Inference", 1927. Where all or none of the cases are counted it is
   * as wide as so few cases warrant: 35 of 35 give 90.1 to 100 %.
   *
   * @param counted how many cases are as asked, 0 up to {@code cases}
   * @param cases how many there are, at least 1
   * @param confidence how sure, between 0 and 1, usually 0.95
   * @return the interval, within 0..1; the share is in it
   * @throws IllegalArgumentException if an argument is out of its range
   */
  public static ConfidenceInterval ofShare(int counted, int cases, double confidence) {
    checkArgument(cases > 0, "cases must be positive, got %s", cases);
    checkArgument(
        counted >= 0 && counted <= cases, "counted must be in 0..%s, got %s", cases, counted);
    checkArgument(
        confidence > 0 && confidence < 1, "confidence must be in (0, 1), got %s", confidence);
    double share = counted / (double) cases;
    double z = deviations(confidence);
    double square = z * z / cases;
    double centre = share + square / 2;
    double half = z * Math.sqrt(share * (1 - share) / cases + square / (4 * cases));
    // Rounding must not leave the share itself outside.
    return new ConfidenceInterval(
        Math.max(0, Math.min(share, (centre - half) / (1 + square))),
        Math.min(1, Math.max(share, (centre + half) / (1 + square))),
        confidence);
  }

  /** How many standard deviations around its mean hold that part of a normal distribution. */
  private static double deviations(double confidence) {
    double low = 0;
    double high = 40; // beyond, nothing is left of the tails
    for (int halving = 0; halving < 100; halving++) {
      double middle = (low + high) / 2;
      if (ComplementaryErrorFunction.of(middle / Math.sqrt(2)) > 1 - confidence) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The interval in percent, for a figure that is a share.
   *
   * @return for example {@code 86.7 - 89.5 %}
   */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f - %.1f %%", 100 * lower, 100 * upper);
  }
}
