package dev.dogvision.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TransferModel;
import dev.dogvision.report.HtmlReport;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingControl;
import dev.dogvision.train.TrainingEnd;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** A classifier of one's own breeds, that Ctrl-C does not harm. */
@Command(
    name = "train",
    description = {
      "Trains a classifier of one's own breeds, measures it on pictures that are kept aside, and"
          + " saves it.",
      "Interrupted, be it by Ctrl-C or by the machine's end, the same command goes on with"
          + " --resume: embeddings, epochs and settings are kept beside the model until it is"
          + " saved."
    })
final class TrainCommand extends Subcommand {
  /** How many checkpoints are kept, so that a damaged one costs an epoch. */
  private static final int CHECKPOINTS = 2;

  /** How pictures are changed. */
  enum Changes {
    NONE,
    LIGHT,
    STRONG;

    Augmentation augmentation() {
      return switch (this) {
        case NONE -> Augmentation.none();
        case LIGHT -> Augmentation.light();
        case STRONG -> Augmentation.strong();
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec private CommandSpec command;

  @Mixin private LabelledPictures pictures;

  @Option(
      names = "--model-out",
      required = true,
      paramLabel = "FOLDER",
      description = "Where the model is saved. A model that is there is replaced.")
  private Path modelOut;

  @Option(
      names = "--backbone",
      paramLabel = "BACKBONE",
      description =
          "What to start from: a file of weights (safetensors), a model's folder, an embedded"
              + " model (fast, accurate) or its architecture (mobilenet_v2, efficientnet_lite2);"
              + " ${DEFAULT-VALUE} unless given.",
      defaultValue = "mobilenet_v2")
  private String backbone;

  @Option(
      names = "--warm-start",
      description = "Begins with what the weights know of the breeds already.")
  private boolean warmStart;

  @Option(
      names = "--fine-tune",
      paramLabel = "N",
      description = "How many of the backbone's last stages to train, or all; none unless given.")
  private @Nullable String fineTune;

  @Option(
      names = "--head-epochs",
      paramLabel = "N",
      description =
          "How many epochs the head is trained by itself before stages are fine-tuned; none unless"
              + " given.")
  private @Nullable Integer headEpochs;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "How many epochs at most; ${DEFAULT-VALUE} unless given.",
      defaultValue = "100")
  private int epochs;

  @Option(
      names = "--batch-size",
      paramLabel = "N",
      description = "How many pictures a step has; ${DEFAULT-VALUE} unless given.",
      defaultValue = "32")
  private int batchSize;

  @Option(
      names = "--learning-rate",
      paramLabel = "RATE",
      description = "The head's learning rate; ${DEFAULT-VALUE} unless given.",
      defaultValue = "0.001")
  private double learningRate;

  @Option(
      names = "--backbone-learning-rate",
      paramLabel = "RATE",
      description = "The fine-tuned stages' learning rate; a tenth of the head's unless given.")
  private @Nullable Double backboneLearningRate;

  @Option(
      names = "--augmentation",
      description =
          "How pictures are changed: ${COMPLETION-CANDIDATES}; light where stages are fine-tuned,"
              + " none elsewhere, unless given.")
  private @Nullable Changes augmentation;

  @Option(
      names = "--validation-share",
      paramLabel = "SHARE",
      description =
          "The share of the pictures that is kept aside to measure on, 0 for none;"
              + " ${DEFAULT-VALUE} unless given.",
      defaultValue = "0.2")
  private double validationShare;

  @Option(
      names = "--keep-duplicates-together",
      description = "Looks for near-duplicates first, and keeps them on one side of the split.")
  private boolean duplicatesTogether;

  @Option(
      names = "--patience",
      paramLabel = "N",
      description =
          "After how many epochs without a better validation accuracy it stops (without pictures"
              + " kept aside: training accuracy), 0 for never; ${DEFAULT-VALUE} unless given.",
      defaultValue = "3")
  private int patience;

  @Option(
      names = "--calibrate",
      description = "Makes percentages honest, by a temperature fitted on the pictures kept aside.")
  private boolean calibrate;

  @Option(
      names = "--tensorboard",
      paramLabel = "FOLDER",
      description = "A folder to write what TensorBoard shows to.")
  private @Nullable Path tensorBoard;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "An HTML report to write, of the pictures kept aside.")
  private @Nullable Path report;

