package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.data.Labels;
import java.util.List;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McNemarTest {
  private static final Labels TWO = Labels.of("akita", "beagle");

  @Test
  void few_are_compared_exactly() {
    // Twice the chance of 0, 1 or 2 heads in 12 tosses.
    McNemar test = McNemar.of(10, 2);
    assertThat(test.isExact()).isTrue();
    assertThat(test.statistic()).isNaN();
    assertThat(test.pValue()).isCloseTo(2 * (1 + 12 + 66) / 4096.0, within(1e-15));
    assertThat(McNemar.of(2, 10).pValue()).isEqualTo(test.pValue());
    assertThat(McNemar.of(3, 3).pValue()).isEqualTo(1);
    assertThat(McNemar.of(0, 0).pValue()).isEqualTo(1);
    assertThat(McNemar.of(0, 24).pValue()).isCloseTo(Math.pow(2, -23), within(1e-20));
  }

  @Test
  void many_by_chi_square_with_a_continuity_correction() {
    McNemar test = McNemar.of(25, 15);
    assertThat(test.isExact()).isFalse();
    assertThat(test.statistic()).isCloseTo(2.025, within(1e-12));
    assertThat(test.pValue()).isCloseTo(0.154728923485, within(1e-10));
    assertThat(McNemar.of(50, 50).statistic()).isZero();
    assertThat(McNemar.of(50, 50).pValue()).isEqualTo(1);
  }

  @Test
  void evaluations_are_compared_photograph_by_photograph() {
    Evaluation first =
        EvaluationTest.predicted(TWO, new int[] {0, 0, 1, 1, 0}, new int[] {0, 0, 1, 0, 1});
    Evaluation second =
        EvaluationTest.predicted(TWO, new int[] {0, 0, 1, 1, 0}, new int[] {0, 1, 0, 1, 1});
    McNemar test = McNemar.test(first, second);
    assertThat(test.onlyFirstRight()).isEqualTo(2);
    assertThat(test.onlySecondRight()).isEqualTo(1);
    assertThat(test.pValue()).isEqualTo(1);
    assertThat(test)
        .hasToString(
            "2 photographs only the first has right, 1 only the second: p = 1.00 (McNemar,"
                + " exact)");
  }

  @Test
  void labels_may_be_in_another_order() {
    Evaluation first = EvaluationTest.predicted(TWO, new int[] {0, 1}, new int[] {0, 1});
    Evaluation second =
        EvaluationTest.predicted(Labels.of("beagle", "akita"), new int[] {1, 0}, new int[] {1, 1});
    assertThat(McNemar.test(first, second).onlyFirstRight()).isEqualTo(1);
  }

  @Test
  void should_fail_if_the_photographs_differ() {
    Evaluation one = Evaluation.of(TWO, List.of("p"), new int[] {0}, new float[][] {{1, 0}});
    Evaluation other = Evaluation.of(TWO, List.of("q"), new int[] {0}, new float[][] {{1, 0}});
    Evaluation truth = Evaluation.of(TWO, List.of("p"), new int[] {1}, new float[][] {{1, 0}});
    Evaluation two = EvaluationTest.predicted(TWO, new int[2], new int[2]);
    assertThatThrownBy(() -> McNemar.test(one, other))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the evaluations are not of the same photographs in the same order: row 0 is 'p' in the"
                + " first and 'q' in the second");
    assertThatThrownBy(() -> McNemar.test(one, truth))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the evaluations differ in the truth: photograph 'p' is akita in the first and beagle"
                + " in the second");
    assertThatThrownBy(() -> McNemar.test(one, two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the evaluations are not of the same photographs: 1 and 2 of them");
    assertThatThrownBy(() -> McNemar.of(-1, 2)).isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "0.5, 0.4795001221869535",
    "1, 0.15729920705028513",
    "1.999999, 0.004677755648",
    "2, 0.004677734981047266",
    "3, 2.209049699858544e-05",
    "5, 1.5374597944280349e-12",
    "10, 2.0884875837625446e-45"
  })
  void the_complementary_error_function(double x, double expected) {
    assertThat(ComplementaryErrorFunction.of(x))
        .isCloseTo(expected, Percentage.withPercentage(1e-7));
  }
}
