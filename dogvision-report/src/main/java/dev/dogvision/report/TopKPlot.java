package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.predict.Prediction;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.knowm.xchart.HorizontalBarChart;
import org.knowm.xchart.HorizontalBarChartBuilder;
import org.knowm.xchart.style.AxesChartStyler.TextAlignment;
import org.knowm.xchart.style.HorizontalBarStyler;

/**
 * The most probable breeds as bars, best on top, the true one green and ticked. Where the true
 * breed is not among the best, a line below says how probable it was.
 */
public final class TopKPlot implements Plot {
  private static final int DEFAULT_BARS = 10;
  private static final int WIDTH = 460;
  private static final int PADDING = 14;
  private static final int ROW = 32;
  private static final int HEAD = 34;
  private static final int FOOT = 30;
  private static final int MARK = 15;
  private static final int WIDEST_NAME = 232;
  private static final double BAR_SHARE = 0.56;

  /** Above 1, the library puts a bar's label beyond the bar's end. */
  private static final double BESIDE_THE_BAR = 1.1;

  private final List<Map.Entry<String, Double>> bars;
  private final @Nullable String truth;
  private final @Nullable Double truthProbability;

  private TopKPlot(
      List<Map.Entry<String, Double>> bars,
      @Nullable String truth,
      @Nullable Double truthProbability) {
    this.bars = bars;
    this.truth = truth;
    this.truthProbability = truthProbability;
  }

  /**
   * The ten most probable breeds.
   *
   * @param probabilities breed to probability, 0..1, in any order
   * @param truth the true breed, or null where it is not known
   * @return the plot
   * @throws IllegalArgumentException if there is no breed or a probability is not in 0..1
   */
  public static TopKPlot of(Map<String, Double> probabilities, @Nullable String truth) {
    return of(probabilities, truth, DEFAULT_BARS);
  }

  /**
   * A prediction's ten most probable breeds.
   *
   * @param prediction what the model says of a picture
   * @param truth the true breed, or null where it is not known
   * @return the plot
   */
  public static TopKPlot of(Prediction prediction, @Nullable String truth) {
    return of(prediction.probabilities(), truth);
  }

