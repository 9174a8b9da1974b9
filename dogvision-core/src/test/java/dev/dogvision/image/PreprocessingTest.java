package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreprocessingTest {
  private static final List<Double> MEANS = List.of(10.0, 20.4, 30.6);
  private static final List<Double> SCALES = List.of(1.0, 1.0, 1.0);

  private static Preprocessing preprocessing(int size, ResizeRule rule, double crop) {
    return new Preprocessing(size, rule, crop, MEANS, SCALES);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 8",
    "300, 232, 224",
    "224, 224, 224",
    "17, 90, 5",
    "5, 3, 32",
    "640, 11, 24",
    "2, 2, 1"
  })
  void stretches_as_the_definition_says(int width, int height, int size) {
    RgbImage image = PictureFiles.picture(width, height, width + height);

    RgbImage resized = preprocessing(size, ResizeRule.STRETCH, 1).apply(image);

    assertThat(resized.width()).isEqualTo(size);
    assertThat(resized).isEqualTo(naive(image, 0, 0, width, height, size, size));
  }

  @ParameterizedTest
  @CsvSource({"300, 232, 224", "17, 90, 5", "5, 3, 32", "40, 40, 260", "640, 11, 24", "2, 2, 1"})
  void stretches_bicubically_as_the_definition_says(int width, int height, int size) {
    RgbImage image = PictureFiles.picture(width, height, width + height);

    RgbImage resized = bicubic(size).apply(image);

    assertThat(resized)
        .isEqualTo(naive(image, 0, 0, width, height, size, size, PreprocessingTest::cubic));
  }

  @Test
  void bicubic_weights_overshoot_and_stay_within_a_byte() {
    byte[] edge = new byte[8 * 3];
    Arrays.fill(edge, 4 * 3, 8 * 3, (byte) 255);

    RgbImage larger = bicubic(32).apply(new RgbImage(8, 1, edge));

    assertThat(larger.value(0, 0, 0)).isZero();
    assertThat(larger.value(13, 0, 0)).isZero(); // -15 without the clamp
    assertThat(larger.value(18, 0, 0)).isEqualTo(255);
    assertThat(larger.value(31, 0, 0)).isEqualTo(255);
    assertThat(larger.value(15, 0, 0)).isBetween(80, 127);
  }

  private static Preprocessing bicubic(int size) {
    return new Preprocessing(size, ResizeRule.STRETCH, 1, MEANS, SCALES, Interpolation.BICUBIC);
  }

  @ParameterizedTest
  @CsvSource({"300, 232, 0.875", "90, 260, 1", "64, 64, 0.3", "5, 4, 0.5"})
  void crops_the_middle_of_the_picture(int width, int height, double fraction) {
    RgbImage image = PictureFiles.picture(width, height, 5);
    double side = Math.min(width, height) * fraction;

    RgbImage cropped = preprocessing(48, ResizeRule.CENTER_CROP, fraction).apply(image);

    assertThat(cropped)
        .isEqualTo(naive(image, (width - side) / 2, (height - side) / 2, side, side, 48, 48));
  }

  @Test
  void pads_with_the_mean_colour() {
    RgbImage image = PictureFiles.picture(80, 40, 6);

    RgbImage padded = preprocessing(20, ResizeRule.PAD, 1).apply(image);

    RgbImage inner = naive(image, 0, 0, 80, 40, 20, 10);
    assertThat(Arrays.copyOfRange(padded.rgb(), 5 * 60, 15 * 60)).isEqualTo(inner.rgb());
    assertThat(Arrays.copyOf(padded.rgb(), 6)).containsExactly(10, 20, 31, 10, 20, 31);
    assertThat(padded.value(19, 19, 2)).isEqualTo(31);
  }

  @Test
  void pads_even_a_line() {
    RgbImage line = new RgbImage(400, 1, new byte[1200]);

    RgbImage padded = preprocessing(8, ResizeRule.PAD, 1).apply(line);

    assertThat(padded.value(4, 0, 0)).isEqualTo(10);
    assertThat(padded.value(4, 3, 0)).isZero();
  }

  @Test
  void averages_where_it_shrinks() {
    byte[] stripes = new byte[256 * 256 * 3];
    for (int i = 0; i < 256 * 256; i++) {
      Arrays.fill(stripes, i * 3, i * 3 + 3, (byte) (i % 2 == 0 ? 0 : 200));
    }

    RgbImage small =
        preprocessing(16, ResizeRule.STRETCH, 1).apply(new RgbImage(256, 256, stripes));

    for (byte value : small.rgb()) {
      assertThat((int) value).isBetween(98, 102);
    }
  }

  @Test
  void leaves_a_picture_of_the_right_size_alone() {
    RgbImage image = PictureFiles.picture(32, 32, 7);

    assertThat(preprocessing(32, ResizeRule.STRETCH, 1).apply(image)).isEqualTo(image);
    assertThat(preprocessing(32, ResizeRule.CENTER_CROP, 1).apply(image)).isEqualTo(image);
    assertThat(preprocessing(32, ResizeRule.PAD, 1).apply(image)).isEqualTo(image);
  }

  @Test
  void writes_into_its_place_in_a_batch_and_nowhere_else() {
    Preprocessing preprocessing = preprocessing(4, ResizeRule.STRETCH, 1);
    RgbImage image = PictureFiles.picture(9, 8, 8);
    byte[] batch = new byte[3 * 48];
    Arrays.fill(batch, (byte) 1);

    preprocessing.apply(image, batch, 48);

    assertThat(Arrays.copyOfRange(batch, 48, 96)).isEqualTo(preprocessing.apply(image).rgb());
    assertThat(Arrays.copyOf(batch, 48)).containsOnly(1);
    assertThat(Arrays.copyOfRange(batch, 96, 144)).containsOnly(1);
    assertThatThrownBy(() -> preprocessing.apply(image, batch, 97))
        .isInstanceOf(IndexOutOfBoundsException.class);
  }

  @Test
  void should_fail_if_a_number_is_out_of_range() {
    assertThatThrownBy(() -> preprocessing(0, ResizeRule.PAD, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("size must be in 1..4096, got 0");
    assertThatThrownBy(() -> preprocessing(8, ResizeRule.PAD, Double.NaN))
        .hasMessage("cropFraction must be in (0, 1], got NaN");
    assertThatThrownBy(
            () -> new Preprocessing(8, ResizeRule.PAD, 1, List.of(1.0, 2.0, 256.0), SCALES))
        .hasMessage("channelMeans needs 3 values in 0..255, got [1.0, 2.0, 256.0]");
    assertThatThrownBy(() -> new Preprocessing(8, ResizeRule.PAD, 1, MEANS, List.of(1.0, 0.0, 1.0)))
        .hasMessage("channelScales needs 3 positive values, got [1.0, 0.0, 1.0]");
  }

  /**
   * The definition, pixel by pixel: along the rows, rounded to 8 bits, then along the columns. A
   * weight is a triangle's height, in 22 bits after the point.
   */
  private static RgbImage naive(
      RgbImage image, double left, double top, double boxWidth, double boxHeight, int w, int h) {
    return naive(image, left, top, boxWidth, boxHeight, w, h, x -> Math.max(0, 1 - Math.abs(x)));
  }

  /** Keys's cubic convolution with a = -0.5, written as its paper does. */
  private static double cubic(double x) {
    double d = Math.abs(x);
    if (d <= 1) {
      return 1.5 * d * d * d - 2.5 * d * d + 1;
    }
    return d < 2 ? -0.5 * d * d * d + 2.5 * d * d - 4 * d + 2 : 0;
  }

  private static byte clamped(long sum) {
    return (byte) Math.max(0, Math.min(255, sum >> 22));
  }

  private static RgbImage naive(
      RgbImage image,
      double left,
      double top,
      double boxWidth,
      double boxHeight,
      int w,
      int h,
      DoubleUnaryOperator kernel) {
    byte[] rows = new byte[image.height() * w * 3];
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < w; x++) {
        long[] weights = weights(left, boxWidth, image.width(), w, x, kernel);
        for (int c = 0; c < 3; c++) {
          long sum = 1 << 21;
          for (int i = 0; i < image.width(); i++) {
            sum += weights[i] * image.value(i, y, c);
          }
          rows[(y * w + x) * 3 + c] = clamped(sum);
        }
      }
    }
    byte[] result = new byte[h * w * 3];
    for (int y = 0; y < h; y++) {
      long[] weights = weights(top, boxHeight, image.height(), h, y, kernel);
      for (int x = 0; x < w * 3; x++) {
        long sum = 1 << 21;
        for (int i = 0; i < image.height(); i++) {
          sum += weights[i] * (rows[i * w * 3 + x] & 0xff);
        }
        result[y * w * 3 + x] = clamped(sum);
      }
    }
    return new RgbImage(w, h, result);
  }

  private static long[] weights(
      double start, double length, int source, int target, int index, DoubleUnaryOperator kernel) {
    double shrink = length / target;
    double reach = Math.max(1, shrink);
    double center = start + (index + 0.5) * shrink;
    double[] heights = new double[source];
    for (int i = 0; i < source; i++) {
      heights[i] = kernel.applyAsDouble((i + 0.5 - center) / reach);
    }
    double sum = Arrays.stream(heights).sum();
    return Arrays.stream(heights)
        .mapToLong(v -> (long) (v / sum * (1 << 22) + Math.copySign(0.5, v / sum)))
        .toArray();
  }
}