  @Option(
      names = "--work",
      paramLabel = "FOLDER",
      description =
          "Where everything is kept that it takes to go on; beside the model unless given, and"
              + " then removed when the model is saved.")
  private @Nullable Path work;

  @Option(
      names = "--resume",
      description =
          "Goes on with the training that was interrupted, where there is one, with the settings"
              + " that it began with.")
  private boolean resume;

  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      description = "cpu, cuda or cuda:1; the best that there is unless named.")
  private @Nullable String device;

  @Option(names = "--json", description = "Writes what came of it as one JSON object.")
  private boolean json;

  @Override
  public Integer call() throws IOException {
    check();
    WorkFolder kept = work == null ? WorkFolder.beside(modelOut) : new WorkFolder(work);
    boolean goesOn = Trainer.canResume(kept.checkpoints());
    if (goesOn && !resume) {
      throw new DogVisionException(
          "a training that was interrupted is in "
              + kept
              + ": add --resume to go on with it, or remove that folder to begin anew");
    }
    try {
      Dataset dogs = pictures.read();
      Split split = split(dogs);
      Dataset training = split == null ? dogs : split.train();
      Dataset validation = split == null ? null : split.validation();
      Trainer trainer =
          goesOn ? Trainer.resume(kept.checkpoints()) : trainer(dogs, kept.checkpoints());
      trainer.embeddingCache(kept.embeddings());
      if (showsProgress()) {
        trainer.progress();
      } else {
        trainer.listener(this::tellNotices);
      }
      if (tensorBoard != null) {
        trainer.tensorBoard(tensorBoard);
      }
      TrainingRun run =
          validation == null ? trainer.fit(training) : trainer.fit(training, validation);
      if (run.end() instanceof TrainingEnd.Interrupted) {
        throw interrupted(kept, run, null);
      }
      conclude(run, training, validation);
    } catch (DogVisionException e) {
      if (interruption().happened()) {
        throw interrupted(kept, null, e);
      }
      throw e;
    }
    if (work == null) {
      kept.remove();
    }
    return ExitCode.DONE;
  }

  private void check() {
    if (!(validationShare >= 0 && validationShare < 1)) {
      throw mistake("--validation-share must be at least 0 and below 1, got " + validationShare);
    }
    if (patience < 0) {
      throw mistake("--patience must not be negative, got " + patience);
    }
    if (validationShare == 0 && (calibrate || report != null)) {
      throw mistake(
          "--calibrate and --report need pictures that are kept aside: --validation-share");
    }
    if (headEpochs != null && fineTune == null) {
      throw mistake("--head-epochs is for --fine-tune; the head alone has --epochs");
    }
  }

  private @Nullable Split split(Dataset dogs) {
    if (validationShare == 0) {
      return null;
    }
    double share = 1 - validationShare;
    Split split =
        duplicatesTogether
            ? dogs.split(share, pictures.seed(), DatasetReport.of(dogs).duplicateGroups())
            : dogs.split(share, pictures.seed());
    split.notes().forEach(errors()::println);
    return split;
  }

