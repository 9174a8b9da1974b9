package dev.dogvision.examples;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.evaluate.UnsureFit;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.model.UnsureThreshold.Score;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Trains the model that {@code dogvision-models} ships: all layers, from an ImageNet backbone whose
 * head starts warm, with that start as the teacher. docs/model-card.md has the command that made
 * the shipped one and its figures.
 */
@Command(name = "train-embedded-model", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class TrainEmbeddedModel implements Callable<Integer> {
  @Option(names = "--weights", required = true, description = "ImageNet weights, safetensors.")
  private Path weights = Path.of("");

  @Option(
      names = "--photographs",
      required = true,
      description = "A folder with a labels file and train/: its breeds are the model's.")
  private Path photographs = Path.of("");

  @Option(names = "--labels", description = "The labels file in that folder.")
  private String labelsFile = "labels.csv";

  @Option(
      names = "--more",
      description = "Another such folder; breeds that the first does not have are left out.")
  private @Nullable Path more;

  @Option(names = "--repeat-more", description = "How often an epoch sees each of those.")
  private int repeatMore = 1;

  @Option(names = "--no-dogs", description = "A folder of photographs that hold no dog.")
  private @Nullable Path noDogs;

  @Option(names = "--output", required = true, description = "The folder of the model.")
  private Path output = Path.of("");

  @Option(
      names = "--trained",
      description = "A model that this command trained before: only calibrate, save and report it.")
  private @Nullable Path trained;

  @Option(
      names = "--unsure-share",
      description = "The share of photographs of dogs that may be called unsure.")
  private double unsureShare = 0.05;

  @Option(names = "--checkpoints", description = "Where an interrupted run goes on from.")
  private @Nullable Path checkpoints;

  @Option(names = "--limit", description = "Use that many of the photographs; 0 for all.")
  private int limit;

  @Option(names = "--hold-out", description = "The share kept aside to choose settings on.")
  private double holdOut = 0.05;

  @Option(names = "--hold-out-more", description = "The same for the other folder.")
  private double holdOutMore = 0.15;

  @Option(names = "--epochs")
  private int epochs = 6;

  @Option(names = "--batch-size")
  private int batchSize = 16;

  @Option(names = "--learning-rate", description = "The head's.")
  private double learningRate = 1e-4;

  @Option(names = "--backbone-learning-rate")
  private double backboneLearningRate = 3e-5;

  @Option(names = "--weight-decay")
  private double weightDecay = 0.01;

  @Option(names = "--label-smoothing")
  private double labelSmoothing = 0.1;

  @Option(names = "--averaging", description = "Decay of the weights' moving average.")
  private double averaging = 0.998;

  @Option(names = "--temperature", description = "The distillation's.")
  private double temperature = 2;

  @Option(names = "--teacher-share", description = "The teacher's part of the loss.")
  private double teacherShare = 0.5;

  @Option(names = "--augmentation", description = "none, light or strong.")
  private String augmentation = "light";

  @Option(names = "--stages", description = "How many stages at the end train; 19 for all.")
  private int stages = 19;

  @Option(names = "--seed")
  private long seed = 13;

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    int status = new CommandLine(new TrainEmbeddedModel()).execute(arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  @Override
  public Integer call() throws IOException {
    Dataset main =
        DatasetBuilder.fromCsv(photographs.resolve(labelsFile))
            .images(photographs.resolve("train"))
            .build();
    Labels breeds = main.labels();
    System.out.println(main.summary());
    Split mainSplit = (limit > 0 ? main.sample(limit, seed) : main).split(1 - holdOut, seed);
    List<Example> training = new ArrayList<>(mainSplit.train().examples());
    Dataset validationMore = null;
    if (more != null) {
      Dataset others =
          DatasetBuilder.fromCsv(more.resolve("labels.csv"))
              .images(more.resolve("train"))
              .build()
              .withLabels(breeds, ProblemPolicy.SKIP);
      Split split = others.split(1 - holdOutMore, seed);
      validationMore = split.validation();
      for (int i = 0; i < repeatMore; i++) {
        for (Example example : split.train().examples()) {
          training.add(
              new Example("more-" + i + "-" + example.id(), example.image(), example.label()));
        }
      }
    }
    Dataset train = Dataset.of(training, breeds);
    System.out.printf(
        "%d photographs to train on, %d and %d kept aside%n",
        train.size(),
        mainSplit.validation().size(),
        validationMore == null ? 0 : validationMore.size());

    TransferModel model =
        TransferModel.mobileNetV2()
            .weights(weights)
            .labels(breeds)
            .warmStart()
            .fineTuneLast(stages)
            .build();
    TrainedModel start = model.trained(model.initialWeights(), Map.of());
    if (trained != null) {
      TrainedModel before = TrainedModel.load(trained);
      return finish(
          start,
          model.trained(before.weights(), before.provenance()),
          mainSplit.validation(),
          validationMore);
    }
    Trainer trainer =
        checkpoints != null && Files.isDirectory(checkpoints)
            ? Trainer.resume(checkpoints)
            : newTrainer(model);
    if (teacherShare > 0) {
      trainer.distilFrom(start, temperature, teacherShare);
    }
    if (checkpoints != null) {
      trainer.checkpoints(checkpoints, 2);
    }
    TrainingRun run = trainer.progress().fit(train, mainSplit.validation());
    System.out.println(run);
    return finish(start, run.model(), mainSplit.validation(), validationMore);
  }

  /** Calibrates, fits the threshold of unsure predictions, saves and reports. */
  private int finish(
      TrainedModel start,
      TrainedModel trained,
      Dataset validation,
      @Nullable Dataset validationMore) {
    Dataset keptAside = validationMore == null ? validation : validation.concat(validationMore);
    Predictions predictions = predict(trained, keptAside);
    TemperatureScaling scaling =
        TemperatureScaling.fit(
            trained.labels(), predictions.ids(), keptAside.labelIndices(), predictions.logits());
    System.out.println(scaling);
    UnsureFit unsure =
        UnsureFit.of(Score.ENERGY, predictions.logits(), scaling.temperature(), unsureShare);
    System.out.println(unsure);
    if (noDogs != null) {
      Predictions others = predict(trained, DatasetBuilder.fromImages(noDogs).build());
      System.out.printf(
          "of %d photographs without a dog %.1f %% are called unsure%n",
          others.size(), 100 * unsure.catchRate(others.logits()));
    }
    TrainedModel finished =
        trained.withTemperature(scaling.temperature()).withUnsureThreshold(unsure.threshold());
    report("start", start, validation, validationMore);
    Path saved = finished.save(output, ElementType.F16);
    report("as saved", TrainedModel.load(saved), validation, validationMore);
    System.out.println("saved in " + saved.toAbsolutePath());
    return 0;
  }

  private Trainer newTrainer(TransferModel model) {
    return Trainer.of(model)
        .epochs(epochs)
        .learningRate(learningRate)
        .backboneLearningRate(backboneLearningRate)
        .batchSize(batchSize)
        .schedule(Schedule.cosine(0.3))
        .weightDecay(weightDecay)
        .labelSmoothing(labelSmoothing)
        .gradientClipping(1)
        .averaging(averaging)
        .augmentation(
            switch (augmentation) {
              case "none" -> Augmentation.none();
              case "flip" -> Augmentation.builder().horizontalFlip(0.5).build();
              case "light" -> Augmentation.light();
              case "strong" -> Augmentation.strong();
              default ->
                  throw new IllegalArgumentException(
                      "--augmentation takes none, flip, light or strong, got " + augmentation);
            })
        .seed(seed);
  }

  private static Predictions predict(TrainedModel model, Dataset dataset) {
    try (Predictor predictor = Predictor.of(model)) {
      return predictor.predictAll(dataset);
    }
  }

  private static void report(
      String name, TrainedModel model, Dataset validation, @Nullable Dataset more) {
    print(name + ", photographs", model, validation);
    if (more != null) {
      print(name + ", more", model, more);
    }
  }

  private static void print(String name, TrainedModel model, Dataset dataset) {
    Predictions predictions = predict(model, dataset);
    Evaluation evaluation =
        Evaluation.of(
            model.labels(), predictions.ids(), dataset.labelIndices(), predictions.probabilities());
    System.out.printf(
        "%-24s %5d images  top-1 %.1f %%  top-5 %.1f %%  log-loss %.3f  calibration error %.1f %%%n",
        name,
        evaluation.size(),
        100 * evaluation.accuracy(),
        100 * evaluation.topAccuracy(5),
        evaluation.logLoss(),
        100 * evaluation.calibration().expectedError());
  }
}
