package dev.dogvision.image;

import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a picture's file says about itself before any pixel is decoded: how large it is, whether it
 * is whole, how much work and memory it asks for, and where its EXIF data lie. Reads only the frame
 * of the file and allocates next to nothing; what it does not understand is left to the decoder
 * that comes after.
 *
 * <p>What follows a picture is none of its business: a file ends here where its picture does.
 */
abstract class FileStructure {
  private static final double WORK_OF_ROW = 2;
  private static final int WIDE = 64;

  /** The size that the header promises, 0 where it was not found. */
  long width;

  long height;

  /** The number of colour components, for JPEG only; 0 where it was not found. */
  int components;

  /**
   * How long a pixel takes to decode, as a multiple of what one takes in a plain JPEG. Measured
   * with the readers that are used here, and rounded up.
   */
  double workPerPixel = 1;

  /** What a pixel takes of memory while it is decoded, besides the 3 bytes of the result. */
  double bytesPerPixel;

  /** Why the file is not read, or null. */
  @Nullable String damage;

  /** Whether the file ends before its picture does. */
  boolean cut;

  /** The EXIF block, starting with its TIFF header; its length is 0 where there is none. */
  int exifStart;

  int exifLength;

  final byte[] content;

  FileStructure(byte[] content) {
    this.content = content;
  }

  static FileStructure of(ImageFormat format, byte[] content) {
    FileStructure structure =
        switch (format) {
          case JPEG -> new JpegStructure(content);
          case PNG -> new PngStructure(content);
          case GIF -> new GifStructure(content);
          case BMP -> new BmpStructure(content);
          case WEBP -> new WebpStructure(content);
        };
    structure.read();
    return structure;
  }

  /** Fills the fields. */
  abstract void read();

  /** How many bytes the reader gets at once, so that it is asked often enough whether to go on. */
  int piece() {
    return Integer.MAX_VALUE;
  }

  /** What rows take, each besides its pixels, where these are so few that it counts. */
  final double workOfRows() {
    return width >= WIDE ? 0 : WORK_OF_ROW / Math.max(1, width);
  }

  /** What makes decoding it slow, in words. */
  String work() {
    return "one piece";
  }

  /** The canvas on which the picture lies, white where nothing does. */
  RgbImage onCanvas(RgbImage image) {
    return image;
  }

  static RgbImage onCanvas(RgbImage image, long width, long height, int left, int top) {
    if (image.width() == width && image.height() == height) {
      return image;
    }
    byte[] canvas = new byte[(int) (3 * width * height)];
    Arrays.fill(canvas, (byte) 0xff);
    for (int y = 0; y < image.height(); y++) {
      System.arraycopy(
          image.rgb(),
          3 * y * image.width(),
          canvas,
          (int) (3 * ((top + y) * width + left)),
          3 * image.width());
    }
    return new RgbImage((int) width, (int) height, canvas);
  }

  /** Whether {@link #readable()} makes a copy. */
  boolean isCopied() {
    return false;
  }

  /** The file as the reader gets it: without what might lead it astray. */
  byte[] readable() {
    return content;
  }

  final void setExif(int start, long length) {
    if (exifLength == 0 && start < content.length) {
      exifStart = start;
      exifLength = (int) Math.max(0, Math.min(length, content.length - start));
    }
  }

  final String cutShort() {
    return "cut short: the file ends, after "
        + content.length
        + " bytes, before the picture does; fetch it again";
  }

  static String tooMany(String what, long count, long limit) {
    return String.format(
        Locale.ROOT,
        "%d %s; at most %d are read, more than any camera writes. Open and save it with an image"
            + " editor, or leave it out",
        count,
        what,
        limit);
  }

  final boolean startsWith(int at, String ascii) {
    if (at < 0 || at + ascii.length() > content.length) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (content[at + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  final int unsigned(int at) {
    return content[at] & 0xff;
  }

  final int big16(int at) {
    return unsigned(at) << 8 | unsigned(at + 1);
  }

  final long big32(int at) {
    return (long) big16(at) << 16 | big16(at + 2);
  }

  final int little16(int at) {
    return unsigned(at) | unsigned(at + 1) << 8;
  }

  final int little24(int at) {
    return little16(at) | unsigned(at + 2) << 16;
  }

  final long little32(int at) {
    return little16(at) | (long) little16(at + 2) << 16;
  }
}
