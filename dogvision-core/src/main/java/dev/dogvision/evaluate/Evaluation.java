package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.data.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a model makes of photographs whose breeds are known. Immutable; safe from many threads.
 *
 * <p>A photograph's predicted breed is the most probable one; of equally probable ones the first in
 * the labels' order.
 */
@CheckReturnValue
public final class Evaluation {
  /** What the logarithm in the log-loss is kept away from. */
  private static final double CLIP = 1e-15;

  private static final double LARGEST_PROBABILITY = 1.001;

  /** The confidence of the interval that {@link #toString} and {@link #toJson} show. */
  static final double SHOWN_CONFIDENCE = 0.95;

  private final Labels labels;
  private final ImmutableList<String> ids;
  private final int[] truths;
  private final float[][] probabilities;
  private final int[] predictions;
  private final int[] ranks;
  private final double[] losses;
  private final ConfusionMatrix confusion;
  private final double temperature;
  private final @Nullable Evaluation unscaled;

  private Evaluation(
      Labels labels,
      List<String> ids,
      int[] truths,
      float[][] rows,
      Function<float[], double[]> distribution,
      double temperature,
      @Nullable Evaluation unscaled) {
    int size = truths.length;
    this.labels = labels;
    this.ids = ImmutableList.copyOf(ids);
    this.truths = truths.clone();
    this.probabilities = new float[size][labels.size()];
    this.predictions = new int[size];
    this.ranks = new int[size];
    this.losses = new double[size];
    this.temperature = temperature;
    this.unscaled = unscaled;
    for (int row = 0; row < size; row++) {
      // Order comes from what was given: at a low temperature different logits may well become
      // probabilities that are both 0.
      float[] given = rows[row];
      double[] shares = distribution.apply(given);
      int truth = truths[row];
      for (int k = 0; k < given.length; k++) {
        probabilities[row][k] = (float) shares[k];
        if (given[k] > given[predictions[row]]) {
          predictions[row] = k;
        }
        if (given[k] > given[truth] || (given[k] == given[truth] && k < truth)) {
          ranks[row]++;
        }
      }
      losses[row] = -Math.log(Math.min(Math.max(shares[truth], CLIP), 1 - CLIP));
    }
    this.confusion = ConfusionMatrix.of(labels, truths, predictions);
  }

  /**
   * Evaluates probabilities. Each row is divided by its sum first, as the competition does.
   *
   * @param labels the breeds, in the probabilities' order
   * @param ids the photographs' ids, in any form; they may repeat
   * @param truths for each photograph the true breed's index in {@code labels}
   * @param probabilities for each photograph one number a breed, each 0..1; copied
   * @return the evaluation
   * @throws IllegalArgumentException if there is no photograph, the arguments differ in length, a
   *     truth is not an index of {@code labels}, or a probability is NaN or outside 0..1, or all of
   *     a row are 0; the message names the photograph
   */
  public static Evaluation of(
      Labels labels, List<String> ids, int[] truths, float[][] probabilities) {
    checkRows("probabilities", labels, ids, truths, probabilities);
    for (int row = 0; row < truths.length; row++) {
      double sum = 0;
      for (int k = 0; k < labels.size(); k++) {
        float value = probabilities[row][k];
        checkArgument(
            value >= 0 && value <= LARGEST_PROBABILITY,
            "probabilities must be in 0..1: row %s ('%s') gives %s for %s; logits are evaluated by"
                + " Evaluation.ofLogits",
            row,
            ids.get(row),
            value,
            labels.name(k));
        sum += value;
      }
      checkArgument(sum > 0, "probabilities must not all be 0: row %s ('%s')", row, ids.get(row));
    }
    return new Evaluation(labels, ids, truths, probabilities, Evaluation::normalised, 1, null);
  }

  /**
   * Evaluates logits, whose softmax gives the probabilities.
   *
   * @param labels the breeds, in the logits' order
   * @param ids the photographs' ids
   * @param truths for each photograph the true breed's index in {@code labels}
   * @param logits for each photograph one finite number a breed; copied
   * @return the evaluation
   * @throws IllegalArgumentException if there is no photograph, the arguments differ in length, a
   *     truth is not an index of {@code labels}, or a logit is not finite; the message names the
   *     photograph
   */
  public static Evaluation ofLogits(
      Labels labels, List<String> ids, int[] truths, float[][] logits) {
    return ofLogits(labels, ids, truths, logits, 1);
  }

