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

  /**
   * Tells all listeners something worth knowing that is not an error, as a {@link
   * TrainingEvent.Notice}, once all of them have seen the event under way. For a listener that
   * can't do its work any more, its disk being full, and does not want to end the run by an
   * exception.
   *
   * @param message what, for people
   */
  void notice(String message);
}
