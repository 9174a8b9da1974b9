package dev.dogvision.report;

import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.ActivationMap;
import dev.dogvision.predict.Explanation;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import org.jspecify.annotations.Nullable;

/**
 * What a model looked at: the photograph in grey, and over it, from violet through orange to pale
 * yellow, how much each place speaks for the label. Where nothing does, the photograph stays grey.
 */
public final class ActivationOverlay implements Plot {
  private static final int GAP = 12;
  private static final int TITLE = 44;
  private static final double MOST_OPAQUE = 0.72;

  /** Dark to light through hues that are told apart by lightness alone. */
  private static final int[] GLOW = {
    0x1b0c41, 0x4a0c6b, 0x781c6d, 0xa52c60, 0xcf4446, 0xed6925, 0xfb9b06, 0xf7d13d, 0xfcffa4
  };

  private final RgbImage image;
  private final ActivationMap map;
  private final @Nullable String title;

  private ActivationOverlay(RgbImage image, ActivationMap map, @Nullable String title) {
    this.image = image;
    this.map = map;
    this.title = title;
  }

  /**
   * An overlay alone, as large as the picture.
   *
   * @param image what the network saw, square
   * @param map what spoke for the label
   * @return the plot
   */
  public static ActivationOverlay of(RgbImage image, ActivationMap map) {
    return new ActivationOverlay(image, map, null);
  }

  /**
   * An overlay of an explanation.
   *
   * @param explanation what to draw
   * @return the plot
   */
  public static ActivationOverlay of(Explanation explanation) {
    return of(explanation.seen(), explanation.map());
  }

  /**
   * The photograph and its overlay side by side under a title that names the label and its
   * probability.
   *
   * @param explanation what to draw
   * @return the plot
   */
  public static ActivationOverlay sideBySide(Explanation explanation) {
    String percent = TextDrawing.percent(explanation.prediction().probability(explanation.label()));
    return new ActivationOverlay(
        explanation.seen(),
        explanation.map(),
        "What speaks for " + TextDrawing.readable(explanation.label()) + ", " + percent);
  }

  @Override
  public BufferedImage toImage() {
    BufferedImage overlay = overlay();
    if (title == null) {
      return overlay;
    }
    BufferedImage photo = image.toBufferedImage();
    return Sheet.draw(
        2 * image.width() + 3 * GAP,
        TITLE + image.height() + GAP,
        graphics -> paint(graphics, title, photo, overlay));
  }

  private static void paint(
      Graphics2D graphics, String title, BufferedImage photo, BufferedImage overlay) {
    FontMetrics metrics = graphics.getFontMetrics(TextDrawing.bold(17));
    Sheet.text(
        graphics,
        TextDrawing.fit(title, metrics, 2 * photo.getWidth() + GAP),
        TextDrawing.bold(17),
        Palette.INK,
        GAP,
        29);
    graphics.drawImage(photo, GAP, TITLE, null);
    graphics.drawImage(overlay, 2 * GAP + photo.getWidth(), TITLE, null);
  }

  private BufferedImage overlay() {
    int width = image.width();
    int height = image.height();
    BufferedImage overlay = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double strength = map.strength((x + 0.5) / width, (y + 0.5) / height);
        double grey =
            0.299 * image.value(x, y, 0)
                + 0.587 * image.value(x, y, 1)
                + 0.114 * image.value(x, y, 2);
        overlay.setRGB(x, y, blend(grey, Palette.between(GLOW, strength).getRGB(), strength));
      }
    }
    return overlay;
  }

  private static int blend(double grey, int glow, double strength) {
    double opacity = MOST_OPAQUE * Math.sqrt(strength);
    int blended = 0;
    for (int shift = 16; shift >= 0; shift -= 8) {
      double channel = grey * (1 - opacity) + (glow >> shift & 0xff) * opacity;
      blended = blended << 8 | (int) Math.round(Math.min(255, channel));
    }
    return blended;
  }

  @Override
  public String toString() {
    return title == null ? "ActivationOverlay[" + map + "]" : "ActivationOverlay[" + title + "]";
  }
}
