package com.example;

import dev.dogvision.predict.Predictor;
import java.util.List;

/** An application that only predicts, and carries no PyTorch. */
public final class PredictOnly {
  private PredictOnly() {}

  public static void main(String[] arguments) {
    try (Predictor predictor = Predictor.pretrained()) {
      System.out.println(Application.topThree(predictor));
    }
    for (String name : List.of("ai.djl.Model", "ai.djl.pytorch.engine.PtEngine")) {
      try {
        throw new AssertionError("expected no Deep Java Library, found " + Class.forName(name));
      } catch (ClassNotFoundException expected) {
        System.out.println("not there, as it should be: " + name);
      }
    }
  }
}
