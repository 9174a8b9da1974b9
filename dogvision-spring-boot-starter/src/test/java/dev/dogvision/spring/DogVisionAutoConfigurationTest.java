package dev.dogvision.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.OverloadedException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.PredictionEvent;
import dev.dogvision.predict.PredictionEvent.Call;
import dev.dogvision.predict.PredictionEvent.Outcome;
import dev.dogvision.predict.PredictionListener;
import dev.dogvision.predict.Predictor;
import dev.dogvision.web.PredictionService;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.awt.image.BufferedImage;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;
import org.springframework.boot.actuate.health.Status;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Which beans there are, and what properties make of them. */
class DogVisionAutoConfigurationTest {
  private static final BufferedImage PICTURE =
      new BufferedImage(90, 60, BufferedImage.TYPE_INT_RGB);

  private final ApplicationContextRunner runner =
      new ApplicationContextRunner()
          .withConfiguration(
              AutoConfigurations.of(
                  DogVisionAutoConfiguration.class,
                  DogVisionHealthAutoConfiguration.class,
                  DogVisionMetricsAutoConfiguration.class,
                  DogVisionWebAutoConfiguration.class))
          .withPropertyValues("dogvision.model=fast");

  /** An application with a registry. */
  @Configuration(proxyBeanMethods = false)
  static class Metered {
    @Bean
    MeterRegistry registry() {
      return new SimpleMeterRegistry();
    }
  }

  /** An application with a predictor and a listener of its own. */
  @Configuration(proxyBeanMethods = false)
  static class Own {
    @Bean
    Predictor own() {
      return Predictor.of(
          TrainedModel.pretrained("fast").only(dev.dogvision.data.Labels.of("pug", "chow")));
    }
  }

  /** An application with a listener of its own. */
  @Configuration(proxyBeanMethods = false)
  static class Listening {
    static final List<PredictionEvent> EVENTS = new ArrayList<>();

    @Bean
    PredictionListener listener() {
      return EVENTS::add;
    }
  }

  @Test
  void there_is_a_predictor_its_health_and_its_service() {
    Predictor[] closed = new Predictor[1];
    runner.run(
        context -> {
          Predictor predictor = context.getBean(Predictor.class);
          closed[0] = predictor;
          assertThat(predictor.predict(PICTURE).probabilities()).hasSize(135);
          assertThat(predictor.model().architecture().title()).contains("mobilenet_v2");
          Health health =
              context.getBean("dogvisionHealthIndicator", HealthIndicator.class).health();
          assertThat(health.getStatus()).isEqualTo(Status.UP);
          assertThat(health.getDetails())
              .containsEntry("device", "cpu")
              .containsEntry("breeds", 135)
              .containsKeys("model", "engine");
          assertThat(context).hasSingleBean(PredictionService.class);
          assertThat(context).doesNotHaveBean(PredictionMeters.class); // no registry
        });
    assertThatThrownBy(() -> closed[0].predict(PICTURE)).hasMessage("this predictor is closed");
  }

  @Test
  void it_steps_back_for_a_predictor_of_ones_own() {
    runner
        .withUserConfiguration(Own.class)
        .run(
            context -> {
              assertThat(context).hasSingleBean(Predictor.class);
              assertThat(context.getBean(Predictor.class).model().labels().size()).isEqualTo(2);
              assertThat(context).hasBean("dogvisionHealthIndicator");
            });
  }

  @Test
  void calls_are_measured_and_told_to_listeners() {
    Listening.EVENTS.clear();
    runner
        .withUserConfiguration(Metered.class, Listening.class)
        .run(
            context -> {
              Predictor predictor = context.getBean(Predictor.class);
              MeterRegistry registry = context.getBean(MeterRegistry.class);
              assertThat(registry.get("dogvision.calls.refused").counter().count()).isZero();
              Outcome outcome =
                  predictor.predict(PICTURE).isUnsure() ? Outcome.UNSURE : Outcome.ANSWERED;
              assertThatThrownBy(() -> predictor.predict(new byte[] {1, 2, 3}))
                  .hasMessageContaining("picture in memory");

              assertThat(
                      registry
                          .get("dogvision.predictions")
                          .tags("call", "prediction", "outcome", outcome.text())
                          .timer()
                          .count())
                  .isEqualTo(1);
              assertThat(registry.get("dogvision.pictures.unreadable").counter().count())
                  .isEqualTo(1);
              assertThat(registry.get("dogvision.predictions.unsure").counter().count())
                  .isEqualTo(outcome == Outcome.UNSURE ? 1 : 0);
              assertThat(registry.get("dogvision.waiting").timer().count()).isEqualTo(2);
              assertThat(registry.get("dogvision.computing").timer().count()).isEqualTo(1);
              assertThat(registry.get("dogvision.calls.running").gauge().value()).isZero();
              assertThat(Listening.EVENTS).hasSize(6);
            });
  }

  @Test
  void meters_follow_calls_that_wait_run_and_are_refused() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    PredictionMeters meters = new PredictionMeters(registry);
    PredictionEvent.Arrived arrived = new PredictionEvent.Arrived(Call.PREDICTION);
    meters.onEvent(arrived);
    meters.onEvent(arrived);
    meters.onEvent(arrived);
    meters.onEvent(new PredictionEvent.Started(Call.PREDICTION, Duration.ZERO));
    Duration second = Duration.ofSeconds(1);
    meters.onEvent(
        new PredictionEvent.Ended(
            Call.PREDICTION, Outcome.OVERLOADED, false, second, Duration.ZERO, Duration.ZERO));
    assertThat(registry.get("dogvision.calls.running").gauge().value()).isEqualTo(1);
    assertThat(registry.get("dogvision.calls.waiting").gauge().value()).isEqualTo(1);
    assertThat(registry.get("dogvision.calls.refused").counter().count()).isEqualTo(1);

