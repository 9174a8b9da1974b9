package dev.dogvision.train;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileLockInterruptionException;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the listeners what happens, and remembers when one asks for the end, or somebody interrupts
 * the run's thread.
 *
 * <p>What a run writes besides its outcome - checkpoints, kept embeddings, TensorBoard's files -
 * may fail without costing the run: {@link #write} says so in a {@link TrainingEvent.Notice}, and
 * {@link TrainingControl#notice} is the same for listeners. Only what can't be begun is refused, as
 * {@code fit} is called.
 */
final class EventDispatcher implements TrainingControl {
  private static final Logger LOG = LoggerFactory.getLogger(EventDispatcher.class);

  private final List<TrainingListener> listeners;
  private final AtomicReference<@Nullable String> reason = new AtomicReference<>();
  private final Queue<String> notices = new ConcurrentLinkedQueue<>();
  private final Set<String> told = new HashSet<>();
  private boolean interrupted;

  EventDispatcher(List<TrainingListener> listeners) {
    this.listeners = List.copyOf(listeners);
  }

  /** Tells all listeners of an event, and then of the notices that came up meanwhile. */
  void dispatch(TrainingEvent event) {
    deliver(event);
    for (String notice = notices.poll(); notice != null; notice = notices.poll()) {
      deliver(new TrainingEvent.Notice(notice));
    }
  }

  private void deliver(TrainingEvent event) {
    for (TrainingListener listener : listeners) {
      listener.onEvent(event, this);
    }
  }

  /** What writes something. */
  @FunctionalInterface
  interface Writing {
    /**
     * Writes.
     *
     * @throws IOException if that fails
     */
    void run() throws IOException;
  }

  /**
   * Writes something that the run can do without. A failure is a notice, the first one of its kind:
   * a disk that is full now is full after the next epoch too.
   *
   * @param kind what of its kind is told once
   * @param what is written, for the notice
   * @param writing writes it, anew where it was interrupted
   * @return whether it was written
   */
  boolean write(String kind, String what, Writing writing) {
    try {
      try {
        writing.run();
      } catch (IOException | UncheckedIOException e) {
        if (!isInterruption(e)) {
          throw e;
        }
        writing.run(); // the interruption is taken off the thread now, and ends the run after this
      }
      return true;
    } catch (IOException | UncheckedIOException e) {
      // A full disk should not cost the hours that the run has taken already.
      String message = what + " can't be written, and the run goes on without: " + e;
      if (told.add(kind)) {
        dispatch(new TrainingEvent.Notice(message));
      } else {
        LOG.warn("{}", message);
      }
      return false;
    }
  }

  @Override
  public void notice(String message) {
    notices.add(message);
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

  /**
   * Whether the run is to end. Called on the run's thread, between two steps.
   *
   * <p>An interruption is taken off the thread and put back when the run is over: files are written
   * through channels, which an interrupted thread would find closed.
   */
  boolean isStopRequested() {
    return isInterrupted() || reason.get() != null;
  }

  boolean isInterrupted() {
    if (Thread.interrupted()) {
      interrupted = true;
    }
    return interrupted;
  }

  /** Whether a failure is the work of an interruption, such as one while pictures were awaited. */
  boolean isInterruption(Throwable failure) {
    boolean caused =
        Throwables.getCausalChain(failure).stream()
            .anyMatch(
                cause ->
                    cause instanceof InterruptedException
                        || cause instanceof InterruptedIOException
                        || cause instanceof FileLockInterruptionException
                        || cause instanceof ClosedByInterruptException);
    return isInterrupted() && caused;
  }

  /** Why the run is to end, where {@link #isStopRequested} says so. */
  TrainingEnd requestedEnd() {
    return isInterrupted()
        ? new TrainingEnd.Interrupted()
        : new TrainingEnd.StoppedByListener(requireNonNull(reason.get()));
  }

  /** Gives the thread back the interruption that was taken off it. */
  void restoreInterruption() {
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
