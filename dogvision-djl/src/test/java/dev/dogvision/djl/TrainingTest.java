package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.EngineProvider;
import dev.dogvision.spi.Tensor;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingRun;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The core's trainer on this engine: that it learns, and that nothing is lost of a run resumed. */
class TrainingTest {
  private static final Labels LABELS = Labels.of("blue", "green", "red");

  @TempDir static Path pictures;
  @TempDir Path folder;
  private static Dataset training;

  @BeforeAll
  static void draw() throws IOException {
    assumeTrue(
        ServiceLoader.load(EngineProvider.class).stream().count() == 1,
        "mvn test puts the core's own test engine on the class path too; mvn verify does not");
    SplittableRandom random = new SplittableRandom(1);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 22; i++) {
      BufferedImage image = new BufferedImage(40, 40, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 40; y++) {
        for (int x = 0; x < 40; x++) {
          int[] rgb = {random.nextInt(90), random.nextInt(90), random.nextInt(90)};
          rgb[2 - i % 3] += 150;
          image.setRGB(x, y, rgb[0] << 16 | rgb[1] << 8 | rgb[2]);
        }
      }
      Path file = pictures.resolve(i + ".png");
      ImageIO.write(image, "png", file.toFile());
      examples.add(new Example(String.valueOf(i), file, LABELS.name(i % 3)));
    }
    training = Dataset.of(examples, LABELS);
  }

  private static TransferModel.Builder network() {
    return TransferModel.mobileNetV2()
        .untrained(7)
        .width(0.25)
        .inputSize(32)
        .labels(LABELS)
        .device("cpu");
  }

  private static Trainer demanding() {
    TransferModel model = network().fineTuneLast(3).build();
    return Trainer.of(model)
        .epochs(3)
        .batchSize(8)
        .learningRate(0.01)
        .seed(3)
        .gradualUnfreeze(2, 0.02)
        .schedule(Schedule.cosine())
        .movingAverage(0.9)
        .gradientClipping(1)
        .labelSmoothing(0.1)
        .augmentation(Augmentation.strong())
        .distilFrom(model.trained(Map.of(), Map.of()), 2, 0.2)
        .earlyStopping(EarlyStopping.on(Metric.TRAINING_LOSS).patience(20));
  }

  private static List<Integer> bits(TrainingRun run) {
    List<Integer> bits = new ArrayList<>();
    for (Tensor tensor : run.model().weights().values()) {
      for (float value : tensor.values()) {
        bits.add(Float.floatToRawIntBits(value));
      }
    }
    return bits;
  }

  @Test
  void the_bits_do_not_depend_on_how_much_memory_there_is() {
    for (TransferModel model :
        List.of(network().freezeBackbone().build(), network().fineTuneLast(2).build())) {
      List<List<Integer>> outcomes = new ArrayList<>();
      List<Double> losses = new ArrayList<>();
      for (long memory : new long[] {Long.MAX_VALUE, 60_000, 0}) { // for all, for some, for none
        TrainingRun run =
            Trainer.of(model)
                .epochs(3)
                .batchSize(5)
                .learningRate(0.01)
                .seed(3)
                .augmentation(Augmentation.none())
                .cacheMemory(memory)
                .fit(training);
        outcomes.add(bits(run));
        losses.add(run.evaluate(training).logLoss());
      }

      assertThat(outcomes.get(1)).isEqualTo(outcomes.get(0));
      assertThat(outcomes.get(2)).isEqualTo(outcomes.get(0));
      assertThat(losses).containsOnly(losses.get(0));
    }
  }

  @Test
  void learns_a_head_on_embeddings() {
    TrainingRun run =
        Trainer.of(network().build()).epochs(40).batchSize(8).learningRate(0.05).fit(training);

    assertThat(run.evaluate(training).accuracy()).isGreaterThan(0.8);
  }

  @Test
  void the_same_seed_gives_the_same_bits_and_so_does_a_run_that_was_resumed() {
    List<Integer> whole = bits(demanding().fit(training));
    assertThat(bits(demanding().fit(training))).isEqualTo(whole);
    for (int killed : new int[] {2, 4}) {
      Path here = folder.resolve("killed-" + killed);
      Trainer trainer =
          demanding()
              .checkpoints(here, 1)
              .listener(
                  (event, control) -> {
                    if (event instanceof TrainingEvent.BatchFinished batch
                        && batch.epoch() == killed
                        && batch.batch() == 2) {
                      throw new IllegalStateException("killed");
                    }
                  });
      assertThatThrownBy(() -> trainer.fit(training)).hasMessage("killed");

      assertThat(bits(Trainer.resume(here).fit(training))).isEqualTo(whole);
    }
  }
}
