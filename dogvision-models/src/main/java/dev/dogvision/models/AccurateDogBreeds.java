package dev.dogvision.models;

import dev.dogvision.spi.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;

/**
 * The accurate embedded model: EfficientNet-Lite2 at 260 x 260 pixels that knows the 120 breeds of
 * the Kaggle competition "Dog Breed Identification" and 15 more. docs/model-card.md says how it
 * came to be and how good it is.
 */
public final class AccurateDogBreeds implements EmbeddedModel {

  /** Of the competition's photographs in docs/model-card.md. */
  private static final double ACCURACY = 89.5;

  /** Made by {@link java.util.ServiceLoader}. */
  public AccurateDogBreeds() {}

  @Override
  public String name() {
    return "accurate";
  }

  @Override
  public String description() {
    return "135 dog breeds, EfficientNet-Lite2";
  }

  @Override
  public double accuracy() {
    return ACCURACY;
  }

  @Override
  public InputStream open(String fileName) throws IOException {
    return ModelFiles.open("accurate", fileName);
  }
}
