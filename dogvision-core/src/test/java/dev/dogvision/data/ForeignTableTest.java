package dev.dogvision.data;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is given for a CSV of labels and is none, or another one than was meant. */
class ForeignTableTest {
  @TempDir Path folder;
  private Path csv;
  private Path train;

  @BeforeEach
  void name_the_files() throws IOException {
    csv = folder.resolve("labels.csv");
    train = Files.createDirectory(folder.resolve("train"));
    for (String image : new String[] {"abc.jpg", "def.jpg"}) {
      ImageFixtures.jpegHeader(train.resolve(image));
    }
  }

  private void assertFails(byte[] content, String message) throws IOException {
    Files.write(csv, content);
    assertThatThrownBy(DatasetBuilder.fromCsv(csv).images(train)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(csv + message);
  }

  private void assertFails(String content, String message) throws IOException {
    assertFails(content.getBytes(ISO_8859_1), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "<!DOCTYPE html><html>|an HTML page, as a download gives where a log-in",
        "   <HTML lang=\"en\">|an HTML page",
        "<?xml version=\"1.0\"?><Error/>|an XML document",
        "[{\"id\":\"abc\",\"breed\":\"pug\"}]|JSON: write it as CSV",
        "{\"id\":\"abc\",\"breed\":\"pug\"}|JSON: write it as CSV",
        "%PDF-1.7|a document of another program",
        "PAR1\u0015|a Parquet file",
        "version https://git-lfs.github.com/spec/v1|a Git LFS pointer",
        "\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1|an old Excel workbook (.xls): open it",
        "\u00ff\u00d8\u00ff\u00e0|an image: name the table",
      })
  void should_call_a_file_that_is_no_csv_by_its_name(String content, String name)
      throws IOException {
    assertFails(content, " is no CSV but " + name);
  }

  @Test
  void should_call_an_archive_by_what_is_in_it() throws IOException {
    assertFails(
        zip("[Content_Types].xml", "xl/workbook.xml"),
        " is no CSV but an Excel workbook (.xlsx), whatever its name ends in: open it in a"
            + " spreadsheet, and save it as CSV UTF-8");
    assertFails(zip("mimetype", "content.xml"), " is no CSV but an OpenDocument spreadsheet");
    assertFails(zip("labels.csv"), " is no CSV but a zip file: unpack it");
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write("id,breed\nabc,pug\n".getBytes(ISO_8859_1));
    }
    assertFails(packed.toByteArray(), " is no CSV but a compressed file: unpack it");
    assertFails(new byte[5_000], " is no CSV but a file of zeros");
  }

