package dev.dogvision;

import java.time.Duration;

/**
 * More is asked of a predictor than it was told to take on: as many calls as may wait are waiting,
 * or this one has waited for as long as it may. Nothing was done for this call; a later one may
 * succeed. A web service answers with status 429 or 503.
 */
public final class OverloadedException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final int running;
  private final int waiting;
  private final Duration waited;

  /**
   * An exception about one call.
   *
   * @param running how many calls may run at once
   * @param waiting how many others were waiting
   * @param waited for how long this one waited
   * @param message what was found, what was expected, what to do
   */
  public OverloadedException(int running, int waiting, Duration waited, String message) {
    super(message);
    this.running = running;
    this.waiting = waiting;
    this.waited = waited;
  }

  /**
   * How many calls may run at once.
   *
   * @return as the predictor was told
   */
  public int running() {
    return running;
  }

  /**
   * How many others were waiting.
   *
   * @return a number that had changed by the time it was read, most likely
   */
  public int waiting() {
    return waiting;
  }

  /**
   * For how long this call waited.
   *
   * @return zero if it was turned away at once
   */
  public Duration waited() {
    return waited;
  }
}
