package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Values at a position after the pixels: feature maps in NHWC order, embeddings or logits, image by
 * image. The array is not copied and is read-only by agreement.
 */
public final class ActivationBatch implements Batch {
  private final float[] values;
  private final int size;

  /**
   * A batch over the given values.
   *
   * @param values the values, a whole number of them an image; not copied
   * @param size the number of images
   */
  public ActivationBatch(float[] values, int size) {
    checkArgument(size > 0, "a batch holds at least one image");
    checkArgument(
        values.length % size == 0, "%s values do not divide into %s images", values.length, size);
    this.values = values;
    this.size = size;
  }

  /**
   * The values.
   *
   * @return the array itself, read-only by agreement
   */
  public float[] values() {
    return values;
  }

  @Override
  public int size() {
    return size;
  }

  /**
   * How many values an image has.
   *
   * @return the number of values divided by the number of images
   */
  public int valuesPerImage() {
    return values.length / size;
  }
}
