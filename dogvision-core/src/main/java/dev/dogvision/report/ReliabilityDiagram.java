package dev.dogvision.report;

import dev.dogvision.evaluate.Calibration;
import java.awt.BasicStroke;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Line2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;
import java.util.Locale;

/**
 * How often a model is right against how sure it is: on the dashed diagonal it can be taken at its
 * word, below it is too sure, above it is too modest. A stem from each point to the diagonal shows
 * the gap. The bars below say how many photographs each bin holds: a bin of few says little.
 */
public final class ReliabilityDiagram implements Plot {
  private static final int LEFT = 84;
  private static final int TOP = 56;
  private static final int SIDE = 400;
  private static final int COUNTS_TOP = TOP + SIDE + 84;
  private static final int COUNTS_HEIGHT = 80;
  private static final int WIDTH = LEFT + SIDE + 36;
  private static final int HEIGHT = COUNTS_TOP + COUNTS_HEIGHT + 18;

  private final Calibration calibration;

  private ReliabilityDiagram(Calibration calibration) {
    this.calibration = calibration;
  }

  /**
   * A diagram of an evaluation's calibration.
   *
   * @param calibration its bins
   * @return the plot
   */
  public static ReliabilityDiagram of(Calibration calibration) {
    return new ReliabilityDiagram(calibration);
  }

  @Override
  public BufferedImage toImage() {
    return Sheet.draw(
        WIDTH,
        HEIGHT,
        graphics -> {
          paintAxes(graphics);
          paintPoints(graphics);
          paintCounts(graphics);
        });
  }

  private void paintAxes(Graphics2D graphics) {
    Font font = Lettering.plain(12);
    Font names = Lettering.plain(14);
    Sheet.text(
        graphics,
        "Calibration error " + Lettering.precisePercent(calibration.expectedError()),
        Lettering.bold(17),
        Palette.INK,
        LEFT,
        32);
    for (int percent = 0; percent <= 100; percent += 20) {
      double share = percent / 100.0;
      graphics.setColor(Palette.RULE);
      graphics.draw(new Line2D.Double(x(0), y(share), x(1), y(share)));
      graphics.draw(new Line2D.Double(x(share), y(0), x(share), y(1)));
      String text = String.format(Locale.ROOT, "%d %%", percent);
      Sheet.rightAligned(graphics, text, font, Palette.MUTED, LEFT - 8f, (float) y(share) + 4);
      Sheet.centred(graphics, text, font, Palette.MUTED, (float) x(share), TOP + SIDE + 19f);
    }
    Sheet.centred(
        graphics, "how sure the model is", names, Palette.INK, LEFT + SIDE / 2f, TOP + SIDE + 44f);
    String upwards = "how often it is right";
    int length = graphics.getFontMetrics(names).stringWidth(upwards);
    Sheet.upwards(graphics, upwards, names, Palette.INK, 26, TOP + (SIDE + length) / 2.0);
    graphics.setColor(Palette.MUTED);
    graphics.setStroke(
        new BasicStroke(
            1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 5}, 0));
    graphics.draw(new Line2D.Double(x(0), y(0), x(1), y(1)));
    graphics.setStroke(new BasicStroke(1));
  }

  private void paintPoints(Graphics2D graphics) {
    List<Calibration.Bin> filled =
        calibration.bins().stream().filter(bin -> bin.count() > 0).toList();
    Path2D line = new Path2D.Double();
    graphics.setColor(Palette.SERIES.get(1));
    graphics.setStroke(new BasicStroke(1.6f));
    for (Calibration.Bin bin : filled) {
      double x = x(bin.confidence());
      graphics.draw(new Line2D.Double(x, y(bin.accuracy()), x, y(bin.confidence())));
      if (line.getCurrentPoint() == null) {
        line.moveTo(x, y(bin.accuracy()));
      } else {
        line.lineTo(x, y(bin.accuracy()));
      }
    }
    graphics.setColor(Palette.SERIES.get(0));
    graphics.setStroke(new BasicStroke(2.2f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    graphics.draw(line);
    for (Calibration.Bin bin : filled) {
      graphics.fill(new Ellipse2D.Double(x(bin.confidence()) - 4.5, y(bin.accuracy()) - 4.5, 9, 9));
    }
    graphics.setStroke(new BasicStroke(1));
  }

  private void paintCounts(Graphics2D graphics) {
    List<Calibration.Bin> bins = calibration.bins();
    int most = Math.max(1, bins.stream().mapToInt(Calibration.Bin::count).max().orElse(1));
    Font font = Lettering.plain(12);
    int bottom = COUNTS_TOP + COUNTS_HEIGHT;
    Sheet.text(graphics, "photographs", font, Palette.MUTED, LEFT, COUNTS_TOP - 10);
    for (Calibration.Bin bin : bins) {
      int left = (int) Math.round(x(bin.lower()));
      int width = (int) Math.round(x(bin.upper())) - left;
      int height = (int) Math.round((COUNTS_HEIGHT - 18.0) * bin.count() / most);
      if (bin.count() > 0) {
        graphics.setColor(Palette.BAR);
        graphics.fillRect(left + 1, bottom - Math.max(1, height), width - 2, Math.max(1, height));
      }
      String text = Integer.toString(bin.count());
      if (bin.count() > 0 && graphics.getFontMetrics(font).stringWidth(text) <= width) {
        Sheet.centred(graphics, text, font, Palette.INK, left + width / 2f, bottom - height - 4f);
      }
    }
    graphics.setColor(Palette.RULE);
    graphics.drawLine(LEFT, bottom, LEFT + SIDE, bottom);
  }

  private static double x(double share) {
    return LEFT + share * SIDE;
  }

  private static double y(double share) {
    return TOP + (1 - share) * SIDE;
  }

  @Override
  public String toString() {
    return "ReliabilityDiagram[" + calibration.bins().size() + " bins]";
  }
}
