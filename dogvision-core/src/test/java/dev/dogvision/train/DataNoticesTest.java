package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Labels;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code fit} refuses and what it says before it begins; and a listener of one's own. */
class DataNoticesTest {
  @TempDir static Path folder;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(folder.resolve("training"), 12, 1);
    validation = ColouredPictures.draw(folder.resolve("validation"), 9, 2);
  }

  private static Trainer trainer() {
    return Trainer.of(ColouredPictures.network().build()).epochs(2).batchSize(4);
  }

  private static List<String> notices(Trainer trainer, Dataset train, Dataset validate) {
    List<String> notices = new ArrayList<>();
    TrainingRun unused =
        trainer
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(train, validate);
    return notices;
  }

  @Test
  void usual_data_needs_no_word() {
    assertThat(notices(trainer(), training, validation)).isEmpty();
  }

  @Test
  @SuppressWarnings("NullAway") // what a caller without null checks does
  void nonsense_is_refused() {
    assertThatThrownBy(() -> trainer().fit(training, (Dataset) null))
        .isInstanceOf(NullPointerException.class)
        .hasMessageContaining("call fit(training)");
    assertThatThrownBy(() -> trainer().fit(training, training))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("training and validation are the same 12 photographs");
  }

  /** The same photographs from somebody who writes labels in another way. */
  private static Dataset otherwise(Dataset dataset) {
    return dataset.withLabelsRenamed(
        Map.of("blue", "Blue", "green", "n01234567-Green", "red", "RED"));
  }

  @Test
  void labels_that_are_spelled_otherwise_are_matched_and_told() {
    List<String> notices = notices(trainer(), otherwise(training), validation);

    assertThat(notices)
        .containsExactly(
            "3 labels of the training data are matched by spelling: 'Blue' is taken for 'blue',"
                + " 'RED' for 'red', 'n01234567-Green' for 'green'");
    assertThat(notices(trainer(), training, otherwise(validation)))
        .singleElement(InstanceOfAssertFactories.STRING)
        .startsWith("3 labels of the validation data are matched by spelling: 'Blue' is taken");
  }

  @Test
  void what_is_spelled_otherwise_gives_the_same_run_and_the_same_figures() {
    TrainingRun run = trainer().fit(training, validation);
    TrainingRun other = trainer().fit(otherwise(training), otherwise(validation));

    assertThat(ColouredPictures.bits(other)).isEqualTo(ColouredPictures.bits(run));
    assertThat(other.evaluate(otherwise(validation)).logLoss())
        .isEqualTo(run.evaluate(validation).logLoss());
    assertThat(other.calibrate(otherwise(validation)).model().temperature())
        .isEqualTo(run.calibrate(validation).model().temperature());
    assertThat(other.trainingData().labels()).isEqualTo(run.model().labels());
    assertThat(CrossValidation.of(trainer()).folds(3).run(otherwise(training)).logits())
        .isEqualTo(CrossValidation.of(trainer()).folds(3).run(training).logits());
  }

  @Test
  void labels_that_nothing_is_like_are_refused() {
    TrainingRun run = trainer().fit(training, validation);

    assertThatThrownBy(
            () ->
                run.evaluate(
                    validation.withLabelsRenamed(Map.of("red", "RED", "blue", "turquoise"))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the evaluation data has a label that the model lacks: turquoise; rename them, or leave"
                + " their photographs out with dataset.withLabels(labels, ProblemPolicy.SKIP)");
  }

  @Test
  void labels_without_photographs_are_named() {
    assertThat(notices(trainer(), training.onlyLabels("blue", "green"), validation))
        .containsExactly("1 label has no training photograph, so the model can't learn it: red");
    assertThat(notices(trainer(), training, validation.onlyLabels("red")))
        .containsExactly(
            "2 labels have no validation photograph, so nothing is known of how well they are"
                + " found: blue, green");
  }

  @Test
  void photographs_on_both_sides_are_named() {
    Dataset leaking = validation.concat(training.limit(1));

    assertThat(notices(trainer(), training, leaking))
        .singleElement()
        .asString()
        .startsWith("1 photograph is in the training data as well as in the validation data");
  }

  @Test
  void a_listener_of_ones_own_writes_a_table(@TempDir Path out) throws IOException {
    Path table = Files.writeString(out.resolve("epochs.csv"), "epoch,loss,accuracy\n");

    TrainingRun run =
        trainer()
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochFinished finished) {
                    EpochOutcome epoch = finished.outcome();
                    append(
                        table,
                        String.format(
                            Locale.ROOT,
                            "%d,%.4f,%.4f%n",
                            epoch.epoch(),
                            epoch.trainingLoss(),
                            Metric.VALIDATION_ACCURACY.of(epoch)));
                  }
                })
            .fit(training, validation);

    assertThat(Files.readAllLines(table)).hasSize(1 + run.history().size());
  }

  private static void append(Path file, String line) {
    try {
      Files.writeString(file, line, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void labels_that_warm_start_does_not_know_are_told() {
    TransferModel model =
        TransferModel.of(Backbone.of(trainedOnColours()))
            .labels(Labels.of("boxer", "pug"))
            .warmStart()
            .build();
    assertThat(model.notices()).isNotEmpty();
    assertThat(DataNotices.of(model, training, null)).containsAll(model.notices());
  }

  private static TrainedModel trainedOnColours() {
    return trainer().fit(training).model();
  }
}
