package dev.dogvision.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Area;
import java.awt.geom.Ellipse2D;
import java.awt.geom.FlatteningPathIterator;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.awt.geom.Rectangle2D;
import java.util.SplittableRandom;

/**
 * One drawn dog from the side, standing at the origin and looking to the right: some 190 wide, 150
 * high. Shapes are filled with a gradient and combed with hairs.
 */
final class DrawnDog {
  private static final double LEG = 54;
  private static final double LENGTH = 108;
  private static final double DEPTH = 44;
  private static final double SKULL = 34;

  private final DrawnLooks looks;
  private final SplittableRandom random;
  private final Color coat;
  private final Color second;
  private final double leg;
  private final double length;
  private final double top;
  private final double bottom;
  private final double headX;
  private final double headY;

  DrawnDog(DrawnLooks looks, SplittableRandom random) {
    this.looks = looks;
    this.random = random;
    double tone = random.nextDouble(0.86, 1.06);
    this.coat = DrawnScene.shade(looks.coat(), tone);
    this.second = DrawnScene.shade(looks.second(), tone);
    this.leg = LEG * looks.legs() * random.nextDouble(0.93, 1.07);
    this.length = LENGTH * looks.body() * random.nextDouble(0.95, 1.05);
    double depth = DEPTH * random.nextDouble(0.92, 1.1);
    this.bottom = -leg + 6;
    this.top = bottom - depth;
    this.headX = length * 0.5 + 20 + random.nextDouble(-3, 6);
    this.headY = top - random.nextDouble(14, 34);
  }

  void draw(Graphics2D graphics) {
    graphics.setColor(new Color(0, 0, 0, 60));
    graphics.fill(new Ellipse2D.Double(-length * 0.62, -5, length * 1.25, 11));
    double step = random.nextDouble(-9, 9);
    Color far = DrawnScene.shade(coat, 0.7);
    fur(graphics, hindLeg(6 + step), far, 0.3);
    fur(graphics, foreLeg(-8 - step), far, 0.3);
    fur(
        graphics,
        tail(),
        coat,
        looks.tail() == DrawnLooks.Tail.WHIP ? looks.hair() : 1.5 * looks.hair());
    Area body = new Area(torso());
    body.add(new Area(neck()));
    body.add(new Area(hindLeg(-step)));
    body.add(new Area(foreLeg(step)));
    fur(graphics, body, coat, looks.hair());
    markings(graphics, body);
    comb(graphics, body, 420, 0.6 + looks.hair());
    head(graphics);
  }

  private Shape torso() {
    Path2D path = new Path2D.Double();
    double tuck = bottom - (looks.hair() > 0.5 ? 4 : 11);
    path.moveTo(length * 0.36, top + 1);
    path.curveTo(length * 0.1, top + 5, -length * 0.2, top - 1, -length * 0.4, top + 3);
    path.curveTo(-length * 0.54, top + 8, -length * 0.55, bottom - 12, -length * 0.42, bottom);
    path.curveTo(-length * 0.2, tuck, 0, tuck, length * 0.2, bottom + 3);
    path.curveTo(length * 0.42, bottom + 7, length * 0.56, bottom - 14, length * 0.5, top + 12);
    path.closePath();
    return path;
  }

  private Shape neck() {
    Path2D path = new Path2D.Double();
    path.moveTo(length * 0.22, top + 4);
    path.curveTo(length * 0.38, top - 2, headX - 24, headY + 4, headX - 15, headY - 9);
    path.lineTo(headX + 6, headY + 12);
    path.curveTo(headX - 2, headY + 24, length * 0.54, top + 12, length * 0.5, top + 22);
    path.closePath();
    return path;
  }

  private Shape hindLeg(double step) {
    double x = -length * 0.4;
    Area shape = new Area(limb(x, bottom - 16, x + 8, bottom + leg * 0.22, 26, 17));
    shape.add(new Area(limb(x + 8, bottom + leg * 0.22, x - 7 + step / 2, -leg * 0.3, 16, 9)));
    shape.add(new Area(limb(x - 7 + step / 2, -leg * 0.3, x - 3 + step, -4, 9, 8)));
    shape.add(new Area(new Ellipse2D.Double(x - 9 + step, -8, 19, 9)));
    return shape;
  }

  private Shape foreLeg(double step) {
    double x = length * 0.34;
    Area shape = new Area(limb(x, bottom - 14, x + 1, bottom + leg * 0.2, 22, 13));
    shape.add(new Area(limb(x + 1, bottom + leg * 0.2, x + step, -4, 12, 8.5)));
    shape.add(new Area(new Ellipse2D.Double(x - 5 + step, -8, 18, 9)));
    return shape;
  }

