package dev.dogvision.spring;

import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/** Meters of predictions, where Micrometer is on the class path and there is a registry. */
@AutoConfiguration(
    before = DogVisionAutoConfiguration.class,
    // where Spring Boot 3 has it, and Spring Boot 4
    afterName = {
      "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
      "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnSingleCandidate(MeterRegistry.class)
public final class DogVisionMetricsAutoConfiguration {

  /** For Spring. */
  public DogVisionMetricsAutoConfiguration() {}

  @Bean
  @ConditionalOnMissingBean
  PredictionMeters dogvisionPredictionMeters(MeterRegistry registry) {
    return new PredictionMeters(registry);
  }
}
