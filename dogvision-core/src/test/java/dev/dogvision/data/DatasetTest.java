package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.image.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
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
  void describes_ids_and_labels_in_a_table() {
    assertThat(DOGS.describe())
        .isEqualTo(
            """
                    id  breed
            count   5   5
            unique  5   3
            top     1   pug
            freq    1   3""");
    assertThat(DOGS.limit(2).describe()).contains("unique  2   2").contains("freq    1   1");
  }

  @Test
  void shows_its_first_rows_as_a_table() {
    assertThat(DOGS.head(3))
        .isEqualTo(
            """
               id  breed
            0  1   pug
            1  2   beagle
            2  3   pug""");
    assertThat(DOGS.head(100).lines()).hasSize(6);
    assertThatThrownBy(() -> DOGS.head(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("rows must be above 0, got 0");
  }

  @Test
  void tables_stay_narrow_and_whole_whatever_is_in_a_name() {
    Dataset odd =
        Dataset.of(List.of(new Example("a".repeat(500), Path.of("a"), "two\nlines\u200B")));

    assertThat(odd.head(1).lines())
        .hasSize(2)
        .allSatisfy(line -> assertThat(line).hasSizeLessThan(100));
    assertThat(odd.head(1)).endsWith("  two lines");
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
    assertThat(unlabelled.describe())
        .isEqualTo("        id\ncount   1\nunique  1\ntop     a\nfreq    1");
    assertThat(unlabelled.head(5)).isEqualTo("   id\n0  a");
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
  void a_models_labels_may_be_spelled_otherwise() {
    Dataset stanford =
        Dataset.of(
            List.of(
                example("1", "n02085620-Chihuahua"),
                example("2", "n02096585-Boston_bull"),
                example("3", "Beagle"),
                example("4", "beagle")));

    Dataset matched =
        stanford.withLabels(Labels.of("boston terrier", "chihuahua", "beagle", "Pug"));

    assertThat(matched.examples())
        .extracting(Example::label)
        .containsExactly("chihuahua", "boston terrier", "beagle", "beagle");
  }

  @Test
  void a_label_that_is_there_exactly_is_that_one() {
    assertThat(DOGS.withLabels(Labels.of("Pug", "pug", "chow", "beagle")).labelIndices())
        .containsExactly(1, 3, 1, 2, 1);
  }

  @Test
  void an_example_is_called_as_the_model_calls_it() {
    Dataset matched =
        DOGS.withLabels(Labels.of("Chow Chow", "PUG", "n02088364-beagle"), ProblemPolicy.SKIP);

    assertThat(matched.labelIndices()).containsExactly(1, 2, 1, 0, 1);
    assertThat(matched.example(3)).isEqualTo(example("4", "Chow Chow"));
    assertThat(ids(matched)).isEqualTo(ids(DOGS));
  }

  @Test
  void should_fail_if_a_spelling_could_be_either_of_two_labels() {
    assertThatThrownBy(() -> DOGS.withLabels(Labels.of("Pug", "PUG", "chow", "beagle")))
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith("3 examples have a label that is not among the 4 expected;")
        .hasMessageContaining("'pug'; close: ");
  }

  @Test
  void labels_that_are_asked_for_are_meant_exactly() {
    Dataset dogs = Dataset.of(List.of(example("1", "pug"), example("2", "Pug")));

    assertThat(ids(dogs.onlyLabels("pug"))).containsExactly("1");
  }

  @Test
  void should_fail_if_a_model_does_not_know_a_label() {
    assertThatThrownBy(() -> DOGS.withLabels(Labels.of("Pugs", "chow")))
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "4 examples have a label that is not among the 2 expected; rename them, or leave the"
                + " examples out with dataset.withLabels(labels, ProblemPolicy.SKIP):\n"
                + "  'pug'; close: Pugs\n"
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
        .hasMessage("2 photographs are in both data sets: 1, 2; union(...) takes them once");
    assertThatThrownBy(
            () -> DOGS.concat(Dataset.of(List.of(new Example("x", Path.of("x.png"), null)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a labelled and an unlabelled data set cannot be joined");
  }

  @Test
  void joins_folders_whose_files_share_names(@TempDir Path folder) {
    for (String part : List.of("train", "valid")) {
      for (String file : List.of("pug/001.png", "pug/002.png", "chow/001.png")) {
        ImageFixtures.save(
            ImageFixtures.drawing(40, 30, (part + file).hashCode()),
            folder.resolve(part).resolve(file));
      }
    }
    Dataset train = DatasetBuilder.fromFolders(folder.resolve("train")).build();
    Dataset valid = DatasetBuilder.fromFolders(folder.resolve("valid")).build();

    Dataset both = train.concat(valid);

    assertThat(ids(both))
        .containsExactly(
            "chow/001", "pug/001", "pug/002", "valid/chow/001", "valid/pug/001", "valid/pug/002");
    assertThat(both.examples().subList(3, 6))
        .extracting(Example::image)
        .containsExactlyElementsOf(valid.examples().stream().map(Example::image).toList());
  }

  @Test
  void given_ids_stay_when_data_sets_are_joined(@TempDir Path folder) {
    ImageFixtures.save(ImageFixtures.drawing(40, 30, 1), folder.resolve("found/001.png"));
    ImageFixtures.save(ImageFixtures.drawing(40, 30, 2), folder.resolve("given/001.png"));
    ImageFixtures.save(ImageFixtures.drawing(40, 30, 3), folder.resolve("other/001.png"));
    ImageFixtures.text(folder.resolve("labels.csv"), "id,breed\n001,pug\n");
    Dataset given =
        DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
            .images(folder.resolve("given"))
            .build();
    Dataset found = Dataset.of(List.of(new Example("001", folder.resolve("found/001.png"), "pug")));
    Dataset otherwise =
        DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
            .images(folder.resolve("other"))
            .build();

    assertThat(ids(given.concat(found))).containsExactly("001", "found/001");
    assertThat(ids(found.concat(given))).containsExactly("found/001", "001");
    assertThatThrownBy(() -> given.limit(1).concat(otherwise))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "1 id is in both data sets, for photographs that differ: 001; rename them in one of"
                + " the CSVs");
  }

  @Test
  void should_fail_if_a_copy_of_a_photograph_is_joined(@TempDir Path folder) throws IOException {
    Path one =
        ImageFixtures.save(ImageFixtures.drawing(40, 30, 1), folder.resolve("train/001.png"));
    Files.createDirectories(folder.resolve("valid"));
    Path copy = Files.copy(one, folder.resolve("valid/001.png"));

    assertThatThrownBy(
            () ->
                Dataset.of(List.of(new Example("001", one, "pug")))
                    .concat(Dataset.of(List.of(new Example("001", copy, "pug")))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 photograph is in both data sets: 001; union(...) takes them once");
  }

  @Test
  void a_union_takes_a_photograph_of_both_once() {
    Dataset others = Dataset.of(List.of(example("2", "beagle"), example("9", "akita")));

    Dataset all = DOGS.limit(3).union(others);

    assertThat(ids(all)).containsExactly("1", "2", "3", "9");
    assertThat(ids(DOGS.union(DOGS.limit(2)))).containsExactly("1", "2", "3", "4", "5");
  }

  @Test
  void should_fail_as_documented_if_no_example_has_a_label_to_keep() {
    Dataset without = Dataset.of(DOGS.examples(), Labels.of("pug", "beagle", "chow", "wolf"));

    assertThatThrownBy(() -> without.onlyLabels("wolf"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("none of the 5 examples has any of the labels wolf");
  }

  @Test
  void the_fingerprint_names_labels_and_contents(@TempDir Path folder) throws IOException {
    Path image = ImageFixtures.jpegHeader(folder.resolve("a.jpg"));
    Dataset one = Dataset.of(List.of(new Example("a", image, "pug")));
    String before = one.fingerprint();

    assertThat(before)
        .isEqualTo("4a76a23837fb40381bb190f4a9d823eb33a958d1eb49e7e72a6e770a899134d4")
        .isEqualTo(one.fingerprint())
        .isEqualTo(Dataset.of(List.of(new Example("b", image, "pug"))).fingerprint())
        .isNotEqualTo(Dataset.of(List.of(new Example("a", image, "chow"))).fingerprint())
        .isNotEqualTo(Dataset.of(one.examples(), Labels.of("pug", "chow")).fingerprint());
    Path elsewhere = ImageFixtures.jpegHeader(folder.resolve("other").resolve("a.jpg"));
    assertThat(Dataset.of(List.of(new Example("a", elsewhere, "pug"))).fingerprint())
        .isEqualTo(before);
    byte[] bytes = Files.readAllBytes(image);
    assertThat(Dataset.of(List.of(Example.of(ImageSource.of("row 1", bytes), "pug"))).fingerprint())
        .isEqualTo(before);
    bytes[5]++; // and the size stays
    ImageFixtures.write(image, bytes);
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
