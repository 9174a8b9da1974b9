package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.predict.Prediction;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.RoundRectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    return Sheet.draw(WIDTH, HEAD + bars.size() * ROW + FOOT + PADDING, this::paint);
  }

  private void paint(Graphics2D graphics) {
    Font font = Lettering.plain(14);
    List<String> names = bars.stream().map(bar -> Lettering.readable(bar.getKey())).toList();
    int nameWidth =
        Math.min(Lettering.widest(names, graphics.getFontMetrics(Lettering.bold(14))), 200);
    int percentWidth = graphics.getFontMetrics(Lettering.bold(14)).stringWidth("100 %");
    int barLeft = PADDING + nameWidth + 10;
    int barRight = WIDTH - PADDING - percentWidth - 30;
    Sheet.text(
        graphics,
        bars.size() == 1 ? "Most probable breed" : bars.size() + " most probable breeds",
        Lettering.bold(15),
        Palette.INK,
        PADDING,
        PADDING + 12);
    for (int i = 0; i < bars.size(); i++) {
      double probability = bars.get(i).getValue();
      boolean right = bars.get(i).getKey().equals(truth);
      Color color = right ? Palette.RIGHT : Palette.BAR;
      int top = HEAD + i * ROW;
      float baseline = top + ROW / 2f + 5;
      Font rowFont = right ? Lettering.bold(14) : font;
      Sheet.rightAligned(
          graphics,
          Lettering.fit(names.get(i), graphics.getFontMetrics(rowFont), nameWidth),
          rowFont,
          right ? Palette.RIGHT : Palette.INK,
          barLeft - 10,
          baseline);
      graphics.setColor(Palette.EMPTY);
      graphics.fill(
          new RoundRectangle2D.Double(barLeft, top + 7, barRight - barLeft, ROW - 14, 6, 6));
      graphics.setColor(color);
      graphics.fill(
          new RoundRectangle2D.Double(
              barLeft, top + 7, Math.max(2, (barRight - barLeft) * probability), ROW - 14, 6, 6));
      Sheet.rightAligned(
          graphics,
          Lettering.percent(probability),
          rowFont,
          right ? Palette.RIGHT : Palette.INK,
          barRight + 8 + percentWidth,
          baseline);
      if (right) {
        Sheet.mark(graphics, true, Palette.RIGHT, WIDTH - PADDING - 16, top + 8, 15);
      }
    }
    paintFoot(graphics, HEAD + bars.size() * ROW + 20);
  }

  private void paintFoot(Graphics2D graphics, int baseline) {
    if (truth == null || bars.stream().anyMatch(bar -> bar.getKey().equals(truth))) {
      return;
    }
    Sheet.mark(graphics, false, Palette.WRONG, PADDING, baseline - 12, 13);
    String text =
        "truth: "
            + Lettering.readable(truth)
            + (truthProbability == null ? "" : " " + Lettering.percent(truthProbability));
    Font font = Lettering.plain(14);
    Sheet.text(
        graphics,
        Lettering.fit(text, graphics.getFontMetrics(font), WIDTH - 2 * PADDING - 22),
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
