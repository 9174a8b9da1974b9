package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Floats;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.data.Labels;
import java.util.List;
import java.util.Locale;

/**
 * Makes a model's percentages honest: all logits are divided by one temperature before the softmax,
 * the one at which the log-loss on validation data is least. Which breed is the most probable does
 * not change. Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017.
 *
 * <p>A model is made less sure of itself (a temperature above 1) as far as that. It is made surer
 * only as far as the data insist on it: of all temperatures that they do not speak against, those
 * of the likelihood interval of 95 % (Wilks, "The Large-Sample Distribution of the Likelihood
 * Ratio", 1938), the one next to 1. A model that is right on 35 of 35 photographs would otherwise
 * get the lowest temperature there is and be sure of everything; so few say no more than that it is
 * right nine times in ten.
 *
 * @param temperature what logits are to be divided by; above 1 the model was overconfident
 * @param before the evaluation at a temperature of 1
 * @param after the evaluation at {@code temperature}
 */
@CheckReturnValue
public record TemperatureScaling(double temperature, Evaluation before, Evaluation after) {

  /** The lowest temperature that {@link #fit} gives, however many photographs are right. */
  public static final double LOWEST = 0.05;

  /**
   * By how much a summed loss may exceed the least one until that is unlikely: half of the 95 %
   * quantile of the chi-square distribution with one degree of freedom.
   */
  private static final double UNLIKELY = 3.841459 / 2;

  /** The highest temperature that {@link #fit} gives, for a model that knows nothing. */
  public static final double HIGHEST = 20;

  /**
   * Fits the temperature. Use data that the model was not trained on, and on which nothing about it
   * was chosen, such as an epoch; and judge the outcome on data that this method has not seen
   * either.
   *
   * @param labels the breeds, in the logits' order
   * @param ids the photographs' ids
   * @param truths the true breeds' indices
   * @param logits one row a photograph, one column a breed
   * @return the temperature, with an evaluation without and one with it
   * @throws IllegalArgumentException as {@link Evaluation#ofLogits}
   */
  public static TemperatureScaling fit(
      Labels labels, List<String> ids, int[] truths, float[][] logits) {
    Evaluation before = Evaluation.ofLogits(labels, ids, truths, logits);
    double temperature = temperature(logits, truths);
    return new TemperatureScaling(
        temperature, before, Evaluation.ofLogits(labels, ids, truths, logits, temperature));
  }

  /**
   * The temperature alone.
   *
   * @param logits one row a photograph, one column a class; finite; at least one row
   * @param truths the true classes' indices
   * @return where the log-loss is least above 1, that temperature, {@link #HIGHEST} at most; where
   *     it is least below 1, the highest up to 1 that the rows do not speak against, {@link
   *     #LOWEST} at least; 1 where temperature changes nothing
   * @throws IllegalArgumentException if there is no row, rows and truths differ in number, a truth
   *     is out of range or a logit is not finite
   */
  public static double temperature(float[][] logits, int[] truths) {
    checkArgument(logits.length > 0, "a temperature can't be fitted to no photographs");
    checkArgument(
        logits.length == truths.length,
        "logits and truths differ in number: %s and %s",
        logits.length,
        truths.length);
    for (int row = 0; row < logits.length; row++) {
      checkArgument(
          truths[row] >= 0 && truths[row] < logits[row].length,
          "truths[%s] is %s, expected an index in 0..%s",
          row,
          truths[row],
          logits[row].length - 1);
      for (float logit : logits[row]) {
        checkArgument(Float.isFinite(logit), "logits must be finite, got %s", logit);
      }
    }
    double best = 1 / leastLoss(logits, truths);
    return best <= 1 ? 1 / best : 1 / insistedOn(logits, truths, best);
  }

  /**
   * The inverse temperature from 1 up to the best one that is next to 1 and still not unlikely. The
   * loss falls all the way to the best.
   */
  private static double insistedOn(float[][] logits, int[] truths, double best) {
    double enough = loss(logits, truths, best) + UNLIKELY;
    double low = 1;
    double high = best;
    if (loss(logits, truths, low) <= enough) {
      return low;
    }
    for (int halving = 0; halving < 60; halving++) {
      double middle = (low + high) / 2;
      if (loss(logits, truths, middle) > enough) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /** The loss summed over all photographs, at an inverse temperature. */
  private static double loss(float[][] logits, int[] truths, double inverse) {
    double loss = 0;
    for (int row = 0; row < logits.length; row++) {
      float largest = Floats.max(logits[row]);
      double sum = 0;
      for (float logit : logits[row]) {
        sum += Math.exp(inverse * (logit - (double) largest));
      }
      loss += Math.log(sum) - inverse * (logits[row][truths[row]] - (double) largest);
    }
    return loss;
  }

  /** The temperature of the least loss within the bounds. */
  private static double leastLoss(float[][] logits, int[] truths) {
    // In b = 1 / T the loss is convex, a sum of log-sum-exps less lines: its one minimum is where
    // the slope changes its sign. Newton's steps find it; where one leaves the bracket, halve that.
    double low = 1 / HIGHEST;
    double high = 1 / LOWEST;
    double slopeAtLow = slope(logits, truths, low).first();
    double slopeAtHigh = slope(logits, truths, high).first();
    if (slopeAtLow == 0 && slopeAtHigh == 0) {
      return 1; // all logits of a photograph are equal: no temperature changes anything
    }
    if (slopeAtLow >= 0) {
      return HIGHEST;
    }
    if (slopeAtHigh <= 0) {
      return LOWEST;
    }
    double inverse = 1;
    for (int iteration = 0; iteration < 100; iteration++) {
      Slope slope = slope(logits, truths, inverse);
      if (slope.first() < 0) {
        low = inverse;
      } else {
        high = inverse;
      }
      double next = inverse - slope.first() / slope.second();
      if (!(next > low && next < high)) {
        next = Math.sqrt(low * high);
      }
      boolean settled = Math.abs(next - inverse) <= 1e-9 * inverse;
      inverse = next;
      if (settled) {
        break;
      }
    }
    return 1 / inverse;
  }

  /** The first and second derivative of the summed loss by the inverse temperature. */
  private record Slope(double first, double second) {}

  private static Slope slope(float[][] logits, int[] truths, double inverse) {
    double first = 0;
    double second = 0;
    for (int row = 0; row < logits.length; row++) {
      float largest = Floats.max(logits[row]);
      double sum = 0;
      double weighted = 0;
      double squared = 0;
      for (float logit : logits[row]) {
        double distance = logit - (double) largest;
        double share = Math.exp(inverse * distance);
        sum += share;
        weighted += share * distance;
        squared += share * distance * distance;
      }
      double mean = weighted / sum;
      first += mean - (logits[row][truths[row]] - (double) largest);
      second += squared / sum - mean * mean;
    }
    return new Slope(first, second);
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
        "temperature %.3f, fitted on %d %s: log-loss %.3f before, %.3f after; calibration error"
            + " %.1f %% before, %.1f %% after",
        temperature,
        after.size(),
        after.size() == 1 ? "photograph" : "photographs",
        before.logLoss(),
        after.logLoss(),
        100 * before.calibration().expectedError(),
        100 * after.calibration().expectedError());
  }
}
