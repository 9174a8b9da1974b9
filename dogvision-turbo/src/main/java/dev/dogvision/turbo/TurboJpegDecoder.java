package dev.dogvision.turbo;

import static org.bytedeco.leptonica.global.leptonica.L_SEVERITY_NONE;
import static org.bytedeco.leptonica.global.leptonica.pixDestroy;
import static org.bytedeco.leptonica.global.leptonica.pixGetData;
import static org.bytedeco.leptonica.global.leptonica.pixGetDepth;
import static org.bytedeco.leptonica.global.leptonica.pixGetHeight;
import static org.bytedeco.leptonica.global.leptonica.pixGetWidth;
import static org.bytedeco.leptonica.global.leptonica.pixGetWpl;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.setMsgSeverity;

import dev.dogvision.spi.JpegDecoder;
import java.io.IOException;
import java.nio.IntBuffer;
import java.util.Locale;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.leptonica.PIX;

/**
 * Decodes by the libjpeg-turbo in the native library of Leptonica, whose reader gives pictures at
 * reduced scale and counts the library's warnings. Registered as a service; programs need not name
 * it. Safe from any number of threads.
 *
 * <p>Loading it silences Leptonica's own messages in the process. libjpeg-turbo itself writes a
 * line about a damaged picture to the standard error stream, which can't be turned off from here.
 */
public final class TurboJpegDecoder implements JpegDecoder {
  private static final int IN_COLOR = 0;

  /** Its default is to give no picture once the library has warned of anything. */
  private static final int FAILING_ON_BAD_DATA = 0;

  /** Beyond this, handing over the pixels of a whole picture costs more than is won. */
  private static final int MOST_PIXELS_IN_FULL = 1_000_000;

  private static final int BYTES_PER_WORD = 4;

  /** Loads nothing yet. */
  public TurboJpegDecoder() {}

  @Override
  public String name() {
    return "libjpeg-turbo";
  }

  @Override
  public void load() throws IOException {
    if (Loader.getPlatform().startsWith("windows")) {
      // Without fmemopen, Leptonica would write each picture to a temporary file.
      throw new IOException("it is not used on Windows");
    }
    try {
      Loader.load(org.bytedeco.leptonica.global.leptonica.class);
      int unused = setMsgSeverity(L_SEVERITY_NONE);
    } catch (LinkageError | RuntimeException e) {
      throw new IOException(
          "no native library for "
              + Loader.getPlatform()
              + " could be loaded; add org.bytedeco:leptonica and org.bytedeco:javacpp with that"
              + " classifier, and see that the folder that -Dorg.bytedeco.javacpp.cachedir names can be written to ("
              + e
              + ")",
          e);
    }
  }

  @Override
  public long memory(int width, int height) {
    return (long) BYTES_PER_WORD * width * height;
  }

  @Override
  public boolean gains(int reduction, int width, int height) {
    return reduction > 1 || (long) width * height <= MOST_PIXELS_IN_FULL;
  }

  @Override
  public void decode(byte[] jpeg, int reduction, int width, int height, byte[] rgb)
      throws IOException {
    int[] warnings = new int[1];
    PIX picture =
        pixReadMemJpeg(jpeg, jpeg.length, IN_COLOR, reduction, warnings, FAILING_ON_BAD_DATA);
    if (picture == null || picture.isNull()) {
      throw new IOException(
          String.format(Locale.ROOT, "it is damaged or can't be read (warnings: %d)", warnings[0]));
    }
    try {
      if (warnings[0] > 0) {
        throw new IOException("it is damaged (warnings: " + warnings[0] + ")");
      }
      copy(picture, width, height, rgb);
    } finally {
      pixDestroy(picture);
    }
  }

  private static void copy(PIX picture, int width, int height, byte[] rgb) throws IOException {
    int depth = pixGetDepth(picture);
    if (pixGetWidth(picture) != width
        || pixGetHeight(picture) != height
        || (depth != 8 && depth != 32)) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "it has %d x %d pixels of %d bits; expected %d x %d of 8 or 32",
              pixGetWidth(picture),
              pixGetHeight(picture),
              depth,
              width,
              height));
    }
    int words = pixGetWpl(picture);
    IntBuffer data = pixGetData(picture).capacity((long) words * height).asBuffer();
    int[] row = new int[words];
    for (int y = 0, to = 0; y < height; y++, to += 3 * width) {
      data.get(row);
      if (depth == 32) {
        copyColors(row, width, rgb, to);
      } else {
        copyGrey(row, width, rgb, to);
      }
    }
  }

  /** A word is a pixel, with red in its highest bits. */
  private static void copyColors(int[] row, int width, byte[] rgb, int start) {
    for (int x = 0, to = start; x < width; x++, to += 3) {
      int word = row[x];
      rgb[to] = (byte) (word >> 24);
      rgb[to + 1] = (byte) (word >> 16);
      rgb[to + 2] = (byte) (word >> 8);
    }
  }

  /** A word is four pixels, the first in its highest bits. */
  private static void copyGrey(int[] row, int width, byte[] rgb, int start) {
    for (int x = 0, to = start; x < width; x++, to += 3) {
      byte grey = (byte) (row[x >> 2] >> (24 - 8 * (x & 3)));
      rgb[to] = grey;
      rgb[to + 1] = grey;
      rgb[to + 2] = grey;
    }
  }
}
