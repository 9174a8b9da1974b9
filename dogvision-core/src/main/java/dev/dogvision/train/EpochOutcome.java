package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.evaluate.Evaluation;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What one epoch gave. Immutable.
 *
 * <p>The figures of all metrics stay for good. The validation predictions behind them are there
 * only for the epoch that has just ended, while metrics and listeners look at it: a history of many
 * epochs does not hold them.
 */
public final class EpochOutcome {
  private final int epoch;
  private final String phase;
  private final double learningRate;
  private final Duration duration;
  private final boolean complete;
  private final ImmutableMap<String, Double> values;
  private final @Nullable Supplier<Evaluation> validation;

  /**
   * An outcome.
   *
   * @param values figure by metric's name
   * @param validation the predictions, made when they are first asked for; null for none
   */
  EpochOutcome(
      int epoch,
      String phase,
      double learningRate,
      Duration duration,
      boolean complete,
      Map<String, Double> values,
      @Nullable Supplier<Evaluation> validation) {
    this.epoch = epoch;
    this.phase = phase;
    this.learningRate = learningRate;
    this.duration = duration;
    this.complete = complete;
    this.values = ImmutableMap.copyOf(values);
    this.validation = validation;
  }

  /** The same with more figures. */
  EpochOutcome with(Map<String, Double> more) {
    return new EpochOutcome(
        epoch,
        phase,
        learningRate,
        duration,
        complete,
        ImmutableMap.<String, Double>builder().putAll(values).putAll(more).buildOrThrow(),
        validation);
  }

  /** The same as the history keeps it. */
  EpochOutcome withoutPredictions() {
    return new EpochOutcome(epoch, phase, learningRate, duration, complete, values, null);
  }

  /**
   * Which epoch of the run.
   *
   * @return from 1
   */
  public int epoch() {
    return epoch;
  }

  /**
   * The phase it belongs to.
   *
   * @return the name of the {@link Phase}
   */
  public String phase() {
    return phase;
  }

  /**
   * The mean loss that was trained on.
   *
   * @return see {@link Metric#TRAINING_LOSS}
   */
  public double trainingLoss() {
    return value(Metric.TRAINING_LOSS).orElseThrow();
  }

  /**
   * The share of training images that were right.
   *
   * @return see {@link Metric#TRAINING_ACCURACY}
   */
  public double trainingAccuracy() {
    return value(Metric.TRAINING_ACCURACY).orElseThrow();
  }

  /**
   * The head's learning rate in the epoch's last update.
   *
   * @return above 0
   */
  public double learningRate() {
    return learningRate;
  }

  /**
   * Wall time of the epoch with its validation.
   *
   * @return not negative
   */
  public Duration duration() {
    return duration;
  }

  /**
   * Whether the epoch has seen every image.
   *
   * @return false if a listener stopped the run before
   */
  public boolean complete() {
    return complete;
  }

  /**
   * One figure.
   *
   * @param metric which, by its name
   * @return empty if the run does not record it, or has no validation data that it would take
   */
  public OptionalDouble value(Metric metric) {
    Double value = values.get(metric.name());
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * All figures.
   *
   * @return metric's name to figure: the standard ones first, then the others as they were given
   */
  public Map<String, Double> values() {
    return values;
  }

  /**
   * What the model makes of the validation photographs after this epoch. Computed when it is first
   * asked for.
   *
   * @return empty without validation data, and in a run's history, which does not keep predictions.
   *     Whoever keeps the event of an epoch keeps its predictions: one number a photograph and
   *     label
   */
  public Optional<Evaluation> validation() {
    return validation == null ? Optional.empty() : Optional.of(validation.get());
  }

  /** Whether epoch, phase, figures, learning rate, duration and completeness are equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof EpochOutcome that
        && epoch == that.epoch
        && phase.equals(that.phase)
        && Double.compare(learningRate, that.learningRate) == 0
        && duration.equals(that.duration)
        && complete == that.complete
        && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return Objects.hash(epoch, phase, learningRate, duration, complete, values);
  }

  @Override
  public String toString() {
    return "epoch " + epoch + " (" + phase + "): " + values + (complete ? "" : ", incomplete");
  }
}
