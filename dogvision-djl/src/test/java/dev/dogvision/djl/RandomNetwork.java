package dev.dogvision.djl;

import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Padding;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.UpdateRule;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A MobileNetV2 with random weights that keep activations in range, and batches for it. */
record RandomNetwork(NetworkPlan plan, Map<String, Tensor> weights) {

  static RandomNetwork of(double width, int inputSize, Padding padding, int classes, long seed) {
    NetworkPlan plan =
        Architectures.mobileNetV2(width)
            .withPadding(padding)
            .plan(
                new Preprocessing(
                    inputSize,
                    ResizeRule.CENTER_CROP,
                    1,
                    List.of(127.5, 120.0, 110.0),
                    List.of(127.5, 60.0, 58.0)),
                classes);
    Random random = new Random(seed);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    plan.tensorShapes(plan.whole())
        .forEach(
            (name, shape) -> {
              int size = shape.stream().reduce(1, Math::multiplyExact);
              double deviation = shape.size() == 1 ? 0.1 : Math.sqrt(1.5 * shape.get(0) / size);
              float[] values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
              }
              weights.put(name, Tensor.of(values, shape.stream().mapToInt(d -> d).toArray()));
            });
    return new RandomNetwork(plan, weights);
  }

  static RandomNetwork small(long seed) {
    return of(0.35, 32, Padding.TF_SAME, 5, seed);
  }

  Segment head() {
    return new Segment(plan.embeddingPosition(), plan.logitsPosition());
  }

  /** A batch for a segment that starts at a position. */
  Batch batch(int position, int size, long seed) {
    Random random = new Random(seed);
    if (position == 0) {
      byte[] pixels = new byte[size * plan.sizeAt(0)];
      random.nextBytes(pixels);
      return new PixelBatch(pixels, size, plan.inputSize());
    }
    float[] values = new float[size * plan.sizeAt(position)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new ActivationBatch(values, size);
  }

  /** Image i belongs to class i. */
  Targets targets(int size) {
    float[] probabilities = new float[size * plan.classes()];
    for (int i = 0; i < size; i++) {
      probabilities[i * plan.classes() + i % plan.classes()] = 1;
    }
    float[] ones = new float[size];
    Arrays.fill(ones, 1);
    return new Targets(probabilities, ones, null);
  }

  UpdateRule rule(double rate) {
    return new UpdateRule(Collections.nCopies(plan.stages().size(), rate), rate, 0.01, 1, 0.9);
  }
}
