package dev.dogvision.examples;

import com.google.common.hash.Hashing;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.BatchPredictor;
import dev.dogvision.predict.Predictor;
import dev.dogvision.predict.WrittenPredictions;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The Kaggle competition "Dog Breed Identification" from labels to submission: trains on all
 * labelled photographs, predicts those of {@code test/}, and writes {@code submission.csv}.
 *
 * <p>Interrupted at any moment and started again with the same options, it goes on from where it
 * was: embeddings, epochs and predictions that are done are kept in the work folder. Of other
 * photographs, labels or settings nothing is used.
 */
@Command(
    name = "kaggle-submission",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "From the competition's folder to submission.csv.")
public final class KaggleSubmission implements Callable<Integer> {
  private static final int DRAWN_PICTURES_PER_BREED = 16;

  @Option(
      names = "--data",
      description =
          "The competition's folder: labels.csv, train/, test/ and, if it is there,"
              + " sample_submission.csv. Without it, pictures are drawn.")
  private @Nullable Path data;

  @Option(names = "--labels", description = "The file of labels in that folder.")
  private String labelsFile = "labels.csv";

  @Option(
      names = "--drawn",
      description = "How many pictures to draw for test/ where no folder is given.")
  private int drawn = 25;

  @Option(names = "--work", description = "Where everything is kept that it takes to go on.")
  private Path work = Path.of("runs", "kaggle-submission");

  @Option(
      names = "--output",
      description = "The file to write; submission.csv in the work folder unless named.")
  private @Nullable Path output;

  @Option(
      names = "--embedded",
      description = "Predict with the embedded model as it is, and train nothing.")
  private boolean embedded;

  @Option(
      names = "--weights",
      description = "Weights to start from, safetensors; the embedded model's unless named.")
  private @Nullable Path weights;

  @Option(
      names = "--warm-start",
      description = "Begin with what the weights know of the breeds already.")
  private boolean warmStart;

  @Option(names = "--epochs", description = "How many epochs at most.")
  private int epochs = 100;

  @Option(
      names = "--patience",
      description = "After how many epochs without a better training accuracy it stops.")
  private int patience = 3;

  @Option(names = "--seed", description = "What chance depends on.")
  private long seed = 13;

  @Option(
      names = "--skip-unreadable",
      description = "Leave out pictures that can't be read, instead of stopping at them.")
  private boolean skipUnreadable;

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new KaggleSubmission(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    System.out.println(
        "Interrupted, it goes on from where it was when it is started again in the same way.");
    Path folder = folder();
    Dataset test = images(DatasetBuilder.fromImages(folder.resolve("test")));
    Path sampleFile = folder.resolve("sample_submission.csv");
    SampleSubmission sample = Files.exists(sampleFile) ? SampleSubmission.read(sampleFile) : null;
    if (sample != null && !skipUnreadable) {
      sample.checkPictures(test);
    }

    TrainedModel model = embedded ? ofTheCompetition(sample) : trained(folder, sample);
    if (sample != null && !(embedded && data == null)) { // drawn dogs are of invented breeds
      sample.checkBreeds(model.labels());
    }

    Path file = output == null ? work.resolve("submission.csv") : output;
    try (Predictor predictor = Predictor.of(model)) {
      BatchPredictor batches = predictor.inBatches().progress();
      WrittenPredictions written =
          (skipUnreadable ? batches.unreadableImages(ProblemPolicy.SKIP) : batches)
              .writeCsv(test, file);
      report(written, model);
    }
    return 0;
  }

  /** The embedded model, which knows more breeds than there are columns in the competition. */
  private static TrainedModel ofTheCompetition(@Nullable SampleSubmission sample) {
    TrainedModel model = TrainedModel.pretrained();
    return sample == null || !model.labels().names().containsAll(sample.breeds())
        ? model
        : model.only(Labels.of(sample.breeds()));
  }

