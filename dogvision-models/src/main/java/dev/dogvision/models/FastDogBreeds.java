package dev.dogvision.models;

import dev.dogvision.spi.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;

/**
 * The fast embedded model: MobileNetV2 1.0 at 224 x 224 pixels that knows the same breeds as the
 * accurate one, which taught it. docs/model-card.md says how it came to be and how good it is.
 */
public final class FastDogBreeds implements EmbeddedModel {

  /** Of the competition's photographs in docs/model-card.md. */
  private static final double ACCURACY = 88.3;

  /** Made by {@link java.util.ServiceLoader}. */
  public FastDogBreeds() {}

  @Override
  public String name() {
    return "fast";
  }

  @Override
  public String description() {
    return "135 dog breeds, MobileNetV2 1.0";
  }

  @Override
  public double accuracy() {
    return ACCURACY;
  }

  @Override
  public InputStream open(String fileName) throws IOException {
    return ModelFiles.open("fast", fileName);
  }
}
