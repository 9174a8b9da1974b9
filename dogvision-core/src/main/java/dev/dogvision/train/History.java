package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The figures of every epoch of a run, in order. Immutable.
 *
 * @param epochs one outcome an epoch, without its predictions, all phases one after the other
 */
public record History(List<EpochOutcome> epochs) {

  /** Copies the list. */
  public History {
    epochs = epochs.stream().map(EpochOutcome::withoutPredictions).toList();
  }

  /**
   * The number of epochs.
   *
   * @return 0 or more
   */
  public int size() {
    return epochs.size();
  }

  /**
   * The last epoch.
   *
   * @return empty before the first epoch's end
   */
  public Optional<EpochOutcome> last() {
    return epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
  }

  /**
   * The epoch with the best value, as early stopping would choose it: where several are equal the
   * one with the least validation loss, and the first where these are equal too or missing.
   *
   * @param metric what to compare
   * @return empty if no epoch has the metric
   */
  public Optional<EpochOutcome> best(Metric metric) {
    EarlyStopping order = EarlyStopping.on(metric);
    EpochOutcome best = null;
    for (EpochOutcome epoch : epochs) {
      if (epoch.value(metric).isPresent() && (best == null || order.isBetter(epoch, best))) {
        best = epoch;
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The figures as series to plot, one value an epoch: every metric that an epoch has, under its
   * {@link Metric#name()}, and {@code learning rate} and {@code seconds}. Where only some epochs
   * have a metric, as after a resume that adds one, the others have NaN.
   *
   * @return name to values, metrics first
   */
  public Map<String, List<Double>> series() {
    ImmutableMap.Builder<String, List<Double>> series = ImmutableMap.builder();
    Set<String> names = new LinkedHashSet<>();
    epochs.forEach(epoch -> names.addAll(epoch.values().keySet()));
    for (String name : names) {
      series.put(
          name,
          epochs.stream().map(epoch -> epoch.values().getOrDefault(name, Double.NaN)).toList());
    }
    series.put("learning rate", epochs.stream().map(EpochOutcome::learningRate).toList());
    series.put("seconds", epochs.stream().map(e -> e.duration().toNanos() / 1e9).toList());
    return series.buildOrThrow();
  }
}
