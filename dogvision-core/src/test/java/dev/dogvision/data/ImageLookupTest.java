package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How the ids of a CSV find their images, and which ids may not. */
class ImageLookupTest {
  @TempDir Path folder;
  private Path csv;
  private Path train;

  @BeforeEach
  void name_the_files() throws IOException {
    csv = folder.resolve("labels.csv");
    train = Files.createDirectory(folder.resolve("train"));
  }

  private DatasetBuilder reading(String... rows) {
    ImageFixtures.text(csv, "id,breed\n" + String.join("\n", rows) + "\n");
    return DatasetBuilder.fromCsv(csv).images(train);
  }

  @CanIgnoreReturnValue
  private Path image(String name) {
    return ImageFixtures.jpegHeader(train.resolve(name));
  }

  private static void assertFails(DatasetBuilder builder, String message) {
    assertThatThrownBy(builder::build).isInstanceOf(DatasetException.class).hasMessage(message);
  }

  @Test
  void finds_any_supported_suffix_in_any_case() {
    image("a.jpg");
    image("b.JPEG");
    image("c.Png");
    image("d.webp");
    image("e.gif");
    image("f.bmp");
    image("v1.2.jpg");

    assertThat(reading("a,x", "b,x", "c,x", "d,x", "e,x", "f,x", "v1.2,x").build().examples())
        .extracting(example -> train.relativize(example.image().path().orElseThrow()).toString())
        .containsExactly("a.jpg", "b.JPEG", "c.Png", "d.webp", "e.gif", "f.bmp", "v1.2.jpg");
  }

  @Test
  void takes_an_id_with_suffix_as_it_is_or_in_another_case() {
    image("a.jpg");
    image("a.png");
    image("b.JPG");
    image("c.jpg.png");

    Dataset dogs = reading("a.png,x", "b.jpg,x", "c.jpg,x").build();
    assertThat(dogs.examples())
        .extracting(example -> train.relativize(example.image().path().orElseThrow()).toString())
        .containsExactly("a.png", "b.JPG", "c.jpg.png");
    assertThat(dogs.examples()).extracting(Example::id).containsExactly("a.png", "b.jpg", "c.jpg");
    assertThat(dogs.summary().imagesWithoutRow()).containsExactly("a.jpg");
  }

  @Test
  void takes_the_first_suffix_where_an_id_has_several_images() {
    image("a.png");
    image("a.jpg");

    Dataset dogs = reading("a,x").build();
    assertThat(dogs.example(0).image().path().orElseThrow()).isEqualTo(train.resolve("a.jpg"));
    assertThat(dogs.summary().imagesWithoutRow()).isEmpty();
    assertThat(dogs.summary().notes())
        .containsExactly(
            "1 id has several images; the first of .jpg, .jpeg, .png, .webp, .bmp or .gif was"
                + " taken");
  }

  @Test
  void finds_images_in_folders_below() {
    image("puppies/rex.jpg");
    image("puppies/bello.jpg");

    Dataset dogs = reading("puppies/rex,x").build();
    assertThat(dogs.example(0).image().path().orElseThrow())
        .isEqualTo(train.resolve("puppies/rex.jpg"));
    assertThat(dogs.summary().imagesWithoutRow()).containsExactly("puppies/bello.jpg");
  }

  @Test
  void finds_names_whose_accents_are_composed_otherwise() {
    image("cafe\u0301.jpg");

    assertThat(reading("caf\u00E9,x").build().size()).isEqualTo(1);
  }

  @Test
  void counts_two_ids_of_one_image_as_duplicates() {
    image("a.jpg");

    Dataset dogs = reading("a,x", "a.jpg,x").build();
    assertThat(dogs.examples()).extracting(Example::id).containsExactly("a");
    assertThat(dogs.summary().duplicates()).isEqualTo(1);
    assertThatThrownBy(reading("a,x", "a.jpg,y")::build)
        .hasMessageContaining("id 'a': 'x' (line 2), 'y' (line 3)");
  }

