package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.Locale;

/**
 * Whether two models that saw the same photographs differ by more than chance: McNemar's test
 * (McNemar, "Note on the sampling error of the difference between correlated proportions or
 * percentages", 1947). Only photographs count that one model has right and the other wrong. With
 * fewer than 25 of them the p-value is the exact two-sided binomial one, with more the chi-square
 * approximation with one degree of freedom and Edwards' continuity correction (1948).
 *
 * @param onlyFirstRight photographs that only the first model has right
 * @param onlySecondRight photographs that only the second model has right
 * @param statistic {@code (|b - c| - 1)^2 / (b + c)}, not below 0; NaN where the exact test was
 *     used
 * @param pValue how often models of the same quality would differ this much or more, 0..1
 */
@CheckReturnValue
public record McNemar(int onlyFirstRight, int onlySecondRight, double statistic, double pValue) {
  private static final int FEWEST_FOR_CHI_SQUARE = 25;

  /**
   * Compares two evaluations of the same photographs in the same order. The models' labels may be
   * in different order; breeds are compared by name.
   *
   * @param first one model's evaluation
   * @param second the other's
   * @return the test
   * @throws IllegalArgumentException if the ids or the true breeds differ
   */
  public static McNemar test(Evaluation first, Evaluation second) {
    checkArgument(
        first.size() == second.size(),
        "the evaluations are not of the same photographs: %s and %s of them",
        first.size(),
        second.size());
    int onlyFirst = 0;
    int onlySecond = 0;
    for (int row = 0; row < first.size(); row++) {
      checkArgument(
          first.id(row).equals(second.id(row)),
          "the evaluations are not of the same photographs in the same order: row %s is '%s' in the"
              + " first and '%s' in the second",
          row,
          first.id(row),
          second.id(row));
      String firstTruth = first.labels().name(first.truth(row));
      String secondTruth = second.labels().name(second.truth(row));
      checkArgument(
          firstTruth.equals(secondTruth),
          "the evaluations differ in the truth: photograph '%s' is %s in the first and %s in the"
              + " second",
          first.id(row),
          firstTruth,
          secondTruth);
      if (first.isRight(row) && !second.isRight(row)) {
        onlyFirst++;
      } else if (!first.isRight(row) && second.isRight(row)) {
        onlySecond++;
      }
    }
    return of(onlyFirst, onlySecond);
  }

  /**
   * The test from its two numbers.
   *
   * @param onlyFirstRight photographs that only the first model has right, not negative
   * @param onlySecondRight photographs that only the second model has right, not negative
   * @return the test
   * @throws IllegalArgumentException if a number is negative
   */
  public static McNemar of(int onlyFirstRight, int onlySecondRight) {
    checkArgument(
        onlyFirstRight >= 0 && onlySecondRight >= 0,
        "numbers of photographs must not be negative, got %s and %s",
        onlyFirstRight,
        onlySecondRight);
    int discordant = Math.addExact(onlyFirstRight, onlySecondRight);
    if (discordant < FEWEST_FOR_CHI_SQUARE) {
      double p = exact(discordant, Math.min(onlyFirstRight, onlySecondRight));
      return new McNemar(onlyFirstRight, onlySecondRight, Double.NaN, p);
    }
    double difference = Math.max(0, Math.abs(onlyFirstRight - onlySecondRight) - 1);
    double statistic = difference * difference / discordant;
    double p = ComplementaryErrorFunction.of(Math.sqrt(statistic / 2));
    return new McNemar(onlyFirstRight, onlySecondRight, statistic, p);
  }

  /** Twice the probability of at most {@code fewer} heads in {@code tosses} of a fair coin. */
  private static double exact(int tosses, int fewer) {
    double ways = 1;
    double sum = 1;
    for (int k = 1; k <= fewer; k++) {
      ways = ways * (tosses - k + 1) / k;
      sum += ways;
    }
    return Math.min(1, 2 * sum / Math.pow(2, tosses));
  }

  /**
   * Whether the exact binomial test was used.
   *
   * @return true with fewer than 25 photographs that only one model has right
   */
  public boolean isExact() {
    return Double.isNaN(statistic);
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
        "%d photographs only the first has right, %d only the second: p = %.3g (McNemar, %s)",
        onlyFirstRight,
        onlySecondRight,
        pValue,
        isExact() ? "exact" : "chi-square");
  }
}
