package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The figures of every epoch of a run, in order. Immutable.
 *
 * @param epochs one result an epoch, all phases one after the other
 */
public record History(List<EpochResult> epochs) {

  /** Copies the list. */
  public History {
    epochs = List.copyOf(epochs);
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
  public Optional<EpochResult> last() {
    return epochs.isEmpty() ? Optional.empty() : Optional.of(epochs.get(epochs.size() - 1));
  }

  /**
   * The epoch with the best value; the first of them where several are equal.
   *
   * @param metric what to compare
   * @return empty if no epoch has the metric
   */
  public Optional<EpochResult> best(Metric metric) {
    EpochResult best = null;
    double bestValue = Double.NaN;
    for (EpochResult epoch : epochs) {
      OptionalDouble value = metric.of(epoch);
      if (value.isPresent()
          && (best == null || metric.isBetter(value.getAsDouble(), bestValue, 0))) {
        best = epoch;
        bestValue = value.getAsDouble();
      }
    }
    return Optional.ofNullable(best);
  }

  /**
   * The figures as series to plot, one value an epoch: every metric that the epochs have, under its
   * {@link Metric#title()}, and {@code learning rate} and {@code seconds}.
   *
   * @return title to values, metrics first
   */
  public Map<String, List<Double>> series() {
    ImmutableMap.Builder<String, List<Double>> series = ImmutableMap.builder();
    for (Metric metric : Metric.values()) {
      List<Double> values = new ArrayList<>();
      for (EpochResult epoch : epochs) {
        metric.of(epoch).ifPresent(values::add);
      }
      if (!values.isEmpty()) {
        series.put(metric.title(), List.copyOf(values));
      }
    }
    series.put("learning rate", epochs.stream().map(EpochResult::learningRate).toList());
    series.put("seconds", epochs.stream().map(e -> e.duration().toNanos() / 1e9).toList());
    return series.buildOrThrow();
  }
}
