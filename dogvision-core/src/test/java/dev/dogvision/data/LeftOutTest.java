package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Photographs, rows and breeds that don't come into a data set are told of, as far as to fit. */
class LeftOutTest {
  private static final byte[] HEIC =
      "\0\0\0\u0018ftypheic\0\0\0\0mif1heic".getBytes(StandardCharsets.ISO_8859_1);

  private static final String HEIC_IN_WORDS =
      "a HEIC picture, as iPhones take them, for which Java has no reader; convert it to JPEG, with"
          + " heif-convert say, or have the phone take JPEGs (Settings, Camera, Formats, Most"
          + " Compatible)";

  @TempDir private Path folder;

  private void draw(String name) {
    ImageFixtures.save(ImageFixtures.drawing(40, 40, name.hashCode()), folder.resolve(name));
  }

  private void twoBreeds() {
    for (int i = 0; i < 4; i++) {
      draw("pug/" + i + ".jpg");
      draw("chow/" + i + ".jpg");
    }
  }

  private DatasetBuilder folders() {
    return DatasetBuilder.fromFolders(folder);
  }

  @Test
  void nothing_is_told_of_usual_folders() throws IOException {
    twoBreeds();
    ImageFixtures.text(folder.resolve("pug/notes.txt"), "a pug");
    draw("@eaDir/pug/SYNOPHOTO_THUMB_M.jpg");
    Files.createDirectory(folder.resolve("empty"));
    // A camera's raw photograph beside the same one as JPEG
    ImageFixtures.write(folder.resolve("pug/0.CR2"), new byte[] {'I', 'I', 42, 0, 16, 0, 0, 0});

    assertThat(folders().build().summary().notices()).isEmpty();
  }

  @Test
  void a_breed_that_vanishes_and_photographs_of_another_format_are_told() {
    twoBreeds();
    ImageFixtures.write(folder.resolve("husky/1.heic"), HEIC);
    ImageFixtures.write(folder.resolve("husky/2.HEIC"), HEIC);
    ImageFixtures.write(folder.resolve("pug/9"), HEIC);

    Dataset dogs = folders().build();

    assertThat(dogs.labels().names()).containsExactly("chow", "pug");
    assertThat(dogs.summary().notices())
        .containsExactly(
            "1 folder holds no photograph that is read, so that its breed is left out: husky (2"
                + " files or folders such as husky/1.heic)",
            "3 photographs are left out (husky/1.heic, husky/2.HEIC, pug/9): each is "
                + HEIC_IN_WORDS);
    assertThat(dogs.summary().toString())
        .contains("notice                 3 photographs are left out (husky/1.heic,");
  }

  @Test
  void a_breed_below_another_folder_is_told() {
    twoBreeds();
    draw("husky/train/1.jpg");

    assertThat(folders().build().summary().notices())
        .containsExactly(
            "1 folder holds no photograph that is read, so that its breed is left out: husky (1"
                + " file or folder such as husky/train)");
  }

  @Test
  @Timeout(60)
  void links_to_nothing_and_what_is_no_file_are_told_and_hang_nothing() throws Exception {
    twoBreeds();
    Files.createSymbolicLink(folder.resolve("pug/gone.jpg"), folder.resolve("annex/gone"));
    Files.createSymbolicLink(folder.resolve("pug/loop.jpg"), Path.of("loop.jpg"));
    Process fifo =
        new ProcessBuilder("mkfifo", folder.resolve("pug/pipe.jpg").toString())
            .redirectErrorStream(true)
            .start();
    assumeThat(fifo.waitFor()).isZero();

    Dataset dogs = folders().build();

    assertThat(dogs.size()).isEqualTo(8);
    assertThat(dogs.summary().notices())
        .containsExactly(
            "2 photographs are left out (pug/gone.jpg, pug/loop.jpg): each is a link to nothing",
            "1 photograph is left out (pug/pipe.jpg): it is not a file");
  }