  @Test
  void looks_beside_the_csv_unless_told_where() {
    ImageFixtures.jpegHeader(folder.resolve("a.jpg"));
    ImageFixtures.text(csv, "id,breed\na,x\n");

    assertThat(DatasetBuilder.fromCsv(csv).build().example(0).image().path().orElseThrow())
        .isEqualTo(folder.resolve("a.jpg"));
    ImageFixtures.text(csv, "id,breed\nb,x\n");
    assertFails(
        DatasetBuilder.fromCsv(csv),
        csv
            + ": 1 of 1 ids have no image in "
            + folder
            + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); none fits the ids; name the"
            + " folder of images with .images(folder), or call .withoutImages():\n"
            + "  line 2: no image for the id 'b'");
  }

  @Test
  void missing_images_fail_or_are_skipped_and_counted() {
    image("a.jpg");
    image("z.jpg");
    ImageFixtures.text(train.resolve("ignored.txt"), "no image");
    image(".hidden.jpg");

    assertFails(
        reading("a,x", "b,y", "c,x"),
        csv
            + ": 2 of 3 ids have no image in "
            + train
            + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); add them, or leave the rows out"
            + " with .missingImages(ProblemPolicy.SKIP):\n"
            + "  line 3: no image for the id 'b'\n"
            + "  line 4: no image for the id 'c'");

    Dataset dogs = reading("a,x", "b,y", "c,x").missingImages(ProblemPolicy.SKIP).build();
    assertThat(dogs.examples()).extracting(Example::id).containsExactly("a");
    assertThat(dogs.labels().names()).containsExactly("x", "y");
    assertThat(dogs.summary().rowsWithoutImage()).containsExactly("b", "c");
    assertThat(dogs.summary().imagesWithoutRow()).containsExactly("z.jpg");
    assertThat(dogs.summary())
        .hasToString(
            """
            1 image, 2 breeds
              most common            x (1)
              least common           y (0)
              breeds without image   1: y
              rows in labels.csv     3
              duplicates of an id    0
              rows without an image  2 skipped: b, c
              images without a row   1: z.jpg
              unreadable images      0
              notice                 2 rows have no image and are left out: b, c
              notice                 1 breed has lost all its photographs: y""");
  }

  @Test
  void ten_missing_images_are_named_and_how_many_more() {
    image("a.jpg");
    StringBuilder rows = new StringBuilder("a,x");
    for (int i = 0; i < 25; i++) {
      rows.append("\nm").append(i).append(",x");
    }

    assertThatThrownBy(reading(rows.toString())::build)
        .hasMessageContaining("25 of 26 ids have no image")
        .hasMessageContaining("'m9'")
        .hasMessageNotContaining("'m10'")
        .hasMessageEndingWith("\n  and 15 more");
  }

  @Test
  void unreadable_images_fail_or_are_skipped_and_counted() {
    image("a.jpg");
    ImageFixtures.write(train.resolve("b.jpg"), new byte[0]);
    ImageFixtures.text(train.resolve("c.png"), "<html>not found</html>");

    assertFails(
        reading("a,x", "b,x", "c,x"),
        "2 of 3 images cannot be read; replace them, or leave them out with"
            + " .unreadableImages(ProblemPolicy.SKIP):\n"
            + "  line 3: "
            + train.resolve("b.jpg")
            + ": empty, 0 bytes\n"
            + "  line 4: "
            + train.resolve("c.png")
            + ": not JPEG, PNG, GIF, BMP or WebP but a web page; convert it or leave it out");

    ImageFixtures.save(ImageFixtures.drawing(20, 20, 1), train.resolve("a.jpg"));
    DatasetSummary summary =
        reading("a,x", "b,x", "c,x").unreadableImages(ProblemPolicy.SKIP).build().summary();
    assertThat(summary.images()).isEqualTo(1);
    assertThat(summary.unreadableImages())
        .containsExactly(
            Map.entry("b", "empty, 0 bytes"),
            Map.entry(
                "c", "not JPEG, PNG, GIF, BMP or WebP but a web page; convert it or leave it out"));
    assertThat(summary.toString()).contains("\n  unreadable images      2 skipped: b, c");
  }

  @Test
  void all_kinds_of_problems_are_told_at_once() {
    image("a.jpg");
    ImageFixtures.write(train.resolve("b.jpg"), new byte[0]);

    assertThatThrownBy(reading("a,x", "b,x", "c,x", "a,y")::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("more than one breed")
        .hasMessageContaining("have no image")
        .hasMessageContaining("cannot be read")
        .satisfies(failure -> assertThat(((DatasetException) failure).problems()).hasSize(3));
  }

  @Test
  void should_fail_if_nothing_is_left() {
    image("z.jpg");
    assertFails(
        reading("a,x").missingImages(ProblemPolicy.SKIP),
        "none of the 1 rows or images of "
            + csv
            + " can be used: 1 have no image, 0 images cannot be read, 0 have contradicting"
            + " breeds");
  }

  @Test
  void verifying_decodes_every_image() {
    ImageFixtures.save(ImageFixtures.drawing(20, 20, 1), train.resolve("a.png"));
    image("b.jpg");

    assertThat(reading("a,x", "b,x").build().size()).isEqualTo(2);
    Dataset dogs =
        reading("a,x", "b,x").verifyImages().unreadableImages(ProblemPolicy.SKIP).build();
    assertThat(dogs.examples()).extracting(Example::id).containsExactly("a");
    assertThat(dogs.summary().unreadableImages().get("b")).startsWith("does not decode: ");
  }

  @Test
  void should_refuse_ids_that_leave_the_folder() {
    ImageFixtures.jpegHeader(folder.resolve("secret.jpg"));
    image("a.jpg");
    for (String id :
        new String[] {
          "../secret",
          "..",
          "x/../../secret",
          folder.resolve("secret").toString(),
          "/etc/passwd",
          "..\\secret",
          "C:\\secret",
          "C:secret",
          "a/./b",
          "a//b",
          "a/",
          "./a"
        }) {
      for (ProblemPolicy policy : ProblemPolicy.values()) {
        assertThatThrownBy(reading(id + ",x", "a,x").missingImages(policy)::build)
            .as(id)
            .isInstanceOf(DatasetException.class)
            .hasMessageStartingWith(
                csv + ": 1 row cannot be used; correct or remove it:\n  line 2: the id '" + id);
      }
    }
  }

  @Test
  void should_refuse_links_that_leave_the_folder_unless_told_to_follow() throws IOException {
    Path outside = ImageFixtures.jpegHeader(folder.resolve("secret.jpg"));
    image("b.jpg");
    link(train.resolve("a.jpg"), outside);
    link(train.resolve("c.jpg"), train.resolve("b.jpg"));

    assertFails(
        reading("a,x"),
        csv
            + ": 1 row is refused:\n"
            + "  line 2: the id 'a' is a link that leaves the folder of images, to "
            + outside.toRealPath()
            + "; where that is meant, call .followLinks()");
    assertThat(reading("a,x").followLinks().build().size()).isEqualTo(1);
    assertThat(reading("c,x").build().size()).isEqualTo(1);
  }

  @Test
  void should_refuse_folders_that_are_links_to_outside() throws IOException {
    ImageFixtures.jpegHeader(folder.resolve("private/a.jpg"));
    link(train.resolve("sub"), folder.resolve("private"));

    assertThatThrownBy(reading("sub/a,x")::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("a link that leaves the folder of images");
    assertThat(reading("sub/a,x").followLinks().build().size()).isEqualTo(1);
  }

  @Test
  void a_folder_that_is_itself_a_link_is_fine() throws IOException {
    image("a.jpg");
    Path alias = folder.resolve("alias");
    link(alias, train);
    ImageFixtures.text(csv, "id,breed\na,x\n");

    assertThat(DatasetBuilder.fromCsv(csv).images(alias).build().size()).isEqualTo(1);
  }

  @Test
  void what_is_no_file_is_no_image() throws IOException {
    Files.createDirectory(train.resolve("a.jpg"));
    link(train.resolve("b.jpg"), train.resolve("nowhere.jpg"));
    image("c.jpg");

    assertThat(
            reading("a,x", "b,x", "c,x")
                .missingImages(ProblemPolicy.SKIP)
                .build()
                .summary()
                .rowsWithoutImage())
        .containsExactly("a", "b");
  }

  private static void link(Path link, Path target) throws IOException {
    Assumptions.assumeTrue(
        FileSystems.getDefault().supportedFileAttributeViews().contains("posix"),
        "links need no privilege on POSIX systems only");
    Files.createSymbolicLink(link, target);
  }

  @Test
  void should_fail_if_the_folder_is_none() {
    ImageFixtures.text(csv, "id,breed\na,x\n");
    Path nowhere = folder.resolve("nowhere");
    assertFails(
        DatasetBuilder.fromCsv(csv).images(nowhere),
        "there is no folder of images " + nowhere.toAbsolutePath());
    assertFails(
        DatasetBuilder.fromCsv(csv).images(csv),
        csv.toAbsolutePath() + " is not a folder of images");
  }

  @Test
  void thousands_of_images_are_found_in_one_listing() {
    StringBuilder rows = new StringBuilder("id,breed\n");
    for (int i = 0; i < 3_000; i++) {
      image("dog" + i + ".jpg");
      rows.append("dog").append(i).append(",breed").append(i % 7).append('\n');
    }
    ImageFixtures.text(csv, rows.toString());

    assertThat(DatasetBuilder.fromCsv(csv).images(train).build().size()).isEqualTo(3_000);
  }
}
