package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import org.jspecify.annotations.Nullable;

/**
 * Reads pictures: JPEG (baseline, progressive, grey, CMYK and YCCK), PNG, GIF (its first frame),
 * BMP and WebP. The content decides the format, not the name.
 *
 * <p>The result is upright, as EXIF says how the camera was held; its colours are sRGB; what is
 * transparent lies over white.
 *
 * <p>A file that is cut short is refused, since half a picture would quietly spoil a training set
 * or a prediction. So is one whose pixels are damaged, as far as that can be told: JPEG has no
 * checksums. What does no harm to the pixels is let pass: a missing end marker after the last of
 * them, anything that follows them, and broken metadata or colour profiles.
 *
 * <p>Immutable, and safe to use from any number of threads. Global settings of {@code ImageIO} are
 * neither used nor changed, and no temporary file is written.
 */
public final class ImageDecoder {
  private static final long DEFAULT_MAXIMUM_PIXELS = 100_000_000;
  private static final String EMPTY = "empty, 0 bytes";

  /** As many first bytes as any format's signature needs. */
  private static final int FIRST_SIGHT = 64;

  /** What decoding takes at its peak, nearly: the pixels, and in some formats a second copy. */
  private static final int MEMORY_PER_PIXEL = 6;

  private static final int PADDING = 64;

  private static final ImageDecoder STANDARD = new ImageDecoder(DEFAULT_MAXIMUM_PIXELS);

  private static final ComponentColorModel SRGB =
      new ComponentColorModel(
          ColorSpace.getInstance(ColorSpace.CS_sRGB),
          false,
          false,
          ComponentColorModel.OPAQUE,
          DataBuffer.TYPE_BYTE);

  private final long maximumPixels;

  private ImageDecoder(long maximumPixels) {
    this.maximumPixels = maximumPixels;
  }

  /**
   * The decoder with its default settings.
   *
   * @return always the same
   */
  public static ImageDecoder standard() {
    return STANDARD;
  }

  /**
   * A decoder with another limit. A picture whose header promises more pixels is refused before any
   * memory is spent on it.
   *
   * @param pixels width times height, positive; 100 million unless set
   * @return the changed decoder
   * @throws IllegalArgumentException if it is not positive
   */
  public ImageDecoder maximumPixels(long pixels) {
    checkArgument(pixels > 0, "maximumPixels must be positive, got %s", pixels);
    return new ImageDecoder(pixels);
  }

  /**
   * The limit.
   *
   * @return the most pixels that a picture may have
   */
  public long maximumPixels() {
    return maximumPixels;
  }

  /**
   * Reads a picture, wherever it is.
   *
   * @param source the picture
   * @return the picture, upright; pixels that are there already are given as they are
   * @throws UnreadableImageException if there is nothing that can be read as a picture, or the
   *     pixels are more than allowed
   */
  public RgbImage decode(ImageSource source) {
    RgbImage pixels = source.pixels();
    if (pixels == null) {
      return decode(source.bytes(), source.name());
    }
    if ((long) pixels.width() * pixels.height() > maximumPixels) {
      throw new UnreadableImageException(
          source.name(),
          String.format(
              Locale.ROOT,
              "%d x %d pixels; at most %d are read (see ImageDecoder.maximumPixels)",
              pixels.width(),
              pixels.height(),
              maximumPixels),
          null);
    }
    return pixels;
  }

  /**
   * Reads a picture from a file.
   *
   * @param path the file
   * @return the picture, upright
   * @throws UnreadableImageException if there is no such file or it can't be read as a picture
   */
  public RgbImage decode(Path path) {
    return decode(ImageSource.of(path));
  }

  /**
   * What is wrong with a picture at first sight: a file that is not there, nothing in it, or first
   * bytes that are of no format that is read. A file costs its first bytes only; a stream or URI is
   * not opened for that, and pixels are always right.
   *
   * @param source the picture
   * @return what is wrong, without the source's name; empty where only decoding can tell
   */
  public Optional<String> problemAtFirstSight(ImageSource source) {
    byte[] start;
    try {
      start = source.firstBytes(FIRST_SIGHT);
    } catch (UnreadableImageException e) {
      return Optional.of(e.problem());
    }
    if (start == null) {
      return Optional.empty();
    }
    if (start.length == 0) {
      return Optional.of(EMPTY);
    }
    return ImageFormat.of(start) == null ? Optional.of(unknownFormat(start)) : Optional.empty();
  }

  /**
   * Reads a picture from memory.
   *
   * @param content a whole file; not changed
   * @param source where it came from, for messages
   * @return the picture, upright
   * @throws UnreadableImageException if it can't be read as a picture
   */
  public RgbImage decode(byte[] content, String source) {
    ImageSource.checkLength(content, source);
    if (content.length == 0) {
      throw new UnreadableImageException(source, EMPTY, null);
    }
    ImageFormat format = ImageFormat.of(content);
    if (format == null) {
      throw new UnreadableImageException(source, unknownFormat(content), null);
    }
    FileStructure structure = FileStructure.of(format, content);
    checkSize(source, format, structure.width, structure.height);
    if (structure.damage != null) {
      throw new UnreadableImageException(source, format + ", " + structure.damage, null);
    }
    // The WebP reader looks a few bytes ahead, and is slow to notice that there are none.
    byte[] padded =
        format == ImageFormat.WEBP ? Arrays.copyOf(content, content.length + PADDING) : content;
    RgbImage image = read(padded, source, format, structure);
    return Orientation.upright(image, Orientation.of(content, structure));
  }

