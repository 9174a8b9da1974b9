package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a CSV may look like, and what is said of one that looks otherwise. */
class CsvTest {
  @TempDir Path folder;
  private Path csv;

  @BeforeEach
  void name_the_file() {
    csv = folder.resolve("labels.csv");
  }

  private DatasetBuilder reading(String content) {
    ImageFixtures.text(csv, content);
    return DatasetBuilder.fromCsv(csv).withoutImages();
  }

  private List<String> rows(String content) {
    return rows(reading(content));
  }

  private static List<String> rows(DatasetBuilder builder) {
    return builder.build().examples().stream()
        .map(example -> example.id() + "=" + example.label())
        .toList();
  }

  private static void assertFails(DatasetBuilder builder, String message) {
    assertThatThrownBy(builder::build).isInstanceOf(DatasetException.class).hasMessage(message);
  }

  @Test
  void reads_the_plain_case() {
    Dataset dogs = reading("id,breed\nb,pug\na,chow\n").build();

    assertThat(dogs.examples())
        .containsExactly(
            new Example("b", folder.resolve("b"), "pug"),
            new Example("a", folder.resolve("a"), "chow"));
    assertThat(dogs.labels().names()).containsExactly("chow", "pug");
    assertThat(dogs.summary().rows()).isEqualTo(2);
  }

  @Test
  void reads_a_byte_order_mark_and_any_line_ends() {
    assertThat(rows("\uFEFFid,breed\r\na,pug\r\n\r\nb,chow")).containsExactly("a=pug", "b=chow");
    assertThat(rows("id,breed\ra,pug\rb,chow\r")).containsExactly("a=pug", "b=chow");
    assertThat(rows("\n  \nid,breed\n\na,pug\n \n")).containsExactly("a=pug");
  }

  @Test
  void reads_quoted_fields_surplus_columns_and_any_order() {
    assertThat(rows("breed,\"when\",id\n\"shih-tzu, \"\"small\"\"\",\"1\n2\",\"a\"\npug,,b\n"))
        .containsExactly("a=shih-tzu, \"small\"", "b=pug");
  }

  @Test
  void trims_ids_labels_and_column_names() {
    assertThat(rows(" Id ,\tBREED\n  a\u00A0, pug \n\"b \", \"chow\"\n"))
        .containsExactly("a=pug", "b=chow");
  }

  @Test
  void prefers_a_column_in_the_exact_case() {
    assertThat(rows("ID,id,breed\n1,a,pug\n")).containsExactly("a=pug");
  }

  @Test
  void reads_other_columns_delimiters_and_encodings() throws Exception {
    assertThat(rows(reading("image;label\na;pug\n").columns("image", "label").delimiter(';')))
        .containsExactly("a=pug");
    Files.write(csv, "id\tbreed\na\tépagneul\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(
            rows(
                DatasetBuilder.fromCsv(csv)
                    .withoutImages()
                    .delimiter('\t')
                    .charset(StandardCharsets.ISO_8859_1)))
        .containsExactly("a=épagneul");
    Files.write(csv, "id,breed\na,pug\n".getBytes(StandardCharsets.UTF_16));
    assertThat(rows(DatasetBuilder.fromCsv(csv).withoutImages().charset(StandardCharsets.UTF_16)))
        .containsExactly("a=pug");
  }

  @Test
  void should_fail_if_a_column_is_missing() {
    assertFails(
        reading("image,label\na,pug\n"),
        csv
            + ", line 1: no column 'id' among 'image', 'label'; expected the columns 'id' and"
            + " 'breed', or name others with .columns(\"image\", \"label\")");
    assertFails(
        reading("id\na\n"),
        csv
            + ", line 1: no column 'breed' among 'id'; expected the columns 'id' and 'breed', or"
            + " name others with .columns(\"id\", \"breed\")");
  }

  @Test
  void should_fail_if_a_column_occurs_twice() {
    assertFails(
        reading("id,breed,breed\na,pug,pug\n"),
        csv
            + ", line 1: the column 'breed' occurs 2 times; expected the columns 'id' and 'breed'"
            + " once each");
  }

  @Test
  void should_name_the_delimiter_if_it_is_another() {
    assertFails(
        reading("id;breed\na;pug\n"),
        csv
            + ", line 1: the columns seem to be separated by ';', not by ','; call"
            + " .delimiter(';')");
    assertFails(
        reading("id\tbreed\na\tpug\n"),
        csv
            + ", line 1: the columns seem to be separated by '\\t', not by ','; call"
            + " .delimiter('\\t')");
  }

  @Test
  void should_fail_with_all_rows_that_cannot_be_used() {
    assertFails(
        reading("id,breed\na,pug\nb\n\nc,\"\nchow\",7\n ,pug\nd, \ne\u0007,pug\n../f,pug\n"),
        csv
            + ": 6 rows cannot be used; correct or remove them, or leave out what has no breed with"
            + " .missingLabels(ProblemPolicy.SKIP):\n"
            + "  line 3: 1 field, expected 2 (id, breed)\n"
            + "  line 5: 3 fields, expected 2 (id, breed)\n"
            + "  line 7: the id is blank\n"
            + "  line 8: the breed is blank\n"
            + "  line 9: the id holds the control character U+0007\n"
            + "  line 10: the id '../f' leaves the folder of images");
  }

