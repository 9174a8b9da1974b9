package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Folders of images, with and without breeds, and options that do not go together. */
class FoldersTest {
  @TempDir Path folder;

  private void image(String name) {
    ImageFixtures.jpegHeader(folder.resolve(name));
  }

  @Test
  void one_folder_is_one_breed() throws IOException {
    image("pug/b.jpg");
    image("pug/a.png");
    image("chow/a.jpg");
    image("chow/a.png");
    image("chow/._a.jpg");
    image("loose.jpg");
    ImageFixtures.text(folder.resolve("pug/notes.txt"), "hello");
    Files.createDirectory(folder.resolve("empty"));
    Files.createDirectory(folder.resolve(".git"));

    Dataset dogs = DatasetBuilder.fromFolders(folder).build();
    assertThat(dogs.examples())
        .containsExactly(
            new Example("chow/a.jpg", folder.resolve("chow/a.jpg"), "chow"),
            new Example("chow/a.png", folder.resolve("chow/a.png"), "chow"),
            new Example("pug/a", folder.resolve("pug/a.png"), "pug"),
            new Example("pug/b", folder.resolve("pug/b.jpg"), "pug"));
    assertThat(dogs.labels().names()).containsExactly("chow", "pug");
    assertThat(dogs.summary())
        .hasToString(
            "4 images, 2 breeds\n"
                + "  most common            chow (2)\n"
                + "  least common           chow (2)\n"
                + "  image files in "
                + folder.getFileName()
                + " ".repeat(Math.max(1, 23 - 15 - folder.getFileName().toString().length()))
                + "4\n"
                + "  duplicates of an id    0\n"
                + "  unreadable images      0\n"
                + "  note                   1 image in no breed's folder, ignored: loose.jpg\n"
                + "  note                   1 folder without images, ignored: empty\n"
                + "  note                   1 other file or folder, ignored: pug/notes.txt");
  }

  @Test
  void images_without_labels_are_sorted_by_name() {
    image("b.jpg");
    image("a.jpg");
    image("B.png");
    image("10.jpg");
    image("9.jpg");

    Dataset pictures = DatasetBuilder.fromImages(folder).build();
    assertThat(pictures.examples())
        .extracting(Example::id)
        .containsExactly("10", "9", "B", "a", "b");
    assertThat(pictures.isLabelled()).isFalse();
    assertThat(pictures.examples()).extracting(Example::label).containsOnlyNulls();
  }

  @Test
  void ids_stay_distinct_where_names_differ_in_their_suffix_only() {
    image("a.jpg");
    image("a.png");
    image("a.jpg.png");
    image("b.jpg");

    assertThat(DatasetBuilder.fromImages(folder).build().examples())
        .extracting(Example::id)
        .containsExactly("a.jpg", "a.jpg.png", "a.png", "b");
  }

