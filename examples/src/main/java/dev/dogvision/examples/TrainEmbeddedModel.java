package dev.dogvision.examples;

import static java.util.Objects.requireNonNull;

import com.google.common.primitives.Ints;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.ConfidenceThresholdFit;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.Tensor;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingListener;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Trains the models that {@code dogvision-models} ships, in several runs of this command: the head
 * alone, then the backbone with it, then a step back towards the start, and calibration.
 * docs/model-card.md has the commands that made the shipped ones and their figures.
 */
@Command(name = "train-embedded-model", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class TrainEmbeddedModel implements Callable<Integer> {
  private static final int BATCHES_A_LINE = 50;

  @Option(
      names = "--start",
      required = true,
      description = "What to start from: ImageNet weights, safetensors, or a model's folder.")
  private Path start = Path.of("");

  @Mixin private final EmbeddedModelOptions options = new EmbeddedModelOptions();

  @Option(
      names = "--teacher",
      split = ",",
      description =
          "The folders of models that the new one is taught by, with the same labels: their mean"
              + " counts.")
  private List<Path> teachers = List.of();

  @Option(names = "--output", required = true, description = "The folder of the model.")
  private Path output = Path.of("");

  @Option(
      names = "--trained",
      description = "A model that this command trained before: only mix, calibrate and report it.")
  private @Nullable Path trained;

  @Option(
      names = "--shares",
      split = ",",
      description =
          "Report mixtures of the start, which must be a model's folder, and the outcome, with"
              + " these shares of the outcome.")
  private List<Double> shares = List.of();

  @Option(names = "--share", description = "The share of the outcome in the model that is saved.")
  private double share = 1;

  @Option(names = "--mirrored", description = "Report with mirror images averaged in, too.")
  private boolean mirrored;

  @Option(
      names = "--start-saw-pets",
      description = "The start was trained on the pets: calibrate and judge by the sites alone.")
  private boolean startSawPets;

  @Option(
      names = "--unsure-share",
      description = "The share of photographs of dogs that may be called unsure.")
  private double unsureShare = 0.05;

  @Option(names = "--checkpoints", description = "Where an interrupted run goes on from.")
  private @Nullable Path checkpoints;

  @Option(names = "--embeddings", description = "Where embeddings are kept for further runs.")
  private @Nullable Path embeddings;

  @Option(
      names = "--limit",
      description =
          "Train on that many of the competition's photographs, 0 for none; all unless given.")
  private @Nullable Integer limit;

  @Option(names = "--repeat-pets", description = "How often an epoch sees each of the pets.")
  private int repeatPets = 1;

  @Option(names = "--repeat-sites", description = "The same for the sites' photographs.")
  private int repeatSites = 1;

  @Option(
      names = "--balanced",
      negatable = true,
      description = "Let all breeds count alike, however many photographs each has.")
  private boolean balanced;

  @Option(
      names = "--head-epochs",
      description =
          "So many epochs for the head alone before, on embeddings that stay as they are.")
  private int headEpochs;

  @Option(names = "--first-head-learning-rate", description = "The head's in these.")
  private double firstHeadLearningRate = 1e-3;

  @Option(names = "--epochs")
  private int epochs = 6;

  @Option(names = "--batch-size")
  private int batchSize = 16;

  @Option(names = "--learning-rate", description = "The head's.")
  private double learningRate = 1e-4;

  @Option(names = "--backbone-learning-rate")
  private double backboneLearningRate = 3e-5;

  @Option(
      names = "--stage-decay",
      description = "By what a stage's learning rate is multiplied for the stage before it.")
  private double stageDecay = 1;

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

  @Option(names = "--augmentation", description = "none, flip, light, cameras or strong.")
  private String augmentation = "light";

  @Option(
      names = "--stages",
      description = "How many stages at the end train, 0 for the head alone; all unless given.")
  private @Nullable Integer stages;

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
    EmbeddedModelPhotographs photographs = options.read();
    System.out.println(photographs);
    TransferModel model = model(photographs.labels());
    System.out.println(model);
    if (trained == null) {
      train(model, photographs).save(output);
      return 0;
    }
    TrainedModel outcome = TrainedModel.load(trained);
    TrainedModel before = before(model, outcome);
    if (!shares.isEmpty()) {
      report("start", model.trained(model.initialWeights(), Map.of()), photographs);
    }
    for (double part : shares) {
      report(
          String.format(Locale.ROOT, "%.2f trained", part),
          before.towards(outcome, part),
          photographs);
    }
    finish(
        share == 1
            ? outcome
            : before
                .towards(outcome, share)
                .withProvenance(outcome.provenance())
                .withProvenance(Map.of("mixed", share + " of it, the rest of the start")),
        photographs);
    return 0;
  }

  /** What neither this command nor what it starts from was trained on. */
  private Dataset unseen(EmbeddedModelPhotographs photographs) {
    return startSawPets ? photographs.sites().validation() : photographs.unseen();
  }

  private TransferModel model(Labels labels) {
    Backbone backbone =
        Files.isDirectory(start) ? Backbone.of(TrainedModel.load(start)) : Backbone.read(start);
    TransferModel.Builder builder = TransferModel.of(backbone).labels(labels).warmStart();
    if (stages == null) {
      builder.fineTuneAll();
    } else if (stages > 0) {
      builder.fineTuneLast(stages);
    }
    return builder.build();
  }

  /**
   * The start, with the outcome's rows for breeds that it did not know: what is mixed with the
   * outcome knows all breeds.
   */
  private static TrainedModel before(TransferModel model, TrainedModel outcome) {
    String head = model.plan().headName();
    Map<String, Tensor> weights = new HashMap<>(model.initialWeights());
    for (String name : List.of(head + ".weight", head + ".bias")) {
      Tensor theirs = requireNonNull(weights.get(name));
      float[] values = theirs.values().clone();
      float[] outcomes = requireNonNull(outcome.weights().get(name)).values();
      int width = values.length / model.labels().size();
      for (int row = 0; row < model.labels().size(); row++) {
        if (!model.warmLabels().containsKey(model.labels().name(row))) {
          System.arraycopy(outcomes, row * width, values, row * width, width);
        }
      }
      weights.put(name, Tensor.of(values, Ints.toArray(theirs.shape())));
    }
    return model.trained(weights, Map.of());
  }

  private TrainedModel train(TransferModel model, EmbeddedModelPhotographs photographs) {
    Dataset training = photographs.training(limit, repeatPets, repeatSites, options.seed());
    System.out.printf(Locale.ROOT, "an epoch shows %d photographs%n", training.size());
    Trainer trainer;
    if (checkpoints != null && Trainer.canResume(checkpoints)) {
      trainer = Trainer.resume(checkpoints);
    } else {
      trainer = newTrainer(model);
      if (checkpoints != null) {
        trainer.checkpoints(checkpoints, 2);
      }
    }
    if (embeddings != null) {
      trainer.embeddingCache(embeddings);
    }
    TrainingRun run =
        trainer
            .listener(lines())
            .fit(training, photographs.competition().validation().concat(unseen(photographs)));
    System.out.println(run);
    return run.model();
  }

  /** Tells how far an epoch is, since one of a large network takes long. */
  private static TrainingListener lines() {
    return (event, control) -> {
      if (event instanceof TrainingEvent.BatchFinished batch
          && batch.batch() % BATCHES_A_LINE == 0) {
        System.out.printf(
            Locale.ROOT,
            "epoch %d, batch %d of %d: loss %.3f%n",
            batch.epoch(),
            batch.batch(),
            batch.batches(),
            batch.loss());
      } else if (event instanceof TrainingEvent.EpochFinished epoch) {
        System.out.println(epoch.outcome());
      } else if (event instanceof TrainingEvent.Notice notice) {
        System.out.println(notice.message());
      }
    };
  }

  private void report(String name, TrainedModel model, EmbeddedModelPhotographs photographs) {
    figures(
        "competition, " + name,
        HeldOutFigures.of(model, photographs.competition().validation()),
        photographs,
        1);
    figures(
        "unseen sources, " + name, HeldOutFigures.of(model, unseen(photographs)), photographs, 1);
  }

  /** What is said of the breeds: all together, the competition's among themselves, the new ones. */
  private static void figures(
      String name,
      HeldOutFigures figures,
      EmbeddedModelPhotographs photographs,
      double temperature) {
    Labels competition = photographs.competitionBreeds();
    System.out.println(figures.line(name, temperature));
    System.out.println(
        figures
            .showing(Set.copyOf(competition.names()))
            .line("  the competition's breeds, among all", temperature));
    System.out.println(
        figures.narrowedTo(competition).line("  the same, among themselves", temperature));
    System.out.println(
        figures.showing(photographs.newBreeds()).line("  new breeds, among all", temperature));
  }

  /** Calibrates, fits the threshold of unsure predictions, saves and reports. */
  private void finish(TrainedModel outcome, EmbeddedModelPhotographs photographs) {
    HeldOutFigures unseen = HeldOutFigures.of(outcome, unseen(photographs));
    Dataset competitionDogs = photographs.competition().validation();
    double divisor = temperature(unseen, HeldOutFigures.of(outcome, competitionDogs));
    ConfidenceThresholdFit unsure =
        ConfidenceThresholdFit.of(Score.ENERGY, unseen.logits(), divisor, unsureShare);
    System.out.println(unsure);
    Path noDogs = options.noDogs();
    if (noDogs != null) {
      try (Predictor predictor = Predictor.of(outcome)) {
        Predictions strangers = predictor.predictAll(DatasetBuilder.fromImages(noDogs).build());
        System.out.printf(
            Locale.ROOT,
            "of %d photographs without a dog %.1f %% are called unsure%n",
            strangers.size(),
            100 * unsure.catchRate(strangers.logits()));
      }
    }
    Path saved =
        remembering(outcome, photographs)
            .withTemperature(divisor)
            .withConfidenceThreshold(unsure.threshold())
            .withProvenance(
                Map.of("unsure", unsure + ", " + unseen.truths().length + " of unseen sources"))
            .save(output, ElementType.F16);
    TrainedModel shipped = TrainedModel.load(saved);
    figures(
        "competition, as saved", HeldOutFigures.of(shipped, competitionDogs), photographs, divisor);
    figures(
        "unseen sources, as saved",
        HeldOutFigures.of(shipped, unseen(photographs)),
        photographs,
        divisor);
    if (mirrored) {
      figures(
          "competition, mirrored",
          HeldOutFigures.mirrored(shipped, competitionDogs),
          photographs,
          divisor);
      figures(
          "unseen sources, mirrored",
          HeldOutFigures.mirrored(shipped, unseen(photographs)),
          photographs,
          divisor);
    }
    System.out.println("saved in " + saved.toAbsolutePath());
  }

  /** The model with what others need to add breeds of theirs to it. */
  private TrainedModel remembering(TrainedModel outcome, EmbeddedModelPhotographs photographs) {
    try (Predictor predictor = Predictor.of(outcome)) {
      return outcome.remembering(
          predictor.embedAll(photographs.training(null, 1, 1, options.seed())));
    }
  }

  /**
   * The temperature that all photographs kept aside ask for together: those of unseen sources are
   * thin evidence, those of the competition flatter the model. Of temperatures that are as likely
   * it is the one next to 1.
   */
  private static double temperature(HeldOutFigures unseen, HeldOutFigures competition) {
    HeldOutFigures all = unseen.and(competition);
    double taken = TemperatureScaling.temperature(all.logits(), all.truths());
    System.out.printf(
        Locale.ROOT,
        "temperature %.3f, fitted on %d photographs; on the %d of unseen sources alone %.3f, on the"
            + " %d of the competition %.3f%n",
        taken,
        all.truths().length,
        unseen.truths().length,
        TemperatureScaling.temperature(unseen.logits(), unseen.truths()),
        competition.truths().length,
        TemperatureScaling.temperature(competition.logits(), competition.truths()));
    return taken;
  }

  private Trainer newTrainer(TransferModel model) {
    Trainer trainer =
        Trainer.of(model)
            .epochs(epochs)
            .learningRate(learningRate)
            .batchSize(batchSize)
            .schedule(Schedule.cosine(0.3))
            .weightDecay(weightDecay)
            .labelSmoothing(labelSmoothing)
            .gradientClipping(1)
            .movingAverage(averaging)
            .seed(options.seed());
    if (stages == null || stages > 0) {
      trainer
          .backboneLearningRate(backboneLearningRate)
          .stageDecay(stageDecay)
          .augmentation(augmentation());
    }
    if (headEpochs > 0) {
      trainer.gradualUnfreeze(headEpochs, firstHeadLearningRate);
    }
    if (balanced) {
      trainer.balancedClasses();
    }
    if (!teachers.isEmpty()) {
      trainer.distilFrom(
          teachers.stream().map(TrainedModel::load).map(each -> seeing(model, each)).toList(),
          temperature,
          teacherShare);
    }
    return trainer;
  }

  /** A teacher that takes pictures of the model's size, where both see the same changed ones. */
  private TrainedModel seeing(TransferModel model, TrainedModel teacher) {
    int size = model.plan().inputSize();
    if (augmentation().isNone() || teacher.plan().inputSize() == size) {
      return teacher;
    }
    TransferModel resized =
        TransferModel.of(Backbone.of(teacher))
            .labels(teacher.labels())
            .warmStart()
            .inputSize(size)
            .build();
    return resized.trained(resized.initialWeights(), Map.of());
  }

  private Augmentation augmentation() {
    return switch (augmentation) {
      case "none" -> Augmentation.none();
      case "flip" -> Augmentation.builder().horizontalFlip(0.5).build();
      case "light" -> Augmentation.light();
      case "cameras" ->
          Augmentation.builder()
              .randomCrop(0.35, 4.0 / 3)
              .horizontalFlip(0.5)
              .brightness(0.3)
              .contrast(0.3)
              .saturation(0.3)
              .build();
      case "strong" -> Augmentation.strong();
      default ->
          throw new IllegalArgumentException(
              "--augmentation takes none, flip, light, cameras or strong, got " + augmentation);
    };
  }
}
