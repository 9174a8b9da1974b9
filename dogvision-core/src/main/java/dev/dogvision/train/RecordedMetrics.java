package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The metrics of a run, each name once: the standard ones first. */
final class RecordedMetrics {
  private final Map<String, Metric> byName = new LinkedHashMap<>();

  /** The standard metrics. */
  RecordedMetrics() {
    StandardMetrics.all().forEach(metric -> byName.put(metric.name(), metric));
  }

  /**
   * Adds a metric, unless it is there.
   *
   * @throws IllegalArgumentException if its name is blank, or that of another metric
   */
  void add(Metric metric) {
    String name = requireNonNull(metric.name(), "name of a metric");
    checkArgument(!name.isBlank(), "a metric's name must not be blank: %s", metric.getClass());
    Metric known = byName.putIfAbsent(name, metric);
    checkArgument(
        known == null || known.equals(metric) || known.getClass() == metric.getClass(),
        "two metrics are called '%s', %s and %s: a run tells metrics apart by their names",
        name,
        known == null ? "" : known.getClass().getName(),
        metric.getClass().getName());
  }

  List<Metric> all() {
    return List.copyOf(byName.values());
  }

  /** The metric of a name as a checkpoint has it; one that must be given again is absent. */
  static Metric named(String name, Metric.Direction direction, boolean needsValidation) {
    for (Metric metric : StandardMetrics.all()) {
      if (metric.name().equals(name)) {
        return metric;
      }
    }
    Metric macroF1 = new MacroF1();
    return macroF1.name().equals(name)
        ? macroF1
        : new AbsentMetric(name, direction, needsValidation);
  }

  /**
   * Puts metrics that were given again in the place of absent ones.
   *
   * @throws IllegalStateException if one was given whose direction is another
   */
  static Metric given(Metric metric, Map<String, Metric> again) {
    Metric same = again.get(metric.name());
    if (same == null || !(metric instanceof AbsentMetric)) {
      return metric;
    }
    checkState(
        same.direction() == metric.direction(),
        "the metric '%s' says %s, but the run was begun with %s",
        metric.name(),
        same.direction(),
        metric.direction());
    return same;
  }

  /** The figures of an epoch, those of other metrics included. */
  static EpochOutcome measure(EpochOutcome epoch, List<Metric> metrics, boolean validated) {
    ImmutableMap.Builder<String, Double> values = ImmutableMap.builder();
    for (Metric metric : metrics) {
      if (!StandardMetrics.contain(metric) && (validated || !metric.needsValidation())) {
        values.put(metric.name(), metric.of(epoch));
      }
    }
    return epoch.with(values.buildOrThrow());
  }
}
