package dev.dogvision.train;

import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Targets;
import org.jspecify.annotations.Nullable;

/**
 * What a batch should have given: turns labels into targets, with mixing, label smoothing, class
 * weights and a teacher.
 *
 * @param labels the right label of each training image
 * @param classWeights one weight a class
 * @param labelSmoothing the share of the target that is spread over all classes alike
 * @param mixer mixes images of a batch with each other, or null
 * @param teacher the teacher of a distillation, or null
 */
@SuppressWarnings("ArrayRecordComponent") // made once for a phase, never compared
record Objective(
    int[] labels,
    double[] classWeights,
    double labelSmoothing,
    @Nullable Mixer mixer,
    @Nullable Teacher teacher) {

  /** Mixes the images of a batch, and their targets alike. */
  @FunctionalInterface
  interface Mixer {
    /**
     * Mixes.
     *
     * @param batch the images
     * @param targets their targets, not smoothed, without a teacher
     * @param epoch which epoch of the run, from 1
     * @param batchIndex which batch of the epoch, from 0
     */
    Mixed mix(Batch batch, Targets targets, int epoch, int batchIndex);
  }

  /**
   * A mixed batch.
   *
   * @param batch the images
   * @param targets their targets
   */
  record Mixed(Batch batch, Targets targets) {}

  /**
   * A batch that is ready to be trained on.
   *
   * @param batch what goes in
   * @param targets what the loss compares with
   * @param distributions the target distributions before smoothing, by which hits are counted
   * @param weight the sum of the images' weights
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  record Prepared(Batch batch, Targets targets, float[] distributions, double weight) {}

  Prepared prepare(Batch batch, int[] images, int epoch, int batchIndex) {
    int classes = classWeights.length;
    float[] distributions = new float[images.length * classes];
    float[] weights = new float[images.length];
    for (int i = 0; i < images.length; i++) {
      int label = labels[images[i]];
      distributions[i * classes + label] = 1;
      weights[i] = (float) classWeights[label];
    }
    Batch input = batch;
    Targets plain = new Targets(distributions, weights, null);
    if (mixer != null) {
      Mixed mixed = mixer.mix(batch, plain, epoch, batchIndex);
      input = mixed.batch();
      plain = mixed.targets();
    }
    double weight = 0;
    for (float own : plain.weights()) {
      weight += own;
    }
    Targets targets =
        new Targets(
            smoothed(plain.probabilities(), classes),
            plain.weights(),
            teacher == null ? null : teacher.about(input, images));
    return new Prepared(input, targets, plain.probabilities(), weight);
  }

  private float[] smoothed(float[] distributions, int classes) {
    if (labelSmoothing == 0) {
      return distributions;
    }
    float[] smoothed = new float[distributions.length];
    for (int i = 0; i < smoothed.length; i++) {
      smoothed[i] = (float) ((1 - labelSmoothing) * distributions[i] + labelSmoothing / classes);
    }
    return smoothed;
  }
}
