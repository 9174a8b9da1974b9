package dev.dogvision.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/** The surroundings of a drawn dog: a meadow, a beach or a room. */
final class DrawnScene {
  private final Graphics2D graphics;
  private final int width;
  private final int height;
  private final SplittableRandom random;

  private DrawnScene(Graphics2D graphics, int width, int height, SplittableRandom random) {
    this.graphics = graphics;
    this.width = width;
    this.height = height;
    this.random = random;
  }

  static void draw(Graphics2D graphics, int width, int height, SplittableRandom random) {
    DrawnScene scene = new DrawnScene(graphics, width, height, random);
    double kind = random.nextDouble();
    if (kind < 0.6) {
      scene.meadow();
    } else if (kind < 0.8) {
      scene.beach();
    } else {
      scene.room();
    }
  }

  private void meadow() {
    int horizon = (int) (height * random.nextDouble(0.42, 0.6));
    sky(horizon);
    hills(horizon, hue(0.28, 0.4), 0.3f, 0.62f);
    for (int trees = random.nextInt(4); trees > 0; trees--) {
      tree(random.nextDouble(width), horizon + random.nextDouble(6), random.nextDouble(26, 60));
    }
    float green = hue(0.2, 0.33);
    ground(horizon, Color.getHSBColor(green, 0.45f, 0.72f), Color.getHSBColor(green, 0.6f, 0.46f));
    for (int blades = 900; blades > 0; blades--) {
      double y = horizon + Math.pow(random.nextDouble(), 0.7) * (height - horizon);
      double size = 2 + 8 * (y - horizon) / (height - horizon);
      double x = random.nextDouble(width);
      graphics.setColor(
          alpha(Color.getHSBColor(green + hue(-0.03, 0.03), 0.55f, 0.35f + hue(0, 0.4)), 110));
      graphics.setStroke(new BasicStroke((float) (size / 8)));
      graphics.draw(new Line2D.Double(x, y, x + random.nextDouble(-2, 2), y - size));
    }
    for (int flowers = random.nextInt(14); flowers > 0; flowers--) {
      double y = horizon + 12 + random.nextDouble(height - horizon - 12.0);
      graphics.setColor(Color.getHSBColor(hue(0.7, 1.2), 0.5f, 0.95f));
      disc(random.nextDouble(width), y, 1 + 2.5 * (y - horizon) / (height - horizon));
    }
  }

  private void beach() {
    int horizon = (int) (height * random.nextDouble(0.3, 0.42));
    int shore = (int) (height * random.nextDouble(0.55, 0.65));
    sky(horizon);
    float blue = hue(0.48, 0.58);
    graphics.setPaint(
        new GradientPaint(
            0,
            horizon,
            Color.getHSBColor(blue, 0.6f, 0.6f),
            0,
            shore,
            Color.getHSBColor(blue, 0.35f, 0.85f)));
    graphics.fill(new Rectangle2D.Double(0, horizon, width, shore - horizon + 12.0));
    graphics.setStroke(new BasicStroke(1.2f));
    for (int waves = 22; waves > 0; waves--) {
      double x = random.nextDouble(width);
      double y = random.nextDouble(horizon + 4.0, shore);
      graphics.setColor(alpha(Color.WHITE, 120));
      graphics.draw(new Line2D.Double(x, y, x + random.nextDouble(8, 34), y));
    }
    Path2D sand = wave(shore, 5);
    graphics.setPaint(
        new GradientPaint(0, shore, new Color(0xC9AE7C), 0, height, new Color(0xE6D3A3)));
    graphics.fill(sand);
    for (int grains = 500; grains > 0; grains--) {
      graphics.setColor(alpha(new Color(0x8C7446), 70));
      double y = shore + 6 + random.nextDouble(height - shore - 6.0);
      disc(random.nextDouble(width), y, random.nextDouble(0.4, 1));
    }
  }

