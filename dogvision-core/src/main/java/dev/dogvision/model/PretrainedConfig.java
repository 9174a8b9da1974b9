package dev.dogvision.model;

import com.google.common.collect.ImmutableList;
import dev.dogvision.image.Preprocessing;
import java.util.List;

/**
 * All that belongs to pre-trained weights and travels with them, besides the architecture.
 *
 * @param preprocessing what happens to a picture before the network sees it: input size,
 *     interpolation, resize rule and crop, mean and scale
 * @param classNames what the rows of the head stand for, synonyms separated by commas; empty where
 *     they have no names
 * @param classifier what the file calls the head; empty where it has none
 * @param origin where the weights come from
 */
public record PretrainedConfig(
    Preprocessing preprocessing, List<String> classNames, String classifier, WeightsOrigin origin) {

  /** Copies the names. */
  public PretrainedConfig {
    classNames = ImmutableList.copyOf(classNames);
  }

  /**
   * The same with another preprocessing.
   *
   * @param changed what happens to a picture instead
   * @return the changed copy
   */
  public PretrainedConfig withPreprocessing(Preprocessing changed) {
    return new PretrainedConfig(changed, classNames, classifier, origin);
  }
}
