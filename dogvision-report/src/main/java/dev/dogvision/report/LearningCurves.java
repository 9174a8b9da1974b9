package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.stream.Collectors.joining;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import dev.dogvision.train.TrainingRun;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.knowm.xchart.BitmapEncoder;
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
 * has its own colour, dashes and markers. A series that stays the same in every epoch is no curve:
 * it is named below, with its value.
 */
public final class LearningCurves implements Plot {
  private static final int PANEL_WIDTH = 560;
  private static final int PANEL_HEIGHT = 380;
  private static final int MOST_EPOCH_LABELS = 12;
  private static final int LONGEST_LEGEND = 24;
  private static final int MOST_MARKED_EPOCHS = 40;
  private static final int MARGIN = 20;
  private static final int LINE = 20;
  private static final int MOST_LINES = 6;

  private static final Marker[] MARKERS = {
    SeriesMarkers.CIRCLE, SeriesMarkers.SQUARE, SeriesMarkers.DIAMOND, SeriesMarkers.TRIANGLE_UP
  };
  private static final BasicStroke[] STROKES = {
    new BasicStroke(2.2f), stroke(8, 4), stroke(2, 4), stroke(10, 4, 2, 4),
  };

  private static final BasicStroke CHOSEN = stroke(4, 4);

  private final ImmutableMap<String, List<Double>> series;
  private final int chosenEpoch;

  private LearningCurves(ImmutableMap<String, List<Double>> series, int chosenEpoch) {
    this.series = series;
    this.chosenEpoch = chosenEpoch;
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
    return new LearningCurves(built, 0);
  }

  /**
   * Curves of all figures of a run, with the epoch marked whose weights its model has.
   *
   * @param run a finished run
   * @return the plot
   * @throws IllegalArgumentException if the run has no epoch
   */
  public static LearningCurves of(TrainingRun run) {
    LearningCurves curves = of(run.history().series());
    return run.chosenEpoch() == 0 ? curves : curves.chosenEpoch(run.chosenEpoch());
  }

  /**
   * Marks the epoch whose weights were kept, {@link TrainingRun#chosenEpoch()}.
   *
   * @param epoch from 1
   * @return a changed copy
   * @throws IllegalArgumentException if no series has such an epoch
   */
  public LearningCurves chosenEpoch(int epoch) {
    int longest = series.values().stream().mapToInt(List::size).max().orElse(0);
    checkArgument(
        epoch >= 1 && epoch <= longest, "chosenEpoch must be in 1..%s, got %s", longest, epoch);
    return new LearningCurves(series, epoch);
  }

  @Override
  public BufferedImage toImage() {
    TextDrawing.checkFonts();
    List<BufferedImage> panels = new ArrayList<>();
    panels(drawn()).forEach((title, members) -> panels.add(panel(title, members)));
    int columns = Math.max(1, Math.min(2, panels.size()));
    int rows = (panels.size() + columns - 1) / columns;
    int width = columns * PANEL_WIDTH;
    Font font = TextDrawing.plain(13);
    List<String> words =
        constants().isEmpty()
            ? List.of()
            : TextDrawing.wrap(
                inWords(constants()), TextDrawing.metrics(font), width - 2 * MARGIN, MOST_LINES);
    return Sheet.draw(
        width,
        rows * PANEL_HEIGHT + (words.isEmpty() ? 0 : words.size() * LINE + MARGIN),
        graphics -> {
          for (int i = 0; i < words.size(); i++) {
            float baseline = rows * PANEL_HEIGHT + (i + 1) * (float) LINE;
            Sheet.text(graphics, words.get(i), font, Palette.MUTED, MARGIN, baseline);
          }
          for (int i = 0; i < panels.size(); i++) {
            graphics.drawImage(
                panels.get(i), i % columns * PANEL_WIDTH, i / columns * PANEL_HEIGHT, null);
          }
        });
  }

  /** The series that change. */
  ImmutableMap<String, List<Double>> drawn() {
    return ImmutableMap.copyOf(Maps.filterValues(series, values -> !isConstant(values)));
  }

