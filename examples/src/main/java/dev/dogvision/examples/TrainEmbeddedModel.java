package dev.dogvision.examples;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ObjectArrays;
import com.google.common.primitives.Ints;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.ConfidenceThresholdFit;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
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

  @Option(
      names = "--from",
      description =
          "A model that this command trained before: go on from its weights, with it as the"
              + " teacher.")
  private @Nullable Path from;

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

  @Option(
      names = "--limit",
      description =
          "Train on that many of the first folder's photographs, 0 for none; all unless given.")
  private @Nullable Integer limit;

  @Option(names = "--hold-out", description = "The share kept aside to choose settings on.")
  private double holdOut = 0.05;

  @Option(names = "--hold-out-more", description = "The same for the other folder.")
  private double holdOutMore = 0.15;

  @Option(
      names = "--folds",
      description =
          "Above 1: train that often on all but one part of the other folder, to tell how well"
              + " photographs of it that were not seen are recognised, and then on all of it.")
  private int folds = 1;

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

  @Option(names = "--augmentation", description = "none, flip, light or strong.")
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
    Program.run(new TrainEmbeddedModel(), arguments);
  }

  @Override
  public Integer call() {
    Dataset main = read(photographs, labelsFile);
    Labels breeds = main.labels();
    System.out.println(main.summary());
    Split mainSplit = main.split(1 - holdOut, seed);
    Dataset training = sampled(mainSplit.train());
    TransferModel imageNet = model(TransferModel.mobileNetV2().weights(weights), breeds);
    TrainedModel start = imageNet.trained(imageNet.initialWeights(), Map.of());
    TrainedModel teacher = start;
    TransferModel model = imageNet;
    if (from != null) {
      teacher = TrainedModel.load(from);
      model = model(TransferModel.mobileNetV2().backbone(Backbone.of(teacher)), breeds);
    }

    Dataset others =
        more == null ? null : read(more, "labels.csv").withLabels(breeds, ProblemPolicy.SKIP);
    Answers otherAnswers = null;
    if (others != null && folds > 1) {
      otherAnswers = crossValidate(teacher, model, training, others);
      training = together(training, others);
    } else if (others != null) {
      Split split = others.split(1 - holdOutMore, seed);
      training = together(training, split.train());
      others = split.validation();
    }
    System.out.printf(
        Locale.ROOT,
        "%d photographs to train on, %d of the first folder kept aside%n",
        training.size(),
        mainSplit.validation().size());
    TrainedModel outcome;
    if (trained != null) {
      TrainedModel before = TrainedModel.load(trained);
      outcome = model.trained(before.weights(), before.provenance());
    } else {
      outcome = train(teacher, model, training, mainSplit.validation());
    }
    if (others != null && otherAnswers == null) {
      otherAnswers = Answers.of(outcome, others);
    }
    finish(start, outcome, mainSplit.validation(), others, otherAnswers);
    return 0;
  }

  private Dataset sampled(Dataset dataset) {
    return limit == null || limit == 0 ? dataset : dataset.sample(limit, seed);
  }

  /** The first folder's photographs, unless none of them are wanted, and others. */
  private Dataset together(Dataset training, Dataset others) {
    return limit != null && limit == 0 ? repeated(others) : training.concat(repeated(others));
  }

  private static Dataset read(Path folder, String labelsFile) {
    return DatasetBuilder.fromCsv(folder.resolve(labelsFile))
        .images(folder.resolve("train"))
        .build();
  }

  private TransferModel model(TransferModel.Builder builder, Labels breeds) {
    return builder.labels(breeds).warmStart().fineTuneLast(stages).build();
  }

  private Dataset repeated(Dataset dataset) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < repeatMore; i++) {
      for (Example example : dataset.examples()) {
        examples.add(
            new Example("more-" + i + "-" + example.id(), example.image(), example.label()));
      }
    }
    return Dataset.of(examples, dataset.labels());
  }

  /** What is said of each photograph of the other folder by a model that has not seen it. */
  private Answers crossValidate(
      TrainedModel teacher, TransferModel model, Dataset training, Dataset others) {
    Answers answers = Answers.NONE;
    for (Split fold : others.kFold(folds, seed)) {
      TrainedModel outcome =
          taught(teacher, newTrainer(model)).fit(together(training, fold.train())).model();
      answers = answers.and(Answers.of(outcome, fold.validation()));
      System.out.printf(Locale.ROOT, "after %d of them:%n", answers.ids.size());
      answers.print("more, out of fold", outcome);
    }
    return answers;
  }

  private TrainedModel train(
      TrainedModel teacher, TransferModel model, Dataset training, Dataset validation) {
    Trainer trainer;
    if (checkpoints != null && Trainer.canResume(checkpoints)) {
      trainer = Trainer.resume(checkpoints);
    } else {
      trainer = taught(teacher, newTrainer(model));
      if (checkpoints != null) {
        trainer.checkpoints(checkpoints, 2);
      }
    }
    TrainingRun run = trainer.progress().fit(training, validation);
    System.out.println(run);
    return run.model();
  }

  /**
   * Calibrates, fits the threshold of unsure predictions, saves and reports.
   *
   * @param otherAnswers what was said of the other folder's photographs by models that had not seen
   *     them
   */
  private void finish(
      TrainedModel start,
      TrainedModel outcome,
      Dataset validation,
      @Nullable Dataset others,
      @Nullable Answers otherAnswers) {
    Answers answers = Answers.of(outcome, validation);
    Answers all = otherAnswers == null ? answers : answers.and(otherAnswers);
    TemperatureScaling scaling =
        TemperatureScaling.fit(outcome.labels(), all.ids, all.truths, all.logits);
    System.out.println(scaling);
    ConfidenceThresholdFit unsure =
        ConfidenceThresholdFit.of(Score.ENERGY, all.logits, scaling.temperature(), unsureShare);
    System.out.println(unsure);
    if (noDogs != null) {
      float[][] logits = predict(outcome, DatasetBuilder.fromImages(noDogs).build()).logits();
      System.out.printf(
          Locale.ROOT,
          "of %d photographs without a dog %.1f %% are called unsure%n",
          logits.length,
          100 * unsure.catchRate(logits));
    }
    Path saved =
        outcome
            .withTemperature(scaling.temperature())
            .withConfidenceThreshold(unsure.threshold())
            .save(output, ElementType.F16);
    TrainedModel shipped = TrainedModel.load(saved);
    Answers.of(start, validation).print("photographs, start", start);
    Answers.of(shipped, validation).print("photographs, as saved", shipped);
    if (others != null && otherAnswers != null) {
      Answers.of(start, others).print("more, start", start);
      otherAnswers.print(folds > 1 ? "more, out of fold" : "more, as saved", shipped);
    }
    System.out.println("saved in " + saved.toAbsolutePath());
  }

  private Trainer taught(TrainedModel teacher, Trainer trainer) {
    return teacherShare > 0 ? trainer.distilFrom(teacher, temperature, teacherShare) : trainer;
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
        .movingAverage(averaging)
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

  /** What models say of labelled photographs. */
  private static final class Answers {
    static final Answers NONE = new Answers(List.of(), new int[0], new float[0][]);

    final List<String> ids;
    final int[] truths;
    final float[][] logits;

    private Answers(List<String> ids, int[] truths, float[][] logits) {
      this.ids = ids;
      this.truths = truths;
      this.logits = logits;
    }

    static Answers of(TrainedModel model, Dataset dataset) {
      Predictions predictions = predict(model, dataset);
      return new Answers(predictions.ids(), dataset.labelIndices(), predictions.logits());
    }

    Answers and(Answers more) {
      return new Answers(
          ImmutableList.<String>builder().addAll(ids).addAll(more.ids).build(),
          Ints.concat(truths, more.truths),
          ObjectArrays.concat(logits, more.logits, float[].class));
    }

    void print(String name, TrainedModel model) {
      Evaluation evaluation =
          Evaluation.ofLogits(model.labels(), ids, truths, logits, model.temperature());
      System.out.printf(
          Locale.ROOT,
          "%-24s %5d images  top-1 %.1f %%  top-5 %.1f %%  log-loss %.3f  calibration error"
              + " %.1f %%%n",
          name,
          evaluation.size(),
          100 * evaluation.accuracy(),
          100 * evaluation.topAccuracy(5),
          evaluation.logLoss(),
          100 * evaluation.calibration().expectedError());
    }
  }
}
