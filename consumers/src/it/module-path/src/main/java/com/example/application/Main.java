package com.example.application;

import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import java.util.List;

/** Predicts with the embedded model, from one module to the other. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    if (!Main.class.getModule().isNamed() || !Predictor.class.getModule().isNamed()) {
      throw new AssertionError("expected modules");
    }
    try (Predictor predictor = Predictor.pretrained()) {
      List<Classification> best =
          predictor.top(3).predict(new RgbImage(64, 64, new byte[64 * 64 * 3]));
      if (best.size() != 3 || best.get(0).probability() < best.get(2).probability()) {
        throw new AssertionError("expected three breeds, the most probable first, found " + best);
      }
      System.out.println("top 3: " + best);
    }
  }
}
