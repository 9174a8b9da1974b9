package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;

/**
 * A label and how probable it is.
 *
 * @param label the label
 * @param probability 0..1, after the model's temperature
 */
public record Classification(String label, double probability) {

  /** Checks the probability. */
  public Classification {
    checkArgument(
        probability >= 0 && probability <= 1, "probability must be in 0..1, got %s", probability);
  }

  /** The label and the probability in percent. */
  @Override
  public String toString() {
    return String.format(Locale.ROOT, "%s %.1f %%", label, 100 * probability);
  }
}
