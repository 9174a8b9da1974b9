package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.evaluate.Calibration;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.RgbImage;
import dev.dogvision.spi.PixelBatch;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PlotsTest {
  private static final int WHITE = Color.WHITE.getRGB();
  private static final String LONG =
      "a_breed_with_a_name_that_is_far_longer_than_any_breed_has_ever_had_or_ever_will_have";
  private static final List<String> HOSTILE =
      List.of(
          LONG,
          "W".repeat(300),
          "line\nbreak\ttab\0zero",
          "<script>alert(1)</script>",
          "犬🐕‍🦺 cão",
          "\u202eright to left",
          "_",
          "%s %d {}");

  @TempDir Path folder;

  @Test
  void a_right_prediction_is_green_and_a_wrong_one_red() {
    BufferedImage right = PredictionPlot.of(photo(64, 48), "pug", 0.87, "pug").toImage();
    BufferedImage wrong = PredictionPlot.of(photo(64, 48), "pug", 0.87, "boxer").toImage();
    BufferedImage unknown = PredictionPlot.of(photo(64, 48), "pug", 0.87, null).toImage();

    assertThat(count(right, Palette.RIGHT)).isGreaterThan(100);
    assertThat(count(right, Palette.WRONG)).isZero();
    assertThat(count(wrong, Palette.WRONG)).isGreaterThan(100);
    assertThat(count(wrong, Palette.RIGHT)).isZero();
    assertThat(count(unknown, Palette.RIGHT) + count(unknown, Palette.WRONG)).isZero();
  }

  @Test
  void the_true_bar_is_green_and_as_long_as_its_probability() {
    Map<String, Double> probabilities = new LinkedHashMap<>();
    probabilities.put("boxer", 0.25);
    probabilities.put("pug", 0.75);

    BufferedImage image = TopKPlot.of(probabilities, "pug").toImage();
    BufferedImage other = TopKPlot.of(probabilities, "boxer").toImage();

    assertThat((double) longestRun(image, Palette.RIGHT) / longestRun(image, Palette.BAR))
        .isBetween(2.7, 3.3);
    assertThat(longestRun(other, Palette.RIGHT)).isLessThan(longestRun(other, Palette.BAR));
  }

  @Test
  void a_truth_that_is_not_among_the_best_is_named_below() {
    Map<String, Double> probabilities = new LinkedHashMap<>();
    IntStream.range(0, 20).forEach(i -> probabilities.put("breed " + i, (20 - i) / 210.0));

    BufferedImage image = TopKPlot.of(probabilities, "breed 19").toImage();

    assertThat(count(image, Palette.RIGHT)).isZero();
    assertThat(count(image, Palette.WRONG)).isGreaterThan(50);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 12, 30, 120})
  void a_confusion_of_any_size_stays_within_its_picture(int breeds) {
    int[][] counts = new int[breeds][breeds];
    for (int i = 0; i < breeds; i++) {
      counts[i][i] = 8;
      counts[i][(i + 3) % breeds] += 2;
    }
    List<String> labels =
        IntStream.range(0, breeds).mapToObj(i -> "breed_number_" + i + "_of_many").toList();

    BufferedImage image = ConfusionHeatMap.of(labels, counts).toImage();

    assertNothingIsCutOff(image);
    assertThat(Math.max(image.getWidth(), image.getHeight())).isLessThan(2800);
    if (breeds > 3) {
      assertThat(count(image, Palette.heat(Math.sqrt(0.8)))).isGreaterThan(breeds * 50);
      assertThat(count(image, Palette.heat(Math.sqrt(0.2)))).isGreaterThan(breeds * 50);
    }
  }

  @Test
  void a_breed_without_photographs_is_grey() {
    BufferedImage image =
        ConfusionHeatMap.of(List.of("pug", "boxer"), new int[][] {{1, 1}, {0, 0}}).toImage();

    assertThat(count(image, Palette.EMPTY)).isGreaterThan(2000);
  }

  @Test
  void hostile_labels_are_drawn_within_every_picture() {
    List<RgbImage> photos = HOSTILE.stream().map(label -> photo(40, 90)).toList();
    Map<String, Double> probabilities = new LinkedHashMap<>();
    Map<String, List<Double>> series = new LinkedHashMap<>();
    HOSTILE.forEach(label -> probabilities.put(label, 1.0 / HOSTILE.size()));
    HOSTILE.forEach(label -> series.put(label, List.of(0.5, 0.2, 0.1)));

    assertNothingIsCutOff(BatchSheet.of(photos, HOSTILE).title(LONG + LONG).toImage());
    assertNothingIsCutOff(ConfusionHeatMap.of(HOSTILE, new int[8][8]).toImage());
    assertNothingIsCutOff(LearningCurves.of(series).toImage());
    for (String label : HOSTILE) {
      assertNothingIsCutOff(TopKPlot.of(probabilities, label, 3).toImage());
      assertNothingIsCutOff(PredictionPlot.of(photo(30, 30), label, 1, label).toImage());
      assertNothingIsCutOff(PredictionPlot.of(photo(30, 30), label, 0, "W".repeat(400)).toImage());
    }
  }

  @Test
  void curves_pass_over_what_is_not_finite() {
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("training loss", List.of(3.0, Double.NaN, Double.POSITIVE_INFINITY, 1.0));
    series.put("validation loss", List.of(Double.NaN));
    series.put("learning rate", Collections.nCopies(4, 0.0));

    BufferedImage image = LearningCurves.of(series).toImage();

    assertNothingIsCutOff(image);
    assertThat(count(image, Palette.SERIES.get(0))).isGreaterThan(20);
  }

  @Test
  void series_of_one_quantity_share_a_panel() {
    BufferedImage one =
        LearningCurves.of(
                Map.of("training loss", List.of(2.0, 1.0), "validation loss", List.of(2.5, 1.5)))
            .toImage();
    BufferedImage two =
        LearningCurves.of(
                Map.of("training loss", List.of(2.0, 1.0), "training accuracy", List.of(0.1, 0.5)))
            .toImage();

    assertThat(two.getWidth()).isEqualTo(2 * one.getWidth());
    assertThat(two.getHeight()).isEqualTo(one.getHeight());
  }

  @Test
  void curves_of_random_runs_are_always_drawn() {
    Random random = new Random(13);
    for (int i = 0; i < 12; i++) {
      double scale = Math.pow(10, random.nextInt(40) - 20);
      List<Double> values =
          DoubleStream.generate(() -> random.nextGaussian() * scale)
              .limit(1 + random.nextInt(300))
              .boxed()
              .toList();
      assertThatCode(() -> LearningCurves.of(Map.of("loss", values)).toImage())
          .doesNotThrowAnyException();
    }
  }

  @Test
  void a_reliability_diagram_has_points_intervals_and_bars_where_the_bins_are() {
    double[] confidences = {.25, .25, .25, .25, .55, .75, .75, .75, .75, .95, .95};
    boolean[] right = {true, false, false, false, false, true, true, true, false, true, false};

    BufferedImage image = ReliabilityDiagram.of(Calibration.of(confidences, right, 10)).toImage();

    assertNothingIsCutOff(image);
    List<double[]> points = spots(image, Palette.SERIES.get(0));
    assertThat(points).as("one point for each bin that holds photographs").hasSize(4);
    // The first and the third are on the diagonal, at 25 % and at 75 %: they give the scale.
    double perShare = (points.get(2)[0] - points.get(0)[0]) / 0.5;
    double perShareUp = (points.get(0)[1] - points.get(2)[1]) / 0.5;
    double left = points.get(0)[0] - 0.25 * perShare;
    double bottom = points.get(0)[1] + 0.25 * perShareUp;
    assertThat(perShare).isBetween(300.0, 500.0);
    assertThat(perShareUp).isBetween(300.0, 500.0);
    assertThat(points.get(1)[0]).isCloseTo(left + 0.55 * perShare, within(1.0));
    assertThat(points.get(1)[1]).as("never right").isCloseTo(bottom, within(1.0));
    assertThat(points.get(3)[0]).isCloseTo(left + 0.95 * perShare, within(1.0));
    assertThat(points.get(3)[1]).isCloseTo(bottom - 0.5 * perShareUp, within(1.0));
    // Four photographs, one, four and two: a point's area goes with them.
    Color blue = Palette.SERIES.get(0);
    double[] areas = points.stream().mapToDouble(point -> area(image, blue, point)).toArray();
    assertThat(areas[2] / areas[0]).isBetween(0.9, 1.1);
    assertThat(areas[3] / areas[0]).isBetween(0.4, 0.6);
    assertThat(areas[1] / areas[0]).isBetween(0.18, 0.32);
    // Wilson's intervals: of 0 of 1 photograph up to 79 %, of 1 of 4 from 5 to 70 %.
    Color orange = Palette.SERIES.get(1);
    assertThat(inkAt(image, orange, points.get(1)[0], bottom - 0.77 * perShareUp)).isTrue();
    assertThat(inkAt(image, orange, points.get(1)[0], bottom - 0.81 * perShareUp)).isFalse();
    assertThat(inkAt(image, orange, points.get(0)[0], bottom - 0.07 * perShareUp)).isTrue();
    assertThat(inkAt(image, orange, points.get(0)[0], bottom - 0.68 * perShareUp)).isTrue();
    assertThat(inkAt(image, orange, points.get(0)[0], bottom - 0.72 * perShareUp)).isFalse();
    assertThat(inkAt(image, orange, points.get(0)[0], bottom - 0.02 * perShareUp)).isFalse();
    // No line leads from point to point.
    for (int i = 1; i < points.size(); i++) {
      double x = (points.get(i - 1)[0] + points.get(i)[0]) / 2;
      double y = (points.get(i - 1)[1] + points.get(i)[1]) / 2;
      assertThat(inkAt(image, blue, x, y)).isFalse();
    }
    List<Integer> bars =
        points.stream().map(point -> barHeight(image, (int) Math.round(point[0]))).toList();
    assertThat(bars.get(1)).isPositive();
    assertThat(bars.get(0)).isCloseTo(4 * bars.get(1), within(4));
    assertThat(bars.get(2)).isEqualTo(bars.get(0));
    assertThat(bars.get(3)).isCloseTo(2 * bars.get(1), within(2));
    assertThat(barHeight(image, (int) Math.round(left + 0.05 * perShare))).isZero();
  }

  private static long area(BufferedImage image, Color color, double[] centre) {
    return IntStream.range(0, 40 * 40)
        .filter(
            i ->
                image.getRGB(
                        (int) Math.round(centre[0]) - 20 + i % 40,
                        (int) Math.round(centre[1]) - 20 + i / 40)
                    == color.getRGB())
        .count();
  }

  @Test
  void equal_bars_of_a_grid_are_equal_numbers() {
    List<String> names = List.of("a_pug", "an_american_staffordshire_terrier", "chow");
    List<PredictionGrid.Cell> cells =
        names.stream()
            .map(
                name ->
                    new PredictionGrid.Cell(
                        PredictionPlot.of(photo(20, 20), name, 0.6, null),
                        TopKPlot.of(Map.of(name, 0.6), null)))
            .toList();

    BufferedImage image = PredictionGrid.of(cells, 1).toImage();

    List<int[]> bars = bars(image, Palette.BAR);
    assertThat(bars).hasSize(3);
    assertThat(bars.stream().map(bar -> bar[0]).distinct()).as("one start").hasSize(1);
    assertThat(bars.stream().map(bar -> bar[1]).distinct()).as("one length").hasSize(1);
    assertNothingIsCutOff(image);
  }

  /** Where the bars of a picture begin, and how long they are, from the top. */
  private static List<int[]> bars(BufferedImage image, Color color) {
    List<int[]> bars = new ArrayList<>();
    boolean inside = false;
    for (int y = 0; y < image.getHeight(); y++) {
      int row = y;
      int[] inked =
          IntStream.range(0, image.getWidth())
              .filter(x -> image.getRGB(x, row) == color.getRGB())
              .toArray();
      boolean bar = inked.length > 20;
      if (bar && !inside) {
        bars.add(new int[] {inked[0], inked[inked.length - 1] - inked[0]});
      }
      inside = bar;
    }
    return bars;
  }

  @Test
  void the_chosen_epoch_is_a_line_across_the_panel_and_constants_take_no_panel() {
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("training loss", List.of(3.0, 2.0, 1.5, 1.2));
    BufferedImage one = LearningCurves.of(series).toImage();
    BufferedImage marked = LearningCurves.of(series).chosenEpoch(3).toImage();
    series.put("learning rate", Collections.nCopies(4, 0.001));
    BufferedImage constant = LearningCurves.of(series).toImage();
    BufferedImage words = LearningCurves.of(Map.of("a", List.of(1.0, 1.0))).toImage();

    assertThat(tallestColumn(one, Palette.MUTED)).isLessThan(30);
    assertThat(tallestColumn(marked, Palette.MUTED)).isGreaterThan(80);
    assertThat(constant.getWidth()).isEqualTo(one.getWidth());
    assertThat(constant.getHeight()).isBetween(one.getHeight() + 20, one.getHeight() + 80);
    assertThat(count(constant.getSubimage(0, one.getHeight(), 500, 30), Palette.MUTED))
        .isPositive();
    assertNothingIsCutOff(marked);
    assertNothingIsCutOff(words);
  }

  private static int tallestColumn(BufferedImage image, Color color) {
    return IntStream.range(0, image.getWidth())
        .map(
            x ->
                (int)
                    IntStream.range(0, image.getHeight())
                        .filter(y -> image.getRGB(x, y) == color.getRGB())
                        .count())
        .max()
        .orElseThrow();
  }

  @Test
  void a_sheet_of_a_data_set_marks_what_cannot_be_read() throws Exception {
    Path good = folder.resolve("good.png");
    ImageIO.write(photo(50, 40).toBufferedImage(), "png", good.toFile());
    Path broken = Files.writeString(folder.resolve("broken.png"), "no picture");
    Dataset dataset =
        Dataset.of(List.of(new Example("good", good, "pug"), new Example("broken", broken, "pug")));

    BufferedImage image = BatchSheet.of(dataset).toImage();
    BufferedImage augmented =
        BatchSheet.of(
                dataset,
                Augmentation.light(),
                new Preprocessing(
                    32,
                    ResizeRule.STRETCH,
                    1,
                    List.of(127.5, 127.5, 127.5),
                    List.of(127.5, 127.5, 127.5)),
                13)
            .toImage();

    assertNothingIsCutOff(image);
    assertThat(count(image, Palette.EMPTY)).isGreaterThan(10_000);
    assertThat(augmented.getWidth()).isEqualTo(image.getWidth());
  }

  @Test
  void a_sheet_of_a_batch_has_five_pictures_a_row() {
    byte[] pixels = new byte[12 * 4 * 4 * 3];
    Arrays.fill(pixels, (byte) 0x40);

    BufferedImage image =
        BatchSheet.of(new PixelBatch(pixels, 12, 4), Collections.nCopies(12, "pug")).toImage();
    BufferedImage narrow =
        BatchSheet.of(new PixelBatch(pixels, 12, 4), Collections.nCopies(12, "pug"))
            .columns(2)
            .toImage();

    assertThat(image.getHeight()).isLessThan(image.getWidth());
    assertThat(narrow.getHeight()).isGreaterThan(2 * narrow.getWidth());
    assertThat(count(image, new Color(0x404040))).isEqualTo(12 * 176 * 176);
  }

  @Test
  void a_grid_has_two_predictions_a_row() {
    PredictionGrid.Cell cell =
        new PredictionGrid.Cell(
            PredictionPlot.of(photo(20, 20), "pug", 0.5, "pug"),
            TopKPlot.of(Map.of("pug", 0.5), "pug"));
    List<PredictionGrid.Cell> cells = new ArrayList<>(Collections.nCopies(6, cell));

    BufferedImage six = PredictionGrid.of(cells).toImage();
    BufferedImage one = PredictionGrid.of(List.of(cell)).toImage();

    assertThat(six.getWidth()).isBetween(2 * one.getWidth() - 40, 2 * one.getWidth());
    assertThat(six.getHeight()).isGreaterThan(2 * one.getHeight());
  }

  @Test
  void a_png_file_holds_the_picture_and_replaces_another() throws Exception {
    Plot plot = TopKPlot.of(Map.of("pug", 1.0), "pug");
    Path file = folder.resolve("made/for/it/bars.png");

    assertThat(plot.writePng(file)).isEqualTo(file);
    plot.writePng(file);

    BufferedImage read = ImageIO.read(file.toFile());
    assertThat(read.getWidth()).isEqualTo(plot.toImage().getWidth());
    assertThat(read.getRGB(30, 40)).isEqualTo(plot.toImage().getRGB(30, 40));
    try (var files = Files.list(file.getParent())) {
      assertThat(files).containsExactly(file);
    }
  }

  @Test
  void should_fail_if_the_png_cannot_be_written() throws Exception {
    Path taken = Files.writeString(folder.resolve("taken"), "x");

    assertThatThrownBy(
            () -> TopKPlot.of(Map.of("pug", 1.0), null).writePng(taken.resolve("bars.png")))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("Cannot write the picture " + taken.resolve("bars.png") + " (")
        .hasMessageEndingWith("). Name a place that can be written to.");
  }

  @Test
  void should_fail_if_the_machine_has_no_fonts() {
    assertThatThrownBy(
            () ->
                TextDrawing.checkFonts(
                    () -> {
                      throw new Error("Probable fatal error: No physical fonts found.");
                    }))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "Cannot draw text: Java finds no fonts on this machine (java.lang.Error: Probable fatal"
                + " error: No physical fonts found.). Install fontconfig and a font: 'apt-get"
                + " install fontconfig fonts-dejavu-core' on Debian and Ubuntu, 'apk add fontconfig"
                + " ttf-dejavu' on Alpine, 'dnf install fontconfig dejavu-sans-fonts' on Fedora.");
  }

  @Test
  void should_fail_if_an_argument_is_wrong() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PredictionPlot.of(photo(2, 2), "pug", 1.1, null))
        .withMessage("probability must be in 0..1, got 1.1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopKPlot.of(Map.of("pug", Double.NaN), null))
        .withMessage("probabilities: pug has NaN, expected 0..1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopKPlot.of(Map.of(), null))
        .withMessage("probabilities has no breed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TopKPlot.of(Map.of("pug", 1.0), null, 0))
        .withMessage("k must be at least 1, got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> BatchSheet.of(List.of(photo(2, 2)), List.of()))
        .withMessage("images and captions differ in number: 1 and 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningCurves.of(Map.of("loss", List.of(Double.NaN))))
        .withMessage("series has no finite value to draw");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConfusionHeatMap.of(List.of("pug"), new int[][] {{1, 2}}))
        .withMessage("counts: row 0 has 2 columns for 1 labels");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PredictionGrid.of(List.of()))
        .withMessage("cells is empty");
  }

  @Test
  void readable_labels_and_percentages() {
    assertThat(TextDrawing.readable("scottish_deerhound")).isEqualTo("scottish deerhound");
    assertThat(TextDrawing.readable("a\nb\u202ec")).isEqualTo("a b c");
    assertThat(TextDrawing.readable("_")).isEqualTo("?");
    assertThat(TextDrawing.percent(0)).isEqualTo("0\u00a0%");
    assertThat(TextDrawing.percent(0.004)).isEqualTo("<1\u00a0%");
    assertThat(TextDrawing.percent(0.875)).isEqualTo("88\u00a0%");
    assertThat(ChartStyle.number(0.00025)).isEqualTo("2.5e-4");
    assertThat(ChartStyle.number(0.001)).isEqualTo("0.001");
    assertThat(ChartStyle.number(-12.5)).isEqualTo("-12.5");
    assertThat(ChartStyle.number(0)).isEqualTo("0");
  }

  /** Whatever is cut off by the picture's edge leaves ink on the edge. */
  private static void assertNothingIsCutOff(BufferedImage image) {
    int right = image.getWidth() - 1;
    int bottom = image.getHeight() - 1;
    List<String> inked = new ArrayList<>();
    for (int x = 0; x <= right; x++) {
      if ((image.getRGB(x, 0) & image.getRGB(x, bottom)) != WHITE) {
        inked.add("column " + x);
      }
    }
    for (int y = 0; y <= bottom; y++) {
      if ((image.getRGB(0, y) & image.getRGB(right, y)) != WHITE) {
        inked.add("row " + y);
      }
    }
    assertThat(inked).isEmpty();
  }

  private static int count(BufferedImage image, Color color) {
    int count = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        if (image.getRGB(x, y) == color.getRGB()) {
          count++;
        }
      }
    }
    return count;
  }

  /** The centres of what is thicker than a line, from left to right. */
  private static List<double[]> spots(BufferedImage image, Color color) {
    List<double[]> spots = new ArrayList<>();
    List<Integer> sizes = new ArrayList<>();
    for (int x = 2; x < image.getWidth() - 2; x++) {
      for (int y = 2; y < image.getHeight() - 2; y++) {
        if (!isFilled(image, color, x, y)) {
          continue;
        }
        int spot = 0;
        while (spot < spots.size()
            && Math.hypot(spots.get(spot)[0] - x, spots.get(spot)[1] - y) > 30) {
          spot++;
        }
        if (spot == spots.size()) {
          spots.add(new double[2]);
          sizes.add(0);
        }
        int size = sizes.get(spot);
        double[] centre = spots.get(spot);
        centre[0] = (centre[0] * size + x) / (size + 1);
        centre[1] = (centre[1] * size + y) / (size + 1);
        sizes.set(spot, size + 1);
      }
    }
    return spots;
  }

  private static boolean isFilled(BufferedImage image, Color color, int x, int y) {
    return IntStream.range(0, 25)
        .allMatch(i -> image.getRGB(x - 2 + i % 5, y - 2 + i / 5) == color.getRGB());
  }

  private static boolean inkAt(BufferedImage image, Color color, double x, double y) {
    return IntStream.rangeClosed(-2, 2)
        .anyMatch(
            i -> image.getRGB((int) Math.round(x) + i, (int) Math.round(y)) == color.getRGB());
  }

  private static int barHeight(BufferedImage image, int x) {
    return (int)
        IntStream.range(0, image.getHeight())
            .filter(y -> image.getRGB(x, y) == Palette.BAR.getRGB())
            .count();
  }

  private static int longestRun(BufferedImage image, Color color) {
    int longest = 0;
    for (int y = 0; y < image.getHeight(); y++) {
      int run = 0;
      for (int x = 0; x < image.getWidth(); x++) {
        run = image.getRGB(x, y) == color.getRGB() ? run + 1 : 0;
        longest = Math.max(longest, run);
      }
    }
    return longest;
  }

  private static RgbImage photo(int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    for (int i = 0; i < rgb.length; i++) {
      rgb[i] = (byte) (i * 7);
    }
    return new RgbImage(width, height, rgb);
  }
}
