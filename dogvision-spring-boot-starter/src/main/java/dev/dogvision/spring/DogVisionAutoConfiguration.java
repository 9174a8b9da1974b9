package dev.dogvision.spring;

import dev.dogvision.predict.PredictionListener;
import dev.dogvision.predict.Predictor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ResourceLoader;

/**
 * A {@link Predictor} as the properties say, unless the application has one of its own. It tells
 * all beans that are {@link PredictionListener}s. It is closed after the web server has answered
 * what it had taken on, and the close waits for calls under way.
 */
@AutoConfiguration
@EnableConfigurationProperties(DogVisionProperties.class)
public final class DogVisionAutoConfiguration {
  private static final Logger LOG = LoggerFactory.getLogger(DogVisionAutoConfiguration.class);

  /** For Spring. */
  public DogVisionAutoConfiguration() {}

  /**
   * The predictor.
   *
   * @param properties what it is to be
   * @param listeners whom it tells
   * @param resources finds models on the class path
   * @return the predictor
   */
  @Bean(destroyMethod = "close")
  @ConditionalOnMissingBean
  public Predictor dogvisionPredictor(
      DogVisionProperties properties,
      ObjectProvider<PredictionListener> listeners,
      ResourceLoader resources) {
    try {
      return PredictorOpening.open(properties, listeners.orderedStream().toList(), resources);
    } catch (RuntimeException e) {
      PredictorNotOpenedException failure = new PredictorNotOpenedException(properties, e);
      if (properties.failFast()) {
        throw failure;
      }
      LOG.error("The application starts without its predictor", failure);
      return new UnavailablePredictor(failure);
    }
  }
}
