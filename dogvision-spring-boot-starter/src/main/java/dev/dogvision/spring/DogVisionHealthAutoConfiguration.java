package dev.dogvision.spring;

import dev.dogvision.predict.Predictor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * The predictor's health, where Spring Boot's actuator is on the class path: model, engine and
 * device, or why there is none. {@code management.health.dogvision.enabled=false} leaves it out.
 */
@AutoConfiguration(after = DogVisionAutoConfiguration.class)
@ConditionalOnBean(Predictor.class)
@ConditionalOnProperty(
    name = "management.health.dogvision.enabled",
    havingValue = "true",
    matchIfMissing = true)
public final class DogVisionHealthAutoConfiguration {

  /** For Spring. */
  public DogVisionHealthAutoConfiguration() {}

  /** On Spring Boot 3. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
  static class SpringBoot3 {
    @Bean
    @ConditionalOnMissingBean(name = "dogvisionHealthIndicator")
    DogVisionHealthIndicator dogvisionHealthIndicator(Predictor predictor) {
      return new DogVisionHealthIndicator(predictor);
    }
  }

  /** On Spring Boot 4. */
  @Configuration(proxyBeanMethods = false)
  @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
  static class SpringBoot4 {
    @Bean
    @ConditionalOnMissingBean(name = "dogvisionHealthIndicator")
    DogVisionHealthContributor dogvisionHealthIndicator(Predictor predictor) {
      return new DogVisionHealthContributor(predictor);
    }
  }
}
