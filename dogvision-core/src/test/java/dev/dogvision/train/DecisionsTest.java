package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.internal.inputs.Seeds;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Schedules, metrics, history, seeds, phases and class weights: what a run decides by. */
class DecisionsTest {
  private static EpochOutcome result(int epoch, double loss, double validationLoss) {
    ImmutableMap<String, Double> values =
        ImmutableMap.of(
            "training loss", loss,
            "training accuracy", 0.5,
            "validation loss", validationLoss,
            "validation accuracy", 0.25,
            "validation top-5 accuracy", 0.75);
    return new EpochOutcome(epoch, "head", 1e-3, Duration.ofMillis(1500), true, values, null);
  }

  private static List<Double> factors(Schedule schedule, int updatesPerEpoch, int epochs) {
    RateControl control = new RateControl(schedule, updatesPerEpoch, epochs);
    List<Double> factors = new ArrayList<>();
    for (long update = 0; update < (long) updatesPerEpoch * epochs; update++) {
      factors.add(control.factor(update));
    }
    return factors;
  }

  @Test
  void a_constant_schedule_changes_nothing() {
    assertThat(factors(Schedule.constant(), 3, 2)).containsOnly(1.0);
  }

  @Test
  void a_cosine_rises_along_a_line_and_falls_along_half_a_wave() {
    List<Double> factors = factors(Schedule.cosine(1), 4, 5);

    assertThat(factors.subList(0, 5)).containsExactly(0.25, 0.5, 0.75, 1.0, 1.0);
    assertThat(factors.get(12)).isCloseTo((1 + 0.01) / 2, offset(1e-12));
    assertThat(factors.get(19)).isBetween(0.01, 0.03);
    assertThat(factors.subList(4, 20)).isSortedAccordingTo((a, b) -> Double.compare(b, a));
  }

  @Test
  void a_cosine_warms_up_for_a_tenth_of_the_phase_and_two_epochs_at_most() {
    assertThat(factors(Schedule.cosine(), 10, 10).indexOf(1.0)).isEqualTo(9);
    assertThat(factors(Schedule.cosine(), 10, 100).indexOf(1.0)).isEqualTo(19);
  }

  @Test
  void one_cycle_goes_up_and_far_down() {
    List<Double> factors = factors(Schedule.oneCycle(), 10, 10);

    assertThat(factors.get(0)).isCloseTo(1 / 25.0, offset(1e-12));
    assertThat(factors.stream().mapToDouble(f -> f).max().orElseThrow()).isGreaterThan(0.99);
    assertThat(factors.get(99)).isCloseTo(1 / 25.0 / 1e4, offset(1e-12));
  }

  @Test
  void a_plateau_lowers_the_rate_and_survives_a_checkpoint() {
    Schedule schedule = Schedule.reduceOnPlateau(Metric.VALIDATION_LOSS, 0.5, 2);
    RateControl control = new RateControl(schedule, 1, 10);
    double[] losses = {1, 2, 2, 0.9, 1, 1, 1, 1};
    double[] expected = {1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125};
    for (int i = 0; i < losses.length; i++) {
      control.epochFinished(result(i + 1, 1, losses[i]));
      assertThat(control.factor(i)).as("epoch %s", i + 1).isEqualTo(expected[i]);

      RateControl restored = new RateControl(schedule, 1, 10);
      restored.restore(control.state());
      control = restored;
    }
  }

  @Test
  void history_gives_series_and_the_best_epoch() {
    History history = new History(List.of(result(1, 3, 2), result(2, 2, 1), result(3, 1, 1)));

    assertThat(history.best(Metric.VALIDATION_LOSS).orElseThrow().epoch()).isEqualTo(2);
    assertThat(history.best(Metric.TRAINING_LOSS).orElseThrow().epoch()).isEqualTo(3);
    assertThat(history.series())
        .containsOnlyKeys(
            "training loss",
            "training accuracy",
            "validation loss",
            "validation accuracy",
            "validation top-5 accuracy",
            "learning rate",
            "seconds")
        .containsEntry("validation loss", List.of(2.0, 1.0, 1.0))
        .containsEntry("seconds", List.of(1.5, 1.5, 1.5));
    assertThat(new History(List.of()).best(Metric.TRAINING_LOSS)).isEmpty();
  }

  @Test
  void stages_towards_the_input_get_smaller_rates() {
    TrainingSettings settings =
        new TrainingSettings(
            List.of(Phase.all(1, 1e-3)),
            32,
            0,
            new TrainingSettings.Updates(Optimizer.adamW(), 1, 0, Double.POSITIVE_INFINITY, 0),
            new TrainingSettings.LearningRates(OptionalDouble.of(1e-4), 0.5, Schedule.constant()),
            new TrainingSettings.Loss(0, ClassWeights.EQUAL, null),
            null,
            List.of(),
            null,
            0);

    EpochTrainer.Rates rates = EpochTrainer.rates(settings, settings.phases().get(0), 3);

    assertThat(rates.head()).isEqualTo(1e-3);
    assertThat(rates.stages()).containsExactly(1e-4 / 4, 1e-4 / 2, 1e-4);
    assertThat(SettingsJson.read(SettingsJson.write(settings))).isEqualTo(settings);
  }

