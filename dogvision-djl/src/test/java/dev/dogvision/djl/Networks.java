package dev.dogvision.djl;

import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Networks to try the engine on. */
final class Networks {
  private Networks() {}

  /** MobileNetV2 with TensorFlow's padding. */
  static NetworkPlan mobileNetV2(double width, int inputSize, int classes) {
    List<Stage> stages = new ArrayList<>();
    int channels = channels(32, width);
    stages.add(
        new Stage(
            "features.0",
            List.of(new Convolution("features.0.0", 3, channels, 3, 2, 1, 0, 1, true)),
            false));
    int[][] settings = {
      {1, 16, 1, 1},
      {6, 24, 2, 2},
      {6, 32, 3, 2},
      {6, 64, 4, 2},
      {6, 96, 3, 1},
      {6, 160, 3, 2},
      {6, 320, 1, 1}
    };
    int index = 1;
    for (int[] setting : settings) {
      for (int i = 0; i < setting[2]; i++) {
        int out = channels(setting[1], width);
        stages.add(block(index++, channels, out, setting[0], i == 0 ? setting[3] : 1));
        channels = out;
      }
    }
    int last = Math.max(1280, channels(1280, width));
    stages.add(
        new Stage(
            "features.18",
            List.of(new Convolution("features.18.0", channels, last, 1, 1, 1, 0, 0, true)),
            false));
    return new NetworkPlan(
        inputSize,
        List.of(127.5, 127.5, 127.5),
        List.of(127.5, 127.5, 127.5),
        stages,
        "classifier.1",
        classes);
  }

  private static Stage block(int index, int in, int out, int expansion, int stride) {
    String prefix = "features." + index + ".conv.";
    List<Convolution> convolutions = new ArrayList<>();
    int hidden = in * expansion;
    int padBefore = stride == 2 ? 0 : 1;
    if (expansion == 1) {
      convolutions.add(
          new Convolution(prefix + "0.0", hidden, hidden, 3, stride, hidden, padBefore, 1, true));
      convolutions.add(new Convolution(prefix + "1", hidden, out, 1, 1, 1, 0, 0, false));
    } else {
      convolutions.add(new Convolution(prefix + "0.0", in, hidden, 1, 1, 1, 0, 0, true));
      convolutions.add(
          new Convolution(prefix + "1.0", hidden, hidden, 3, stride, hidden, padBefore, 1, true));
      convolutions.add(new Convolution(prefix + "2", hidden, out, 1, 1, 1, 0, 0, false));
    }
    return new Stage("features." + index, convolutions, stride == 1 && in == out);
  }

  private static int channels(int channels, double width) {
    double scaled = channels * width;
    int rounded = Math.max(8, (int) (scaled + 4) / 8 * 8);
    return rounded < 0.9 * scaled ? rounded + 8 : rounded;
  }

  /** Random weights that keep activations in range. */
  static Map<String, Tensor> randomWeights(NetworkPlan plan, long seed) {
    Random random = new Random(seed);
    Map<String, Tensor> weights = new LinkedHashMap<>();
    plan.tensorShapes(plan.whole())
        .forEach(
            (name, shape) -> {
              int size = shape.stream().reduce(1, Math::multiplyExact);
              double deviation = shape.size() == 1 ? 0.1 : Math.sqrt(2.0 * shape.get(0) / size);
              float[] values = new float[size];
              for (int i = 0; i < size; i++) {
                values[i] = (float) (random.nextGaussian() * deviation);
              }
              weights.put(name, Tensor.of(values, shape.stream().mapToInt(d -> d).toArray()));
            });
    return weights;
  }
}
