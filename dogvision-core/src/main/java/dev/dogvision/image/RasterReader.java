package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferInt;
import java.awt.image.DirectColorModel;
import java.awt.image.IndexColorModel;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.awt.image.SinglePixelPackedSampleModel;
import java.awt.image.WritableRaster;
import org.jspecify.annotations.Nullable;

/**
 * Reads Java's images from their rasters, since {@link BufferedImage#getRGB(int, int)} costs more
 * than decoding a JPEG does.
 *
 * <p>Two habits of Java's colour management are walked around: its grey is linear light, so that
 * converting it would brighten every grey picture, and its conversions are slow, so that only what
 * is neither sRGB nor grey goes through them.
 */
final class RasterReader {
  private RasterReader() {}

  /**
   * Reads an image.
   *
   * @param image any type
   * @param reuse whether the image's own array may be turned into the result
   * @param strict whether a pixel of no colour of its palette is an error
   * @throws IllegalArgumentException if there is one
   */
  static RgbImage read(BufferedImage image, boolean reuse, boolean strict) {
    int width = image.getWidth();
    int height = image.getHeight();
    ColorModel colors = image.getColorModel();
    if (colors instanceof IndexColorModel palette) {
      return new RgbImage(width, height, indexed(image.getRaster(), palette, strict));
    }
    if (colors instanceof DirectColorModel packed
        && packed.getTransferType() == DataBuffer.TYPE_INT
        && packed.getColorSpace().isCS_sRGB()) {
      return new RgbImage(width, height, packed(image.getRaster(), packed));
    }
    if (colors instanceof ComponentColorModel && isPlain(colors)) {
      byte[] interleaved = interleaved(image, reuse);
      return new RgbImage(
          width, height, interleaved != null ? interleaved : samples(image.getRaster(), colors));
    }
    return new RgbImage(width, height, drawn(image));
  }

