package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.image.ImageSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people decided, applied to data sets of every kind. */
class CorrectedDatasetTest {
  @TempDir private Path folder;
  private Path corrections;

  @BeforeEach
  void draw() {
    for (int i = 0; i < 4; i++) {
      picture("dogs/pug/00" + i + ".png", i);
      picture("dogs/chow/00" + i + ".png", 10 + i);
      picture("train/00" + i + ".png", 20 + i);
    }
    corrections = folder.resolve("corrections.csv");
    ImageFixtures.text(
        folder.resolve("labels.csv"), "id,breed\n000,pug\n001,pug\n002,chow\n003,chow\n");
  }

  @CanIgnoreReturnValue
  private Path picture(String name, int seed) {
    return ImageFixtures.save(ImageFixtures.drawing(40, 30, seed), folder.resolve(name));
  }

  private DatasetBuilder folders(String... rows) {
    return DatasetBuilder.fromFolders(folder.resolve("dogs")).corrections(file(rows));
  }

  private DatasetBuilder csv(String... rows) {
    return DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
        .images(folder.resolve("train"))
        .corrections(file(rows));
  }

  private Path file(String... rows) {
    return ImageFixtures.text(corrections, "id,action,label\n" + String.join("\n", rows) + "\n");
  }

  private static List<String> content(Dataset dogs) {
    return dogs.examples().stream().map(one -> one.id() + " " + one.label()).toList();
  }

  @Test
  void corrects_folders_and_says_what_it_changed() {
    Dataset dogs =
        folders(
                "pug/000,relabel,chow",
                "pug/001,drop,",
                "chow/002,keep,chow",
                "chow/003,new_label,boxer",
                "chow/001,relabel,chow")
            .build();

    assertThat(content(dogs))
        .containsExactly(
            "chow/000 chow",
            "chow/001 chow",
            "chow/002 chow",
            "chow/003 boxer",
            "pug/000 chow",
            "pug/002 pug",
            "pug/003 pug");
    assertThat(dogs.labels().names()).containsExactly("boxer", "chow", "pug");
    DatasetSummary summary = dogs.summary();
    assertThat(summary.relabelled()).containsExactly("chow/003", "pug/000");
    assertThat(summary.dropped()).containsExactly("pug/001");
    assertThat(summary.kept()).containsExactly("chow/002");
    assertThat(summary.rows()).isEqualTo(8);
    assertThat(summary.images()).isEqualTo(7);
    assertThat(summary.toString())
        .contains("corrections            2 relabelled, 1 dropped, 1 kept, 1 labelled so already");
    assertThat(summary.notices()).isEmpty();
  }

  @Test
  void corrects_a_csv_and_finds_ids_that_a_spreadsheet_has_changed() {
    Dataset dogs = csv("0,relabel,chow", "3.0,drop,", "002,keep,").build();

    assertThat(content(dogs)).containsExactly("000 chow", "001 pug", "002 chow");
    assertThat(dogs.summary().toString())
        .contains(
            "1 relabelled, 1 dropped, 1 kept, 2 ids were changed by a spreadsheet and found all the"
                + " same: '0' (000), '3.0' (003)");
    assertThat(dogs.corrections().all())
        .containsExactly(
            Correction.relabel("000", "chow"),
            Correction.drop("003"),
            Correction.keep("002", "chow"));
  }

