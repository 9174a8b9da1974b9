package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.data.Labels;
import java.util.List;
import java.util.Locale;

/**
 * Makes a model's percentages honest: all logits are divided by one temperature before the softmax,
 * the one at which the log-loss on validation data is least. Which breed is the most probable does
 * not change. Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017.
 *
 * @param temperature what logits are to be divided by; above 1 the model was overconfident
 * @param before the evaluation at a temperature of 1
 * @param after the evaluation at {@code temperature}
 */
@CheckReturnValue
public record TemperatureScaling(double temperature, Evaluation before, Evaluation after) {

  /**
   * The lowest temperature that {@link #fit} gives. Where every photograph is right, the colder the
   * better, without end; there, this is the answer.
   */
  public static final double LOWEST = 0.05;

  /** The highest temperature that {@link #fit} gives, for a model that knows nothing. */
  public static final double HIGHEST = 20;

  /**
   * Fits the temperature. Use data that the model was not trained on, and judge the outcome on data
   * that this method has not seen either.
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
   * @return the temperature of the least log-loss, from {@link #LOWEST} to {@link #HIGHEST}; 1
   *     where temperature changes nothing
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
      float largest = Float.NEGATIVE_INFINITY;
      for (float logit : logits[row]) {
        largest = Math.max(largest, logit);
      }
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
        "temperature %.3f: log-loss %.3f before, %.3f after; calibration error %.1f %% before,"
            + " %.1f %% after",
        temperature,
        before.logLoss(),
        after.logLoss(),
        100 * before.calibration().expectedError(),
        100 * after.calibration().expectedError());
  }
}
