package dev.dogvision.spring;

import dev.dogvision.predict.Predictor;
import dev.dogvision.web.PredictionService;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * What answers the page of dogvision-web, where that is on the class path. Which URL it answers is
 * the application's to say.
 */
@AutoConfiguration(after = DogVisionAutoConfiguration.class)
@ConditionalOnClass(PredictionService.class)
@ConditionalOnBean(Predictor.class)
public final class DogVisionWebAutoConfiguration {

  /** For Spring. */
  public DogVisionWebAutoConfiguration() {}

  /**
   * The service.
   *
   * @param predictor the application's
   * @param properties its limits
   * @return the service
   */
  @Bean
  @ConditionalOnMissingBean
  public PredictionService dogvisionPredictionService(
      Predictor predictor, DogVisionProperties properties) {
    return PredictionService.builder(predictor)
        .top(properties.web().top())
        .largestPicture(properties.web().largestPicture().toBytes())
        .build();
  }
}
