package dev.dogvision.djl;

import java.util.List;

/** Turns kernels around. */
final class Weights {
  private Weights() {}

  /** A kernel's values from {@code [o, i, h, w]} order to {@code [o, h, w, i]}. */
  static float[] channelsLast(float[] values, List<Integer> shape) {
    return swapInner(values, shape.get(0), shape.get(1), shape.get(2) * shape.get(3));
  }

  /** A kernel's values from {@code [o, h, w, i]} order to {@code [o, i, h, w]}. */
  static float[] channelsFirst(float[] values, List<Integer> shape) {
    return swapInner(values, shape.get(0), shape.get(2) * shape.get(3), shape.get(1));
  }

  /**
   * Turns each kernel by 180 degrees.
   *
   * @param values in {@code [o, h, w, i]} order
   * @param shape as in the plan, {@code [o, i, h, w]}
   * @return in {@code [o, h, w, i]} order
   */
  static float[] rotated(float[] values, List<Integer> shape) {
    int inputs = shape.get(1);
    int places = shape.get(2) * shape.get(3);
    if (places == 1) {
      return values;
    }
    float[] turned = new float[values.length];
    for (int kernel = 0; kernel < shape.get(0); kernel++) {
      for (int place = 0; place < places; place++) {
        System.arraycopy(
            values,
            (kernel * places + place) * inputs,
            turned,
            (kernel * places + places - 1 - place) * inputs,
            inputs);
      }
    }
    return turned;
  }

  /** Transposes each of {@code outer} matrices of {@code rows} by {@code columns}. */
  private static float[] swapInner(float[] values, int outer, int rows, int columns) {
    if (rows == 1 || columns == 1) {
      return values;
    }
    float[] swapped = new float[values.length];
    int matrix = rows * columns;
    for (int start = 0; start < outer * matrix; start += matrix) {
      for (int row = 0; row < rows; row++) {
        for (int column = 0; column < columns; column++) {
          swapped[start + column * rows + row] = values[start + row * columns + column];
        }
      }
    }
    return swapped;
  }
}
