package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.BreedScore;
import dev.dogvision.evaluate.Calibration;
import dev.dogvision.evaluate.ConfidenceInterval;
import dev.dogvision.evaluate.ConfusedPair;
import dev.dogvision.evaluate.ConfusionMatrix;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.Mistake;
import dev.dogvision.train.DescribedSetting;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HtmlReportTest {
  private static final Labels LABELS = Labels.of(SampleReports.BREEDS);

  @TempDir Path folder;

  private final Evaluation evaluation = SampleReports.evaluation(LABELS, 66, 13);

  @Test
  void every_figure_is_the_evaluations() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    Evaluation before = evaluation.beforeScaling().orElseThrow();

    assertThat(figure(page, "accuracy")).isEqualTo(evaluation.accuracy());
    assertThat(figure(page, "top5Accuracy")).isEqualTo(evaluation.topAccuracy(5));
    assertThat(figure(page, "logLoss")).isEqualTo(evaluation.logLoss());
    assertThat(figure(page, "macroF1")).isEqualTo(evaluation.macroF1());
    assertThat(figure(page, "weightedF1")).isEqualTo(evaluation.weightedF1());
    assertThat(figure(page, "calibrationError"))
        .isEqualTo(evaluation.calibration().expectedError());
    assertThat(figure(page, "logLossBefore")).isEqualTo(before.logLoss());
    assertThat(figure(page, "logLossAfter")).isEqualTo(evaluation.logLoss());
    assertThat(figure(page, "calibrationErrorBefore"))
        .isEqualTo(before.calibration().expectedError());
    assertThat(figure(page, "calibrationErrorAfter"))
        .isEqualTo(evaluation.calibration().expectedError());
    assertThat(page.select("[data-figure=accuracy] + dd").text())
        .isEqualTo(
            "95 % sure: " + evaluation.accuracyInterval(0.95).toString().replace(" - ", " to "));
  }

  @Test
  void what_is_shown_is_the_rounded_figure() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    Elements figures = page.select("[data-figure]");

    assertThat(figures).hasSize(10 + 4 * LABELS.size() + 3 * Calibration.STANDARD_BINS);
    for (Element figure : figures) {
      double value = number(figure);
      assertThat(figure.text())
          .as(figure.attr("data-figure"))
          .isEqualTo(
              switch (figure.attr("data-figure")) {
                case "support", "binCount" -> String.format(Locale.ROOT, "%.0f", value);
                case "logLoss", "logLossBefore", "logLossAfter" ->
                    String.format(Locale.ROOT, "%.3f", value);
                default -> shown(value);
              });
    }
    assertThat(page.select("[data-figure=logLoss] + dd").text())
        .isEqualTo("guessing: " + String.format(Locale.ROOT, "%.3f", Math.log(LABELS.size())));
    assertThat(page.select("[data-figure=calibrationError] + dd").text())
        .isEqualTo("mean confidence " + shown(evaluation.calibration().meanConfidence()));
    assertThat(page.select("section[aria-labelledby=figures]").text())
        .contains("a temperature of " + String.format(Locale.ROOT, "%.3f", 1.25));
    assertThat(page.select("header").text())
        .contains(evaluation.size() + " photographs of " + LABELS.size() + " breeds");
  }

  @Test
  void a_matrix_of_few_breeds_is_a_table_with_every_count() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    Elements cells = page.select("table.confusion td[title]");

    assertThat(cells.eachAttr("title")).isEqualTo(cellsOf(evaluation));
    assertThat(cells)
        .allSatisfy(cell -> assertThat(cell.attr("title")).contains(": " + cell.text() + " of "));
    assertThat(page.select("table.confusion tbody tr")).hasSize(LABELS.size());
    assertThat(page.select(".heat .swatch")).hasSize(8);
    assertThat(page.select("svg.confusion")).isEmpty();
  }

  @Test
  void a_matrix_of_many_breeds_is_drawn_with_every_count_and_its_pairs_are_listed() {
    Evaluation many = SampleReports.evaluation(breeds(120), 700, 13);

    Document page = Jsoup.parse(HtmlReport.of(many).toHtml());

    assertThat(page.select("svg.confusion rect title").eachText()).isEqualTo(cellsOf(many));
    assertThat(page.select("svg.confusion .low, svg.confusion .high").eachText())
        .isEqualTo(
            cellsOf(many).stream().map(cell -> cell.replaceAll(".*: (\\d+) of.*", "$1")).toList());
    Elements rows = page.select("#confused-pairs tbody tr");
    List<ConfusedPair> pairs = many.confusion().mostConfused(20);
    assertThat(rows).hasSize(20);
    for (int i = 0; i < 20; i++) {
      ConfusedPair pair = pairs.get(i);
      int truth = many.labels().index(pair.truth());
      int predicted = many.labels().index(pair.predicted());
      assertThat(rows.get(i).children().eachText())
          .containsExactly(
              TextDrawing.readable(pair.truth()),
              TextDrawing.readable(pair.predicted()),
              pair.count() + " of " + many.confusion().support(truth),
              shown(pair.share()),
              many.confusion().count(/* truth= */ predicted, /* predicted= */ truth)
                  + " of "
                  + many.confusion().support(predicted));
    }
  }

  private static Labels breeds(int count) {
    return Labels.of(IntStream.range(0, count).mapToObj(i -> "breed_" + (1000 + i)).toList());
  }

  private static List<String> cellsOf(Evaluation evaluation) {
    ConfusionMatrix confusion = evaluation.confusion();
    Labels labels = evaluation.labels();
    List<String> cells = new ArrayList<>();
    for (int truth = 0; truth < labels.size(); truth++) {
      for (int predicted = 0; predicted < labels.size(); predicted++) {
        if (confusion.count(truth, predicted) > 0) {
          cells.add(
              TextDrawing.readable(labels.name(truth))
                  + " → "
                  + TextDrawing.readable(labels.name(predicted))
                  + ": "
                  + confusion.count(truth, predicted)
                  + " of "
                  + confusion.support(truth));
        }
      }
    }
    return cells;
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 9, 11, 120})
  void no_breed_is_among_the_best_and_the_worst(int breeds) {
    for (long seed = 1; seed <= 5; seed++) {
      Evaluation some = SampleReports.evaluation(breeds(breeds + 1), breeds * 7, seed);
      Map<String, Double> scores = new HashMap<>();
      some.perBreed().forEach(score -> scores.put(TextDrawing.readable(score.label()), score.f1()));

      Document page = Jsoup.parse(HtmlReport.of(some).toHtml());

      Elements lists = page.select("section[aria-labelledby=breeds] .sides ol");
      if (lists.isEmpty()) {
        assertThat(page.select("[data-tie=all]").text())
            .contains("All " + breeds + " breeds have the same F1");
        continue;
      }
      List<String> best = lists.get(0).select("bdi").eachText();
      List<String> worst = lists.get(1).select("bdi").eachText();
      assertThat(best).isNotEmpty().doesNotContainAnyElementsOf(worst);
      assertThat(worst).isNotEmpty().hasSizeLessThanOrEqualTo(5);
      double leastOfBest = best.stream().mapToDouble(scores::get).min().orElseThrow();
      double mostOfWorst = worst.stream().mapToDouble(scores::get).max().orElseThrow();
      assertThat(mostOfWorst).as("a tie is in one list only").isLessThan(leastOfBest);
      for (int i = 0; i < 2; i++) {
        List<String> listed = i == 0 ? best : worst;
        double last = i == 0 ? leastOfBest : mostOfWorst;
        long others =
            some.perBreed().stream()
                .filter(score -> score.support() > 0 && score.f1() == last)
                .filter(score -> !listed.contains(TextDrawing.readable(score.label())))
                .count();
        assertThat(lists.get(i).parent().select("[data-tie]").attr("data-tie"))
            .isEqualTo(others == 0 ? "" : String.valueOf(others));
      }
    }
  }

  @Test
  void breeds_that_are_all_alike_are_said_to_be() {
    Evaluation perfect =
        Evaluation.ofLogits(
            breeds(3),
            List.of("a", "b", "c"),
            new int[] {0, 1, 2},
            new float[][] {{3, 0, 0}, {0, 3, 0}, {0, 0, 3}});

    Document page = Jsoup.parse(HtmlReport.of(perfect).toHtml());

    assertThat(page.select("[data-tie]").text())
        .isEqualTo("All 3 breeds have the same F1, 100.0 %.");
    assertThat(page.select("section[aria-labelledby=breeds] ol")).isEmpty();
  }

  @Test
  void bars_start_at_one_place_and_have_one_scale() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    Elements bars = page.select(".bars li");

    assertThat(bars).hasSizeGreaterThan(40);
    for (Element bar : bars) {
      double probability = Double.parseDouble(bar.attr("data-probability"));
      Element drawn = bar.select("rect").last();
      assertThat(drawn.attr("x")).isEqualTo("0");
      assertThat(Double.parseDouble(drawn.attr("width")))
          .isCloseTo(100 * probability, within(0.06));
      assertThat(bar.text()).endsWith(TextDrawing.percent(probability).replace('\u00a0', ' '));
    }
    assertThat(page.select(".bars svg").eachAttr("viewBox")).containsOnly("0 0 100 6");
    assertThat(page.select(".bars svg").eachAttr("preserveAspectRatio")).containsOnly("none");
  }

  @Test
  void each_card_has_its_most_probable_breeds_and_the_true_one() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());

    for (Mistake mistake : evaluation.worstMistakes(24)) {
      Element card = page.select("[data-mistake=" + mistake.id() + "]").first();
      assertThat(card.select(".bars bdi").eachText())
          .startsWith(TextDrawing.readable(mistake.predicted()))
          .contains(TextDrawing.readable(mistake.truth()))
          .doesNotHaveDuplicates()
          .hasSizeBetween(3, 4);
      assertThat(card.select(".bars .true")).hasSize(1);
    }
  }

  @Test
  void right_answers_of_which_it_is_unsure_stand_apart() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).unsureAnswers(7).toHtml());
    List<Integer> expected =
        IntStream.range(0, evaluation.size())
            .filter(row -> evaluation.isRight(row) && evaluation.confidence(row) < 0.9)
            .boxed()
            .sorted(Comparator.comparingDouble(evaluation::confidence))
            .toList();

    assertThat(page.select("[data-unsure]").eachAttr("data-unsure"))
        .isEqualTo(expected.stream().limit(7).map(evaluation::id).toList());
    assertThat(page.select("#unsure ~ p").text())
        .startsWith(
            expected.size()
                + " of the "
                + evaluation.confusion().correct()
                + " right answers have less than 90 %");
    assertThat(page.select("[data-unsure]"))
        .allSatisfy(card -> assertThat(card.select("p.right")).hasSize(1));
    assertThat(page.select("[data-unsure] .wrong")).isEmpty();
  }

  @Test
  void a_sure_model_has_no_unsure_answers() {
    Evaluation sure =
        Evaluation.ofLogits(
            Labels.of("pug", "boxer"),
            List.of("a", "b"),
            new int[] {0, 1},
            new float[][] {{9, 0}, {0, 9}});

    assertThat(Jsoup.parse(HtmlReport.of(sure).toHtml()).select("#unsure ~ p").text())
        .isEqualTo("None: no right answer has less than 90 %.");
  }

  @Test
  void reliability_is_dots_as_large_as_their_counts_with_intervals_and_no_line() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    Element drawing = page.select("svg.reliability").first();
    List<Calibration.Bin> bins =
        evaluation.calibration().bins().stream().filter(bin -> bin.count() > 0).toList();
    int most = bins.stream().mapToInt(Calibration.Bin::count).max().orElseThrow();

    assertThat(drawing.select("path, polyline, polygon")).isEmpty();
    assertThat(drawing.select(".diagonal")).hasSize(1);
    Elements dots = drawing.select("circle");
    assertThat(dots).hasSameSizeAs(bins);
    assertThat(drawing.select(".count")).hasSameSizeAs(bins);
    Elements intervals = drawing.select(".interval");
    assertThat(intervals).hasSize(3 * bins.size());
    Element diagonal = drawing.select(".diagonal").first();
    double bottom = Double.parseDouble(diagonal.attr("y1"));
    double top = Double.parseDouble(diagonal.attr("y2"));
    for (int i = 0; i < bins.size(); i++) {
      Calibration.Bin bin = bins.get(i);
      assertThat(dots.get(i).attr("data-count")).isEqualTo(String.valueOf(bin.count()));
      assertThat(Double.parseDouble(dots.get(i).attr("r")))
          .isCloseTo(Math.max(3, 15 * Math.sqrt((double) bin.count() / most)), within(0.051));
      int right = (int) Math.round(bin.accuracy() * bin.count());
      ConfidenceInterval expected = ConfidenceInterval.ofShare(right, bin.count(), 0.95);
      Element line = intervals.get(3 * i);
      assertThat(line.attr("x1")).isEqualTo(line.attr("x2")).isEqualTo(dots.get(i).attr("cx"));
      assertThat(Double.parseDouble(line.attr("y1")))
          .isCloseTo(bottom + expected.lower() * (top - bottom), within(0.051));
      assertThat(Double.parseDouble(line.attr("y2")))
          .isCloseTo(bottom + expected.upper() * (top - bottom), within(0.051));
    }
    assertThat(page.select("[data-words=calibration]").text())
        .startsWith(
            String.format(
                Locale.ROOT,
                "Calibration error %.1f %%",
                100 * evaluation.calibration().expectedError()));
  }

  @Test
  void the_chosen_epoch_is_marked_and_constants_are_words() {
    Map<String, List<Double>> series = new LinkedHashMap<>(SampleReports.curves());
    series.put("learning rate", List.of(0.001, 0.001, 0.001, 0.001));
    series.put("validation top-5 accuracy", List.of(1.0, 1.0, 1.0, 1.0));

    Document page =
        Jsoup.parse(
            HtmlReport.of(evaluation).curves(LearningCurves.of(series).chosenEpoch(3)).toHtml());
    Elements charts = page.select("section[aria-labelledby=curves] figure");

    assertThat(charts.select("figcaption").eachText())
        .containsExactly("loss", "validation accuracy");
    assertThat(page.select("[data-constants]").text())
        .isEqualTo(
            "The same in every epoch: learning rate 0.001, validation top-5 accuracy 100 %.");
    for (Element chart : charts) {
      Element line = chart.select(".chosen").first();
      assertThat(line.attr("data-chosen-epoch")).isEqualTo("3");
      assertThat(chart.select("text").eachText()).contains("epoch 3, kept");
      assertThat(chart.select(".ring")).hasSameSizeAs(chart.select("path.curve"));
      assertThat(chart.select(".ring").eachAttr("cx")).containsOnly(line.attr("x1"));
      assertThat(line.attr("x1")).isEqualTo(chart.select("circle.dot").get(2).attr("cx"));
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningCurves.of(series).chosenEpoch(5))
        .withMessage("chosenEpoch must be in 1..4, got 5");
  }

  @Test
  void ticks_of_an_axis_have_one_form_and_epochs_are_whole() {
    assertThat(formed(0.5, 0.75, 1.0)).containsExactly("0.50", "0.75", "1.00");
    assertThat(formed(0.0, 2e-5, 4e-5, 1e-4)).containsExactly("0", "2e-5", "4e-5", "10e-5");
    assertThat(formed(0.0, 0.0002, 0.0004)).containsExactly("0.0000", "0.0002", "0.0004");
    assertThat(formed(0.0, 2e6, 4e6)).containsExactly("0", "2e6", "4e6");
    assertThat(formed(-1.0, 0.0, 1.0)).containsExactly("-1", "0", "1");
    assertThat(
            List.of(0.97, 0.975, 0.98).stream().map(Ticks.form(List.of(0.97, 0.975, 0.98), true)))
        .containsExactly("97.0 %", "97.5 %", "98.0 %");
    assertThat(Ticks.aroundShares(1, 1, 5)).first().isEqualTo(0.4);
    assertThat(Ticks.aroundShares(1, 1, 5)).last().isEqualTo(1.0);
    assertThat(Ticks.epochs(4, 8)).containsExactly(1, 2, 3, 4);
    assertThat(Ticks.epochs(30, 8)).containsExactly(1, 5, 10, 15, 20, 25, 30);
    assertThat(Ticks.epochs(300, 8)).containsExactly(1, 50, 100, 150, 200, 250, 300);
    Random random = new Random(13);
    for (int i = 0; i < 200; i++) {
      double low = random.nextDouble() * Math.pow(10, random.nextInt(12) - 6);
      List<Double> ticks = Ticks.around(low, low * (1.1 + random.nextDouble()), 5);
      List<String> labels = ticks.stream().map(Ticks.form(ticks, false)).toList();
      assertThat(labels).doesNotHaveDuplicates();
      assertThat(labels.stream().filter(label -> !label.equals("0")).map(HtmlReportTest::form))
          .as("one form of %s", labels)
          .containsOnly(form(labels.get(labels.size() - 1)));
    }
  }

  private static List<String> formed(Double... ticks) {
    return Stream.of(ticks).map(Ticks.form(List.of(ticks), false)).toList();
  }

  /** How many decimals, and which exponent. */
  private static String form(String label) {
    int dot = label.indexOf('.');
    int exponent = label.indexOf('e');
    int end = exponent < 0 ? label.length() : exponent;
    return (dot < 0 ? 0 : end - dot - 1) + label.substring(end);
  }

  @Test
  void settings_that_are_as_usual_are_folded() {
    Document page =
        Jsoup.parse(
            HtmlReport.of(evaluation)
                .configuration(
                    List.of(
                        new DescribedSetting("Optimiser", "AdamW", false),
                        new DescribedSetting("Moving average", "none", true)))
                .toHtml());

    assertThat(page.select("#configuration ~ .scroll th").eachText()).containsExactly("Optimiser");
    assertThat(page.select("details summary").text()).isEqualTo("Left as usual: 1 setting");
    assertThat(page.select("details th").eachText()).containsExactly("Moving average");
    assertThat(page.select("details[open]")).isEmpty();
  }

  @Test
  void best_and_worst_breeds_and_what_each_is_taken_for_are_the_evaluations() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    List<BreedScore> byF1 =
        evaluation.perBreed().stream()
            .filter(score -> score.support() > 0)
            .sorted(
                Comparator.comparingDouble(BreedScore::f1)
                    .thenComparing(Comparator.comparingInt(BreedScore::support).reversed()))
            .toList();
    Elements extremes = page.select("section[aria-labelledby=breeds] .sides ol");

    assertThat(extremes.get(1).select("li").eachText())
        .isEqualTo(
            byF1.subList(0, 5).stream()
                .map(score -> TextDrawing.readable(score.label()) + ", F1 " + shown(score.f1()))
                .toList());
    assertThat(extremes.get(0).select("li").first().text())
        .endsWith(", F1 " + shown(byF1.get(byF1.size() - 1).f1()));
    for (Element row : page.select("#breed-table tbody tr")) {
      String label = row.attr("data-label");
      ConfusedPair most =
          evaluation.confusion().mostConfused(Integer.MAX_VALUE).stream()
              .filter(pair -> pair.truth().equals(label))
              .findFirst()
              .orElse(null);
      assertThat(row.child(5).text())
          .isEqualTo(
              most == null
                  ? ""
                  : TextDrawing.readable(most.predicted()) + " (" + most.count() + ")");
    }
  }

  @Test
  void the_table_has_every_breeds_score() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    Elements rows = page.select("#breed-table tbody tr");

    assertThat(rows).hasSize(LABELS.size());
    for (BreedScore score : evaluation.perBreed()) {
      Element row = rows.select("[data-label=" + score.label() + "]").first();
      assertThat(figure(row, "support")).isEqualTo(score.support());
      assertThat(figure(row, "precision")).isEqualTo(Double.valueOf(score.precision()));
      assertThat(figure(row, "recall")).isEqualTo(Double.valueOf(score.recall()));
      assertThat(figure(row, "f1")).isEqualTo(Double.valueOf(score.f1()));
    }
  }

  @Test
  void calibration_has_every_bin() {
    Document page = Jsoup.parse(HtmlReport.of(evaluation).toHtml());
    List<Calibration.Bin> bins = evaluation.calibration().bins();
    Elements counts = page.select("[data-figure=binCount]");
    Elements confidences = page.select("[data-figure=binConfidence]");
    Elements accuracies = page.select("[data-figure=binAccuracy]");

    assertThat(counts).hasSameSizeAs(bins);
    for (int i = 0; i < bins.size(); i++) {
      assertThat(number(counts.get(i))).isEqualTo(bins.get(i).count());
      assertThat(number(confidences.get(i))).isEqualTo(Double.valueOf(bins.get(i).confidence()));
      assertThat(number(accuracies.get(i))).isEqualTo(Double.valueOf(bins.get(i).accuracy()));
    }
  }

  @Test
  void pairs_and_mistakes_are_the_evaluations_and_come_with_photographs() {
    Document page =
        Jsoup.parse(
            HtmlReport.of(evaluation)
                .examples(SampleReports.photographs(evaluation, folder))
                .confusedPairs(4)
                .worstMistakes(6)
                .toHtml());
    List<ConfusedPair> pairs = evaluation.confusion().mostConfused(4);
    List<Mistake> mistakes = evaluation.worstMistakes(6);

    Elements shownPairs = page.select("[data-pair]");
    assertThat(shownPairs).hasSize(4);
    for (int i = 0; i < 4; i++) {
      ConfusedPair pair = pairs.get(i);
      assertThat(shownPairs.get(i).select("h3").text())
          .isEqualTo(
              TextDrawing.readable(pair.truth())
                  + " taken for "
                  + TextDrawing.readable(pair.predicted()));
      assertThat(shownPairs.get(i).text())
          .contains(
              pair.count()
                  + " of "
                  + evaluation.confusion().support(LABELS.index(pair.truth()))
                  + " photographs, "
                  + shown(pair.share()));
      assertThat(shownPairs.get(i).select("img")).isNotEmpty();
    }
    Elements shownMistakes = page.select("[data-mistake]");
    assertThat(shownMistakes.eachAttr("data-mistake"))
        .isEqualTo(mistakes.stream().map(Mistake::id).toList());
    assertThat(shownMistakes.eachAttr("data-loss").stream().map(Double::valueOf))
        .isEqualTo(mistakes.stream().map(Mistake::loss).toList());
    assertThat(shownMistakes).allSatisfy(mistake -> assertThat(mistake.select("img")).hasSize(1));
    for (int i = 0; i < mistakes.size(); i++) {
      Mistake mistake = mistakes.get(i);
      assertThat(shownMistakes.get(i).select("p").eachText())
          .containsExactly(
              "wrong "
                  + TextDrawing.readable(mistake.predicted())
                  + " "
                  + TextDrawing.percent(mistake.probability()).replace('\u00a0', ' '),
              "is "
                  + TextDrawing.readable(mistake.truth())
                  + ", given "
                  + TextDrawing.percent(mistake.truthProbability()).replace('\u00a0', ' '),
              String.format(Locale.ROOT, "loss %.3f, %s", mistake.loss(), mistake.id()));
    }
    assertThat(page.select("img"))
        .allSatisfy(
            image -> {
              assertThat(image.attr("src")).startsWith("data:image/jpeg;base64,");
              assertThat(image.attr("alt")).isNotBlank();
            });
  }

  @Test
  void the_page_refers_to_nothing_outside_itself() {
    Document page =
        Jsoup.parse(
            HtmlReport.of(evaluation)
                .examples(SampleReports.photographs(evaluation, folder))
                .curves(SampleReports.curves())
                .toHtml());

    assertThat(page.select("[src]").eachAttr("src"))
        .allSatisfy(address -> assertThat(address).startsWith("data:"));
    assertThat(page.select("[href]").eachAttr("href"))
        .allSatisfy(address -> assertThat(address).matches("#[a-z]+|data:,"));
    assertThat(page.select("a[href]").eachAttr("href"))
        .allSatisfy(address -> assertThat(page.select(address)).hasSize(1));
    assertThat(page.select("script[src], link[rel=stylesheet], iframe, object")).isEmpty();
    assertThat(page.select("style").html()).doesNotContain("url(", "@import");
    assertThat(page.select("[style], [onclick], [onload]")).isEmpty();
  }

  @Test
  void hostile_labels_ids_and_settings_are_shown_and_never_run() {
    String hostile = "<script>alert('1')</script>\"><img src=x onerror=alert(2)>&amp;\u0000\u202e";
    Labels labels = Labels.of("pug", hostile, "'; alert(3); //");
    Evaluation attacked =
        Evaluation.ofLogits(
            labels,
            List.of(hostile, "b", "c"),
            new int[] {0, 1, 2},
            new float[][] {{0, 3, 0}, {0, 3, 0}, {3, 0, 0}});
    String html =
        HtmlReport.of(attacked)
            .title(hostile)
            .curves(Map.of(hostile + " loss", List.of(1.0, 2.0)))
            .configuration(Map.of(hostile, hostile))
            .environment(Map.of(hostile, hostile))
            .toHtml();

    Document page = Jsoup.parse(html);

    assertThat(page.select("script")).hasSize(1);
    assertThat(page.select("img, [onerror]")).isEmpty();
    assertThat(page.title()).startsWith("<script>alert('1')</script>");
    assertThat(page.select("#breed-table tbody tr").eachAttr("data-label"))
        .anySatisfy(label -> assertThat(label).startsWith("<script>alert('1')</script>\"><img"));
    assertThat(html).doesNotContain("\u0000");
    assertThat(page.select("meta[http-equiv=Content-Security-Policy]").attr("content"))
        .contains("default-src 'none'", "script-src 'sha256-")
        .doesNotContain("unsafe");
  }

  @Test
  void a_perfect_model_has_no_pairs_and_no_mistakes() {
    Evaluation perfect =
        Evaluation.ofLogits(
            Labels.of("pug", "boxer"),
            List.of("a", "b"),
            new int[] {0, 1},
            new float[][] {{3, 0}, {0, 3}});

    Document page = Jsoup.parse(HtmlReport.of(perfect).toHtml());

    assertThat(page.text()).contains("No breed was taken for another.", "There is none.");
    assertThat(figure(page, "accuracy")).isEqualTo(1);
    assertThat(page.select("[data-figure=top5Accuracy]")).isEmpty();
  }

  @Test
  void photographs_that_cannot_be_read_leave_a_gap_that_says_so() throws Exception {
    var dataset = SampleReports.photographs(evaluation, folder);
    for (var example : dataset.examples()) {
      Files.writeString(example.image().path().orElseThrow(), "broken");
    }

    Document page = Jsoup.parse(HtmlReport.of(evaluation).examples(dataset).toHtml());

    assertThat(page.select("img")).isEmpty();
    assertThat(page.select("[data-mistake]"))
        .isNotEmpty()
        .allSatisfy(
            mistake ->
                assertThat(mistake.select("[data-unreadable]").eachText())
                    .containsExactly("This photograph cannot be read."));
  }

  @Test
  void should_fail_if_the_photographs_are_not_those_evaluated() {
    Dataset all = SampleReports.photographs(evaluation, folder);
    HtmlReport report = HtmlReport.of(evaluation);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.examples(all.limit(62)))
        .withMessage(
            "examples: 4 of the 66 evaluated photographs are not in this data set of 62, among"
                + " them photo-62, photo-63, photo-64: give the data set that was evaluated, or"
                + " one that holds it");
    assertThat(report.examples(all).toHtml()).contains("<img");
  }

  @Test
  void the_data_section_has_every_count_and_escapes_what_it_names() throws Exception {
    Path same = folder.resolve("same.png");
    ImageIO.write(new BufferedImage(80, 80, BufferedImage.TYPE_INT_RGB), "png", same.toFile());
    Path copy = Files.copy(same, folder.resolve("copy.png"));
    Path broken = Files.writeString(folder.resolve("broken.png"), "x");
    Path narrow = folder.resolve("narrow.png");
    ImageIO.write(new BufferedImage(20, 90, BufferedImage.TYPE_INT_RGB), "png", narrow.toFile());
    DatasetReport data =
        DatasetReport.of(
            Dataset.of(
                List.of(
                    new Example("<a>", same, "pug"),
                    new Example("b", copy, "boxer"),
                    new Example("c", broken, "pug"),
                    new Example("narrow", narrow, "pug"))));

    Document page = Jsoup.parse(HtmlReport.of(evaluation).datasetReport(data).toHtml());

    assertThat(figure(page, "images")).isEqualTo(4);
    assertThat(figure(page, "brokenImages")).isEqualTo(data.brokenImages().size());
    assertThat(figure(page, "copies")).isEqualTo(data.copies().size()).isEqualTo(1);
    assertThat(figure(page, "nearDuplicates")).isEqualTo(data.nearDuplicates().size());
    assertThat(figure(page, "smallImages")).isEqualTo(data.smallImages().size());
    assertThat(figure(page, "oddImages")).isEqualTo(data.oddlyShapedImages().size());
    assertThat(figure(page, "rareBreeds")).isEqualTo(data.rareBreeds().size());
    assertThat(figure(page, "suspects")).isEqualTo(data.suspects().size());
    assertThat(figure(page, "imbalance")).isEqualTo(data.dataset().summary().imbalance());
    assertThat(page.select("section[aria-labelledby=data]").text())
        .contains(
            "has 3.0 times the photographs", "Fewer than 20 photographs: boxer (1), pug (3).");
    assertThat(page.select("[data-odd]").eachText())
        .containsExactly("20 × 90 narrow", "20 × 90 narrow");
    assertThat(page.select("section[aria-labelledby=data]").text())
        .contains("<a>, b labelled pug and boxer", "Photographs that cannot be read c");
  }

  @Test
  void heat_maps_stand_beside_their_mistakes() {
    String id = evaluation.worstMistakes(1).get(0).id();

    Document page =
        Jsoup.parse(
            HtmlReport.of(evaluation)
                .heatMaps(Map.of(id, TopKPlot.of(Map.of("pug", 0.5), null)))
                .toHtml());

    assertThat(page.select("img")).hasSize(1);
    assertThat(page.select("[data-mistake=" + id + "] img").attr("alt"))
        .isEqualTo("What the model looked at");
  }

  @Test
  void curves_without_a_number_are_left_out() {
    Document page =
        Jsoup.parse(HtmlReport.of(evaluation).curves(Map.of("loss", List.of(Double.NaN))).toHtml());

    assertThat(page.select("#curves")).isEmpty();
  }

  @Test
  void a_report_is_not_changed_by_what_is_made_of_it() {
    HtmlReport first = HtmlReport.of(evaluation).environment(Map.of());
    String before = first.toHtml();

    String titled = first.title("Another").curves(SampleReports.curves()).toHtml();

    assertThat(first.toHtml()).isEqualTo(before);
    assertThat(titled).isNotEqualTo(before).contains("<h1>Another</h1>");
  }

  @Test
  void should_fail_if_the_report_cannot_be_written() throws Exception {
    Path taken = Files.writeString(folder.resolve("taken"), "x");

    assertThatThrownBy(() -> HtmlReport.of(evaluation).write(taken.resolve("report.html")))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("Cannot write the report " + taken.resolve("report.html"));
  }

  @Test
  void should_fail_if_an_argument_is_wrong() {
    HtmlReport report = HtmlReport.of(evaluation);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.title(" "))
        .withMessage("title must not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.confusedPairs(-1))
        .withMessage("confusedPairs must not be negative, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.worstMistakes(-1))
        .withMessage("worstMistakes must not be negative, got -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> report.unsureAnswers(-1))
        .withMessage("unsureAnswers must not be negative, got -1");
  }

  @Test
  void ticks_are_round_and_cover_the_values() {
    assertThat(Ticks.around(0.13, 4.8, 5)).containsExactly(0.0, 1.0, 2.0, 3.0, 4.0, 5.0);
    assertThat(Ticks.around(3, 3, 5)).first().satisfies(low -> assertThat(low).isLessThan(3));
    assertThat(Ticks.around(0, 0, 5)).hasSizeBetween(3, 12);
    Random random = new Random(13);
    for (int i = 0; i < 1000; i++) {
      double low = random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10);
      double high = low + Math.abs(random.nextGaussian()) * Math.pow(10, random.nextInt(20) - 10);
      List<Double> ticks = Ticks.around(low, high, 5);
      assertThat(ticks).hasSizeBetween(2, 14);
    }
  }

  /** As jsoup gives it, which takes spaces of any kind for the same. */
  private static String shown(double share) {
    return TextDrawing.precisePercent(share).replace('\u00a0', ' ');
  }

  private static Double figure(Element within, String name) {
    return number(within.select("[data-figure=" + name + "]").first());
  }

  private static Double number(Element element) {
    String value = element.attr("data-value");
    return value.isEmpty() ? Double.NaN : Double.parseDouble(value);
  }
}