  private void room() {
    int edge = (int) (height * random.nextDouble(0.55, 0.68));
    float wall = hue(0, 1);
    graphics.setColor(Color.getHSBColor(wall, 0.16f, hue(0.7, 0.95)));
    graphics.fillRect(0, 0, width, edge);
    graphics.setColor(alpha(Color.getHSBColor(wall, 0.3f, 0.6f), 60));
    int stripe = 14 + random.nextInt(22);
    for (int x = random.nextInt(stripe); x < width; x += stripe) {
      graphics.fillRect(x, 0, stripe / 3, edge);
    }
    if (random.nextBoolean()) {
      double x = random.nextDouble(20, width - 110.0);
      graphics.setColor(new Color(0xF7F4EC));
      graphics.fill(new Rectangle2D.Double(x, 18, 84, edge * 0.55));
      graphics.setPaint(
          new GradientPaint(0, 18, new Color(0x9CC7EA), 0, edge, new Color(0xE5F1F8)));
      graphics.fill(new Rectangle2D.Double(x + 5, 23, 35, edge * 0.55 - 10));
      graphics.fill(new Rectangle2D.Double(x + 44, 23, 35, edge * 0.55 - 10));
    }
    Color wood = Color.getHSBColor(hue(0.05, 0.09), 0.5f, hue(0.5, 0.7));
    ground(edge, wood, shade(wood, 0.8));
    graphics.setColor(alpha(shade(wood, 0.6), 120));
    graphics.setStroke(new BasicStroke(1));
    for (double y = edge + 9; y < height; y += 9 + (y - edge) * 0.16) {
      graphics.draw(new Line2D.Double(0, y, width, y));
    }
    graphics.setColor(new Color(0xEFEAE0));
    graphics.fillRect(0, edge - 6, width, 7);
    if (random.nextBoolean()) {
      graphics.setColor(Color.getHSBColor(hue(0, 1), 0.4f, 0.65f));
      graphics.fill(
          new Ellipse2D.Double(random.nextDouble(-40, 60), edge + 16.0, width * 0.85, 62));
    }
  }

  private void sky(int horizon) {
    float blue = hue(0.53, 0.6);
    graphics.setPaint(
        new GradientPaint(
            0,
            0,
            Color.getHSBColor(blue, hue(0.25, 0.5), 0.88f),
            0,
            horizon,
            Color.getHSBColor(blue, 0.1f, 0.98f)));
    graphics.fillRect(0, 0, width, horizon + 8);
    for (int clouds = random.nextInt(4); clouds > 0; clouds--) {
      double x = random.nextDouble(width);
      double y = random.nextDouble(horizon * 0.6);
      Area cloud = new Area();
      for (int puffs = 6; puffs > 0; puffs--) {
        double radius = random.nextDouble(7, 15);
        cloud.add(
            new Area(
                new Ellipse2D.Double(
                    x + random.nextDouble(-26, 26) - radius,
                    y + random.nextDouble(-4, 4) - radius,
                    2 * radius,
                    1.6 * radius)));
      }
      graphics.setColor(alpha(Color.WHITE, 170));
      graphics.fill(cloud);
    }
  }

  private void hills(int horizon, float green, float saturation, float brightness) {
    graphics.setColor(Color.getHSBColor(green, saturation, brightness));
    graphics.fill(wave(horizon - 8, 14));
  }

  /** Everything below a wavy line. */
  private Path2D wave(double y, double swing) {
    Path2D path = new Path2D.Double();
    path.moveTo(0, height);
    path.lineTo(0, y + random.nextDouble(-swing, swing));
    double third = width / 3.0;
    path.curveTo(
        third,
        y + random.nextDouble(-swing, swing),
        2 * third,
        y + random.nextDouble(-swing, swing),
        width,
        y + random.nextDouble(-swing, swing));
    path.lineTo(width, height);
    path.closePath();
    return path;
  }

  private void ground(int top, Color far, Color near) {
    graphics.setPaint(new GradientPaint(0, top, far, 0, height, near));
    graphics.fillRect(0, top, width, height - top);
  }

  private void tree(double x, double foot, double size) {
    graphics.setColor(new Color(0x5E4630));
    graphics.fill(new Rectangle2D.Double(x - size / 14, foot - size * 0.6, size / 7, size * 0.6));
    float green = hue(0.25, 0.36);
    for (int leaves = 14; leaves > 0; leaves--) {
      graphics.setColor(Color.getHSBColor(green, 0.45f, hue(0.35, 0.55)));
      disc(
          x + random.nextDouble(-size / 3, size / 3),
          foot - size * random.nextDouble(0.5, 1.1),
          size * random.nextDouble(0.12, 0.22));
    }
  }

  private void disc(double x, double y, double radius) {
    graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
  }

  private float hue(double from, double to) {
    return (float) random.nextDouble(from, to);
  }

  static Color alpha(Color color, int alpha) {
    return new Color(color.getRed(), color.getGreen(), color.getBlue(), alpha);
  }

  static Color shade(Color color, double factor) {
    return new Color(
        (int) Math.min(255, color.getRed() * factor),
        (int) Math.min(255, color.getGreen() * factor),
        (int) Math.min(255, color.getBlue() * factor));
  }
}
