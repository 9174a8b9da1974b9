package dev.dogvision.evaluate;

/**
 * erfc for arguments from 0, to about 1e-14 relative: Abramowitz and Stegun, "Handbook of
 * Mathematical Functions", 7.1.6 (series) and 7.1.14 (continued fraction).
 */
final class ComplementaryErrorFunction {
  private ComplementaryErrorFunction() {}

  static double of(double x) {
    return x < 2 ? 1 - series(x) : fraction(x);
  }

  private static double series(double x) {
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * sum; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private static double fraction(double x) {
    double value = x;
    for (int n = 120; n >= 1; n--) {
      value = x + n / 2.0 / value;
    }
    return Math.exp(-x * x) / (Math.sqrt(Math.PI) * value);
  }
}
