package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Neighbour;
import dev.dogvision.data.Neighbours;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.Mistake;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.contract.ColouredPictures;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run's report holds everything that the run knows. */
class RunReportTest {
  @TempDir static Path folder;
  private static Dataset training;
  private static Dataset validation;
  private static TrainingRun run;

  @BeforeAll
  static void train() throws Exception {
    training = ColouredPictures.draw(folder.resolve("training"), 12, 1);
    List<Example> examples = new ArrayList<>();
    for (Example drawn : ColouredPictures.draw(folder.resolve("validation"), 9, 2)) {
      examples.add(new Example(drawn.id(), drawn.image(), drawn.label()));
    }
    Example leaked = training.example(0); // the same photograph on both sides
    Path copy =
        Files.copy(leaked.image().path().orElseThrow(), folder.resolve("validation/leaked.png"));
    examples.add(new Example("validation-leaked", copy, leaked.label()));
    Example wrong = examples.get(1); // a label that is certainly wrong
    examples.set(1, new Example(wrong.id(), wrong.image(), ColouredPictures.LABELS.name(2)));
    validation = Dataset.of(examples, ColouredPictures.LABELS);
    run =
        Trainer.of(ColouredPictures.network().build())
            .epochs(25)
            .batchSize(4)
            .learningRate(0.05)
            .fit(training, validation);
  }

  private static Map<String, String> facts(Document page) {
    Map<String, String> facts = new HashMap<>();
    page.select("section[aria-labelledby=configuration] tr")
        .forEach(row -> facts.put(row.select("th").text(), row.select("td").text()));
    return facts;
  }

