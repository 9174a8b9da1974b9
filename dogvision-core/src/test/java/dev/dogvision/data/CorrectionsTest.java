package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Correction.Action;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorrectionsTest {
  @TempDir private Path folder;

  private Corrections read(String content) {
    return Corrections.read(ImageFixtures.text(folder.resolve("corrections.csv"), content));
  }

  private String refusal(String content) {
    try {
      Corrections unexpected = read(content);
      throw new AssertionError("read as " + unexpected.all());
    } catch (DatasetException e) {
      return String.valueOf(e.getMessage()).replace(folder + "/", "");
    }
  }

  @Test
  void reads_each_action() {
    Corrections corrections =
        read(
            """
            id,action,label
            pug/017,keep,pug
            pug/021,relabel,chow
            "pug/033, small",new_label,"Pekin""gese"
            pug/040,drop,
            """);

    assertThat(corrections.all())
        .containsExactly(
            Correction.keep("pug/017", "pug"),
            Correction.relabel("pug/021", "chow"),
            Correction.newLabel("pug/033, small", "Pekin\"gese"),
            Correction.drop("pug/040"));
    assertThat(corrections.of("pug/040")).contains(Correction.drop("pug/040"));
    assertThat(corrections.of("pug/041")).isEmpty();
    assertThat(corrections).hasToString("Corrections{keep=1, relabel=1, new_label=1, drop=1}");
  }

  @Test
  void reads_what_spreadsheets_and_people_write() throws IOException {
    assertThat(
            read("\uFEFFsep=;\r\nRemark;Label;ID;Action;\r\n;;;;\r\nblurred; ;a; Drop ;\r\n").all())
        .containsExactly(Correction.drop("a"));
    assertThat(read("id\taction\tlabel\na\tkeep\t\na\tkeep\t\n").all())
        .containsExactly(new Correction("a", Action.KEEP, null));
    assertThat(read("id,action,label\n=\"0007\",relabel,=\"chow\"\n").all())
        .containsExactly(Correction.relabel("0007", "chow"));
    Path utf16 = folder.resolve("utf16.csv");
    Files.write(utf16, "\uFEFFid,action,label\né,drop,\n".getBytes(StandardCharsets.UTF_16LE));
    assertThat(Corrections.read(utf16).all()).containsExactly(Correction.drop("é"));
    assertThat(read("id,action,label\n")).isEqualTo(Corrections.none());
  }

  @Test
  void refuses_rows_that_cannot_be_used_all_at_once() {
    assertThat(
            refusal(
                """
                id,action,label
                a,destroy,
                b,,
                c,relabel,
                d,drop,chow
                ,keep,
                e,keep,pug
                e,drop,
                f,keep
                id,action,label
                g,new_label,"\u200B"
                h,new_label,"a\u0007b"
                i,keep,pug
                """))
        .isEqualTo(
            """
            corrections.csv: 10 rows cannot be used; correct or remove them:
              line 2: 'a': no action 'destroy'; expected keep, relabel, new_label, drop
              line 3: 'b': the action is blank; expected keep, relabel, new_label, drop
              line 4: 'c': the action is relabel, but the label is blank; name it
              line 5: 'd': the action is drop, but there is a label, 'chow'; leave it blank, or write relabel
              line 6: the id is blank
              line 8: 'e': dropped, and line 7 says kept as 'pug'; keep one of the rows
              line 9: 2 fields, expected 3 (id, action, label); are all ids quoted that hold what separates the columns?
              line 10: it repeats the first line, as files do that were joined; remove it
              line 11: 'g': the new label shows nothing; write one that can be read
              line 12: 'h': the new label holds the control character U+0007; write one that can be read""");
  }

  @Test
  void refuses_files_that_are_something_else() {
    assertThat(refusal(""))
        .isEqualTo("corrections.csv is empty; expected a first line id,action,label");
    assertThat(refusal("id,breed\na,pug\n"))
        .isEqualTo(
            "corrections.csv, line 1: no column 'action', no column 'label' among 'id, breed';"
                + " expected the columns id, action and label, as a page of LabelCleaner writes"
                + " them");
    assertThat(refusal("id,action,label,Label\n"))
        .startsWith("corrections.csv, line 1: the column 'label' more than once among");
    assertThat(refusal("id,action,label\n\"a,keep,\n"))
        .isEqualTo(
            "corrections.csv is not well-formed CSV: a quote that opens in line 2 is never closed;"
                + " look for a quote (\") that is not closed, or text after a closing quote");
    assertThatThrownBy(() -> Corrections.read(folder.resolve("none.csv")))
        .isInstanceOf(DatasetException.class)
        .hasMessage("there is no file " + folder.resolve("none.csv"));
    assertThatThrownBy(() -> Corrections.read(folder))
        .isInstanceOf(DatasetException.class)
        .hasMessage(folder + " is not a file; expected a CSV such as corrections.csv");
    Path latin = folder.resolve("latin.csv");
    ImageFixtures.write(latin, "id,action,label\né,drop,\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> Corrections.read(latin))
        .isInstanceOf(DatasetException.class)
        .hasMessage(latin + ", line 2: byte 0xE9 is not UTF-8; save the file as UTF-8");
  }

  @Test
  void what_a_spreadsheet_would_run_is_guarded_in_the_file_and_only_there() throws IOException {
    Corrections corrections =
        Corrections.of(
            List.of(
                Correction.relabel("=HYPERLINK(\"http://x\")", "+chow"),
                Correction.drop("'-1"),
                Correction.drop("a;=1"),
                Correction.drop("it's")));

    Path file = corrections.write(folder.resolve("corrections.csv"));

    assertThat(Files.readString(file))
        .isEqualTo(
            """
            \uFEFFid,action,label
            "'=HYPERLINK(""http://x"")",relabel,"'+chow"
            "''-1",drop,
            "a;'=1",drop,
            "it's",drop,
            """);
    assertThat(Corrections.read(file)).isEqualTo(corrections);
  }

  /** Whatever ids and labels hold, they are read as they were written. */
  @Test
  void what_was_written_is_read_again() {
    String[] pieces = {
      "'", "=", "+", "-", "@", "\t", "\r", "\n", "\r\n", ";", ",", "\"", " ", "\u00A0", "\uFEFF",
      "\u200B", "\uFF1D", "a", "7", "é", "犬", "😀", "sep=;", "id", "action", "<b>", "\u0000", "\f"
    };
    Random random = new Random(5);
    for (int round = 0; round < 150; round++) {
      Map<String, Correction> corrections = new LinkedHashMap<>();
      for (int i = 0; i < 12; i++) {
        String id = text(random, pieces);
        String label = text(random, pieces);
        Correction one =
            switch (random.nextInt(4)) {
              case 0 -> Correction.keep(id, label);
              case 1 -> Correction.relabel(id, label);
              case 2 -> Correction.newLabel(id, "boxer " + i);
              default -> Correction.drop(id);
            };
        corrections.putIfAbsent(id, one);
      }
      Corrections written = Corrections.of(corrections.values());

      // Not through write, which waits for the disk each time.
      Corrections read = read(CorrectionTable.csv(written.all()));

      assertThat(read.all()).isEqualTo(written.all());
    }
  }

  private static String text(Random random, String[] pieces) {
    StringBuilder text = new StringBuilder();
    do {
      text.append(pieces[random.nextInt(pieces.length)]);
    } while (text.toString().isBlank() || random.nextInt(4) > 0);
    return text.toString();
  }

  @Test
  void whatever_is_in_a_file_it_is_read_or_refused() {
    String[] pieces = {
      "id",
      "action",
      "label",
      ",",
      ",",
      ",",
      "\n",
      "\n",
      "\r\n",
      "\"",
      "\"\"",
      " ",
      ";",
      "\t",
      "a",
      "b",
      "pug",
      "keep",
      "relabel",
      "new_label",
      "drop",
      "'",
      "=",
      "\u0000",
      "\uFEFF",
      "é",
      "😀",
      "sep=;",
      "\u2028",
      "id,action,label\n",
      "a,drop,\n",
      "b,keep,pug\n"
    };
    Random random = new Random(6);
    int read = 0;
    for (int round = 0; round < 1000; round++) {
      StringBuilder content = new StringBuilder(random.nextInt(3) == 0 ? "" : "id,action,label\n");
      for (int i = random.nextInt(12); i > 0; i--) {
        content.append(pieces[random.nextInt(pieces.length)]);
      }
      byte[] bytes = content.toString().getBytes(StandardCharsets.UTF_8);
      for (int i = random.nextInt(3); i > 0 && bytes.length > 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
      }
      if (round % 10 == 0) {
        bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
      }
      read += isRead(bytes) ? 1 : 0;
    }
    assertThat(read).isBetween(10, 900);
  }

  /**
   * Mutated rows of a sound file, applied to a data set: a data set or a message about the file.
   */
  @Test
  void whatever_becomes_of_rows_they_are_applied_or_refused() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      examples.add(
          new Example("dogs/" + i, folder.resolve(i + ".jpg"), i % 2 == 0 ? "pug" : "chow"));
    }
    Dataset dogs = Dataset.of(examples);
    byte[] sound =
        "id,action,label\ndogs/0,keep,pug\ndogs/1,relabel,pug\ndogs/2,new_label,boxer\ndogs/3,drop,\n"
            .getBytes(StandardCharsets.UTF_8);
    Random random = new Random(7);
    int applied = 0;
    for (int round = 0; round < 700; round++) {
      byte[] damaged = sound.clone();
      for (int i = random.nextInt(3); i > 0; i--) {
        damaged[random.nextInt(damaged.length)] =
            random.nextBoolean() ? sound[random.nextInt(sound.length)] : (byte) random.nextInt(256);
      }
      Path file = ImageFixtures.write(folder.resolve("corrections.csv"), damaged);
      try {
        Dataset corrected = dogs.corrected(Corrections.read(file));
        applied++;
        assertThat(corrected.size()).isBetween(1, 6);
        corrected.forEach(
            example -> assertThat(corrected.labels().contains(example.label())).isTrue());
      } catch (DatasetException e) {
        assertThat(e).hasMessageContaining("corrections.csv");
      }
    }
    assertThat(applied).isBetween(200, 690);
  }

  private boolean isRead(byte[] content) {
    Path file = ImageFixtures.write(folder.resolve("corrections.csv"), content);
    try {
      for (Correction one : Corrections.read(file).all()) {
        assertThat(one.id()).isNotBlank();
      }
      return true;
    } catch (DatasetException e) {
      assertThat(e).hasMessageContaining("corrections.csv");
      return false;
    }
  }

  @Test
  void should_fail_if_a_correction_contradicts_itself_or_another() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Correction("a", Action.RELABEL, null))
        .withMessage("'a': relabel needs the label that it gives");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Correction("a", Action.DROP, "pug"))
        .withMessage("'a' is dropped, and so gets no label; got 'pug'");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> Corrections.of(List.of(Correction.drop("a"), Correction.keep("a", "pug"))))
        .withMessageStartingWith("'a' is decided twice");
  }
}
