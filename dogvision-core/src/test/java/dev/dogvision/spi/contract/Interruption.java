package dev.dogvision.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.train.TrainingEnd;
import dev.dogvision.train.TrainingRun;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts a piece of work at each of several moments - as a batch is begun, as a photograph is
 * opened - and counts what is done from then on, so that nothing has to be timed.
 */
public final class Interruption {
  /** How many moments are tried besides the first and the last ones. */
  private static final int MOMENTS = 8;

  /** Photographs that may still be opened: those that were asked for ahead. */
  private static final int OPENED_AFTER = 33;

  private volatile @Nullable Watch watch;

  /** Nothing is watched yet. */
  public Interruption() {}

  /** The same photographs, each a moment at which its opening is seen. */
  public Dataset watched(Dataset dataset) {
    return Dataset.of(
        dataset.examples().stream()
            .map(
                example -> {
                  Path file = example.image().path().orElseThrow();
                  return new Example(
                      example.id(),
                      ImageSource.of(example.id(), () -> opened(file)),
                      example.label());
                })
            .toList(),
        dataset.labels());
  }

  private InputStream opened(Path file) {
    Watch now = watch;
    if (now != null) {
      now.happens(now.openedAfter);
    }
    try {
      return new ByteArrayInputStream(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new IllegalStateException(e); // the worker was interrupted, say
    }
  }

  private void batchBegins() {
    Watch now = watch;
    if (now != null) {
      now.happens(now.batchesAfter);
    }
  }

  /** One run of the work. A thread of an earlier one that is still about does not disturb it. */
  private static final class Watch {
    private final AtomicInteger moment = new AtomicInteger();
    private final AtomicInteger batchesAfter = new AtomicInteger();
    private final AtomicInteger openedAfter = new AtomicInteger();
    private final Thread working = Thread.currentThread();
    private final int interruptedAt;
    private volatile boolean interrupted;

    Watch(int interruptedAt) {
      this.interruptedAt = interruptedAt;
    }

    void happens(AtomicInteger after) {
      if (interrupted) {
        after.incrementAndGet();
      } else if (moment.getAndIncrement() == interruptedAt) {
        working.interrupt();
        interrupted = true;
      }
    }
  }

  /** What came of work that was interrupted. */
  public interface AfterInterrupt {

    /**
     * Looks at what is left.
     *
     * @param result what it gave; null if it ended with an exception
     */
    void check(@Nullable Object result) throws Exception;
  }

  /**
   * Interrupts work at moment after moment.
   *
   * @param work a call makes ready what is worked on, and gives the work
   * @param after looks at what is left, each time
   * @return how many moments were tried
   */
  @CanIgnoreReturnValue
  public int tryMoments(Callable<Callable<?>> work, AfterInterrupt after) throws Exception {
    int moments = run(work.call(), Integer.MAX_VALUE).moments();
    assertThat(moments).as("moments to interrupt").isPositive();
    Set<Integer> tried = new TreeSet<>();
    for (int i = 0; i <= MOMENTS; i++) {
      tried.add((moments - 1) * i / MOMENTS);
    }
    for (int at : tried) {
      Outcome outcome = run(work.call(), at);
      String where = "interrupted at moment " + at + " of " + moments;
      if (!outcome.reached()) {
        continue; // threads went otherwise, and it had fewer moments this time
      }
      assertThat(outcome.flag()).as(where + ": the flag").isTrue();
      assertThat(outcome.batchesAfter()).as(where + ": batches begun after").isLessThanOrEqualTo(1);
      assertThat(outcome.openedAfter()).as(where + ": opened after").isLessThan(OPENED_AFTER);
      if (outcome.failure() != null) {
        assertThat(outcome.failure())
            .as(where)
            .isInstanceOf(DogVisionException.class)
            .hasMessageContaining("interrupted");
      } else if (outcome.result() instanceof TrainingRun run) {
        assertThat(run.end()).as(where).isEqualTo(new TrainingEnd.Interrupted());
      } else {
        // Whoever gets a result gets a whole one.
        assertThat(outcome.moments() + outcome.batchesAfter() + outcome.openedAfter())
            .as(where + ": done of " + outcome.result())
            .isGreaterThanOrEqualTo(moments);
      }
      after.check(outcome.result());
    }
    return tried.size();
  }

  private record Outcome(
      int moments,
      boolean reached,
      int batchesAfter,
      int openedAfter,
      boolean flag,
      @Nullable Object result,
      @Nullable Exception failure) {}

  private Outcome run(Callable<?> work, int at) {
    Watch now = new Watch(at);
    CountingEngine.onBatch(this::batchBegins);
    watch = now;
    Object result = null;
    Exception failure = null;
    try {
      result = work.call();
    } catch (Exception e) {
      failure = e;
    } finally {
      watch = null;
      CountingEngine.onBatch(() -> {});
    }
    boolean flag = Thread.interrupted();
    return new Outcome(
        now.moment.get(),
        now.moment.get() > at,
        now.batchesAfter.get(),
        now.openedAfter.get(),
        flag,
        result,
        failure);
  }
}
