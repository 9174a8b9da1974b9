package dev.dogvision.cli;

import com.google.common.base.Strings;
import dev.dogvision.data.Dataset;
import dev.dogvision.evaluate.BreedScore;
import dev.dogvision.evaluate.Calibration;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.predict.BatchPredictor;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How good a model is on labelled pictures. */
@Command(
    name = "evaluate",
    description = {
      "Tells how good a model is on labelled pictures: accuracy with its interval, log-loss,"
          + " calibration, confusions.",
      "Only pictures that the model was not trained on say anything."
    })
final class EvaluateCommand extends Subcommand {
  @Mixin private LabelledPictures pictures;
  @Mixin private GivenModel model;

  @Option(names = "--breeds", description = "Tells the figures of each breed, too.")
  private boolean breeds;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description = "A file to write what was predicted for each picture to.")
  private @Nullable Path csv;

  @Option(names = "--json", description = "Writes all figures as one JSON object.")
  private boolean json;

  @Override
  public Integer call() {
    try (Predictor predictor = model.open()) {
      Dataset known = pictures.read(predictor.model().labels(), errors());
      Evaluation evaluation = evaluate(predictor, known, showsProgress());
      if (csv != null) {
        errors()
            .println(write(csv, evaluation) + ": " + PredictCommand.count(known.size(), "picture"));
      }
      if (json) {
        out().json(evaluation.toJson());
        return ExitCode.DONE;
      }
      out().line(evaluation.toString());
      Calibration calibration = evaluation.calibration();
      out()
          .line(
              "sure of %.1f %% on average, right %.1f %%",
              100 * calibration.meanConfidence(), 100 * evaluation.accuracy());
      if (breeds) {
        tellBreeds(evaluation);
      }
      return ExitCode.DONE;
    }
  }

  /**
   * Measures, and shows how far it is.
   *
   * @param known of the model's labels
   */
  static Evaluation evaluate(Predictor predictor, Dataset known, boolean progress) {
    if (!progress) {
      return predictor.evaluate(known);
    }
    BatchPredictor batches = predictor.inBatches().progress();
    Predictions predictions = batches.predict(known);
    return Evaluation.ofLogits(
        predictor.model().labels(),
        predictions.ids(),
        known.labelIndices(),
        predictions.logits(),
        predictor.model().temperature());
  }

  private void tellBreeds(Evaluation evaluation) {
    List<BreedScore> scores =
        evaluation.perBreed().stream().filter(score -> score.support() > 0).toList();
    int width =
        Math.max(5, scores.stream().mapToInt(score -> score.label().length()).max().orElse(0));
    out().line("");
    out().line(Strings.padEnd("breed", width, ' ') + "  pictures  found    right where said    F1");
    for (BreedScore score : scores) {
      out()
          .line(
              "%s  %8d  %s  %s           %s",
              Strings.padEnd(score.label(), width, ' '),
              score.support(),
              percent(score.recall()),
              percent(score.precision()),
              percent(score.f1()));
    }
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "      -" : String.format(Locale.ROOT, "%5.1f %%", 100 * share);
  }

  private static Path write(Path file, Evaluation evaluation) {
    try (TableFile table =
        TableFile.open(
            file, List.of("id", "breed", "predicted", "probability", "right", "log_loss"))) {
      for (int row = 0; row < evaluation.size(); row++) {
        table.row(
            List.of(
                evaluation.id(row),
                evaluation.labels().name(evaluation.truth(row)),
                evaluation.labels().name(evaluation.predicted(row)),
                (float) evaluation.confidence(row),
                evaluation.isRight(row),
                (float) evaluation.loss(row)));
      }
      return table.finish();
    }
  }
}
