package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.Arrays;

/**
 * A picture as bytes in sRGB: row by row from the top, pixel by pixel from the left, R, G, B. A
 * byte is an unsigned value, 0..255.
 *
 * <p>The array is neither copied on the way in nor on the way out: whoever holds a picture treats
 * its bytes as read-only. Under that agreement a picture is immutable and safe to share.
 */
public final class RgbImage {
  private final int width;
  private final int height;
  private final byte[] rgb;

  /**
   * A picture over the given bytes.
   *
   * @param width in pixels, at least 1
   * @param height in pixels, at least 1
   * @param rgb {@code height * width * 3} bytes; not copied
   * @throws IllegalArgumentException if the number of bytes does not fit
   */
  public RgbImage(int width, int height, byte[] rgb) {
    checkArgument(
        width > 0 && height > 0, "a picture must be at least 1 x 1, got %s x %s", width, height);
    checkArgument(
        rgb.length == 3L * width * height,
        "a picture of %s x %s needs %s bytes, got %s",
        width,
        height,
        3L * width * height,
        rgb.length);
    this.width = width;
    this.height = height;
    this.rgb = rgb;
  }

  /**
   * A picture from Java's own. Transparent parts are laid over white, 16 bits are scaled to 8, grey
   * is taken as it is, other colour spaces are converted to sRGB.
   *
   * @param image any type of image; not changed
   * @return the picture, which shares nothing with the image
   */
  public static RgbImage of(BufferedImage image) {
    return RasterReader.read(image, false, false);
  }

  /**
   * The width.
   *
   * @return in pixels
   */
  public int width() {
    return width;
  }

  /**
   * The height.
   *
   * @return in pixels
   */
  public int height() {
    return height;
  }

  /**
   * The bytes.
   *
   * @return the array itself, {@code height * width * 3} long, read-only by agreement
   */
  public byte[] rgb() {
    return rgb;
  }

  /**
   * One colour value.
   *
   * @param x column, from 0
   * @param y row, from 0
   * @param channel 0 for red, 1 for green, 2 for blue
   * @return 0..255
   */
  public int value(int x, int y, int channel) {
    checkArgument(x >= 0 && x < width, "x must be in 0..%s, got %s", width - 1, x);
    checkArgument(y >= 0 && y < height, "y must be in 0..%s, got %s", height - 1, y);
    checkArgument(channel >= 0 && channel < 3, "channel must be in 0..2, got %s", channel);
    return rgb[(y * width + x) * 3 + channel] & 0xff;
  }

  /**
   * The picture as Java's own.
   *
   * @return a new image of type {@link BufferedImage#TYPE_INT_RGB}
   */
  public BufferedImage toBufferedImage() {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    int[] pixels = ((DataBufferInt) image.getRaster().getDataBuffer()).getData();
    for (int i = 0, j = 0; i < pixels.length; i++, j += 3) {
      pixels[i] = (rgb[j] & 0xff) << 16 | (rgb[j + 1] & 0xff) << 8 | (rgb[j + 2] & 0xff);
    }
    return image;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RgbImage image
        && width == image.width
        && height == image.height
        && Arrays.equals(rgb, image.rgb);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * width + height) + Arrays.hashCode(rgb);
  }

  @Override
  public String toString() {
    return "RgbImage[" + width + " x " + height + "]";
  }
}
