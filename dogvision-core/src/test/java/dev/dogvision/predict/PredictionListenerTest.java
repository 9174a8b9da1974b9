package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.OverloadedException;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.PredictionEvent.Arrived;
import dev.dogvision.predict.PredictionEvent.Call;
import dev.dogvision.predict.PredictionEvent.Ended;
import dev.dogvision.predict.PredictionEvent.Outcome;
import dev.dogvision.predict.PredictionEvent.Started;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What listeners are told of calls. */
class PredictionListenerTest {
  private static final TransferModel START =
      TransferModel.mobileNetV2()
          .untrained(7)
          .width(0.1)
          .inputSize(32)
          .labels(Labels.of("beagle", "pug"))
          .build();
  private static final TrainedModel MODEL = START.trained(START.initialWeights(), Map.of());
  private static final BufferedImage PICTURE =
      new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
  private static final ImageSource BROKEN = ImageSource.of("broken", new byte[] {1, 2, 3});

  private final List<PredictionEvent> events = new CopyOnWriteArrayList<>();

  private List<Ended> ends() {
    return events.stream().filter(Ended.class::isInstance).map(Ended.class::cast).toList();
  }

  @Test
  void a_call_arrives_starts_and_ends() {
    try (Predictor predictor = Predictor.builder(MODEL).listener(events::add).open()) {
      assertThat(predictor.predict(PICTURE).probabilities()).hasSize(2);
      assertThat(predictor.engine()).isPresent();
    }

    assertThat(events)
        .hasExactlyElementsOfTypes(Arrived.class, Started.class, Ended.class)
        .allSatisfy(event -> assertThat(event.call()).isEqualTo(Call.PREDICTION));
    Ended end = ends().get(0);
    assertThat(end.outcome()).isEqualTo(Outcome.ANSWERED);
    assertThat(end.computing()).isPositive();
    assertThat(end.total()).isEqualTo(end.waiting().plus(end.decoding()).plus(end.computing()));
  }

  @Test
  void each_way_a_call_may_end_has_its_name() {
    TrainedModel unsure =
        MODEL.withConfidenceThreshold(
            new ConfidenceThreshold(ConfidenceThreshold.Score.MAXIMUM_PROBABILITY, 1.0));
    try (Predictor predictor = Predictor.builder(unsure).listener(events::add).open()) {
      assertThat(predictor.predict(PICTURE).isUnsure()).isTrue();
      assertThat(predictor.embedding(PICTURE)).isNotEmpty();
      assertThat(predictor.explain(PICTURE).label()).isNotEmpty();
      assertThatThrownBy(() -> predictor.predict(BROKEN))
          .isInstanceOf(UnreadableImageException.class);
      assertThatThrownBy(() -> predictor.explain(PICTURE, "cat"))
          .isInstanceOf(IllegalArgumentException.class);
    }

    assertThat(ends())
        .extracting(end -> end.call().text() + " " + end.outcome().text())
        .containsExactly(
            "prediction unsure",
            "embedding answered",
            "explanation unsure",
            "prediction bad_picture",
            "explanation failed");
    assertThat(ends()).allSatisfy(end -> assertThat(end.started()).isTrue());
    assertThat(ends().get(3).computing()).isZero();
    assertThat(ends().get(3).decoding()).isPositive();
  }

  @Test
  void pictures_of_batches_end_one_by_one() {
    try (Predictor predictor = Predictor.builder(MODEL).listener(events::add).open()) {
      List<ImageSource> pictures =
          List.of(ImageSource.of(PICTURE), BROKEN, ImageSource.of(PICTURE));
      assertThat(
              predictor
                  .inBatches()
                  .batchSize(2)
                  .unreadableImages(ProblemPolicy.SKIP)
                  .predict(pictures))
          .hasSize(2);
      assertThat(predictor.stream(pictures)).hasSize(3);
      assertThat(predictor.inBatches().unreadableImages(ProblemPolicy.SKIP).embed(pictures).size())
          .isEqualTo(2);
    }

    assertThat(events).hasSize(9);
    assertThat(ends())
        .hasSize(9)
        .allSatisfy(end -> assertThat(end.call()).isEqualTo(Call.BATCH))
        .extracting(Ended::outcome)
        .containsOnly(Outcome.ANSWERED, Outcome.BAD_PICTURE);
    assertThat(ends()).filteredOn(end -> end.outcome() == Outcome.BAD_PICTURE).hasSize(3);
  }