  @Test
  void corrects_photographs_from_anywhere_and_unlabelled_ones() throws IOException {
    byte[] bytes = Files.readAllBytes(picture("a.png", 1));
    byte[] others = Files.readAllBytes(picture("b.png", 2));
    Dataset dogs =
        DatasetBuilder.fromSources(
                List.of(
                    Example.of(ImageSource.of("a, \"b\"", bytes), "pug"),
                    Example.of(ImageSource.of("=c", others), "chow")))
            .corrections(file("\"a, \"\"b\"\"\",relabel,chow", "'=c,keep,chow"))
            .build();
    Dataset unlabelled =
        DatasetBuilder.fromImages(folder.resolve("train")).corrections(file("001,drop,")).build();

    assertThat(content(dogs)).containsExactly("a, \"b\" chow", "=c chow");
    assertThat(dogs.labels().names()).containsExactly("chow");
    assertThat(dogs.summary().notices())
        .containsExactly(
            "1 breed was corrected away, with all its photographs, and is no label any more: pug");
    assertThat(unlabelled.examples()).extracting(Example::id).containsExactly("000", "002", "003");
    assertThatThrownBy(
            () ->
                DatasetBuilder.fromImages(folder.resolve("train"))
                    .corrections(file("001,relabel,pug"))
                    .build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(
            "line 2: '001' is relabelled 'pug', but the data set has no labels; there photographs"
                + " can only be dropped");
  }

  @Test
  void refuses_ids_that_it_does_not_know_all_at_once() {
    assertThatThrownBy(
            () ->
                folders("pug/000,drop,", "boxer/000,drop,", "pug/00x,keep,", "1.2E+5,drop,")
                    .build())
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            corrections
                + ": 3 ids are not known among the 8 photographs of the data set; is it of another"
                + " one? Correct the ids or remove the rows:\n"
                + "  line 3: no photograph 'boxer/000'; close ones: chow/000, pug/000\n"
                + "  line 4: no photograph 'pug/00x'; close ones: pug/000, pug/001, pug/002\n"
                + "  line 5: no photograph '1.2E+5', a number that a spreadsheet has rounded");
  }

