package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.Safetensors;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The published weights give the values that were computed with them elsewhere. */
final class GoldenForwardTest {
  private static final Path WEIGHTS =
      Path.of(System.getProperty("dogvision.shared", "../shared"), "weights");

  @Test
  void embedding_and_logits_agree() {
    check(new DjlEngineProvider().open(), Device.CPU, Precision.FLOAT32, 1e-3);
  }

  static void check(Engine engine, Device device, Precision precision, double tolerance) {
    assumeTrue(Files.isDirectory(WEIGHTS), "the weights are not here");
    Backbone backbone = Backbone.read(WEIGHTS.resolve("mobilenet_v2_1.0_224-imagenet.safetensors"));
    Safetensors golden = Safetensors.read(WEIGHTS.resolve("golden/forward.safetensors"));
    PixelBatch batch = new PixelBatch(golden.bytes("pixels_nhwc"), 2, 224);
    NetworkPlan plan = backbone.plan();
    try (Network body =
            engine.open(
                plan,
                new Segment(0, plan.embeddingPosition()),
                backbone.weights(),
                device,
                precision);
        Network whole = engine.open(plan, plan.whole(), backbone.weights(), device, precision)) {
      assertThat(distance(body.forward(batch).values(), golden.tensor("embedding").values()))
          .isLessThan(tolerance);
      assertThat(distance(whole.forward(batch).values(), golden.tensor("logits").values()))
          .isLessThan(tolerance);
    }
  }

  /** The largest difference relative to the largest value. */
  private static double distance(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    double difference = 0;
    double largest = 0;
    for (int i = 0; i < expected.length; i++) {
      difference = Math.max(difference, Math.abs(actual[i] - expected[i]));
      largest = Math.max(largest, Math.abs(expected[i]));
    }
    return difference / largest;
  }
}
