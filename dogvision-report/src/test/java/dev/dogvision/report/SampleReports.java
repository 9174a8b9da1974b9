package dev.dogvision.report;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.Evaluation;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;

/** A made-up evaluation whose photographs are coloured squares. */
final class SampleReports {
  private SampleReports() {}

  static final List<String> BREEDS =
      List.of(
          "affenpinscher",
          "basenji",
          "chow",
          "dingo",
          "english_setter",
          "french_bulldog",
          "german_shepherd",
          "havanese",
          "irish_setter",
          "japanese_spaniel",
          "keeshond",
          "never_shown");

  /** Photographs of all breeds but the last, recognised two times out of three. */
  static Evaluation evaluation(Labels labels, int photographs, long seed) {
    Random random = new Random(seed);
    List<String> ids = new ArrayList<>();
    int[] truths = new int[photographs];
    float[][] logits = new float[photographs][labels.size()];
    for (int row = 0; row < photographs; row++) {
      ids.add("photo-" + row);
      truths[row] = row % (labels.size() - 1);
      for (int label = 0; label < labels.size(); label++) {
        logits[row][label] = (float) random.nextGaussian();
      }
      logits[row][truths[row]] += 2;
      logits[row][(truths[row] + 3) % labels.size()] += 0.8f;
    }
    return Evaluation.ofLogits(labels, ids, truths, logits, 1.25);
  }

  static Dataset photographs(Evaluation evaluation, Path folder) {
    List<Example> examples = new ArrayList<>();
    for (int row = 0; row < evaluation.size(); row++) {
      Path file = folder.resolve("photo-" + row + ".png");
      draw(file, Color.getHSBColor(evaluation.truth(row) / 12f, 0.7f, 0.8f), row);
      examples.add(
          new Example(evaluation.id(row), file, evaluation.labels().name(evaluation.truth(row))));
    }
    return Dataset.of(examples, evaluation.labels());
  }

  private static void draw(Path file, Color color, int row) {
    BufferedImage image = new BufferedImage(48, 36, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(0, 0, 48, 36);
    graphics.setColor(Color.WHITE);
    graphics.fillOval(row % 30, 8, 16, 16);
    graphics.dispose();
    try {
      ImageIO.write(image, "png", file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Map<String, List<Double>> curves() {
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("training loss", List.of(3.1, 1.9, 1.2, 0.8));
    series.put("validation loss", List.of(2.9, 2.0, 1.6, 1.5));
    series.put("validation accuracy", List.of(0.2, 0.45, 0.6, 0.64));
    return series;
  }
}
