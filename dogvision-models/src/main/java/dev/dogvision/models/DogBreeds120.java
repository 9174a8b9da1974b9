package dev.dogvision.models;

import dev.dogvision.spi.EmbeddedModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;

/**
 * The embedded model: MobileNetV2 1.0 at 224 x 224 pixels that knows the 120 breeds of the Kaggle
 * competition "Dog Breed Identification". docs/model-card.md says how it came to be and how good it
 * is.
 */
public final class DogBreeds120 implements EmbeddedModel {

  /** Of the pets in docs/model-card.md, out of fold. */
  private static final double ACCURACY = 87.1;

  /** Made by {@link java.util.ServiceLoader}. */
  public DogBreeds120() {}

  @Override
  public String name() {
    return "fast";
  }

  @Override
  public String description() {
    return "120 dog breeds, MobileNetV2 1.0";
  }

  @Override
  public double accuracy() {
    return ACCURACY;
  }

  @Override
  public InputStream open(String fileName) throws IOException {
    InputStream content = DogBreeds120.class.getResourceAsStream("dog-breeds-120/" + fileName);
    if (content == null) {
      throw new FileNotFoundException(
          "the embedded model has no file " + fileName + ": is the jar of dogvision-models whole?");
    }
    return content;
  }
}