  /**
   * Reads an image whose file describes its colours.
   *
   * @param image any type; its own colour space counts for nothing
   * @param conversion from its colours to sRGB
   */
  static RgbImage read(BufferedImage image, ColorConversion conversion) {
    int width = image.getWidth();
    int height = image.getHeight();
    Raster raster = image.getRaster();
    ColorModel colors = image.getColorModel();
    int bands = raster.getNumBands();
    int colorBands = colors.hasAlpha() ? bands - 1 : bands;
    byte[] rgb = new byte[3 * width * height];
    byte[] strip = new byte[3 * width];
    byte[] opacity = new byte[width];
    int[] row = new int[width * bands];
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++) {
        if (colors instanceof IndexColorModel palette) {
          int index = Math.min(row[x], palette.getMapSize() - 1);
          strip[3 * x] = (byte) palette.getRed(index);
          strip[3 * x + 1] = (byte) palette.getGreen(index);
          strip[3 * x + 2] = (byte) palette.getBlue(index);
          opacity[x] = (byte) palette.getAlpha(index);
          continue;
        }
        for (int channel = 0; channel < 3; channel++) {
          int band = colorBands < 3 ? 0 : channel;
          int largest = (1 << colors.getComponentSize(band)) - 1;
          strip[3 * x + channel] = (byte) scaled(row[x * bands + band], largest);
        }
        opacity[x] =
            colors.hasAlpha()
                ? (byte)
                    scaled(
                        row[x * bands + bands - 1], (1 << colors.getComponentSize(bands - 1)) - 1)
                : (byte) 255;
      }
      conversion.apply(strip);
      for (int x = 0, to = 3 * width * y; x < width; x++, to += 3) {
        int alpha = opacity[x] & 0xff;
        rgb[to] = overWhite(strip[3 * x] & 0xff, alpha);
        rgb[to + 1] = overWhite(strip[3 * x + 1] & 0xff, alpha);
        rgb[to + 2] = overWhite(strip[3 * x + 2] & 0xff, alpha);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private static boolean isPlain(ColorModel colors) {
    ColorSpace space = colors.getColorSpace();
    int type = colors.getTransferType();
    return (space.isCS_sRGB() || space.getType() == ColorSpace.TYPE_GRAY)
        && (type == DataBuffer.TYPE_BYTE || type == DataBuffer.TYPE_USHORT);
  }

  /** 8-bit pixels whose bands lie side by side; null for anything else. */
  private static byte @Nullable [] interleaved(BufferedImage image, boolean reuse) {
    WritableRaster raster = image.getRaster();
    ColorModel colors = image.getColorModel();
    if (!(raster.getDataBuffer() instanceof DataBufferByte buffer)
        || !(raster.getSampleModel() instanceof PixelInterleavedSampleModel model)
        || (colors.hasAlpha() && colors.isAlphaPremultiplied())
        || !hasEightBits(colors)
        || raster.getSampleModelTranslateX() != 0
        || raster.getSampleModelTranslateY() != 0
        || buffer.getNumBanks() != 1
        || buffer.getOffset() != 0) {
      return null;
    }
    int width = image.getWidth();
    int height = image.getHeight();
    int[] offsets = model.getBandOffsets();
    byte[] data = buffer.getData();
    int pixelStride = model.getPixelStride();
    int rowStride = model.getScanlineStride();
    int colorBands = model.getNumBands() - (colors.hasAlpha() ? 1 : 0);
    if (colorBands != 1 && colorBands != 3) {
      return null;
    }
    int red = offsets[0];
    int green = offsets[colorBands == 1 ? 0 : 1];
    int blue = offsets[colorBands == 1 ? 0 : 2];
    boolean dense = pixelStride == 3 && rowStride == 3 * width && data.length == 3 * width * height;
    if (dense && reuse && green == 1 && red + blue == 2) {
      if (red == 2) {
        for (int i = 0; i < data.length; i += 3) {
          byte swap = data[i];
          data[i] = data[i + 2];
          data[i + 2] = swap;
        }
      }
      return data;
    }
    byte[] rgb = new byte[3 * width * height];
    int to = 0;
    if (!colors.hasAlpha()) {
      for (int y = 0; y < height; y++) {
        int from = y * rowStride;
        for (int x = 0; x < width; x++, from += pixelStride, to += 3) {
          rgb[to] = data[from + red];
          rgb[to + 1] = data[from + green];
          rgb[to + 2] = data[from + blue];
        }
      }
      return rgb;
    }
    int opacity = offsets[colorBands];
    for (int y = 0; y < height; y++) {
      int from = y * rowStride;
      for (int x = 0; x < width; x++, from += pixelStride, to += 3) {
        int alpha = data[from + opacity] & 0xff;
        rgb[to] = overWhite(data[from + red] & 0xff, alpha);
        rgb[to + 1] = overWhite(data[from + green] & 0xff, alpha);
        rgb[to + 2] = overWhite(data[from + blue] & 0xff, alpha);
      }
    }
    return rgb;
  }

  private static boolean hasEightBits(ColorModel colors) {
    for (int bits : colors.getComponentSize()) {
      if (bits != 8) {
        return false;
      }
    }
    return true;
  }

  private static byte[] indexed(Raster raster, IndexColorModel palette, boolean strict) {
    int colors = palette.getMapSize();
    byte[] table = new byte[3 * colors];
    for (int i = 0; i < colors; i++) {
      int alpha = palette.getAlpha(i);
      table[3 * i] = overWhite(palette.getRed(i), alpha);
      table[3 * i + 1] = overWhite(palette.getGreen(i), alpha);
      table[3 * i + 2] = overWhite(palette.getBlue(i), alpha);
    }
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width * raster.getNumBands()];
    int to = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++, to += 3) {
        checkArgument(!strict || row[x] < colors, "a pixel of colour %s of %s", row[x] + 1, colors);
        // In a GIF or PNG some mean the transparent, or nothing at all; the last colour stands in.
        int from = 3 * Math.min(row[x], colors - 1);
        rgb[to] = table[from];
        rgb[to + 1] = table[from + 1];
        rgb[to + 2] = table[from + 2];
      }
    }
    return rgb;
  }

  private static byte[] packed(Raster raster, DirectColorModel model) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[3 * width * height];
    boolean opaque = !model.hasAlpha();
    boolean usual =
        model.getRedMask() == 0xff0000
            && model.getGreenMask() == 0xff00
            && model.getBlueMask() == 0xff;
    if (usual
        && opaque
        && raster.getDataBuffer() instanceof DataBufferInt buffer
        && raster.getSampleModel() instanceof SinglePixelPackedSampleModel samples
        && raster.getSampleModelTranslateX() == 0
        && raster.getSampleModelTranslateY() == 0
        && buffer.getOffset() == 0) {
      int[] data = buffer.getData();
      int to = 0;
      for (int y = 0; y < height; y++) {
        int from = y * samples.getScanlineStride();
        for (int x = 0; x < width; x++, to += 3) {
          int pixel = data[from++];
          rgb[to] = (byte) (pixel >> 16);
          rgb[to + 1] = (byte) (pixel >> 8);
          rgb[to + 2] = (byte) pixel;
        }
      }
      return rgb;
    }
    int[] row = new int[width];
    int to = 0;
    for (int y = 0; y < height; y++) {
      raster.getDataElements(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0; x < width; x++, to += 3) {
        int pixel = model.getRGB(row[x]); // divides by alpha where it is multiplied in
        int alpha = pixel >>> 24;
        rgb[to] = overWhite(pixel >> 16 & 0xff, alpha);
        rgb[to + 1] = overWhite(pixel >> 8 & 0xff, alpha);
        rgb[to + 2] = overWhite(pixel & 0xff, alpha);
      }
    }
    return rgb;
  }

  /** Grey or sRGB samples of up to 16 bits, with or without alpha, however they lie. */
  private static byte[] samples(Raster raster, ColorModel colors) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    boolean alpha = colors.hasAlpha();
    int colorBands = alpha ? bands - 1 : bands;
    int[] largest = new int[bands];
    for (int band = 0; band < bands; band++) {
      largest[band] = (1 << colors.getComponentSize(band)) - 1;
    }
    byte[] rgb = new byte[3 * width * height];
    int[] row = new int[width * bands];
    int to = 0;
    for (int y = 0; y < height; y++) {
      raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, row);
      for (int x = 0, from = 0; x < width; x++, from += bands) {
        int opacity = alpha ? scaled(row[from + bands - 1], largest[bands - 1]) : 255;
        for (int channel = 0; channel < 3; channel++) {
          int band = colorBands < 3 ? 0 : channel;
          int value = scaled(row[from + band], largest[band]);
          rgb[to++] =
              colors.isAlphaPremultiplied()
                  ? (byte) Math.min(255, value + 255 - opacity)
                  : overWhite(value, opacity);
        }
      }
    }
    return rgb;
  }

  /** What Java's own drawing makes of it: slow, and right for every colour space. */
  private static byte[] drawn(BufferedImage image) {
    BufferedImage canvas =
        new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = canvas.createGraphics();
    try {
      graphics.drawImage(image, 0, 0, Color.WHITE, null);
    } finally {
      graphics.dispose();
    }
    return packed(canvas.getRaster(), (DirectColorModel) canvas.getColorModel());
  }

  private static int scaled(int value, int largest) {
    return largest == 255 ? value : (value * 255 + largest / 2) / largest;
  }

  static byte overWhite(int value, int alpha) {
    return alpha == 255 ? (byte) value : (byte) ((value * alpha + 255 * (255 - alpha) + 127) / 255);
  }
}