  @Test
  void balanced_classes_count_alike() {
    double[] weights =
        ClassWeights.BALANCED.of(ColouredPictures.LABELS, new int[] {0, 0, 0, 1, 0, 0});

    assertThat(5 * weights[0]).isCloseTo(weights[1], offset(1e-12));
    assertThat(5 * weights[0] + weights[1]).isCloseTo(6, offset(1e-12));
    assertThat(weights[2]).isEqualTo(1);
  }

  @Test
  void orders_are_permutations_that_differ_by_seed_and_epoch() {
    Set<List<Integer>> seen = new HashSet<>();
    for (int seed = 0; seed < 4; seed++) {
      for (int epoch = 1; epoch < 5; epoch++) {
        List<Integer> order = new ArrayList<>();
        for (int index : Seeds.order(20, seed, epoch)) {
          order.add(index);
        }
        assertThat(order).doesNotHaveDuplicates().hasSize(20).allMatch(i -> i >= 0 && i < 20);
        seen.add(order);
      }
    }
    assertThat(seen).hasSize(16);
    // Written down, so that no change of the derivation goes unnoticed.
    assertThat(Seeds.order(8, 13, 1)).containsExactly(5, 7, 3, 6, 0, 4, 1, 2);
  }

  @Test
  void bad_settings_are_refused_by_name() {
    Trainer trainer = Trainer.of(ColouredPictures.network().build());

    assertThatThrownBy(() -> trainer.epochs(0)).hasMessage("epochs must be at least 1, got 0");
    assertThatThrownBy(() -> trainer.batchSize(0))
        .hasMessage("batchSize must be at least 1, got 0");
    assertThatThrownBy(() -> trainer.learningRate(Double.NaN))
        .hasMessage("learningRate must be positive and finite, got NaN");
    assertThatThrownBy(() -> trainer.labelSmoothing(1.5))
        .hasMessage("labelSmoothing must be in 0..1, got 1.5");
    assertThatThrownBy(() -> trainer.movingAverage(1))
        .hasMessage("movingAverage must be in [0, 1), got 1.0");
    assertThatThrownBy(() -> trainer.classWeights(Map.of("redd", 2.0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("redd");
    assertThatThrownBy(() -> trainer.gradualUnfreeze())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "gradualUnfreeze has nothing to unfreeze: the model's backbone is frozen; build it with"
                + " fineTuneLast(n) or fineTuneAll()");
    assertThatThrownBy(() -> trainer.epochs(3).gradualUnfreeze(Phase.head(1, 1e-3)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("gradualUnfreeze(head) clashes with epochs(3): each phase has its own");
    assertThatThrownBy(() -> EarlyStopping.on(Metric.TRAINING_LOSS).patience(0))
        .hasMessage("patience must be at least 1, got 0");
    assertThatThrownBy(() -> EarlyStopping.on(Metric.TRAINING_LOSS).minimumDelta(-1))
        .hasMessage("minimumDelta must be finite and not negative, got -1.0");
  }

  @Test
  void progress_is_a_line_an_epoch_where_there_is_no_terminal() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ProgressDisplay display =
        new ProgressDisplay(false, new PrintStream(bytes, true, StandardCharsets.UTF_8));
    TrainingControl control = new EventDispatcher(List.of());
    display.onEvent(
        new TrainingEvent.RunStarted(
            "20261125-090000-000",
            ColouredPictures.network().build(),
            photographs(800),
            Optional.of(photographs(200)),
            List.of(Phase.head(2, 1e-3)),
            Map.of(),
            List.of(),
            OptionalInt.empty(),
            0),
        control);
    for (int done = 100; done <= 1000; done += 100) {
      display.onEvent(new TrainingEvent.CacheProgress("embeddings", done, 1000), control);
    }
    display.onEvent(new TrainingEvent.EpochStarted(1, 2, 25), control);
    display.onEvent(new TrainingEvent.EpochFinished(result(1, 2, 1.5), true), control);
    display.onEvent(new TrainingEvent.EpochFinished(result(2, 1, 1.75), false), control);

    assertThat(bytes.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "Training on 800 images, validating on 200",
            "embeddings: 300 of 1000 images",
            "embeddings: 500 of 1000 images",
            "embeddings: 800 of 1000 images",
            "embeddings: 1000 of 1000 images",
            "epoch 1: loss 2.0000, accuracy 0.5000, validation loss 1.5000, accuracy 0.2500, 1.5 s",
            "epoch 2: loss 1.0000, accuracy 0.5000, validation loss 1.7500, accuracy 0.2500, 1.5 s"
                + " (not the best)");
  }

  private static Dataset photographs(int count) {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      examples.add(
          new Example("photograph-" + i, Path.of(i + ".png"), ColouredPictures.LABELS.name(0)));
    }
    return Dataset.of(examples, ColouredPictures.LABELS);
  }
}
