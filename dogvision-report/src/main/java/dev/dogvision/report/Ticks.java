package dev.dogvision.report;

import java.util.ArrayList;
import java.util.List;

/** Round numbers along an axis. */
final class Ticks {
  private Ticks() {}

  /**
   * About {@code count} multiples of 1, 2 or 5 times a power of ten, from one at or below the
   * lowest to one at or above the highest value.
   */
  static List<Double> around(double lowest, double highest, int count) {
    double room = highest > lowest ? 0 : highest == 0 ? 1 : Math.abs(highest) / 2;
    double step = step((highest - lowest + 2 * room) / count);
    List<Double> ticks = new ArrayList<>();
    long first = (long) Math.floor((lowest - room) / step + 1e-9);
    long last = (long) Math.ceil((highest + room) / step - 1e-9);
    for (long i = first; i <= last; i++) {
      ticks.add(i * step);
    }
    return ticks;
  }

  private static double step(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double mantissa = rough / power;
    return power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
  }
}