  private static float[][] rows(Evaluation evaluation) {
    float[][] rows = new float[evaluation.size()][];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = evaluation.probabilities(row);
    }
    return rows;
  }

  @Test
  void it_holds_figures_curves_settings_findings_and_what_the_model_looked_at() {
    Evaluation evaluation = run.evaluate(validation);
    Document page = Jsoup.parse(HtmlReport.of(run, validation).title("Colours").toHtml());

    assertThat(page.title()).isEqualTo("Colours");
    assertThat(page.select("[data-figure=accuracy]").attr("data-value"))
        .isEqualTo(String.valueOf(evaluation.accuracy()));
    assertThat(page.select("section[aria-labelledby=curves] svg")).isNotEmpty();
    assertThat(facts(page))
        .containsEntry("Model", RunReport.inWords(run.model()))
        .containsEntry("Training photographs", "12")
        .containsEntry("Validation photographs", "10")
        .containsEntry("Near-duplicates in both", "1 pair")
        .containsEntry("Training", "Trains the head alone, 25 epochs")
        .containsEntry("Learning rate", "0.05, the same throughout")
        .containsEntry("Optimiser", "AdamW")
        .containsEntry("Batch", "4 photographs an update")
        .containsEntry("Trained", "25 epochs; all epochs done")
        .containsEntry("Weights", "of epoch 25")
        .containsEntry("Device", "cpu")
        .containsKeys("Engine", "Started from")
        .allSatisfy((name, words) -> assertThat(words).doesNotContain("[", "{", "="));
    assertThat(page.select("details th").eachText())
        .as("what is as usual is folded")
        .contains("Weight decay", "Early stopping", "Seed")
        .doesNotContain("Training", "Batch");
    assertThat(page.select("line.chosen").eachAttr("data-chosen-epoch"))
        .isNotEmpty()
        .containsOnly(String.valueOf(run.chosenEpoch()));
    assertThat(page.select("[data-constants]").text()).contains("learning rate 0.05");
    assertThat(page.select("#curves ~ .charts figcaption").eachText())
        .doesNotContain("learning rate");
    assertThat(page.select("section[aria-labelledby=environment] tr")).isNotEmpty();
    assertThat(page.select("[data-figure=images]").attr("data-value")).isEqualTo("22");
    assertThat(page.select("[data-suspect]").eachAttr("data-suspect"))
        .isNotEmpty()
        .containsExactlyElementsOf(
            DatasetReport.of(validation)
                .suspects(ColouredPictures.LABELS, rows(evaluation))
                .stream()
                .map(DatasetReport.Suspect::id)
                .toList());
    List<Mistake> mistakes = evaluation.worstMistakes(24);
    assertThat(mistakes).isNotEmpty();
    for (Mistake mistake : mistakes) {
      assertThat(page.select("[data-mistake=" + mistake.id() + "] > img"))
          .as("the photograph and what spoke for the wrong breed")
          .hasSize(2);
    }
  }

  @Test
  void findings_that_are_there_already_are_used() {
    DatasetReport data = DatasetReport.of(validation);

    Document page = Jsoup.parse(HtmlReport.of(run, validation, data).toHtml());

    assertThat(page.select("[data-figure=images]").attr("data-value")).isEqualTo("10");
    assertThat(facts(page)).containsEntry("Near-duplicates in both", "none");
  }

  @Test
  void labels_may_be_spelled_otherwise() {
    Dataset otherwise = validation.withLabelsRenamed(name -> "n01234567-" + name);

    assertThat(Jsoup.parse(HtmlReport.of(run, otherwise).toHtml()).select("[data-figure]"))
        .extracting(figure -> figure.attr("data-value"))
        .isEqualTo(
            Jsoup.parse(HtmlReport.of(run, validation).toHtml()).select("[data-figure]").stream()
                .map(figure -> figure.attr("data-value"))
                .toList());
  }

  @Test
  void what_was_trained_on_can_be_reported_on_as_well() {
    Document page = Jsoup.parse(HtmlReport.of(run, training).toHtml());

    assertThat(page.select("[data-figure=images]").attr("data-value")).isEqualTo("12");
  }

  @Test
  void an_interrupt_ends_the_writing_of_a_report_and_says_so() {
    HtmlReport report = HtmlReport.of(run, validation);
    Path file = folder.resolve("interrupted.html");
    Thread.currentThread().interrupt();
    Throwable thrown = catchThrowable(() -> report.write(file));
    boolean interrupted = Thread.interrupted();

    assertThat(thrown)
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("interrupted while ");
    assertThat(interrupted).isTrue();
    assertThat(file).doesNotExist();
  }

  @Test
  void a_calibrated_run_says_the_same_breeds_and_how_sure_it_was_before() {
    TrainingRun calibrated = run.calibrate(validation);

    double temperature = calibrated.model().temperature();
    Evaluation before = run.evaluate(validation);
    Evaluation after = calibrated.evaluate(validation);
    assertThat(temperature).isNotEqualTo(1);
    assertThat(after.accuracy()).isEqualTo(before.accuracy());
    assertThat(after.logLoss()).isLessThan(before.logLoss());
    assertThat(after.beforeScaling().orElseThrow().logLoss()).isEqualTo(before.logLoss());
    assertThat(run.model().temperature()).isEqualTo(1);
    try (Predictor predictor = Predictor.of(calibrated.model())) {
      assertThat(predictor.evaluate(validation).logLoss()).isCloseTo(after.logLoss(), within(1e-6));
      assertThat(predictor.calibrate(validation).temperature())
          .isCloseTo(temperature, within(1e-6));
    }
    Document page = Jsoup.parse(HtmlReport.of(calibrated, validation).toHtml());
    assertThat(page.select("[data-figure=logLossBefore]").attr("data-value"))
        .isEqualTo(String.valueOf(before.logLoss()));
    assertThat(facts(page).get("Temperature"))
        .isEqualTo(
            String.format(Locale.ROOT, "%.3f, fitted on 10 validation photographs", temperature));
  }

  @Test
  void no_photograph_that_was_trained_on_stands_beside_itself() {
    TrainingRun little =
        Trainer.of(ColouredPictures.network().build()).epochs(1).batchSize(4).fit(training);
    Document page = Jsoup.parse(HtmlReport.of(little, training).toHtml());

    assertThat(page.select("[data-mistake] [data-neighbour]")).isNotEmpty();
    for (var mistake : page.select("[data-mistake]")) {
      assertThat(mistake.select("[data-neighbour]").eachAttr("data-neighbour"))
          .hasSize(3)
          .doesNotContain(mistake.attr("data-mistake"));
    }
  }

  @Test
  void mistakes_stand_beside_the_training_photographs_that_they_resemble() {
    Document page = Jsoup.parse(HtmlReport.of(run, validation).toHtml());
    Evaluation evaluation = run.evaluate(validation);
    Neighbours neighbours = Neighbours.among(run.embeddings(training));

    List<Mistake> mistakes = evaluation.worstMistakes(24);
    assertThat(mistakes).isNotEmpty();
    for (Mistake mistake : mistakes) {
      Example wrong = validation.filter(example -> example.id().equals(mistake.id())).example(0);
      List<Neighbour> expected =
          neighbours.nearestToEach(run.embeddings(Dataset.of(List.of(wrong))), 3).get(0);
      var shown = page.select("[data-mistake=" + mistake.id() + "] [data-neighbour]");
      assertThat(shown.eachAttr("data-neighbour"))
          .isEqualTo(expected.stream().map(Neighbour::id).toList());
      assertThat(shown.select("img")).hasSize(3);
      assertThat(shown.get(0).text()).contains(expected.get(0).label());
    }
    assertThatThrownBy(
            () ->
                HtmlReport.of(evaluation)
                    .resembled(training, Map.of("a", List.of(new Neighbour(0, "nobody", null, 1)))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'nobody' is not among these 12 photographs");
    assertThat(page.select("[data-suspect]")).isNotEmpty();
    assertThat(page.select("[data-suspect] [data-neighbour]")).hasSizeGreaterThanOrEqualTo(4);
  }

  @Test
  void right_answers_that_it_doubts_come_with_its_reasons() {
    TrainingRun little =
        Trainer.of(ColouredPictures.network().build()).epochs(2).batchSize(4).fit(training);
    Document page = Jsoup.parse(HtmlReport.of(little, training).toHtml());
    List<Integer> unsure = HtmlReportPage.unsureRows(little.evaluate(training));

    assertThat(page.select("[data-unsure]")).hasSize(unsure.size()).isNotEmpty();
    try (Predictor predictor = Predictor.of(little.model())) {
      for (var shown : page.select("[data-unsure]")) {
        Example example =
            training.filter(one -> one.id().equals(shown.attr("data-unsure"))).example(0);
        assertThat(shown.select(".doubt").eachText())
            .isEqualTo(
                predictor.predict(example.image()).doubts().stream()
                    .map(doubt -> doubt.toString().replace('\u00a0', ' '))
                    .toList());
      }
    }
  }
}
