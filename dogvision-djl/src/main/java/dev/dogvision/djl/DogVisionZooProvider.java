package dev.dogvision.djl;

import ai.djl.repository.zoo.ModelZoo;
import ai.djl.repository.zoo.ZooProvider;

/**
 * Offers the embedded model to Deep Java Library's {@code Criteria}, as {@code
 * djl://dev.dogvision/mobilenet_v2} or by group and artifact. Registered as a service; programs
 * need not name it.
 */
public final class DogVisionZooProvider implements ZooProvider {

  /** Loads nothing yet. */
  public DogVisionZooProvider() {}

  @Override
  public String getName() {
    return "DogVision";
  }

  @Override
  public ModelZoo getModelZoo() {
    return new DogVisionZoo();
  }
}
