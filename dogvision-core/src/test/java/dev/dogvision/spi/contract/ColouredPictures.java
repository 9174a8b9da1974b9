package dev.dogvision.spi.contract;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.Tensor;
import dev.dogvision.train.TrainingRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * A task so easy that the tiniest network learns it: noisy pictures, told apart by their colour.
 */
public final class ColouredPictures {
  /** The colours. */
  public static final Labels LABELS = Labels.of("blue", "green", "red");

  private ColouredPictures() {}

  /** Pictures of 36 x 32 pixels, the colours by turns. */
  public static Dataset draw(Path folder, int count, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Example> examples = new ArrayList<>();
    try {
      Files.createDirectories(folder);
      for (int i = 0; i < count; i++) {
        int label = i % 3;
        BufferedImage image = new BufferedImage(36, 32, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 32; y++) {
          for (int x = 0; x < 36; x++) {
            int[] rgb = {random.nextInt(90), random.nextInt(90), random.nextInt(90)};
            rgb[2 - label] += 150;
            image.setRGB(x, y, rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
          }
        }
        Path file = folder.resolve("picture-" + i + ".png");
        ImageIO.write(image, "png", file.toFile());
        examples.add(new Example("picture-" + i, file, LABELS.name(label)));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return Dataset.of(examples, LABELS);
  }

  /** The tiniest network. */
  public static TransferModel.Builder network() {
    return TransferModel.mobileNetV2().untrained(7).width(0.1).inputSize(32).labels(LABELS);
  }

  /** The weights as bits, so that -0.0 and 0.0 differ. */
  public static List<Integer> bits(TrainingRun run) {
    List<Integer> bits = new ArrayList<>();
    for (Map.Entry<String, Tensor> entry : run.model().weights().entrySet()) {
      for (float value : entry.getValue().values()) {
        bits.add(Float.floatToRawIntBits(value));
      }
    }
    return bits;
  }
}
