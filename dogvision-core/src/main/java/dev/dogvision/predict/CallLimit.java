package dev.dogvision.predict;

import dev.dogvision.DogVisionException;
import dev.dogvision.OverloadedException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Lets so many calls run at once, and others wait in the order in which they came. */
final class CallLimit {
  private final int atOnce;
  private final int mostWaiting;
  private final Duration longestWait;
  private final Semaphore places;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * A limit of its own.
   *
   * @param atOnce how many run, at least 1
   * @param mostWaiting how many wait, at least 0
   * @param longestWait for how long one waits
   */
  CallLimit(int atOnce, int mostWaiting, Duration longestWait) {
    this.atOnce = atOnce;
    this.mostWaiting = mostWaiting;
    this.longestWait = longestWait;
    this.places = new Semaphore(atOnce, /* fair= */ true);
  }

  /** Runs a call when its turn comes. */
  <T> T within(Supplier<T> call) {
    enter();
    try {
      return call.get();
    } finally {
      places.release();
    }
  }

  private void enter() {
    try {
      // Without a time this would overtake those that wait.
      if (places.tryAcquire(0, TimeUnit.NANOSECONDS)) {
        return;
      }
      int others = waiting.getAndIncrement();
      try {
        if (others >= mostWaiting) {
          throw overloaded(others, Duration.ZERO);
        }
        if (!places.tryAcquire(nanos(longestWait), TimeUnit.NANOSECONDS)) {
          throw overloaded(waiting.get() - 1, longestWait);
        }
      } finally {
        waiting.decrementAndGet();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DogVisionException("interrupted while waiting for a predictor's turn", e);
    }
  }

  private static long nanos(Duration duration) {
    return duration.toSeconds() >= Long.MAX_VALUE / 1_000_000_000
        ? Long.MAX_VALUE
        : duration.toNanos();
  }

  private OverloadedException overloaded(int others, Duration waited) {
    return new OverloadedException(
        atOnce,
        others,
        waited,
        String.format(
            Locale.ROOT,
            "this predictor is busy: %d calls run, as many as may at once, and %s. Try again later,"
                + " or see Predictor.Builder's callsAtOnce, waitingCalls and longestWait",
            atOnce,
            waited.isZero()
                ? others + " wait, of at most " + mostWaiting
                : "this one has waited for " + waited.toMillis() + " ms, as long as it may"));
  }
}
