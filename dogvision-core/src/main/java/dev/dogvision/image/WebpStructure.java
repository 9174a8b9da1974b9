package dev.dogvision.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * A WebP's chunks. Of an animation, its first frame counts.
 *
 * <p>The reader gets a file of a lossy picture's colours and nothing else, put together anew: it
 * would decode as many pictures as there are chunks of them, each of whatever size it promises,
 * into the size that another header promised. What is lossless, transparency included, is decoded
 * by {@link LosslessWebp}.
 */
final class WebpStructure extends FileStructure {
  private static final int MOST_CHUNKS = 10_000;
  private static final int FRAME_HEADER = 16;
  private static final int PROFILE = 32;

  /** Photographs have a thousand groups of tables and a million pixels. */
  private static final int TABLE_BYTES_PER_PIXEL = 8;

  private static final int FEWEST_TABLE_ENTRIES = 100_000;
  private static final double WORK_OF_PROFILE = 3;

  /** The reader looks a few bytes ahead, and is slow to notice that there are none. */
  private static final int PADDING = 64;

  /** Where the picture lies on the canvas, and its size. */
  int left;

  int top;
  long frameWidth;
  long frameHeight;

  private int flags;
  private boolean extended;
  private boolean lossless;
  private boolean alphaInLossless;

  /** Where chunks begin, with their headers, 0 for those that are missing. */
  private int image;

  private int alpha;
  private int profile;

  WebpStructure(byte[] content) {
    super(content);
  }

  @Override
  void read() {
    if (8 + little32(4) > content.length + 1L) {
      cut = true;
    }
    readChunks(12, (int) Math.min(content.length, 8 + little32(4)));
    if (image == 0) {
      if (damage == null && !cut) {
        damage = "it holds no picture";
      }
      return;
    }
    readImage();
    if (lossless) {
      // The pixels, once more where a palette unpacks them, and tables for some of them
      bytesPerPixel = 4 + 4 + TABLE_BYTES_PER_PIXEL;
      workPerPixel = 5;
    } else {
      bytesPerPixel = 110;
      workPerPixel = 25;
    }
    workPerPixel += withProfile() ? WORK_OF_PROFILE : 0;
  }

  /** Whether the reader is this library's own. */
  boolean isLossless() {
    return lossless;
  }

  /** The lossless picture. */
  RgbImage decode(DecodingGuard guard) throws IOException {
    return over(argb(image + 8 + 5, image + sizeOf(image), guard));
  }

  /** A lossy picture, of which a reader gave the colours, with what is transparent over white. */
  RgbImage overWhite(RgbImage colors, DecodingGuard guard) throws IOException {
    if (alpha == 0) {
      return colors;
    }
    byte[] opacity = opacity(guard);
    byte[] rgb = colors.rgb();
    for (int i = 0; i < opacity.length; i++) {
      int value = opacity[i] & 0xff;
      for (int k = 3 * i; value != 255 && k < 3 * i + 3; k++) {
        rgb[k] = RasterReader.overWhite(rgb[k] & 0xff, value);
      }
    }
    return colors;
  }

  private byte[] opacity(DecodingGuard guard) throws IOException {
    int start = alpha + 8;
    int end = alpha + sizeOf(alpha);
    int width = (int) frameWidth;
    byte[] opacity = new byte[width * (int) frameHeight];
    if (start >= end) {
      throw new EOFException("no data on what is transparent");
    }
    int coding = unsigned(start);
    if ((coding & 3) == 0) {
      if (end - start - 1 < opacity.length) {
        throw new EOFException("the data on what is transparent end too early");
      }
      System.arraycopy(content, start + 1, opacity, 0, opacity.length);
    } else if ((coding & 3) == 1) {
      int[] argb = argb(start + 1, end, guard);
      for (int i = 0; i < argb.length; i++) {
        opacity[i] = (byte) (argb[i] >> 8);
      }
    } else {
      throw new IOException("data on what is transparent of an unknown kind");
    }
    unfilter(opacity, width, coding >> 2 & 3);
    return opacity;
  }

  /** Adds to each value what its neighbours let expect. */
  private static void unfilter(byte[] values, int width, int filter) {
    for (int i = 1; filter != 0 && i < values.length; i++) {
      int left = i % width == 0 ? -1 : values[i - 1] & 0xff;
      int above = i < width ? -1 : values[i - width] & 0xff;
      int expected;
      if (above < 0 || (left >= 0 && filter == 1)) {
        expected = left;
      } else if (left < 0 || filter == 2) {
        expected = above;
      } else {
        int corner = values[i - width - 1] & 0xff;
        expected = Math.max(0, Math.min(255, left + above - corner));
      }
      values[i] += (byte) expected;
    }
  }

  private int[] argb(int from, int to, DecodingGuard guard) throws IOException {
    long tables = FEWEST_TABLE_ENTRIES + frameWidth * frameHeight * TABLE_BYTES_PER_PIXEL / 4;
    return new LosslessWebp(content, from, to, tables, guard)
        .decode((int) frameWidth, (int) frameHeight);
  }

