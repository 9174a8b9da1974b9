package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkState;
import static com.google.common.collect.ImmutableSet.toImmutableSet;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.LabelCount;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.TransferModel;
import java.util.Set;

/**
 * Examines a data set in one call, labels included: {@link DatasetReport} looks at the files, and
 * models that have not seen a photograph are asked what it shows.
 *
 * <pre>{@code
 * DatasetReport report = DataDoctor.examine(dogs);
 * System.out.println(report);
 * report.suspects().forEach(suspect -> look(suspect.image(), report.resembled(suspect)));
 * }</pre>
 *
 * <p>For that, a head is trained five times on four fifths of the data, copies and near-duplicates
 * kept together, and predicts the fifth that is left. The backbone stays as it is and each
 * photograph goes through it once, so this takes little longer than predicting the data set. Broken
 * images, and breeds with fewer than five images, are not asked about, and labels that somebody has
 * decided about ({@link Dataset#corrections()}) are not doubted again.
 *
 * <p>The embedded backbone has seen most of the photographs of the Kaggle competition, with the
 * labels they have there. Where yours are these, cross-validate from weights that have not: {@code
 * examine(dogs,
 * Trainer.of(TransferModel.mobileNetV2().weights(file).labels(dogs.labels()).build()))}.
 */
public final class DataDoctor {
  private static final int FOLDS = 5;
  private static final int EPOCHS = 30;
  private static final long SEED = 0;

  private DataDoctor() {}

  /**
   * Examines a data set with heads on the embedded backbone, trained for 30 epochs.
   *
   * @param dataset labelled photographs of two breeds at least
   * @return what was found, {@link DatasetReport#suspects()} included
   * @throws IllegalStateException if the data set has no labels, or fewer than two breeds with five
   *     readable images
   * @throws dev.dogvision.DogVisionException if there is no engine or no embedded model
   */
  @CheckReturnValue
  public static DatasetReport examine(Dataset dataset) {
    checkLabelled(dataset);
    return examine(
        dataset,
        Trainer.of(TransferModel.mobileNetV2().labels(dataset.labels()).build())
            .epochs(EPOCHS)
            .seed(SEED));
  }

  /**
   * Examines a data set with models of one's own.
   *
   * @param dataset labelled photographs of two breeds at least
   * @param trainer trains the models; its model's labels are the data set's
   * @return what was found, {@link DatasetReport#suspects()} included
   * @throws IllegalStateException if the data set has no labels, or fewer than two breeds with five
   *     readable images, or the trainer writes checkpoints
   */
  @CheckReturnValue
  public static DatasetReport examine(Dataset dataset, Trainer trainer) {
    checkLabelled(dataset);
    DatasetReport report = DatasetReport.of(dataset);
    Set<String> broken =
        report.brokenImages().stream().map(DatasetReport.BrokenImage::id).collect(toImmutableSet());
    Dataset readable = dataset.filter(example -> !broken.contains(example.id()));
    Set<String> breeds =
        readable.summary().ranking().stream()
            .filter(count -> count.images() >= FOLDS)
            .map(LabelCount::label)
            .collect(toImmutableSet());
    checkState(
        breeds.size() >= 2,
        "labels can be doubted where two breeds have %s readable images, got %s such breeds;"
            + " DatasetReport.of looks at the files alone",
        FOLDS,
        breeds.size());
    Dataset asked = readable.filter(example -> breeds.contains(example.label()));
    CrossValidationResult result =
        CrossValidation.of(trainer)
            .folds(FOLDS)
            .seed(SEED)
            .groups(report.duplicateGroups())
            .run(asked);
    Evaluation outOfFold = result.outOfFold();
    DatasetReport doubted =
        report.withSuspects(asked, outOfFold.labels(), outOfFold.probabilities());
    // With a frozen backbone any run has them in memory.
    return doubted.suspects().isEmpty()
        ? doubted
        : doubted.withLikeness(result.runs().get(0).embeddings(asked));
  }

  private static void checkLabelled(Dataset dataset) {
    checkState(
        dataset.isLabelled(),
        "the data set has no labels to doubt; DatasetReport.of looks at the files alone");
  }
}
