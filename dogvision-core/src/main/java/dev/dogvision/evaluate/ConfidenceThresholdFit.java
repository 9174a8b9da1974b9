package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import java.util.Arrays;
import java.util.Locale;

/**
 * Chooses the threshold below which a photograph is taken to show none of the breeds. It is chosen
 * on photographs that do show them, so that a given share of these is lost, as Liu, Wang, Owens and
 * Li do in "Energy-based Out-of-distribution Detection", 2020 (they lose 5 %). No photograph
 * without a dog is needed for that, only to learn how many of them it catches.
 *
 * @param threshold what to store in the model
 * @param temperature the model's, which the scores were computed with
 * @param share of the photographs that it was fitted on, the part that was to be lost, 0..1
 */
@CheckReturnValue
public record ConfidenceThresholdFit(
    ConfidenceThreshold threshold, double temperature, double share) {

  /**
   * Chooses the threshold.
   *
   * @param score what is compared with it
   * @param logits of photographs that show the breeds and that the model was not trained on, before
   *     any temperature; one row a photograph, at least one
   * @param temperature the model's, above 0
   * @param share of them that may be called unsure, 0 up to 1, usually 0.05
   * @return the threshold at that quantile of their scores
   * @throws IllegalArgumentException if there is no row, a logit is not finite, the temperature is
   *     not positive or the share is not in [0, 1)
   */
  public static ConfidenceThresholdFit of(
      Score score, float[][] logits, double temperature, double share) {
    checkArgument(share >= 0 && share < 1, "share must be in [0, 1), got %s", share);
    double[] scores = scores(score, logits, temperature);
    Arrays.sort(scores);
    return new ConfidenceThresholdFit(
        new ConfidenceThreshold(score, Evaluation.quantile(scores, share)), temperature, share);
  }

  /**
   * How many photographs are called unsure: of photographs without a dog the share that is caught,
   * of others the share that is lost.
   *
   * @param logits one row a photograph, at least one
   * @return the share, 0..1
   * @throws IllegalArgumentException if there is no row or a logit is not finite
   */
  public double catchRate(float[][] logits) {
    double[] scores = scores(threshold.score(), logits, temperature);
    return Arrays.stream(scores).filter(threshold::isUnsure).count() / (double) scores.length;
  }

  private static double[] scores(Score score, float[][] logits, double temperature) {
    checkArgument(logits.length > 0, "logits must hold at least one photograph's");
    double[] scores = new double[logits.length];
    for (int row = 0; row < logits.length; row++) {
      for (float logit : logits[row]) {
        checkArgument(
            Float.isFinite(logit), "logits must be finite, got %s", Arrays.toString(logits[row]));
      }
      scores[row] = score.of(logits[row], temperature);
    }
    return scores;
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
        "unsure below %.3f of %s, which loses %.1f %% of the photographs that it was fitted on",
        threshold.value(),
        threshold.score().text().replace('_', ' '),
        100 * share);
  }
}
