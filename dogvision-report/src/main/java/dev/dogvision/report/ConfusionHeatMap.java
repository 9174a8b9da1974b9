package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.evaluate.ConfusionMatrix;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/**
 * Which breeds are taken for which: a row for every true breed, a column for every predicted one,
 * and in each cell the share of the row. The scale goes with the square root, so that one dog in
 * fifty is still seen. The cells hold the counts; with many breeds, the names stand on all four
 * sides and every tenth line is drawn stronger.
 *
 * <p>Unlike the other charts this one is not drawn by the chart library, whose heat map writes into
 * a cell the very value that colours it (here a root of a share, where readers want the count), all
 * in one colour that cannot be read on both ends of the scale, and which has names on two sides
 * only and no lines to follow through 120 rows.
 */
public final class ConfusionHeatMap implements Plot {
  private static final int PADDING = 16;
  private static final int TITLE_HEIGHT = 58;
  private static final int LEGEND_HEIGHT = 64;
  private static final int LEGEND_WIDTH = 320;
  private static final int MAXIMUM_NAME_WIDTH = 240;
  private static final int MANY = 40;

  private final List<String> labels;
  private final int[][] counts;

  private ConfusionHeatMap(List<String> labels, int[][] counts) {
    this.labels = labels;
    this.counts = counts;
  }

  /**
   * A heat map of an evaluation's confusions.
   *
   * @param confusion how often each breed was called which
   * @return the plot
   */
  public static ConfusionHeatMap of(ConfusionMatrix confusion) {
    return of(confusion.labels().names(), confusion.counts());
  }

  /**
   * A heat map of counts.
   *
   * @param labels the breeds
   * @param counts how often the breed of the row was predicted as the breed of the column, square,
   *     as long as {@code labels}
   * @return the plot
   * @throws IllegalArgumentException if the sizes do not agree or a count is negative
   */
  public static ConfusionHeatMap of(List<String> labels, int[][] counts) {
    checkArgument(!labels.isEmpty(), "labels is empty");
    checkArgument(
        counts.length == labels.size(),
        "counts has %s rows for %s labels",
        counts.length,
        labels.size());
    int[][] copy = new int[counts.length][];
    for (int row = 0; row < counts.length; row++) {
      checkArgument(
          counts[row].length == labels.size(),
          "counts: row %s has %s columns for %s labels",
          row,
          counts[row].length,
          labels.size());
      for (int count : counts[row]) {
        checkArgument(count >= 0, "counts: row %s has a negative count, %s", row, count);
      }
      copy[row] = counts[row].clone();
    }
    return new ConfusionHeatMap(List.copyOf(labels), copy);
  }

  private int cellSize() {
    int size = labels.size();
    return size <= 8 ? 52 : size <= 16 ? 34 : size <= MANY ? 26 : size <= 70 ? 20 : 18;
  }

  @Override
  public BufferedImage toImage() {
    TextDrawing.checkFonts();
    int cell = cellSize();
    Font font = TextDrawing.plain(cell > 26 ? 14 : 12);
    FontMetrics metrics = TextDrawing.metrics(font);
    List<String> names =
        labels.stream()
            .map(label -> TextDrawing.fit(TextDrawing.readable(label), metrics, MAXIMUM_NAME_WIDTH))
            .toList();
    int nameWidth = TextDrawing.widest(names, metrics) + 8;
    boolean many = labels.size() > MANY;
    int side = cell * labels.size();
    int left = PADDING + 26 + nameWidth;
    int top = TITLE_HEIGHT + 22 + nameWidth;
    int width = left + Math.max(side + (many ? nameWidth : 0), LEGEND_WIDTH) + PADDING + 10;
    int height = top + side + (many ? nameWidth : 0) + LEGEND_HEIGHT;
    return Sheet.draw(
        width,
        height,
        graphics -> {
          paintTitle(graphics, left, top, side, nameWidth);
          paintCells(graphics, left, top, cell);
          paintGrid(graphics, left, top, cell);
          paintNames(graphics, names, font, left, top, cell, many);
          paintLegend(graphics, left, height - LEGEND_HEIGHT + 22, LEGEND_WIDTH);
        });
  }

