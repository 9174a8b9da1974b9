package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.Arrays;
import java.util.Locale;

/**
 * The score below which a photograph is taken to show none of the breeds. It is chosen on
 * photographs that do show them, so that a given share of these is lost; no photograph without a
 * dog is needed for that, only to learn how many of them it catches.
 *
 * @param score what is measured
 * @param threshold photographs that score less are unsure
 * @param share of the photographs that it was fitted on, the part that scores less, 0..1
 */
@CheckReturnValue
public record UnsureThreshold(Score score, double threshold, double share) {

  /** How sure a model is, as a number that is larger for what it knows. */
  public enum Score {
    /**
     * The logarithm of the sum of the exponentials of the logits, which is minus the free energy:
     * Liu, Wang, Owens and Li, "Energy-based Out-of-distribution Detection", 2020, at a temperature
     * of 1.
     */
    ENERGY {
      @Override
      double ofDistances(double largest, double sumOfExponentials) {
        return largest + Math.log(sumOfExponentials);
      }
    },
    /**
     * The largest probability of the softmax: Hendrycks and Gimpel, "A Baseline for Detecting
     * Misclassified and Out-of-Distribution Examples in Neural Networks", 2017.
     */
    MAXIMUM_PROBABILITY {
      @Override
      double ofDistances(double largest, double sumOfExponentials) {
        return 1 / sumOfExponentials;
      }
    };

    /** Of the largest logit and the sum of {@code exp(logit - largest)}. */
    abstract double ofDistances(double largest, double sumOfExponentials);

    /**
     * The score of one photograph.
     *
     * @param logits one finite number a class, before any temperature
     * @return larger for what the model knows
     * @throws IllegalArgumentException if there is no logit or one is not finite
     */
    public double of(float[] logits) {
      checkArgument(logits.length > 0, "a score needs at least one logit");
      double largest = Double.NEGATIVE_INFINITY;
      for (float logit : logits) {
        checkArgument(
            Float.isFinite(logit), "logits must be finite, got %s", Arrays.toString(logits));
        largest = Math.max(largest, logit);
      }
      double sum = 0;
      for (float logit : logits) {
        sum += Math.exp(logit - largest);
      }
      return ofDistances(largest, sum);
    }
  }

  /** Checks the numbers. */
  public UnsureThreshold {
    checkArgument(Double.isFinite(threshold), "threshold must be finite, got %s", threshold);
    checkArgument(share >= 0 && share < 1, "share must be in [0, 1), got %s", share);
  }

  /**
   * Chooses the threshold.
   *
   * @param score what to measure
   * @param logits of photographs that show the breeds and that the model was not trained on, one
   *     row a photograph; at least one row
   * @param share of them that may be called unsure, 0 up to 1, usually 0.05
   * @return the threshold, at that quantile of their scores
   * @throws IllegalArgumentException if there is no row, a logit is not finite or the share is not
   *     in [0, 1)
   */
  public static UnsureThreshold fit(Score score, float[][] logits, double share) {
    checkArgument(share >= 0 && share < 1, "share must be in [0, 1), got %s", share);
    checkArgument(logits.length > 0, "a threshold can't be fitted to no photographs");
    double[] scores = Arrays.stream(logits).mapToDouble(score::of).sorted().toArray();
    return new UnsureThreshold(score, Evaluation.quantile(scores, share), share);
  }

  /**
   * Whether a photograph is taken to show none of the breeds.
   *
   * @param logits one finite number a class, before any temperature
   * @return true if it scores less than the threshold
   * @throws IllegalArgumentException if there is no logit or one is not finite
   */
  public boolean isUnsure(float[] logits) {
    return score.of(logits) < threshold;
  }

  /**
   * How many photographs it calls unsure: of photographs without a dog the share that it catches,
   * of others the share that it loses.
   *
   * @param logits one row a photograph; at least one row
   * @return the share, 0..1
   * @throws IllegalArgumentException if there is no row or a logit is not finite
   */
  public double catchRate(float[][] logits) {
    checkArgument(logits.length > 0, "of no photographs no share can be caught");
    return Arrays.stream(logits).filter(this::isUnsure).count() / (double) logits.length;
  }

  /**
   * For people.
   *
   * @return one line
   */
  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "unsure below %.3f of %s, which %.1f %% of photographs of the breeds are",
        threshold,
        score.name().toLowerCase(Locale.ROOT).replace('_', ' '),
        100 * share);
  }
}
