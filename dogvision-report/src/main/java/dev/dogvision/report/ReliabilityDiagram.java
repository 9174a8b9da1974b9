package dev.dogvision.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.evaluate.Calibration;
import dev.dogvision.evaluate.ConfidenceInterval;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.CategoryStyler;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * How often a model is right against how sure it is: on the dashed diagonal it can be taken at its
 * word, below it is too sure, above it is too modest. The larger a point, the more photographs it
 * stands for; the line through it is the interval that holds the true share with 95 % confidence
 * (Wilson's): a point of few photographs says little. The bars below count the photographs.
 */
public final class ReliabilityDiagram implements Plot {
  private static final int WIDTH = 520;
  private static final int HEIGHT = 520;
  private static final int COUNTS_HEIGHT = 130;
  private static final int LEFT = 84;

  /** The share of the axes between 0 and 1; the rest keeps points at their ends whole. */
  private static final double CONTENT = 0.92;

  private static final int TICK_SPACING = 70;
  private static final double LARGEST_RADIUS = 13;
  private static final double SMALLEST_RADIUS = 4;

  private static final BasicStroke DASHED =
      new BasicStroke(
          1.6f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, new float[] {6, 5}, 0);

  /** Above 1, the library puts a bar's label above the bar. */
  private static final double ABOVE_THE_BAR = 1.06;

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
    TextDrawing.checkFonts();
    BufferedImage points = ChartStyle.draw(points());
    BufferedImage counts = ChartStyle.draw(counts());
    return Sheet.draw(
        WIDTH,
        HEIGHT + COUNTS_HEIGHT,
        graphics -> {
          graphics.drawImage(points, 0, 0, null);
          graphics.drawImage(counts, 0, HEIGHT, null);
          Sheet.text(
              graphics, "photographs", TextDrawing.plain(12), Palette.MUTED, LEFT, HEIGHT + 12);
        });
  }

  private XYChart points() {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Calibration error " + TextDrawing.precisePercent(calibration.expectedError()))
            .xAxisTitle("how sure the model is")
            .yAxisTitle("how often it is right")
            .build();
    AxesChartStyler styler = chart.getStyler();
    ChartStyle.apply(styler);
    styler.setLegendVisible(false).setChartTitlePadding(14).setPlotContentSize(CONTENT);
    styler.setMarkerSize(9).setYAxisLeftWidthHint(LEFT);
    styler.setPlotGridVerticalLinesVisible(true);
    styler.setXAxisMin(0.0).setXAxisMax(1.0).setYAxisMin(0.0).setYAxisMax(1.0);
    styler.setXAxisTickMarkSpacingHint(TICK_SPACING).setYAxisTickMarkSpacingHint(TICK_SPACING);
    styler.setXAxisTickLabelsFormattingFunction(LearningCurves::percent);
    styler.setYAxisTickLabelsFormattingFunction(LearningCurves::percent);
    line(chart, "diagonal", List.of(0.0, 1.0), List.of(0.0, 1.0), Palette.MUTED, DASHED);
    List<Double> places = new ArrayList<>();
    List<Double> ends = new ArrayList<>();
    for (Calibration.Bin bin : calibration.bins()) {
      if (bin.count() > 0) {
        ConfidenceInterval interval = interval(bin);
        // A value that is no number ends a line: all intervals are one series.
        places.addAll(Collections.nCopies(3, bin.confidence()));
        ends.addAll(List.of(interval.lower(), interval.upper(), Double.NaN));
      }
    }
    line(chart, "intervals", places, ends, Palette.SERIES.get(1), new BasicStroke(1.6f));
    for (int i = 0; i < calibration.bins().size(); i++) {
      Calibration.Bin bin = calibration.bins().get(i);
      if (bin.count() > 0) {
        XYSeries point =
            chart.addSeries(
                ChartStyle.unique("bin", i),
                new double[] {bin.confidence()},
                new double[] {bin.accuracy()});
        point.setMarker(new Dot(radius(calibration, bin, LARGEST_RADIUS, SMALLEST_RADIUS)));
        point.setMarkerColor(Palette.SERIES.get(0));
      }
    }
    return chart;
  }

  /** The interval of a bin's accuracy. */
  static ConfidenceInterval interval(Calibration.Bin bin) {
    int right = (int) Math.round(bin.accuracy() * bin.count());
    return ConfidenceInterval.ofShare(right, bin.count(), 0.95);
  }

  /** Such that a dot's area goes with its photographs, as far as it can still be seen. */
  static double radius(
      Calibration calibration, Calibration.Bin bin, double largest, double smallest) {
    int most = calibration.bins().stream().mapToInt(Calibration.Bin::count).max().orElse(1);
    return Math.max(smallest, largest * Math.sqrt((double) bin.count() / most));
  }

  /** A disc of its own size; the library has one size for all markers of a chart. */
  private static final class Dot extends Marker {
    private final double radius;

    Dot(double radius) {
      this.radius = radius;
    }

    @Override
    public void paint(Graphics2D graphics, double x, double y, int size) {
      graphics.fill(new Ellipse2D.Double(x - radius, y - radius, 2 * radius, 2 * radius));
    }
  }

  @CanIgnoreReturnValue
  private static XYSeries line(
      XYChart chart, String name, List<Double> x, List<Double> y, Color color, BasicStroke stroke) {
    XYSeries series = chart.addSeries(name, x, y);
    series.setMarker(SeriesMarkers.NONE);
    series.setLineColor(color);
    series.setLineStyle(stroke);
    return series;
  }

  private CategoryChart counts() {
    CategoryChart chart = new CategoryChartBuilder().width(WIDTH).height(COUNTS_HEIGHT).build();
    CategoryStyler styler = chart.getStyler();
    ChartStyle.apply(styler);
    styler.setLegendVisible(false).setChartTitleVisible(false).setPlotContentSize(CONTENT);
    styler.setYAxisLeftWidthHint(LEFT);
    styler.setAxisTitlesVisible(false).setXAxisTicksVisible(false).setAxisTicksLineVisible(false);
    styler.setAxisTicksMarksVisible(false);
    styler.setAxisTickLabelsColor(Palette.PAPER).setPlotGridLinesVisible(false);
    List<Integer> counts = calibration.bins().stream().map(Calibration.Bin::count).toList();
    styler.setYAxisMin(0.0).setYAxisMax(1.3 * Math.max(1, Collections.max(counts)));
    styler.setYAxisTickLabelsFormattingFunction(
        count -> count == 0 ? " " : String.format(Locale.ROOT, "%.0f", count));
    styler.setAvailableSpaceFill(0.94).setLabelsVisible(true).setLabelsPosition(ABOVE_THE_BAR);
    styler.setLabelsFont(TextDrawing.plain(12)).setLabelsFontColor(Palette.INK);
    styler.setLabelsFontColorAutomaticEnabled(false);
    chart
        .addSeries("photographs", IntStream.range(0, counts.size()).boxed().toList(), counts)
        .setFillColor(Palette.BAR);
    return chart;
  }

  @Override
  public String toString() {
    return "ReliabilityDiagram[" + calibration.bins().size() + " bins]";
  }
}
