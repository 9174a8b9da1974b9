package dev.dogvision.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.function.Consumer;

/** White paper and the strokes that all pictures share. */
final class Sheet {
  private Sheet() {}

  static BufferedImage draw(int width, int height, Consumer<Graphics2D> drawing) {
    TextDrawing.checkFonts();
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
      graphics.setColor(Palette.PAPER);
      graphics.fillRect(0, 0, width, height);
      drawing.accept(graphics);
    } finally {
      graphics.dispose();
    }
    return image;
  }

  static void text(Graphics2D graphics, String text, Font font, Color color, float x, float y) {
    graphics.setFont(font);
    graphics.setColor(color);
    graphics.drawString(text, x, y);
  }

  static void centred(
      Graphics2D graphics, String text, Font font, Color color, float centre, float baseline) {
    int width = graphics.getFontMetrics(font).stringWidth(text);
    text(graphics, text, font, color, centre - width / 2f, baseline);
  }

  static void rightAligned(
      Graphics2D graphics, String text, Font font, Color color, float right, float baseline) {
    int width = graphics.getFontMetrics(font).stringWidth(text);
    text(graphics, text, font, color, right - width, baseline);
  }

  /** Text that reads upwards from a point. */
  static void upwards(
      Graphics2D graphics, String text, Font font, Color color, double x, double bottom) {
    AffineTransform before = graphics.getTransform();
    graphics.translate(x, bottom);
    graphics.rotate(-Math.PI / 2);
    text(graphics, text, font, color, 0, 0);
    graphics.setTransform(before);
  }

  /** A tick or a cross, drawn rather than written: not every font has them. */
  static void mark(
      Graphics2D graphics, boolean right, Color color, double x, double y, double size) {
    Path2D path = new Path2D.Double();
    if (right) {
      path.moveTo(x + size * 0.05, y + size * 0.55);
      path.lineTo(x + size * 0.38, y + size * 0.88);
      path.lineTo(x + size * 0.95, y + size * 0.15);
    } else {
      path.moveTo(x + size * 0.12, y + size * 0.12);
      path.lineTo(x + size * 0.88, y + size * 0.88);
      path.moveTo(x + size * 0.88, y + size * 0.12);
      path.lineTo(x + size * 0.12, y + size * 0.88);
    }
    graphics.setColor(color);
    graphics.setStroke(
        new BasicStroke((float) (size * 0.17), BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(path);
    graphics.setStroke(new BasicStroke(1));
  }
}
