package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.DogVisionException;
import dev.dogvision.OverloadedException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Calls that wait for their turn, or are turned away. */
class CallLimitTest {
  private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);
  private static final TrainedModel MODEL =
      TransferModel.mobileNetV2()
          .untrained(7)
          .width(0.1)
          .inputSize(32)
          .labels(Labels.of("beagle", "pug"))
          .build()
          .trained(Map.of(), Map.of());

  private final ExecutorService callers = Executors.newCachedThreadPool();

  @AfterEach
  void stop() {
    callers.shutdownNow();
  }

  /** A call that runs until it is let go. */
  private final class Held {
    final CountDownLatch began = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);
    final Future<Integer> result;

    Held(CallLimit limit) {
      result =
          callers.submit(
              () ->
                  limit.within(
                      () -> {
                        began.countDown();
                        Uninterruptibles.awaitUninterruptibly(end);
                        return 1;
                      }));
      Uninterruptibles.awaitUninterruptibly(began);
    }

    void letGo() throws ExecutionException, InterruptedException {
      end.countDown();
      assertThat(result.get()).isEqualTo(1);
    }
  }

  private static void awaitWaiting(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait();
    }
  }

  @Test
  void no_more_run_at_once_than_may() throws Exception {
    CallLimit limit = new CallLimit(3, Integer.MAX_VALUE, FOR_EVER);
    AtomicInteger running = new AtomicInteger();
    List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
    List<Future<?>> all = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      all.add(
          callers.submit(
              () ->
                  limit.within(
                      () -> {
                        seen.add(running.incrementAndGet());
                        Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(1));
                        return running.decrementAndGet();
                      })));
    }
    for (Future<?> one : all) {
      assertThat(one.get()).isNotNull();
    }

    assertThat(seen).hasSize(200).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(3));
  }

  @Test
  void those_that_wait_are_served_in_the_order_in_which_they_came() throws Exception {
    CallLimit limit = new CallLimit(1, 10, FOR_EVER);
    Held first = new Held(limit);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Thread> waiting = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      int number = i;
      Thread thread = new Thread(() -> assertThat(limit.within(() -> order.add(number))).isTrue());
      thread.start();
      awaitWaiting(thread);
      waiting.add(thread);
    }
    assertThatThrownBy(() -> limit.within(() -> order.add(99)))
        .isInstanceOfSatisfying(
            OverloadedException.class,
            e -> {
              assertThat(e.running()).isEqualTo(1);
              assertThat(e.waiting()).isEqualTo(10);
              assertThat(e.waited()).isZero();
            })
        .hasMessage(
            "this predictor is busy: 1 calls run, as many as may at once, and 10 wait, of at most"
                + " 10. Try again later, or see Predictor.Builder's callsAtOnce, waitingCalls and"
                + " longestWait");

    first.letGo();
    for (Thread thread : waiting) {
      thread.join();
    }
    assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
  }

  @Test
  void one_that_waited_for_as_long_as_it_may_is_turned_away_and_takes_no_place() throws Exception {
    CallLimit limit = new CallLimit(1, 5, Duration.ofMillis(30));
    Held first = new Held(limit);

    assertThatThrownBy(() -> limit.within(() -> 2))
        .isInstanceOfSatisfying(
            OverloadedException.class, e -> assertThat(e.waited()).isEqualTo(Duration.ofMillis(30)))
        .hasMessageContaining("this one has waited for 30 ms, as long as it may");

    first.letGo();
    assertThat(limit.within(() -> 3)).isEqualTo(3);
  }

  @Test
  void an_interrupt_ends_the_wait_and_stays_set() throws Exception {
    CallLimit limit = new CallLimit(1, 5, FOR_EVER);
    Held first = new Held(limit);
    Future<Boolean> interrupted =
        callers.submit(
            () -> {
              Thread.currentThread().interrupt();
              assertThatThrownBy(() -> limit.within(() -> 2))
                  .isInstanceOf(DogVisionException.class)
                  .isNotInstanceOf(OverloadedException.class)
                  .hasMessage("interrupted while waiting for a predictor's turn");
              return Thread.interrupted();
            });

    assertThat(interrupted.get()).isTrue();
    first.letGo();
    assertThat(limit.within(() -> 3)).isEqualTo(3);
  }

  @Test
  void a_call_that_fails_gives_its_place_back() {
    CallLimit limit = new CallLimit(1, 0, FOR_EVER);
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(
              () ->
                  limit.within(
                      () -> {
                        throw new IllegalStateException("as it may");
                      }))
          .hasMessage("as it may");
    }
    assertThat(limit.within(() -> 1)).isEqualTo(1);
  }

  /** An empty stream whose end is long in coming. */
  private static final class Slow extends InputStream {
    private final CountDownLatch reading;
    private final CountDownLatch end;

    Slow(CountDownLatch reading, CountDownLatch end) {
      this.reading = reading;
      this.end = end;
    }

    @Override
    public int read() {
      reading.countDown();
      Uninterruptibles.awaitUninterruptibly(end);
      return -1;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) {
      return read();
    }
  }

  @Test
  void a_predictor_turns_away_what_it_was_told_not_to_take_on() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    BufferedImage picture = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
    try (Predictor predictor = Predictor.builder(MODEL).callsAtOnce(1).waitingCalls(0).open()) {
      Future<Prediction> slow =
          callers.submit(() -> predictor.predict(ImageSource.once("slow", new Slow(reading, end))));
      Uninterruptibles.awaitUninterruptibly(reading);

      assertThatThrownBy(() -> predictor.predict(picture)).isInstanceOf(OverloadedException.class);
      assertThatThrownBy(() -> predictor.embedding(picture))
          .isInstanceOf(OverloadedException.class);
      assertThatThrownBy(() -> predictor.explain(picture)).isInstanceOf(OverloadedException.class);
      assertThat(predictor.predictAll(List.of(ImageSource.of(picture)))).hasSize(1);

      end.countDown();
      assertThatThrownBy(slow::get).hasMessageContaining("slow");
      assertThat(predictor.predict(picture).probabilities()).hasSize(2);
    }
  }

  @Test
  void settings_that_mean_nothing_are_refused() {
    assertThatThrownBy(() -> Predictor.builder(MODEL).callsAtOnce(0))
        .hasMessage("callsAtOnce must be at least 1, got 0");
    assertThatThrownBy(() -> Predictor.builder(MODEL).waitingCalls(-1))
        .hasMessage("waitingCalls must not be negative, got -1");
    assertThatThrownBy(() -> Predictor.builder(MODEL).longestWait(Duration.ZERO))
        .hasMessage("longestWait must be positive, got PT0S");
    assertThatThrownBy(() -> Predictor.builder(MODEL).waitingCalls(3).open())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("set callsAtOnce too");
  }
}
