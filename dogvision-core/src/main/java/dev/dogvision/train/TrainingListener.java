package dev.dogvision.train;

/**
 * Sees a run as it goes. Called on the thread that called {@code fit}, one event after the other.
 * An exception that a listener throws ends the run and reaches the caller of {@code fit}.
 */
@FunctionalInterface
public interface TrainingListener {

  /**
   * Something happened.
   *
   * @param event what
   * @param control by which the run can be stopped
   */
  void onEvent(TrainingEvent event, TrainingControl control);
}
