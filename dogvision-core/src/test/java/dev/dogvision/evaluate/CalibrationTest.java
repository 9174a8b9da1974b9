package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
  @Test
  void by_hand() {
    // Bin (0.5, 0.75]: mean 0.625, half right. Bin (0.75, 1]: mean 0.9, all of three right.
    Calibration calibration =
        Calibration.of(
            new double[] {0.55, 0.7, 0.8, 0.9, 1.0},
            new boolean[] {true, false, true, true, true},
            4);
    assertThat(calibration.bins()).hasSize(4);
    assertThat(calibration.bins().get(0).count()).isZero();
    assertThat(calibration.bins().get(0).confidence()).isNaN();
    assertThat(calibration.bins().get(0).accuracy()).isNaN();
    assertThat(calibration.bins().get(0).gap()).isNaN();
    Calibration.Bin third = calibration.bins().get(2);
    assertThat(third.lower()).isEqualTo(0.5);
    assertThat(third.upper()).isEqualTo(0.75);
    assertThat(third.count()).isEqualTo(2);
    assertThat(third.confidence()).isCloseTo(0.625, within(1e-12));
    assertThat(third.accuracy()).isEqualTo(0.5);
    assertThat(third.gap()).isCloseTo(0.125, within(1e-12));
    assertThat(calibration.expectedError()).isCloseTo((2 * 0.125 + 3 * 0.1) / 5, within(1e-12));
    assertThat(calibration.maximumError()).isCloseTo(0.125, within(1e-12));
    assertThat(calibration.meanConfidence()).isCloseTo(0.79, within(1e-12));
    assertThat(calibration)
        .hasToString(
            """
            expected calibration error 11.0 %, mean confidence 79.0 %
            says  62.5 %, is right  50.0 % (2)
            says  90.0 %, is right 100.0 % (3)""");
  }

  @Test
  void a_bin_holds_its_upper_end() {
    Calibration calibration =
        Calibration.of(new double[] {0, 0.25, 0.5, 0.75, 1}, new boolean[5], 4);
    assertThat(calibration.bins()).extracting(Calibration.Bin::count).containsExactly(2, 1, 1, 1);
  }

  @Test
  void a_model_that_is_right_as_often_as_it_says_has_hardly_an_error() {
    Random random = new Random(5);
    double[] confidences = random.doubles(20_000).toArray();
    boolean[] right = new boolean[confidences.length];
    for (int i = 0; i < right.length; i++) {
      right[i] = random.nextDouble() < confidences[i];
    }
    assertThat(Calibration.of(confidences, right, 15).expectedError()).isLessThan(0.015);
  }

  @Test
  void should_fail_if_a_number_is_out_of_range() {
    assertThatThrownBy(() -> Calibration.of(new double[] {0.5}, new boolean[1], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("bins must be positive, got 0");
    assertThatThrownBy(() -> Calibration.of(new double[] {1.5}, new boolean[1], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confidences must be in 0..1, got 1.5");
    assertThatThrownBy(() -> Calibration.of(new double[] {Double.NaN}, new boolean[1], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confidences must be in 0..1, got NaN");
    assertThatThrownBy(() -> Calibration.of(new double[1], new boolean[2], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("confidences and right differ in number: 1 and 2");
    assertThatThrownBy(() -> Calibration.of(new double[0], new boolean[0], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("there is nothing to calibrate: no confidence is given");
  }
}
