package dev.dogvision.spring;

import dev.dogvision.DogVisionException;

/** The predictor that the properties describe can't be had. */
final class PredictorNotOpenedException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  PredictorNotOpenedException(DogVisionProperties properties, RuntimeException cause) {
    super(
        "no predictor for "
            + (properties.model() == null
                ? "the embedded model (dogvision.model is not set)"
                : "dogvision.model=" + properties.model())
            + (properties.engine() == null ? "" : ", dogvision.engine=" + properties.engine())
            + (properties.device() == null ? "" : ", dogvision.device=" + properties.device())
            + ": "
            + cause.getMessage(),
        cause);
  }
}
