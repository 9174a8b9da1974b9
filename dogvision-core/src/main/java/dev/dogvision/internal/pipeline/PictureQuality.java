package dev.dogvision.internal.pipeline;

import dev.dogvision.image.RgbImage;

/**
 * How much there is to see in a picture, whatever it shows.
 *
 * @param shorterSide in pixels, before it was resized; of one that was decoded at a reduced scale
 *     after that, which is more than the network sees
 * @param brightness the mean of all that reaches the network, 0 for black to 255 for white
 */
public record PictureQuality(int shorterSide, double brightness) {

  /** Of pictures that nobody measured: nothing is wrong with them. */
  public static final PictureQuality UNKNOWN = new PictureQuality(Integer.MAX_VALUE, 128);

  /** A mean needs no more than every so many bytes; no multiple of 3, so that all colours count. */
  private static final int STEP = 7;

  /**
   * Measures a picture.
   *
   * @param image upright, before it was resized
   * @param pixels where the network's input is
   * @param offset where it begins
   * @param length how many bytes it has, at least 1
   * @return what was found
   */
  public static PictureQuality of(RgbImage image, byte[] pixels, int offset, int length) {
    long sum = 0;
    int count = 0;
    for (int i = offset; i < offset + length; i += STEP) {
      sum += pixels[i] & 0xff;
      count++;
    }
    return new PictureQuality(Math.min(image.width(), image.height()), sum / (double) count);
  }
}
