package dev.dogvision.internal.pipeline;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import dev.dogvision.DogVisionException;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Batches of pictures in order, read by several threads ahead of the one that takes them.
 *
 * <p>At most 3 batches lie ready or in the making, besides the one that was taken last: memory is
 * bounded by the batch size however many pictures there are. Nothing works ahead unless batches are
 * taken, and idle threads end by themselves, so who stops taking them leaves no thread behind even
 * without closing. A single picture is read by the taker itself.
 *
 * <p>For one taking thread; {@link #close} may be called by any.
 */
public final class PictureBatches implements Iterator<PictureBatch>, AutoCloseable {
  private static final int AHEAD = 3;
  private static final int MOST_WORKERS = 16;
  private static final long IDLE_SECONDS = 1;

  private final InferencePipeline pipeline;
  private final Iterator<ImageSource> sources;
  private final Deque<PictureBatch> pending = new ArrayDeque<>();
  private volatile @Nullable ThreadPoolExecutor workers;
  private volatile boolean closed;

  PictureBatches(InferencePipeline pipeline, Iterator<ImageSource> sources) {
    this.pipeline = pipeline;
    this.sources = sources;
  }

  @Override
  public boolean hasNext() {
    if (closed) {
      return false;
    }
    if (pending.isEmpty()) {
      readAhead();
    }
    return !pending.isEmpty();
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
  public PictureBatch next() {
    checkState(!closed, "these batches are closed");
    readAhead();
    PictureBatch batch = pending.poll();
    if (batch == null) {
      throw new NoSuchElementException("all pictures were delivered");
    }
    Optional<Throwable> failure;
    try {
      failure = batch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      stop();
      throw new DogVisionException("interrupted while waiting for pictures to be read", e);
    }
    checkState(!closed, "these batches are closed");
    if (failure.isPresent()) {
      close();
      Throwables.throwIfUnchecked(failure.get());
      throw new DogVisionException(String.valueOf(failure.get().getMessage()), failure.get());
    }
    return batch;
  }

  private void readAhead() {
    while (pending.size() < AHEAD && sources.hasNext()) {
      List<ImageSource> next = new ArrayList<>();
      while (next.size() < pipeline.batchSize() && sources.hasNext()) {
        next.add(requireNonNull(sources.next(), "a source must not be null"));
      }
      int size = pipeline.isFull() ? pipeline.batchSize() : next.size();
      PictureBatch batch = new PictureBatch(next, size, pipeline.side());
      boolean alone = workers == null && next.size() == 1 && !sources.hasNext();
      for (int i = 0; i < next.size(); i++) {
        int place = i;
        if (alone) {
          render(batch, place);
        } else {
          execute(() -> render(batch, place));
        }
      }
      pending.add(batch);
    }
  }

  private void execute(Runnable task) {
    try {
      workers().execute(task);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("these batches are closed", e);
    }
  }

  private ThreadPoolExecutor workers() {
    ThreadPoolExecutor pool = workers;
    if (pool == null) {
      int threads = Math.min(Runtime.getRuntime().availableProcessors(), MOST_WORKERS);
      AtomicInteger started = new AtomicInteger();
      pool =
          new ThreadPoolExecutor(
              threads,
              threads,
              IDLE_SECONDS,
              TimeUnit.SECONDS,
              new LinkedBlockingQueue<>(),
              task -> {
                Thread thread =
                    new Thread(task, "dogvision-inference-" + started.incrementAndGet());
                thread.setDaemon(true);
                return thread;
              });
      pool.allowCoreThreadTimeOut(true);
      workers = pool;
      if (closed) {
        pool.shutdown();
      }
    }
    return pool;
  }

  private void render(PictureBatch batch, int place) {
    try {
      if (!closed) {
        pipeline.render(batch.source(place), batch, place);
      }
    } catch (UnreadableImageException e) {
      batch.unreadable(place, e);
    } catch (Throwable e) { // an Error, too, is the taker's to see
      batch.failed(place, e);
    } finally {
      batch.done();
    }
  }

  private void stop() {
    closed = true;
    ThreadPoolExecutor pool = workers;
    if (pool != null) {
      // An interrupt ends a decode that runs; what is in the queue ends at once, since this is
      // closed
      pool.shutdownNow().forEach(Runnable::run);
    }
  }

  /** Stops the threads and waits for them to end. */
  @Override
  public void close() {
    stop();
    ThreadPoolExecutor pool = workers;
    try {
      while (pool != null && !pool.awaitTermination(1, TimeUnit.MINUTES)) {
        // A source takes long to open; its thread is not to be left behind.
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
