package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SplitTest {

  /** Examples of several breeds, one number a breed. */
  private static Dataset dogs(int... counts) {
    List<Example> examples = new ArrayList<>();
    for (int breed = 0; breed < counts.length; breed++) {
      for (int i = 0; i < counts[breed]; i++) {
        String id = (char) ('a' + breed % 26) + (breed < 26 ? "" : "" + breed / 26) + "-" + i;
        examples.add(new Example(id, Path.of(id + ".jpg"), id.substring(0, id.indexOf('-'))));
      }
    }
    Collections.shuffle(examples, new Random(1));
    return Dataset.of(examples);
  }

  private static Dataset randomDogs(Random random) {
    return dogs(random.ints(1 + random.nextInt(40), 1, 2 + random.nextInt(30)).toArray());
  }

  private static List<String> ids(Dataset dataset) {
    return dataset.examples().stream().map(Example::id).toList();
  }

  private static void assertDisjointAndExhaustive(Dataset whole, Split split) {
    Set<String> train = new HashSet<>(ids(split.train()));
    Set<String> validation = new HashSet<>(ids(split.validation()));
    assertThat(train).doesNotContainAnyElementsOf(validation);
    assertThat(train.size() + validation.size()).isEqualTo(whole.size());
    assertThat(split.train().labels()).isEqualTo(whole.labels());
    assertThat(split.validation().labels()).isEqualTo(whole.labels());
    // Both parts keep the order of the whole.
    assertThat(ids(split.train())).isEqualTo(ids(whole).stream().filter(train::contains).toList());
  }

  @Test
  void parts_are_disjoint_exhaustive_stratified_and_of_exactly_the_size_asked() {
    Random random = new Random(13);
    for (int round = 0; round < 60; round++) {
      Dataset whole = randomDogs(random);
      if (whole.size() < 2) {
        continue;
      }
      double fraction = 0.05 + 0.9 * random.nextDouble();
      Split split = whole.split(fraction, random.nextLong());

      assertDisjointAndExhaustive(whole, split);
      long wanted = Math.max(1, Math.min(whole.size() - 1, Math.round(fraction * whole.size())));
      assertThat(split.train().size()).isEqualTo((int) wanted);
    }
  }

  @Test
  void each_breed_is_divided_within_one_image_of_its_share() {
    Random random = new Random(14);
    for (int round = 0; round < 50; round++) {
      int[] counts = random.ints(1 + random.nextInt(40), 20, 60).toArray();
      Dataset whole = dogs(counts);
      double fraction = 0.1 + 0.8 * random.nextDouble();
      Split split = whole.split(fraction, random.nextLong());

      double exact = split.train().size() / (double) whole.size();
      Map<String, Integer> all = whole.summary().counts();
      split
          .train()
          .summary()
          .counts()
          .forEach(
              (label, count) ->
                  assertThat((double) count)
                      .isBetween(exact * all.get(label) - 1, exact * all.get(label) + 1));
      assertThat(split.notes()).isEmpty();
    }
  }

  @Test
  void a_thousand_in_a_hundred_and_twenty_breeds_split_into_800_and_200() {
    int[] counts = IntStream.range(0, 120).map(i -> i < 40 ? 9 : 8).toArray();
    Split split = dogs(counts).split(0.8, 13);

    assertThat(split.train().size()).isEqualTo(800);
    assertThat(split.validation().size()).isEqualTo(200);
    assertThat(split.validation().summary().counts().values()).containsOnly(1, 2);
    assertThat(split.notes()).isEmpty();
  }

  @Test
  void the_outcome_is_the_same_on_every_machine() {
    Split split = dogs(5, 4, 3).split(0.5, 13);

    assertThat(ids(split.train())).containsExactly("b-0", "a-0", "a-4", "a-3", "c-1", "b-2");
    assertThat(ids(split.validation())).containsExactly("c-2", "a-2", "b-3", "a-1", "b-1", "c-0");
    assertThat(ids(dogs(5, 4, 3).sample(4, 13))).hasToString("[a-4, a-3, c-1, b-2]");
    assertThat(dogs(5, 4, 3).kFold(3, 13).stream().map(fold -> ids(fold.validation())).toList())
        .hasToString("[[b-0, a-3, a-1, c-1], [a-4, c-2, a-2, b-3], [a-0, b-2, b-1, c-0]]");
  }

  @Test
  void the_outcome_depends_on_the_seed_and_not_on_the_order() {
    Dataset whole = dogs(20, 20, 20);
    List<Example> shuffled = new ArrayList<>(whole.examples());
    Collections.shuffle(shuffled, new Random(5));

    assertThat(whole.split(0.8, 1)).isEqualTo(whole.split(0.8, 1));
    assertThat(ids(whole.split(0.8, 1).train())).isNotEqualTo(ids(whole.split(0.8, 2).train()));
    assertThat(ids(Dataset.of(shuffled).split(0.8, 1).train()))
        .containsExactlyInAnyOrderElementsOf(ids(whole.split(0.8, 1).train()));
  }

  @Test
  void breeds_of_two_or_more_images_are_in_both_parts() {
    Split split = dogs(2, 2, 3, 40).split(0.8, 7);

    assertThat(split.validation().summary().labelsWithoutImage()).isEmpty();
    assertThat(split.train().summary().labelsWithoutImage()).isEmpty();
    assertThat(split.train().size()).isEqualTo(38);
    assertThat(split.notes()).isEmpty();
  }

  @Test
  void a_breed_of_one_image_trains_and_the_notes_say_so() {
    Split split = dogs(1, 10, 1, 10).split(0.5, 7);

    assertThat(split.train().size()).isEqualTo(11);
    assertThat(split.notes())
        .containsExactly(
            "2 of 4 breeds cannot be measured, with images in the training part only: a (1 image),"
                + " c (1 image)");
  }

  @Test
  void sizes_go_before_breeds_where_both_cannot_be_had() {
    Split split = dogs(1, 1, 1, 1, 1, 1, 1, 1, 1, 1).split(0.8, 3);

    assertThat(split.train().size()).isEqualTo(8);
    assertThat(split.notes()).hasSize(2);
    assertThat(split.notes().get(0)).startsWith("2 of 10 breeds cannot be learnt");
    assertThat(split.notes().get(1)).startsWith("8 of 10 breeds cannot be measured");
  }

  @Test
  void breeds_without_any_image_are_noted() {
    Dataset whole = Dataset.of(dogs(5, 5).examples(), Labels.of("a", "b", "c"));

    assertThat(whole.split(0.5, 1).notes())
        .containsExactly("1 of 3 breeds without an image in either part: c");
  }

  @Test
  void unlabelled_examples_split_too() {
    Dataset whole =
        Dataset.of(
            IntStream.range(0, 10)
                .mapToObj(i -> new Example("x" + i, Path.of("x"), null))
                .toList());
    Split split = whole.split(0.7, 1);

    assertThat(split.train().size()).isEqualTo(7);
    assertDisjointAndExhaustive(whole, split);
    assertThat(split.notes()).isEmpty();
  }

  @Test
  void should_fail_if_the_fraction_is_not_between_zero_and_one() {
    for (double fraction : new double[] {0, 1, -0.1, 1.5, Double.NaN, 80}) {
      assertThatThrownBy(() -> dogs(4).split(fraction, 1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("fraction must be between 0 and 1, both excluded, got " + fraction);
    }
  }

  @Test
  void should_fail_if_there_is_too_little_to_split() {
    assertThatThrownBy(() -> dogs(1).split(0.5, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the data set has 1 example, too few to split in two");
    assertThatThrownBy(() -> dogs(3).kFold(4, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the data set has 3 examples, too few to make 4 folds");
    assertThatThrownBy(() -> dogs(3).kFold(1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("k must be at least 2, got 1");
  }

  @Test
  void even_the_smallest_part_has_an_example() {
    assertThat(dogs(5, 5).split(0.001, 1).train().size()).isEqualTo(1);
    assertThat(dogs(5, 5).split(0.999, 1).validation().size()).isEqualTo(1);
  }

  @Test
  void folds_validate_each_example_once_and_are_even() {
    Random random = new Random(15);
    for (int round = 0; round < 60; round++) {
      Dataset whole = randomDogs(random);
      int k = 2 + random.nextInt(6);
      if (whole.size() < k) {
        continue;
      }
      List<Split> folds = whole.kFold(k, random.nextLong());

      List<String> validated = new ArrayList<>();
      folds.forEach(fold -> assertDisjointAndExhaustive(whole, fold));
      folds.forEach(fold -> validated.addAll(ids(fold.validation())));
      assertThat(validated).containsExactlyInAnyOrderElementsOf(ids(whole));
      assertThat(spread(folds.stream().map(fold -> fold.validation().size()).toList()))
          .isLessThanOrEqualTo(1);
      for (String label : whole.labels().names()) {
        assertThat(
                spread(
                    folds.stream()
                        .map(fold -> fold.validation().summary().counts().get(label))
                        .toList()))
            .isLessThanOrEqualTo(1);
      }
    }
  }

  private static int spread(List<Integer> numbers) {
    return Collections.max(numbers) - Collections.min(numbers);
  }

  @Test
  void groups_stay_together_and_sizes_stay_exact_where_they_can() {
    Random random = new Random(16);
    for (int round = 0; round < 50; round++) {
      Dataset whole = dogs(random.ints(1 + random.nextInt(20), 20, 40).toArray());
      Groups groups = randomGroups(whole, random);
      Split split = whole.split(0.8, random.nextLong(), groups);

      assertDisjointAndExhaustive(whole, split);
      assertTogether(groups, split);
      assertThat(split.train().size()).isEqualTo((int) Math.round(0.8 * whole.size()));
      assertThat(split.notes()).isEmpty();
      for (Split fold : whole.kFold(5, random.nextLong(), groups)) {
        assertDisjointAndExhaustive(whole, fold);
        assertTogether(groups, fold);
      }
    }
  }

  private static Groups randomGroups(Dataset whole, Random random) {
    List<String> ids = new ArrayList<>(ids(whole));
    Collections.shuffle(ids, random);
    List<List<String>> groups = new ArrayList<>();
    for (int i = 0; i + 3 < ids.size() / 4; i += 3) {
      groups.add(ids.subList(i, i + 2 + random.nextInt(2)));
    }
    groups.add(List.of("not here", "nor this"));
    return Groups.of(groups);
  }

  private static void assertTogether(Groups groups, Split split) {
    Set<String> train = new HashSet<>(ids(split.train()));
    Set<String> validation = new HashSet<>(ids(split.validation()));
    for (Set<String> group : groups.groups()) {
      assertThat(
              group.stream().anyMatch(train::contains)
                  && group.stream().anyMatch(validation::contains))
          .isFalse();
    }
  }

  @Test
  void large_groups_change_the_sizes_and_the_notes_say_so() {
    Dataset whole = dogs(10, 2);
    List<String> all = ids(whole).stream().filter(id -> id.startsWith("a")).toList();
    Split split = whole.split(0.5, 1, Groups.of(List.of(all)));

    assertTogether(Groups.of(List.of(all)), split);
    assertThat(split.notes().get(0))
        .isEqualTo("groups kept together made the parts 11 and 1 instead of 6 and 6");
  }

  @Test
  void three_parts_are_disjoint_exhaustive_stratified_and_train_on_what_two_parts_train_on() {
    Random random = new Random(13);
    for (int round = 0; round < 60; round++) {
      Dataset whole = randomDogs(random);
      if (whole.size() < 3) {
        continue;
      }
      long seed = random.nextLong();
      Split split = whole.split(0.7, 0.15, seed);

      List<String> all = new ArrayList<>(ids(split.train()));
      all.addAll(ids(split.validation()));
      all.addAll(ids(split.test()));
      assertThat(all).containsExactlyInAnyOrderElementsOf(ids(whole));
      if (Math.round(0.7 * whole.size()) <= whole.size() - 2) {
        assertThat(split.train()).isEqualTo(whole.split(0.7, seed).train());
      }
      assertThat(split.test().labels()).isEqualTo(whole.labels());
    }
    Split even = dogs(20, 40, 100).split(0.7, 0.15, 13);
    assertThat(even.train().summary().counts()).isEqualTo(Map.of("a", 14, "b", 28, "c", 70));
    assertThat(even.validation().summary().counts()).isEqualTo(Map.of("a", 3, "b", 6, "c", 15));
    assertThat(even.test().summary().counts()).isEqualTo(Map.of("a", 3, "b", 6, "c", 15));
    assertThat(even.notes()).isEmpty();
    assertThat(dogs(20, 40, 100).split(0.7, 0.15, 13)).isEqualTo(even);
    assertThat(dogs(20, 40, 100).split(0.7, 0.15, 14)).isNotEqualTo(even);
  }

  @Test
  void three_parts_keep_groups_together_and_note_the_breeds_that_are_not_in_all() {
    Dataset whole = dogs(1, 2, 30);
    Groups groups = Groups.of(List.of(List.of("c-1", "c-2", "c-3"), List.of("c-8", "c-9")));
    Split split = whole.split(0.6, 0.2, 13, groups);

    for (Dataset part : List.of(split.train(), split.validation(), split.test())) {
      for (Set<String> group : groups.groups()) {
        assertThat(ids(part).containsAll(group) || Collections.disjoint(ids(part), group)).isTrue();
      }
    }
    assertThat(split.notes())
        .contains(
            "2 of 3 breeds cannot be measured in the test part, without an image: a (1 image), b (2"
                + " images)");
  }

  @Test
  void a_split_in_two_has_no_test_part_and_says_how_to_get_one() {
    Split two = dogs(4).split(0.5, 1);

    assertThat(two.hasTest()).isFalse();
    assertThatThrownBy(two::test)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the data set was split in two, so there is no test part; split(0.7, 0.15, seed) makes"
                + " three");
    assertThatThrownBy(() -> dogs(4).split(0.7, 0.3, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("train and validation must leave something for the test part, got 0.7 and 0.3");
    assertThatThrownBy(() -> dogs(2).split(0.7, 0.15, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the data set has 2 examples, too few to split in three");
  }

  @Test
  void labels_are_renamed_and_merged() {
    Dataset whole =
        Dataset.of(
            List.of(
                new Example("1", Path.of("1.jpg"), "n02085620-Beagle"),
                new Example("2", Path.of("2.jpg"), "beagle"),
                new Example("3", Path.of("3.jpg"), "pug")),
            Labels.of("pug", "n02085620-Beagle", "beagle"));

    Dataset renamed = whole.withLabelsRenamed(Map.of("n02085620-Beagle", "beagle"));

    assertThat(renamed.labels()).isEqualTo(Labels.of("pug", "beagle"));
    assertThat(renamed.labelIndices()).containsExactly(1, 1, 0);
    assertThat(ids(renamed)).isEqualTo(ids(whole));
    assertThat(whole.withLabelsRenamed(name -> "dog").labels()).isEqualTo(Labels.of("dog"));
    assertThatThrownBy(() -> whole.withLabelsRenamed(Map.of("bagle", "beagle")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not among the 3 labels: bagle");
    assertThatThrownBy(() -> whole.withLabelsRenamed(name -> " "))
        .hasMessage("the new name of label 'pug' is blank");
  }

  @Test
  void should_fail_if_groups_leave_a_part_empty() {
    Dataset whole = dogs(4);
    assertThatThrownBy(() -> whole.split(0.5, 1, Groups.of(List.of(ids(whole)))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the groups are so large that a part would be empty; split without them, or fewer"
                + " times");
    assertThatThrownBy(() -> whole.kFold(2, 1, Groups.of(List.of(ids(whole)))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void groups_are_distinct() {
    assertThatThrownBy(() -> Groups.of(List.of(List.of("a", "b"), List.of("b", "c"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id 'b' is in two groups");
    assertThat(Groups.of(List.of(List.of("a"), List.of("b", "c"))).size()).isEqualTo(1);
    assertThat(Groups.none().groups()).isEmpty();
  }
}
