package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.primitives.Ints;
import dev.dogvision.MismatchException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A dense float32 tensor in C order: the last dimension is contiguous.
 *
 * <p>The values are neither copied on the way in nor on the way out, since weights are megabytes:
 * whoever holds a tensor treats its values as read-only.
 */
public final class Tensor {
  private final int[] shape;
  private final float[] values;

  private Tensor(float[] values, int[] shape) {
    this.values = values;
    this.shape = shape;
  }

  /**
   * A tensor over the given values.
   *
   * @param values the elements in C order; not copied
   * @param shape the dimensions, none of them negative; none at all for a scalar
   * @return the tensor
   * @throws IllegalArgumentException if the shape's product is not the number of values
   */
  public static Tensor of(float[] values, int... shape) {
    long size = 1;
    for (int dimension : shape) {
      checkArgument(dimension >= 0, "shape %s has a negative dimension", Arrays.toString(shape));
      size *= dimension;
    }
    checkArgument(
        size == values.length,
        "shape %s needs %s values, got %s",
        Arrays.toString(shape),
        size,
        values.length);
    return new Tensor(values, shape.clone());
  }

  /**
   * A tensor of zeros.
   *
   * @param shape the dimensions
   * @return the tensor
   */
  public static Tensor zeros(int... shape) {
    long size = 1;
    for (int dimension : shape) {
      size *= dimension;
    }
    return of(new float[Ints.checkedCast(size)], shape);
  }

  /**
   * One of several tensors; for engines.
   *
   * @param tensors by name
   * @param name the wanted one's
   * @param shape the shape that it must have
   * @return the tensor
   * @throws MismatchException if it is missing or has another shape
   */
  public static Tensor required(Map<String, Tensor> tensors, String name, List<Integer> shape) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new MismatchException(
          name,
          String.format(
              Locale.ROOT,
              "the weights have no tensor \"%s\" (shape %s expected); they hold %d tensors, so they"
                  + " are probably those of another architecture, or of another width",
              name,
              shape,
              tensors.size()));
    }
    if (!tensor.shape().equals(shape)) {
      throw new MismatchException(
          name,
          String.format(
              Locale.ROOT,
              "the tensor \"%s\" has the shape %s, but the network needs %s: the weights are of"
                  + " another width, or have another number of classes",
              name,
              tensor.shape(),
              shape));
    }
    return tensor;
  }

  /**
   * The dimensions.
   *
   * @return an immutable list, outermost first
   */
  public List<Integer> shape() {
    return List.copyOf(Ints.asList(shape));
  }

  /**
   * The length of one dimension.
   *
   * @param axis which one, from 0
   * @return its length
   */
  public int dimension(int axis) {
    return shape[axis];
  }

  /**
   * The number of dimensions.
   *
   * @return 0 for a scalar
   */
  public int rank() {
    return shape.length;
  }

  /**
   * The number of elements.
   *
   * @return the product of the dimensions
   */
  public int size() {
    return values.length;
  }

  /**
   * The elements in C order.
   *
   * @return the array itself, not a copy: read-only by agreement
   */
  public float[] values() {
    return values;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Tensor tensor
        && Arrays.equals(shape, tensor.shape)
        && Arrays.equals(values, tensor.values);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "Tensor" + Arrays.toString(shape);
  }
}
