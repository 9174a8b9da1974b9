package dev.dogvision.benchmarks;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Times several ways of doing the same, in turns, so that whatever else the machine does hits all
 * of them alike; tells medians.
 */
final class SideBySide {
  private final Map<String, Runnable> ways = new LinkedHashMap<>();

  SideBySide add(String name, Runnable way) {
    ways.put(name, way);
    return this;
  }

  /**
   * Runs each way in turn.
   *
   * @param warmUps rounds that do not count
   * @param rounds rounds that count
   * @return name to median milliseconds
   */
  Map<String, Double> run(int warmUps, int rounds) {
    Map<String, List<Long>> nanos = new LinkedHashMap<>();
    for (int round = -warmUps; round < rounds; round++) {
      for (Map.Entry<String, Runnable> way : ways.entrySet()) {
        long start = System.nanoTime();
        way.getValue().run();
        long duration = System.nanoTime() - start;
        if (round >= 0) {
          nanos.computeIfAbsent(way.getKey(), name -> new ArrayList<>()).add(duration);
        }
      }
    }
    Map<String, Double> medians = new LinkedHashMap<>();
    nanos.forEach(
        (name, values) -> {
          long[] sorted = values.stream().mapToLong(Long::longValue).toArray();
          Arrays.sort(sorted);
          medians.put(name, sorted[sorted.length / 2] / 1e6);
        });
    return medians;
  }

  /** The median of some values. */
  static double middle(Collection<Double> values) {
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    return sorted.get(sorted.size() / 2);
  }

  /** One way's median in milliseconds. */
  static double median(int warmUps, int rounds, Runnable way) {
    return new SideBySide().add("", way).run(warmUps, rounds).values().iterator().next();
  }

  /** A table: each way's median, a image, and as a ratio to the last one. */
  static String table(String title, Map<String, Double> medians, int images) {
    double last = medians.values().stream().reduce((a, b) -> b).orElse(Double.NaN);
    StringBuilder text = new StringBuilder(title).append('\n');
    medians.forEach(
        (name, millis) ->
            text.append(
                String.format(
                    Locale.ROOT,
                    "  %-42s %9.2f ms an image   %5.2f%n",
                    name,
                    millis / images,
                    millis / last)));
    return text.toString();
  }
}
