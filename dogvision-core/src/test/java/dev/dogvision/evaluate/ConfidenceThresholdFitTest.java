package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.model.ConfidenceThreshold.Score;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConfidenceThresholdFitTest {
  @Test
  void the_threshold_is_a_quantile() {
    float[][] logits = new float[101][];
    for (int i = 0; i <= 100; i++) {
      logits[i] = new float[] {i, -1000};
    }
    ConfidenceThresholdFit fit = ConfidenceThresholdFit.of(Score.ENERGY, logits, 1, 0.055);
    assertThat(fit.threshold().score()).isEqualTo(Score.ENERGY);
    assertThat(fit.threshold().value()).isCloseTo(5.5, within(1e-9));
    assertThat(fit.catchRate(logits)).isEqualTo(6 / 101.0);
    assertThat(ConfidenceThresholdFit.of(Score.ENERGY, logits, 1, 0).catchRate(logits)).isZero();
    assertThat(fit)
        .hasToString(
            "unsure below 5.500 of energy, which loses 5.5 % of the photographs that it was fitted"
                + " on");
  }

  @Test
  void probabilities_are_those_at_the_temperature() {
    float nine = (float) Math.log(9);
    ConfidenceThresholdFit fit =
        ConfidenceThresholdFit.of(Score.MAXIMUM_PROBABILITY, new float[][] {{nine, 0}}, 2, 0);
    assertThat(fit.threshold().value()).isCloseTo(0.75, within(1e-6));
    assertThat(fit.catchRate(new float[][] {{nine + 1, 0}, {nine - 1, 0}})).isEqualTo(0.5);
  }

  @Test
  void it_catches_what_the_model_does_not_know() {
    Random random = new Random(3);
    float[][] known = new float[400][10];
    float[][] unknown = new float[400][10];
    for (int i = 0; i < 400; i++) {
      for (int k = 0; k < 10; k++) {
        known[i][k] = (float) random.nextGaussian();
        unknown[i][k] = (float) random.nextGaussian();
      }
      known[i][random.nextInt(10)] += 8;
    }
    for (Score score : Score.values()) {
      ConfidenceThresholdFit fit = ConfidenceThresholdFit.of(score, known, 1, 0.05);
      assertThat(fit.catchRate(known)).isCloseTo(0.05, within(0.003));
      assertThat(fit.catchRate(unknown)).isGreaterThan(0.9);
    }
  }

  @Test
  void should_fail_if_a_number_is_none() {
    assertThatThrownBy(() -> ConfidenceThresholdFit.of(Score.ENERGY, new float[0][], 1, 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits must hold at least one photograph's");
    assertThatThrownBy(() -> ConfidenceThresholdFit.of(Score.ENERGY, new float[1][2], 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share must be in [0, 1), got 1.0");
    assertThatThrownBy(
            () -> ConfidenceThresholdFit.of(Score.ENERGY, new float[][] {{0, Float.NaN}}, 1, 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits must be finite, got [0.0, NaN]");
    assertThatThrownBy(() -> ConfidenceThresholdFit.of(Score.ENERGY, new float[1][2], 0, 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature must be positive, got 0.0");
  }
}
