package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dogvision.browser.Chromium;
import dev.dogvision.data.Dataset;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.McNemar;
import dev.dogvision.spi.contract.ColouredPictures;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunComparisonTest {
  private static final String HOSTILE = "<script>alert(1)</script> & \"quotes\"";

  @TempDir static Path folder;
  private static Dataset validation;
  private static final Map<String, TrainingRun> RUNS = new LinkedHashMap<>();

  @BeforeAll
  static void train() {
    Dataset training = ColouredPictures.draw(folder.resolve("training"), 12, 1);
    validation = ColouredPictures.draw(folder.resolve("validation"), 30, 2);
    RUNS.put("long", trainer().epochs(25).learningRate(0.05).fit(training, validation));
    RUNS.put(
        "short, as a cosine",
        trainer().epochs(3).schedule(Schedule.cosine()).fit(training, validation));
    RUNS.put(HOSTILE, trainer().epochs(2).fit(training, validation));
  }

  private static Trainer trainer() {
    return Trainer.of(ColouredPictures.network().build()).batchSize(4);
  }

  private static Document page() {
    return Jsoup.parse(RunComparison.of(RUNS, validation).toHtml());
  }

  @Test
  void scores_are_the_evaluations() {
    Document page = page();

    assertThat(page.select("#scores-table tbody tr").eachAttr("data-run"))
        .containsExactlyElementsOf(RUNS.keySet());
    int row = 0;
    for (TrainingRun run : RUNS.values()) {
      Evaluation evaluation = run.evaluate(validation);
      Element shown = page.select("#scores-table tbody tr").get(row++);
      assertThat(shown.select("[data-figure=accuracy]").attr("data-value"))
          .isEqualTo(String.valueOf(evaluation.accuracy()));
      assertThat(shown.select("[data-figure=logLoss]").attr("data-value"))
          .isEqualTo(String.valueOf(evaluation.logLoss()));
      assertThat(shown.select("td").eachText())
          .contains(
              evaluation.accuracyInterval(0.95).toString().replace(" - ", " to "),
              String.valueOf(run.history().size()),
              String.valueOf(run.chosenEpoch()));
    }
    assertThat(page.select("script")).hasSize(1);
    assertThat(page.select("[src], link[rel=stylesheet], iframe, object, [style]")).isEmpty();
  }

  @Test
  void each_pair_is_tested_and_may_be_chance_unless_it_is_plain() {
    Document page = page();
    List<String> names = List.copyOf(RUNS.keySet());

    assertThat(page.select("#chance-table tbody tr")).hasSize(3);
    McNemar test =
        McNemar.test(
            RUNS.get(names.get(0)).evaluate(validation),
            RUNS.get(names.get(2)).evaluate(validation));
    Element row = page.select("#chance-table tbody tr").get(1);
    assertThat(row.attr("data-pair")).isEqualTo(names.get(0) + " | " + names.get(2));
    assertThat(row.select("[data-figure=p]").attr("data-value"))
        .isEqualTo(String.valueOf(test.pValue()));
    assertThat(row.select("[data-figure=onlyFirst]").text())
        .isEqualTo(String.valueOf(test.onlyFirstRight()));
    assertThat(row.select("[data-figure=onlySecond]").text())
        .isEqualTo(String.valueOf(test.onlySecondRight()));
    assertThat(row.select("td").last().text())
        .isEqualTo(test.pValue() < 0.05 / 3 ? "long is better" : "may well be chance");
    assertThat(page.select("#chance ~ p").text()).contains("below 0.05 / 3");
  }

  @Test
  void runs_on_other_photographs_are_not_tested() {
    TrainingRun run = RUNS.get("long");
    RunComparison comparison =
        RunComparison.of("all", run, run.evaluate(validation))
            .and("some", run, run.evaluate(validation.limit(9)))
            .and("elsewhere", run.evaluate(validation));

    Document page = Jsoup.parse(comparison.toHtml());

    assertThat(page.select("[data-pair='all | some'] td").last().text())
        .isEqualTo("not evaluated on the same photographs in the same order");
    assertThat(page.select("[data-pair='all | elsewhere'] [data-figure=p]").text())
        .isEqualTo("1.000");
    assertThat(page.select("[data-run=elsewhere] td").last().text()).isEqualTo("–");
  }

  @Test
  void curves_share_charts_with_each_runs_epoch_ringed_in_one_colour() {
    Document page = page();

    Element loss =
        page.select("figure.chart").stream()
            .filter(chart -> chart.select("figcaption").text().equals("validation loss"))
            .findFirst()
            .orElseThrow();
    assertThat(loss.select("path.curve").eachAttr("class"))
        .containsExactly("curve s0", "curve s1", "curve s2");
    assertThat(loss.select(".legend li").eachText()).containsExactlyElementsOf(RUNS.keySet());
    int run = 0;
    for (TrainingRun each : RUNS.values()) {
      assertThat(loss.select(".ring.s" + run).attr("cx"))
          .isEqualTo(loss.select(".dot.s" + run).get(each.chosenEpoch() - 1).attr("cx"));
      run++;
    }
  }

  @Test
  void only_settings_that_differ_are_listed() {
    Document page = page();

    assertThat(page.select("[data-setting]").eachAttr("data-setting"))
        .containsExactly("Training", "Learning rate");
    assertThat(page.select("[data-setting='Learning rate'] td").eachText())
        .containsExactly(
            "0.05, the same throughout",
            "0.001, falling as a cosine to 1 % of it, after a rise over the first tenth",
            "0.001, the same throughout");
    TrainingRun run = RUNS.get("long");
    Evaluation evaluation = run.evaluate(validation);
    Document same =
        Jsoup.parse(
            RunComparison.of("one", run, evaluation).and("other", run, evaluation).toHtml());
    assertThat(same.select("#settings ~ p").text()).isEqualTo("None: all settings are the same.");
    assertThat(same.select("[data-constants]").text())
        .contains("The same in every epoch: learning rate 0.05 of one, 0.05 of other.");
  }

  @Test
  void durations_are_words() {
    assertThat(RunComparisonPage.words(Duration.ofMillis(1250))).isEqualTo("1.3 s");
    assertThat(RunComparisonPage.words(Duration.ofSeconds(42))).isEqualTo("42 s");
    assertThat(RunComparisonPage.words(Duration.ofSeconds(125))).isEqualTo("2 min 5 s");
    assertThat(RunComparisonPage.words(Duration.ofMinutes(125))).isEqualTo("2 h 5 min");
  }

  @Test
  void should_fail_if_an_argument_is_wrong() {
    TrainingRun run = RUNS.get("long");
    Evaluation evaluation = run.evaluate(validation);
    RunComparison one = RunComparison.of("one", run, evaluation);
    RunComparison twelve = one;
    for (int i = 2; i <= 12; i++) {
      twelve = twelve.and("run " + i, evaluation);
    }
    RunComparison many = twelve;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunComparison.of(Map.of(), validation))
        .withMessage("runs is empty: give two or more to compare");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.and("one", evaluation))
        .withMessage("name: 'one' is taken by another run of this comparison");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.and(" ", evaluation))
        .withMessage("name must not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> one.title(""))
        .withMessage("title must not be blank");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> many.and("one more", evaluation))
        .withMessage(
            "'one more' would be the 13th run: more than 12 curves can't be told apart, so compare"
                + " fewer");
    assertThat(Jsoup.parse(many.toHtml()).select("#chance-table tbody tr")).hasSize(66);
  }

  @Test
  void the_page_opens_and_stays_whole_on_a_phone() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    Path file =
        RunComparison.of(RUNS, validation)
            .title("Three runs")
            .write(folder.resolve("pages/comparison.html"));
    try (Chromium browser = new Chromium(program.get())) {
      browser.open(file);
      for (int width : new int[] {1280, 390}) {
        browser.size(width, 800);
        HtmlReportBrowserTest.assertWhole(browser);
        assertThat(browser.evaluate("document.documentElement.scrollWidth <= " + width))
            .isEqualTo("true");
      }
      assertThat(browser.evaluate("document.title")).isEqualTo("Three runs");
      assertThat(browser.complaints()).isEmpty();
      assertThat(browser.requests()).containsExactly(file.toUri().toString());
    }
  }
}