  private Path folder() throws IOException {
    if (data != null) {
      return data;
    }
    Path folder = work.resolve("drawn-" + drawn);
    System.out.println(
        "No folder given (--data), so "
            + drawn
            + " pictures of invented breeds are drawn into "
            + folder.toAbsolutePath().normalize()
            + ". They show how it works, not how good it is.");
    return DrawnCompetition.draw(folder, DRAWN_PICTURES_PER_BREED, drawn, 13);
  }

  private Dataset images(DatasetBuilder builder) {
    return (skipUnreadable ? builder.unreadableImages(ProblemPolicy.SKIP) : builder).build();
  }

  /** The model of this data and these settings: from the work folder, as far as it got there. */
  private TrainedModel trained(Path folder, @Nullable SampleSubmission sample) throws IOException {
    Dataset dogs =
        images(DatasetBuilder.fromCsv(folder.resolve(labelsFile)).images(folder.resolve("train")));
    System.out.println(dogs.summary());
    if (sample != null) {
      sample.checkBreeds(dogs.labels()); // before an hour of training
    }
    TransferModel.Builder builder = TransferModel.mobileNetV2().labels(dogs.labels());
    if (weights != null) {
      builder.weights(weights);
    }
    if (warmStart) {
      builder.warmStart();
    }
    TransferModel model = builder.build();

    Path training = work.resolve("training-" + key(dogs, model));
    Path finished = training.resolve("model");
    if (Files.isDirectory(finished)) {
      System.out.println("Trained already: " + finished);
      return TrainedModel.load(finished);
    }
    if (!Files.isDirectory(training) && hasOtherTraining()) {
      System.out.println(
          "Photographs, labels or settings are others than before: training begins anew.");
    }
    Path checkpoints = training.resolve("checkpoints");
    Trainer trainer =
        Trainer.canResume(checkpoints)
            ? Trainer.resume(checkpoints)
            : Trainer.of(model)
                .epochs(epochs)
                .seed(seed)
                .earlyStopping(EarlyStopping.on(Metric.TRAINING_ACCURACY).patience(patience))
                .checkpoints(checkpoints, 2);
    TrainingRun run = trainer.embeddingCache(work.resolve("embeddings")).progress().fit(dogs);
    System.out.println(
        run.end().description() + "; the weights are those of epoch " + run.chosenEpoch());
    return TrainedModel.load(run.model().save(finished));
  }

  /** Tells trainings apart by all that decides their outcome. */
  private String key(Dataset dogs, TransferModel model) {
    String start = model.trained(model.initialWeights(), Map.of()).fingerprint();
    return Hashing.sha256()
        .hashString(
            String.join(
                " ",
                dogs.fingerprint(),
                start,
                String.valueOf(epochs),
                String.valueOf(patience),
                String.valueOf(seed)),
            StandardCharsets.UTF_8)
        .toString()
        .substring(0, 12);
  }

  private boolean hasOtherTraining() throws IOException {
    if (!Files.isDirectory(work)) {
      return false;
    }
    try (Stream<Path> found = Files.list(work)) {
      return found.anyMatch(path -> path.getFileName().toString().startsWith("training-"));
    }
  }

  private void report(WrittenPredictions written, TrainedModel model) throws IOException {
    written
        .notice()
        .ifPresent(
            notice ->
                System.out.println(
                    "Of an interrupted prediction "
                        + (written.takenUp() == 0 ? "nothing was" : "not everything was")
                        + " used: "
                        + notice));
    if (written.takenUp() > 0) {
      System.out.println(written.takenUp() + " pictures were done before the interruption");
    }
    System.out.printf(
        Locale.ROOT,
        "%s: %,d photographs, %d breeds; %.1f photographs a second%n",
        written.file().toAbsolutePath().normalize(),
        written.size(),
        model.labels().size(),
        written.picturesPerSecond());
    if (!written.skipped().isEmpty()) {
      System.out.println(
          "Left out, since they can't be read: " + String.join(", ", written.skipped()));
    }
    PeakMemory.print();
  }
}
