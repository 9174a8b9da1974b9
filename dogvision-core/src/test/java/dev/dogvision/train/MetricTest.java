package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Dataset;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Metrics of one's own, wherever a run takes a metric. */
class MetricTest {
  @TempDir static Path pictures;
  @TempDir Path folder;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(pictures.resolve("training"), 13, 1);
    validation = ColouredPictures.draw(pictures.resolve("validation"), 9, 2);
  }

  private static Trainer frozen() {
    return Trainer.of(ColouredPictures.network().build()).batchSize(4).learningRate(0.05).seed(13);
  }

  /** How sure the model is of the wrong: less is better. */
  private static final class Regret implements Metric {
    @Override
    public String name() {
      return "regret";
    }

    @Override
    public double of(EpochOutcome epoch) {
      Evaluation evaluation = epoch.validation().orElseThrow();
      double sum = 0;
      for (int row = 0; row < evaluation.size(); row++) {
        sum += evaluation.isRight(row) ? 0 : evaluation.confidence(row);
      }
      return sum;
    }

    @Override
    public Direction direction() {
      return Direction.LOWER_IS_BETTER;
    }
  }

  @Test
  void macro_f1_stops_early_and_is_in_history_provenance_and_settings() {
    TrainingRun run =
        frozen()
            .epochs(40)
            .earlyStopping(EarlyStopping.on(new MacroF1()).patience(3))
            .fit(training, validation);

    List<Double> values = run.history().series().get("validation macro F1");
    EpochOutcome chosen = run.chosen().orElseThrow();
    assertThat(values).hasSize(run.history().size()).doesNotContain(Double.NaN);
    assertThat(values.get(run.chosenEpoch() - 1))
        .isEqualTo(values.stream().max(Double::compare).get());
    assertThat(run.evaluate(validation).macroF1())
        .isEqualTo(chosen.value(new MacroF1()).orElseThrow());
    assertThat(run.history().best(new MacroF1()).orElseThrow().epoch())
        .isEqualTo(run.chosenEpoch());
    assertThat(run.settings().get("earlyStopping"))
        .isEqualTo("EarlyStopping[metric=validation macro F1, patience=3, minimumDelta=0.0]");
    assertThat(run.model().provenance()).containsKey("validation macro F1");
  }

  @Test
  void a_metric_of_ones_own_lowers_the_rate_and_survives_a_checkpoint() {
    Schedule schedule = Schedule.reduceOnPlateau(new Regret(), 0.5, 1);
    TrainingRun whole =
        frozen().epochs(6).schedule(schedule).metrics(new MacroF1()).fit(training, validation);
    Trainer killed =
        frozen()
            .epochs(6)
            .schedule(schedule)
            .metrics(new MacroF1())
            .checkpoints(folder, 1)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.BatchFinished batch && batch.epoch() == 4) {
                    throw new IllegalStateException("killed");
                  }
                });
    assertThatThrownBy(() -> killed.fit(training, validation)).hasMessage("killed");

    assertThatThrownBy(() -> Trainer.resume(folder).fit(training, validation))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the run records the metric 'regret', which is not one of DogVision's: give it again,"
                + " Trainer.resume(folder).metrics(it)");
    TrainingRun resumed = Trainer.resume(folder).metrics(new Regret()).fit(training, validation);

    assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(whole));
    for (String name : List.of("regret", "validation macro F1", "learning rate")) {
      assertThat(resumed.history().series().get(name))
          .isEqualTo(whole.history().series().get(name));
    }
    assertThat(resumed.settings()).isEqualTo(whole.settings());
  }

  @Test
  void a_metric_given_again_keeps_its_direction() {
    TrainingRun unused =
        frozen().epochs(1).metrics(new Regret()).checkpoints(folder, 1).fit(training, validation);
    Metric other =
        new Metric() {
          @Override
          public String name() {
            return "regret";
          }

          @Override
          public double of(EpochOutcome epoch) {
            return 0;
          }
        };

    assertThatThrownBy(() -> Trainer.resume(folder).metrics(other).fit(training, validation))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the metric 'regret' says HIGHER_IS_BETTER, but the run was begun with"
                + " LOWER_IS_BETTER");
  }

  @Test
  void predictions_are_there_for_listeners_and_not_kept_in_the_history() {
    List<Double> seen = new ArrayList<>();
    TrainingRun run =
        frozen()
            .epochs(3)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochFinished finished) {
                    seen.add(finished.outcome().validation().orElseThrow().accuracy());
                  }
                })
            .fit(training, validation);

    assertThat(seen).isEqualTo(run.history().series().get("validation accuracy"));
    assertThat(run.history().epochs()).hasSize(3).allMatch(epoch -> epoch.validation().isEmpty());
  }

  @Test
  void what_needs_validation_is_not_recorded_without_it() {
    TrainingRun run = frozen().epochs(2).metrics(new MacroF1()).fit(training);

    assertThat(run.history().series()).doesNotContainKey("validation macro F1");
    assertThat(run.history().epochs().get(0).value(new MacroF1())).isEmpty();
    assertThatThrownBy(() -> frozen().earlyStopping(EarlyStopping.on(new MacroF1())).fit(training))
        .hasMessageStartingWith(
            "earlyStopping watches the validation macro F1, but fit was called");
  }

  @Test
  void two_metrics_of_one_name_are_refused() {
    Metric impostor =
        new Metric() {
          @Override
          public String name() {
            return "validation loss";
          }

          @Override
          public double of(EpochOutcome epoch) {
            return 0;
          }
        };

    assertThatThrownBy(() -> frozen().metrics(impostor))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("two metrics are called 'validation loss', ");
  }

  @Test
  void progress_shows_further_metrics() {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ProgressDisplay display =
        new ProgressDisplay(false, new PrintStream(bytes, true, StandardCharsets.UTF_8));

    display.onEvent(
        new TrainingEvent.EpochFinished(
            outcome(
                1, ImmutableMap.of("training loss", 1.0, "training accuracy", 0.5, "regret", 2.5)),
            true),
        new EventDispatcher(List.of()));

    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .startsWith("epoch 1: loss 1.0000, accuracy 0.5000, regret 2.5000, ");
  }

  private static EpochOutcome outcome(int epoch, Map<String, Double> values) {
    return new EpochOutcome(epoch, "head", 1e-3, Duration.ZERO, true, values, null);
  }

  private static EpochOutcome outcome(int epoch, double accuracy, double loss) {
    return outcome(epoch, Map.of("validation accuracy", accuracy, "validation loss", loss));
  }

  @Test
  void ties_are_broken_by_the_validation_loss_and_patience_goes_by_the_metric() {
    EarlyStopping early = EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(2);
    RunState state = new RunState("run", Map.of());
    double[][] figures = {{0.8, 4}, {0.9, 3}, {0.9, 2}, {0.9, 2}, {0.9, 2.5}, {0.8, 1}};
    List<Boolean> best = new ArrayList<>();
    List<Integer> withoutImprovement = new ArrayList<>();
    for (double[] each : figures) {
      EpochOutcome outcome = outcome(state.epoch() + 1, each[0], each[1]);
      state.add(outcome);
      best.add(state.choose(outcome, early, Map.of(), null));
      withoutImprovement.add(state.epochsWithoutImprovement);
    }

    assertThat(best).containsExactly(true, true, true, false, false, false);
    assertThat(withoutImprovement).containsExactly(0, 0, 1, 2, 3, 4);
    assertThat(state.history().best(Metric.VALIDATION_ACCURACY).orElseThrow().epoch()).isEqualTo(3);
  }

  @Test
  void a_run_whose_accuracy_cannot_rise_ends_with_the_best_percentages_of_its_last_epochs() {
    TrainingRun run =
        frozen()
            .epochs(60)
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(3))
            .fit(training, validation);
    List<Double> accuracies = run.history().series().get("validation accuracy");
    List<Double> losses = run.history().series().get("validation loss");
    double top = accuracies.stream().max(Double::compare).orElseThrow();
    int first = accuracies.indexOf(top);
    int chosen = run.chosenEpoch() - 1;
    assertThat(accuracies.get(chosen)).isEqualTo(top);
    assertThat(chosen).isGreaterThan(first);
    assertThat(run.history().size()).isEqualTo(first + 1 + 3).isLessThan(60);
    assertThat(run.end()).isEqualTo(new TrainingEnd.StoppedEarly("validation accuracy", 3));
    for (int i = 0; i < accuracies.size(); i++) {
      if (accuracies.get(i) == top) {
        assertThat(losses.get(chosen)).isLessThanOrEqualTo(losses.get(i));
      }
    }
  }

  @Test
  void a_figure_that_is_not_a_number_is_never_the_best() {
    Metric.Direction more = Metric.Direction.HIGHER_IS_BETTER;

    assertThat(more.isBetter(Double.NaN, 0)).isFalse();
    assertThat(more.isBetter(0, Double.NaN)).isTrue();
    assertThat(more.isBetter(Double.NaN, Double.NaN)).isFalse();
    assertThat(Metric.Direction.LOWER_IS_BETTER.isBetter(1, 2)).isTrue();
    assertThat(more.isBetter(1, 2)).isFalse();
  }
}