  @Test
  void what_is_an_image_is_asked_of_the_content_where_the_suffix_does_not_say() {
    BufferedImage drawing = ImageFixtures.drawing(20, 20, 1);
    ImageFixtures.save(drawing, folder.resolve("pug/a.jpg"));
    byte[] jpeg = bytes(folder.resolve("pug/a.jpg"));
    for (String name : List.of("b.jfif", "c", "d.JPG_large", "e.jpg.part", "f.jpg~")) {
      ImageFixtures.write(folder.resolve("pug").resolve(name), jpeg);
    }
    ImageFixtures.text(folder.resolve("pug/notes.txt"), "a pug");
    ImageFixtures.write(folder.resolve("chow/only.jpe"), jpeg);

    Dataset dogs = DatasetBuilder.fromFolders(folder).build();

    assertThat(dogs.examples())
        .extracting(Example::id)
        .containsExactlyInAnyOrder("pug/a", "pug/b", "pug/c", "pug/d", "chow/only");
    assertThat(dogs.labels().names()).containsExactly("chow", "pug");
    assertThat(dogs.summary().toString())
        .contains("3 other files or folders, ignored: pug/e.jpg.part, pug/f.jpg~, pug/notes.txt");
    assertThat(DatasetBuilder.fromImages(folder.resolve("pug")).build().size()).isEqualTo(4);
    ImageFixtures.text(folder.resolve("labels.csv"), "id,breed\nb,pug\nc,pug\nd.JPG_large,pug\n");
    assertThat(
            DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
                .images(folder.resolve("pug"))
                .build()
                .examples())
        .extracting(example -> example.image().path().orElseThrow().getFileName().toString())
        .containsExactly("b.jfif", "c", "d.JPG_large");
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void unreadable_images_fail_or_are_skipped_and_counted() {
    ImageFixtures.save(ImageFixtures.drawing(20, 20, 1), folder.resolve("a.jpg"));
    ImageFixtures.write(folder.resolve("b.jpg"), new byte[0]);

    assertThatThrownBy(
            DatasetBuilder.fromImages(folder).unreadableImages(ProblemPolicy.FAIL)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            "1 of 2 images cannot be read; replace them, or leave them out with"
                + " .unreadableImages(ProblemPolicy.SKIP):\n  "
                + folder.resolve("b.jpg")
                + ": empty, 0 bytes");
    assertThatThrownBy(DatasetBuilder.fromImages(folder).verifyImages()::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("b.jpg: empty, 0 bytes");
    Dataset pictures =
        DatasetBuilder.fromImages(folder).unreadableImages(ProblemPolicy.SKIP).build();
    assertThat(pictures.size()).isEqualTo(1);
    assertThat(pictures.summary().rows()).isEqualTo(2);
    assertThat(pictures.summary().unreadableImages()).containsOnlyKeys("b");
  }

  @Test
  void should_fail_if_there_is_no_image() {
    assertThatThrownBy(
            DatasetBuilder.fromImages(folder).unreadableImages(ProblemPolicy.FAIL)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            folder + " holds no image (.jpg, .jpeg, .png, .webp, .bmp or .gif); it is empty");
    ImageFixtures.text(folder.resolve("a.tif"), "x");
    assertThatThrownBy(DatasetBuilder.fromImages(folder)::build)
        .hasMessage(
            folder + " holds no image (.jpg, .jpeg, .png, .webp, .bmp or .gif); it holds a.tif");
    image("a.jpg");
    assertThatThrownBy(DatasetBuilder.fromFolders(folder)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            folder
                + " holds no folder with images (.jpg and the like); expected one folder a breed."
                + " It holds 1 image itself: for images without labels use"
                + " DatasetBuilder.fromImages");
  }

  @Test
  void should_fail_if_the_folder_is_none() {
    image("a.jpg");
    assertThatThrownBy(DatasetBuilder.fromImages(folder.resolve("x"))::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage("there is no folder " + folder.resolve("x").toAbsolutePath());
    assertThatThrownBy(DatasetBuilder.fromFolders(folder.resolve("a.jpg"))::build)
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            folder.resolve("a.jpg") + " is not a folder; expected a folder of one folder a breed");
  }

  @Test
  void should_fail_if_an_option_is_set_twice() {
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).columns("a", "b").columns("c", "d"))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("columns was already set to a, b");
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).images(folder).images(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("images was already set to " + folder);
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).followLinks().followLinks())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("followLinks was already set to true");
    assertThatThrownBy(() -> DatasetBuilder.fromImages(folder).verifyImages().verifyImages())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("verifyImages was already set to true");
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).withoutImages().withoutImages())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("withoutImages was already set to true");
  }

  @Test
  void should_fail_if_options_do_not_go_together() {
    assertThatThrownBy(() -> DatasetBuilder.fromFolders(folder).images(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("images is for DatasetBuilder.fromCsv, not for fromFolders");
    assertThatThrownBy(() -> DatasetBuilder.fromImages(folder).charset(StandardCharsets.UTF_8))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("charset is for DatasetBuilder.fromCsv, not for fromImages");
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).images(folder).withoutImages())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("withoutImages() contradicts images(" + folder + ")");
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).withoutImages().images(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("images(" + folder + ") contradicts withoutImages()");
  }

  @Test
  void images_to_predict_are_left_to_the_one_who_predicts_them() {
    image("a.jpg");
    ImageFixtures.write(folder.resolve("b.jpg"), new byte[0]);

    assertThat(DatasetBuilder.fromImages(folder).build().examples())
        .extracting(Example::id)
        .containsExactly("a", "b");
  }

  @Test
  void should_fail_if_an_option_is_bad() {
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).columns("a", "a"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("id and label must be different columns, got 'a' twice");
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).columns("a", " "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a column's name must not be blank");
    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder).delimiter('"'))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("delimiter must not be a quote, a line end or NUL");
  }
}
