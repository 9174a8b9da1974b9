package dev.dogvision.image;

/**
 * Antialiased resizing of a part of a picture, first along the rows, then along the columns, each
 * result rounded to 8 bits.
 *
 * <p>Every value is a weighted mean of the pixels around the place it comes from. How the weights
 * fall off an {@link Interpolation} says; distances are in pixels of the source, or, where the
 * picture shrinks, in pixels of the result, so that no pixel of the source is skipped. Weights are
 * fixed-point numbers of 22 bits. This is what the Python imaging library does, in the same
 * arithmetic; the networks that we use were measured with it.
 */
final class Resampling {
  private static final int PRECISION = 22;
  private static final int HALF = 1 << (PRECISION - 1);

  private Resampling() {}

  /**
   * A part of a picture in pixels of it, not necessarily whole ones.
   *
   * @param left where it starts, at least 0
   * @param top where it starts, at least 0
   * @param width above 0
   * @param height above 0
   */
  record Box(double left, double top, double width, double height) {

    /** The whole picture. */
    static Box whole(RgbImage image) {
      return new Box(0, 0, image.width(), image.height());
    }
  }

  /** Which pixels a value comes from, and how much of each. */
  private static final class Weights {
    final int[] first;
    final int[] count;
    final int[] values;
    final int most;

    private Weights(int[] first, int[] count, int[] values, int most) {
      this.first = first;
      this.count = count;
      this.values = values;
      this.most = most;
    }

    /**
     * The weights along one side.
     *
     * @param start where the part starts
     * @param length how long it is
     * @param source the picture's length
     * @param target the result's length
     * @param mirrored whether the result runs backwards
     * @param interpolation how they fall off
     */
    static Weights of(
        double start,
        double length,
        int source,
        int target,
        boolean mirrored,
        Interpolation interpolation) {
      double scale = length / target;
      double unit = Math.max(scale, 1);
      double support = unit * interpolation.support();
      int most = (int) Math.ceil(support) * 2 + 1;
      int[] first = new int[target];
      int[] count = new int[target];
      int[] values = new int[target * most];
      double[] exact = new double[most];
      for (int i = 0; i < target; i++) {
        double center = start + (i + 0.5) * scale;
        int from = Math.max((int) (center - support + 0.5), 0);
        int to = Math.min((int) (center + support + 0.5), source);
        if (to <= from) { // rounding at the very end
          from = Math.min(Math.max(from, 0), source - 1);
          to = from + 1;
        }
        double sum = 0;
        for (int k = from; k < to; k++) {
          double weight = interpolation.weight(Math.abs((k - center + 0.5) / unit));
          exact[k - from] = weight;
          sum += weight;
        }
        int slot = mirrored ? target - 1 - i : i;
        first[slot] = from;
        count[slot] = to - from;
        for (int k = 0; k < to - from; k++) {
          double share = sum > 0 ? exact[k] / sum : 1.0 / (to - from);
          values[slot * most + k] =
              (int) ((share < 0 ? -0.5 : 0.5) + share * (1 << PRECISION)); // away from 0
        }
      }
      return new Weights(first, count, values, most);
    }
  }

  /**
   * Resizes a part of a picture into a rectangle of another.
   *
   * @param image the picture
   * @param box the part
   * @param mirrored whether left and right change places
   * @param interpolation how pixels are weighed
   * @param target bytes to write to
   * @param offset where the rectangle's first byte goes
   * @param rowStride bytes from one row of the target to the next
   * @param width the rectangle's width in pixels
   * @param height the rectangle's height in pixels
   */
  static void resize(
      RgbImage image,
      Box box,
      boolean mirrored,
      Interpolation interpolation,
      byte[] target,
      int offset,
      int rowStride,
      int width,
      int height) {
    Weights across =
        Weights.of(box.left(), box.width(), image.width(), width, mirrored, interpolation);
    Weights down =
        Weights.of(box.top(), box.height(), image.height(), height, false, interpolation);
    boolean overshoots = interpolation == Interpolation.BICUBIC;
    int firstRow = down.first[0];
    int lastRow = down.first[height - 1] + down.count[height - 1];
    byte[] rows = new byte[(lastRow - firstRow) * width * 3];
    byte[] rgb = image.rgb();
    for (int y = firstRow; y < lastRow; y++) {
      int from = y * image.width() * 3;
      int to = (y - firstRow) * width * 3;
      if (overshoots) {
        resizeRowClamped(rgb, from, across, rows, to);
      } else {
        resizeRow(rgb, from, across, rows, to);
      }
    }
    for (int y = 0; y < height; y++) {
      if (overshoots) {
        blendRowsClamped(
            rows,
            (down.first[y] - firstRow) * width * 3,
            width * 3,
            down,
            y,
            target,
            offset + y * rowStride);
        continue;
      }
      blendRows(
          rows,
          (down.first[y] - firstRow) * width * 3,
          width * 3,
          down.values,
          y * down.most,
          down.count[y],
          target,
          offset + y * rowStride);
    }
  }

