package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import dev.dogvision.data.Dataset;
import dev.dogvision.spi.contract.ColouredPictures;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CrossValidationTest {
  @TempDir Path folder;

  private static Trainer frozen() {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(60)
        .batchSize(4)
        .learningRate(0.05)
        .seed(13);
  }

  @Test
  void every_photograph_is_embedded_once_and_predicted_by_a_run_that_has_not_seen_it() {
    Dataset dataset = ColouredPictures.draw(folder, 13, 1);
    AtomicInteger embedded = new AtomicInteger();

    CrossValidationResult result =
        CrossValidation.of(
                frozen()
                    .listener(
                        (event, control) -> {
                          if (event instanceof TrainingEvent.CacheProgress progress
                              && progress.done() == progress.total()) {
                            embedded.addAndGet(progress.total());
                          }
                        }))
            .folds(3)
            .seed(4)
            .run(dataset);

    assertThat(embedded).hasValue(13);
    assertThat(result.runs()).hasSize(3);
    assertThat(result.logits()).hasDimensions(13, 3);
    assertThat(result.outOfFold().accuracy()).isGreaterThan(0.8);
    assertThat(result.meanAccuracy()).isBetween(0.8, 1.0);
    assertThat(result.accuracyDeviation()).isBetween(0.0, 0.3);
    for (int i = 0; i < 3; i++) {
      assertThat(result.folds().get(i).accuracy())
          .isEqualTo(
              result
                  .runs()
                  .get(i)
                  .history()
                  .last()
                  .orElseThrow()
                  .value(Metric.VALIDATION_ACCURACY)
                  .orElseThrow());
    }
  }

  @Test
  void fails_if_the_trainer_keeps_checkpoints() {
    Dataset dataset = ColouredPictures.draw(folder, 6, 1);

    assertThatThrownBy(() -> CrossValidation.of(frozen().checkpoints(folder, 1)).run(dataset))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "checkpoints can't be kept in a cross-validation: its runs would share one folder");
  }

  @Test
  void fails_if_a_setting_is_set_twice() {
    assertThatThrownBy(() -> CrossValidation.of(frozen()).folds(3).folds(4))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("folds was already set to 3");
    assertThatThrownBy(() -> CrossValidation.of(frozen()).seed(3).seed(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("seed was already set to 3");
  }

  @Test
  void a_learning_rate_is_found_between_too_small_and_too_large() {
    Dataset dataset = ColouredPictures.draw(folder, 12, 1);

    LearningRateCurve curve =
        LearningRateFinder.of(frozen()).steps(60).range(1e-5, 100).run(dataset);

    assertThat(curve.suggestion().orElseThrow()).isBetween(1e-3, 10.0);
    assertThat(curve.rates()).isSorted();
    assertThat(curve.rates().get(0)).isCloseTo(1e-5, withPercentage(1e-6));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void should_suggest_no_rate_after_fewer_than_three_steps(int steps) {
    RateSearch search = new RateSearch(20, 1e-5, 1);
    for (int step = 1; step <= steps; step++) {
      search.see(
          new TrainingEvent.BatchFinished(1, step, 9, 4, 1.0 / step, step * 1e-5, 1),
          new EventDispatcher(List.of()));
    }

    assertThat(search.curve().rates()).hasSize(steps);
    assertThat(search.curve().suggestion()).isEmpty();
  }

  @Test
  void should_suggest_no_rate_if_a_listener_stops_the_search_or_the_loss_blows_up_at_once() {
    Dataset dataset = ColouredPictures.draw(folder, 12, 1);
    Trainer stopped =
        frozen()
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.CacheProgress) {
                    control.stop("enough");
                  }
                });

    LearningRateCurve none = LearningRateFinder.of(stopped).run(dataset);
    LearningRateCurve few = LearningRateFinder.of(frozen()).range(1e200, 1e300).run(dataset);

    assertThat(none.rates()).isEmpty();
    assertThat(none.suggestion()).isEmpty();
    assertThat(few.rates()).hasSizeLessThan(3);
    assertThat(few.suggestion()).isEmpty();
  }
}
