package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

import org.jspecify.annotations.Nullable;

/**
 * What a batch should have given, as the loss reads it. For image {@code i} with target
 * distribution {@code p}, weight {@code w}, logits {@code z} and, where there is a teacher, its
 * logits {@code t}, temperature {@code T} and share {@code a}:
 *
 * <pre>
 * loss(i) = w * ( (1 - a) * crossEntropy(p, softmax(z)) + a * T * T * KL(softmax(t / T) || softmax(z / T)) )
 * </pre>
 *
 * <p>Label smoothing, mixup and class weights are all expressed in {@code p} and {@code w}. The
 * distillation term is that of Hinton, Vinyals and Dean, "Distilling the Knowledge in a Neural
 * Network", 2015.
 */
public final class Targets {
  private final float[] probabilities;
  private final float[] weights;
  private final @Nullable Teacher teacher;

  /**
   * A teacher's word on the batch.
   *
   * @param logits the teacher's logits, {@code size * classes}, image by image
   * @param temperature T, above 0
   * @param share a, the weight of the teacher's term, 0..1
   */
  @SuppressWarnings("ArrayRecordComponent") // handed over once, never compared
  public record Teacher(float[] logits, double temperature, double share) {

    /** Checks the numbers. */
    public Teacher {
      checkArgument(temperature > 0, "temperature must be positive, got %s", temperature);
      checkArgument(share >= 0 && share <= 1, "share must be in 0..1, got %s", share);
    }
  }

  /**
   * Targets for a batch.
   *
   * @param probabilities the target distributions, {@code size * classes}, image by image
   * @param weights one weight an image
   * @param teacher a teacher's logits, or null for none
   */
  public Targets(float[] probabilities, float[] weights, @Nullable Teacher teacher) {
    checkArgument(
        weights.length > 0 && probabilities.length % weights.length == 0,
        "%s probabilities do not divide into %s images",
        probabilities.length,
        weights.length);
    checkArgument(
        teacher == null || teacher.logits().length == probabilities.length,
        "the teacher's logits and the probabilities differ in number");
    this.probabilities = probabilities;
    this.weights = weights;
    this.teacher = teacher;
  }

  /**
   * The target distributions.
   *
   * @return the array itself, read-only by agreement
   */
  public float[] probabilities() {
    return probabilities;
  }

  /**
   * The images' weights.
   *
   * @return the array itself, read-only by agreement
   */
  public float[] weights() {
    return weights;
  }

  /**
   * The teacher.
   *
   * @return null where there is none
   */
  public @Nullable Teacher teacher() {
    return teacher;
  }

  /**
   * The number of images.
   *
   * @return at least 1
   */
  public int size() {
    return weights.length;
  }

  /**
   * The number of classes.
   *
   * @return probabilities an image
   */
  public int classes() {
    return probabilities.length / weights.length;
  }
}
