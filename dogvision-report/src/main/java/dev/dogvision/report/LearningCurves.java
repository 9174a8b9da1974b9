package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableMap;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.FontMetrics;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * The figures of a run, epoch by epoch. Series whose names end in the same word, such as {@code
 * training loss} and {@code validation loss}, share a panel; panels stand two a row. Each series
 * has its own colour, dashes and markers.
 */
public final class LearningCurves implements Plot {
  private static final int PANEL_WIDTH = 560;
  private static final int PANEL_HEIGHT = 380;
  private static final int MOST_EPOCH_LABELS = 12;
  private static final int LONGEST_LEGEND = 24;
  private static final int MOST_MARKED_EPOCHS = 40;

  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP
  };
  private static final BasicStroke[] STROKES = {
    new BasicStroke(2.2f), stroke(8, 4), stroke(2, 4), stroke(10, 4, 2, 4),
  };

  private final ImmutableMap<String, List<Double>> series;

  private LearningCurves(ImmutableMap<String, List<Double>> series) {
    this.series = series;
  }

  private static BasicStroke stroke(float... dashes) {
    return new BasicStroke(2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes, 0);
  }

  /**
   * Curves of the given series.
   *
   * @param series name to values, one an epoch, the first of epoch 1; NaN and infinite values leave
   *     a gap
   * @return the plot
   * @throws IllegalArgumentException if no series has a value
   */
  public static LearningCurves of(Map<String, List<Double>> series) {
    ImmutableMap.Builder<String, List<Double>> kept = ImmutableMap.builder();
    series.forEach(
        (name, values) -> {
          if (values.stream().anyMatch(Double::isFinite)) {
            kept.put(name, List.copyOf(values));
          }
        });
    ImmutableMap<String, List<Double>> built = kept.buildOrThrow();
    checkArgument(!built.isEmpty(), "series has no finite value to draw");
    return new LearningCurves(built);
  }

  @Override
  public BufferedImage toImage() {
    TextDrawing.checkFonts();
    List<BufferedImage> panels = new ArrayList<>();
    panels(series).forEach((title, members) -> panels.add(panel(title, members)));
    int columns = Math.min(2, panels.size());
    int rows = (panels.size() + columns - 1) / columns;
    return Sheet.draw(
        columns * PANEL_WIDTH,
        rows * PANEL_HEIGHT,
        graphics -> {
          for (int i = 0; i < panels.size(); i++) {
            graphics.drawImage(
                panels.get(i), i % columns * PANEL_WIDTH, i / columns * PANEL_HEIGHT, null);
          }
        });
  }

  static Map<String, Map<String, List<Double>>> panels(Map<String, List<Double>> series) {
    Map<String, Map<String, List<Double>>> panels = new LinkedHashMap<>();
    series.forEach(
        (name, values) -> {
          String quantity = name.strip().substring(name.strip().lastIndexOf(' ') + 1);
          panels.computeIfAbsent(quantity, key -> new LinkedHashMap<>()).put(name, values);
        });
    return panels;
  }

  private static BufferedImage panel(String quantity, Map<String, List<Double>> members) {
    String title = title(quantity, members);
    XYChart chart =
        new XYChartBuilder()
            .width(PANEL_WIDTH)
            .height(PANEL_HEIGHT)
            .title(
                TextDrawing.fit(title, TextDrawing.metrics(TextDrawing.bold(17)), PANEL_WIDTH - 60))
            .xAxisTitle("epoch")
            .build();
    boolean share = isShare(quantity);
    int longest = members.values().stream().mapToInt(List::size).max().orElse(1);
    ChartStyle.apply(chart.getStyler());
    chart
        .getStyler()
        .setLegendVisible(members.size() > 1)
        .setLegendPosition(LegendPosition.OutsideS)
        .setLegendLayout(legendLayout(members.keySet(), quantity));
    chart.getStyler().setXAxisMin(longest == 1 ? 0.0 : 1.0).setXAxisMax(Math.max(2.0, longest));
    chart.getStyler().setXAxisMaxLabelCount(MOST_EPOCH_LABELS);
    chart.getStyler().setXAxisTickLabelsFormattingFunction(LearningCurves::epoch);
    chart
        .getStyler()
        .setYAxisTickLabelsFormattingFunction(share ? LearningCurves::percent : ChartStyle::number);
    flatRange(members).ifPresent(middle -> spread(chart, middle));
    int index = 0;
    for (Map.Entry<String, List<Double>> member : members.entrySet()) {
      draw(chart, legend(member.getKey(), quantity), member.getValue(), index++);
    }
    return ChartStyle.draw(chart);
  }

  private static void draw(XYChart chart, String legend, List<Double> values, int index) {
    double[] epochs = new double[values.size()];
    double[] heights = new double[values.size()];
    for (int i = 0; i < epochs.length; i++) {
      epochs[i] = i + 1;
      heights[i] = Double.isFinite(values.get(i)) ? values.get(i) : Double.NaN;
    }
    Color color = Palette.SERIES.get(index % Palette.SERIES.size());
    XYSeries drawn = chart.addSeries(ChartStyle.unique(legend, index), epochs, heights);
    drawn.setLineColor(color);
    drawn.setMarkerColor(color);
    drawn.setLineStyle(STROKES[index % STROKES.length]);
    drawn.setMarker(
        values.size() <= MOST_MARKED_EPOCHS ? MARKERS[index % MARKERS.length] : SeriesMarkers.NONE);
    drawn.setLabel(legend);
  }

  /** The quantity where several share the panel, otherwise the only one's name. */
  static String title(String quantity, Map<String, List<Double>> members) {
    return TextDrawing.readable(
        members.size() == 1 ? members.keySet().iterator().next() : quantity);
  }

  /** Accuracies are shown in percent. */
  static boolean isShare(String quantity) {
    return quantity.toLowerCase(Locale.ROOT).contains("accuracy");
  }

  ImmutableMap<String, List<Double>> series() {
    return series;
  }

  /** Side by side where that fits, otherwise one below the other. */
  private static LegendLayout legendLayout(Set<String> names, String quantity) {
    FontMetrics metrics = TextDrawing.metrics(ChartStyle.LEGEND_FONT);
    int width = 0;
    for (String name : names) {
      width += metrics.stringWidth(legend(name, quantity)) + ChartStyle.LEGEND_LINE + 30;
    }
    return width <= PANEL_WIDTH - 20 ? LegendLayout.Horizontal : LegendLayout.Vertical;
  }

  /** The panel's title says the quantity already: {@code training} for training loss. */
  static String legend(String name, String quantity) {
    String stripped = name.strip();
    String before = stripped.substring(0, stripped.length() - quantity.length()).strip();
    String legend = TextDrawing.readable(before.isEmpty() ? stripped : before);
    return legend.length() <= LONGEST_LEGEND
        ? legend
        : legend.substring(0, LONGEST_LEGEND - 1).strip() + "…";
  }

  /** The one value that all points of a panel have, for which the library finds no scale. */
  private static OptionalDouble flatRange(Map<String, List<Double>> members) {
    double[] distinct =
        members.values().stream()
            .flatMap(List::stream)
            .mapToDouble(Double::doubleValue)
            .filter(Double::isFinite)
            .distinct()
            .limit(2)
            .toArray();
    return distinct.length == 1 ? OptionalDouble.of(distinct[0]) : OptionalDouble.empty();
  }

  private static void spread(XYChart chart, double middle) {
    double room = middle == 0 ? 1 : Math.abs(middle) / 2;
    chart.getStyler().setYAxisMin(middle - room).setYAxisMax(middle + room);
  }

  private static String epoch(double value) {
    return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : " ";
  }

  static String percent(double share) {
    String text = String.format(Locale.ROOT, "%.1f", share * 100);
    return (text.endsWith(".0") ? text.substring(0, text.length() - 2) : text) + " %";
  }

  @Override
  public String toString() {
    return "LearningCurves" + series.keySet();
  }
}