  /** A tapering limb with round ends. */
  private static Shape limb(
      double x1, double y1, double x2, double y2, double width1, double width2) {
    double away = Math.hypot(x2 - x1, y2 - y1);
    double acrossX = (y2 - y1) / away / 2;
    double acrossY = (x1 - x2) / away / 2;
    Path2D sides = new Path2D.Double();
    sides.moveTo(x1 + acrossX * width1, y1 + acrossY * width1);
    sides.lineTo(x2 + acrossX * width2, y2 + acrossY * width2);
    sides.lineTo(x2 - acrossX * width2, y2 - acrossY * width2);
    sides.lineTo(x1 - acrossX * width1, y1 - acrossY * width1);
    sides.closePath();
    Area limb = new Area(sides);
    limb.add(new Area(disc(x1, y1, width1 / 2)));
    limb.add(new Area(disc(x2, y2, width2 / 2)));
    return limb;
  }

  private Shape tail() {
    double wag = random.nextDouble(-8, 8);
    double x = -length * 0.46;
    double y = top + 9;
    Path2D path = new Path2D.Double();
    path.moveTo(x, y);
    float width;
    switch (looks.tail()) {
      case WHIP -> {
        path.quadTo(x - 30, y + 8, x - 38, y - 16 + wag);
        width = 6;
      }
      case SABRE -> {
        path.curveTo(x - 24, y + 16, x - 34, y + 10, x - 40, y - 12 + wag);
        width = 11;
      }
      default -> {
        path.curveTo(x - 36, y - 8, x - 26, y - 46, x, y - 34 + wag / 2);
        path.quadTo(x + 12, y - 28, x + 6, y - 16);
        width = 17;
      }
    }
    return new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
        .createStrokedShape(path);
  }

  private void markings(Graphics2D graphics, Shape body) {
    Shape before = graphics.getClip();
    graphics.clip(body);
    switch (looks.pattern()) {
      case PLAIN -> {}
      case SADDLE -> {
        graphics.setColor(DrawnScene.alpha(second, 225));
        graphics.fill(
            new Ellipse2D.Double(-length * 0.5, top - 14, length * random.nextDouble(0.86, 1), 38));
      }
      case SPOTS -> blotches(graphics, 26 + random.nextInt(14), 1.6, 5);
      case PATCHES -> blotches(graphics, 4 + random.nextInt(4), 8, 16);
      case PALE_BELLY -> {
        graphics.setColor(DrawnScene.alpha(second, 200));
        graphics.fill(new Ellipse2D.Double(-length * 0.5, bottom - 12, length * 1.1, 30));
        graphics.fill(new Rectangle2D.Double(-length, bottom + 10, 2 * length, leg));
      }
    }
    graphics.setClip(before);
  }

  private void blotches(Graphics2D graphics, int count, double smallest, double largest) {
    graphics.setColor(second);
    for (int i = 0; i < count; i++) {
      double x = random.nextDouble(-length * 0.5, length * 0.5);
      double y = random.nextDouble(top, bottom + 12);
      double radius = random.nextDouble(smallest, largest);
      graphics.fill(disc(x, y, radius));
      graphics.fill(
          disc(x + radius * 0.6, y + random.nextDouble(-radius, radius) / 2, radius * 0.8));
    }
  }

