package dev.dogvision.report;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Neighbour;
import dev.dogvision.data.Neighbours;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.Mistake;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Doubt;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.TrainingRun;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Gathers what a run's report shows. */
final class RunReport {
  private static final Logger LOG = LoggerFactory.getLogger(RunReport.class);
  private static final int MISTAKES = 24;
  private static final int RESEMBLED = 3;
  private static final int UNSURE = 12;

  private RunReport() {}

  static HtmlReport of(TrainingRun run, Dataset photographs, @Nullable DatasetReport findings) {
    Dataset validation = photographs.withLabels(run.model().labels());
    Evaluation evaluation = run.evaluate(validation);
    DatasetReport data = findings == null ? DatasetReport.of(all(run, validation)) : findings;
    if (data.suspects().isEmpty() && holds(data, validation)) {
      data =
          data.withSuspects(validation, evaluation.labels(), evaluation.probabilities())
              .withLikeness(run.embeddings(validation));
    }
    Dataset training = run.trainingData();
    HtmlReport report = HtmlReport.of(evaluation);
    return (run.history().size() == 0 ? report : report.curves(LearningCurves.of(run)))
        .resembled(training, resembled(run, training, validation, evaluation))
        .examples(validation)
        .configuration(
            configuration(run, validation, data),
            HtmlReport.words(run.settingsInWords(), /* usual= */ true))
        .datasetReport(data)
        .worstMistakes(MISTAKES)
        .heatMaps(overlays(run, validation, evaluation))
        .doubts(doubts(run, validation, evaluation));
  }

  /** The photographs of validation and training, each once. */
  private static Dataset all(TrainingRun run, Dataset validation) {
    return validation.union(run.trainingData()).withLabels(run.model().labels());
  }

  private static boolean holds(DatasetReport data, Dataset part) {
    return new HashSet<>(data.dataset().examples()).containsAll(part.examples());
  }

  private static Map<String, String> configuration(
      TrainingRun run, Dataset validation, DatasetReport data) {
    TrainedModel model = run.model();
    ImmutableMap.Builder<String, String> configuration = ImmutableMap.builder();
    configuration.put("Model", inWords(model));
    configuration.put("Started from", provenance(model, "training.start"));
    Dataset training = run.trainingData();
    configuration.put("Training photographs", String.valueOf(training.size()));
    configuration.put("Validation photographs", String.valueOf(validation.size()));
    int straddling = data.straddling(Split.of(training, validation)).size();
    configuration.put(
        "Near-duplicates in both",
        straddling == 0 ? "none" : straddling + (straddling == 1 ? " pair" : " pairs"));
    configuration.putAll(HtmlReport.words(run.settingsInWords(), /* usual= */ false));
    configuration.put(
        "Trained",
        run.history().size()
            + (run.history().size() == 1 ? " epoch; " : " epochs; ")
            + run.end().description());
    configuration.put(
        "Weights", run.chosenEpoch() == 0 ? "those of the start" : "of epoch " + run.chosenEpoch());
    configuration.put("Engine", provenance(model, "training.engine"));
    configuration.put("Device", provenance(model, "training.device"));
    return configuration.buildKeepingLast();
  }

  /** For example: MobileNetV2, 224 × 224 pixels, 25 breeds. */
  static String inWords(TrainedModel model) {
    int side = model.plan().inputSize();
    return model.architecture().title()
        + ", "
        + side
        + " × "
        + side
        + " pixels, "
        + model.labels().size()
        + " breeds";
  }

  static String provenance(TrainedModel model, String name) {
    return model.provenance().getOrDefault(name, "");
  }

  /** The training photographs that each of the worst mistakes resembles. */
  private static Map<String, List<Neighbour>> resembled(
      TrainingRun run, Dataset training, Dataset validation, Evaluation evaluation) {
    Set<String> mistakes =
        evaluation.worstMistakes(MISTAKES).stream().map(Mistake::id).collect(Collectors.toSet());
    if (mistakes.isEmpty()) {
      return Map.of();
    }
    Dataset mistaken = validation.filter(example -> mistakes.contains(example.id()));
    try {
      List<List<Neighbour>> found =
          Neighbours.among(run.embeddings(training))
              .nearestToEach(run.embeddings(mistaken), RESEMBLED + 1);
      ImmutableMap.Builder<String, List<Neighbour>> neighbours = ImmutableMap.builder();
      for (int i = 0; i < mistaken.size(); i++) {
        Example itself = mistaken.example(i); // where it was trained on
        neighbours.put(
            itself.id(),
            found.get(i).stream()
                .filter(one -> !training.example(one.index()).image().equals(itself.image()))
                .limit(RESEMBLED)
                .toList());
      }
      return neighbours.buildKeepingLast();
    } catch (UnreadableImageException e) { // gone since the training: no reason for no report
      LOG.warn("The report does not say what mistakes resemble: {}", e.getMessage());
      return Map.of();
    }
  }

  /** What spoke for the wrong breed, for each of the worst mistakes. */
  private static Map<String, ActivationOverlay> overlays(
      TrainingRun run, Dataset validation, Evaluation evaluation) {
    List<Mistake> mistakes = evaluation.worstMistakes(MISTAKES);
    if (mistakes.isEmpty()) {
      return Map.of();
    }
    Map<String, Example> examples = new HashMap<>();
    validation.forEach(example -> examples.put(example.id(), example));
    ImmutableMap.Builder<String, ActivationOverlay> overlays = ImmutableMap.builder();
    try (Predictor predictor =
        Predictor.of(run.model(), provenance(run.model(), "training.device"))) {
      if (!predictor.explains()) {
        return Map.of();
      }
      for (Mistake mistake : mistakes) {
        Example example = examples.get(mistake.id());
        if (example != null) {
          Explanation explanation = predictor.explain(example.image(), mistake.predicted());
          overlays.put(mistake.id(), ActivationOverlay.of(explanation));
        }
      }
    }
    return overlays.buildKeepingLast();
  }

  /** What a model says against its own right answers, of those that the report shows. */
  private static Map<String, List<String>> doubts(
      TrainingRun run, Dataset validation, Evaluation evaluation) {
    List<String> ids =
        HtmlReportPage.unsureRows(evaluation).stream().limit(UNSURE).map(evaluation::id).toList();
    if (ids.isEmpty()) {
      return Map.of();
    }
    ImmutableMap.Builder<String, List<String>> doubts = ImmutableMap.builder();
    try (Predictor predictor =
        Predictor.of(run.model(), provenance(run.model(), "training.device"))) {
      for (Example example : validation.filter(one -> ids.contains(one.id()))) {
        doubts.put(
            example.id(),
            predictor.predict(example.image()).doubts().stream().map(Doubt::toString).toList());
      }
    }
    return doubts.buildKeepingLast();
  }
}
