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
   * The interval in percent, for a figure that is a share.
   *
   * @return for example {@code 86.7 - 89.5 %}
   */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%.1f - %.1f %%", 100 * lower, 100 * upper);
  }
}
