package dev.dogvision.train;

/** A metric of one's own as a checkpoint knows it: by name, not by what it computes. */
record AbsentMetric(String name, Direction direction, boolean needsValidation) implements Metric {

  @Override
  public double of(EpochOutcome epoch) {
    throw new IllegalStateException(message());
  }

  String message() {
    return "the run records the metric '"
        + name
        + "', which is not one of DogVision's: give it again, Trainer.resume(folder).metrics(it)";
  }

  @Override
  public String toString() {
    return name;
  }
}
