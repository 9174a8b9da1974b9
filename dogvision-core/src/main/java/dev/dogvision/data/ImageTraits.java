package dev.dogvision.data;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** What a data set's report needs to know of one image, in about a kilobyte. */
final class ImageTraits {
  /** The side of the small grey picture that images are compared by. */
  private static final int SIDE = 32;

  private static final int HASH_COLUMNS = 9;
  private static final int HASH_ROWS = 8;

  /** Below this standard deviation, in grey levels, a picture has no structure to compare. */
  private static final double FLAT = 2;

  /** How far two flat pictures' mean colours may be apart, in levels of 0..255. */
  private static final double SAME_COLOUR = 4;

  private final @Nullable String problem;
  private final @Nullable String content;
  private final int width;
  private final int height;
  private final long hash;
  private final byte[] thumbnail;
  private final double mean;
  private final double norm;
  private final double[] colour;

  private ImageTraits(@Nullable String problem, @Nullable String content) {
    this(problem, content, 0, 0, 0, new byte[0], new double[3]);
  }

  private ImageTraits(
      @Nullable String problem,
      @Nullable String content,
      int width,
      int height,
      long hash,
      byte[] thumbnail,
      double[] colour) {
    this.problem = problem;
    this.content = content;
    this.width = width;
    this.height = height;
    this.hash = hash;
    this.thumbnail = thumbnail;
    this.colour = colour;
    double sum = 0;
    for (byte value : thumbnail) {
      sum += value & 0xFF;
    }
    this.mean = sum / Math.max(1, thumbnail.length);
    double squares = 0;
    for (byte value : thumbnail) {
      squares += ((value & 0xFF) - mean) * ((value & 0xFF) - mean);
    }
    this.norm = Math.sqrt(squares);
  }

  static ImageTraits of(ImageSource source, ImageDecoder decoder) {
    AtomicReference<@Nullable String> content = new AtomicReference<>();
    try {
      return decoder.decodeHashed(source, content::set, image -> of(image, content.get()));
    } catch (UnreadableImageException e) {
      return new ImageTraits(e.problem(), content.get());
    }
  }

  private static ImageTraits of(RgbImage image, @Nullable String content) {
    float[] small = grey(image);
    byte[] thumbnail = new byte[small.length];
    for (int i = 0; i < small.length; i++) {
      thumbnail[i] = (byte) Math.round(small[i]);
    }
    return new ImageTraits(
        null,
        content,
        image.width(),
        image.height(),
        differenceHash(small),
        thumbnail,
        meanColour(image));
  }

  /** Why the image cannot be read, or null. */
  @Nullable String problem() {
    return problem;
  }

  /** SHA-256 of the content, or null where it cannot be read. */
  @Nullable String content() {
    return content;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  /** The longer side over the shorter one. */
  double ratio() {
    return Math.max(width, height) / (double) Math.max(1, Math.min(width, height));
  }

  /** In how many of the 64 comparisons of neighbours two images differ. */
  int distance(ImageTraits other) {
    return Long.bitCount(hash ^ other.hash);
  }

  /**
   * How alike two images are: the correlation of their grey values at 32 x 32, which changes of
   * size, brightness, contrast and compression leave near 1.
   *
   * @return -1..1
   */
  double similarity(ImageTraits other) {
    boolean flat = isFlat();
    if (flat || other.isFlat()) {
      return flat && other.isFlat() && sameColour(other) ? 1 : 0;
    }
    int products = 0; // at most 1024 * 255 * 255
    for (int i = 0; i < thumbnail.length; i++) {
      products += (thumbnail[i] & 0xFF) * (other.thumbnail[i] & 0xFF);
    }
    return (products - thumbnail.length * mean * other.mean) / (norm * other.norm);
  }

  private boolean isFlat() {
    return norm < FLAT * SIDE;
  }

  private boolean sameColour(ImageTraits other) {
    for (int channel = 0; channel < 3; channel++) {
      if (Math.abs(colour[channel] - other.colour[channel]) > SAME_COLOUR) {
        return false;
      }
    }
    return true;
  }

  /** The luma, as ITU-R BT.601 weighs it, of 32 x 32 equal parts of a picture. */
  private static float[] grey(RgbImage image) {
    byte[] rgb = image.rgb();
    int width = image.width();
    float[] row = new float[width];
    float[] narrow = new float[SIDE * image.height()];
    for (int y = 0; y < image.height(); y++) {
      int start = 3 * y * width;
      for (int x = 0; x < width; x++) {
        int i = start + 3 * x;
        row[x] =
            0.299f * (rgb[i] & 0xFF) + 0.587f * (rgb[i + 1] & 0xFF) + 0.114f * (rgb[i + 2] & 0xFF);
      }
      for (int x = 0; x < SIDE; x++) {
        narrow[y * SIDE + x] = mean(row, 0, 1, width, x, SIDE);
      }
    }
    float[] small = new float[SIDE * SIDE];
    for (int x = 0; x < SIDE; x++) {
      for (int y = 0; y < SIDE; y++) {
        small[y * SIDE + x] = mean(narrow, x, SIDE, image.height(), y, SIDE);
      }
    }
    return small;
  }

  private static double[] meanColour(RgbImage image) {
    byte[] rgb = image.rgb();
    long red = 0;
    long green = 0;
    long blue = 0;
    for (int i = 0; i < rgb.length; i += 3) {
      red += rgb[i] & 0xFF;
      green += rgb[i + 1] & 0xFF;
      blue += rgb[i + 2] & 0xFF;
    }
    double pixels = rgb.length / 3.0;
    return new double[] {red / pixels, green / pixels, blue / pixels};
  }

  /**
   * Whether each of 8 x 8 places is darker than its right neighbour ("dHash", N. Krawetz, "Kind of
   * Like That", 2013).
   */
  private static long differenceHash(float[] small) {
    float[] narrow = new float[HASH_COLUMNS * SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < HASH_COLUMNS; x++) {
        narrow[y * HASH_COLUMNS + x] = mean(small, y * SIDE, 1, SIDE, x, HASH_COLUMNS);
      }
    }
    long hash = 0;
    for (int y = 0; y < HASH_ROWS; y++) {
      float left = mean(narrow, 0, HASH_COLUMNS, SIDE, y, HASH_ROWS);
      for (int x = 1; x < HASH_COLUMNS; x++) {
        float right = mean(narrow, x, HASH_COLUMNS, SIDE, y, HASH_ROWS);
        hash = (hash << 1) | (left < right ? 1 : 0);
        left = right;
      }
    }
    return hash;
  }

  /** The mean of one of several equal parts of a line of values, shares of values included. */
  private static float mean(float[] values, int start, int step, int length, int part, int parts) {
    double from = (double) part * length / parts;
    double to = (double) (part + 1) * length / parts;
    int first = (int) from;
    int last = Math.min(length - 1, (int) Math.ceil(to) - 1);
    double sum = 0;
    for (int i = first; i <= last; i++) {
      double covered = Math.min(i + 1, to) - Math.max(i, from);
      sum += covered * values[start + i * step];
    }
    return (float) (sum / (to - from));
  }
}
