package dev.dogvision.report;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Prediction;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A photograph under its prediction: "breed 87 % (truth)", green with a tick when right, red with a
 * cross when wrong, black without a mark when the truth is not known.
 */
public final class PredictionPlot implements Plot {
  private static final int WIDTH = 420;
  private static final int PHOTO_HEIGHT = 340;
  private static final int PADDING = 12;
  private static final int TITLE_HEIGHT = 58;

  private final BufferedImage photo;
  private final String label;
  private final double probability;
  private final @Nullable String truth;

  private PredictionPlot(
      BufferedImage photo, String label, double probability, @Nullable String truth) {
    this.photo = photo;
    this.label = label;
    this.probability = probability;
    this.truth = truth;
  }

  /**
   * A plot of one prediction.
   *
   * @param image the photograph, of any size; shrunk to fit
   * @param label the predicted breed
   * @param probability how sure the model is, 0..1
   * @param truth the true breed, or null where it is not known
   * @return the plot, 420 pixels wide and at most 422 high
   * @throws IllegalArgumentException if the probability is not in 0..1
   */
  public static PredictionPlot of(
      RgbImage image, String label, double probability, @Nullable String truth) {
    checkArgument(
        probability >= 0 && probability <= 1, "probability must be in 0..1, got %s", probability);
    return new PredictionPlot(
        Shrinking.within(image, WIDTH - 2 * PADDING, PHOTO_HEIGHT), label, probability, truth);
  }

  /**
   * A plot of a prediction's best breed.
   *
   * @param image the photograph, of any size; shrunk to fit
   * @param prediction what the model says of it
   * @param truth the true breed, or null where it is not known
   * @return the plot, 420 pixels wide and at most 422 high
   */
  public static PredictionPlot of(RgbImage image, Prediction prediction, @Nullable String truth) {
    Classification best = prediction.best();
    return of(image, best.label(), Math.min(1, best.probability()), truth);
  }

  @Override
  public BufferedImage toImage() {
    return Sheet.draw(WIDTH, TITLE_HEIGHT + photo.getHeight() + 2 * PADDING, this::paint);
  }

  private void paint(Graphics2D graphics) {
    boolean right = label.equals(truth);
    Color color = truth == null ? Palette.INK : right ? Palette.RIGHT : Palette.WRONG;
    Font font = TextDrawing.bold(17);
    FontMetrics metrics = graphics.getFontMetrics(font);
    int markSize = truth == null ? 0 : 16;
    int markRoom = truth == null ? 0 : markSize + 8;
    String percent = " " + TextDrawing.percent(probability);
    String first =
        TextDrawing.fit(
                TextDrawing.readable(label),
                metrics,
                WIDTH - 2 * PADDING - markRoom - metrics.stringWidth(percent))
            + percent;
    float left = (WIDTH - markRoom - metrics.stringWidth(first)) / 2f;
    float baseline = truth == null ? PADDING + 30 : PADDING + 18;
    if (truth != null) {
      Sheet.mark(graphics, right, color, left, baseline - 14, markSize);
    }
    Sheet.text(graphics, first, font, color, left + markRoom, baseline);
    if (truth != null) {
      Font small = TextDrawing.plain(14);
      String second =
          TextDrawing.fit(
              "(" + TextDrawing.readable(truth),
              graphics.getFontMetrics(small),
              WIDTH - 2 * PADDING - 8);
      Sheet.centred(graphics, second + ")", small, color, WIDTH / 2f, baseline + 23);
    }
    graphics.drawImage(photo, (WIDTH - photo.getWidth()) / 2, TITLE_HEIGHT + PADDING, null);
  }

  @Override
  public String toString() {
    return "PredictionPlot["
        + label
        + " "
        + TextDrawing.percent(probability)
        + (truth == null ? "" : String.join("", List.of(" (", truth, ")")))
        + "]";
  }
}
