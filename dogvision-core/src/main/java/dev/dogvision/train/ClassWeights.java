package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Labels;
import java.util.Arrays;
import java.util.Map;

/**
 * How much an image counts in the training loss, by its label. Immutable.
 *
 * @param balanced whether rare labels count more, so that all labels count alike
 * @param weights explicit weights by label; labels that are not named count 1
 */
record ClassWeights(boolean balanced, Map<String, Double> weights) {
  static final ClassWeights EQUAL = new ClassWeights(false, Map.of());
  static final ClassWeights BALANCED = new ClassWeights(true, Map.of());

  ClassWeights {
    weights = ImmutableMap.copyOf(weights);
    weights.forEach(
        (label, weight) ->
            checkArgument(
                weight > 0 && Double.isFinite(weight),
                "classWeights: the weight of '%s' must be positive and finite, got %s",
                label,
                weight));
  }

  /**
   * One weight a class.
   *
   * @param labels the model's labels
   * @param images the label of each training image
   * @throws IllegalArgumentException if a weight names a label that the model lacks
   */
  double[] of(Labels labels, int[] images) {
    double[] result = new double[labels.size()];
    if (!balanced) {
      Arrays.fill(result, 1);
      weights.forEach((label, weight) -> result[labels.index(label)] = weight);
      return result;
    }
    int[] counts = new int[labels.size()];
    int present = 0;
    for (int label : images) {
      if (counts[label]++ == 0) {
        present++;
      }
    }
    for (int i = 0; i < result.length; i++) {
      result[i] = counts[i] == 0 ? 1 : (double) images.length / ((double) present * counts[i]);
    }
    return result;
  }

  @Override
  public String toString() {
    return balanced ? "balanced" : weights.isEmpty() ? "equal" : weights.toString();
  }
}
