package dev.dogvision.report;

import dev.dogvision.image.RgbImage;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Makes photographs small without the jagged edges of a single bilinear step. */
final class Shrinking {
  private Shrinking() {}

  /** The largest picture of the same shape within a box; never larger than the original. */
  static BufferedImage within(RgbImage image, int width, int height) {
    double scale =
        Math.min(1, Math.min((double) width / image.width(), (double) height / image.height()));
    return scale(
        image.toBufferedImage(),
        Math.max(1, (int) Math.round(image.width() * scale)),
        Math.max(1, (int) Math.round(image.height() * scale)));
  }

  /** The middle of the picture, as large as a square of the given side. */
  static BufferedImage square(RgbImage image, int side) {
    int cut = Math.min(image.width(), image.height());
    BufferedImage whole = image.toBufferedImage();
    return scale(
        whole.getSubimage((image.width() - cut) / 2, (image.height() - cut) / 2, cut, cut),
        side,
        side);
  }

  /** Halves until the last step is less than a halving, since bilinear looks at 2 x 2 pixels. */
  static BufferedImage scale(BufferedImage image, int width, int height) {
    BufferedImage current = image;
    int currentWidth = image.getWidth();
    int currentHeight = image.getHeight();
    do {
      currentWidth = Math.max(width, currentWidth > width ? (currentWidth + 1) / 2 : currentWidth);
      currentHeight =
          Math.max(height, currentHeight > height ? (currentHeight + 1) / 2 : currentHeight);
      BufferedImage next =
          new BufferedImage(currentWidth, currentHeight, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = next.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(current, 0, 0, currentWidth, currentHeight, null);
      graphics.dispose();
      current = next;
    } while (currentWidth > width || currentHeight > height);
    return current;
  }
}