  /**
   * Evaluates logits that are divided by a temperature before the softmax, as a calibrated model
   * does. {@link #beforeScaling} then tells what it would be without.
   *
   * @param labels the breeds, in the logits' order
   * @param ids the photographs' ids
   * @param truths for each photograph the true breed's index in {@code labels}
   * @param logits for each photograph one finite number a breed; copied
   * @param temperature above 0; 1 for none
   * @return the evaluation
   * @throws IllegalArgumentException if there is no photograph, the arguments differ in length, a
   *     truth is not an index of {@code labels}, a logit is not finite, or the temperature is not a
   *     positive number
   */
  public static Evaluation ofLogits(
      Labels labels, List<String> ids, int[] truths, float[][] logits, double temperature) {
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature must be positive, got %s",
        temperature);
    checkRows("logits", labels, ids, truths, logits);
    for (int row = 0; row < truths.length; row++) {
      for (int k = 0; k < labels.size(); k++) {
        checkArgument(
            Float.isFinite(logits[row][k]),
            "logits must be finite: row %s ('%s') gives %s for %s",
            row,
            ids.get(row),
            logits[row][k],
            labels.name(k));
      }
    }
    Evaluation unscaled =
        temperature == 1
            ? null
            : new Evaluation(labels, ids, truths, logits, row -> softmax(row, 1), 1, null);
    return new Evaluation(
        labels, ids, truths, logits, row -> softmax(row, temperature), temperature, unscaled);
  }

  private static void checkRows(
      String name, Labels labels, List<String> ids, int[] truths, float[][] rows) {
    checkArgument(
        truths.length > 0,
        "there is nothing to evaluate: no photograph is given; evaluate at least one with a known"
            + " breed");
    checkArgument(
        ids.size() == truths.length && rows.length == truths.length,
        "ids, truths and %s differ in number: %s, %s and %s",
        name,
        ids.size(),
        truths.length,
        rows.length);
    for (int row = 0; row < truths.length; row++) {
      checkArgument(
          truths[row] >= 0 && truths[row] < labels.size(),
          "truths must be indices of the %s labels, 0..%s: row %s ('%s') is %s",
          labels.size(),
          labels.size() - 1,
          row,
          ids.get(row),
          truths[row]);
      checkArgument(
          rows[row].length == labels.size(),
          "%s need one number for each of the %s labels: row %s ('%s') has %s",
          name,
          labels.size(),
          row,
          ids.get(row),
          rows[row].length);
    }
  }

  private static double[] normalised(float[] row) {
    double[] result = new double[row.length];
    double sum = 0;
    for (float value : row) {
      sum += value;
    }
    for (int k = 0; k < row.length; k++) {
      result[k] = row[k] / sum;
    }
    return result;
  }

  private static double[] softmax(float[] logits, double temperature) {
    double largest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      largest = Math.max(largest, logit);
    }
    double[] result = new double[logits.length];
    double sum = 0;
    for (int k = 0; k < logits.length; k++) {
      result[k] = Math.exp((logits[k] - largest) / temperature);
      sum += result[k];
    }
    for (int k = 0; k < logits.length; k++) {
      result[k] /= sum;
    }
    return result;
  }

  /**
   * The breeds.
   *
   * @return the labels, in the order of indices
   */
  public Labels labels() {
    return labels;
  }

  /**
   * The number of photographs.
   *
   * @return at least 1
   */
  public int size() {
    return truths.length;
  }

  /**
   * The photographs' ids.
   *
   * @return an immutable list, in the order given
   */
  public List<String> ids() {
    return ids;
  }

  /**
   * A photograph's id.
   *
   * @param row its place, from 0
   * @return as given
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public String id(int row) {
    return ids.get(row);
  }

  /**
   * A photograph's true breed.
   *
   * @param row its place, from 0
   * @return the breed's index in {@link #labels}
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int truth(int row) {
    return truths[checkElementIndex(row, truths.length, "row")];
  }

  /**
   * A photograph's most probable breed.
   *
   * @param row its place, from 0
   * @return the breed's index in {@link #labels}
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public int predicted(int row) {
    return predictions[checkElementIndex(row, truths.length, "row")];
  }

  /**
   * Whether a photograph's most probable breed is the true one.
   *
   * @param row its place, from 0
   * @return true if so
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public boolean isRight(int row) {
    return predicted(row) == truth(row);
  }

  /**
   * All photographs' probabilities.
   *
   * @return a copy: a row a photograph, in it one number a breed, that sum to 1
   */
  public float[][] probabilities() {
    float[][] rows = new float[truths.length][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = probabilities[row].clone();
    }
    return rows;
  }

  /**
   * A photograph's probabilities.
   *
   * @param row its place, from 0
   * @return a copy, one number a breed, that sums to 1
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public float[] probabilities(int row) {
    return probabilities[checkElementIndex(row, truths.length, "row")].clone();
  }

  /**
   * The probability of a photograph's most probable breed.
   *
   * @param row its place, from 0
   * @return 0..1
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public double confidence(int row) {
    return Math.min(1, probabilities[checkElementIndex(row, truths.length, "row")][predicted(row)]);
  }

  /**
   * What a photograph adds to the log-loss before it is averaged.
   *
   * @param row its place, from 0
   * @return minus the logarithm of the true breed's probability, clipped as {@link #logLoss} says
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public double loss(int row) {
    return losses[checkElementIndex(row, truths.length, "row")];
  }

  /**
   * How often the most probable breed is the true one.
   *
   * @return the share, 0..1
   */
  public double accuracy() {
    return confusion.correct() / (double) size();
  }

  /**
   * How often the true breed is among the most probable ones. Of equally probable breeds those
   * earlier in the labels' order go first.
   *
   * @param k how many, at least 1; with more than there are breeds the answer is 1
   * @return the share, 0..1
   * @throws IllegalArgumentException if k is not positive
   */
  public double topAccuracy(int k) {
    checkArgument(k > 0, "k must be positive, got %s", k);
    return Arrays.stream(ranks).filter(rank -> rank < k).count() / (double) size();
  }

  /**
   * The competition's metric: the mean of minus the natural logarithm of the true breed's
   * probability, in rows that are divided by their sum and then kept within 1e-15 and 1 - 1e-15.
   *
   * @return from 0, less is better; a model that gives all of n breeds the same has ln n
   */
  public double logLoss() {
    return Arrays.stream(losses).sum() / size();
  }

  /**
   * The mean of the F1 of the breeds that are shown, each breed counting the same: scikit-learn's
   * {@code f1_score} with {@code average="macro"} and these as {@code labels}. Photographs taken
   * for a breed that is not shown cost their own breed's recall; that breed has no F1 to count.
   *
   * @return 0..1
   */
  public double macroF1() {
    return perBreed().stream()
        .filter(breed -> breed.support() > 0)
        .mapToDouble(BreedScore::f1)
        .average()
        .orElseThrow(); // some breed is shown, since there is a photograph
  }

  /**
   * The mean of the breeds' F1, each breed counting as often as it is shown: scikit-learn's {@code
   * f1_score} with {@code average="weighted"}.
   *
   * @return 0..1
   */
  public double weightedF1() {
    return perBreed().stream()
            .filter(breed -> breed.support() > 0)
            .mapToDouble(breed -> breed.f1() * breed.support())
            .sum()
        / size();
  }

  /**
   * How well each breed is recognised.
   *
   * @return one score a breed, in the labels' order, those that no photograph shows included
   */
  public List<BreedScore> perBreed() {
    ImmutableList.Builder<BreedScore> scores = ImmutableList.builder();
    for (int k = 0; k < labels.size(); k++) {
      int right = confusion.count(k, k);
      int shown = confusion.support(k);
      int predicted = confusion.predictions(k);
      // 0 / 0 in floating point is the NaN that BreedScore promises.
      scores.add(
          new BreedScore(
              labels.name(k),
              shown,
              right / (double) predicted,
              right / (double) shown,
              2.0 * right / (shown + predicted)));
    }
    return scores.build();
  }

  /**
   * How often each breed was called which.
   *
   * @return the counts
   */
  public ConfusionMatrix confusion() {
    return confusion;
  }

  /**
   * Whether the model is right as often as it says, in 15 bins.
   *
   * @return the bins and their summary
   */
  public Calibration calibration() {
    return calibration(Calibration.STANDARD_BINS);
  }

  /**
   * Whether the model is right as often as it says.
   *
   * @param bins into how many bins 0..1 is divided, at least 1
   * @return the bins and their summary
   * @throws IllegalArgumentException if bins is not positive
   */
  public Calibration calibration(int bins) {
    double[] confidences = new double[size()];
    boolean[] right = new boolean[size()];
    for (int row = 0; row < size(); row++) {
      confidences[row] = confidence(row);
      right[row] = isRight(row);
    }
    return Calibration.of(confidences, right, bins);
  }

  /**
   * How far the accuracy may be off because these photographs and not others were evaluated: {@link
   * ConfidenceInterval#ofShare Wilson's interval}, which also says something of a model that is
   * right on all of a few photographs. It knows nothing of photographs that resemble each other or
   * of a set that is not like the photographs to come.
   *
   * @param confidence how sure, between 0 and 1, usually 0.95
   * @return the interval, within 0..1
   * @throws IllegalArgumentException if the confidence is not between 0 and 1
   */
  public ConfidenceInterval accuracyInterval(double confidence) {
    return ConfidenceInterval.ofShare(confusion.correct(), size(), confidence);
  }

  /** Between two values linearly, as numpy does by default. */
  static double quantile(double[] sorted, double share) {
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  /**
   * The mistakes that cost most.
   *
   * @param limit how many at most, not negative
   * @return the largest loss first; equal ones in the rows' order
   * @throws IllegalArgumentException if the limit is negative
   */
  public List<Mistake> worstMistakes(int limit) {
    checkArgument(limit >= 0, "limit must not be negative, got %s", limit);
    List<Mistake> mistakes = new ArrayList<>();
    for (int row = 0; row < size(); row++) {
      if (!isRight(row)) {
        mistakes.add(
            new Mistake(
                row,
                ids.get(row),
                labels.name(truths[row]),
                labels.name(predictions[row]),
                confidence(row),
                probabilities[row][truths[row]],
                losses[row]));
      }
    }
    mistakes.sort(Comparator.comparingDouble(Mistake::loss).reversed());
    return ImmutableList.copyOf(mistakes.subList(0, Math.min(limit, mistakes.size())));
  }

  /**
   * The temperature that the logits were divided by.
   *
   * @return 1 where there was none
   */
  public double temperature() {
    return temperature;
  }

  /**
   * The evaluation of the same logits at a temperature of 1: what calibration changed.
   *
   * @return empty where this evaluation is not scaled by a temperature
   */
  public Optional<Evaluation> beforeScaling() {
    return Optional.ofNullable(unscaled);
  }

  /**
   * All figures for machines: a JSON object of {@code photographs}, {@code breeds}, {@code
   * accuracy}, {@code accuracyInterval}, {@code top5Accuracy}, {@code logLoss}, {@code macroF1},
   * {@code weightedF1}, {@code temperature}, {@code beforeScaling} (null or an object of {@code
   * logLoss} and {@code expectedCalibrationError}), {@code calibration}, {@code perBreed}, {@code
   * confusions} (all pairs that occurred, most frequent first) and {@code worstMistakes} (at most
   * 100). Shares are 0..1; what is undefined is null. The interval is the one of confidence 0.95.
   *
   * @return indented JSON, without a line break at the end
   */
  public String toJson() {
    return EvaluationJson.of(this);
  }

  /**
   * The main figures for people, with the interval of confidence 0.95.
   *
   * @return several lines, without a line break at the end
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d %s, %d %s%naccuracy %.1f %% (95 %% interval %s)",
            size(),
            size() == 1 ? "photograph" : "photographs",
            labels.size(),
            labels.size() == 1 ? "breed" : "breeds",
            100 * accuracy(),
            accuracyInterval(SHOWN_CONFIDENCE)));
    if (labels.size() > 5) {
      text.append(
          String.format(Locale.ROOT, ", among the best five %.1f %%", 100 * topAccuracy(5)));
    }
    text.append(
        String.format(
            Locale.ROOT,
            "%nlog-loss %.3f, macro F1 %.3f, weighted F1 %.3f%ncalibration error %.1f %%",
            logLoss(),
            macroF1(),
            weightedF1(),
            100 * calibration().expectedError()));
    if (unscaled != null) {
      text.append(
          String.format(
              Locale.ROOT,
              " at temperature %.3f (before scaling: log-loss %.3f, calibration error %.1f %%)",
              temperature,
              unscaled.logLoss(),
              100 * unscaled.calibration().expectedError()));
    }
    List<ConfusedPair> pairs = confusion.mostConfused(3);
    for (int i = 0; i < pairs.size(); i++) {
      ConfusedPair pair = pairs.get(i);
      text.append(
          String.format(
              Locale.ROOT,
              "%s%s predicted as %s %d of %d times",
              i == 0 ? "\nmost confused: " : ", ",
              pair.truth(),
              pair.predicted(),
              pair.count(),
              confusion.support(labels.index(pair.truth()))));
    }
    return text.toString().replace(System.lineSeparator(), "\n");
  }
}
