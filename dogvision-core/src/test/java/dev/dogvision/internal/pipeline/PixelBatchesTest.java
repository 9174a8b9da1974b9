package dev.dogvision.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.PixelBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class PixelBatchesTest {
  private static final int SIDE = 4;
  private static final int LENGTH = SIDE * SIDE * 3;

  /** Fills a picture with its index, some more slowly than others, so that workers overtake. */
  private static void render(int index, byte[] destination, int offset) {
    int times = index % 7 == 0 ? 200 : 1;
    for (int i = 0; i < times; i++) {
      Arrays.fill(destination, offset, offset + LENGTH, (byte) (index + times - 1 - i));
    }
  }

  @Test
  void should_end_what_its_threads_wait_for_as_it_is_closed() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    PixelBatches batches =
        PixelBatches.ahead(
            8,
            4,
            2,
            (index, destination, offset) -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    begun.await();

    batches.close();

    assertThat(batches.hasNext()).isFalse();
  }

  @Test
  void delivers_all_pictures_in_order() {
    List<Integer> sizes = new ArrayList<>();
    int index = 0;
    try (PixelBatches batches = PixelBatches.ahead(250, 32, SIDE, PixelBatchesTest::render)) {
      while (batches.hasNext()) {
        PixelBatch batch = batches.next();
        sizes.add(batch.size());
        assertThat(batch.side()).isEqualTo(SIDE);
        for (int i = 0; i < batch.size(); i++, index++) {
          byte[] picture = Arrays.copyOfRange(batch.pixels(), i * LENGTH, (i + 1) * LENGTH);
          assertThat(picture).containsOnly((byte) index);
        }
      }
      assertThatThrownBy(batches::next)
          .isInstanceOf(NoSuchElementException.class)
          .hasMessage("all 250 pictures were delivered");
    }
    assertThat(sizes).containsExactly(32, 32, 32, 32, 32, 32, 32, 26);
  }

  @Test
  void nothing_to_deliver_is_no_trouble() {
    try (PixelBatches batches = PixelBatches.ahead(0, 32, SIDE, PixelBatchesTest::render)) {
      assertThat(batches.hasNext()).isFalse();
    }
  }

  @Test
  void renders_a_single_picture_without_a_thread() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (PixelBatches batches =
        PixelBatches.ahead(1, 8, SIDE, (index, bytes, at) -> threads.add(Thread.currentThread()))) {
      assertThat(batches.next().size()).isEqualTo(1);
      assertThat(batches.hasNext()).isFalse();
    }
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  @Test
  void goes_only_so_far_ahead() throws Exception {
    AtomicInteger rendered = new AtomicInteger();
    CountDownLatch aheadEnough = new CountDownLatch(40); // the consumer's and three more batches
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    PixelSource source =
        (index, bytes, at) -> {
          threads.add(Thread.currentThread());
          rendered.incrementAndGet();
          aheadEnough.countDown();
        };
    try (PixelBatches batches = PixelBatches.ahead(1000, 10, SIDE, source)) {
      var unused = batches.next();
      aheadEnough.await();
      // Those that render wait for nothing but room; once all of them do, nothing more can come.
      while (!threads.stream().allMatch(thread -> thread.getState() == Thread.State.WAITING)) {
        Thread.onSpinWait();
      }
      assertThat(rendered).hasValue(40);
    }
  }

  @Test
  void a_failure_comes_out_when_its_batch_is_due() {
    PixelSource failing =
        (index, bytes, at) -> {
          render(index, bytes, at);
          if (index == 27 || index == 24) {
            throw new UnreadableImageException("picture " + index, "damaged", null);
          }
        };
    try (PixelBatches batches = PixelBatches.ahead(100, 10, SIDE, failing)) {
      assertThat(batches.next().pixels()[0]).isEqualTo((byte) 0);
      assertThat(batches.next().pixels()[0]).isEqualTo((byte) 10);
      assertThat(batches.hasNext()).isTrue();
      assertThatThrownBy(batches::next)
          .isInstanceOf(UnreadableImageException.class)
          .hasMessage("picture 24: damaged");
      assertThat(batches.hasNext()).isFalse();
      assertThatThrownBy(batches::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("these batches are closed");
    }
  }

  @Test
  void errors_come_out_as_well() {
    PixelSource failing =
        (index, bytes, at) -> {
          throw new AssertionError("picture " + index);
        };
    try (PixelBatches batches = PixelBatches.ahead(10, 5, SIDE, failing)) {
      assertThatThrownBy(batches::next).isInstanceOf(AssertionError.class).hasMessage("picture 0");
    }
  }

  @Test
  void no_thread_is_left_however_it_ends() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    PixelSource source =
        (index, bytes, at) -> {
          threads.add(Thread.currentThread());
          render(index, bytes, at);
        };
    try (PixelBatches early = PixelBatches.ahead(1000, 10, SIDE, source)) {
      var unused = early.next();
    }
    assertThatThrownBy(
            () -> {
              try (PixelBatches batches = PixelBatches.ahead(1000, 10, SIDE, source)) {
                var unused = batches.next();
                throw new IllegalStateException("the consumer gave up");
              }
            })
        .hasMessage("the consumer gave up");

    assertThat(threads).isNotEmpty().allMatch(Thread::isDaemon).noneMatch(Thread::isAlive);
  }

  @Test
  void an_interrupted_consumer_is_told_and_stays_interrupted() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    PixelSource blocking =
        (index, bytes, at) -> {
          try {
            blocked.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    try (PixelBatches batches = PixelBatches.ahead(10, 5, SIDE, blocking)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(batches::next)
          .isInstanceOf(DogVisionException.class)
          .hasMessage("interrupted while waiting for pictures to be read");
      assertThat(Thread.interrupted()).isTrue();
      blocked.countDown();
    }
  }

  @Test
  void another_thread_may_close_while_the_consumer_waits() throws Exception {
    CountDownLatch blocked = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    PixelSource blocking =
        (index, bytes, at) -> {
          started.countDown();
          try {
            blocked.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        };
    PixelBatches batches = PixelBatches.ahead(10, 5, SIDE, blocking);
    Thread consumer = Thread.currentThread();
    Thread closer =
        new Thread(
            () -> {
              try {
                started.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              while (consumer.getState() != Thread.State.WAITING) {
                Thread.onSpinWait();
              }
              batches.close();
            });
    closer.start();

    assertThatThrownBy(batches::next)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("these batches are closed");
    blocked.countDown();
    closer.join();
    assertThatCode(batches::close).doesNotThrowAnyException();
  }

  @Test
  void should_fail_if_an_argument_is_out_of_range() {
    assertThatThrownBy(() -> PixelBatches.ahead(-1, 1, 4, PixelBatchesTest::render))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("count must not be negative, got -1");
    assertThatThrownBy(() -> PixelBatches.ahead(1, 0, 4, PixelBatchesTest::render))
        .hasMessage("batchSize must be positive, got 0");
    assertThatThrownBy(() -> PixelBatches.ahead(1, 1, 0, PixelBatchesTest::render))
        .hasMessage("side must be in 1..4096, got 0");
    assertThatThrownBy(() -> PixelBatches.ahead(99_999, 99_999, 224, PixelBatchesTest::render))
        .hasMessage(
            "batchSize 99999 is too large: a batch of 224 x 224 pictures must stay below 2 GiB");
  }
}