  private RgbImage over(int[] argb) {
    ColorConversion conversion = null;
    if (withProfile()) {
      int end = profile + sizeOf(profile);
      conversion = ColorConversion.ofProfile(Arrays.copyOfRange(content, profile + 8, end));
    }
    int width = (int) frameWidth;
    byte[] rgb = new byte[3 * argb.length];
    byte[] row = new byte[3 * width];
    for (int y = 0; y < argb.length / width; y++) {
      for (int x = 0; x < width; x++) {
        int pixel = argb[y * width + x];
        row[3 * x] = (byte) (pixel >> 16);
        row[3 * x + 1] = (byte) (pixel >> 8);
        row[3 * x + 2] = (byte) pixel;
      }
      if (conversion != null) {
        conversion.apply(row);
      }
      for (int x = 0; x < width; x++) {
        int alpha = alphaInLossless ? argb[y * width + x] >>> 24 : 255;
        for (int channel = 0; channel < 3; channel++) {
          rgb[3 * (y * width + x) + channel] =
              RasterReader.overWhite(row[3 * x + channel] & 0xff, alpha);
        }
      }
    }
    return new RgbImage(width, argb.length / width, rgb);
  }

  private boolean withProfile() {
    return profile != 0 && (flags & PROFILE) != 0;
  }

  /** Looks for the first picture, and at the file's own level for EXIF data behind it. */
  private void readChunks(int from, int to) {
    int at = from;
    int chunks = 0;
    while (at + 8 <= to) {
      if (++chunks > MOST_CHUNKS) {
        damage = tooMany("chunks", chunks, MOST_CHUNKS);
        return;
      }
      long length = little32(at + 4);
      int start = at + 8;
      boolean whole = start + length <= to;
      if (startsWith(at, "EXIF")) {
        int preamble = startsWith(start, "Exif\0") ? 6 : 0;
        setExif(start + preamble, length - preamble);
      } else if (image == 0) {
        readChunk(at, length, to);
        cut |= !whole;
      }
      long next = start + length + (length & 1);
      if (next > to) {
        return;
      }
      at = (int) next;
    }
  }

  private void readChunk(int at, long length, int to) {
    int start = at + 8;
    if (startsWith(at, "VP8X") && start + 10 <= to) {
      extended = true;
      flags = unsigned(start);
      width = 1L + little24(start + 4);
      height = 1L + little24(start + 7);
    } else if (startsWith(at, "ICCP")) {
      profile = at;
    } else if (startsWith(at, "ALPH")) {
      alpha = at;
    } else if (startsWith(at, "VP8 ") || startsWith(at, "VP8L")) {
      image = at;
    } else if (startsWith(at, "ANMF") && frameWidth == 0 && start + FRAME_HEADER <= to) {
      left = 2 * little24(start);
      top = 2 * little24(start + 3);
      frameWidth = 1L + little24(start + 6);
      frameHeight = 1L + little24(start + 9);
      readChunks(start + FRAME_HEADER, (int) Math.min(to, start + length));
    }
  }

  private void readImage() {
    int start = image + 8;
    lossless = startsWith(image, "VP8L");
    if (start + (lossless ? 5 : 10) > content.length) {
      cut = true;
      return;
    }
    long ownWidth;
    long ownHeight;
    if (lossless) {
      long bits = little32(start + 1);
      ownWidth = 1 + (bits & 0x3fff);
      ownHeight = 1 + (bits >> 14 & 0x3fff);
      alphaInLossless = (bits >> 28 & 1) != 0;
    } else {
      ownWidth = little16(start + 6) & 0x3fff;
      ownHeight = little16(start + 8) & 0x3fff;
    }
    if (!extended) {
      width = ownWidth;
      height = ownHeight;
    }
    if (frameWidth == 0) {
      frameWidth = width;
      frameHeight = height;
    }
    if (ownWidth != frameWidth
        || ownHeight != frameHeight
        || left + frameWidth > width
        || top + frameHeight > height) {
      damage =
          String.format(
              Locale.ROOT,
              "damaged: an image of %d x %d pixels in a frame of %d x %d at %d, %d of a canvas of"
                  + " %d x %d; fetch it again or leave it out",
              ownWidth,
              ownHeight,
              frameWidth,
              frameHeight,
              left,
              top,
              width,
              height);
    }
  }

  @Override
  String work() {
    return lossless ? "lossless compression" : "lossy compression";
  }

  @Override
  RgbImage onCanvas(RgbImage image) {
    return onCanvas(image, width, height, left, top);
  }

  @Override
  boolean isCopied() {
    return !lossless;
  }

  /** A file of the lossy picture's colours alone. */
  @Override
  byte[] readable() {
    boolean withProfile = withProfile();
    int length = 12 + 8 + 10;
    int[] parts = {withProfile ? profile : 0, image};
    for (int part : parts) {
      length += part == 0 ? 0 : sizeOf(part) + 1;
    }
    ByteBuffer file = ByteBuffer.allocate(length + PADDING).order(ByteOrder.LITTLE_ENDIAN);
    file.put(ascii("RIFF")).putInt(0).put(ascii("WEBP"));
    if (extended) {
      file.put(ascii("VP8X")).putInt(10);
      file.putInt(withProfile ? PROFILE : 0);
      put24(file, frameWidth - 1);
      put24(file, frameHeight - 1);
    }
    for (int part : parts) {
      if (part != 0) {
        file.put(content, part, sizeOf(part));
        file.position(file.position() + (file.position() & 1));
      }
    }
    return file.putInt(4, file.position() - 8).array();
  }

  private int sizeOf(int chunk) {
    return (int) Math.min(content.length - chunk, 8 + little32(chunk + 4));
  }

  private static void put24(ByteBuffer file, long value) {
    file.put((byte) value).put((byte) (value >> 8)).put((byte) (value >> 16));
  }

  private static byte[] ascii(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }
}
