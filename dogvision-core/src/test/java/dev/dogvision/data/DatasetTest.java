package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetTest {

  private static Example example(String id, String label) {
    return new Example(id, Path.of(id + ".jpg"), label);
  }

  private static final Dataset DOGS =
      Dataset.of(
          List.of(
              example("1", "pug"),
              example("2", "beagle"),
              example("3", "pug"),
              example("4", "chow"),
              example("5", "pug")));

  private static List<String> ids(Dataset dataset) {
    return dataset.examples().stream().map(Example::id).toList();
  }

  @Test
  void views_labels_as_indices_and_one_hot() {
    assertThat(DOGS.labels().names()).containsExactly("beagle", "chow", "pug");
    assertThat(DOGS.labelIndices()).containsExactly(2, 0, 2, 1, 2);
    assertThat(DOGS.labelIndex(3)).isEqualTo(1);
    assertThat(DOGS.oneHot()[1]).containsExactly(1, 0, 0);
    assertThat(DOGS.oneHot()).hasDimensions(5, 3);
    assertThat(DOGS.isLabelled()).isTrue();
    assertThat(DOGS).hasToString("Dataset(5 images, 3 breeds)");
  }

  @Test
  void is_immutable() {
    DOGS.labelIndices()[0] = 7;
    DOGS.oneHot()[0][0] = 7;

    assertThat(DOGS.labelIndices()[0]).isEqualTo(2);
    assertThat(DOGS.oneHot()[0][0]).isZero();
    assertThatThrownBy(() -> DOGS.examples().remove(0))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void unlabelled_examples_make_an_unlabelled_data_set() {
    Dataset unlabelled = Dataset.of(List.of(new Example("a", Path.of("a.jpg"), null)));

    assertThat(unlabelled.isLabelled()).isFalse();
    assertThat(unlabelled.labels()).isEqualTo(Labels.none());
    assertThat(unlabelled.summary()).hasToString("1 image, unlabelled");
    assertThatThrownBy(unlabelled::labelIndices)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the data set (1 image) is unlabelled");
    assertThatThrownBy(unlabelled::oneHot).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void should_fail_if_only_some_examples_have_a_label() {
    assertThatThrownBy(
            () ->
                Dataset.of(List.of(example("a", "pug"), new Example("b", Path.of("b.jpg"), null))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("either all examples have a label or none has, but 'b' has none");
  }

  @Test
  void should_fail_if_an_id_occurs_twice_or_there_is_no_example() {
    assertThatThrownBy(() -> Dataset.of(List.of(example("a", "pug"), example("a", "pug"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id 'a' occurs twice in the data set");
    assertThatThrownBy(() -> Dataset.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("examples must not be empty");
  }

  @Test
  void should_fail_if_an_example_is_blank() {
    assertThatThrownBy(() -> example(" ", "pug")).hasMessage("id must not be blank");
    assertThatThrownBy(() -> example("a", "")).hasMessage("the label of 'a' must not be blank");
  }

  @Test
  void limit_takes_the_first_in_order_and_keeps_all_labels() {
    Dataset two = DOGS.limit(2);

    assertThat(ids(two)).containsExactly("1", "2");
    assertThat(two.labels()).isEqualTo(DOGS.labels());
    assertThat(two.summary().labelsWithoutImage()).containsExactly("chow");
    assertThat(DOGS.limit(99)).isSameAs(DOGS);
  }

  @Test
  void should_fail_if_a_limit_or_sample_is_not_above_zero() {
    assertThatThrownBy(() -> DOGS.limit(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("n must be above 0, got 0");
    assertThatThrownBy(() -> DOGS.sample(-1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("n must be above 0, got -1");
  }

  @Test
  void a_sample_is_spread_over_the_breeds() {
    Dataset many =
        Dataset.of(
            IntStream.range(0, 1000)
                .mapToObj(i -> example("id" + i, i % 10 == 0 ? "rare" : "common" + i % 3))
                .toList());
    Dataset sample = many.sample(100, 5);

    assertThat(sample.size()).isEqualTo(100);
    assertThat(sample.summary().counts().get("rare")).isEqualTo(10);
    assertThat(sample.summary().counts().values()).containsOnly(10, 30);
    assertThat(sample).isEqualTo(many.sample(100, 5)).isNotEqualTo(many.sample(100, 6));
    assertThat(many.sample(4, 1).summary().counts().values()).containsOnly(1);
    assertThat(many.sample(3, 1).size()).isEqualTo(3);
  }

  @Test
  void filters_keep_labels_unless_labels_are_what_is_filtered() {
    assertThat(ids(DOGS.filter(dog -> dog.id().compareTo("3") > 0))).containsExactly("4", "5");
    assertThat(DOGS.filter(dog -> "pug".equals(dog.label())).labels()).isEqualTo(DOGS.labels());

    Dataset two = DOGS.onlyLabels("pug", "beagle");
    assertThat(two.labels().names()).containsExactly("beagle", "pug");
    assertThat(ids(two)).containsExactly("1", "2", "3", "5");
  }

  @Test
  void should_fail_if_a_filter_leaves_nothing_or_names_strangers() {
    assertThatThrownBy(() -> DOGS.filter(dog -> false))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("none of the 5 examples satisfies the condition");
    assertThatThrownBy(() -> DOGS.onlyLabels("cat"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not among the 3 labels: cat");
  }

  @Test
  void takes_the_labels_of_a_model() {
    Dataset relabelled = DOGS.withLabels(Labels.of("pug", "wolf", "chow", "beagle"));

    assertThat(relabelled.labelIndices()).containsExactly(0, 3, 0, 2, 0);
    assertThat(ids(DOGS.withLabels(Labels.of("pug"), ProblemPolicy.SKIP)))
        .containsExactly("1", "3", "5");
  }

  @Test
  void should_fail_if_a_model_does_not_know_a_label() {
    assertThatThrownBy(() -> DOGS.withLabels(Labels.of("Pug", "chow")))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "4 examples have a label that is not among the 2 expected; rename them, or pass"
                + " ProblemPolicy.SKIP to leave the examples out:\n"
                + "  'pug'; close: Pug\n"
                + "  'beagle'");
    assertThatThrownBy(() -> DOGS.withLabels(Labels.of("wolf"), ProblemPolicy.SKIP))
        .isInstanceOf(DatasetException.class)
        .hasMessage("none of the 5 examples has one of the 1 labels");
  }

  @Test
  void joins_data_sets_and_their_labels() {
    Dataset both = DOGS.concat(Dataset.of(List.of(example("9", "akita"))));

    assertThat(ids(both)).containsExactly("1", "2", "3", "4", "5", "9");
    assertThat(both.labels().names()).containsExactly("akita", "beagle", "chow", "pug");
    assertThat(both.labelIndices()).containsExactly(3, 1, 3, 2, 3, 0);
  }

  @Test
  void should_fail_if_joined_data_sets_do_not_go_together() {
    assertThatThrownBy(() -> DOGS.concat(DOGS.limit(2)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("2 ids are in both data sets: 1, 2");
    assertThatThrownBy(
            () -> DOGS.concat(Dataset.of(List.of(new Example("x", Path.of("x.png"), null)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a labelled and an unlabelled data set cannot be joined");
  }

  @Test
  void the_fingerprint_names_ids_labels_and_file_sizes(@TempDir Path folder) {
    Path image = ImageFixtures.jpegHeader(folder.resolve("a.jpg"));
    Dataset one = Dataset.of(List.of(new Example("a", image, "pug")));
    String before = one.fingerprint();

    assertThat(before)
        .isEqualTo("a8fdd75a759b3c390f0de8d2bd1a24e154e59964a93fa2b4fde9fb5169a924f8")
        .isEqualTo(one.fingerprint())
        .isNotEqualTo(Dataset.of(List.of(new Example("b", image, "pug"))).fingerprint())
        .isNotEqualTo(Dataset.of(List.of(new Example("a", image, "chow"))).fingerprint())
        .isNotEqualTo(Dataset.of(one.examples(), Labels.of("pug", "chow")).fingerprint());
    Path elsewhere = ImageFixtures.jpegHeader(folder.resolve("other").resolve("a.jpg"));
    assertThat(Dataset.of(List.of(new Example("a", elsewhere, "pug"))).fingerprint())
        .isEqualTo(before);
    ImageFixtures.write(image, new byte[7]);
    assertThat(one.fingerprint()).isNotEqualTo(before);
  }

  @Test
  void the_summary_ranks_breeds() {
    DatasetSummary summary = DOGS.summary();

    assertThat(summary.counts())
        .containsExactly(Map.entry("beagle", 1), Map.entry("chow", 1), Map.entry("pug", 3));
    assertThat(summary.mostCommon()).contains(new LabelCount("pug", 3));
    assertThat(summary.leastCommon()).contains(new LabelCount("beagle", 1));
    assertThat(summary.imbalance()).isEqualTo(3);
    assertThat(summary)
        .hasToString(
            "5 images, 3 breeds\n  most common            pug (3)\n  least common           beagle (1)");
  }
}
