package dev.dogvision.examples;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.collect.Streams;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One table of what each lever gave to the embedded models: network, data, teacher, mixture, views.
 * A row is a model, or several whose logits are averaged; all are judged on the same photographs,
 * which none of them was trained on by this project.
 */
@Command(
    name = "compare-embedded-models",
    mixinStandardHelpOptions = true,
    showDefaultValues = true)
public final class CompareEmbeddedModels implements Callable<Integer> {
  private static final String MIRRORED = "mirrored:";
  private static final String NONE = "-";
  private static final int DRAWINGS_OF_EACH = 10;

  @Mixin private final EmbeddedModelOptions options = new EmbeddedModelOptions();

  @Option(
      names = "--row",
      required = true,
      description =
          "What it is called, '=' and a model's folder, or ImageNet weights, whose own rows for the"
              + " breeds are then taken. Several with '+' between them answer together;"
              + " '"
              + MIRRORED
              + "' before them averages mirror images in.")
  private List<String> rows = List.of();

  /** What one row says of all photographs. */
  private record Answers(
      HeldOutFigures competition, HeldOutFigures unseen, Map<String, String> unsure) {}

  /**
   * Prints the table.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new CompareEmbeddedModels(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    Path temporary = Files.createTempDirectory("drawn-dogs");
    try {
      compare(temporary);
    } finally {
      MoreFiles.deleteRecursively(temporary, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    return 0;
  }

  private void compare(Path temporary) throws IOException {
    EmbeddedModelPhotographs photographs = options.read();
    Map<String, Dataset> strangers = new LinkedHashMap<>();
    Path noDogs = options.noDogs();
    if (noDogs != null) {
      strangers.put("no dog", DatasetBuilder.fromImages(noDogs).build());
    }
    strangers.put("other breeds", photographs.otherDogs());
    Path drawings = DrawnDogs.draw(temporary, DRAWINGS_OF_EACH, options.seed());
    strangers.put("drawn dogs", DatasetBuilder.fromFolders(drawings).build());
    Labels old = photographs.competitionBreeds();
    System.out.println(photographs);
    System.out.println();
    System.out.println(
        "| | competition, among its breeds: top-1 | top-5 | log-loss | calibration error | unseen"
            + " sources, the competition's breeds among themselves | new breeds, among all |"
            + " unseen, all: log-loss | calibration error | confidence less accuracy |"
            + strangerColumns(strangers));
    System.out.println("|---|" + "---|".repeat(9 + strangers.size()));
    for (String row : rows) {
      List<String> parts = Splitter.on('=').limit(2).splitToList(row);
      checkArgument(parts.size() == 2, "--row takes NAME=MODEL, got %s", row);
      System.out.println(line(parts.get(0), parts.get(1), photographs, old, strangers));
    }
  }

  private static String strangerColumns(Map<String, Dataset> strangers) {
    StringBuilder columns = new StringBuilder();
    strangers.forEach(
        (name, dataset) ->
            columns
                .append(" unsure of ")
                .append(dataset.size())
                .append(", ")
                .append(name)
                .append(" |"));
    return columns.toString();
  }

  private static String line(
      String name,
      String models,
      EmbeddedModelPhotographs photographs,
      Labels old,
      Map<String, Dataset> strangers) {
    Answers answers = answers(models, photographs, strangers);
    Evaluation competition = answers.competition().narrowedTo(old).evaluation(1);
    HeldOutFigures known = answers.unseen().narrowedTo(old);
    HeldOutFigures added = answers.unseen().showing(photographs.newBreeds());
    Evaluation unseen = answers.unseen().evaluation(1);
    StringBuilder line =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "| %s | %.1f %% | %.1f %% | %.3f | %.1f %% | %s | %s | %.3f | %.1f %% | %+.1f |",
                name,
                100 * competition.accuracy(),
                100 * competition.topAccuracy(5),
                competition.logLoss(),
                100 * competition.calibration().expectedError(),
                share(known),
                share(added),
                unseen.logLoss(),
                100 * unseen.calibration().expectedError(),
                100 * (unseen.calibration().meanConfidence() - unseen.accuracy())));
    strangers
        .keySet()
        .forEach(
            each ->
                line.append(' ').append(answers.unsure().getOrDefault(each, NONE)).append(" |"));
    return line.toString();
  }

  private static String share(HeldOutFigures figures) {
    return figures.truths().length == 0
        ? NONE
        : String.format(
            Locale.ROOT,
            "%.1f %% of %d",
            100 * figures.evaluation(1).accuracy(),
            figures.truths().length);
  }

  private static Answers answers(
      String models, EmbeddedModelPhotographs photographs, Map<String, Dataset> strangers) {
    boolean mirrored = models.startsWith(MIRRORED);
    List<Answers> each = new ArrayList<>();
    for (String place :
        Splitter.on('+').split(mirrored ? models.substring(MIRRORED.length()) : models)) {
      TrainedModel model = model(Path.of(place), photographs.labels());
      each.add(
          new Answers(
              figures(model, photographs.competition().validation(), mirrored),
              figures(model, photographs.unseen(), mirrored),
              unsure(model, strangers)));
    }
    return each.stream()
        .reduce(
            (one, other) ->
                new Answers(
                    one.competition().plus(other.competition()),
                    one.unseen().plus(other.unseen()),
                    Map.of()))
        .map(
            sum ->
                new Answers(
                    sum.competition().dividedBy(each.size()),
                    sum.unseen().dividedBy(each.size()),
                    sum.unsure()))
        .orElseThrow();
  }

  private static HeldOutFigures figures(TrainedModel model, Dataset dataset, boolean mirrored) {
    HeldOutFigures figures =
        mirrored ? HeldOutFigures.mirrored(model, dataset) : HeldOutFigures.of(model, dataset);
    return figures.dividedBy(model.temperature());
  }

  private static Map<String, String> unsure(TrainedModel model, Map<String, Dataset> strangers) {
    Map<String, String> shares = new LinkedHashMap<>();
    if (model.confidenceThreshold().isEmpty()) {
      return shares;
    }
    try (Predictor predictor = Predictor.of(model)) {
      strangers.forEach(
          (name, dataset) -> {
            long unsure =
                Streams.stream(predictor.predictAll(dataset)).filter(Prediction::isUnsure).count();
            shares.put(
                name, String.format(Locale.ROOT, "%.0f %%", 100.0 * unsure / dataset.size()));
          });
    }
    return shares;
  }

  private static TrainedModel model(Path place, Labels labels) {
    if (!Files.isDirectory(place)) {
      TransferModel untrained =
          TransferModel.of(Backbone.read(place)).labels(labels).warmStart().build();
      return untrained.trained(untrained.initialWeights(), Map.of());
    }
    TrainedModel model = TrainedModel.load(place);
    checkArgument(
        model.labels().equals(labels),
        "%s: the model's labels are not the %s that the options ask for: it has %s",
        place,
        labels.size(),
        model.labels().size());
    return model;
  }
}
