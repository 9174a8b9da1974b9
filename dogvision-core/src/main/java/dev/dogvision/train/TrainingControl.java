package dev.dogvision.train;

/** What a {@link TrainingListener} can do to the run it listens to. Safe from any thread. */
public interface TrainingControl {

  /**
   * Asks the run to stop. It does so after the batch under way: the epoch is validated and recorded
   * as it stands, and {@code fit} returns normally. The first reason given counts.
   *
   * @param reason why, for people, as {@link TrainingEvent.RunFinished} will say
   */
  void stop(String reason);
}
