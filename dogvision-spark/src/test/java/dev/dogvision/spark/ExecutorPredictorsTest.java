package dev.dogvision.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spark.ExecutorPredictors.Lease;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** One predictor for each model of a process, however many tasks use it. */
class ExecutorPredictorsTest {
  private static final byte[] PACKED = PackedModel.pack(DrawnPictures.model(7));

  private final ExecutorPredictors predictors = new ExecutorPredictors();

  @Test
  void tasks_share_a_predictor_which_is_opened_once() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    ExecutorService tasks = Executors.newFixedThreadPool(8);
    try {
      List<Future<Predictor>> futures = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        futures.add(
            tasks.submit(
                () -> {
                  try (Lease lease =
                      predictors.lease(
                          new ExecutorPredictors.Key("one", null),
                          () -> {
                            asked.incrementAndGet();
                            return PACKED;
                          })) {
                    var unused = lease.predictor().predict(DrawnPictures.content(1));
                    return lease.predictor();
                  }
                }));
      }
      Predictor first = futures.get(0).get();
      for (Future<Predictor> future : futures) {
        assertThat(future.get()).isSameAs(first);
      }
      assertThat(asked).hasValue(1);
    } finally {
      tasks.shutdown();
    }
  }

  @Test
  void two_that_nobody_uses_stay_open_and_the_oldest_of_more_is_closed() {
    List<Predictor> used = new ArrayList<>();
    for (String model : List.of("a", "b", "a", "c")) {
      try (Lease lease = predictors.lease(new ExecutorPredictors.Key(model, null), () -> PACKED)) {
        used.add(lease.predictor());
      }
    }

    assertThat(used.get(2)).isSameAs(used.get(0));
    assertThat(predictors.size()).isEqualTo(2);
    assertThatThrownBy(() -> used.get(1).predict(DrawnPictures.content(1)))
        .hasMessage("this predictor is closed");
    assertThat(used.get(0).predict(DrawnPictures.content(1)).labels().size()).isEqualTo(3);
    assertThat(used.get(3).predict(DrawnPictures.content(1)).labels().size()).isEqualTo(3);
  }

  @Test
  void those_that_are_used_are_never_closed() {
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      leases.add(predictors.lease(new ExecutorPredictors.Key("model " + i, null), () -> PACKED));
    }

    assertThat(predictors.size()).isEqualTo(5);
    leases.forEach(
        lease -> assertThat(lease.predictor().predict(DrawnPictures.content(1))).isNotNull());
    leases.forEach(Lease::close);
    leases.forEach(Lease::close); // a second time changes nothing
    assertThat(predictors.size()).isEqualTo(2);
  }

  @Test
  void a_failure_is_told_and_the_next_task_tries_again() {
    ExecutorPredictors.Key key = new ExecutorPredictors.Key("one", null);
    byte[] damaged = PACKED.clone();
    damaged[damaged.length - 1] ^= 1;

    assertThatThrownBy(() -> predictors.lease(key, () -> damaged))
        .isInstanceOf(DogVisionException.class);
    assertThatThrownBy(() -> predictors.lease(key, () -> new byte[] {0, 3}))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("a model that was sent here is damaged");
    assertThat(predictors.size()).isZero();
    try (Lease lease = predictors.lease(key, () -> PACKED)) {
      assertThat(lease.predictor().model().fingerprint())
          .isEqualTo(DrawnPictures.model(7).fingerprint());
    }
  }
}
