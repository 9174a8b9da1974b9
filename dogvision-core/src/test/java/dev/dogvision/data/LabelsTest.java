package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LabelsTest {

  @Test
  void keeps_the_given_order() {
    Labels labels = Labels.of("pug", "beagle");

    assertThat(labels.names()).containsExactly("pug", "beagle");
    assertThat(labels.size()).isEqualTo(2);
    assertThat(labels.index("beagle")).isEqualTo(1);
    assertThat(labels.name(0)).isEqualTo("pug");
    assertThat(labels.contains("pug")).isTrue();
    assertThat(labels.contains("Pug")).isFalse();
    assertThat(labels).hasToString("[pug, beagle]");
  }

  @Test
  void sorts_and_merges_what_occurs_twice() {
    Labels labels = Labels.sorted(List.of("pug", "beagle", "pug", "Zebra"));

    assertThat(labels.names()).containsExactly("Zebra", "beagle", "pug");
    assertThat(labels).isEqualTo(Labels.of("Zebra", "beagle", "pug"));
    assertThat(labels).hasSameHashCodeAs(Labels.of("Zebra", "beagle", "pug"));
    assertThat(labels).isNotEqualTo(Labels.of("beagle", "Zebra", "pug"));
  }

  @Test
  void one_hot_is_one_at_the_label() {
    assertThat(Labels.of("a", "b", "c").oneHot(1)).containsExactly(0, 1, 0);
  }

  @Test
  void does_not_change_with_the_collection_it_came_from() {
    List<String> names = new ArrayList<>(List.of("a", "b"));
    Labels labels = Labels.of(names);
    names.add("c");

    assertThat(labels.names()).containsExactly("a", "b");
    assertThatThrownBy(() -> labels.names().add("c"))
        .isInstanceOf(UnsupportedOperationException.class);
  }

  @Test
  void should_fail_if_a_label_occurs_twice() {
    assertThatThrownBy(() -> Labels.of("a", "b", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label 'a' occurs twice, at 0 and 2");
  }

  @Test
  void should_fail_if_a_label_is_blank_or_there_is_none() {
    assertThatThrownBy(() -> Labels.of("a", " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("label 1 is blank");
    assertThatThrownBy(() -> Labels.of(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels must not be empty");
    assertThat(Labels.none().isEmpty()).isTrue();
  }

  @Test
  void should_name_close_labels_if_one_is_unknown() {
    Labels labels = Labels.of("boston_bull", "border_collie", "pug", "bull_mastiff");

    assertThatThrownBy(() -> labels.index("Boston Bull"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no label 'Boston Bull' among the 4; close ones: boston_bull");
    assertThatThrownBy(() -> labels.index("boarder_colie"))
        .hasMessage("no label 'boarder_colie' among the 4; close ones: border_collie");
    assertThatThrownBy(() -> labels.index("xyz")).hasMessage("no label 'xyz' among the 4");
  }

  @Test
  void should_fail_if_the_place_does_not_exist() {
    assertThatThrownBy(() -> Labels.of("a").name(1)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> Labels.of("a").oneHot(-1))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }
}