  private void head(Graphics2D graphics) {
    double nod = random.nextDouble(-0.18, 0.22);
    graphics.rotate(nod, headX, headY);
    boolean dark = looks.pattern() == DrawnLooks.Pattern.SADDLE;
    Color ear = looks.pattern() == DrawnLooks.Pattern.PALE_BELLY ? coat : second;
    ear(graphics, DrawnScene.shade(ear, 0.75), -7);
    double muzzle = looks.hair() > 0.8 ? 24 : 31;
    Area shape = new Area(disc(headX, headY, SKULL / 2));
    shape.add(new Area(limb(headX + 6, headY + 4, headX + muzzle, headY + 7, 21, 13)));
    fur(graphics, shape, coat, looks.hair() * 0.7);
    if (dark || looks.pattern() == DrawnLooks.Pattern.PATCHES) {
      Shape before = graphics.getClip();
      graphics.clip(shape);
      graphics.setColor(DrawnScene.alpha(second, 215));
      if (dark) {
        graphics.fill(new Ellipse2D.Double(headX + 11, headY - 4, 40, 26));
      } else {
        graphics.fill(disc(headX - 2, headY - 6, 13));
      }
      graphics.setClip(before);
    }
    comb(graphics, shape, 70, 0.4 + looks.hair() / 2);
    if (random.nextDouble() < 0.4) {
      graphics.setColor(new Color(0xD9707A));
      graphics.fill(new Ellipse2D.Double(headX + muzzle - 10, headY + 11, 7, 13));
    }
    graphics.setColor(new Color(0x2A2020));
    graphics.setStroke(new BasicStroke(1.3f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    Path2D mouth = new Path2D.Double();
    mouth.moveTo(headX + muzzle + 4, headY + 10);
    mouth.quadTo(headX + muzzle - 6, headY + 14, headX + 12, headY + 11);
    graphics.draw(mouth);
    graphics.fill(new Ellipse2D.Double(headX + muzzle, headY, 9, 7.5));
    graphics.fill(disc(headX + 7, headY - 5, 2.9));
    graphics.setColor(new Color(255, 255, 255, 210));
    graphics.fill(disc(headX + 7.8, headY - 6, 0.9));
    graphics.fill(new Ellipse2D.Double(headX + muzzle + 2, headY + 1.2, 2.6, 1.5));
    ear(graphics, ear, 0);
    if (random.nextDouble() < 0.5) {
      collar(graphics);
    }
  }

  private void ear(Graphics2D graphics, Color color, double back) {
    double x = headX - 8 - back;
    double y = headY - 10;
    Path2D path = new Path2D.Double();
    switch (looks.ears()) {
      case PRICKED -> {
        path.moveTo(x - 7, y + 5);
        path.quadTo(x - 8, y - 14, x - 2, y - 26);
        path.quadTo(x + 9, y - 14, x + 10, y + 2);
      }
      case FOLDED -> {
        path.moveTo(x - 5, y);
        path.quadTo(x + 2, y - 9, x + 8, y - 2);
        path.quadTo(x + 9, y + 10, x + 3, y + 17);
        path.quadTo(x - 8, y + 12, x - 5, y);
      }
      case LONG -> {
        path.moveTo(x - 4, y);
        path.quadTo(x + 6, y - 4, x + 8, y + 6);
        path.curveTo(x + 13, y + 22, x + 8, y + 36, x, y + 36);
        path.curveTo(x - 11, y + 34, x - 8, y + 12, x - 4, y);
      }
    }
    path.closePath();
    fur(graphics, path, color, looks.hair() * 0.6);
    graphics.setColor(new Color(0, 0, 0, 60));
    graphics.setStroke(new BasicStroke(1));
    graphics.draw(path);
  }

  private void collar(Graphics2D graphics) {
    graphics.setColor(Color.getHSBColor((float) random.nextDouble(), 0.7f, 0.75f));
    graphics.setStroke(new BasicStroke(5, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(new Line2D.Double(headX - 24, headY + 8, headX - 3, headY + 21));
  }

  /** Fills a shape, lighter above than below, with hairs standing out where the coat is long. */
  private void fur(Graphics2D graphics, Shape shape, Color color, double hair) {
    Rectangle2D bounds = shape.getBounds2D();
    graphics.setPaint(
        new GradientPaint(
            0,
            (float) bounds.getMinY(),
            DrawnScene.shade(color, 1.08),
            0,
            (float) bounds.getMaxY(),
            DrawnScene.shade(color, 0.78)));
    graphics.fill(shape);
    if (hair > 0.2) {
      fringe(graphics, shape, color, hair);
    }
  }

  private void fringe(Graphics2D graphics, Shape shape, Color color, double hair) {
    graphics.setStroke(new BasicStroke(1.5f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    Rectangle2D bounds = shape.getBounds2D();
    PathIterator outline = new FlatteningPathIterator(shape.getPathIterator(null), 0.5);
    double[] point = new double[6];
    double lastX = 0;
    double lastY = 0;
    for (; !outline.isDone(); outline.next()) {
      int kind = outline.currentSegment(point);
      if (kind == PathIterator.SEG_LINETO) {
        int hairs = (int) Math.ceil(Math.hypot(point[0] - lastX, point[1] - lastY) * 0.9);
        for (int i = 0; i < hairs; i++) {
          double x = lastX + (point[0] - lastX) * i / hairs;
          double y = lastY + (point[1] - lastY) * i / hairs;
          double below = (y - bounds.getMinY()) / Math.max(1, bounds.getHeight());
          graphics.setColor(
              DrawnScene.shade(color, 1.06 - 0.28 * below + random.nextDouble(-0.06, 0.06)));
          double reach = hair * random.nextDouble(2, 7.5);
          graphics.draw(
              new Line2D.Double(
                  x, y, x - reach * random.nextDouble(0.2, 0.9), y + reach * (0.25 + below)));
        }
      }
      lastX = point[0];
      lastY = point[1];
    }
  }

  /** Hairs within a shape, which leave its colours to be seen. */
  private void comb(Graphics2D graphics, Shape shape, int hairs, double reach) {
    Shape before = graphics.getClip();
    graphics.clip(shape);
    graphics.setStroke(new BasicStroke(0.9f));
    Rectangle2D bounds = shape.getBounds2D();
    int strength = (int) (16 + 20 * looks.hair());
    for (int i = 0; i < hairs; i++) {
      double x = random.nextDouble(bounds.getMinX(), bounds.getMaxX());
      double y = random.nextDouble(bounds.getMinY(), bounds.getMaxY());
      graphics.setColor(
          random.nextBoolean() ? new Color(255, 255, 255, strength) : new Color(0, 0, 0, strength));
      graphics.draw(
          new Line2D.Double(
              x, y, x - reach * random.nextDouble(3, 8), y + reach * random.nextDouble(1, 5)));
    }
    graphics.setClip(before);
  }

  private static Ellipse2D disc(double x, double y, double radius) {
    return new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius);
  }
}
