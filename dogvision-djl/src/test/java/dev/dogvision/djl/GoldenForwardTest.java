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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The published weights give the values that were computed with them elsewhere. */
final class GoldenForwardTest {
  private static final Path WEIGHTS =
      Path.of(System.getProperty("dogvision.shared", "../shared"), "weights");

  /** Weights and what they were measured to give. */
  @ParameterizedTest
  @CsvSource({
    "mobilenet_v2_1.0_224-imagenet, forward",
    "efficientnet_lite0-imagenet, efficientnet_lite0",
    "efficientnet_lite2-imagenet, efficientnet_lite2",
  })
  void embedding_and_logits_agree(String weights, String golden) {
    check(new DjlEngineProvider().open(), Device.CPU, Precision.FLOAT32, 1e-3, weights, golden);
  }

  static void check(Engine engine, Device device, Precision precision, double tolerance) {
    check(engine, device, precision, tolerance, "mobilenet_v2_1.0_224-imagenet", "forward");
  }

  private static void check(
      Engine engine,
      Device device,
      Precision precision,
      double tolerance,
      String weights,
      String goldenName) {
    assumeTrue(Files.isDirectory(WEIGHTS), "the weights are not here");
    Backbone backbone = Backbone.read(WEIGHTS.resolve(weights + ".safetensors"));
    Safetensors golden = Safetensors.read(WEIGHTS.resolve("golden/" + goldenName + ".safetensors"));
    NetworkPlan plan = backbone.plan();
    PixelBatch batch = new PixelBatch(golden.bytes("pixels_nhwc"), 2, plan.inputSize());
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
