package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.contract.ColouredPictures;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a model that one trains oneself calls unsure, and what its percentages are fitted on. */
class UnsurePredictionsTest {
  @TempDir static Path folder;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(folder.resolve("training"), 22, 1);
    validation = ColouredPictures.draw(folder.resolve("validation"), 40, 2);
  }

  private static Trainer trainer() {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(6)
        .batchSize(8)
        .learningRate(0.05)
        .seed(13);
  }

  /** Pictures of nothing. */
  private static Dataset noise(int count) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      byte[] pixels = new byte[32 * 32 * 3];
      new Random(i).nextBytes(pixels);
      examples.add(new Example("noise" + i, ImageSource.of(new RgbImage(32, 32, pixels)), null));
    }
    return Dataset.of(examples);
  }

  private static double unsureShare(TrainedModel model, Dataset pictures) {
    try (Predictor predictor = Predictor.of(model)) {
      int unsure = 0;
      for (Prediction prediction : predictor.predictAll(pictures)) {
        unsure += prediction.isUnsure() ? 1 : 0;
      }
      return unsure / (double) pictures.size();
    }
  }

  @Test
  void a_trained_model_is_unsure_of_one_in_twenty_of_its_validation_photographs() {
    TrainingRun run = trainer().fit(training, validation);
    ConfidenceThreshold threshold = run.model().confidenceThreshold().orElseThrow();
    assertThat(threshold.score()).isEqualTo(Score.MAXIMUM_PROBABILITY);
    assertThat(unsureShare(run.model(), validation)).isBetween(0.0, 0.06);
    assertThat(run.model().provenance().get("unsure"))
        .matches(
            "below 0\\.\\d+ of maximum probability: 5 % of "
                + validation.size()
                + " validation"
                + " photographs");
    assertThat(run).asString().contains("; unsure below 0.");
  }

  @Test
  void a_head_that_started_warm_goes_by_the_energy() {
    TrainedModel first = trainer().fit(training).model();
    TransferModel warm =
        TransferModel.of(Backbone.of(first)).labels(first.labels()).warmStart().build();
    TrainingRun run = Trainer.of(warm).epochs(2).batchSize(8).seed(13).fit(training, validation);
    assertThat(run.model().confidenceThreshold().orElseThrow().score()).isEqualTo(Score.ENERGY);
    assertThat(unsureShare(run.model(), validation)).isBetween(0.0, 0.06);
  }

  @Test
  void without_twenty_validation_photographs_there_is_no_threshold() {
    assertThat(trainer().fit(training).model().confidenceThreshold()).isEmpty();
    TrainingRun run = trainer().fit(training, validation.sample(19, 5));
    assertThat(run.model().confidenceThreshold()).isEmpty();
    assertThat(run).asString().doesNotContain("unsure");
  }

  @Test
  void photographs_of_other_things_choose_the_score_and_say_what_it_catches() {
    Dataset others = noise(30);
    TrainingRun run = trainer().notDogs(others).fit(training, validation);
    double caught = unsureShare(run.model(), others);
    assertThat(run.model().provenance().get("unsure"))
        .endsWith(
            "; "
                + Math.round(30 * caught)
                + " of 30 photographs of other things, by which the"
                + " score was chosen");
    assertThat(caught)
        .isGreaterThanOrEqualTo(unsureShare(trainer().fit(training, validation).model(), others));
    assertThat(unsureShare(run.model(), validation)).isBetween(0.0, 0.06);
    assertThat(run.settings()).containsEntry("unsure", run.model().provenance().get("unsure"));
  }

  @Test
  void should_fail_if_there_is_nothing_to_compare_other_things_with() {
    assertThatThrownBy(() -> trainer().notDogs(noise(3)).fit(training))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "notDogs needs validation data, to compare them with, but fit was called without: call"
                + " fit(training, validation)");
  }

  @Test
  void a_resumed_run_has_the_threshold_of_the_epoch_that_it_chose(@TempDir Path checkpoints) {
    TrainingRun whole =
        trainer()
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).patience(2))
            .checkpoints(checkpoints.resolve("run"), 2)
            .fit(training, validation);
    TrainingRun resumed = Trainer.resume(checkpoints.resolve("run")).fit(training, validation);
    assertThat(resumed.model().confidenceThreshold())
        .isPresent()
        .isEqualTo(whole.model().confidenceThreshold());
  }

  @Test
  void a_fitted_temperature_keeps_the_share_and_says_what_it_was_fitted_on() {
    TrainingRun run = trainer().fit(training, validation);
    TrainingRun calibrated = run.calibrate(validation);
    double temperature = calibrated.model().temperature();
    assertThat(temperature).isNotEqualTo(1);
    assertThat(calibrated.model().confidenceThreshold())
        .isPresent()
        .isNotEqualTo(run.model().confidenceThreshold());
    assertThat(unsureShare(calibrated.model(), validation)).isBetween(0.0, 0.06);
    assertThat(calibrated.model().provenance().get("temperature"))
        .isEqualTo(calibrated.settings().get("temperature"))
        .endsWith(", fitted on " + validation.size() + " validation photographs");
  }

  @Test
  void says_so_where_the_same_photographs_chose_the_epoch() {
    TrainingRun run =
        trainer()
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).patience(2))
            .fit(training, validation);
    assertThat(run.calibrate(validation).settings().get("temperature"))
        .endsWith(" validation photographs, which also chose the epoch");
    Dataset others = ColouredPictures.draw(folder.resolve("others"), 9, 3);
    assertThat(run.calibrate(others).settings().get("temperature"))
        .endsWith(", fitted on " + others.size() + " validation photographs");
  }
}
