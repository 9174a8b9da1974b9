package dev.dogvision.report;

import dev.dogvision.evaluate.Calibration;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How often a model is right against how sure it is: on the diagonal it can be taken at its word,
 * below it is too sure, above it is too modest. Below stands how many photographs each bin holds: a
 * bin of few says little.
 */
public final class ReliabilityDiagram implements Plot {
  private static final int WIDTH = 560;
  private static final int CHART_HEIGHT = 470;
  private static final int COUNTS_HEIGHT = 130;

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
    Lettering.checkFonts();
    BufferedImage chart = chart();
    return Sheet.draw(
        WIDTH,
        CHART_HEIGHT + COUNTS_HEIGHT,
        graphics -> {
          graphics.drawImage(chart, 0, 0, null);
          paintCounts(graphics);
        });
  }

  private BufferedImage chart() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(CHART_HEIGHT)
            .title("Calibration error " + Lettering.precisePercent(calibration.expectedError()))
            .xAxisTitle("how sure the model is")
            .yAxisTitle("how often it is right")
            .build();
    ChartStyle.apply(chart.getStyler());
    chart.getStyler().setPlotMargin(0).setPlotContentSize(1);
    chart.getStyler().setLegendPosition(LegendPosition.InsideNW);
    chart.getStyler().setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(ReliabilityDiagram::percent);
    chart.getStyler().setYAxisTickLabelsFormattingFunction(ReliabilityDiagram::percent);
    XYSeries perfect =
        chart.addSeries("taken at its word", new double[] {0, 1}, new double[] {0, 1});
    perfect.setMarker(SeriesMarkers.NONE);
    perfect.setLineColor(Palette.MUTED);
    perfect.setLineStyle(
        new BasicStroke(
            1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 5}, 0));
    List<Calibration.Bin> filled =
        calibration.bins().stream().filter(bin -> bin.count() > 0).toList();
    if (!filled.isEmpty()) {
      XYSeries measured =
          chart.addSeries(
              "this model",
              filled.stream().mapToDouble(Calibration.Bin::confidence).toArray(),
              filled.stream().mapToDouble(Calibration.Bin::accuracy).toArray());
      measured.setMarker(SeriesMarkers.CIRCLE);
      measured.setMarkerColor(Palette.SERIES.get(0));
      measured.setLineColor(Palette.SERIES.get(0));
      measured.setLineStyle(new BasicStroke(2.2f));
    }
    return ChartStyle.draw(chart);
  }

  private void paintCounts(Graphics2D graphics) {
    List<Integer> counts = new ArrayList<>();
    calibration.bins().forEach(bin -> counts.add(bin.count()));
    int most = Math.max(1, counts.stream().mapToInt(Integer::intValue).max().orElse(1));
    int left = 84;
    int right = WIDTH - 28;
    int top = CHART_HEIGHT + 24;
    int bottom = CHART_HEIGHT + COUNTS_HEIGHT - 16;
    Font font = Lettering.plain(12);
    Sheet.text(graphics, "photographs a bin", font, Palette.MUTED, left, top - 8);
    for (int i = 0; i < counts.size(); i++) {
      Calibration.Bin bin = calibration.bins().get(i);
      int x = (int) Math.round(left + bin.lower() * (right - left));
      int end = (int) Math.round(left + bin.upper() * (right - left));
      int height = (int) Math.round((double) (bottom - top - 16) * counts.get(i) / most);
      graphics.setColor(counts.get(i) == 0 ? Palette.EMPTY : Palette.BAR);
      graphics.fillRect(x + 1, bottom - Math.max(1, height), end - x - 2, Math.max(1, height));
      if (counts.get(i) > 0 && fits(graphics, font, counts.get(i), end - x)) {
        Sheet.centred(
            graphics,
            Integer.toString(counts.get(i)),
            font,
            Palette.INK,
            (x + end) / 2f,
            bottom - height - 3);
      }
    }
    Color rule = Palette.RULE;
    graphics.setColor(rule);
    graphics.drawLine(left, bottom, right, bottom);
  }

  private static boolean fits(Graphics2D graphics, Font font, int count, int width) {
    return graphics.getFontMetrics(font).stringWidth(Integer.toString(count)) <= width;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.0f %%", share * 100);
  }

  @Override
  public String toString() {
    return "ReliabilityDiagram[" + calibration.bins().size() + " bins]";
  }
}
