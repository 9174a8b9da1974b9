package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.image.ImageSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets of photographs from anywhere. */
class SourcesTest {
  private static ImageSource picture(String name, long seed) {
    return ImageSource.of(name, ImageFixtures.drawing(40, 30, seed));
  }

  private static List<String> ids(Dataset dataset) {
    return dataset.examples().stream().map(Example::id).toList();
  }

  @Test
  void takes_labelled_photographs_from_anywhere(@TempDir Path folder) {
    Path file = ImageFixtures.save(ImageFixtures.drawing(40, 30, 1), folder.resolve("teo.png"));
    ImageSource stream = ImageSource.of("row 17", () -> getClass().getResourceAsStream("none"));

    Dataset dogs =
        DatasetBuilder.fromSources(
                List.of(
                    Example.of(stream, "pug"),
                    Example.of(ImageSource.of(file), "chow"),
                    Example.of(picture("upload", 2), "pug")))
            .build();

    assertThat(ids(dogs)).containsExactly("row 17", file.toString(), "upload");
    assertThat(dogs.labels().names()).containsExactly("chow", "pug");
    assertThat(dogs.labelIndices()).containsExactly(1, 0, 1);
    assertThat(dogs.example(1).image().path()).contains(file);
    assertThat(dogs.summary().rows()).isEqualTo(3);
  }

  @Test
  void takes_a_stream_of_photographs_without_labels() {
    Dataset dogs =
        DatasetBuilder.fromSources(
                Stream.of(1, 2, 3).map(i -> Example.of(picture("picture " + i, i))))
            .build();

    assertThat(dogs.isLabelled()).isFalse();
    assertThat(ids(dogs)).containsExactly("picture 1", "picture 2", "picture 3");
  }

  @Test
  void photographs_of_one_name_are_told_apart_by_their_content() {
    Dataset dogs =
        DatasetBuilder.fromSources(
                Stream.of(1, 2, 3, 2).map(i -> Example.of(picture("picture", i), "pug")))
            .build();

    assertThat(ids(dogs)).containsExactly("picture", "picture-2", "picture-3");
    assertThat(dogs.summary().duplicates()).isEqualTo(1);
  }

  @Test
  void should_fail_if_a_photograph_has_two_breeds() {
    List<Example> examples =
        List.of(
            Example.of(picture("a", 1), "pug"),
            Example.of(picture("a", 1), "chow"),
            Example.of(picture("b", 2), "chow"));

    assertThatThrownBy(DatasetBuilder.fromSources(examples)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "1 photograph has more than one breed; correct them, or leave them out with"
                + " .conflictingLabels(ProblemPolicy.SKIP):\n  'a': 'pug', 'chow'");
    Dataset rest =
        DatasetBuilder.fromSources(examples).conflictingLabels(ProblemPolicy.SKIP).build();
    assertThat(ids(rest)).containsExactly("b");
  }

  @Test
  void what_is_no_picture_fails_or_is_skipped_and_counted() {
    List<Example> examples =
        List.of(
            Example.of(ImageSource.of("page", "<html>".getBytes(StandardCharsets.US_ASCII)), "pug"),
            Example.of(picture("b", 2), "pug"));

    assertThatThrownBy(DatasetBuilder.fromSources(examples)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith(
            "\n  page: not JPEG, PNG, GIF, BMP or WebP but a web page; convert it or leave it"
                + " out");
    Dataset rest =
        DatasetBuilder.fromSources(examples).unreadableImages(ProblemPolicy.SKIP).build();
    assertThat(ids(rest)).containsExactly("b");
    assertThat(rest.summary().unreadableImages()).containsOnlyKeys("page");
  }

  @Test
  void opens_a_stream_only_to_verify_it() {
    AtomicInteger opened = new AtomicInteger();
    List<Example> examples =
        List.of(
            Example.of(
                ImageSource.of(
                    "row 17",
                    () -> {
                      opened.incrementAndGet();
                      throw new IllegalStateException("connection closed");
                    }),
                "pug"));

    assertThat(DatasetBuilder.fromSources(examples).build().size()).isEqualTo(1);
    assertThat(opened).hasValue(0);
    assertThatThrownBy(DatasetBuilder.fromSources(examples).verifyImages()::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("row 17: does not decode: it can't be opened: connection closed");
  }

  @Test
  void should_fail_if_only_some_have_a_label_or_there_are_none() {
    assertThatThrownBy(
            DatasetBuilder.fromSources(
                    List.of(Example.of(picture("a", 1)), Example.of(picture("b", 2), "pug")))
                ::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage("1 example has no label and the others have one; label all or none: a");
    assertThatThrownBy(DatasetBuilder.fromSources(List.of())::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage("there are no examples: fromSources was given none");
    assertThatThrownBy(
            () -> DatasetBuilder.fromSources(List.of()).missingImages(ProblemPolicy.SKIP))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("missingImages is for DatasetBuilder.fromCsv, not for fromSources");
  }

  @Test
  void copies_are_found_wherever_they_are(@TempDir Path folder) throws Exception {
    Path file = ImageFixtures.save(ImageFixtures.drawing(40, 30, 1), folder.resolve("teo.png"));
    byte[] bytes = Files.readAllBytes(file);
    Dataset dogs =
        DatasetBuilder.fromSources(
                List.of(
                    Example.of(ImageSource.of(file), "pug"),
                    Example.of(ImageSource.of("row 17", bytes), "pug"),
                    Example.of(picture("pixels", 1), "pug"),
                    Example.of(picture("other", 7), "pug")))
            .build();

    DatasetReport report = DatasetReport.of(dogs);

    assertThat(report.copies())
        .containsExactly(
            new DatasetReport.Copies(List.of(file.toString(), "row 17"), List.of("pug")));
    assertThat(report.nearDuplicates())
        .extracting(DatasetReport.SimilarPair::second)
        .containsExactly("pixels");
  }
}
