package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.UnreadableImageException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LabelledBatchTest {
  private static final Preprocessing PREPROCESSING =
      new Preprocessing(
          16,
          ResizeRule.CENTER_CROP,
          0.875,
          List.of(127.5, 127.5, 127.5),
          List.of(127.5, 127.5, 127.5));

  @TempDir Path folder;

  @BeforeEach
  void draw() {
    for (int i = 0; i < 7; i++) {
      ImageFixtures.save(
          ImageFixtures.drawing(40, 30, i),
          folder.resolve((i % 3 == 0 ? "pug" : "chow") + "/" + i + ".png"));
    }
  }

  @Test
  void batches_hold_all_photographs_in_order_with_their_labels() {
    Dataset dogs = DatasetBuilder.fromFolders(folder).build();
    List<LabelledBatch> batches = new ArrayList<>();

    dogs.batches(3, PREPROCESSING).forEach(batches::add);

    assertThat(batches).extracting(LabelledBatch::size).containsExactly(3, 3, 1);
    assertThat(batches.get(0).shape()).containsExactly(3, 16, 16, 3);
    assertThat(batches.get(0)).hasToString("LabelledBatch[3, 16, 16, 3]");
    assertThat(batches.get(0).pixels().size()).isEqualTo(3);
    List<Example> examples =
        batches.stream().flatMap(batch -> batch.examples().examples().stream()).toList();
    assertThat(examples).isEqualTo(dogs.examples());
    assertThat(batches.get(2).examples().labels()).isEqualTo(dogs.labels());
    assertThat(batches.get(2).examples().oneHot()).isDeepEqualTo(new float[][] {{0, 1}});
  }

  @Test
  void pictures_come_back_out_of_a_batch_as_the_network_sees_them() {
    Dataset dogs = DatasetBuilder.fromFolders(folder).build();

    LabelledBatch batch = dogs.batches(7, PREPROCESSING).iterator().next();

    for (int i = 0; i < 7; i++) {
      assertThat(batch.image(i))
          .isEqualTo(PREPROCESSING.apply(ImageDecoder.standard().decode(dogs.example(i).image())));
    }
    assertThat(batch.images()).hasSize(7).doesNotHaveDuplicates();
    assertThatThrownBy(() -> batch.image(7)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void a_photograph_that_cannot_be_read_is_named() throws Exception {
    Dataset dogs = DatasetBuilder.fromFolders(folder).build();
    Files.writeString(folder.resolve("pug/6.png"), "no picture");

    assertThatThrownBy(() -> dogs.batches(32, PREPROCESSING).forEach(batch -> {}))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("6.png");
  }

  @Test
  void refuses_batches_of_nothing_and_of_too_much() {
    Dataset dogs = DatasetBuilder.fromFolders(folder).build();

    assertThatThrownBy(() -> dogs.batches(0, PREPROCESSING))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size must be above 0, got 0");
    assertThatThrownBy(() -> dogs.batches(2_000_000, PREPROCESSING.withSize(224)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a batch of 2000000 photographs of 224 x 224 pixels has 2 GiB or more");
  }
}
