package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What spreadsheets and programs for tables make of a CSV. */
class SpreadsheetTest {
  @TempDir Path folder;
  private Path csv;
  private Path train;

  @BeforeEach
  void name_the_files() throws IOException {
    csv = folder.resolve("labels.csv");
    train = Files.createDirectory(folder.resolve("train"));
  }

  private DatasetBuilder reading(String content, String... images) {
    ImageFixtures.text(csv, content);
    for (String image : images) {
      ImageFixtures.jpegHeader(train.resolve(image));
    }
    return DatasetBuilder.fromCsv(csv).images(train);
  }

  private static List<String> rows(Dataset dogs) {
    return dogs.examples().stream()
        .map(
            example ->
                example.id()
                    + "="
                    + example.label()
                    + " "
                    + example.image().path().orElseThrow().getFileName())
        .toList();
  }

  @Test
  void a_line_that_tells_excel_the_separator_is_not_data() {
    for (String start : List.of("sep=;\r\n", "\uFEFFsep=;\n", "SEP=;\n", "\"sep=;\"\r\n")) {
      assertThat(rows(reading(start + "id;breed\r\na;pug\r\n", "a.jpg").build()))
          .containsExactly("a=pug a.jpg");
    }
    assertThat(rows(reading("sep=\t\nid\tbreed\na\tpug\n").build())).containsExactly("a=pug a.jpg");
    assertThat(rows(reading("sep=,\nid,breed\na,pug\n").build())).containsExactly("a=pug a.jpg");
    assertThatThrownBy(reading("sep=\"\nid,breed\na,pug\n")::build)
        .isInstanceOf(DatasetException.class);
    assertThatThrownBy(reading("sep=;\nid;breed\na;pug\n;pug\n")::build)
        .hasMessageContaining("\n  line 4: the id is blank");
  }

  @Test
  void cells_and_rows_that_were_once_used_are_nothing() {
    Dataset dogs =
        reading(
                "id,breed,,\r\na,pug,,\r\n,,,\r\nb,chow\r\nc,pug,\r\n ,,\t,\r\n",
                "a.jpg",
                "b.jpg",
                "c.jpg")
            .build();
    assertThat(rows(dogs)).containsExactly("a=pug a.jpg", "b=chow b.jpg", "c=pug c.jpg");
    assertThat(dogs.summary().rows()).isEqualTo(3);
    assertThatThrownBy(reading("id,breed,,\na,pug,,x\n")::build)
        .hasMessageContaining("line 2: 4 fields, expected 2 (id, breed)");
  }

  @Test
  void digits_that_were_marked_as_text_are_text() {
    assertThat(
            rows(
                reading(
                        "id,breed\n=\"0007\",pug\n\"=\"\"0008\"\"\",\"=\"\"chow\"\"\"\n'0009,pug\n",
                        "0007.jpg",
                        "0008.jpg",
                        "0009.jpg")
                    .build()))
        .containsExactly("0007=pug 0007.jpg", "0008=chow 0008.jpg", "'0009=pug 0009.jpg");
  }

  @Test
  void ids_that_gained_a_fraction_find_their_images() {
    Dataset dogs = reading("id,breed\n1.0,pug\n2.00,chow\n", "1.jpg", "2.jpg", "10.jpg").build();
    assertThat(rows(dogs)).containsExactly("1.0=pug 1.jpg", "2.00=chow 2.jpg");
    assertThat(dogs.summary().notes())
        .containsExactly(
            "2 ids were changed by a spreadsheet, and their images found all the same: '1.0'"
                + " (1.jpg), '2.00' (2.jpg)");
    assertThat(rows(reading("id,breed\n1.0,pug\n", "1.0.jpg").build()))
        .containsExactly("1.0=pug 1.0.jpg");
  }

  @Test
  void ids_that_lost_their_zeros_find_their_images_where_one_reading_is_left() {
    Dataset dogs =
        reading("id,breed\n7,pug\n12.0,chow\n1000,pug\n", "007.jpg", "012.jpg", "1000.jpg").build();
    assertThat(rows(dogs))
        .containsExactly("7=pug 007.jpg", "12.0=chow 012.jpg", "1000=pug 1000.jpg");
    assertThat(dogs.summary().toString())
        .contains("2 ids were changed by a spreadsheet, and their images found all the same");
  }

