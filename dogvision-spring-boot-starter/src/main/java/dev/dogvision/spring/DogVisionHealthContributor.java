package dev.dogvision.spring;

import dev.dogvision.predict.Predictor;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/** The predictor's health on Spring Boot 4, where it has another package. */
final class DogVisionHealthContributor implements HealthIndicator {
  private final Predictor predictor;

  DogVisionHealthContributor(Predictor predictor) {
    this.predictor = predictor;
  }

  @Override
  public Health health() {
    PredictorHealth health = PredictorHealth.of(predictor);
    return (health.up() ? Health.up() : Health.down()).withDetails(health.details()).build();
  }
}