  @Test
  void refuses_what_fits_the_data_set_no_longer() {
    assertThatThrownBy(
            () -> folders("pug/000,keep,chow", "pug/001,relabel,chov", "pug/002,keep,pug").build())
        .isInstanceOf(DatasetException.class)
        .hasMessage(
            corrections
                + ": 2 corrections fit the data set no longer, or never did; decide again or remove"
                + " them:\n"
                + "  line 2: 'pug/000' is to stay 'chow', but is labelled 'pug' by now\n"
                + "  line 3: 'pug/001' is relabelled 'chov', which is none of the data set's 2"
                + " labels; close ones: chow; a label that it does not have yet takes the action"
                + " new_label");
    assertThatThrownBy(() -> csv("0,drop,", "000,keep,").build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("'000' means '000', of which another row says dropped");
    assertThatThrownBy(() -> csv("000,drop,", "001,drop,", "002,drop,", "003,drop,").build())
        .isInstanceOf(DatasetException.class)
        .hasMessage(corrections + " drops all 4 photographs; nothing is left of the data set");
    assertThatIllegalStateException()
        .isThrownBy(() -> csv("000,drop,").corrections(corrections))
        .withMessage("corrections was already set to " + corrections);
  }

  @Test
  void a_broken_file_that_was_dropped_is_no_failure() {
    ImageFixtures.text(folder.resolve("dogs/pug/broken.png"), "no picture");

    assertThatThrownBy(() -> folders("pug/000,drop,").build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("broken.png");
    Dataset dogs = folders("pug/broken,drop,").verifyImages().build();
    Dataset skipped = folders("pug/broken,keep,").unreadableImages(ProblemPolicy.SKIP).build();

    assertThat(dogs.size()).isEqualTo(8);
    assertThat(dogs.summary().dropped()).containsExactly("pug/broken");
    assertThat(dogs.summary().notices()).isEmpty();
    assertThat(skipped.size()).isEqualTo(8);
  }

  @Test
  void rows_of_photographs_that_are_left_out_anyway_are_counted() {
    ImageFixtures.text(
        folder.resolve("labels.csv"), "id,breed\n000,pug\n001,pug\n002,chow\nlost,chow\n");

    Dataset dogs = csv("lost,drop,", "001,relabel,chow").missingImages(ProblemPolicy.SKIP).build();

    assertThat(content(dogs)).containsExactly("000 pug", "001 chow", "002 chow");
    assertThat(dogs.summary().toString())
        .contains("1 relabelled, 0 dropped, 0 kept, 1 left out already");
  }

  @Test
  void applied_twice_they_change_nothing_more() {
    String[] rows = {"pug/000,relabel,chow", "pug/001,drop,", "chow/002,keep,chow"};
    Dataset plain = DatasetBuilder.fromFolders(folder.resolve("dogs")).build();

    Dataset once = folders(rows).build();
    Dataset again = folders(rows).build();
    Corrections read = Corrections.read(corrections);
    Dataset twice = once.corrected(read);

    assertThat(again).isEqualTo(once);
    assertThat(again.fingerprint()).isEqualTo(once.fingerprint());
    assertThat(plain.corrected(read)).isEqualTo(once);
    assertThat(twice).isEqualTo(once);
    assertThat(twice.corrections()).isEqualTo(once.corrections());
    assertThat(twice.summary().relabelled()).isEmpty();
    assertThat(twice.summary().toString())
        .contains("0 relabelled, 0 dropped, 1 kept, 1 labelled so already, 1 left out already");
    assertThat(once.fingerprint()).isNotEqualTo(plain.fingerprint());
    assertThat(folders("chow/002,keep,chow").build().fingerprint()).isEqualTo(plain.fingerprint());
  }

  @Test
  void parts_unions_and_copies_remember_what_was_decided() {
    Dataset folders =
        folders("pug/000,relabel,chow", "pug/001,drop,", "chow/002,keep,chow").build();
    Dataset csv = csv("000,keep,pug", "003,drop,").build();
    picture("more/pug/000.png", 50);
    Dataset more =
        DatasetBuilder.fromFolders(folder.resolve("more"))
            .corrections(file("pug/000,keep,pug"))
            .build();

    assertThat(folders.split(0.5, 1).train().corrections()).isEqualTo(folders.corrections());
    assertThat(folders.onlyLabels("chow").corrections()).isEqualTo(folders.corrections());
    assertThat(csv.concat(folders).corrections().all())
        .containsExactlyInAnyOrder(
            Correction.keep("000", "pug"),
            Correction.drop("003"),
            Correction.relabel("pug/000", "chow"),
            Correction.drop("pug/001"),
            Correction.keep("chow/002", "chow"));
    assertThat(folders.concat(more).corrections().of("more/pug/000"))
        .contains(Correction.keep("more/pug/000", "pug"));
  }

  @Test
  void what_somebody_decided_about_is_not_doubted_again() {
    Dataset plain = DatasetBuilder.fromFolders(folder.resolve("dogs")).build();
    float[][] probabilities = new float[8][2];
    for (int i = 0; i < 8; i++) {
      // The first chow and the first two pugs are taken for the other breed.
      boolean chow = plain.example(i).label().equals("chow") != (i == 0 || i == 4 || i == 5);
      probabilities[i] = chow ? new float[] {0.9f, 0.1f} : new float[] {0.1f, 0.9f};
    }
    Dataset looked = folders("chow/000,keep,chow", "pug/000,keep,").build();

    DatasetReport before = DatasetReport.of(plain).withSuspects(plain.labels(), probabilities);
    DatasetReport after = DatasetReport.of(looked).withSuspects(looked.labels(), probabilities);

    assertThat(before.suspects())
        .extracting(DatasetReport.Suspect::id)
        .containsExactly("chow/000", "pug/000", "pug/001");
    assertThat(before.suspectsDecided()).isZero();
    assertThat(after.suspects()).extracting(DatasetReport.Suspect::id).containsExactly("pug/001");
    assertThat(after.suspectsDecided()).isEqualTo(2);
    assertThat(after.toString())
        .contains("labels that somebody has decided about, not doubted again: 2");
    assertThat(after.toJson()).contains("\"suspectsDecided\": 2");
  }

  @Test
  void beside_a_suspect_stand_its_like_of_either_label() {
    Dataset dogs = DatasetBuilder.fromFolders(folder.resolve("dogs")).build();
    float[][] probabilities = new float[8][2];
    float[][] rows = new float[8][];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      boolean chow = i < 4 || i == 4;
      probabilities[i] = chow ? new float[] {0.9f, 0.1f} : new float[] {0.1f, 0.9f};
      rows[i] = new float[] {1, i};
      labels.add(dogs.example(i).label());
    }
    DatasetReport report =
        DatasetReport.of(dogs)
            .withSuspects(dogs.labels(), probabilities)
            .withLikeness(
                Embeddings.of(
                    "", dogs.examples().stream().map(Example::id).toList(), labels, rows));

    DatasetReport.Suspect suspect = report.suspects().get(0);

    assertThat(suspect.id()).isEqualTo("pug/000");
    assertThat(report.resembled(suspect, "chow"))
        .extracting(Neighbour::id)
        .containsExactly("chow/003", "chow/002", "chow/001", "chow/000");
    assertThat(report.resembled(suspect, "pug"))
        .extracting(Neighbour::id)
        .containsExactly("pug/001", "pug/002", "pug/003");
    assertThat(report.resembled(suspect, "pug"))
        .extracting(Neighbour::index)
        .containsExactly(5, 6, 7);
    assertThat(report.resembled(suspect, "boxer")).isEmpty();
  }
}
