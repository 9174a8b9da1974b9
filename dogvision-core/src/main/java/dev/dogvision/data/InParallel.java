package dev.dogvision.data;

import com.google.common.base.Throwables;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** Work on every item of a list, on as many threads as there are processors. */
final class InParallel {
  private InParallel() {}

  /**
   * Applies a function to every item. No more items than threads are in work at a time, so what the
   * function holds on the way stays bounded.
   *
   * @return the results in the items' order
   * @throws DatasetException if the thread is interrupted; it stays so
   */
  static <T, R> List<R> map(List<T> items, Function<T, R> function) {
    int threads = Math.max(1, Math.min(Runtime.getRuntime().availableProcessors(), items.size()));
    @SuppressWarnings("unchecked") // filled with results only, and read as such
    R[] results = (R[]) new Object[items.size()];
    AtomicInteger next = new AtomicInteger();
    Thread caller = Thread.currentThread();
    ExecutorService workers =
        Executors.newFixedThreadPool(
            threads,
            task -> {
              Thread thread = new Thread(task, "dogvision-data");
              thread.setDaemon(true);
              return thread;
            });
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int t = 0; t < threads; t++) {
        running.add(
            workers.submit(
                () -> {
                  for (int i = next.getAndIncrement();
                      i < results.length && !caller.isInterrupted();
                      i = next.getAndIncrement()) {
                    results[i] = function.apply(items.get(i));
                  }
                }));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
      if (caller.isInterrupted()) { // a worker may have seen it first
        throw new InterruptedException();
      }
      return List.of(results);
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      Throwables.throwIfUnchecked(cause);
      throw new IllegalStateException(cause);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DatasetException("interrupted while reading images", e);
    } finally {
      // Whoever failed or was interrupted first ends the work of all.
      next.set(items.size());
      workers.shutdownNow();
    }
  }
}
