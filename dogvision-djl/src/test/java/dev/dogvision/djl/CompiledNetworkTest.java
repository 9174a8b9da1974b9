package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.model.Padding;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompiledNetworkTest {
  private static final Engine ENGINE = new DjlEngineProvider().open();

  private static Network open(RandomNetwork network, Segment segment) {
    return ENGINE.open(network.plan(), segment, network.weights(), Device.CPU, Precision.FLOAT32);
  }

  private static TrainableNetwork train(RandomNetwork network, Segment segment, int first) {
    return ENGINE.openTrainable(
        network.plan(), segment, first, network.weights(), Optimizer.adamW(), Device.CPU);
  }

  private static void assertClose(float[] actual, float[] expected) {
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    assertThat(actual).hasSameSizeAs(expected);
    assertThat(largest).isPositive();
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(1e-4 * largest));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.35, 0.5, 0.75, 1.0, 1.3, 1.4})
  void every_width_gives_what_its_operations_give_one_by_one(double width) {
    RandomNetwork network = RandomNetwork.of(width, 33, Padding.TF_SAME, 7, 1);
    NetworkPlan plan = network.plan();
    Batch batch = network.batch(0, 2, 2);
    try (PlainNetwork plain = new PlainNetwork(plan, network.weights())) {
      float[] expected = plain.forward(batch, plan.logitsPosition());
      try (Network whole = open(network, plan.whole())) {
        assertClose(whole.forward(batch).values(), expected);
      }
      for (int first : new int[] {0, 10, plan.stages().size()}) {
        try (TrainableNetwork trainable = train(network, plan.whole(), first)) {
          assertClose(trainable.forward(batch).values(), expected);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Padding.class)
  void every_padding_and_position_gives_what_its_operations_give(Padding padding) {
    RandomNetwork network = RandomNetwork.of(0.35, 48, padding, 3, 3);
    NetworkPlan plan = network.plan();
    Batch batch = network.batch(0, 3, 4);
    try (PlainNetwork plain = new PlainNetwork(plan, network.weights())) {
      float[] logits = plain.forward(batch, plan.logitsPosition());
      for (int position = 1; position < plan.logitsPosition(); position++) {
        float[] expected = plain.forward(batch, position);
        try (Network start = open(network, new Segment(0, position));
            Network rest = open(network, new Segment(position, plan.logitsPosition()))) {
          ActivationBatch activations = start.forward(batch);
          assertClose(activations.values(), expected);
          assertClose(rest.forward(activations).values(), logits);
        }
      }
    }
  }

  @Test
  void every_freezing_trains_what_is_not_frozen_and_nothing_else() {
    RandomNetwork network = RandomNetwork.small(5);
    NetworkPlan plan = network.plan();
    Batch batch = network.batch(0, 4, 6);
    int stages = plan.stages().size();
    float[] expected;
    try (Network whole = open(network, plan.whole())) {
      expected = whole.forward(batch).values();
    }
    for (int first = 0; first <= stages; first++) {
      try (TrainableNetwork trainable = train(network, plan.whole(), first)) {
        assertClose(trainable.forward(batch).values(), expected);
        Set<String> frozen =
            first == 0 ? Set.of() : plan.tensorShapes(new Segment(0, first)).keySet();
        Map<String, Tensor> before = trainable.trainableWeights();
        assertThat(before.keySet())
            .containsExactlyElementsOf(
                network.weights().keySet().stream().filter(n -> !frozen.contains(n)).toList());
        double loss = trainable.accumulate(batch, network.targets(4), 0.25).loss();
        assertThat(trainable.update(network.rule(1e-3))).isPositive().isFinite();
        trainable
            .trainableWeights()
            .forEach(
                (name, tensor) -> {
                  assertThat(before.get(name)).isEqualTo(network.weights().get(name));
                  assertThat(tensor).as(name).isNotEqualTo(before.get(name));
                });
        for (int i = 0; i < 10; i++) {
          trainable.accumulate(batch, network.targets(4), 0.25);
          trainable.update(network.rule(1e-3));
        }
        assertThat(trainable.accumulate(batch, network.targets(4), 0.25).loss()).isLessThan(loss);
      }
    }
  }

  @Test
  void the_same_steps_give_the_same_bits() {
    RandomNetwork network = RandomNetwork.small(7);
    assertThat(trained(network, 3)).isEqualTo(trained(network, 3));
  }

  private static Map<String, Tensor> trained(RandomNetwork network, int steps) {
    try (TrainableNetwork trainable = train(network, network.plan().whole(), 0)) {
      for (int i = 0; i < steps; i++) {
        trainable.accumulate(network.batch(0, 4, i), network.targets(4), 0.25);
        trainable.update(network.rule(1e-3));
      }
      Map<String, Tensor> result = new HashMap<>(trainable.trainableWeights());
      trainable.averagedWeights().forEach((name, tensor) -> result.put("average " + name, tensor));
      return result;
    }
  }

  @Test
  void networks_are_trained_and_used_in_several_threads_at_once() throws Exception {
    RandomNetwork network = RandomNetwork.small(8);
    Map<String, Tensor> alone = trained(network, 3);
    ExecutorService threads = Executors.newFixedThreadPool(3);
    try {
      List<Future<Map<String, Tensor>>> results =
          Stream.generate(() -> threads.submit(() -> trained(network, 3))).limit(3).toList();
      for (Future<Map<String, Tensor>> result : results) {
        assertThat(result.get()).isEqualTo(alone);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_batch_that_is_run_in_slices_gives_what_its_images_give() {
    RandomNetwork network = RandomNetwork.of(1.0, 224, Padding.TF_SAME, 5, 9);
    NetworkPlan plan = network.plan();
    assertThat(OpenNetwork.slice(plan, plan.whole(), Device.CPU, 20_000_000)).isEqualTo(4);
    assertThat(OpenNetwork.slice(plan, network.head(), Device.CPU, 20_000_000))
        .isGreaterThan(1_000_000);
    assertThat(OpenNetwork.slice(plan, plan.whole(), Device.CPU, 1)).isEqualTo(1);
    assertThat(OpenNetwork.slice(plan, plan.whole(), new Device("cuda", 0), 1))
        .isEqualTo(Integer.MAX_VALUE);
    Batch batch = network.batch(0, 6, 10);
    try (Network whole = open(network, plan.whole());
        PlainNetwork plain = new PlainNetwork(plan, network.weights())) {
      assertClose(whole.forward(batch).values(), plain.forward(batch, plan.logitsPosition()));
    }
  }

  @Test
  void nothing_is_left_in_the_folder_for_temporary_files() throws IOException {
    RandomNetwork network = RandomNetwork.small(11);
    Set<Path> before = archives();
    open(network, network.plan().whole()).close();
    train(network, network.plan().whole(), 0).close();
    assertThat(archives()).isEqualTo(before);
  }

  private static Set<Path> archives() throws IOException {
    try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return files
          .filter(file -> file.getFileName().toString().startsWith("dogvision"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void a_residual_stage_that_ends_in_relu6_can_be_trained() {
    Convolution first = new Convolution("a", 3, 4, 3, 2, 1, 1, 1, true);
    Convolution second = new Convolution("b", 4, 4, 1, 1, 1, 0, 0, true);
    NetworkPlan plan =
        new NetworkPlan(
            8,
            List.of(0., 0., 0.),
            List.of(255., 255., 255.),
            List.of(new Stage("a", List.of(first), false), new Stage("b", List.of(second), true)),
            "head",
            2);
    Random random = new Random(1);
    Map<String, Tensor> weights = new HashMap<>();
    plan.tensorShapes(plan.whole())
        .forEach(
            (name, shape) -> {
              Tensor tensor = Tensor.zeros(shape.stream().mapToInt(d -> d).toArray());
              for (int i = 0; i < tensor.size(); i++) {
                tensor.values()[i] = (float) random.nextGaussian();
              }
              weights.put(name, tensor);
            });
    RandomNetwork network = new RandomNetwork(plan, weights);
    Batch batch = network.batch(0, 2, 2);
    try (TrainableNetwork trainable = train(network, plan.whole(), 0);
        PlainNetwork plain = new PlainNetwork(plan, weights)) {
      assertClose(
          trainable.accumulate(batch, network.targets(2), 1).logits(),
          plain.forward(batch, plan.logitsPosition()));
      assertThat(trainable.update(network.rule(1e-3))).isPositive().isFinite();
    }
  }

  @Test
  void half_precision_stays_within_the_graph() {
    RandomNetwork network = RandomNetwork.small(15);
    NetworkPlan plan = network.plan();
    Batch batch = network.batch(0, 2, 16);
    try (Network single = open(network, plan.whole());
        Network half =
            new DjlNetwork(plan, plan.whole(), network.weights(), Device.CPU, Precision.FLOAT16)) {
      float[] expected = single.forward(batch).values();
      float[] actual = half.forward(batch).values();
      double largest = 0;
      for (float value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) actual[i]).isCloseTo(expected[i], within(2e-2 * largest));
      }
      assertThat(actual).isNotEqualTo(expected);
    }
  }

  @Test
  void a_missing_tensor_is_named() {
    RandomNetwork network = RandomNetwork.small(13);
    Map<String, Tensor> weights = new HashMap<>(network.weights());
    weights.remove("features.3.conv.1.0.bias");
    assertThatThrownBy(
            () -> open(new RandomNetwork(network.plan(), weights), network.plan().whole()))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "the weights have no tensor \"features.3.conv.1.0.bias\" (shape [48] expected); they"
                + " hold 105 tensors, so they are probably those of another architecture, or of"
                + " another width");
  }

  @Test
  void a_tensor_of_another_shape_is_named_with_both_shapes() {
    RandomNetwork network = RandomNetwork.small(14);
    RandomNetwork other = new RandomNetwork(network.plan().withClasses(6), network.weights());
    assertThatThrownBy(() -> open(other, other.head()))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "the tensor \"classifier.1.weight\" has the shape [5, 1280], but the network needs"
                + " [6, 1280]: the weights are of another width, or have another number of"
                + " classes");
  }
}