  @Test
  void should_name_ten_problems_and_how_many_more() {
    DatasetBuilder builder = reading("id,breed\n" + "x\n".repeat(1234));

    assertThatThrownBy(builder::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(csv + ": 1,234 rows cannot be used; correct or remove them:\n")
        .hasMessageContaining("\n  line 11: ")
        .hasMessageNotContaining("line 12: ")
        .hasMessageEndingWith("\n  and 1,224 more")
        .satisfies(failure -> assertThat(((DatasetException) failure).problems()).hasSize(1234));
  }

  @Test
  void should_fail_if_there_is_nothing_in_it() {
    assertFails(
        reading(""), csv + " is empty; expected a first line of column names such as id,breed");
    assertFails(
        reading("\n\n"), csv + " is empty; expected a first line of column names such as id,breed");
    assertFails(reading("id,breed\n\n"), csv + " has a header (id, breed) but no rows");
  }

  @Test
  void should_fail_if_a_quote_is_not_closed() {
    assertThatThrownBy(reading("id,breed\na,pug\nb,\"chow\n")::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(csv + " is not well-formed CSV: ")
        .hasMessageEndingWith(
            "; look for a quote (\") that is not closed, or text after a closing quote");
    assertThatThrownBy(reading("id,breed\na,\"pug\" or so\n")::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageStartingWith(csv + " is not well-formed CSV: ");
  }

  @Test
  void should_fail_if_it_is_not_utf_8() throws Exception {
    Files.write(csv, "id,breed\na,pug\nb,épagneul\n".getBytes(StandardCharsets.ISO_8859_1));
    assertFails(
        DatasetBuilder.fromCsv(csv),
        csv
            + ", line 3: byte 0xE9 is not UTF-8; save the file as UTF-8, or name its encoding with"
            + " .charset(...). If the line is 'b,épagneul', that is"
            + " .charset(Charset.forName(\"windows-1252\"))");
    Files.write(csv, "id,breed\na,\u67f4\u72ac\n".getBytes(Charset.forName("Shift_JIS")));
    assertThatThrownBy(DatasetBuilder.fromCsv(csv)::build)
        .hasMessageContaining(", line 2: byte 0x8E is not UTF-8");
  }

  @Test
  void reads_utf_16_where_a_byte_order_mark_says_so() throws Exception {
    for (String charset : List.of("UTF-16BE", "UTF-16LE", "UTF-32BE", "UTF-32LE")) {
      Files.write(csv, "\uFEFFid,breed\na,épagneul\n".getBytes(Charset.forName(charset)));
      if (!charset.equals("UTF-32BE")) { // which begins with zeros
        assertThat(rows(DatasetBuilder.fromCsv(csv).withoutImages())).containsExactly("a=épagneul");
      }
    }
    for (String ending : List.of("LE", "BE")) {
      Files.write(csv, "id,breed\na,épagneul\n".getBytes(Charset.forName("UTF-16" + ending)));
      assertFails(
          DatasetBuilder.fromCsv(csv),
          csv
              + " seems to be UTF-16 without a byte order mark; save it as UTF-8, or call"
              + " .charset(StandardCharsets.UTF_16"
              + ending
              + ")");
    }
  }

  @Test
  void should_fail_if_there_is_no_such_file() {
    assertFails(DatasetBuilder.fromCsv(csv), "there is no file " + csv.toAbsolutePath());
    assertFails(
        DatasetBuilder.fromCsv(folder),
        folder
            + " is not a file; expected a CSV such as labels.csv (for folders, one a breed, use"
            + " DatasetBuilder.fromFolders)");
  }

  @Test
  void counts_rows_that_repeat_and_keeps_one() {
    Dataset dogs = reading("id,breed\na,pug\nb,chow\na,pug\na, pug\n").build();

    assertThat(dogs.size()).isEqualTo(2);
    assertThat(dogs.summary().rows()).isEqualTo(4);
    assertThat(dogs.summary().duplicates()).isEqualTo(2);
    assertThat(dogs.summary().toString()).contains("\n  duplicates of an id    2: a, a\n");
  }

  @Test
  void should_fail_if_an_id_has_two_breeds_unless_they_are_skipped() {
    String content = "id,breed\na,pug\nb,chow\na,chow\na,pug\n";
    assertFails(
        reading(content),
        csv
            + ": 1 id has more than one breed; correct the rows, or leave them out with"
            + " .conflictingLabels(ProblemPolicy.SKIP):\n"
            + "  id 'a': 'pug' (line 2), 'chow' (line 4)");

    Dataset dogs = reading(content).conflictingLabels(ProblemPolicy.SKIP).build();
    assertThat(dogs.examples()).extracting(Example::id).containsExactly("b");
    assertThat(dogs.summary().conflictingIds()).containsExactly("a");
    assertThat(dogs.labels().names()).containsExactly("chow", "pug");
    assertThat(dogs.summary().toString())
        .contains("\n  ids with two breeds    1: a, skipped")
        .contains("\n  breeds without image   1: pug");
  }

  @Test
  void reports_labels_that_are_nearly_the_same() {
    Dataset dogs = reading("id,breed\na,boston_bull\nb,Boston Bull\nc,pug\n").build();

    assertThat(dogs.labels().names()).containsExactly("Boston Bull", "boston_bull", "pug");
    assertThat(dogs.summary().similarLabels())
        .containsExactly(List.of("Boston Bull", "boston_bull"));
    assertThat(dogs.summary().toString())
        .contains("\n  similar labels         'Boston Bull', 'boston_bull'");
  }
}
