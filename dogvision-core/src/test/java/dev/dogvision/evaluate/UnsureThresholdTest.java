package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.evaluate.UnsureThreshold.Score;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UnsureThresholdTest {
  @Test
  void scores_by_hand() {
    assertThat(Score.ENERGY.of(new float[] {0, 0})).isCloseTo(Math.log(2), within(1e-12));
    assertThat(Score.ENERGY.of(new float[] {5, 5, 5})).isCloseTo(5 + Math.log(3), within(1e-12));
    assertThat(Score.ENERGY.of(new float[] {1000, 0})).isEqualTo(1000);
    assertThat(Score.MAXIMUM_PROBABILITY.of(new float[] {(float) Math.log(3), 0}))
        .isCloseTo(0.75, within(1e-7));
    assertThat(Score.MAXIMUM_PROBABILITY.of(new float[] {1000, 0})).isEqualTo(1);
  }

  @Test
  void the_threshold_is_a_quantile() {
    float[][] logits = new float[101][];
    for (int i = 0; i <= 100; i++) {
      logits[i] = new float[] {i, -1000};
    }
    UnsureThreshold threshold = UnsureThreshold.fit(Score.ENERGY, logits, 0.05);
    assertThat(threshold.threshold()).isCloseTo(5, within(1e-9));
    assertThat(threshold.catchRate(logits)).isEqualTo(5 / 101.0);
    assertThat(threshold.isUnsure(new float[] {4, -1000})).isTrue();
    assertThat(threshold.isUnsure(new float[] {6, -1000})).isFalse();
    assertThat(UnsureThreshold.fit(Score.ENERGY, logits, 0).catchRate(logits)).isZero();
    assertThat(threshold)
        .hasToString("unsure below 5.000 of energy, which 5.0 % of photographs of the breeds are");
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
      UnsureThreshold threshold = UnsureThreshold.fit(score, known, 0.05);
      assertThat(threshold.catchRate(known)).isCloseTo(0.05, within(0.003));
      assertThat(threshold.catchRate(unknown)).isGreaterThan(0.9);
    }
  }

  @Test
  void should_fail_if_a_number_is_none() {
    assertThatThrownBy(() -> UnsureThreshold.fit(Score.ENERGY, new float[0][], 0.05))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a threshold can't be fitted to no photographs");
    assertThatThrownBy(() -> UnsureThreshold.fit(Score.ENERGY, new float[1][2], 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share must be in [0, 1), got 1.0");
    assertThatThrownBy(() -> Score.ENERGY.of(new float[] {0, Float.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits must be finite, got [0.0, NaN]");
    assertThatThrownBy(() -> Score.ENERGY.of(new float[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a score needs at least one logit");
    assertThatThrownBy(() -> new UnsureThreshold(Score.ENERGY, 1, 0.05).catchRate(new float[0][]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("of no photographs no share can be caught");
  }
}
