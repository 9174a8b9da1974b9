package dev.dogvision.report;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import javax.imageio.ImageIO;

/** Made-up suspects of every kind, whose ids and labels would like to be run. */
final class SampleSuspects {
  static final List<String> HOSTILE_IDS =
      List.of(
          "<img src=x onerror=alert(1)>",
          "\"><script>alert(2)</script>",
          "=HYPERLINK(\"http://example.org\")",
          "a, \"b\"; c",
          "</script><script>alert(3)</script>",
          "犬/été 🐶",
          "'-1",
          "line\nbreak\r\n=1",
          "\u202Eright\u0007 to left",
          "javascript:alert(4)");

  static final Labels LABELS =
      Labels.of("<b>chow</b>", "+pug", "golden_retriever", "irish \"red\" setter");

  private SampleSuspects() {}

  /** Twelve photographs with hostile ids and those after them plain ones. */
  static Dataset photographs() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      String id = i < HOSTILE_IDS.size() ? HOSTILE_IDS.get(i) : "photo-" + i;
      byte[] bytes = i == 22 ? new byte[] {1, 2, 3} : draw(i == 23 ? 21 : i);
      examples.add(new Example(id, ImageSource.of(id, bytes), LABELS.name(i % LABELS.size())));
    }
    return Dataset.of(examples, LABELS);
  }

  /** Labels of the hostile ids are doubted; a file is broken; two are the same. */
  static DatasetReport report(Dataset photographs) {
    int size = photographs.size();
    float[][] probabilities = new float[size][LABELS.size()];
    float[][] rows = new float[size][];
    List<String> labels = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      int label = LABELS.index(photographs.example(i).label());
      int believed = i < HOSTILE_IDS.size() ? (label + 1) % LABELS.size() : label;
      probabilities[i][believed] = 0.9f - i / 100f;
      probabilities[i][label] += 0.05f;
      rows[i] = new float[] {1, i, believed};
      labels.add(photographs.example(i).label());
    }
    return DatasetReport.of(photographs)
        .withSuspects(LABELS, probabilities)
        .withLikeness(
            Embeddings.of(
                "", photographs.examples().stream().map(Example::id).toList(), labels, rows));
  }

  private static byte[] draw(int seed) {
    BufferedImage image = new BufferedImage(96, 72, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < 30; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillRect(random.nextInt(96), random.nextInt(72), 30, 30);
    }
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