  private static void paintTitle(Graphics2D graphics, int left, int top, int side, int nameWidth) {
    Sheet.text(graphics, "Confusion", TextDrawing.bold(20), Palette.INK, PADDING, PADDING + 18);
    Font font = TextDrawing.bold(14);
    Sheet.text(
        graphics, "predicted breed →", font, Palette.MUTED, left, (float) (top - nameWidth - 10));
    String down = "← true breed";
    Sheet.upwards(
        graphics,
        down,
        font,
        Palette.MUTED,
        left - nameWidth - 12.0,
        Math.min(top + side, top + graphics.getFontMetrics(font).stringWidth(down)));
  }

  private void paintCells(Graphics2D graphics, int left, int top, int cell) {
    Font font = TextDrawing.plain(cell > 34 ? 15 : cell > 20 ? 12 : cell > 18 ? 10 : 9);
    FontMetrics metrics = graphics.getFontMetrics(font);
    float drop = (metrics.getAscent() - metrics.getDescent()) / 2f;
    for (int row = 0; row < counts.length; row++) {
      long total = 0;
      for (int count : counts[row]) {
        total += count;
      }
      for (int column = 0; column < counts.length; column++) {
        int count = counts[row][column];
        Color color = total == 0 ? Palette.EMPTY : Palette.heat(Math.sqrt((double) count / total));
        int x = left + column * cell;
        int y = top + row * cell;
        graphics.setColor(color);
        graphics.fillRect(x, y, cell, cell);
        String text = Integer.toString(count);
        if (count > 0 && metrics.stringWidth(text) < cell) {
          Sheet.centred(
              graphics, text, font, Palette.inkOn(color), x + cell / 2f, y + cell / 2f + drop);
        }
      }
    }
  }

  private void paintGrid(Graphics2D graphics, int left, int top, int cell) {
    int side = cell * labels.size();
    for (int i = 0; i <= labels.size(); i++) {
      boolean strong = i == 0 || i == labels.size() || (labels.size() > MANY && i % 10 == 0);
      graphics.setColor(strong ? Palette.BAR : Palette.EMPTY);
      graphics.drawLine(left + i * cell, top, left + i * cell, top + side);
      graphics.drawLine(left, top + i * cell, left + side, top + i * cell);
    }
  }

  private static void paintNames(
      Graphics2D graphics,
      List<String> names,
      Font font,
      int left,
      int top,
      int cell,
      boolean allSides) {
    int side = cell * names.size();
    FontMetrics metrics = graphics.getFontMetrics(font);
    float drop = (cell + metrics.getAscent() - metrics.getDescent()) / 2f;
    for (int i = 0; i < names.size(); i++) {
      String name = names.get(i);
      float baseline = top + i * cell + drop;
      double column = left + i * cell + drop;
      Sheet.rightAligned(graphics, name, font, Palette.INK, left - 5f, baseline);
      Sheet.upwards(graphics, name, font, Palette.INK, column, top - 5.0);
      if (allSides) {
        Sheet.text(graphics, name, font, Palette.INK, left + side + 6f, baseline);
        Sheet.upwards(
            graphics,
            name,
            font,
            Palette.INK,
            column,
            top + side + 5.0 + metrics.stringWidth(name));
      }
    }
  }

  private static void paintLegend(Graphics2D graphics, int left, int top, int width) {
    Font font = TextDrawing.plain(12);
    for (int x = 0; x < width; x++) {
      graphics.setColor(Palette.heat((double) x / (width - 1)));
      graphics.fillRect(left + x, top, 1, 12);
    }
    for (double share : new double[] {0, 0.01, 0.1, 0.25, 0.5, 1}) {
      float x = (float) (left + Math.sqrt(share) * (width - 1));
      graphics.setColor(Palette.MUTED);
      graphics.drawLine((int) x, top + 12, (int) x, top + 15);
      Sheet.centred(
          graphics,
          share == 0 ? "0" : TextDrawing.percent(share),
          font,
          Palette.MUTED,
          x,
          top + 28);
    }
    Sheet.text(
        graphics, "share of the true breed's photographs", font, Palette.MUTED, left, top - 6);
  }

  @Override
  public String toString() {
    return "ConfusionHeatMap[" + labels.size() + " breeds]";
  }
}
