package dev.dogvision.spring;

import dev.dogvision.predict.Predictor;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.HealthIndicator;

/** The predictor's health on Spring Boot 3. */
final class DogVisionHealthIndicator implements HealthIndicator {
  private final Predictor predictor;

  DogVisionHealthIndicator(Predictor predictor) {
    this.predictor = predictor;
  }

  @Override
  public Health health() {
    PredictorHealth health = PredictorHealth.of(predictor);
    return (health.up() ? Health.up() : Health.down()).withDetails(health.details()).build();
  }
}
