package dev.dogvision.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.model.Backbone;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceEngineTest {

  @Test
  void the_core_s_tests_find_it() {
    assertThat(Engines.forTraining().name()).isEqualTo(ReferenceEngine.NAME);
    assertThat(Engines.forPrediction(null)).isSameAs(Engines.forTraining());
  }

  @Test
  void a_network_small_enough_for_paper() {
    // One stage: a 2x2 convolution of one output channel that reads R only, on a 3x3 picture.
    Convolution convolution = new Convolution("c", 3, 1, 2, 1, 1, 0, 0, true);
    NetworkPlan plan =
        new NetworkPlan(
            3,
            List.of(10.0, 0.0, 0.0),
            List.of(10.0, 1.0, 1.0),
            List.of(new Stage("s", List.of(convolution), false)),
            "h",
            2);
    byte[] pixels = new byte[27];
    int[] red = {10, 20, 30, 40, 50, 60, 70, 80, 90};
    for (int i = 0; i < 9; i++) {
      pixels[3 * i] = (byte) red[i];
      pixels[3 * i + 1] = (byte) 255;
    }
    // Normalised: 0 1 2 / 3 4 5 / 6 7 8. Kernel 1 0 / 0 1, less 5: 4-5, 6-5, 10-5, 12-5.
    float[] kernel = new float[12];
    kernel[0] = 1;
    kernel[3] = 1;
    Map<String, Tensor> weights =
        Map.of(
            "c.weight", Tensor.of(kernel, 1, 3, 2, 2),
            "c.bias", Tensor.of(new float[] {-5}, 1),
            "h.weight", Tensor.of(new float[] {2, -1}, 2, 1),
            "h.bias", Tensor.of(new float[] {0, 1}, 2));

    assertThat(run(plan, new Segment(0, 1), weights, pixels)).containsExactly(0, 1, 5, 6);
    assertThat(run(plan, new Segment(0, 2), weights, pixels)).containsExactly(3);
    assertThat(run(plan, new Segment(0, 3), weights, pixels)).containsExactly(6, -2);
  }

  private static float[] run(
      NetworkPlan plan, Segment segment, Map<String, Tensor> weights, byte[] pixels) {
    try (Network network =
        new ReferenceEngine().open(plan, segment, weights, Device.CPU, Precision.FLOAT32)) {
      return network.forward(new PixelBatch(pixels, 1, plan.inputSize())).values();
    }
  }

  @Test
  void bounds_of_the_clamp_have_no_slope() {
    // Three 1x1 feature maps of values 0, 6 and 3; only the last one's bias gets a gradient.
    Convolution convolution = new Convolution("c", 3, 3, 1, 1, 1, 0, 0, true);
    NetworkPlan plan =
        new NetworkPlan(
            1,
            List.of(0.0, 0.0, 0.0),
            List.of(1.0, 1.0, 1.0),
            List.of(new Stage("s", List.of(convolution), false)),
            "h",
            2);
    Map<String, Tensor> weights =
        Map.of(
            "c.weight", Tensor.zeros(3, 3, 1, 1),
            "c.bias", Tensor.of(new float[] {0, 6, 3}, 3),
            "h.weight", Tensor.of(new float[] {1, 1, 1, -1, -1, -1}, 2, 3),
            "h.bias", Tensor.zeros(2));
    try (TrainableNetwork network =
        new ReferenceEngine()
            .openTrainable(plan, plan.whole(), 0, weights, Optimizer.sgd(0), Device.CPU)) {
      network.accumulate(
          new PixelBatch(new byte[3], 1, 1),
          new Targets(new float[] {0, 1}, new float[] {1}, null),
          1);
      network.update(new UpdateRule(List.of(1.0), 1, 0, Double.POSITIVE_INFINITY, 0));
      float[] bias = network.trainableWeights().get("c.bias").values();
      assertThat(bias[0]).isEqualTo(0);
      assertThat(bias[1]).isEqualTo(6);
      assertThat(bias[2]).isLessThan(2);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void gradients_are_the_loss_s_numerical_derivatives(long seed) {
    TinyNetwork tiny = TinyNetwork.random(seed, 9, 3);
    NetworkPlan plan = tiny.plan();
    Batch batch = tiny.batch(0, 2, seed);
    Targets targets = tiny.targets(2, seed, seed % 2 == 0 ? 2.5 : null);
    double scale = 0.7;
    try (TrainableNetwork network =
        new ReferenceEngine()
            .openTrainable(plan, plan.whole(), 0, tiny.weights(), Optimizer.sgd(0), Device.CPU)) {
      network.accumulate(batch, targets, scale);
      network.update(
          new UpdateRule(Collections.nCopies(4, 1.0), 1, 0, Double.POSITIVE_INFINITY, 0));
      Map<String, Tensor> moved = network.trainableWeights();
      for (String name : moved.keySet()) {
        for (int i = 0; i < moved.get(name).size(); i += 1 + moved.get(name).size() / 7) {
          double gradient = tiny.weights().get(name).values()[i] - moved.get(name).values()[i];
          double step = 1e-4;
          double here = loss(network, tiny, name, i, 0, batch, targets);
          double before = here - loss(network, tiny, name, i, -step, batch, targets);
          double after = loss(network, tiny, name, i, step, batch, targets) - here;
          // The two differ where a value meets one of the clamp's bounds within the step.
          assertThat(gradient)
              .as(name + " " + i)
              .isBetween(
                  scale * Math.min(before, after) / step - 2e-3,
                  scale * Math.max(before, after) / step + 2e-3);
        }
      }
    }
  }

  private static double loss(
      TrainableNetwork network,
      TinyNetwork tiny,
      String name,
      int index,
      double step,
      Batch batch,
      Targets targets) {
    Map<String, Tensor> weights = new LinkedHashMap<>(tiny.weights());
    Tensor old = weights.get(name);
    float[] values = old.values().clone();
    values[index] += (float) step;
    weights.put(
        name, Tensor.of(values, old.shape().stream().mapToInt(Integer::intValue).toArray()));
    network.setTrainableWeights(weights);
    return network.accumulate(batch, targets, 1).loss();
  }

  @Test
  void the_loss_is_that_of_the_targets() {
    // Head only, logits (ln 3, 0): softmax (3/4, 1/4), at temperature 2 (0.634, 0.366).
    TinyNetwork tiny = TinyNetwork.random(1, 9, 2);
    int embedding = tiny.plan().embeddingSize();
    Map<String, Tensor> weights =
        Map.of(
            "classifier.1.weight", Tensor.zeros(2, embedding),
            "classifier.1.bias", Tensor.of(new float[] {(float) Math.log(3), 0}, 2));
    Segment head = new Segment(tiny.plan().embeddingPosition(), tiny.plan().logitsPosition());
    Batch batch = new ActivationBatch(new float[embedding], 1);
    try (TrainableNetwork network =
        new ReferenceEngine()
            .openTrainable(tiny.plan(), head, 4, weights, Optimizer.adamW(), Device.CPU)) {
      float[] target = {0.5f, 0.5f};
      double crossEntropy = -0.5 * Math.log(0.75) - 0.5 * Math.log(0.25);
      assertThat(network.accumulate(batch, new Targets(target, new float[] {3}, null), 0.1).loss())
          .isCloseTo(3 * crossEntropy, within(1e-6));

      double p = Math.sqrt(3) / (1 + Math.sqrt(3));
      // The teacher gives both the same.
      double divergence = 0.5 * Math.log(0.5 / p) + 0.5 * Math.log(0.5 / (1 - p));
      Targets.Teacher teacher = new Targets.Teacher(new float[] {7, 7}, 2, 0.25);
      assertThat(network.accumulate(batch, new Targets(target, new float[] {3}, teacher), 1).loss())
          .isCloseTo(3 * (0.75 * crossEntropy + 0.25 * 4 * divergence), within(1e-6));
    }
  }

  @Test
  void a_narrow_mobilenet_runs_and_trains() {
    Backbone backbone = Backbone.untrained(0.25, 32, 7);
    NetworkPlan plan = backbone.plan().withClasses(3);
    Map<String, Tensor> weights = new LinkedHashMap<>(backbone.weights());
    weights.put("classifier.1.weight", Tensor.zeros(3, plan.embeddingSize()));
    weights.put("classifier.1.bias", Tensor.zeros(3));
    byte[] pixels = new byte[8 * 32 * 32 * 3];
    new Random(7).nextBytes(pixels);
    Batch batch = new PixelBatch(pixels, 8, 32);
    float[] truth = new float[24];
    for (int n = 0; n < 8; n++) {
      truth[n * 3 + n % 3] = 1;
    }
    float[] ones = {1, 1, 1, 1, 1, 1, 1, 1};
    Targets targets = new Targets(truth, ones, null);
    try (TrainableNetwork network =
        new ReferenceEngine()
            .openTrainable(plan, plan.whole(), 0, weights, Optimizer.adamW(), Device.CPU)) {
      UpdateRule rule =
          new UpdateRule(Collections.nCopies(plan.stages().size(), 1e-3), 1e-2, 0, 1, 0);
      double before = network.accumulate(batch, targets, 1 / 8.0).loss();
      for (int step = 0; step < 5; step++) {
        network.update(rule);
        network.accumulate(batch, targets, 1 / 8.0);
      }
      assertThat(before).isCloseTo(8 * Math.log(3), within(1e-6));
      assertThat(network.accumulate(batch, targets, 1 / 8.0).loss()).isLessThan(before);
    }
  }
}