  private Trainer trainer(Dataset dogs, Path checkpoints) {
    Backbone start = GivenBackbone.load(backbone);
    TransferModel.Builder builder = TransferModel.of(start).labels(dogs.labels());
    if (warmStart) {
      builder.warmStart();
    }
    if (fineTune != null) {
      if (fineTune.equals("all")) {
        builder.fineTuneAll();
      } else {
        builder.fineTuneLast(stages(fineTune));
      }
    }
    if (device != null) {
      builder.device(device);
    }
    Trainer trainer =
        Trainer.of(builder.build())
            .epochs(epochs)
            .batchSize(batchSize)
            .learningRate(learningRate)
            .seed(pictures.seed())
            .checkpoints(checkpoints, CHECKPOINTS);
    if (headEpochs != null) {
      trainer.gradualUnfreeze(headEpochs, learningRate);
    }
    if (backboneLearningRate != null) {
      trainer.backboneLearningRate(backboneLearningRate);
    }
    if (augmentation != null) {
      trainer.augmentation(augmentation.augmentation());
    }
    if (patience > 0) {
      trainer.earlyStopping(
          EarlyStopping.on(
                  validationShare == 0 ? Metric.TRAINING_ACCURACY : Metric.VALIDATION_ACCURACY)
              .patience(patience));
    }
    return trainer;
  }

  /** What is worth knowing is told where nobody watches, too. */
  private void tellNotices(TrainingEvent event, TrainingControl control) {
    if (event instanceof TrainingEvent.Notice notice) {
      errors().println("Note: " + notice.message());
    }
  }

  private int stages(String given) {
    try {
      return Integer.parseInt(given);
    } catch (NumberFormatException e) {
      throw mistake("--fine-tune is a number of stages or all, got " + given);
    }
  }

  private void conclude(TrainingRun trained, Dataset training, @Nullable Dataset validation) {
    TrainingRun run = calibrate && validation != null ? trained.calibrate(validation) : trained;
    Evaluation evaluation = validation == null ? null : run.evaluate(validation);
    if (report != null && validation != null) {
      Path written = HtmlReport.of(run, validation).write(report);
      errors().println("report: " + written.toAbsolutePath().normalize());
    }
    Path saved = run.model().save(modelOut);
    if (json) {
      out().json(json(run, saved, training, evaluation));
      return;
    }
    out()
        .line(
            "trained on %d pictures of %d breeds: %s, weights of epoch %d",
            training.size(),
            run.model().labels().size(),
            run.end().description(),
            run.chosenEpoch());
    if (evaluation != null) {
      out().line(evaluation.toString());
    }
    out().line("model: " + saved.toAbsolutePath().normalize());
  }

  private static String json(
      TrainingRun run, Path saved, Dataset training, @Nullable Evaluation evaluation) {
    JsonObject object = new JsonObject();
    object.addProperty("model", saved.toAbsolutePath().normalize().toString());
    object.addProperty("photographs", training.size());
    object.addProperty("breeds", run.model().labels().size());
    object.addProperty("epochs", run.history().size());
    object.addProperty("chosenEpoch", run.chosenEpoch());
    object.addProperty("end", run.end().description());
    if (evaluation != null) {
      object.add("evaluation", JsonParser.parseString(evaluation.toJson()));
    }
    return object.toString();
  }

  private InterruptedWorkException interrupted(
      WorkFolder kept, @Nullable TrainingRun run, @Nullable Throwable cause) {
    String done =
        run == null
            ? ""
            : run.history().size() == 0
                ? " before the first epoch's end"
                : " after epoch " + run.history().size();
    return new InterruptedWorkException(
        String.format(
            Locale.ROOT,
            "Interrupted%s. What is done is whole, in %s. To go on:%n  dogvision %s",
            done,
            kept,
            commandToGoOn(command.commandLine().getParseResult().originalArgs())),
        cause);
  }

  /** The command that was given, with what makes it go on, as a shell takes it. */
  static String commandToGoOn(List<String> arguments) {
    return Stream.concat(
            arguments.stream().filter(argument -> !argument.equals("--resume")),
            Stream.of("--resume"))
        .map(TrainCommand::quoted)
        .collect(Collectors.joining(" "));
  }

  private static String quoted(String argument) {
    return argument.matches("[\\w@%+=:,./-]+")
        ? argument
        : "'" + argument.replace("'", "'\\''") + "'";
  }
}