  private static String unknownFormat(byte[] content) {
    return "not JPEG, PNG, GIF, BMP or WebP but "
        + ImageFormat.describe(content)
        + "; convert it or leave it out";
  }

  private RgbImage read(
      byte[] content, String source, ImageFormat format, FileStructure structure) {
    @Nullable UnreadableImageException first = null;
    try {
      for (ImageReader reader : ImageReaders.of(format, structure)) {
        try {
          return read(reader, content, source, format, structure);
        } catch (UnreadableImageException e) {
          if (first == null) {
            first = e;
          } else {
            first.addSuppressed(e);
          }
        } finally {
          reader.dispose();
        }
      }
    } catch (IOException e) {
      throw new UnreadableImageException(source, format + " can't be read here", e);
    }
    throw first != null
        ? first
        : new UnreadableImageException(
            source, format + ", for which this Java runtime has no reader", null);
  }

  private RgbImage read(
      ImageReader reader,
      byte[] content,
      String source,
      ImageFormat format,
      FileStructure structure) {
    List<String> warnings = new ArrayList<>();
    try (ByteArrayImageInputStream stream = new ByteArrayImageInputStream(content)) {
      reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
      // Metadata are read elsewhere; in a PNG they may unpack to gigabytes.
      reader.setInput(stream, true, true);
      int width = reader.getWidth(0);
      int height = reader.getHeight(0);
      checkSize(source, format, width, height);
      boolean plainJpeg =
          format == ImageFormat.JPEG && reader.getClass().getName().startsWith("com.sun.imageio.");
      ImageReadParam parameters = reader.getDefaultReadParam();
      if (plainJpeg && (structure.components == 1 || structure.components == 3)) {
        parameters.setDestination(destination(width, height));
      }
      BufferedImage image = reader.read(0, parameters);
      if (format == ImageFormat.JPEG) {
        checkWarnings(source, structure, warnings, plainJpeg);
      }
      return RasterReader.read(image, true);
    } catch (UnreadableImageException e) {
      throw e;
    } catch (IOException | RuntimeException | StackOverflowError e) {
      throw new UnreadableImageException(
          source, format + ", damaged: " + reason(e) + "; fetch it again or leave it out", e);
    } catch (OutOfMemoryError e) {
      throw new UnreadableImageException(
          source, format + ", which there is not enough memory to read; give Java more (-Xmx)", e);
    }
  }

  /** An image whose bytes lie as ours do, which Java's JPEG reader fills without a detour. */
  private static BufferedImage destination(int width, int height) {
    int[] bands = {0, 1, 2};
    return new BufferedImage(
        SRGB,
        Raster.createInterleavedRaster(
            DataBuffer.TYPE_BYTE, width, height, 3 * width, 3, bands, null),
        false,
        null);
  }

  private void checkSize(String source, ImageFormat format, long width, long height) {
    long pixels = width * height; // each below 2^32, and products beyond 2^63 are negative
    if (pixels < 0 || pixels > maximumPixels || pixels > (Integer.MAX_VALUE - 8) / 3) {
      throw new UnreadableImageException(
          source,
          String.format(
              Locale.ROOT,
              "%s whose header promises %d x %d pixels; at most %d are read (see"
                  + " ImageDecoder.maximumPixels)",
              format,
              width,
              height,
              Math.min(maximumPixels, (Integer.MAX_VALUE - 8) / 3)),
          null);
    }
    long memory = Runtime.getRuntime().maxMemory();
    if (pixels * MEMORY_PER_PIXEL > memory) {
      throw new UnreadableImageException(
          source,
          String.format(
              Locale.ROOT,
              "%s of %d x %d pixels, which needs about %d MB, more than the %d MB that Java may use;"
                  + " give it more (-Xmx) or shrink the picture",
              format,
              width,
              height,
              (pixels * MEMORY_PER_PIXEL) >> 20,
              memory >> 20),
          null);
    }
  }

  /** Tells from what a JPEG reader muttered whether the pixels are all there. */
  private static void checkWarnings(
      String source, FileStructure structure, List<String> warnings, boolean plainReader) {
    boolean ended = false;
    boolean incomplete = false;
    @Nullable String corrupt = null;
    for (String warning : warnings) {
      String text = warning.toLowerCase(Locale.ROOT);
      if (text.contains("missing eoi")) {
        ended = true;
      } else {
        // Only the first complaint about a picture's data is reported; with the end missing as
        // well, it may stand for any number. Other readers complain of metadata, too.
        incomplete |= plainReader || text.contains("premature end");
        boolean skipped = text.contains("extraneous bytes");
        if (text.startsWith("corrupt jpeg data") && !skipped) {
          corrupt = warning;
        }
      }
    }
    if (ended && (incomplete || structure.progressive)) {
      throw new UnreadableImageException(source, "JPEG, " + structure.cutShort(), null);
    }
    if (corrupt != null) {
      throw new UnreadableImageException(
          source, "JPEG, damaged: " + corrupt + "; fetch it again or leave it out", null);
    }
  }

  private static String reason(Throwable problem) {
    String message = problem.getMessage();
    return message == null || message.isBlank() ? problem.getClass().getSimpleName() : message;
  }

  @Override
  public String toString() {
    return "ImageDecoder[maximumPixels=" + maximumPixels + "]";
  }
}
