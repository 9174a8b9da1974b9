package dev.dogvision.train;

import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.Targets;
import java.util.ArrayList;
import java.util.List;

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

  /**
   * Teachers that look at the student's pixels, as augmented and mixed as they are.
   *
   * @param teachers at least one; their mean counts
   */
  static Source watching(List<Network> teachers) {
    return (batch, images) -> {
      List<float[]> answers = new ArrayList<>();
      for (Network teacher : teachers) {
        answers.add(teacher.forward(batch).values());
      }
      return mean(answers);
    };
  }

  /** Teachers that were asked once about every image. */
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

  /**
   * What several teachers say together: the mean of their logits, which is, but for a shift that a
   * softmax does not see, that of their log-probabilities.
   *
   * @param answers at least one, all of one length
   */
  static float[] mean(List<float[]> answers) {
    float[] mean = new float[answers.get(0).length];
    for (int i = 0; i < mean.length; i++) {
      double sum = 0;
      for (float[] answer : answers) {
        sum += answer[i];
      }
      mean[i] = (float) (sum / answers.size());
    }
    return mean;
  }

  Targets.Teacher about(Batch batch, int[] images) {
    return new Targets.Teacher(source.logits(batch, images), temperature, share);
  }
}
