package dev.dogvision.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Labels;
import org.junit.jupiter.api.Test;

class ConfusionMatrixTest {
  private static final Labels THREE = Labels.of("akita", "beagle", "collie");
  private static final ConfusionMatrix MATRIX =
      ConfusionMatrix.of(
          THREE, new int[] {0, 0, 0, 0, 1, 1, 2, 2}, new int[] {0, 1, 1, 2, 1, 0, 0, 2});

  @Test
  void counts() {
    assertThat(MATRIX.counts()).isDeepEqualTo(new int[][] {{1, 2, 1}, {1, 1, 0}, {1, 0, 1}});
    assertThat(MATRIX.count(0, 1)).isEqualTo(2);
    assertThat(MATRIX.count("akita", "beagle")).isEqualTo(2);
    assertThat(MATRIX.support(0)).isEqualTo(4);
    assertThat(MATRIX.predictions(0)).isEqualTo(3);
    assertThat(MATRIX.total()).isEqualTo(8);
    assertThat(MATRIX.correct()).isEqualTo(3);
  }

  @Test
  void most_confused_first_and_equals_in_the_labels_order() {
    assertThat(MATRIX.mostConfused(3))
        .containsExactly(
            new ConfusedPair("akita", "beagle", 2, 0.5),
            new ConfusedPair("akita", "collie", 1, 0.25),
            new ConfusedPair("beagle", "akita", 1, 0.5));
    assertThat(MATRIX.mostConfused(100)).hasSize(4);
    assertThatThrownBy(() -> MATRIX.mostConfused(-2))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("limit must not be negative, got -2");
  }

  @Test
  void its_counts_are_a_copy() {
    MATRIX.counts()[0][0] = 99;
    assertThat(MATRIX.count(0, 0)).isEqualTo(1);
  }

  @Test
  void a_small_one_is_a_table() {
    assertThat(MATRIX)
        .hasToString(
            """
            truth \\ predicted  akita  beagle  collie
            akita                  1       2       1
            beagle                 1       1       0
            collie                 1       0       1""");
  }

  @Test
  void a_large_one_is_a_list() {
    Labels labels = EvaluationTest.breeds(20);
    ConfusionMatrix matrix =
        ConfusionMatrix.of(labels, new int[] {3, 3, 3, 5, 6}, new int[] {4, 4, 3, 7, 6});
    assertThat(matrix)
        .hasToString(
            """
            2 of 5 right among 20 breeds; most frequent mistakes:
               2  breed_3 predicted as breed_4 (67 %)
               1  breed_5 predicted as breed_7 (100 %)""");
    assertThat(ConfusionMatrix.of(labels, new int[] {1}, new int[] {1}))
        .hasToString("1 of 1 right among 20 breeds");
  }

  @Test
  void should_fail_if_an_index_is_no_label() {
    assertThatThrownBy(() -> ConfusionMatrix.of(THREE, new int[] {0, 1}, new int[] {0, 3}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("row 1: truth 1 and prediction 3 must be in 0..2, the indices of the labels");
    assertThatThrownBy(() -> ConfusionMatrix.of(THREE, new int[1], new int[2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("truths and predictions differ in number: 1 and 2");
    assertThatThrownBy(() -> MATRIX.count(3, 0)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> MATRIX.count("akita", "beegle"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("beagle");
  }
}
