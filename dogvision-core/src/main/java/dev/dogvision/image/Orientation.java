package dev.dogvision.image;

import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a camera was held, as EXIF says it: a number from 1, upright, to 8. */
final class Orientation {
  private static final Logger LOG = LoggerFactory.getLogger(Orientation.class);
  private static final int UPRIGHT = 1;
  private static final int TILE = 32;

  private Orientation() {}

  /** The orientation that a file's EXIF block names; 1 where it names none. */
  static int of(byte[] content, FileStructure structure) {
    if (structure.exifLength < 14) { // a TIFF header and one empty directory
      return UPRIGHT;
    }
    int start = structure.exifStart;
    byte[] exif = Arrays.copyOfRange(content, start, start + structure.exifLength);
    try {
      Metadata metadata = new Metadata();
      new ExifReader().extract(new ByteArrayReader(exif), metadata);
      for (ExifIFD0Directory directory : metadata.getDirectoriesOfType(ExifIFD0Directory.class)) {
        Integer value = directory.getInteger(ExifIFD0Directory.TAG_ORIENTATION);
        if (value != null && value >= 1 && value <= 8) {
          return value;
        }
      }
    } catch (RuntimeException | StackOverflowError e) {
      LOG.debug("EXIF data that can't be read; taken as upright", e);
    }
    return UPRIGHT;
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
