package dev.dogvision.cli;

import com.google.common.base.Strings;
import com.google.gson.JsonArray;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.evaluate.BreedScore;
import dev.dogvision.evaluate.ConfidenceInterval;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.McNemar;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which of two models is better on the same pictures, and whether by more than chance. */
@Command(
    name = "compare",
    description = {
      "Tells which of two models is better on the same labelled pictures, whether by more than"
          + " chance (McNemar's test), where they disagree, and how quick each is."
    })
final class CompareCommand extends Subcommand {
  private static final double CONFIDENCE = 0.95;
  private static final double SIGNIFICANT = 0.05;

  @Mixin private LabelledPictures pictures;

  @Option(
      names = "--first",
      required = true,
      paramLabel = "MODEL",
      description = "A model's folder, or an embedded model by its name: accurate or fast.")
  private String first;

  @Option(names = "--second", required = true, paramLabel = "MODEL", description = "The other one.")
  private String second;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, cuda or cuda:1; the best that there is unless named.")
  private @Nullable String device;

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "How many disagreements to name; ${DEFAULT-VALUE} unless given.",
      defaultValue = "10")
  private int examples;

  @Option(names = "--json", description = "Writes the comparison as one JSON object.")
  private boolean json;

  /** What a model did. */
  private record Outcome(String name, Evaluation evaluation, double picturesPerSecond) {}

  @Override
  public Integer call() {
    if (examples < 0) {
      throw mistake("--examples must not be negative, got " + examples);
    }
    TrainedModel one = GivenModel.load(first);
    TrainedModel other = GivenModel.load(second);
    Dataset known =
        LabelledPictures.known(pictures.read(one.labels(), errors()), other.labels(), errors());
    checkNotTrainedOn(first, one, known);
    checkNotTrainedOn(second, other, known);
    Outcome firstDid = outcome(first, one, known);
    Outcome secondDid = outcome(second, other, known);
    McNemar test = McNemar.test(firstDid.evaluation(), secondDid.evaluation());
    List<Integer> disagreements = disagreements(firstDid.evaluation(), secondDid.evaluation());
    if (json) {
      out().json(json(firstDid, secondDid, test, disagreements));
    } else {
      tell(firstDid, secondDid, test, disagreements);
    }
    return ExitCode.DONE;
  }

  /** A model knows what it was trained on by a fingerprint of the pictures' content and labels. */
  private void checkNotTrainedOn(String name, TrainedModel model, Dataset test) {
    String data = model.provenance().get("training.data");
    if (test.fingerprint().equals(data)) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "%s was trained on exactly these %d pictures, and how it does on them says nothing:"
                  + " compare the models on pictures that neither has seen",
              name,
              test.size()));
    }
    if (data != null) {
      errors()
          .printf(
              Locale.ROOT,
              "%s was trained on %s pictures: should some of these be among them, it is flattered.%n",
              name,
              model.provenance().getOrDefault("training.images", "some"));
    }
  }

  private Outcome outcome(String name, TrainedModel model, Dataset known) {
    try (Predictor predictor = GivenModel.open(model, device)) {
      var unused = predictor.evaluate(known.limit(Math.min(16, known.size()))); // to warm up
      long start = System.nanoTime();
      Evaluation evaluation = EvaluateCommand.evaluate(predictor, known, showsProgress());
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Outcome(name, evaluation, evaluation.size() / seconds);
    }
  }

  /** The rows in which they differ; first those in which both are sure of themselves. */
  private static List<Integer> disagreements(Evaluation first, Evaluation second) {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < first.size(); row++) {
      if (!said(first, row).equals(said(second, row))) {
        rows.add(row);
      }
    }
    rows.sort(
        Comparator.comparingDouble(
            row -> -Math.min(first.confidence(row), second.confidence(row))));
    return rows;
  }

  private static String said(Evaluation evaluation, int row) {
    return evaluation.labels().name(evaluation.predicted(row));
  }

  /** The name of the better one, or null where that may be chance. */
  private static @Nullable String better(Outcome one, Outcome other, McNemar test) {
    if (test.pValue() >= SIGNIFICANT) {
      return null;
    }
    return test.onlyFirstRight() > test.onlySecondRight() ? one.name() : other.name();
  }

  private void tell(Outcome one, Outcome other, McNemar test, List<Integer> disagreements) {
    int width = Math.max(one.name().length(), other.name().length());
    out()
        .line(
            Strings.padEnd("", width, ' ')
                + "  accuracy  95 % sure between  log-loss  breeds  pictures a second");
    for (Outcome outcome : List.of(one, other)) {
      Evaluation evaluation = outcome.evaluation();
      out()
          .line(
              "%s  %6.1f %%  %-17s  %8.3f  %6d  %17.1f",
              Strings.padEnd(outcome.name(), width, ' '),
              100 * evaluation.accuracy(),
              evaluation.accuracyInterval(CONFIDENCE),
              evaluation.logLoss(),
              evaluation.labels().size(),
              outcome.picturesPerSecond());
    }
    if (one.evaluation().labels().size() != other.evaluation().labels().size()) {
      out().line("One of them chooses from more breeds, which is harder and lowers its figures.");
    }
    out().line("");
    String better = better(one, other, test);
    out()
        .line(
            "Of %d pictures only %s is right on %d, only %s on %d (McNemar's test, p = %.3g): %s",
            one.evaluation().size(),
            one.name(),
            test.onlyFirstRight(),
            other.name(),
            test.onlySecondRight(),
            test.pValue(),
            better == null
                ? "that may well be chance; more pictures would tell."
                : better + " is the better one.");
    out()
        .line(
            "They disagree on %d%s",
            disagreements.size(),
            disagreements.isEmpty() || examples == 0
                ? "."
                : "; where both are sure of themselves:");
    for (int row : disagreements.subList(0, Math.min(examples, disagreements.size()))) {
      Evaluation first = one.evaluation();
      Evaluation second = other.evaluation();
      out()
          .line(
              "  %s is %s; %s: %s %.0f %%; %s: %s %.0f %%",
              first.id(row),
              first.labels().name(first.truth(row)),
              one.name(),
              said(first, row),
              100 * first.confidence(row),
              other.name(),
              said(second, row),
              100 * second.confidence(row));
    }
    tellBreeds(one, other);
  }

  /** A breed that one of them recognises more often. */
  private record Difference(String breed, int pictures, double first, double second) {}

  /** The breeds in which the shares of recognised pictures differ, most first. */
  private static List<Difference> differences(Evaluation first, Evaluation second) {
    Map<String, BreedScore> scores = new HashMap<>();
    first.perBreed().forEach(score -> scores.put(score.label(), score));
    List<Difference> differences = new ArrayList<>();
    for (BreedScore score : second.perBreed()) {
      BreedScore before = scores.get(score.label());
      if (before != null && score.support() > 0 && before.recall() != score.recall()) {
        differences.add(
            new Difference(score.label(), score.support(), before.recall(), score.recall()));
      }
    }
    differences.sort(
        Comparator.comparingDouble(
            difference -> -Math.abs(difference.first() - difference.second())));
    return differences;
  }

  private void tellBreeds(Outcome one, Outcome other) {
    List<Difference> differences = differences(one.evaluation(), other.evaluation());
    if (differences.isEmpty() || examples == 0) {
      return;
    }
    out().line("Breeds in which they differ most (share recognised):");
    for (Difference difference : differences.subList(0, Math.min(examples, differences.size()))) {
      out()
          .line(
              "  %s (%s): %s %.0f %%, %s %.0f %%",
              difference.breed(),
              PredictCommand.count(difference.pictures(), "picture"),
              one.name(),
              100 * difference.first(),
              other.name(),
              100 * difference.second());
    }
  }

  private String json(Outcome one, Outcome other, McNemar test, List<Integer> disagreements) {
    JsonObject object = new JsonObject();
    object.addProperty("photographs", one.evaluation().size());
    object.add("first", json(one));
    object.add("second", json(other));
    object.addProperty("onlyFirstRight", test.onlyFirstRight());
    object.addProperty("onlySecondRight", test.onlySecondRight());
    object.addProperty("pValue", test.pValue());
    String better = better(one, other, test);
    if (better == null) {
      object.add("better", JsonNull.INSTANCE);
    } else {
      object.addProperty("better", better);
    }
    object.addProperty("disagreements", disagreements.size());
    JsonArray named = new JsonArray();
    for (int row : disagreements.subList(0, Math.min(examples, disagreements.size()))) {
      JsonObject disagreement = new JsonObject();
      Evaluation first = one.evaluation();
      disagreement.addProperty("id", first.id(row));
      disagreement.addProperty("breed", first.labels().name(first.truth(row)));
      disagreement.addProperty("first", said(first, row));
      disagreement.addProperty("second", said(other.evaluation(), row));
      named.add(disagreement);
    }
    object.add("examples", named);
    return object.toString();
  }

  private static JsonObject json(Outcome outcome) {
    Evaluation evaluation = outcome.evaluation();
    ConfidenceInterval interval = evaluation.accuracyInterval(CONFIDENCE);
    JsonObject object = new JsonObject();
    object.addProperty("model", outcome.name());
    object.addProperty("breeds", evaluation.labels().size());
    object.addProperty("accuracy", evaluation.accuracy());
    object.addProperty("lower", interval.lower());
    object.addProperty("upper", interval.upper());
    object.addProperty("logLoss", evaluation.logLoss());
    object.addProperty("picturesPerSecond", outcome.picturesPerSecond());
    return object;
  }
}