  /**
   * The most probable breeds.
   *
   * @param probabilities breed to probability, 0..1, in any order
   * @param truth the true breed, or null where it is not known
   * @param k how many bars at most, at least 1
   * @return the plot
   * @throws IllegalArgumentException if there is no breed, a probability is not in 0..1, or {@code
   *     k} is less than 1
   */
  public static TopKPlot of(Map<String, Double> probabilities, @Nullable String truth, int k) {
    checkArgument(k >= 1, "k must be at least 1, got %s", k);
    checkArgument(!probabilities.isEmpty(), "probabilities has no breed");
    List<Map.Entry<String, Double>> sorted = new ArrayList<>();
    new LinkedHashMap<>(probabilities)
        .forEach(
            (label, probability) -> {
              checkArgument(
                  probability >= 0 && probability <= 1,
                  "probabilities: %s has %s, expected 0..1",
                  label,
                  probability);
              sorted.add(Map.entry(label, probability));
            });
    sorted.sort(Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder()));
    return new TopKPlot(
        List.copyOf(sorted.subList(0, Math.min(k, sorted.size()))),
        truth,
        truth == null ? null : probabilities.get(truth));
  }

  @Override
  public BufferedImage toImage() {
    TextDrawing.checkFonts();
    return toImage(nameWidth());
  }

  /** The plot with so much room for names, so that several have bars of one scale. */
  BufferedImage toImage(int nameWidth) {
    return Sheet.draw(
        WIDTH, HEAD + bars.size() * ROW + FOOT + PADDING, graphics -> paint(graphics, nameWidth));
  }

  /** How much room the names of its breeds take. */
  int nameWidth() {
    FontMetrics metrics = TextDrawing.metrics(TextDrawing.bold(14));
    return TextDrawing.widest(names(metrics), metrics);
  }

  private List<String> names(FontMetrics metrics) {
    return bars.stream()
        .map(bar -> TextDrawing.fit(TextDrawing.readable(bar.getKey()), metrics, WIDEST_NAME))
        .toList();
  }

  private void paint(Graphics2D graphics, int nameWidth) {
    Sheet.text(
        graphics,
        bars.size() == 1 ? "Most probable breed" : bars.size() + " most probable breeds",
        TextDrawing.bold(15),
        Palette.INK,
        PADDING,
        PADDING + 12);
    HorizontalBarChart chart = chart(nameWidth);
    Graphics2D below = (Graphics2D) graphics.create(0, HEAD, WIDTH, bars.size() * ROW);
    try {
      chart.paint(below, WIDTH, bars.size() * ROW);
      for (int i = 0; i < bars.size(); i++) {
        if (bars.get(i).getKey().equals(truth)) {
          // The library has one colour for all bars of a series: the true one's row is painted
          // anew.
          below.clipRect(0, i * ROW, WIDTH, ROW);
          colour(chart, Palette.RIGHT, Palette.RIGHT, TextDrawing.bold(14));
          chart.paint(below, WIDTH, bars.size() * ROW);
          Sheet.mark(below, true, Palette.RIGHT, WIDTH - PADDING - MARK, i * ROW + 8, MARK);
        }
      }
    } finally {
      below.dispose();
    }
    paintFoot(graphics, HEAD + bars.size() * ROW + 20);
  }

  /** A chart that is nothing but rows of one height, so that each has its place. */
  private HorizontalBarChart chart(int nameWidth) {
    FontMetrics metrics = TextDrawing.metrics(TextDrawing.bold(14));
    List<String> names = names(metrics);
    int left = PADDING + nameWidth + 10;
    int longest = WIDTH - left - metrics.stringWidth("100 %") - MARK - PADDING - 24;
    HorizontalBarChart chart =
        new HorizontalBarChartBuilder().width(WIDTH).height(bars.size() * ROW).build();
    HorizontalBarStyler styler = chart.getStyler();
    ChartStyle.apply(styler);
    styler.setChartTitleVisible(false).setLegendVisible(false).setChartPadding(0);
    styler.setPlotContentSize(1);
    styler.setPlotMargin(0).setPlotGridLinesVisible(false).setXAxisTicksVisible(false);
    styler
        .setAxisTicksLineVisible(false)
        .setAxisTicksMarksVisible(false)
        .setAxisTitlesVisible(false);
    styler.setXAxisMin(0.0).setXAxisMax((WIDTH - left) / (double) longest);
    styler.setYAxisLeftWidthHint(left);
    styler.setYAxisLabelAlignment(TextAlignment.Right).setAxisTickPadding(10);
    styler.setXAxisMaxLabelCount(Math.max(2, bars.size())); // for the names, despite its name
    styler.setXAxisTickLabelsFormattingFunction(TextDrawing::percent);
    styler
        .setAvailableSpaceFill(BAR_SHARE)
        .setLabelsVisible(true)
        .setLabelsPosition(BESIDE_THE_BAR);
    chart.addSeries("probability", bars.stream().map(Map.Entry::getValue).toList(), names);
    colour(chart, Palette.BAR, Palette.INK, TextDrawing.plain(14));
    return chart;
  }

  private static void colour(HorizontalBarChart chart, Color bar, Color ink, Font font) {
    chart.getSeriesCollection().forEach(series -> series.setFillColor(bar));
    HorizontalBarStyler styler = chart.getStyler();
    styler.setLabelsFontColorAutomaticEnabled(false).setLabelsFontColor(ink).setLabelsFont(font);
    styler.setAxisTickLabelsColor(ink).setAxisTickLabelsFont(font);
  }

  private void paintFoot(Graphics2D graphics, int baseline) {
    if (truth == null || bars.stream().anyMatch(bar -> bar.getKey().equals(truth))) {
      return;
    }
    Sheet.mark(graphics, false, Palette.WRONG, PADDING, baseline - 12, 13);
    String text =
        "truth: "
            + TextDrawing.readable(truth)
            + (truthProbability == null ? "" : " " + TextDrawing.percent(truthProbability));
    Font font = TextDrawing.plain(14);
    Sheet.text(
        graphics,
        TextDrawing.fit(text, graphics.getFontMetrics(font), WIDTH - 2 * PADDING - 22),
        font,
        Palette.WRONG,
        PADDING + 21,
        baseline);
  }

  @Override
  public String toString() {
    return "TopKPlot" + bars;
  }
}
