package dev.dogvision.train;

import dev.dogvision.internal.inputs.ExecutionContext;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.TrainableNetwork;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** Trains with a rising learning rate, and remembers the losses. */
final class RateSearch {
  /** How much of the smoothed loss stays at each step. */
  private static final double SMOOTHING = 0.9;

  private static final double BLOW_UP = 4;

  private final int steps;
  private final double lowest;
  private final double highest;
  private final List<Double> rates = new ArrayList<>();
  private final List<Double> losses = new ArrayList<>();
  private double average;
  private double least = Double.POSITIVE_INFINITY;

  RateSearch(int steps, double lowest, double highest) {
    this.steps = steps;
    this.lowest = lowest;
    this.highest = highest;
  }

  TrainingEnd run(
      ExecutionContext context,
      TrainingSettings settings,
      RunState state,
      Inputs inputs,
      Objective objective) {
    Phase phase = settings.phases().get(state.phase);
    NetworkPlan plan = context.plan();
    EpochTrainer.Rates rising = EpochTrainer.rates(settings, phase, plan.stages().size());
    RateControl control =
        new RateControl(Schedule.constant(), 1, 1) {
          @Override
          double factor(long update) {
            double share = Math.min(1, (double) update / (steps - 1));
            return lowest * StrictMath.pow(highest / lowest, share) / phase.learningRate();
          }
        };
    EventDispatcher dispatcher =
        new EventDispatcher(List.of((event, signal) -> see(event, signal)));
    try (TrainableNetwork network =
        context
            .engine()
            .openTrainable(
                plan,
                new Segment(inputs.position(), plan.logitsPosition()),
                phase.firstTrainableStage(plan.stages().size()),
                state.weights,
                settings.updates().optimizer(),
                context.device())) {
      EpochTrainer trainer =
          new EpochTrainer(
              network,
              inputs,
              objective,
              settings,
              rising,
              dispatcher,
              new DivergenceWatch(plan.classes(), DivergenceWatch.State.START));
      long updates = 0;
      for (int epoch = 1; !dispatcher.isStopRequested(); epoch++) {
        updates += trainer.run(epoch, updates, control, null).updates();
      }
      return dispatcher.requestedEnd();
    } catch (DivergedException e) {
      return e.end(); // the curve ends here
    } finally {
      dispatcher.restoreInterruption();
    }
  }

  /** Takes a step in. */
  void see(TrainingEvent event, TrainingControl control) {
    if (!(event instanceof TrainingEvent.BatchFinished batch)
        || Double.isNaN(batch.gradientNorm())) {
      return;
    }
    average = SMOOTHING * average + (1 - SMOOTHING) * batch.loss();
    // Divided by the weights' sum, as Adam's moments are: the average starts from 0.
    double smoothed = average / (1 - StrictMath.pow(SMOOTHING, losses.size() + 1));
    rates.add(batch.learningRate());
    losses.add(smoothed);
    least = Math.min(least, smoothed);
    if (losses.size() == steps) {
      control.stop("all rates tried");
    } else if (smoothed > BLOW_UP * least) {
      control.stop("the loss blew up");
    }
  }

  int tried() {
    return losses.size();
  }

  int steps() {
    return steps;
  }

  LearningRateCurve curve() {
    int steepest = -1;
    double slope = 0;
    for (int i = 1; i + 1 < losses.size(); i++) { // the rates' logarithms are equally spaced
      double fall = losses.get(i + 1) - losses.get(i - 1);
      if (fall < slope) {
        slope = fall;
        steepest = i;
      }
    }
    return new LearningRateCurve(
        rates,
        losses,
        steepest < 0 ? OptionalDouble.empty() : OptionalDouble.of(rates.get(steepest)));
  }
}
