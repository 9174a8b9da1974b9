package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

/** Checks that several settings share. */
final class TrainingChecks {
  private TrainingChecks() {}

  static void learningRate(String name, double rate) {
    checkArgument(
        rate > 0 && Double.isFinite(rate), "%s must be positive and finite, got %s", name, rate);
  }

  static void furtherEpochs(int epochs) {
    checkArgument(epochs >= 1, "epochs must be at least 1, got %s", epochs);
  }

  static void share(String name, double value) {
    checkArgument(value >= 0 && value <= 1, "%s must be in 0..1, got %s", name, value);
  }
}
