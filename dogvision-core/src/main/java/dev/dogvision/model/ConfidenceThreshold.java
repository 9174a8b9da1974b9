package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Locale;

/**
 * Below which score a prediction is called unsure: the photograph may hold no dog, or none of a
 * breed that the model knows. It is fitted on photographs and stored with the model.
 *
 * @param score what is compared
 * @param value a prediction with a lower score is unsure
 */
public record ConfidenceThreshold(Score score, double value) {

  /** What says how sure a prediction is. Higher is surer. */
  public enum Score {
    /**
     * {@code log(sum(exp(logits)))}, which also tells apart pictures that all classes like from
     * those that none does: Liu, Wang, Owens and Li, "Energy-based Out-of-distribution Detection",
     * 2020 (theirs has the opposite sign). The model's temperature has no part in it.
     */
    ENERGY,
    /**
     * The highest probability, 0..1, after the model's temperature: Hendrycks and Gimpel, "A
     * Baseline for Detecting Misclassified and Out-of-Distribution Examples", 2017.
     */
    MAXIMUM_PROBABILITY;

    /**
     * The name that files give it.
     *
     * @return {@code energy} or {@code maximum_probability}
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Scores a prediction.
     *
     * @param logits the logits, at least one
     * @param temperature the model's, above 0
     * @return the score
     */
    public double of(float[] logits, double temperature) {
      checkArgument(logits.length > 0, "logits must not be empty");
      checkArgument(temperature > 0, "temperature must be positive, got %s", temperature);
      double highest = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        highest = Math.max(highest, logit);
      }
      double divisor = this == ENERGY ? 1 : temperature;
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp((logit - highest) / divisor);
      }
      return this == ENERGY ? highest + Math.log(sum) : 1 / sum;
    }
  }

  /** Checks the value. */
  public ConfidenceThreshold {
    checkArgument(Double.isFinite(value), "value must be finite, got %s", value);
    checkArgument(
        score != Score.MAXIMUM_PROBABILITY || (value >= 0 && value <= 1),
        "value must be a probability in 0..1, got %s",
        value);
  }

  /**
   * Judges a score.
   *
   * @param found a prediction's score
   * @return whether it is below the threshold, or is no number
   */
  public boolean isUnsure(double found) {
    return !(found >= value);
  }
}
