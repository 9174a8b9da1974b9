package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The competition's own files, where they are at hand. */
class RealDataTest {
  private final Path data = Path.of(System.getProperty("dogvision.shared", "../shared"), "data");
  private final Path kaggle = data.resolve("kaggle");

  @BeforeEach
  void needs_the_photographs() {
    Assumptions.assumeTrue(Files.isDirectory(kaggle), "the photographs are not at hand");
  }

  @Test
  void the_competitions_labels_are_counted() {
    Dataset dogs = DatasetBuilder.fromCsv(kaggle.resolve("labels.csv")).withoutImages().build();

    assertThat(dogs.size()).isEqualTo(10_222);
    assertThat(dogs.labels().size()).isEqualTo(120);
    assertThat(dogs.labels().names()).isSorted();
    assertThat(dogs.labels().index("boston_bull")).isEqualTo(19);
    assertThat(dogs.labels().name(19)).isEqualTo("boston_bull");
    assertThat(dogs.summary().mostCommon()).contains(new LabelCount("scottish_deerhound", 126));
    assertThat(dogs.summary().leastCommon()).contains(new LabelCount("briard", 66));
    assertThat(dogs.summary().toString())
        .isEqualTo(
            """
            10,222 images, 120 breeds
              most common            scottish_deerhound (126)
              least common           briard (66)
              rows in labels.csv     10,222
              duplicates of an id    0
              note                   images were not looked for""");
  }

  @Test
  void rows_without_a_photograph_are_named_or_skipped() {
    assertThatThrownBy(
            () ->
                DatasetBuilder.fromCsv(kaggle.resolve("labels.csv"))
                    .images(kaggle.resolve("train"))
                    .build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("2,037 of 10,222 ids have no image in ")
        .hasMessageContaining("and 2,027 more")
        .hasMessageContaining(".missingImages(ProblemPolicy.SKIP)");

    Dataset dogs =
        DatasetBuilder.fromCsv(kaggle.resolve("labels.csv"))
            .images(kaggle.resolve("train"))
            .missingImages(ProblemPolicy.SKIP)
            .build();
    assertThat(dogs.size()).isEqualTo(8_185);
    assertThat(dogs.labels().size()).isEqualTo(120);
    assertThat(dogs.summary().rows()).isEqualTo(10_222);
    assertThat(dogs.summary().rowsWithoutImage()).hasSize(2_037);
    assertThat(dogs.summary().imagesWithoutRow()).isEmpty();
  }

  @Test
  void the_notebooks_split_is_exactly_800_and_200() {
    Dataset dogs =
        DatasetBuilder.fromCsv(kaggle.resolve("train.csv")).images(kaggle.resolve("train")).build();
    assertThat(dogs.size()).isEqualTo(8_185);

    Split split = dogs.limit(1000).split(0.8, 13);

    assertThat(split.train().size()).isEqualTo(800);
    assertThat(split.validation().size()).isEqualTo(200);
    assertThat(split.train().labels()).isEqualTo(dogs.labels());
  }
}
