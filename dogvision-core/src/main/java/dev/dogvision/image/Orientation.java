package dev.dogvision.image;

/**
 * How a camera was held, as EXIF says it: a number from 1, upright, to 8.
 *
 * <p>That one tag is all that is read of EXIF data. They are a small file system of their own, in
 * which a thousand tags may point at one and the same region: 64 KB of them fill a heap where a
 * library makes an object of each. Here nothing is followed but the offset of the first directory,
 * and nothing is allocated.
 */
final class Orientation {
  private static final int UPRIGHT = 1;
  private static final int TILE = 32;

  private static final int TAG = 0x0112;
  private static final int TIFF_HEADER = 8;
  private static final int ENTRY = 12;

  private Orientation() {}

  /** The orientation that a file's EXIF block names; 1 where it names none. */
  static int of(byte[] content, FileStructure structure) {
    int start = structure.exifStart;
    int end = start + structure.exifLength;
    if (structure.exifLength < TIFF_HEADER + 2) {
      return UPRIGHT;
    }
    boolean little = content[start] == 'I' && content[start + 1] == 'I';
    if (!little && (content[start] != 'M' || content[start + 1] != 'M')) {
      return UPRIGHT;
    }
    long directory = start + number(content, start + 4, 4, little);
    if (directory < start + TIFF_HEADER || directory + 2 > end) {
      return UPRIGHT;
    }
    int entry = (int) directory + 2;
    int entries = (int) number(content, (int) directory, 2, little);
    for (int i = 0; i < entries && entry + ENTRY <= end; i++, entry += ENTRY) {
      if (number(content, entry, 2, little) == TAG) {
        return value(content, entry, little);
      }
    }
    return UPRIGHT;
  }

  /** One small number lies in its entry itself, in its first bytes. */
  private static int value(byte[] content, int entry, boolean little) {
    int size =
        switch ((int) number(content, entry + 2, 2, little)) {
          case 1, 6 -> 1; // and the same with a sign
          case 3, 8 -> 2;
          case 4, 9 -> 4;
          default -> 0;
        };
    if (size == 0 || number(content, entry + 4, 4, little) != 1) {
      return UPRIGHT;
    }
    long value = number(content, entry + 8, size, little);
    return value >= 1 && value <= 8 ? (int) value : UPRIGHT;
  }

  private static long number(byte[] content, int at, int size, boolean little) {
    long number = 0;
    for (int i = 0; i < size; i++) {
      number = (number << 8) | (content[at + (little ? size - 1 - i : i)] & 0xff);
    }
    return number;
  }

  /** Turns a picture upright. */
  static RgbImage upright(RgbImage image, int orientation) {
    if (orientation == UPRIGHT) {
      return image;
    }
    int width = image.width();
    int height = image.height();
    int right = 3;
    int down = 3 * width;
    int lastColumn = (width - 1) * right;
    int lastRow = (height - 1) * down;
    return switch (orientation) {
      case 2 -> moved(image, width, height, lastColumn, -right, down);
      case 3 -> moved(image, width, height, lastColumn + lastRow, -right, -down);
      case 4 -> moved(image, width, height, lastRow, right, -down);
      case 5 -> moved(image, height, width, 0, down, right);
      case 6 -> moved(image, height, width, lastRow, -down, right);
      case 7 -> moved(image, height, width, lastRow + lastColumn, -down, -right);
      case 8 -> moved(image, height, width, lastColumn, down, -right);
      default -> throw new IllegalArgumentException("orientation must be in 1..8: " + orientation);
    };
  }

  /**
   * A picture whose pixel (x, y) is the byte triple at {@code start + x * stepX + y * stepY} of
   * another. Works tile by tile, so that both pictures stay in the processor's cache.
   */
  private static RgbImage moved(
      RgbImage image, int width, int height, int start, int stepX, int stepY) {
    byte[] before = image.rgb();
    byte[] after = new byte[before.length];
    for (int tileY = 0; tileY < height; tileY += TILE) {
      int bottom = Math.min(height, tileY + TILE);
      for (int tileX = 0; tileX < width; tileX += TILE) {
        int end = Math.min(width, tileX + TILE);
        for (int y = tileY; y < bottom; y++) {
          int from = start + tileX * stepX + y * stepY;
          int to = (y * width + tileX) * 3;
          for (int x = tileX; x < end; x++, from += stepX, to += 3) {
            after[to] = before[from];
            after[to + 1] = before[from + 1];
            after[to + 2] = before[from + 2];
          }
        }
      }
    }
    return new RgbImage(width, height, after);
  }
}
