package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.data.Labels;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TemperatureScalingTest {
  @Test
  void by_hand() {
    // Sure by 4 and right three times in four: at 4 / ln 3 it says so.
    float[][] logits = {{4, 0}, {4, 0}, {4, 0}, {4, 0}};
    TemperatureScaling scaling =
        TemperatureScaling.fit(
            Labels.of("a", "b"), List.of("p", "q", "r", "s"), new int[] {0, 0, 0, 1}, logits);
    assertThat(scaling.temperature()).isCloseTo(4 / Math.log(3), within(1e-6));
    assertThat(scaling.after().confidence(0)).isCloseTo(0.75, within(1e-6));
    assertThat(scaling.after().calibration().expectedError()).isCloseTo(0, within(1e-6));
    assertThat(scaling.before().temperature()).isEqualTo(1);
    assertThat(scaling.after().temperature()).isEqualTo(scaling.temperature());
    assertThat(scaling)
        .hasToString(
            "temperature 3.641, fitted on 4 photographs: log-loss 1.018 before, 0.562 after; calibration error 23.2 %"
                + " before, 0.0 % after");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void no_other_temperature_is_better_but_to_be_surer(long seed) {
    Random random = new Random(seed);
    int classes = 2 + random.nextInt(6);
    int size = 30 + random.nextInt(100);
    double sharpness = Math.exp(random.nextGaussian());
    float[][] logits = new float[size][classes];
    int[] truths = random.ints(size, 0, classes).toArray();
    for (int row = 0; row < size; row++) {
      for (int k = 0; k < classes; k++) {
        logits[row][k] = (float) (sharpness * random.nextGaussian() * 3);
      }
      logits[row][truths[row]] += (float) (2 * sharpness);
    }
    Labels labels = EvaluationTest.breeds(classes);
    List<String> ids = IntStream.range(0, size).mapToObj(Integer::toString).toList();
    TemperatureScaling scaling = TemperatureScaling.fit(labels, ids, truths, logits);
    double best = scaling.after().logLoss();
    assertThat(best).isLessThanOrEqualTo(scaling.before().logLoss());
    assertThat(scaling.after().accuracy()).isEqualTo(scaling.before().accuracy());
    for (double factor : new double[] {0.5, 0.99, 1.01, 2}) {
      double temperature = scaling.temperature() * factor;
      double other = Evaluation.ofLogits(labels, ids, truths, logits, temperature).logLoss();
      assertThat(other).isGreaterThan(scaling.temperature() > 1 ? best : best - 1.9208 / size);
    }
    // Larger logits need a temperature larger by as much.
    for (float[] row : logits) {
      for (int k = 0; k < classes; k++) {
        row[k] *= 1.7f;
      }
    }
    double larger = TemperatureScaling.temperature(logits, truths);
    if (scaling.temperature() > 1 && larger < TemperatureScaling.HIGHEST) {
      assertThat(larger / scaling.temperature()).isCloseTo(1.7, within(1e-4));
    }
  }

  @Test
  void thin_evidence_makes_no_model_surer() {
    // 35 of 35 right, by a model that says 64 %: a lower temperature has the lower loss, without
    // end, but 35 photographs are no evidence for more than some 95 %.
    float[][] modest = new float[35][];
    Arrays.fill(modest, new float[] {2, 0, 0, 0, 0.1f});
    TemperatureScaling scaling =
        TemperatureScaling.fit(
            EvaluationTest.breeds(5), Collections.nCopies(35, "p"), new int[35], modest);
    assertThat(scaling.before().confidence(0)).isCloseTo(0.64, within(0.01));
    assertThat(scaling.after().confidence(0)).isCloseTo(Math.exp(-1.9207 / 35), within(1e-4));
    assertThat(scaling.temperature()).isBetween(0.4, 0.6);

    // Of three the model may as well be right to be modest.
    assertThat(TemperatureScaling.temperature(Arrays.copyOf(modest, 3), new int[3])).isEqualTo(1);
    assertThat(TemperatureScaling.temperature(new float[][] {{3, 0}}, new int[] {0})).isEqualTo(1);
  }

  @Test
  void it_stays_within_its_bounds() {
    float[][] countless = new float[200_000][];
    Arrays.fill(countless, new float[] {1, 0});
    assertThat(TemperatureScaling.temperature(countless, new int[countless.length]))
        .isCloseTo(0.087, within(1e-3));
    Arrays.fill(countless, new float[] {0.1f, 0});
    assertThat(TemperatureScaling.temperature(countless, new int[countless.length]))
        .isBetween(TemperatureScaling.LOWEST, TemperatureScaling.LOWEST + 1e-4);
    assertThat(TemperatureScaling.temperature(new float[][] {{3, 0}}, new int[] {1}))
        .isEqualTo(TemperatureScaling.HIGHEST);
    assertThat(TemperatureScaling.temperature(new float[][] {{3, 3}}, new int[] {1})).isEqualTo(1);
    assertThat(TemperatureScaling.temperature(new float[][] {{3e38f, -3e38f}}, new int[] {0}))
        .isEqualTo(1);
  }

  @Test
  void should_fail_if_the_data_does_not_fit() {
    assertThatThrownBy(() -> TemperatureScaling.temperature(new float[0][], new int[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a temperature can't be fitted to no photographs");
    assertThatThrownBy(() -> TemperatureScaling.temperature(new float[1][2], new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits and truths differ in number: 1 and 2");
    assertThatThrownBy(() -> TemperatureScaling.temperature(new float[1][2], new int[] {2}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("truths[0] is 2, expected an index in 0..1");
    assertThatThrownBy(
            () -> TemperatureScaling.temperature(new float[][] {{0, Float.NaN}}, new int[] {0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits must be finite, got NaN");
  }
}
