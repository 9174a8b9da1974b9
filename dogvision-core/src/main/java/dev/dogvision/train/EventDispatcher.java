package dev.dogvision.train;

import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Tells the listeners what happens, and remembers when one asks for the end. */
final class EventDispatcher implements TrainingControl {
  private final List<TrainingListener> listeners;
  private final AtomicReference<@Nullable String> reason = new AtomicReference<>();

  EventDispatcher(List<TrainingListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  void dispatch(TrainingEvent event) {
    for (TrainingListener listener : listeners) {
      listener.onEvent(event, this);
    }
  }

  /** Tells all listeners of a failure, whatever they throw themselves. */
  void dispatchFailure(Throwable failure) {
    for (TrainingListener listener : listeners) {
      try {
        listener.onEvent(new TrainingEvent.RunFailed(failure), this);
      } catch (RuntimeException e) {
        if (e != failure) {
          failure.addSuppressed(e);
        }
      }
    }
  }

  @Override
  public void stop(String why) {
    reason.compareAndSet(null, why);
  }

  boolean isStopRequested() {
    return reason.get() != null;
  }

  @Nullable String stopReason() {
    return reason.get();
  }
}
