package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * RGB images of one size, as bytes in NHWC order: image by image, row by row, pixel by pixel, R, G,
 * B. A byte is an unsigned value, 0..255. The array is not copied and is read-only by agreement.
 */
public final class PixelBatch implements Batch {
  private final byte[] pixels;
  private final int size;
  private final int side;

  /**
   * A batch over the given bytes.
   *
   * @param pixels {@code size * side * side * 3} bytes; not copied
   * @param size the number of images
   * @param side height and width in pixels
   */
  public PixelBatch(byte[] pixels, int size, int side) {
    checkArgument(size > 0, "a batch holds at least one image");
    checkArgument(
        pixels.length == (long) size * side * side * 3,
        "%s images of %s x %s need %s bytes, got %s",
        size,
        side,
        side,
        (long) size * side * side * 3,
        pixels.length);
    this.pixels = pixels;
    this.size = size;
    this.side = side;
  }

  /**
   * The bytes.
   *
   * @return the array itself, read-only by agreement
   */
  public byte[] pixels() {
    return pixels;
  }

  /**
   * The same images, each as in a mirror: left and right change places.
   *
   * @return a new batch over bytes of its own
   */
  public PixelBatch mirrored() {
    byte[] mirrored = new byte[pixels.length];
    int row = side * 3;
    for (int start = 0; start < pixels.length; start += row) {
      for (int x = 0; x < row; x += 3) {
        System.arraycopy(pixels, start + x, mirrored, start + row - 3 - x, 3);
      }
    }
    return new PixelBatch(mirrored, size, side);
  }

  @Override
  public int size() {
    return size;
  }

  /**
   * Height and width.
   *
   * @return in pixels
   */
  public int side() {
    return side;
  }
}
