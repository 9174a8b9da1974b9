package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {
  @TempDir static Path folder;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(folder.resolve("training"), 22, 1);
    validation = ColouredPictures.draw(folder.resolve("validation"), 9, 2);
  }

  private static Trainer frozen() {
    return frozen(6, 8, 13);
  }

  private static Trainer frozen(int epochs, int batchSize, long seed) {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(epochs)
        .batchSize(batchSize)
        .learningRate(0.05)
        .seed(seed);
  }

  private static Trainer unfrozen() {
    return Trainer.of(ColouredPictures.network().fineTuneLast(2).build())
        .epochs(2)
        .batchSize(8)
        .learningRate(0.02)
        .seed(13);
  }

  @Test
  void learns_a_head_on_embeddings() {
    TrainingRun run = frozen(30, 8, 13).fit(training, validation);

    List<Double> losses = run.history().series().get("training loss");
    assertThat(losses).hasSize(30);
    assertThat(losses.get(29)).isLessThan(0.5 * losses.get(0));
    assertThat(run.chosen().orElseThrow().value(Metric.VALIDATION_ACCURACY).orElseThrow())
        .isGreaterThan(0.8);
    assertThat(run.evaluate(validation).accuracy())
        .isEqualTo(run.chosen().orElseThrow().value(Metric.VALIDATION_ACCURACY).orElseThrow());
    assertThat(run.chosenEpoch()).isEqualTo(30);
    assertThat(run.end()).isEqualTo(new TrainingEnd.Finished());
  }

  @Test
  void the_same_seed_gives_the_same_weights_and_another_seed_others() {
    List<Integer> once = ColouredPictures.bits(frozen().fit(training, validation));

    assertThat(ColouredPictures.bits(frozen().fit(training, validation))).isEqualTo(once);
    assertThat(ColouredPictures.bits(frozen(6, 8, 14).fit(training, validation)))
        .isNotEqualTo(once);
  }

  @Test
  void the_same_seed_gives_the_same_weights_with_augmentation_and_mixing() {
    List<List<Integer>> runs = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      runs.add(
          ColouredPictures.bits(
              unfrozen()
                  .augmentation(Augmentation.strong())
                  .labelSmoothing(0.1)
                  .movingAverage(0.9)
                  .fit(training)));
    }

    assertThat(runs.get(0)).isEqualTo(runs.get(1));
  }

  @Test
  void a_model_tells_how_the_one_that_it_started_from_came_to_be() {
    TrainedModel first = frozen().fit(training, validation).model();
    TransferModel further =
        TransferModel.mobileNetV2().backbone(Backbone.of(first)).labels(first.labels()).build();
    TrainedModel second = Trainer.of(further).epochs(2).fit(training, validation).model();

    assertThat(second.provenance())
        .containsEntry("training.epochs", "2")
        .containsEntry("start.training.epochs", "6")
        .containsEntry("start.training.data", first.provenance().get("training.data"))
        .containsEntry("start.validation loss", first.provenance().get("validation loss"))
        .containsEntry("start.fingerprint", first.fingerprint());
  }

  @Test
  void validation_changes_nothing_about_the_weights() {
    assertThat(ColouredPictures.bits(frozen().movingAverage(0.9).fit(training, validation)))
        .isEqualTo(ColouredPictures.bits(frozen().movingAverage(0.9).fit(training)));
  }

  @Test
  void activations_from_memory_and_computed_anew_give_the_same_bits() {
    Trainer trainer = unfrozen().augmentation(Augmentation.none());
    TrainingRun kept = trainer.fit(training, validation);
    List<String> notices = new ArrayList<>();
    TrainingRun anew =
        trainer
            .cacheMemory(0)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(training, validation);

    assertThat(ColouredPictures.bits(anew)).isEqualTo(ColouredPictures.bits(kept));
    assertThat(anew.history().last().orElseThrow().value(Metric.VALIDATION_LOSS))
        .isEqualTo(kept.history().last().orElseThrow().value(Metric.VALIDATION_LOSS));
    assertThat(notices)
        .singleElement()
        .asString()
        .contains("activations of 31 images")
        .contains("computed anew in every epoch");
  }

  @Test
  void accumulated_batches_train_like_one_large_batch() {
    double large =
        frozen(6, 16, 13)
            .optimizer(Optimizer.sgd(0.9))
            .fit(training)
            .history()
            .last()
            .orElseThrow()
            .trainingLoss();
    double small =
        frozen(6, 4, 13)
            .accumulate(4)
            .optimizer(Optimizer.sgd(0.9))
            .fit(training)
            .history()
            .last()
            .orElseThrow()
            .trainingLoss();

    assertThat(small).isCloseTo(large, offset(1e-4));
  }

  @Test
  void should_keep_the_ids_that_a_csv_gave_the_training_data(@TempDir Path place)
      throws IOException {
    Path images = place.resolve("images");
    List<String> rows = new ArrayList<>(List.of("id,breed"));
    ColouredPictures.draw(images, 6, 3)
        .forEach(example -> rows.add(example.id() + "," + example.label()));
    Path csv = Files.write(place.resolve("train.csv"), rows);
    TrainingRun run = frozen(1, 8, 13).fit(DatasetBuilder.fromCsv(csv).images(images).build());

    Dataset both = validation.union(run.trainingData());

    assertThat(both.size()).isEqualTo(9 + 6);
    assertThat(both.examples()).containsAll(run.trainingData().examples());
  }

  @Test
  void fails_if_early_stopping_watches_validation_and_there_is_none() {
    Trainer trainer = frozen().earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY));

    assertThatThrownBy(() -> trainer.fit(training))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "earlyStopping watches the validation accuracy, but fit was called without validation"
                + " data: call fit(training, validation), or watch Metric.TRAINING_LOSS");
  }

  @Test
  void fails_if_the_data_has_labels_that_the_model_lacks() {
    Dataset strange =
        Dataset.of(
            List.of(
                new Example("a", folder.resolve("a.png"), "purple"),
                new Example("b", folder.resolve("b.png"), "red")));

    assertThatThrownBy(() -> frozen().fit(strange))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the training data has a label that the model lacks: purple; give the model"
                + " .labels(dataset.labels()) of the whole data set");
    TrainingRun run = frozen(1, 8, 13).fit(training);
    assertThatThrownBy(() -> run.evaluate(strange))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the evaluation data has a label that the model lacks: purple; rename them, or leave"
                + " their photographs out with dataset.withLabels(labels, ProblemPolicy.SKIP)");
    assertThatThrownBy(() -> run.calibrate(strange))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the validation data has a label that the model lacks: purple;")
        .hasMessageContaining("rename them");
  }
}
