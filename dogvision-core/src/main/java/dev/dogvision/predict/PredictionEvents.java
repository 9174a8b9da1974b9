package dev.dogvision.predict;

import dev.dogvision.OverloadedException;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.predict.PredictionEvent.Call;
import dev.dogvision.predict.PredictionEvent.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells listeners what becomes of calls, and keeps calls from what listeners throw. */
final class PredictionEvents {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionEvents.class);

  private final List<PredictionListener> listeners;
  private final AtomicBoolean complained = new AtomicBoolean();

  PredictionEvents(List<PredictionListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  /** One call, from its arrival to its end; for the thread that calls. */
  final class Watch {
    private final Call call;
    private final long arrived = System.nanoTime();
    private long started = arrived;
    private long decoded;
    private boolean starts;
    private boolean decodes;

    private Watch(Call call) {
      this.call = call;
      tell(new PredictionEvent.Arrived(call));
    }

    void started() {
      starts = true;
      started = System.nanoTime();
      tell(new PredictionEvent.Started(call, Duration.ofNanos(started - arrived)));
    }

    void decoded() {
      decodes = true;
      decoded = System.nanoTime();
    }

    void ended(Outcome outcome) {
      long now = System.nanoTime();
      long startedAt = starts ? started : now;
      long decodedAt = decodes ? decoded : now;
      tell(
          new PredictionEvent.Ended(
              call,
              outcome,
              starts,
              Duration.ofNanos(startedAt - arrived),
              Duration.ofNanos(decodedAt - startedAt),
              Duration.ofNanos(now - decodedAt)));
    }

    void failed(Throwable failure) {
      ended(outcome(failure));
    }
  }

  Watch arrived(Call call) {
    return new Watch(call);
  }

  /**
   * Tells of a batch's pictures.
   *
   * @param outcomes one a picture
   * @param nanos how long the network took for all that can be read
   */
  void batchEnded(List<Outcome> outcomes, long nanos) {
    long computed = outcomes.stream().filter(outcome -> outcome != Outcome.BAD_PICTURE).count();
    Duration share = Duration.ofNanos(nanos / Math.max(1, computed));
    for (Outcome outcome : outcomes) {
      tell(
          new PredictionEvent.Ended(
              Call.BATCH,
              outcome,
              /* started= */ true,
              Duration.ZERO,
              Duration.ZERO,
              outcome == Outcome.BAD_PICTURE ? Duration.ZERO : share));
    }
  }

  static Outcome outcome(Optional<Prediction> prediction) {
    return prediction.isPresent() && prediction.get().isUnsure()
        ? Outcome.UNSURE
        : Outcome.ANSWERED;
  }

  private static Outcome outcome(Throwable failure) {
    if (failure instanceof OverloadedException) {
      return Outcome.OVERLOADED;
    }
    return failure instanceof UnreadableImageException ? Outcome.BAD_PICTURE : Outcome.FAILED;
  }

  private void tell(PredictionEvent event) {
    for (PredictionListener listener : listeners) {
      try {
        listener.onEvent(event);
      } catch (RuntimeException | Error e) { // also an assertion's: the answer is worth more
        if (complained.compareAndSet(false, true)) {
          LOG.warn(
              "A listener of predictions failed, and predictions go on; it is told of what comes"
                  + " next all the same, and its further failures are not logged",
              e);
        }
      }
    }
  }
}
