package com.example;

import dev.dogvision.EngineNotFoundException;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;

/**
 * An application that predicts with the embedded model. It is told how that must go: {@code
 * predicts}, or the reason why there is no engine; then, optionally, the engine that it insists on.
 */
public final class Application {
  private Application() {}

  public static void main(String[] arguments) {
    String expected = arguments[0];
    Predictor.Builder builder = Predictor.builder(TrainedModel.pretrained());
    if (arguments.length > 1) {
      builder.engine(arguments[1]);
    }
    String outcome;
    try (Predictor predictor = builder.open()) {
      RgbImage image = new RgbImage(64, 64, new byte[64 * 64 * 3]);
      outcome = "predicts " + predictor.predict(image).probabilities().size() + " breeds";
    } catch (EngineNotFoundException e) {
      outcome = e.reason() + ": " + e.getMessage();
    }
    System.out.println(outcome);
    if (!outcome.startsWith(expected)) {
      throw new AssertionError("expected: " + expected);
    }
    if (expected.equals("NOT_REGISTERED")
        && (!outcome.contains("META-INF/services/dev.dogvision.spi.EngineProvider")
            || outcome.contains("native"))) {
      throw new AssertionError("expected the service files to be named, and nothing else blamed");
    }
  }
}
