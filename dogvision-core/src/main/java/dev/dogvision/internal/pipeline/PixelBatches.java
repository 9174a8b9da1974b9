package dev.dogvision.internal.pipeline;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.DogVisionException;
import dev.dogvision.spi.PixelBatch;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Batches of pictures in order, rendered by several threads ahead of the one that consumes them.
 *
 * <p>At most 3 batches lie ready or in the making, besides those that the consumer holds: memory is
 * bounded by the batch size. The order and the bytes do not depend on the number of threads. A
 * single picture is rendered by the consumer itself, without any thread.
 *
 * <p>An exception that a picture's rendering throws comes out of {@link #next()} when that
 * picture's batch is due, and ends the iteration; of several in a batch it is that of the first
 * picture. For one consuming thread; {@link #close()} may be called by any.
 */
public final class PixelBatches implements Iterator<PixelBatch>, AutoCloseable {
  private static final int AHEAD = 3;
  private static final int MOST_WORKERS = 16;

  private final int count;
  private final int batchSize;
  private final int side;
  private final PixelSource source;
  private final List<Thread> workers = new ArrayList<>();

  private final Object lock = new Object();

  @GuardedBy("lock")
  private final Deque<Pending> pending = new ArrayDeque<>();

  /** The next picture that a worker takes. */
  @GuardedBy("lock")
  private int nextIndex;

  /** The first picture of the batch that the consumer gets next. */
  @GuardedBy("lock")
  private int nextBatch;

  @GuardedBy("lock")
  private boolean closed;

  /** Why no further batch could be begun: too little memory, as a rule. */
  @GuardedBy("lock")
  private @Nullable Error breakdown;

  /** A batch in the making. */
  private static final class Pending {
    final int first;
    final int size;
    final byte[] pixels;
    int missing;
    int failedIndex = Integer.MAX_VALUE;
    @Nullable Throwable failure;

    Pending(int first, int size, int side) {
      this.first = first;
      this.size = size;
      this.missing = size;
      this.pixels = new byte[Math.multiplyExact(size, side * side * 3)];
    }
  }

  private PixelBatches(int count, int batchSize, int side, PixelSource source) {
    this.count = count;
    this.batchSize = batchSize;
    this.side = side;
    this.source = source;
  }

  /**
   * Starts to render.
   *
   * @param count how many pictures there are, 0 or more
   * @param batchSize pictures in a batch, at least 1; the last batch may hold fewer
   * @param side width and height of the rendered pictures in pixels
   * @param source renders a picture, from several threads at once
   * @return the batches, to be closed by the caller
   */
  public static PixelBatches ahead(int count, int batchSize, int side, PixelSource source) {
    checkArgument(count >= 0, "count must not be negative, got %s", count);
    checkArgument(batchSize > 0, "batchSize must be positive, got %s", batchSize);
    checkArgument(side > 0 && side <= 4096, "side must be in 1..4096, got %s", side);
    checkArgument(
        (long) Math.min(batchSize, count) * side * side * 3 <= Integer.MAX_VALUE - 8,
        "batchSize %s is too large: a batch of %s x %s pictures must stay below 2 GiB",
        batchSize,
        side,
        side);
    PixelBatches batches = new PixelBatches(count, batchSize, side, source);
    batches.start();
    return batches;
  }

  private void start() {
    int threads =
        Math.min(Math.min(Runtime.getRuntime().availableProcessors(), MOST_WORKERS), count);
    for (int i = 0; count > 1 && i < threads; i++) {
      Thread worker = new Thread(this::work, "dogvision-pictures-" + (i + 1));
      worker.setDaemon(true);
      workers.add(worker);
    }
    try {
      workers.forEach(Thread::start);
    } catch (Throwable e) { // no more threads to be had: end those that run already
      close();
      throw e;
    }
  }

  @Override
  public boolean hasNext() {
    synchronized (lock) {
      return !closed && nextBatch < count;
    }
  }

  /**
   * The next batch, waiting for it where necessary.
   *
   * @return a batch that is the caller's to keep
   * @throws NoSuchElementException if there is none
   * @throws IllegalStateException if this was closed
   * @throws DogVisionException if the thread is interrupted while it waits; its interrupt flag
   *     stays set
   */
  @Override
  public PixelBatch next() {
    Pending batch;
    synchronized (lock) {
      if (nextBatch >= count) {
        throw new NoSuchElementException("all " + count + " pictures were delivered");
      }
      checkState(!closed, "these batches are closed");
      if (workers.isEmpty()) {
        batch = new Pending(0, 1, side);
      } else {
        batch = await();
      }
      nextBatch += batch.size;
      lock.notifyAll();
    }
    if (workers.isEmpty()) {
      render(batch, 0);
    }
    Throwable failure = batch.failure;
    if (failure != null) {
      close();
      throwUnchecked(failure);
    }
    return new PixelBatch(batch.pixels, batch.size, side);
  }

  @GuardedBy("lock")
  private Pending await() {
    try {
      while (true) {
        checkState(!closed, "these batches are closed");
        Pending head = pending.peek();
        if (head != null && head.missing == 0) {
          return pending.remove();
        }
        if (breakdown != null && head == null) {
          closed = true;
          lock.notifyAll();
          throw breakdown;
        }
        lock.wait();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      closed = true;
      lock.notifyAll();
      throw new DogVisionException("interrupted while waiting for pictures to be read", e);
    }
  }

  private void work() {
    while (true) {
      Pending batch;
      int index;
      synchronized (lock) {
        while (!closed && nextIndex < count && !mayStart()) {
          try {
            lock.wait();
          } catch (InterruptedException e) {
            // Closing does, which is seen now; where a source did, they go on waiting.
          }
        }
        if (closed || nextIndex >= count) {
          return;
        }
        try {
          batch = batchOf(nextIndex);
        } catch (Error e) {
          breakdown = e;
          lock.notifyAll();
          return;
        }
        index = nextIndex++;
      }
      render(batch, index);
      synchronized (lock) {
        if (--batch.missing == 0) {
          lock.notifyAll();
        }
      }
    }
  }

  @GuardedBy("lock")
  private boolean mayStart() {
    return nextIndex % batchSize != 0 || pending.size() < AHEAD;
  }

  @GuardedBy("lock")
  private Pending batchOf(int index) {
    if (index % batchSize != 0) {
      return pending.getLast();
    }
    Pending batch = new Pending(index, Math.min(batchSize, count - index), side);
    pending.add(batch);
    return batch;
  }

  private void render(Pending batch, int index) {
    try {
      source.render(index, batch.pixels, (index - batch.first) * side * side * 3);
    } catch (Throwable e) { // an Error, too, is the consumer's to see
      synchronized (lock) {
        if (index < batch.failedIndex) {
          batch.failedIndex = index;
          batch.failure = e;
        }
      }
    }
  }

  private static void throwUnchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    throw new DogVisionException(String.valueOf(failure.getMessage()), failure);
  }

  /** Stops the threads and lets go of the batches that nobody has taken. Waits for them to end. */
  @Override
  public void close() {
    synchronized (lock) {
      closed = true;
      pending.clear();
      lock.notifyAll();
    }
    boolean interrupted = false;
    for (Thread worker : workers) {
      if (worker != Thread.currentThread()) {
        worker.interrupt(); // which ends a decode that runs
      }
    }
    for (Thread worker : workers) {
      if (worker == Thread.currentThread()) {
        continue;
      }
      try {
        worker.join();
      } catch (InterruptedException e) {
        interrupted = true;
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
