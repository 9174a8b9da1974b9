package com.example.application;

import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Predictor;

/** Predicts with the embedded model, from one module to the other. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    if (!Main.class.getModule().isNamed() || !Predictor.class.getModule().isNamed()) {
      throw new AssertionError("expected modules");
    }
    try (Predictor predictor = Predictor.pretrained()) {
      RgbImage image = new RgbImage(64, 64, new byte[64 * 64 * 3]);
      System.out.println(
          "predicts " + predictor.predict(image).probabilities().size() + " breeds");
    }
  }
}