    meters.onEvent(
        new PredictionEvent.Ended(Call.PREDICTION, Outcome.FAILED, true, second, second, second));
    meters.onEvent(
        new PredictionEvent.Ended(
            Call.BATCH, Outcome.ANSWERED, true, Duration.ZERO, Duration.ZERO, second));
    assertThat(registry.get("dogvision.calls.running").gauge().value()).isZero();
    assertThat(registry.get("dogvision.calls.failed").counter().count()).isEqualTo(1);
    assertThat(registry.get("dogvision.computing").timer().count()).isEqualTo(2);
    assertThat(registry.get("dogvision.decoding").timer().count()).isEqualTo(1);
    assertThat(
            registry
                .get("dogvision.predictions")
                .tags("call", "prediction", "outcome", "failed")
                .timer()
                .totalTime(java.util.concurrent.TimeUnit.SECONDS))
        .isEqualTo(3);
  }

  @Test
  void properties_say_how_much_is_taken_on() {
    runner
        .withPropertyValues(
            "dogvision.calls-at-once=1",
            "dogvision.waiting-calls=0",
            "dogvision.longest-wait=50ms",
            "dogvision.mirrored=true",
            "dogvision.device=cpu",
            "dogvision.engine=ONNX")
        .run(
            context -> {
              Predictor predictor = context.getBean(Predictor.class);
              assertThatThrownBy(
                      () ->
                          predictor.predict(
                              dev.dogvision.image.ImageSource.of(
                                  "outer",
                                  () -> {
                                    var unused =
                                        predictor.predict(PICTURE); // there is no place for it
                                    return java.io.InputStream.nullInputStream();
                                  })))
                  .satisfies(
                      e ->
                          assertThat(e instanceof OverloadedException ? e : e.getCause())
                              .isInstanceOf(OverloadedException.class));
              assertThat(predictor.predict(PICTURE).probabilities()).hasSize(135);
            });
    runner
        .withPropertyValues("dogvision.calls-at-once=-1")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessage("callsAtOnce must be at least 1, got -1"));
  }

  @Test
  void a_model_comes_from_a_folder_and_from_the_class_path(@TempDir Path folder) throws Exception {
    Path saved = TrainedModel.pretrained("fast").save(folder.resolve("models/dogs"));
    for (String model : List.of(saved.toString(), saved.toUri().toString())) {
      runner
          .withPropertyValues("dogvision.model=" + model)
          .run(context -> assertThat(context).hasSingleBean(Predictor.class));
    }
    try (URLClassLoader loader =
        new URLClassLoader(
            new URL[] {folder.toUri().toURL()}, Thread.currentThread().getContextClassLoader())) {
      runner
          .withClassLoader(loader)
          .withPropertyValues("dogvision.model=classpath:models/dogs")
          .run(
              context ->
                  assertThat(context.getBean(Predictor.class).predict(PICTURE).probabilities())
                      .hasSize(135));
    }
  }

  @Test
  void a_model_that_is_not_there_ends_the_start_and_says_what_to_do(@TempDir Path folder) {
    Path missing = folder.resolve("none");
    runner
        .withPropertyValues("dogvision.model=" + missing)
        .run(
            context -> {
              assertThat(context).hasFailed();
              FailureAnalysis analysis =
                  new PredictorFailureAnalyzer().analyze(context.getStartupFailure());
              assertThat(analysis.getDescription())
                  .startsWith("There is no predictor for dogvision.model=" + missing + ": ");
              assertThat(analysis.getAction()).contains("file:...", "dogvision.fail-fast=false");
            });
    runner
        .withPropertyValues("dogvision.model=quick")
        .run(
            context ->
                assertThat(context)
                    .getFailure()
                    .rootCause()
                    .hasMessageContaining("quick")
                    .hasMessageContaining("fast"));
  }

  @Test
  void an_application_that_may_start_without_its_model_says_so_in_its_health(@TempDir Path folder) {
    runner
        .withPropertyValues(
            "dogvision.model=" + folder.resolve("none"), "dogvision.fail-fast=false")
        .run(
            context -> {
              assertThat(context).hasNotFailed();
              Health health = context.getBean(HealthIndicator.class).health();
              assertThat(health.getStatus()).isEqualTo(Status.DOWN);
              assertThat(String.valueOf(health.getDetails().get("reason")))
                  .startsWith("no predictor for dogvision.model=");
              assertThatThrownBy(() -> context.getBean(Predictor.class).predict(PICTURE))
                  .isInstanceOf(IllegalStateException.class)
                  .hasMessageStartingWith("no predictor for dogvision.model=");
            });
  }

  @Test
  void what_is_not_on_the_class_path_is_not_needed() {
    runner
        .withUserConfiguration(Listening.class)
        .withClassLoader(
            new FilteredClassLoader(
                "io.micrometer", "org.springframework.boot.actuate", "dev.dogvision.web"))
        .run(
            context -> {
              assertThat(context).hasSingleBean(Predictor.class);
              assertThat(context).doesNotHaveBean("dogvisionHealthIndicator");
              assertThat(context).doesNotHaveBean("dogvisionPredictionService");
            });
    runner
        .withPropertyValues("management.health.dogvision.enabled=false")
        .run(context -> assertThat(context).doesNotHaveBean("dogvisionHealthIndicator"));
  }
}
