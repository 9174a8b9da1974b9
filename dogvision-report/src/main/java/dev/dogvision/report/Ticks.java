package dev.dogvision.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Round numbers along an axis. */
final class Ticks {
  private static final int MOST_DECIMALS = 6;

  /** Beyond these an axis is written with exponents. */
  private static final double SMALLEST_STEP = 1e-4;

  private static final double LARGEST = 1e6;

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

  /** The same for shares, of which none is below 0 or above 1. */
  static List<Double> aroundShares(double lowest, double highest, int count) {
    return around(lowest, highest, count).stream()
        .filter(tick -> tick > -1e-9 && tick < 1 + 1e-9)
        .toList();
  }

  /** Whole epochs that stand far enough apart: the first, and multiples of one number. */
  static List<Integer> epochs(int epochs, int most) {
    int every = epochs <= most ? 1 : (int) Math.round(step((double) epochs / most));
    List<Integer> ticks = new ArrayList<>();
    for (int epoch = 1; epoch <= epochs; epoch++) {
      if (epoch == 1 || epoch % every == 0) {
        ticks.add(epoch);
      }
    }
    return ticks;
  }

  private static double step(double rough) {
    double power = Math.pow(10, Math.floor(Math.log10(rough)));
    double mantissa = rough / power;
    return power * (mantissa <= 1 ? 1 : mantissa <= 2 ? 2 : mantissa <= 5 ? 5 : 10);
  }

  /**
   * How all numbers of an axis are written: with as many decimals as the one that needs most, or
   * all with the same exponent. 0.5, 0.75 and 1 become 0.50, 0.75 and 1.00.
   *
   * @param ticks the numbers, ascending
   * @param share whether they are shares, to be written in percent
   * @return writes a number of that axis
   */
  static Function<Double, String> form(List<Double> ticks, boolean share) {
    if (share) {
      int decimals = decimals(ticks.stream().map(tick -> tick * 100).toList());
      return value -> fixed(value * 100, decimals) + " %";
    }
    double largest = ticks.stream().mapToDouble(Math::abs).max().orElse(0);
    double smallest = Double.POSITIVE_INFINITY;
    for (int i = 1; i < ticks.size(); i++) {
      smallest = Math.min(smallest, Math.abs(ticks.get(i) - ticks.get(i - 1)));
    }
    if (largest > 0 && (smallest < SMALLEST_STEP || largest >= LARGEST)) {
      double step = Double.isFinite(smallest) && smallest > 0 ? smallest : largest;
      int exponent = (int) Math.floor(Math.log10(step) + 1e-9);
      double power = Math.pow(10, exponent);
      int decimals = decimals(ticks.stream().map(tick -> tick / power).toList());
      return value -> value == 0 ? "0" : fixed(value / power, decimals) + "e" + exponent;
    }
    int decimals = decimals(ticks);
    return value -> fixed(value, decimals);
  }

  private static int decimals(List<Double> values) {
    for (int decimals = 0; decimals < MOST_DECIMALS; decimals++) {
      double power = Math.pow(10, decimals);
      if (values.stream()
          .allMatch(value -> Math.abs(value * power - Math.rint(value * power)) < 1e-6)) {
        return decimals;
      }
    }
    return MOST_DECIMALS;
  }

  private static String fixed(double value, int decimals) {
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
  }
}
