package dev.dogvision.train;

import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.Targets;

/**
 * What the teacher of a distillation says about a batch.
 *
 * @param source where its logits come from
 * @param temperature softens teacher and student alike
 * @param share the weight of the teacher's part of the loss
 */
record Teacher(Source source, double temperature, double share) {

  /** Where a teacher's logits come from. */
  @FunctionalInterface
  interface Source {
    /**
     * The teacher's logits.
     *
     * @param batch what the student sees
     * @param images the indices of the batch's images
     */
    float[] logits(Batch batch, int[] images);
  }

  /** A teacher that looks at the student's pixels, as augmented and mixed as they are. */
  static Source watching(Network teacher) {
    return (batch, images) -> teacher.forward(batch).values();
  }

  /** A teacher that was asked once about every image. */
  static Source remembered(float[][] logits) {
    return (batch, images) -> {
      int classes = logits[images[0]].length;
      float[] values = new float[images.length * classes];
      for (int i = 0; i < images.length; i++) {
        System.arraycopy(logits[images[i]], 0, values, i * classes, classes);
      }
      return values;
    };
  }

  Targets.Teacher about(Batch batch, int[] images) {
    return new Targets.Teacher(source.logits(batch, images), temperature, share);
  }
}
