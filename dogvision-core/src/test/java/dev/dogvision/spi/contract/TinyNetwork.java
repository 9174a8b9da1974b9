package dev.dogvision.spi.contract;

import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A network of a few hundred weights with all that a MobileNetV2 has: both kinds of padding, an
 * expansion, depthwise and linear convolutions, kernels of 3 and of 5, a residual stage, strides. A
 * seed gives the numbers of channels, the paddings and the weights.
 *
 * @param plan the network
 * @param weights all its tensors
 */
public record TinyNetwork(NetworkPlan plan, Map<String, Tensor> weights) {

  /** Keeps a copy of the map. */
  public TinyNetwork {
    weights = Map.copyOf(weights);
  }

  /**
   * A network of 4 stages; stage 1 is residual.
   *
   * @param seed of everything random
   * @param inputSize height and width in pixels
   * @param classes how many logits
   * @return the network
   */
  public static TinyNetwork random(long seed, int inputSize, int classes) {
    Random random = new Random(seed);
    int stem = 2 + random.nextInt(4);
    int middle = 2 + random.nextInt(5);
    int last = 4 + random.nextInt(5);
    int padBefore = random.nextInt(2);
    List<Stage> stages = new ArrayList<>();
    stages.add(
        new Stage(
            "features.0",
            List.of(new Convolution("features.0.0", 3, stem, 3, 2, 1, padBefore, 1, true)),
            false));
    int kernel = random.nextBoolean() ? 5 : 3;
    stages.add(block("features.1", stem, stem, 2, kernel, 1, kernel / 2));
    int expansion = 1 + random.nextInt(2);
    int stridedKernel = 8 - kernel; // the other of 3 and 5
    int half = stridedKernel / 2;
    stages.add(
        block("features.2", stem, middle, expansion, stridedKernel, 2, half - (int) (seed % 2)));
    stages.add(
        new Stage(
            "features.3",
            List.of(new Convolution("features.3.0", middle, last, 1, 1, 1, 0, 0, true)),
            false));
    NetworkPlan plan =
        new NetworkPlan(
            inputSize,
            List.of(123.675, 116.28, 103.53),
            List.of(58.395, 57.12, 57.375),
            stages,
            "classifier.1",
            classes);
    return new TinyNetwork(plan, weights(plan, random));
  }

  private static Stage block(
      String name, int in, int out, int expansion, int kernel, int stride, int padBefore) {
    int hidden = in * expansion;
    return new Stage(
        name,
        List.of(
            new Convolution(name + ".conv.0.0", in, hidden, 1, 1, 1, 0, 0, true),
            new Convolution(
                name + ".conv.1.0",
                hidden,
                hidden,
                kernel,
                stride,
                hidden,
                padBefore,
                kernel / 2,
                true),
            new Convolution(name + ".conv.2", hidden, out, 1, 1, 1, 0, 0, false)),
        stride == 1 && in == out);
  }

  /** Weights of a size that keeps most activations between the clamp's bounds. */
  private static Map<String, Tensor> weights(NetworkPlan plan, Random random) {
    Map<String, Tensor> weights = new LinkedHashMap<>();
    plan.tensorShapes(plan.whole())
        .forEach(
            (name, shape) -> {
              int[] dimensions = shape.stream().mapToInt(Integer::intValue).toArray();
              Tensor tensor = Tensor.zeros(dimensions);
              int inputs = Math.max(1, tensor.size() / dimensions[0]);
              double deviation = name.endsWith(".bias") ? 0.3 : Math.sqrt(2.0 / inputs);
              for (int i = 0; i < tensor.size(); i++) {
                tensor.values()[i] = (float) (random.nextGaussian() * deviation);
              }
              weights.put(name, tensor);
            });
    return weights;
  }

  /**
   * Random input at a position.
   *
   * @param position 0 for pixels, otherwise activations between 0 and 3
   * @param size the number of images
   * @param seed of the values
   * @return the batch
   */
  public Batch batch(int position, int size, long seed) {
    Random random = new Random(seed);
    if (position == 0) {
      byte[] pixels = new byte[size * plan.sizeAt(0)];
      random.nextBytes(pixels);
      return new PixelBatch(pixels, size, plan.inputSize());
    }
    float[] values = new float[size * plan.sizeAt(position)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 3;
    }
    return new ActivationBatch(values, size);
  }

  /**
   * Random target distributions and weights.
   *
   * @param size the number of images
   * @param seed of the values
   * @param temperature a teacher's, or null for no teacher; its share is then 0.4
   * @return the targets
   */
  public Targets targets(int size, long seed, @Nullable Double temperature) {
    Random random = new Random(seed);
    int classes = plan.classes();
    float[] probabilities = new float[size * classes];
    float[] weights = new float[size];
    float[] teacher = new float[size * classes];
    for (int n = 0; n < size; n++) {
      weights[n] = 0.5f + random.nextFloat();
      double sum = 0;
      for (int k = 0; k < classes; k++) {
        probabilities[n * classes + k] = random.nextFloat();
        sum += probabilities[n * classes + k];
        teacher[n * classes + k] = (float) random.nextGaussian();
      }
      for (int k = 0; k < classes; k++) {
        probabilities[n * classes + k] /= (float) sum;
      }
    }
    return new Targets(
        probabilities,
        weights,
        temperature == null ? null : new Targets.Teacher(teacher, temperature, 0.4));
  }
}