  @Test
  void what_is_skipped_on_demand_is_told_with_the_breed_that_it_costs() {
    twoBreeds();
    ImageFixtures.jpegHeader(folder.resolve("husky/1.jpg"));
    ImageFixtures.write(folder.resolve("husky/2.jpg"), new byte[0]);

    assertThat(folders().unreadableImages(ProblemPolicy.SKIP).build().summary().notices())
        .hasSize(2)
        .satisfiesExactly(
            notice ->
                assertThat(notice)
                    .startsWith("2 images can't be read and are left out: husky/1 (JPEG, ")
                    .contains("husky/2 (empty, 0 bytes)"),
            notice -> assertThat(notice).isEqualTo("1 breed has lost all its photographs: husky"));
  }

  @Test
  void rows_of_a_table_that_are_left_out_are_told() {
    twoBreeds();
    ImageFixtures.write(folder.resolve("pug/7.heic"), HEIC);
    Path csv = folder.resolve("labels.csv");
    ImageFixtures.text(csv, "id,breed\n0,pug\n1,chow\n7,pug\nnowhere,husky\n2,\n");
    DatasetBuilder builder = DatasetBuilder.fromCsv(csv).images(folder.resolve("pug"));

    assertThatThrownBy(builder.missingLabels(ProblemPolicy.SKIP)::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("no image for the id '7'; there is 7.heic, " + HEIC_IN_WORDS);
    assertThat(builder.missingImages(ProblemPolicy.SKIP).build().summary().notices())
        .containsExactly(
            "1 row without a breed, skipped: 2",
            "2 rows have no image and are left out: 7, nowhere",
            "1 breed has lost all its photographs: husky");
  }

  @Test
  void images_that_a_table_of_predictions_would_lack_are_told() {
    draw("test/1.jpg");
    ImageFixtures.write(folder.resolve("test/2.heic"), HEIC);

    assertThat(DatasetBuilder.fromImages(folder.resolve("test")).build().summary().notices())
        .containsExactly("1 photograph is left out (2.heic): it is " + HEIC_IN_WORDS);
    ImageFixtures.write(folder.resolve("other/2.heic"), HEIC);
    assertThatThrownBy(DatasetBuilder.fromImages(folder.resolve("other"))::build)
        .isInstanceOf(DatasetException.class)
        .hasMessageEndingWith(
            "it holds 2.heic. 1 photograph is left out (2.heic): it is " + HEIC_IN_WORDS);
  }

  @Test
  void a_photograph_in_no_breeds_folder_is_counted_whatever_it_is_called() {
    twoBreeds();
    draw("loose.jpg");
    assertThat(folder.resolve("loose.jpg").toFile().renameTo(folder.resolve("loose").toFile()))
        .isTrue();

    assertThat(folders().build().summary().notes())
        .containsExactly("1 image in no breed's folder, ignored: loose");
  }

  @Test
  void parts_and_unions_go_on_telling_and_so_does_fit() {
    twoBreeds();
    ImageFixtures.write(folder.resolve("husky/1.heic"), HEIC);
    Dataset dogs = folders().build();
    List<String> notices = dogs.summary().notices();
    assertThat(notices).hasSize(2);

    Split split = dogs.split(0.75, 13);
    assertThat(split.train().limit(2).summary().notices()).isEqualTo(notices);
    assertThat(
            split
                .train()
                .concat(split.validation())
                .withLabelsRenamed(name -> name + "s")
                .summary()
                .notices())
        .isEqualTo(notices);

    List<String> told = new ArrayList<>();
    TrainingRun unused =
        Trainer.of(
                TransferModel.mobileNetV2()
                    .untrained(1)
                    .width(0.1)
                    .inputSize(32)
                    .labels(dogs.labels())
                    .build())
            .epochs(1)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    told.add(notice.message());
                  }
                })
            .fit(split.train(), Dataset.of(split.validation().examples(), dogs.labels()));
    assertThat(told).containsExactlyElementsOf(notices);
  }
}