  private static void resizeRow(byte[] source, int row, Weights weights, byte[] target, int to) {
    int[] first = weights.first;
    int[] count = weights.count;
    int[] values = weights.values;
    int most = weights.most;
    int out = to;
    for (int x = 0; x < first.length; x++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int from = row + first[x] * 3;
      int end = x * most + count[x];
      for (int k = x * most; k < end; k++, from += 3) {
        int weight = values[k];
        red += weight * (source[from] & 0xff);
        green += weight * (source[from + 1] & 0xff);
        blue += weight * (source[from + 2] & 0xff);
      }
      target[out] = (byte) (red >> PRECISION);
      target[out + 1] = (byte) (green >> PRECISION);
      target[out + 2] = (byte) (blue >> PRECISION);
      out += 3;
    }
  }

  /** As {@link #resizeRow}, where weights may be negative and results leave the range of a byte. */
  private static void resizeRowClamped(
      byte[] source, int row, Weights weights, byte[] target, int to) {
    int out = to;
    for (int x = 0; x < weights.first.length; x++) {
      int red = HALF;
      int green = HALF;
      int blue = HALF;
      int from = row + weights.first[x] * 3;
      int end = x * weights.most + weights.count[x];
      for (int k = x * weights.most; k < end; k++, from += 3) {
        int weight = weights.values[k];
        red += weight * (source[from] & 0xff);
        green += weight * (source[from + 1] & 0xff);
        blue += weight * (source[from + 2] & 0xff);
      }
      target[out] = clamped(red);
      target[out + 1] = clamped(green);
      target[out + 2] = clamped(blue);
      out += 3;
    }
  }

  private static void blendRowsClamped(
      byte[] rows, int from, int length, Weights weights, int y, byte[] target, int to) {
    int[] sums = new int[length];
    for (int k = 0; k < weights.count[y]; k++) {
      int weight = weights.values[y * weights.most + k];
      int at = from + k * length;
      for (int i = 0; i < length; i++) {
        sums[i] += weight * (rows[at + i] & 0xff);
      }
    }
    for (int i = 0; i < length; i++) {
      target[to + i] = clamped(sums[i] + HALF);
    }
  }

  private static byte clamped(int sum) {
    return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
  }

  private static void blendRows(
      byte[] rows,
      int from,
      int length,
      int[] weights,
      int firstWeight,
      int count,
      byte[] target,
      int to) {
    int a = weights[firstWeight];
    switch (count) {
      case 1 -> System.arraycopy(rows, from, target, to, length);
      case 2 -> {
        int b = weights[firstWeight + 1];
        for (int i = 0; i < length; i++) {
          int at = from + i;
          target[to + i] =
              (byte) ((HALF + a * (rows[at] & 0xff) + b * (rows[at + length] & 0xff)) >> PRECISION);
        }
      }
      case 3 -> {
        int b = weights[firstWeight + 1];
        int c = weights[firstWeight + 2];
        for (int i = 0; i < length; i++) {
          int at = from + i;
          target[to + i] =
              (byte)
                  ((HALF
                          + a * (rows[at] & 0xff)
                          + b * (rows[at + length] & 0xff)
                          + c * (rows[at + 2 * length] & 0xff))
                      >> PRECISION);
        }
      }
      default -> {
        int[] sums = new int[length];
        for (int k = 0; k < count; k++) {
          int weight = weights[firstWeight + k];
          int at = from + k * length;
          for (int i = 0; i < length; i++) {
            sums[i] += weight * (rows[at + i] & 0xff);
          }
        }
        for (int i = 0; i < length; i++) {
          target[to + i] = (byte) ((sums[i] + HALF) >> PRECISION);
        }
      }
    }
  }
}