  private static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      for (String name : names) {
        out.putNextEntry(new ZipEntry(name));
        out.write("<x/>".getBytes(ISO_8859_1));
        out.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void should_tell_a_submission_from_labels() throws IOException {
    assertFails(
        "id,affenpinscher,beagle,chow,pug\nabc,0.25,0.25,2.5e-1,0.25\n",
        ", line 1: this is a table of numbers with one column a breed (affenpinscher, beagle, chow"
            + " ...), such as a submission; expected one column 'breed' that names the breed, as in"
            + " the competition's labels.csv");
    assertFails(
        "id,name,age\nabc,pug,3\n",
        ", line 1: no column 'breed' among 'id', 'name', 'age'; expected the columns 'id' and"
            + " 'breed', or name others with .columns(\"id\", \"name\")");
  }

  @Test
  void should_tell_a_table_without_names_of_columns_by_its_images() throws IOException {
    for (String suffix : new String[] {"", ".jpg"}) {
      assertFails(
          "abc" + suffix + ",pug\ndef" + suffix + ",chow\n",
          ", line 1: there are no names of columns, and 'abc"
              + suffix
              + "' is an image: write id,breed as its first line");
    }
    assertFails(
        "\"id,breed\"\n\"abc,pug\"\n",
        ", line 1: the whole line is one quoted cell, 'id,breed'; remove the quotes around the"
            + " lines");
  }

  @Test
  void should_tell_rows_that_are_separated_otherwise_and_files_that_were_joined()
      throws IOException {
    assertFails(
        "id,breed\nabc;pug\n",
        ": 1 row cannot be used; correct or remove it:\n"
            + "  line 2: 1 field, expected 2 (id, breed); it seems to be separated by ';', and the"
            + " first line by ',': make them the same");
    assertFails(
        "id,breed\nabc,pug\nid,breed\ndef,chow\n",
        ": 1 row cannot be used; correct or remove it:\n"
            + "  line 3: it repeats the first line, as files do that were joined");
  }

  @Test
  void should_find_images_whose_ids_name_the_folder_too() throws IOException {
    String content = "id,breed\ntrain/abc.jpg,pug\ntrain/def.jpg,chow\n";
    assertFails(
        content,
        ": 2 of 2 ids have no image in "
            + train
            + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); without \"train/\" before them,"
            + " they are there: name the folder above, with .images(Path.of(\""
            + folder
            + "\")):\n");
    assertThat(DatasetBuilder.fromCsv(csv).images(folder).build().size()).isEqualTo(2);
    assertFails(
        content.replace("train", "dogs/all"),
        ": 2 of 2 ids have no image in "
            + train
            + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); without \"dogs/all/\" before"
            + " them, they are there: take it off the ids:\n");
    assertFails(
        "id,breed\ntrain/xyz,pug\n",
        ": 1 of 1 ids have no image in "
            + train
            + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); none fits the ids; is it the"
            + " right folder?:\n");
    assertFails(
        "id,breed\nhttps://dogs.example/abc.jpg,pug\n",
        ": 1 row cannot be used; correct or remove it:\n"
            + "  line 2: the id 'https://dogs.example/abc.jpg' is a URL; expected the name of an"
            + " image in a folder: download the images first");
  }

  @Test
  void should_name_close_images_however_short_and_of_whatever_suffix() throws IOException {
    assertFails("id,breed\nABC,pug\ndef,chow\n", ": 1 of 2 ids have no image");
    assertThatThrownBy(DatasetBuilder.fromCsv(csv).images(train)::build)
        .hasMessageEndingWith("no image for the id 'ABC'; close ones: abc");
    ImageFixtures.text(csv, "id,breed\nabc.png,pug\ndef,chow\n");
    assertThatThrownBy(DatasetBuilder.fromCsv(csv).images(train)::build)
        .hasMessageEndingWith("no image for the id 'abc.png'; close ones: abc");
  }

  @Test
  void should_say_where_a_quote_is_wrong_in_a_users_words() throws IOException {
    assertFails(
        "id,breed\nabc,\"pug\ndef,chow\n",
        " is not well-formed CSV: a quote that opens in line 2 is never closed; look for a quote");
    assertFails(
        "id,breed\nabc,\"pug\" x\n",
        " is not well-formed CSV: in line 2 something follows a closing quote; look for a quote");
  }

  @Test
  void no_message_is_as_long_as_a_first_line() throws IOException {
    for (String header :
        new String[] {"h".repeat(200_000) + ",id,breed\n", "x,".repeat(100_000) + "id,breed\n"}) {
      for (String rows : new String[] {"", "abc\n"}) {
        ImageFixtures.text(csv, header + rows);
        assertThatThrownBy(DatasetBuilder.fromCsv(csv).images(train)::build)
            .isInstanceOf(DatasetException.class)
            .satisfies(failure -> assertThat(failure.getMessage()).hasSizeLessThan(1_000))
            .satisfies(
                failure ->
                    assertThat(((DatasetException) failure).problems())
                        .allMatch(problem -> problem.length() < 1_000));
      }
    }
  }

  @Test
  void formulas_that_failed_in_any_language_are_no_breeds() {
    for (String cell :
        new String[] {
          "#WERT!", "#\u00a1VALOR!", "#NOME?", "#SPILL!", "#####", "#N/A N/A", "NULL"
        }) {
      ImageFixtures.text(csv, "id,breed\nabc," + cell + "\ndef,chow\n");
      assertThat(
              DatasetBuilder.fromCsv(csv)
                  .images(train)
                  .missingLabels(ProblemPolicy.SKIP)
                  .build()
                  .labels()
                  .names())
          .as(cell)
          .containsExactly("chow");
    }
    ImageFixtures.text(csv, "id,breed\nabc,#1\ndef,#pug!\n");
    assertThat(DatasetBuilder.fromCsv(csv).images(train).build().labels().names())
        .containsExactly("#1", "#pug!");
  }
}