  @Test
  void ids_that_may_have_been_several_are_told_with_them() {
    assertThatThrownBy(
            reading("id,breed\n7,pug\n1,chow\n", "07.jpg", "007.jpg", "1.jpg", "0042.jpg")::build)
        .hasMessage(
            csv
                + ": 1 of 2 ids have no image in "
                + train
                + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); add them, or leave the rows"
                + " out with .missingImages(ProblemPolicy.SKIP):\n"
                + "  line 2: no image for the id '7'; close ones: 007, 07");
  }

  @Test
  void ids_whose_digits_are_lost_are_told_with_what_they_may_have_been() {
    String content = "id,breed\n1.23457E+18,beagle\n0.00E+00,pug\na,pug\n";
    assertThatThrownBy(
            reading(
                    content,
                    "1234567890123456789.jpg",
                    "1234570000000000000.jpg",
                    "1334567890123456789.jpg",
                    "000e123.jpg",
                    "a.jpg")
                ::build)
        .hasMessage(
            csv
                + ": 2 of 3 ids have no image in "
                + train
                + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); 2 of them were rounded by a"
                + " spreadsheet, whose digits are lost: write the table again with its ids as text,"
                + " or leave the rows out with .missingImages(ProblemPolicy.SKIP):\n"
                + "  line 2: no image for the id '1.23457E+18', a number that a spreadsheet has"
                + " rounded; it may have been 1234567890123456789, 1234570000000000000\n"
                + "  line 3: no image for the id '0.00E+00', a number that a spreadsheet has"
                + " rounded; it may have been 000e123");
    assertThat(reading(content).missingImages(ProblemPolicy.SKIP).build().size()).isEqualTo(1);
    assertThat(DatasetBuilder.fromCsv(csv).withoutImages().build().summary().notes())
        .contains("2 ids are numbers that a spreadsheet has rounded: 1.23457E+18, 0.00E+00");
    assertThatThrownBy(
            DatasetBuilder.fromCsv(ImageFixtures.text(csv, content + "1.23457E+18,pug\n"))
                    .withoutImages()
                ::build)
        .hasMessageContaining(
            "a spreadsheet has rounded the number, so these may be different ids");
  }

  @Test
  void a_hostile_exponent_costs_nothing() {
    assertThatThrownBy(reading("id,breed\n1E+999,pug\n9E-999,pug\n", "1e999.jpg", "5.jpg")::build)
        .isInstanceOf(DatasetException.class);
  }

  @Test
  void a_missing_breed_is_no_breed() {
    String content = "id,breed\na,pug\nb,NaN\nc,#N/A\nd,\n";
    assertThatThrownBy(reading(content, "a.jpg", "b.jpg", "c.jpg", "d.jpg")::build)
        .hasMessage(
            csv
                + ": 3 rows cannot be used; correct or remove them, or leave out what has no breed"
                + " with .missingLabels(ProblemPolicy.SKIP):\n"
                + "  line 3: the breed is 'NaN', which stands for a missing value\n"
                + "  line 4: the breed is '#N/A', which stands for a missing value\n"
                + "  line 5: the breed is blank");
    Dataset dogs = reading(content).missingLabels(ProblemPolicy.SKIP).build();
    assertThat(rows(dogs)).containsExactly("a=pug a.jpg");
    assertThat(dogs.labels().names()).containsExactly("pug");
    assertThat(dogs.summary().notes()).containsExactly("3 rows without a breed, skipped: b, c, d");
    assertThatThrownBy(reading("id,breed\na,NaN\n").missingLabels(ProblemPolicy.SKIP)::build)
        .hasMessage(csv + " has a header (id, breed) but no rows with a breed");
  }

  @Test
  void images_in_a_folder_below_are_found_for_the_message() throws IOException {
    Files.createDirectory(train.resolve("pug"));
    assertThatThrownBy(reading("id,breed\nrex,pug\n", "pug/rex.jpg")::build)
        .hasMessageContaining(
            "the image of 'rex' is in the folder pug below: name that with .images(folder), or the"
                + " folder in the ids (pug/rex)");
  }

  @Test
  void no_message_is_as_long_as_a_cell() {
    String cell = "x".repeat(200_000);
    for (String content :
        List.of(
            cell + ",breed\na,pug\n",
            "id,breed\n" + cell + ",pug\n",
            "id,breed\n../" + cell + ",pug\n",
            "id,breed\n" + cell + "\u0007,pug\n",
            "id,breed\na," + cell + "\na,pug\n",
            "id,breed\n" + "1".repeat(200_000) + ",pug\n")) {
      assertThatThrownBy(reading(content, "a.jpg")::build)
          .isInstanceOf(DatasetException.class)
          .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(2_000));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "sep.csv, 8",
    "sepsemi.csv, 8",
    "trail.csv, 8",
    "floats.csv, 6",
    "nanword.csv, 7",
    "zeros.csv, 6"
  })
  void files_like_those_in_public_reports_are_read(String name, int examples) {
    Path file =
        Path.of(System.getProperty("dogvision.shared", "../shared"), "data/reports/csv", name);
    Assumptions.assumeTrue(Files.exists(file), "the files are not at hand");
    for (String image :
        List.of("beagle0", "beagle1", "beagle2", "beagle3", "pug0", "pug1", "pug2", "pug3")) {
      ImageFixtures.jpegHeader(train.resolve(image + ".jpg"));
    }
    for (int i = 1; i <= 6; i++) {
      ImageFixtures.jpegHeader(train.resolve("000" + i + ".jpg"));
    }
    Dataset dogs =
        DatasetBuilder.fromCsv(file)
            .images(train)
            .missingLabels(ProblemPolicy.SKIP)
            .missingImages(ProblemPolicy.SKIP)
            .build();
    assertThat(dogs.size()).isEqualTo(examples);
    assertThat(dogs.labels().names()).containsExactly("beagle", "pug");
  }
}
