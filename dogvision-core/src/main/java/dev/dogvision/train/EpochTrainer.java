package dev.dogvision.train;

import dev.dogvision.internal.inputs.BatchStream;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.internal.inputs.Seeds;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Trains a network on every image once: batches, accumulation, updates. */
final class EpochTrainer {
  private final TrainableNetwork network;
  private final Inputs inputs;
  private final Objective objective;
  private final TrainingSettings settings;
  private final Rates rates;
  private final EventDispatcher dispatcher;
  private final DivergenceWatch watch;

  /**
   * What an epoch gave.
   *
   * @param loss the mean loss of its images
   * @param accuracy the share of hits
   * @param images how many images were seen
   * @param batches how many batches they came in
   * @param lastLoss the mean loss of the last batch
   * @param updates how many updates were made
   * @param learningRate the head's learning rate in the last of them
   */
  record Totals(
      double loss,
      double accuracy,
      int images,
      int batches,
      double lastLoss,
      int updates,
      double learningRate) {}

  /**
   * The learning rates of a phase before the schedule.
   *
   * @param head the head's
   * @param stages one for each stage of the plan
   */
  record Rates(double head, List<Double> stages) {
    Rates {
      stages = List.copyOf(stages);
    }

    List<Double> stagesTimes(double factor) {
      return stages.stream().map(rate -> rate * factor).toList();
    }
  }

  EpochTrainer(
      TrainableNetwork network,
      Inputs inputs,
      Objective objective,
      TrainingSettings settings,
      Rates rates,
      EventDispatcher dispatcher,
      DivergenceWatch watch) {
    this.network = network;
    this.inputs = inputs;
    this.objective = objective;
    this.settings = settings;
    this.rates = rates;
    this.dispatcher = dispatcher;
    this.watch = watch;
  }

  static int batches(int images, int batchSize) {
    return (images + batchSize - 1) / batchSize;
  }

  static int updates(int images, TrainingSettings settings) {
    return batches(batches(images, settings.batchSize()), settings.updates().accumulate());
  }

  /**
   * One pass over the images.
   *
   * @param epoch which epoch of the run, from 1
   * @param firstUpdate how many updates the phase has behind it
   * @param control the schedule
   * @param lastCheckpoint where it is, to be named if the numbers run away, or null
   */
  Totals run(int epoch, long firstUpdate, RateControl control, @Nullable Path lastCheckpoint) {
    int size = inputs.size();
    int[] order = Seeds.order(size, settings.seed(), epoch);
    int batches = batches(size, settings.batchSize());
    double loss = 0;
    double weight = 0;
    double hits = 0;
    int images = 0;
    int batch = 0;
    int updates = 0;
    double rate = 0;
    double lastLoss = Double.NaN;
    try (BatchStream stream = inputs.open(order, settings.batchSize(), epoch)) {
      while (stream.hasNext() && !dispatcher.isStopRequested()) {
        List<Objective.Prepared> group = new ArrayList<>();
        double groupWeight = 0;
        int first = batch;
        // An interrupt is asked for before each batch, also of those that one update is made of.
        while (group.size() < settings.updates().accumulate()
            && stream.hasNext()
            && !dispatcher.isInterrupted()) {
          var next = stream.next();
          int[] indices = Arrays.copyOfRange(order, images, images + next.size());
          Objective.Prepared prepared =
              objective.prepare(next, indices, epoch, first + group.size());
          group.add(prepared);
          groupWeight += prepared.weight();
          images += next.size();
        }
        double factor = control.factor(firstUpdate + updates);
        rate = rates.head() * factor;
        for (Objective.Prepared prepared : group) {
          if (dispatcher.isInterrupted()) {
            break; // the epoch does not count
          }
          batch++;
          StepResult step =
              network.accumulate(prepared.batch(), prepared.targets(), 1 / groupWeight);
          double mean = step.loss() / prepared.weight();
          if (!Double.isFinite(step.loss())) {
            throw new DivergedException(
                new TrainingEnd.Diverged("the loss became " + step.loss(), epoch, batch, rate),
                lastCheckpoint);
          }
          String away = watch.see(mean);
          if (away != null) {
            throw new DivergedException(
                new TrainingEnd.Diverged(away, epoch, batch, rate), lastCheckpoint);
          }
          lastLoss = mean;
          loss += step.loss();
          weight += prepared.weight();
          hits += hits(step.logits(), prepared.distributions());
          double norm = Double.NaN;
          if (batch == first + group.size()) {
            norm = network.update(rule(factor, firstUpdate + updates));
            if (!Double.isFinite(norm)) {
              throw new DivergedException(
                  new TrainingEnd.Diverged(
                      "the gradients' norm became " + norm, epoch, batch, rate),
                  lastCheckpoint);
            }
            updates++;
          }
          dispatcher.dispatch(
              new TrainingEvent.BatchFinished(
                  epoch, batch, batches, prepared.targets().size(), mean, rate, norm));
        }
      }
    }
    return new Totals(loss / weight, hits / images, images, batch, lastLoss, updates, rate);
  }

  private UpdateRule rule(double factor, long update) {
    return new UpdateRule(
        rates.stagesTimes(factor),
        rates.head() * factor,
        settings.updates().weightDecay(),
        settings.updates().gradientClipping(),
        settings.movingAverageDecayAt(update));
  }

  private double hits(float[] logits, float[] distributions) {
    int classes = objective.classWeights().length;
    double hits = 0;
    for (int offset = 0; offset < logits.length; offset += classes) {
      hits += distributions[offset + Logits.largest(logits, offset, classes)];
    }
    return hits;
  }

  /** The rates of a phase. */
  static Rates rates(TrainingSettings settings, Phase phase, int stageCount) {
    List<Double> stages = new ArrayList<>();
    double rate = settings.backboneLearningRate(phase);
    for (int i = 0; i < stageCount; i++) {
      stages.add(rate);
      rate *= settings.rates().stageDecay();
    }
    Collections.reverse(stages);
    return new Rates(phase.learningRate(), stages);
  }
}
