package dev.dogvision.web;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends requests that take too long to arrive, and answers that nobody takes, so that they give back
 * their threads. The JDK's server reads and writes without a limit of time, but through channels,
 * which an interrupt closes.
 */
final class SlowClients implements AutoCloseable {
  private static final long CHECKS = 20;

  /** A thread works for one server only. */
  private static final ThreadLocal<Visit> CURRENT = new ThreadLocal<>();

  private final long patienceNanos;
  private final Set<Visit> visits = ConcurrentHashMap.newKeySet();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "dogvision-slow-clients");
            thread.setDaemon(true);
            return thread;
          });

  SlowClients(Duration patience) {
    this.patienceNanos = patience.toNanos();
    long every = Math.max(1_000_000, patienceNanos / CHECKS);
    var unused = clock.scheduleWithFixedDelay(this::check, every, every, TimeUnit.NANOSECONDS);
  }

  /** One request in the thread that answers it. */
  private static final class Visit {
    private final Thread thread = Thread.currentThread();

    @GuardedBy("this")
    private long since;

    @GuardedBy("this")
    private boolean counting;

    synchronized void count() {
      since = System.nanoTime();
      counting = true;
    }

    /** From here on it is not the client that takes long; an interrupt that came is over. */
    synchronized void pause() {
      counting = false;
      Thread.interrupted();
    }

    synchronized void check(long now, long patience) {
      if (counting && now - since > patience) {
        counting = false;
        thread.interrupt();
      }
    }
  }

  private void check() {
    long now = System.nanoTime();
    visits.forEach(visit -> visit.check(now, patienceNanos));
  }

  /** Runs tasks elsewhere, each of which begins with a request that arrives. */
  Executor watching(Executor threads) {
    return task ->
        threads.execute(
            () -> {
              Visit visit = new Visit();
              visit.count();
              visits.add(visit);
              CURRENT.set(visit);
              try {
                task.run();
              } finally {
                CURRENT.remove();
                visits.remove(visit);
                visit.pause();
              }
            });
  }

  /** The request is there, and its answer is worked on. */
  void arrived() {
    CURRENT.get().pause();
  }

  /** The answer is there, and its client is to take it. */
  void answering() {
    CURRENT.get().count();
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