  /** The series that stay the same, with their values. */
  ImmutableMap<String, Double> constants() {
    ImmutableMap.Builder<String, Double> constants = ImmutableMap.builder();
    series.forEach(
        (name, values) -> {
          if (isConstant(values)) {
            values.stream()
                .filter(Double::isFinite)
                .findFirst()
                .ifPresent(value -> constants.put(name, value));
          }
        });
    return constants.buildOrThrow();
  }

  /** Whether two or more epochs have a value, all the same. */
  static boolean isConstant(List<Double> values) {
    List<Double> finite = values.stream().filter(Double::isFinite).toList();
    return finite.size() > 1 && finite.stream().distinct().count() == 1;
  }

  /** For example: the same in every epoch: learning rate 0.001. */
  static String inWords(Map<String, Double> constants) {
    return constants.entrySet().stream()
        .map(
            entry ->
                TextDrawing.readable(entry.getKey())
                    + " "
                    + (isShare(entry.getKey())
                        ? percent(entry.getValue())
                        : ChartStyle.number(entry.getValue())))
        .collect(joining(", ", "The same in every epoch: ", "."));
  }

  int chosenEpoch() {
    return chosenEpoch;
  }

  /** How the chosen epoch is named. */
  static String chosen(int epoch) {
    return "epoch " + epoch + ", kept";
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

  private BufferedImage panel(String quantity, Map<String, List<Double>> members) {
    String title = title(quantity, members);
    XYChart chart =
        new XYChartBuilder()
            .width(PANEL_WIDTH)
            .height(PANEL_HEIGHT)
            .title(
                TextDrawing.fit(title, TextDrawing.metrics(TextDrawing.bold(17)), PANEL_WIDTH - 60))
            .xAxisTitle(
                chosenEpoch == 0
                    ? "epoch"
                    : "epoch (dashed: epoch " + chosenEpoch + ", whose weights were kept)")
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
    List<Double> ticks = yTicks(members, share);
    double lowest = ticks.get(0);
    double highest = ticks.get(ticks.size() - 1);
    chart.getStyler().setYAxisMin(lowest).setYAxisMax(highest);
    int index = 0;
    for (Map.Entry<String, List<Double>> member : members.entrySet()) {
      draw(chart, legend(member.getKey(), quantity), member.getValue(), index++);
    }
    if (chosenEpoch > 0) {
      XYSeries line =
          chart.addSeries(
              ChartStyle.unique(chosen(chosenEpoch), index),
              new double[] {chosenEpoch, chosenEpoch},
              new double[] {lowest, highest});
      line.setMarker(SeriesMarkers.NONE);
      line.setLineColor(Palette.MUTED);
      line.setLineStyle(CHOSEN);
      line.setShowInLegend(false);
    }
    writeTicksInOneForm(chart, share);
    return ChartStyle.draw(chart);
  }

  /** Where the ticks of all members' values would be, on which the axis begins and ends. */
  static List<Double> yTicks(Map<String, List<Double>> members, boolean share) {
    double[] all =
        members.values().stream()
            .flatMap(List::stream)
            .mapToDouble(Double::doubleValue)
            .filter(Double::isFinite)
            .toArray();
    double lowest = Arrays.stream(all).min().orElse(0);
    double highest = Arrays.stream(all).max().orElse(1);
    return share && lowest >= 0 && highest <= 1
        ? Ticks.aroundShares(lowest, highest, 5)
        : Ticks.around(lowest, highest, 5);
  }

  /**
   * Lets the library choose its ticks, and then writes all of them alike: it formats each without
   * knowing the others.
   */
  private static void writeTicksInOneForm(XYChart chart, boolean share) {
    List<Double> ticks = new ArrayList<>();
    chart
        .getStyler()
        .setYAxisTickLabelsFormattingFunction(
            value -> {
              if (!ticks.isEmpty() && value <= ticks.get(ticks.size() - 1)) {
                ticks.clear(); // it tries another step
              }
              ticks.add(value);
              return ChartStyle.number(value);
            });
    BufferedImage unused = BitmapEncoder.getBufferedImage(chart);
    if (!ticks.isEmpty()) {
      chart.getStyler().setYAxisTickLabelsFormattingFunction(Ticks.form(ticks, share));
    }
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