  @Test
  void calls_in_flight_are_those_that_have_arrived_and_not_ended() throws Exception {
    AtomicInteger inFlight = new AtomicInteger();
    PredictionListener gauge =
        event -> {
          events.add(event);
          if (event instanceof Arrived) {
            inFlight.incrementAndGet();
          } else if (event instanceof Ended) {
            inFlight.decrementAndGet();
          }
        };
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    ExecutorService callers = Executors.newCachedThreadPool();
    try (Predictor predictor =
        Predictor.builder(MODEL)
            .callsAtOnce(1)
            .waitingCalls(1)
            .longestWait(Duration.ofMinutes(5))
            .listener(gauge)
            .open()) {
      ImageSource slow =
          ImageSource.of(
              "slow",
              () -> {
                reading.countDown();
                Uninterruptibles.awaitUninterruptibly(end);
                return new ByteArrayInputStream(new byte[0]);
              });
      Future<Prediction> first = callers.submit(() -> predictor.predict(slow));
      Uninterruptibles.awaitUninterruptibly(reading);
      Future<Prediction> second = callers.submit(() -> predictor.predict(PICTURE));
      while (inFlight.get() < 2) {
        Thread.onSpinWait();
      }
      // The second waits now, or is about to; a third is turned away once it does.
      while (ends().isEmpty()) {
        Future<Prediction> third = callers.submit(() -> predictor.predict(PICTURE));
        Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(20));
        if (third.isDone()) {
          assertThatThrownBy(third::get).hasCauseInstanceOf(OverloadedException.class);
        }
      }
      assertThat(ends().get(0).outcome()).isEqualTo(Outcome.OVERLOADED);
      assertThat(ends().get(0).started()).isFalse();
      assertThat(ends().get(0).decoding()).isZero();
      assertThat(ends().get(0).computing()).isZero();

      end.countDown();
      assertThatThrownBy(first::get).hasCauseInstanceOf(UnreadableImageException.class);
      callers.shutdown();
      assertThat(callers.awaitTermination(5, TimeUnit.MINUTES)).isTrue();
      assertThat(second.isDone()).isTrue();
    } finally {
      end.countDown();
      callers.shutdownNow();
    }

    assertThat(inFlight).hasValue(0);
    long arrived = events.stream().filter(Arrived.class::isInstance).count();
    long started = events.stream().filter(Started.class::isInstance).count();
    long refused = ends().stream().filter(e -> e.outcome() == Outcome.OVERLOADED).count();
    assertThat(arrived).isEqualTo(started + refused).isEqualTo(ends().size());
  }

  @Test
  void what_a_listener_throws_costs_no_answer_and_is_logged_once() {
    PrintStream stderr = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try (Predictor predictor =
        Predictor.builder(MODEL)
            .listener(
                event -> {
                  throw new AssertionError("the listener's own");
                })
            .listener(events::add)
            .open()) {
      assertThat(predictor.predict(PICTURE).probabilities()).hasSize(2);
      assertThat(predictor.predict(PICTURE).probabilities()).hasSize(2);
      assertThat(predictor.predictAll(List.of(ImageSource.of(PICTURE)))).hasSize(1);
    } finally {
      System.setErr(stderr);
    }

    assertThat(events).hasSize(7);
    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("A listener of predictions failed")
        .containsOnlyOnce("the listener's own");
  }
}
