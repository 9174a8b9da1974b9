package com.example;

import dev.dogvision.EngineNotFoundException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An application that asks the embedded model for the three most probable breeds of a picture. It is
 * told how that must go: {@code top 3}, or the reason why there is no engine; then, optionally, the
 * engine that it insists on.
 */
public final class Application {
  private Application() {}

  public static void main(String[] arguments) {
    String expected = arguments[0];
    String outcome = outcome(arguments.length > 1 ? arguments[1] : "");
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

  private static String outcome(String engine) {
    Predictor.Builder builder = Predictor.builder(TrainedModel.pretrained());
    if (!engine.isEmpty()) {
      builder.engine(engine);
    }
    try (Predictor predictor = builder.open()) {
      return topThree(predictor);
    } catch (EngineNotFoundException e) {
      return e.reason() + ": " + e.getMessage();
    }
  }

  /** The three most probable breeds, or an error where there are not three in order. */
  static String topThree(Predictor predictor) {
    List<Classification> best = predictor.top(3).predict(DrawnPicture.jpeg());
    if (best.size() != 3
        || best.get(0).probability() < best.get(1).probability()
        || best.get(1).probability() < best.get(2).probability()) {
      throw new AssertionError("expected three breeds, the most probable first, found " + best);
    }
    return best.stream()
        .map(breed -> breed.label() + " " + breed.probability())
        .collect(Collectors.joining(", ", "top 3: ", ""));
  }
}
