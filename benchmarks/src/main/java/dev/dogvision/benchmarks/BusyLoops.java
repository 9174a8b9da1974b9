package dev.dogvision.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Other work for the machine: threads that compute without end. */
final class BusyLoops {
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final List<Thread> threads = new ArrayList<>();

  BusyLoops(int count) {
    for (int i = 0; i < count; i++) {
      Thread thread = new Thread(this::compute, "busy-" + i);
      thread.setDaemon(true);
      thread.start();
      threads.add(thread);
    }
  }

  private void compute() {
    double value = 1;
    while (!stopped.get()) {
      value = Math.sin(value) + 1;
    }
    if (Double.isNaN(value)) {
      throw new AssertionError("so that nothing of it is left out");
    }
  }

  /** Waits until they have ended. */
  void stop() {
    stopped.set(true);
    boolean interrupted = false;
    for (Thread thread : threads) {
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
