package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.image.ImageSource;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.RescaleOp;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetReportTest {
  private static final DatasetReport.Thresholds LENIENT =
      new DatasetReport.Thresholds(0.9, 16, 3, 0);

  @TempDir Path folder;

  private final List<Example> examples = new ArrayList<>();

  private void add(String id, String label, BufferedImage image, String suffix) {
    examples.add(new Example(id, ImageFixtures.save(image, folder.resolve(id + suffix)), label));
  }

  private Dataset dataset() {
    return Dataset.of(examples);
  }

  /** The same picture in another size, brighter and with more contrast. */
  private static BufferedImage changed(BufferedImage image, int width, int height) {
    BufferedImage scaled = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scaled.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    return new RescaleOp(0.7f, 30, null).filter(scaled, null);
  }

  @Test
  void nothing_wrong_is_a_clean_report() {
    for (int i = 0; i < 40; i++) {
      add("dog" + i, "breed" + i % 2, ImageFixtures.drawing(64, 48, i), ".png");
    }
    DatasetReport report = DatasetReport.of(dataset(), LENIENT);

    assertThat(report.isClean()).isTrue();
    assertThat(report.dataset()).isEqualTo(dataset());
    assertThat(report)
        .hasToString(
            """
            40 images looked at
            broken images: 0
            files that are there more than once: 0
            pairs of near-duplicates: 0
            images with a side below 16 pixels: 0
            images longer than 3.000 : 1: 0
            breeds with fewer than 0 images: 0
            imbalance: the most common breed has 1.0 times the images of the least common one""");
  }

  @Test
  void finds_copies_near_duplicates_and_broken_files() throws IOException {
    for (int i = 0; i < 20; i++) {
      add("dog" + i, "chow", ImageFixtures.drawing(90, 70, i), ".png");
    }
    BufferedImage picture = ImageFixtures.drawing(90, 70, 3);
    add("same", "pug", picture, ".png");
    add("smaller", "pug", changed(picture, 60, 50), ".jpg");
    add("again", "chow", changed(ImageFixtures.drawing(90, 70, 5), 120, 90), ".png");
    examples.add(
        new Example("broken", ImageFixtures.jpegHeader(folder.resolve("broken.jpg")), "pug"));
    examples.add(new Example("gone", folder.resolve("gone.jpg"), "pug"));

    DatasetReport report = DatasetReport.of(dataset());

    assertThat(report.copies())
        .containsExactly(new DatasetReport.Copies(List.of("dog3", "same"), List.of("chow", "pug")));
    assertThat(report.copies().get(0).isContradictory()).isTrue();
    assertThat(report.nearDuplicates())
        .extracting(pair -> pair.first() + "~" + pair.second() + " " + pair.isContradictory())
        .containsExactlyInAnyOrder("dog3~smaller true", "dog5~again false");
    assertThat(report.nearDuplicates())
        .allSatisfy(pair -> assertThat(pair.similarity()).isBetween(0.9, 1.0));
    assertThat(report.duplicateGroups())
        .isEqualTo(
            Groups.of(List.of(List.of("dog3", "same", "smaller"), List.of("dog5", "again"))));
    assertThat(report.brokenImages())
        .extracting(DatasetReport.BrokenImage::id)
        .containsExactly("broken", "gone");
    assertThat(report.rareBreeds()).containsExactly(new LabelCount("pug", 4));
    assertThat(report.isClean()).isFalse();
    assertThat(report.toString())
        .contains("\n  dog3, same, with different breeds: chow, pug\n")
        .contains("broken images: 2\n  broken: ");
  }

  @Test
  void parts_whose_files_share_names_are_told_apart() {
    ImageFixtures.save(ImageFixtures.drawing(64, 64, 1), folder.resolve("train/001.png"));
    ImageFixtures.save(ImageFixtures.drawing(64, 64, 2), folder.resolve("train/002.png"));
    ImageFixtures.save(ImageFixtures.drawing(64, 64, 3), folder.resolve("valid/001.png"));
    ImageFixtures.save(ImageFixtures.drawing(64, 64, 1), folder.resolve("valid/002.bmp"));
    Dataset train = DatasetBuilder.fromImages(folder.resolve("train")).build();
    Dataset valid = DatasetBuilder.fromImages(folder.resolve("valid")).build();

    DatasetReport report = DatasetReport.of(train.union(valid));

    assertThat(report.straddling(Split.of(train, valid)))
        .containsExactly(Set.of("001", "valid/002"));
  }

  @Test
  void a_split_keeps_what_the_report_found_together() {
    for (int i = 0; i < 30; i++) {
      BufferedImage picture = ImageFixtures.drawing(64, 64, i);
      add("dog" + i, "chow", picture, ".png");
      add("copy" + i, "chow", picture, ".bmp");
    }
    DatasetReport report = DatasetReport.of(dataset());
    assertThat(report.copies()).isEmpty();
    assertThat(report.nearDuplicates()).hasSize(30);

    assertThat(report.straddling(dataset().split(0.5, 1))).isNotEmpty();
    Split together = dataset().split(0.5, 1, report.duplicateGroups());
    assertThat(report.straddling(together)).isEmpty();
    assertThat(together.train().size()).isEqualTo(30);
  }

  @Test
  void finds_small_and_oddly_shaped_images() {
    add("tiny", "a", ImageFixtures.drawing(63, 200, 1), ".png");
    add("long", "a", ImageFixtures.drawing(301, 100, 2), ".png");
    add("fine", "b", ImageFixtures.drawing(300, 100, 3), ".png");
    DatasetReport report = DatasetReport.of(dataset());

    assertThat(report.smallImages())
        .containsExactly(
            new DatasetReport.OddImage(
                "tiny", ImageSource.of(folder.resolve("tiny.png")), 63, 200));
    assertThat(report.oddlyShapedImages())
        .extracting(DatasetReport.OddImage::id)
        .containsExactly("tiny", "long");
  }

  @Test
  void pictures_of_one_colour_are_alike_in_the_same_colour_only() {
    int[] colours = {0xFF0000, 0x00FF00, 0xFF0001};
    for (int i = 0; i < colours.length; i++) {
      BufferedImage image = new BufferedImage(70, 70, BufferedImage.TYPE_INT_RGB);
      int colour = colours[i];
      image.setRGB(0, 0, 70, 70, IntStream.generate(() -> colour).limit(4900).toArray(), 0, 70);
      add("flat" + i, "a", image, ".png");
    }
    add("drawing", "a", ImageFixtures.drawing(70, 70, 1), ".png");

    assertThat(DatasetReport.of(dataset()).duplicateGroups().groups())
        .isEqualTo(List.of(Set.of("flat0", "flat2")));
  }

  @Test
  void images_of_one_pixel_and_of_one_line_are_no_trouble() {
    add("dot", "a", ImageFixtures.drawing(1, 1, 1), ".png");
    add("line", "a", ImageFixtures.drawing(500, 1, 2), ".png");
    add("column", "a", ImageFixtures.drawing(1, 500, 3), ".png");
    DatasetReport report = DatasetReport.of(dataset());

    assertThat(report.brokenImages()).isEmpty();
    assertThat(report.smallImages()).hasSize(3);
    assertThat(report.oddlyShapedImages()).hasSize(2);
  }

  @Test
  void the_json_is_complete() {
    for (int i = 0; i < 15; i++) {
      add("dog" + i, "chow", ImageFixtures.drawing(10, 50, 1), ".png");
    }
    examples.add(new Example("gone", folder.resolve("gone.jpg"), "pug"));
    DatasetReport report = DatasetReport.of(dataset());
    JsonObject json = JsonParser.parseString(report.toJson()).getAsJsonObject();

    assertThat(json.get("images").getAsInt()).isEqualTo(16);
    assertThat(json.getAsJsonArray("copies").get(0).getAsJsonObject().getAsJsonArray("ids"))
        .hasSize(15);
    assertThat(json.getAsJsonArray("smallImages")).hasSize(15);
    assertThat(json.getAsJsonArray("oddlyShapedImages")).hasSize(15);
    assertThat(json.getAsJsonArray("brokenImages").get(0).getAsJsonObject().get("id").getAsString())
        .isEqualTo("gone");
    assertThat(json.getAsJsonObject("rareBreeds").get("pug").getAsInt()).isEqualTo(1);
    assertThat(json.get("imbalance").getAsDouble()).isEqualTo(15);
    assertThat(json.getAsJsonArray("nearDuplicates")).isEmpty();
    assertThat(json.getAsJsonArray("suspects")).isEmpty();
  }

  @Test
  void an_unlabelled_data_set_has_a_report_too() {
    for (int i = 0; i < 3; i++) {
      add("p" + i, null, ImageFixtures.drawing(70, 70, i), ".png");
    }
    DatasetReport report = DatasetReport.of(dataset());

    assertThat(report.isClean()).isTrue();
    assertThat(report.toString()).doesNotContain("breed");
    assertThatThrownBy(() -> report.suspects(Labels.of("a"), new float[3][1]))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the data set is unlabelled: nothing can be mislabelled");
  }

  @Test
  void suspects_are_those_that_a_model_takes_for_another_breed_with_that_breeds_confidence() {
    for (int i = 0; i < 6; i++) {
      add("d" + i, i < 3 ? "chow" : "pug", ImageFixtures.drawing(70, 70, i), ".png");
    }
    Labels labels = Labels.of("pug", "chow");
    float[][] outOfFold = {
      {0.1f, 0.9f},
      {0.2f, 0.8f},
      {0.95f, 0.05f}, // labelled chow, surely a pug
      {0.9f, 0.1f},
      {0.8f, 0.2f},
      {0.45f, 0.55f}, // labelled pug; chow, but less sure than chows are
    };
    // Thresholds: chow (0.9 + 0.8 + 0.05) / 3 = 0.583, pug (0.9 + 0.8 + 0.45) / 3 = 0.717.
    DatasetReport report = DatasetReport.of(dataset()).withSuspects(labels, outOfFold);

    assertThat(report.suspects()).hasSize(1);
    DatasetReport.Suspect suspect = report.suspects().get(0);
    assertThat(suspect.id()).isEqualTo("d2");
    assertThat(suspect.label()).isEqualTo("chow");
    assertThat(suspect.suggestion()).isEqualTo("pug");
    assertThat(suspect.labelProbability()).isCloseTo(0.05, within(1e-6));
    assertThat(suspect.suggestionProbability()).isCloseTo(0.95, within(1e-6));
    assertThat(report.toString())
        .endsWith(
            "images that may be mislabelled: 1\n  d2: labelled chow (5 %), rather pug (95 %)");
    assertThat(report.toJson()).contains("\"suggestion\": \"pug\"");
  }

  @Test
  void should_fail_if_the_probabilities_do_not_fit() {
    add("a", "chow", ImageFixtures.drawing(70, 70, 1), ".png");
    DatasetReport report = DatasetReport.of(dataset());
    Labels labels = Labels.of("chow", "pug");

    assertThatThrownBy(() -> report.suspects(labels, new float[2][2]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("outOfFold must have a row for each of the 1 examples, got 2");
    assertThatThrownBy(() -> report.suspects(labels, new float[1][3]))
        .hasMessage("outOfFold must have a probability for each of the 2 labels, got 3 in row 0");
    assertThatThrownBy(() -> report.suspects(labels, new float[][] {{Float.NaN, 1}}))
        .hasMessage("outOfFold must hold probabilities in 0..1, got NaN in row 0");
  }

  @Test
  void should_fail_if_a_threshold_is_bad() {
    assertThatThrownBy(() -> new DatasetReport.Thresholds(1.1, 64, 3, 20))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("similarity must be above 0 and at most 1, got 1.1");
    assertThatThrownBy(() -> new DatasetReport.Thresholds(0.9, 64, 0.5, 20))
        .hasMessage("longestRatio must be at least 1, got 0.5");
  }

  @Test
  void finds_the_competitions_duplicates() {
    Path kaggle =
        Path.of(System.getProperty("dogvision.shared", "../shared"), "data").resolve("kaggle");
    Assumptions.assumeTrue(Files.isDirectory(kaggle), "the photographs are not at hand");
    Dataset dogs =
        DatasetBuilder.fromCsv(kaggle.resolve("train.csv")).images(kaggle.resolve("train")).build();
    Set<String> known =
        Set.of(
            "2352a3eb1ba8bcd1171a812413147f00", // a copy with another breed
            "2fbd0bd840f1b4f80656d90fcc6bcfd5",
            "bd89c1185696801213b6e641fae6186e", // nearly the same, with another breed
            "c133de12833bef664547ffe9d596b760",
            "5dc39b157b9316c8777e744a42b43a93", // in another size and brightness
            "84421c01900b34e3e1ba42f2424fbd33");
    Set<String> others = Set.copyOf(dogs.limit(150).examples().stream().map(Example::id).toList());
    DatasetReport report =
        DatasetReport.of(dogs.filter(dog -> known.contains(dog.id()) || others.contains(dog.id())));

    assertThat(report.brokenImages()).isEmpty();
    assertThat(report.copies()).hasSize(1);
    assertThat(report.nearDuplicates()).hasSize(2);
    assertThat(report.duplicateGroups().groups()).hasSize(3);
  }
}
