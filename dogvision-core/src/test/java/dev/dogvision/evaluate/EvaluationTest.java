package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Ints;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.data.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class EvaluationTest {
  private static final Labels THREE = Labels.of("akita", "beagle", "collie");

  /** Six photographs, half of them right; ties in the second, fourth. */
  private static final Evaluation SIX =
      Evaluation.of(
          THREE,
          List.of("p", "q", "r", "s", "t", "u"),
          new int[] {0, 0, 1, 1, 2, 2},
          new float[][] {
            {.7f, .2f, .1f},
            {.3f, .4f, .3f},
            {.1f, .8f, .1f},
            {.5f, .25f, .25f},
            {.2f, .3f, .5f},
            {.6f, .3f, .1f}
          });

  @Test
  void accuracies_by_hand() {
    assertThat(SIX.accuracy()).isEqualTo(0.5);
    assertThat(SIX.topAccuracy(1)).isEqualTo(0.5);
    assertThat(SIX.topAccuracy(2)).isEqualTo(5 / 6.0);
    assertThat(SIX.topAccuracy(3)).isEqualTo(1);
    assertThat(SIX.topAccuracy(5)).isEqualTo(1);
  }

  @Test
  void log_loss_by_hand() {
    double sum = Math.log(.7) + Math.log(.3) + Math.log(.8) + Math.log(.25) + Math.log(.5);
    assertThat(SIX.logLoss()).isCloseTo(-(sum + Math.log(.1)) / 6, within(1e-7));
    assertThat(SIX.loss(5)).isCloseTo(-Math.log(.1), within(1e-7));
  }

  @Test
  void log_loss_of_scikit_learn_s_example() {
    Evaluation evaluation =
        of(
            Labels.of("ham", "spam"),
            new int[] {1, 0, 0, 1},
            new float[][] {{.1f, .9f}, {.9f, .1f}, {.8f, .2f}, {.35f, .65f}});
    assertThat(evaluation.logLoss()).isCloseTo(0.21616, within(5e-6));
  }

  @Test
  void log_loss_is_clipped_as_the_competition_does() {
    Evaluation never = of(THREE, new int[] {2}, new float[][] {{1, 0, 0}});
    assertThat(never.logLoss()).isCloseTo(15 * Math.log(10), within(1e-9));
    Evaluation sure = of(THREE, new int[] {0}, new float[][] {{1, 0, 0}});
    assertThat(sure.logLoss()).isCloseTo(1e-15, within(2e-16));
  }

  @Test
  void rows_are_divided_by_their_sum() {
    Evaluation doubled = of(THREE, new int[] {1}, new float[][] {{.4f, .2f, .2f}});
    assertThat(doubled.logLoss()).isCloseTo(Math.log(4), within(1e-7));
    assertThat(doubled.probabilities(0)).containsExactly(.5f, .25f, .25f);
    assertThat(doubled.confidence(0)).isEqualTo(.5);
  }

  @Test
  void knowing_nothing_costs_the_logarithm_of_the_number_of_breeds() {
    float[] row = new float[120];
    Arrays.fill(row, 1 / 120f);
    Evaluation evaluation = of(breeds(120), new int[] {7}, new float[][] {row});
    assertThat(evaluation.logLoss()).isCloseTo(Math.log(120), within(1e-6));
    // Of equals, the first in order is predicted.
    assertThat(evaluation.predicted(0)).isZero();
    assertThat(evaluation.topAccuracy(7)).isEqualTo(0);
    assertThat(evaluation.topAccuracy(8)).isEqualTo(1);
  }

  @Test
  void top_accuracy_of_scikit_learn_s_example() {
    Evaluation evaluation =
        of(
            THREE,
            new int[] {0, 1, 2, 2},
            new float[][] {{.5f, .2f, .2f}, {.3f, .4f, .2f}, {.2f, .4f, .3f}, {.7f, .2f, .1f}});
    assertThat(evaluation.topAccuracy(2)).isEqualTo(0.75);
  }

  @Test
  void scores_of_scikit_learn_s_classification_report() {
    Evaluation evaluation = predicted(THREE, new int[] {0, 1, 2, 2, 2}, new int[] {0, 0, 2, 2, 1});
    assertThat(evaluation.perBreed())
        .containsExactly(
            new BreedScore("akita", 1, 0.5, 1, 2 / 3.0),
            new BreedScore("beagle", 1, 0, 0, 0),
            new BreedScore("collie", 3, 1, 2 / 3.0, 0.8));
    assertThat(evaluation.macroF1()).isCloseTo((2 / 3.0 + 0.8) / 3, within(1e-12));
    assertThat(evaluation.weightedF1()).isCloseTo((2 / 3.0 + 3 * 0.8) / 5, within(1e-12));
  }

  @Test
  void what_is_undefined_is_not_a_number_and_breeds_that_never_occur_do_not_count() {
    Labels four = Labels.of("akita", "beagle", "collie", "dingo");
    Evaluation evaluation = predicted(four, new int[] {0, 0, 1}, new int[] {0, 2, 0});
    assertThat(evaluation.perBreed())
        .containsExactly(
            new BreedScore("akita", 2, 0.5, 0.5, 0.5),
            new BreedScore("beagle", 1, Double.NaN, 0, 0),
            new BreedScore("collie", 0, 0, Double.NaN, 0),
            new BreedScore("dingo", 0, Double.NaN, Double.NaN, Double.NaN));
    assertThat(evaluation.macroF1()).isCloseTo(0.5 / 2, within(1e-12));
    assertThat(evaluation.weightedF1()).isCloseTo(1 / 3.0, within(1e-12));
  }

  @Test
  void rows_tell_their_own() {
    assertThat(SIX.labels()).isEqualTo(THREE);
    assertThat(SIX.size()).isEqualTo(6);
    assertThat(SIX.ids()).containsExactly("p", "q", "r", "s", "t", "u");
    assertThat(SIX.id(3)).isEqualTo("s");
    assertThat(SIX.truth(3)).isEqualTo(1);
    assertThat(SIX.predicted(3)).isEqualTo(0);
    assertThat(SIX.isRight(3)).isFalse();
    assertThat(SIX.isRight(2)).isTrue();
    assertThatThrownBy(() -> SIX.truth(6)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> SIX.probabilities(-1)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void worst_mistakes_come_first() {
    assertThat(SIX.worstMistakes(2))
        .extracting(Mistake::id, Mistake::truth, Mistake::predicted)
        .containsExactly(tuple("u", "collie", "akita"), tuple("s", "beagle", "akita"));
    Mistake worst = SIX.worstMistakes(1).get(0);
    assertThat(worst.row()).isEqualTo(5);
    assertThat(worst.probability()).isCloseTo(.6, within(1e-6));
    assertThat(worst.truthProbability()).isCloseTo(.1, within(1e-6));
    assertThat(worst.loss()).isEqualTo(SIX.loss(5));
    assertThat(SIX.worstMistakes(100)).hasSize(3);
    assertThat(SIX.worstMistakes(0)).isEmpty();
    assertThatThrownBy(() -> SIX.worstMistakes(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit must not be negative, got -1");
  }

  @Test
  void it_keeps_copies() {
    float[][] probabilities = {{.7f, .2f, .1f}};
    int[] truths = {0};
    List<String> ids = new ArrayList<>(List.of("p"));
    Evaluation evaluation = Evaluation.of(THREE, ids, truths, probabilities);
    probabilities[0][0] = 0;
    truths[0] = 2;
    ids.clear();
    evaluation.probabilities(0)[0] = 0;
    assertThat(evaluation.accuracy()).isEqualTo(1);
    assertThat(evaluation.probabilities(0)[0]).isCloseTo(.7f, within(1e-6f));
    assertThat(evaluation.id(0)).isEqualTo("p");
  }

  // Logits.

  @Test
  void logits_become_probabilities() {
    float three = (float) Math.log(3);
    Evaluation evaluation =
        Evaluation.ofLogits(
            Labels.of("a", "b"), List.of("p"), new int[] {1}, new float[][] {{three, 0}});
    assertThat(evaluation.probabilities(0)[0]).isCloseTo(.75f, within(1e-6f));
    assertThat(evaluation.logLoss()).isCloseTo(Math.log(4), within(1e-6));
    assertThat(evaluation.temperature()).isEqualTo(1);
    assertThat(evaluation.beforeScaling()).isEmpty();
  }

  @Test
  void a_temperature_softens_them_and_the_evaluation_remembers_what_was_before() {
    float nine = (float) Math.log(9);
    Evaluation evaluation =
        Evaluation.ofLogits(
            Labels.of("a", "b"), List.of("p"), new int[] {1}, new float[][] {{nine, 0}}, 2);
    assertThat(evaluation.probabilities(0)[0]).isCloseTo(.75f, within(1e-6f));
    assertThat(evaluation.temperature()).isEqualTo(2);
    assertThat(evaluation.beforeScaling().orElseThrow().probabilities(0)[0])
        .isCloseTo(.9f, within(1e-6f));
  }

  @Test
  void huge_logits_overflow_nothing_and_keep_their_order() {
    float[][] logits = {{-3e38f, 3e38f, 0}};
    Evaluation evaluation = Evaluation.ofLogits(THREE, List.of("p"), new int[] {2}, logits, 0.05);
    assertThat(evaluation.probabilities(0)).containsExactly(0, 1, 0);
    assertThat(evaluation.topAccuracy(1)).isEqualTo(0);
    // akita and collie both have a probability of 0, but collie's logit is larger.
    assertThat(evaluation.topAccuracy(2)).isEqualTo(1);
    assertThat(evaluation.logLoss()).isCloseTo(15 * Math.log(10), within(1e-9));
  }

  // The interval.

  @Test
  void the_interval_is_near_the_normal_one() {
    int[] truths = new int[1000];
    int[] predicted = new int[1000];
    for (int i = 0; i < 200; i++) {
      predicted[i] = 1;
    }
    Evaluation evaluation = predicted(THREE, truths, predicted);
    ConfidenceInterval interval = evaluation.accuracyInterval(0.95);
    double deviation = Math.sqrt(.8 * .2 / 1000);
    assertThat(interval.lower()).isCloseTo(.8 - 1.96 * deviation, within(.004));
    assertThat(interval.upper()).isCloseTo(.8 + 1.96 * deviation, within(.004));
    assertThat(interval.confidence()).isEqualTo(0.95);
    ConfidenceInterval wider = evaluation.accuracyInterval(0.99);
    assertThat(wider.lower()).isLessThan(interval.lower());
    assertThat(wider.upper()).isGreaterThan(interval.upper());
    assertThat(interval.toString()).matches("77\\.\\d - 82\\.\\d %");
  }

  @Test
  void the_interval_of_a_perfect_model_is_as_wide_as_its_photographs_are_few() {
    int[] truths = new int[35];
    ConfidenceInterval interval = predicted(THREE, truths, truths).accuracyInterval(0.95);
    assertThat(interval.lower()).isCloseTo(35 / (35 + 1.959964 * 1.959964), within(1e-7));
    assertThat(interval.upper()).isEqualTo(1);
    assertThat(interval).hasToString("90.1 - 100.0 %");
    assertThat(predicted(THREE, new int[] {0, 1}, new int[] {1, 0}).accuracyInterval(0.95).lower())
        .isZero();
  }

  // Wilson's formula in Python, its z from statistics.NormalDist.
  @ParameterizedTest
  @CsvSource({
    "1, 10, 0.95, 0.017876, 0.404150",
    "5, 9, 0.9, 0.303477, 0.781953",
    "9, 9, 0.99, 0.575635, 1",
    "0, 3, 0.5, 0, 0.131677"
  })
  void the_interval_is_wilson_s(
      int counted, int cases, double confidence, double lower, double upper) {
    ConfidenceInterval interval = ConfidenceInterval.ofShare(counted, cases, confidence);
    assertThat(interval.lower()).isCloseTo(lower, within(1e-6));
    assertThat(interval.upper()).isCloseTo(upper, within(1e-6));
  }

  @Test
  void should_fail_if_more_is_counted_than_there_are_cases() {
    assertThatThrownBy(() -> ConfidenceInterval.ofShare(4, 3, 0.95))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("counted must be in 0..3, got 4");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, -1, 95, Double.NaN})
  void should_fail_if_the_confidence_is_not_between_0_and_1(double confidence) {
    assertThatThrownBy(() -> SIX.accuracyInterval(confidence))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confidence must be in (0, 1), got " + confidence);
  }

  @Test
  void quantiles_are_those_of_numpy() {
    double[] values = {1, 2, 4, 8};
    assertThat(Evaluation.quantile(values, 0)).isEqualTo(1);
    assertThat(Evaluation.quantile(values, 1)).isEqualTo(8);
    assertThat(Evaluation.quantile(values, 0.5)).isEqualTo(3);
    assertThat(Evaluation.quantile(values, 0.9)).isCloseTo(6.8, within(1e-12));
    assertThat(Evaluation.quantile(new double[] {3}, 0.4)).isEqualTo(3);
  }

  // What it says.

  @Test
  void text_for_people() {
    assertThat(SIX)
        .hasToString(
            """
            6 photographs, 3 breeds
            accuracy 50.0 % (95 % interval 18.8 - 81.2 %)
            log-loss 1.028, macro F1 0.522, weighted F1 0.522
            calibration error 25.0 %
            most confused: akita predicted as beagle 1 of 2 times, beagle predicted as akita 1 of 2 times, \
            collie predicted as akita 1 of 2 times""");
  }

  @Test
  void text_with_a_temperature_and_the_best_five() {
    float[] row = {3, 0, 0, 0, 0, 0};
    Evaluation evaluation =
        Evaluation.ofLogits(breeds(6), List.of("p"), new int[] {0}, new float[][] {row}, 1.5);
    assertThat(evaluation)
        .hasToString(
            """
            1 photograph, 6 breeds
            accuracy 100.0 % (95 % interval 20.7 - 100.0 %), among the best five 100.0 %
            log-loss 0.517, macro F1 1.000, weighted F1 1.000
            calibration error 40.4 % at temperature 1.500 (before scaling: log-loss 0.222, \
            calibration error 19.9 %)""");
  }

  @Test
  void json_holds_the_same_figures() {
    JsonObject json = JsonParser.parseString(SIX.toJson()).getAsJsonObject();
    assertThat(json.get("photographs").getAsInt()).isEqualTo(6);
    assertThat(json.get("breeds").getAsInt()).isEqualTo(3);
    assertThat(json.get("accuracy").getAsDouble()).isEqualTo(SIX.accuracy());
    assertThat(json.get("top5Accuracy").getAsDouble()).isEqualTo(1);
    assertThat(json.get("logLoss").getAsDouble()).isEqualTo(SIX.logLoss());
    assertThat(json.get("macroF1").getAsDouble()).isEqualTo(SIX.macroF1());
    assertThat(json.get("weightedF1").getAsDouble()).isEqualTo(SIX.weightedF1());
    assertThat(json.get("temperature").getAsDouble()).isEqualTo(1);
    assertThat(json.get("beforeScaling").isJsonNull()).isTrue();
    assertThat(json.getAsJsonObject("accuracyInterval").get("lower").getAsDouble())
        .isEqualTo(SIX.accuracyInterval(0.95).lower());
    JsonObject calibration = json.getAsJsonObject("calibration");
    assertThat(calibration.get("expectedError").getAsDouble())
        .isEqualTo(SIX.calibration().expectedError());
    assertThat(calibration.getAsJsonArray("bins")).hasSize(15);
    assertThat(
            calibration
                .getAsJsonArray("bins")
                .get(0)
                .getAsJsonObject()
                .get("accuracy")
                .isJsonNull())
        .isTrue();
    assertThat(json.getAsJsonArray("perBreed")).hasSize(3);
    JsonObject breed = json.getAsJsonArray("perBreed").get(2).getAsJsonObject();
    assertThat(breed.get("label").getAsString()).isEqualTo("collie");
    assertThat(breed.get("f1").getAsDouble()).isEqualTo(2 / 3.0);
    assertThat(json.getAsJsonArray("confusions")).hasSize(3);
    assertThat(json.getAsJsonArray("worstMistakes")).hasSize(3);
    assertThat(
            json.getAsJsonArray("worstMistakes").get(0).getAsJsonObject().get("id").getAsString())
        .isEqualTo("u");
  }

  @Test
  void json_of_what_is_undefined_is_null_and_scaling_is_told() {
    Evaluation evaluation =
        Evaluation.ofLogits(
            THREE, List.of("<p & \"q\">"), new int[] {0}, new float[][] {{0, 1, 0}}, 2);
    JsonObject json = JsonParser.parseString(evaluation.toJson()).getAsJsonObject();
    JsonObject absent = json.getAsJsonArray("perBreed").get(2).getAsJsonObject();
    assertThat(absent.get("precision").isJsonNull()).isTrue();
    assertThat(absent.get("recall").isJsonNull()).isTrue();
    assertThat(absent.get("f1").isJsonNull()).isTrue();
    assertThat(json.getAsJsonObject("beforeScaling").get("logLoss").getAsDouble())
        .isEqualTo(evaluation.beforeScaling().orElseThrow().logLoss());
    assertThat(
            json.getAsJsonArray("worstMistakes").get(0).getAsJsonObject().get("id").getAsString())
        .isEqualTo("<p & \"q\">");
  }

  // What it refuses.

  @Test
  void should_fail_if_there_is_nothing_to_evaluate() {
    assertRefused(
        () -> Evaluation.of(THREE, List.of(), new int[0], new float[0][]),
        "there is nothing to evaluate: no photograph is given; evaluate at least one with a known"
            + " breed");
  }

  @Test
  void should_fail_if_lengths_differ() {
    assertRefused(
        () -> Evaluation.of(THREE, List.of("p"), new int[] {0, 1}, new float[3][3]),
        "ids, truths and probabilities differ in number: 1, 2 and 3");
    assertRefused(
        () -> Evaluation.ofLogits(THREE, List.of("p"), new int[] {0, 1}, new float[2][3]),
        "ids, truths and logits differ in number: 1, 2 and 2");
    assertRefused(
        () -> Evaluation.of(THREE, List.of("p"), new int[] {0}, new float[][] {{.5f, .5f}}),
        "probabilities need one number for each of the 3 labels: row 0 ('p') has 2");
  }

  @Test
  void should_fail_if_a_truth_is_no_label() {
    for (int truth : new int[] {-1, 3}) {
      assertRefused(
          () -> Evaluation.of(THREE, List.of("p"), new int[] {truth}, new float[1][3]),
          "truths must be indices of the 3 labels, 0..2: row 0 ('p') is " + truth);
    }
  }

  @Test
  void should_fail_if_a_probability_is_none() {
    for (float value : new float[] {Float.NaN, -0.1f, 1.1f, Float.POSITIVE_INFINITY}) {
      assertRefused(
          () -> of(THREE, new int[] {0, 0}, new float[][] {{1, 0, 0}, {0, value, 0}}),
          "probabilities must be in 0..1: row 1 ('1') gives "
              + value
              + " for beagle; logits are evaluated by Evaluation.ofLogits");
    }
    assertRefused(
        () -> of(THREE, new int[] {0}, new float[][] {{0, 0, 0}}),
        "probabilities must not all be 0: row 0 ('0')");
  }

  @Test
  void should_fail_if_a_logit_is_not_finite() {
    assertRefused(
        () ->
            Evaluation.ofLogits(
                THREE, List.of("p"), new int[] {0}, new float[][] {{0, 0, Float.NaN}}),
        "logits must be finite: row 0 ('p') gives NaN for collie");
  }

  @Test
  void should_fail_if_the_temperature_is_not_positive() {
    for (double temperature : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertRefused(
          () ->
              Evaluation.ofLogits(THREE, List.of("p"), new int[] {0}, new float[1][3], temperature),
          "temperature must be positive, got " + temperature);
    }
  }

  @Test
  void should_fail_if_k_is_not_positive() {
    assertRefused(() -> SIX.topAccuracy(0), "k must be positive, got 0");
  }

  private static void assertRefused(ThrowingCallable call, String message) {
    assertThatThrownBy(call).isInstanceOf(IllegalArgumentException.class).hasMessage(message);
  }

  // Properties.

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void figures_are_those_of_their_definitions(long seed) {
    Random random = new Random(seed);
    int breeds = 2 + random.nextInt(9);
    int size = 1 + random.nextInt(60);
    int[] truths = random.ints(size, 0, breeds).toArray();
    float[][] probabilities = new float[size][breeds];
    for (float[] row : probabilities) {
      for (int k = 0; k < breeds; k++) {
        row[k] = (1 + random.nextInt(6)) / 10f; // ties are common
      }
    }
    Evaluation evaluation = of(breeds(breeds), truths, probabilities);
    for (int k = 1; k <= breeds; k++) {
      int hits = 0;
      for (int row = 0; row < size; row++) {
        float[] values = probabilities[row];
        List<Integer> order =
            IntStream.range(0, breeds)
                .boxed()
                .sorted((a, b) -> Float.compare(values[b], values[a]))
                .toList();
        assertThat(evaluation.predicted(row)).isEqualTo(order.get(0));
        if (order.subList(0, k).contains(truths[row])) {
          hits++;
        }
      }
      assertThat(evaluation.topAccuracy(k)).isEqualTo(hits / (double) size);
    }
    assertThat(evaluation.topAccuracy(1)).isEqualTo(evaluation.accuracy());
    assertThat(evaluation.confusion().total()).isEqualTo(size);
    assertThat(evaluation.perBreed().stream().mapToInt(BreedScore::support).sum()).isEqualTo(size);
    assertThat(evaluation.macroF1()).isBetween(0.0, 1.0);
    assertThat(evaluation.weightedF1()).isBetween(0.0, 1.0);
    // Weighted by support, recall is accuracy.
    double recall =
        evaluation.perBreed().stream()
            .filter(breed -> breed.support() > 0)
            .mapToDouble(breed -> breed.recall() * breed.support())
            .sum();
    assertThat(recall / size).isCloseTo(evaluation.accuracy(), within(1e-12));
    ConfidenceInterval interval = evaluation.accuracyInterval(0.95);
    assertThat(evaluation.accuracy()).isBetween(interval.lower(), interval.upper());

    // The order of photographs does not matter.
    List<Integer> order = new ArrayList<>(IntStream.range(0, size).boxed().toList());
    Collections.shuffle(order, random);
    Evaluation shuffled =
        of(
            breeds(breeds),
            Ints.toArray(order.stream().map(row -> truths[row]).toList()),
            order.stream().map(row -> probabilities[row]).toArray(float[][]::new));
    assertThat(shuffled.confusion()).isEqualTo(evaluation.confusion());
    assertThat(shuffled.logLoss()).isCloseTo(evaluation.logLoss(), within(1e-12));
    assertThat(shuffled.calibration().expectedError())
        .isCloseTo(evaluation.calibration().expectedError(), within(1e-12));
  }

  @Test
  void the_competition_s_size_is_no_effort() {
    Random random = new Random(1);
    int[] truths = random.ints(10_000, 0, 120).toArray();
    float[][] logits = new float[10_000][120];
    for (int row = 0; row < logits.length; row++) {
      for (int k = 0; k < 120; k++) {
        logits[row][k] = (float) random.nextGaussian();
      }
      logits[row][truths[row]] += 3;
    }
    List<String> ids = IntStream.range(0, 10_000).mapToObj(Integer::toString).toList();
    TemperatureScaling scaling = TemperatureScaling.fit(breeds(120), ids, truths, logits);
    assertThat(scaling.after().accuracy()).isBetween(0.5, 0.7);
    // These logits are, but for a constant, the logarithms of the true odds of a mixture.
    assertThat(scaling.temperature()).isBetween(0.3, 1.2);
    assertThat(scaling.after().calibration().expectedError()).isLessThan(0.05);
    assertThat(scaling.after().toString()).startsWith("10000 photographs, 120 breeds");
    assertThat(scaling.after().toJson()).contains("\"photographs\": 10000");
  }

  static Labels breeds(int size) {
    return Labels.of(IntStream.range(0, size).mapToObj(i -> "breed_" + i).toList());
  }

  static Evaluation of(Labels labels, int[] truths, float[][] probabilities) {
    List<String> ids = IntStream.range(0, truths.length).mapToObj(Integer::toString).toList();
    return Evaluation.of(labels, ids, truths, probabilities);
  }

  /** An evaluation of a model that is always sure. */
  static Evaluation predicted(Labels labels, int[] truths, int[] predicted) {
    float[][] probabilities = new float[truths.length][];
    for (int row = 0; row < truths.length; row++) {
      probabilities[row] = labels.oneHot(predicted[row]);
    }
    return of(labels, truths, probabilities);
  }
}
