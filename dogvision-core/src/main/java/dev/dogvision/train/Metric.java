package dev.dogvision.train;

import java.util.OptionalDouble;

/** A figure that every epoch of training has, and which way of it is better. */
public enum Metric {
  /**
   * The mean loss over the epoch's training batches, as it was trained on: with label smoothing,
   * class weights and distillation where these are on. Less is better.
   */
  TRAINING_LOSS("training loss", false, false),

  /**
   * The share of training images, 0..1, whose most probable label was right when their batch was
   * trained on. A mixed image counts with the share that the most probable label has in it. More is
   * better.
   */
  TRAINING_ACCURACY("training accuracy", true, false),

  /**
   * The mean cross-entropy (natural logarithm) of the validation images' true labels after the
   * epoch, without smoothing or weights. Less is better.
   */
  VALIDATION_LOSS("validation loss", false, true),

  /**
   * The share of validation images, 0..1, whose most probable label is right after the epoch. More
   * is better.
   */
  VALIDATION_ACCURACY("validation accuracy", true, true),

  /**
   * The share of validation images, 0..1, whose label is among the five most probable after the
   * epoch. More is better.
   */
  VALIDATION_TOP5_ACCURACY("validation top-5 accuracy", true, true);

  private final String title;
  private final boolean higherIsBetter;
  private final boolean validation;

  Metric(String title, boolean higherIsBetter, boolean validation) {
    this.title = title;
    this.higherIsBetter = higherIsBetter;
    this.validation = validation;
  }

  /**
   * The name for people, which is also the key of {@link History#series()}.
   *
   * @return for example {@code validation accuracy}
   */
  public String title() {
    return title;
  }

  /**
   * Which way is better.
   *
   * @return true for accuracies, false for losses
   */
  public boolean higherIsBetter() {
    return higherIsBetter;
  }

  /**
   * Whether it takes validation data to have this figure.
   *
   * @return true for the validation metrics
   */
  public boolean needsValidation() {
    return validation;
  }

  /**
   * This figure of an epoch.
   *
   * @param epoch the epoch
   * @return empty for a validation metric of a run without validation data
   */
  public OptionalDouble of(EpochResult epoch) {
    return switch (this) {
      case TRAINING_LOSS -> OptionalDouble.of(epoch.trainingLoss());
      case TRAINING_ACCURACY -> OptionalDouble.of(epoch.trainingAccuracy());
      case VALIDATION_LOSS -> epoch.validationLoss();
      case VALIDATION_ACCURACY -> epoch.validationAccuracy();
      case VALIDATION_TOP5_ACCURACY -> epoch.validationTop5Accuracy();
    };
  }

  /**
   * Whether one value is better than another by more than a margin.
   *
   * @param value the new value
   * @param best the value to beat
   * @param minimumDelta by how much it must be beaten, at least 0
   */
  boolean isBetter(double value, double best, double minimumDelta) {
    return higherIsBetter ? value > best + minimumDelta : value < best - minimumDelta;
  }
}
