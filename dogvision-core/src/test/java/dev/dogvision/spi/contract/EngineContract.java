package dev.dogvision.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.Device;
import dev.dogvision.MismatchException;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link Engine} promises, training included. The author of an engine that trains extends this
 * class and gives the engine.
 */
public abstract class EngineContract extends PredictionContract {
  private static final double NEVER = Double.POSITIVE_INFINITY;
  private static final int STAGES = 4;

  /** For subclasses. */
  protected EngineContract() {}

  static List<Optimizer> optimizers() {
    return List.of(
        Optimizer.sgd(0),
        Optimizer.sgd(0.9),
        // An epsilon this large keeps the step steady where a gradient is nearly 0, so that engines
        // of different rounding agree.
        new Optimizer.Adam(0.9, 0.999, 1e-2),
        new Optimizer.AdamW(0.8, 0.95, 1e-2));
  }

  @Test
  void a_tensor_that_is_missing_or_of_another_shape_can_not_be_trained() {
    TinyNetwork tiny = TinyNetwork.random(24, 8, 3);
    Map<String, Tensor> fewer = new LinkedHashMap<>(tiny.weights());
    fewer.remove("features.2.conv.1.0.weight");
    assertThatThrownBy(
            () ->
                engine()
                    .openTrainable(
                        tiny.plan(), tiny.plan().whole(), 0, fewer, Optimizer.sgd(0), device())
                    .close())
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("features.2.conv.1.0.weight");
    Map<String, Tensor> other = new LinkedHashMap<>(tiny.weights());
    other.put("classifier.1.bias", Tensor.zeros(17));
    assertThatThrownBy(
            () ->
                engine()
                    .openTrainable(
                        tiny.plan(), tiny.plan().whole(), 4, other, Optimizer.sgd(0), device())
                    .close())
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("classifier.1.bias")
        .hasMessageContaining("[17]")
        .hasMessageContaining("[3]");
  }

  @Test
  void a_head_is_trained_without_the_tensors_before_it() {
    TinyNetwork tiny = TinyNetwork.random(26, 8, 3);
    Map<String, Tensor> head = new LinkedHashMap<>(tiny.weights());
    head.keySet().removeIf(name -> name.startsWith("features"));
    Segment segment = head(tiny);
    try (Network network = engine().open(tiny.plan(), segment, head, device(), Precision.FLOAT32);
        TrainableNetwork trainable =
            engine()
                .openTrainable(tiny.plan(), segment, STAGES, head, Optimizer.adamW(), device())) {
      Batch batch = tiny.batch(tiny.plan().embeddingPosition(), 2, 26);
      assertClose("logits", trainable.forward(batch).values(), network.forward(batch).values());
    }
  }

  @Test
  void training_refuses_a_batch_of_another_shape() {
    TinyNetwork tiny = TinyNetwork.random(27, 8, 3);
    try (TrainableNetwork trainable = trainable(tiny, 0, Optimizer.sgd(0))) {
      Batch activations = tiny.batch(tiny.plan().embeddingPosition(), 2, 1);
      Batch larger = new PixelBatch(new byte[10 * 10 * 3], 1, 10);
      assertThatThrownBy(() -> trainable.forward(activations))
          .isInstanceOf(IllegalArgumentException.class);
      for (ThrowingCallable use :
          List.<ThrowingCallable>of(
              () -> trainable.forward(larger),
              () -> trainable.accumulate(larger, tiny.targets(1, 1, null), 1))) {
        assertThatThrownBy(use)
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageContaining("8")
            .hasMessageContaining("10");
      }
    }
  }

  @Test
  void a_closed_network_can_not_be_trained() {
    TinyNetwork tiny = TinyNetwork.random(32, 8, 3);
    Batch batch = tiny.batch(0, 1, 1);
    TrainableNetwork trainable = trainable(tiny, 0, Optimizer.adamW());
    Map<String, Tensor> weights = trainable.trainableWeights();
    Map<String, Tensor> state = trainable.optimizerState();
    trainable.close();
    assertThatCode(trainable::close).doesNotThrowAnyException();
    List<ThrowingCallable> uses =
        List.of(
            () -> trainable.forward(batch),
            () -> trainable.accumulate(batch, tiny.targets(1, 1, null), 1),
            () -> trainable.update(rule(0.1)),
            trainable::trainableWeights,
            trainable::averagedWeights,
            () -> trainable.setTrainableWeights(weights),
            trainable::optimizerState,
            () -> trainable.restoreOptimizerState(state));
    for (ThrowingCallable use : uses) {
      assertThatThrownBy(use)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("closed");
    }
  }

  // Gradients.

  @ParameterizedTest
  @ValueSource(longs = {41, 42, 43, 44, 45, 46})
  void gradients_are_the_reference_s_wherever_training_starts(long seed) {
    // Between them, these sides and the seeds' paddings need zeros on every combination of sides.
    TinyNetwork tiny = TinyNetwork.random(seed, seed < 44 ? 10 : 8, 3);
    Double temperature = seed % 2 == 0 ? 2.5 : null;
    for (int first = 0; first <= STAGES; first++) {
      for (int from = 0; from <= Math.min(first, STAGES) + (first == STAGES ? 1 : 0); from++) {
        Segment segment = new Segment(from, tiny.plan().logitsPosition());
        Batch batch = tiny.batch(from, 3, seed);
        Targets targets = tiny.targets(3, seed, temperature);
        try (TrainableNetwork network = trainable(engine(), tiny, segment, first, device());
            TrainableNetwork reference = trainable(REFERENCE, tiny, segment, first, Device.CPU)) {
          StepResult result = network.accumulate(batch, targets, 1 / 3.0);
          StepResult expected = reference.accumulate(batch, targets, 1 / 3.0);
          String where = "from " + from + ", trained from stage " + first;
          assertClose(where + ", loss", result.loss(), expected.loss());
          assertClose(where + ", logits", result.logits(), expected.logits());
          assertClose(where + ", norm", network.update(rule(1)), reference.update(rule(1)));
          assertThat(network.trainableWeights().keySet())
              .containsExactlyElementsOf(reference.trainableWeights().keySet());
          assertClose(where, network.trainableWeights(), reference.trainableWeights());
        }
      }
    }
  }

  @Test
  void two_half_batches_are_one_whole() {
    TinyNetwork tiny = TinyNetwork.random(51, 10, 3);
    PixelBatch batch = (PixelBatch) tiny.batch(0, 4, 51);
    Targets targets = tiny.targets(4, 51, 3.0);
    Targets.Teacher teacher = targets.teacher();
    int half = batch.pixels().length / 2;
    try (TrainableNetwork whole = trainable(tiny, 0, Optimizer.sgd(0));
        TrainableNetwork halves = trainable(tiny, 0, Optimizer.sgd(0))) {
      double loss = whole.accumulate(batch, targets, 0.25).loss();
      double sum = 0;
      for (int i = 0; i < 2; i++) {
        int start = i;
        sum +=
            halves
                .accumulate(
                    new PixelBatch(
                        Arrays.copyOfRange(batch.pixels(), i * half, (i + 1) * half), 2, 10),
                    new Targets(
                        part(targets.probabilities(), start),
                        part(targets.weights(), start),
                        new Targets.Teacher(
                            part(teacher.logits(), start), teacher.temperature(), teacher.share())),
                    0.25)
                .loss();
      }
      assertClose("loss", sum, loss);
      assertClose("norm", halves.update(rule(0.5)), whole.update(rule(0.5)));
      assertClose("weights", halves.trainableWeights(), whole.trainableWeights());
    }
  }

  private static float[] part(float[] values, int half) {
    return Arrays.copyOfRange(values, half * values.length / 2, (half + 1) * values.length / 2);
  }

  @Test
  void the_loss_is_not_scaled_and_the_gradient_is() {
    TinyNetwork tiny = TinyNetwork.random(52, 8, 3);
    Batch batch = tiny.batch(0, 2, 52);
    Targets targets = tiny.targets(2, 52, null);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.sgd(0))) {
      double loss = network.accumulate(batch, targets, 1).loss();
      double norm = network.update(rule(0));
      assertClose("loss", network.accumulate(batch, targets, 0.125).loss(), loss);
      assertClose("norm", network.update(rule(0)), norm / 8);
    }
  }

  @Test
  void an_update_clears_the_gradients() {
    TinyNetwork tiny = TinyNetwork.random(53, 8, 3);
    Batch batch = tiny.batch(0, 2, 53);
    Targets targets = tiny.targets(2, 53, null);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.sgd(0))) {
      network.accumulate(batch, targets, 1);
      double norm = network.update(rule(0));
      network.accumulate(batch, targets, 1);
      assertThat(norm).isPositive();
      assertClose("second norm", network.update(rule(0)), norm);
    }
  }

  @Test
  void targets_of_another_number_are_refused() {
    TinyNetwork tiny = TinyNetwork.random(54, 8, 3);
    TinyNetwork other = TinyNetwork.random(54, 8, 4);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.sgd(0))) {
      Batch batch = tiny.batch(0, 2, 1);
      assertThatThrownBy(() -> network.accumulate(batch, tiny.targets(3, 1, null), 1))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> network.accumulate(batch, other.targets(2, 1, null), 1))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void what_cannot_be_trained_is_refused() {
    TinyNetwork tiny = TinyNetwork.random(55, 8, 3);
    int embedding = tiny.plan().embeddingPosition();
    assertThatThrownBy(
            () -> trainable(engine(), tiny, new Segment(0, embedding), 0, device()).close())
        .as("a segment that does not end at the logits")
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> trainable(engine(), tiny, head(tiny), 2, device()).close())
        .as("a trainable stage before the segment")
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> trainable(engine(), tiny, tiny.plan().whole(), -1, device()).close())
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () -> trainable(engine(), tiny, tiny.plan().whole(), STAGES + 1, device()).close())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_rate_for_each_stage_is_asked_for() {
    TinyNetwork tiny = TinyNetwork.random(56, 8, 3);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.sgd(0))) {
      network.accumulate(tiny.batch(0, 1, 1), tiny.targets(1, 1, null), 1);
      UpdateRule oneRate = new UpdateRule(List.of(0.1), 0.1, 0, NEVER, 0);
      assertThatThrownBy(() -> network.update(oneRate))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  // Updates.

  @ParameterizedTest
  @MethodSource("optimizers")
  void ten_updates_are_the_reference_s(Optimizer optimizer) {
    TinyNetwork tiny = TinyNetwork.random(61, 10, 3);
    Segment whole = tiny.plan().whole();
    try (TrainableNetwork network =
            engine().openTrainable(tiny.plan(), whole, 1, tiny.weights(), optimizer, device());
        TrainableNetwork reference =
            REFERENCE.openTrainable(tiny.plan(), whole, 1, tiny.weights(), optimizer, Device.CPU)) {
      for (int step = 0; step < 10; step++) {
        Batch batch = tiny.batch(0, 2, step);
        Targets targets = tiny.targets(2, step, null);
        // Rates, clipping and averaging change from step to step.
        UpdateRule rule =
            new UpdateRule(
                List.of(9.0, 0.001, 0.002, 0.003 + 0.001 * step),
                0.01,
                0.1,
                step % 2 == 0 ? 0.5 : NEVER,
                step < 2 ? 0 : 0.7);
        double loss = network.accumulate(batch, targets, 0.5).loss();
        assertClose("loss", loss, reference.accumulate(batch, targets, 0.5).loss());
        assertClose("norm", network.update(rule), reference.update(rule));
      }
      assertClose(optimizer.toString(), network.trainableWeights(), reference.trainableWeights());
      assertClose(optimizer + ", averages", network.averagedWeights(), reference.averagedWeights());
    }
  }

  @Test
  void training_brings_the_loss_down() {
    TinyNetwork tiny = TinyNetwork.random(62, 10, 3);
    Batch batch = tiny.batch(0, 6, 62);
    float[] truth = new float[18];
    for (int n = 0; n < 6; n++) {
      truth[n * 3 + n % 3] = 1;
    }
    Targets targets = new Targets(truth, new float[] {1, 1, 1, 1, 1, 1}, null);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.adamW())) {
      double before = network.accumulate(batch, targets, 1 / 6.0).loss();
      for (int step = 0; step < 60; step++) {
        network.update(rule(0.02));
        network.accumulate(batch, targets, 1 / 6.0);
      }
      assertThat(network.accumulate(batch, targets, 1 / 6.0).loss()).isLessThan(before / 2);
    }
  }

  @Test
  void clipping_scales_all_gradients_together() {
    TinyNetwork tiny = TinyNetwork.random(63, 8, 3);
    Batch batch = tiny.batch(0, 2, 63);
    Targets targets = tiny.targets(2, 63, null);
    try (TrainableNetwork free = trainable(tiny, 0, Optimizer.sgd(0));
        TrainableNetwork clipped = trainable(tiny, 0, Optimizer.sgd(0));
        TrainableNetwork loose = trainable(tiny, 0, Optimizer.sgd(0))) {
      for (TrainableNetwork network : List.of(free, clipped, loose)) {
        network.accumulate(batch, targets, 1);
      }
      double norm = free.update(rule(0.5));
      // A quarter of the norm at four times the rate is the same step.
      double reported = clipped.update(rule(2, 0, norm / 4, 0));
      assertClose("the norm before clipping", reported, norm);
      assertClose("clipped", clipped.trainableWeights(), free.trainableWeights());
      loose.update(rule(0.5, 0, norm * 2, 0));
      assertClose("not clipped", loose.trainableWeights(), free.trainableWeights());
    }
  }

  @ParameterizedTest
  @MethodSource("optimizers")
  void weight_decay_spares_biases(Optimizer optimizer) {
    TinyNetwork tiny = TinyNetwork.random(64, 8, 3);
    Batch batch = tiny.batch(0, 2, 64);
    // A weight of 0 leaves no gradient but decay.
    Targets targets = new Targets(new float[6], new float[2], null);
    try (TrainableNetwork network = trainable(tiny, 0, optimizer)) {
      network.accumulate(batch, targets, 1);
      network.update(rule(0.1, 0.5, NEVER, 0));
      network
          .trainableWeights()
          .forEach(
              (name, tensor) -> {
                float[] old = tiny.weights().get(name).values();
                for (int i = 0; i < old.length; i++) {
                  if (name.endsWith(".bias")) {
                    assertThat(tensor.values()[i]).as(name).isEqualTo(old[i]);
                  } else if (optimizer instanceof Optimizer.Adam) {
                    // Where the decay goes through the moments a step is as long as the rate.
                    assertThat(Math.abs(tensor.values()[i])).as(name).isNotEqualTo(old[i]);
                  } else {
                    assertThat((double) tensor.values()[i])
                        .as(name)
                        .isCloseTo(0.95 * old[i], within(1e-6));
                  }
                }
              });
    }
  }

  @Test
  void frozen_stages_are_not_trained_and_rates_are_each_stage_s_own() {
    TinyNetwork tiny = TinyNetwork.random(65, 10, 3);
    Segment whole = tiny.plan().whole();
    try (TrainableNetwork network = trainable(tiny, 2, Optimizer.sgd(0))) {
      Batch batch = tiny.batch(0, 3, 65);
      network.accumulate(batch, tiny.targets(3, 65, null), 1);
      network.update(new UpdateRule(List.of(1.0, 1.0, 0.0, 1.0), 0, 0.1, NEVER, 0));
      Map<String, Tensor> after = network.trainableWeights();
      assertThat(after.keySet())
          .containsExactlyElementsOf(tiny.plan().tensorShapes(new Segment(2, whole.to())).keySet());
      after.forEach(
          (name, tensor) -> {
            if (name.startsWith("features.3")) {
              assertThat(tensor).as(name).isNotEqualTo(tiny.weights().get(name));
            } else {
              assertThat(tensor).as(name).isEqualTo(tiny.weights().get(name));
            }
          });
      // Frozen stages still run with the weights they were opened with.
      Map<String, Tensor> merged = new LinkedHashMap<>(tiny.weights());
      merged.putAll(after);
      try (Network reference =
          REFERENCE.open(tiny.plan(), whole, merged, Device.CPU, Precision.FLOAT32)) {
        assertClose(
            "forward after training",
            network.forward(batch).values(),
            reference.forward(batch).values());
      }
    }
  }

  @Test
  void the_caller_s_tensors_and_batches_stay_as_they_are() {
    TinyNetwork tiny = TinyNetwork.random(66, 8, 3);
    Map<String, Tensor> copy = TinyNetwork.random(66, 8, 3).weights();
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.adamW())) {
      Map<String, Tensor> before = network.trainableWeights();
      Map<String, Tensor> state = network.optimizerState();
      network.setTrainableWeights(before);
      network.restoreOptimizerState(state);
      Map<String, Tensor> again = network.trainableWeights();
      step(network, tiny, 1, 0.9);
      assertThat(tiny.weights()).isEqualTo(copy);
      assertThat(before).isEqualTo(again);
      assertThat(network.trainableWeights()).isNotEqualTo(before);
    }
  }

  @Test
  void averages_follow_the_weights() {
    TinyNetwork tiny = TinyNetwork.random(67, 8, 3);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.sgd(0.9))) {
      assertThat(network.averagedWeights()).isEqualTo(network.trainableWeights());
      step(network, tiny, 1, 0);
      Map<String, Tensor> start = network.trainableWeights();
      assertThat(network.averagedWeights()).isEqualTo(start);
      step(network, tiny, 2, 0.75);
      Map<String, Tensor> first = network.trainableWeights();
      step(network, tiny, 3, 0.75);
      Map<String, Tensor> second = network.trainableWeights();
      network
          .averagedWeights()
          .forEach(
              (name, tensor) -> {
                for (int i = 0; i < tensor.size(); i++) {
                  double expected =
                      0.75
                              * (0.75 * start.get(name).values()[i]
                                  + 0.25 * first.get(name).values()[i])
                          + 0.25 * second.get(name).values()[i];
                  assertThat((double) tensor.values()[i])
                      .as(name)
                      .isCloseTo(expected, within(1e-5));
                }
              });
      Map<String, Tensor> averages = network.averagedWeights();
      step(network, tiny, 4, 0);
      assertThat(network.averagedWeights()).isEqualTo(averages);
    }
  }

  @Test
  void weights_that_are_put_in_are_used() {
    TinyNetwork tiny = TinyNetwork.random(68, 8, 3);
    Batch batch = tiny.batch(0, 2, 68);
    try (TrainableNetwork network = trainable(tiny, 1, Optimizer.adamW())) {
      float[] before = network.forward(batch).values();
      Map<String, Tensor> start = network.trainableWeights();
      step(network, tiny, 1, 0);
      assertThat(network.forward(batch).values()).isNotEqualTo(before);
      Map<String, Tensor> more = new LinkedHashMap<>(start);
      more.put("features.0.0.weight", Tensor.zeros(1));
      more.put("something.else", Tensor.zeros(1));
      network.setTrainableWeights(more);
      assertThat(network.trainableWeights()).isEqualTo(start);
      assertClose("forward", network.forward(batch).values(), before);
      assertClose(
          "logits of a step",
          network.accumulate(batch, tiny.targets(2, 1, null), 1).logits(),
          before);
    }
  }

  @Test
  void weights_that_do_not_fit_are_refused_and_change_nothing() {
    TinyNetwork tiny = TinyNetwork.random(69, 8, 3);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.adamW())) {
      Map<String, Tensor> start = network.trainableWeights();
      Map<String, Tensor> zeros = new LinkedHashMap<>();
      start.forEach(
          (name, tensor) ->
              zeros.put(
                  name,
                  Tensor.zeros(tensor.shape().stream().mapToInt(Integer::intValue).toArray())));
      zeros.remove("classifier.1.bias");
      assertThatThrownBy(() -> network.setTrainableWeights(zeros))
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("classifier.1.bias");
      zeros.put("classifier.1.bias", Tensor.zeros(9));
      assertThatThrownBy(() -> network.setTrainableWeights(zeros))
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("classifier.1.bias")
          .hasMessageContaining("[9]")
          .hasMessageContaining("[3]");
      assertThat(network.trainableWeights()).isEqualTo(start);
    }
  }

  // State.

  @ParameterizedTest
  @MethodSource("optimizers")
  void a_run_that_is_interrupted_goes_on_to_the_same_bit(Optimizer optimizer) {
    TinyNetwork tiny = TinyNetwork.random(71, 8, 3);
    Map<String, Tensor> weights;
    Map<String, Tensor> state;
    Map<String, Tensor> expected;
    Map<String, Tensor> expectedAverages;
    try (TrainableNetwork network = trainable(tiny, 1, optimizer)) {
      step(network, tiny, 1, 0.9);
      step(network, tiny, 2, 0.9);
      weights = network.trainableWeights();
      state = network.optimizerState();
      step(network, tiny, 3, 0.9);
      step(network, tiny, 4, 0.9);
      expected = network.trainableWeights();
      expectedAverages = network.averagedWeights();
    }
    try (TrainableNetwork network = trainable(tiny, 1, optimizer)) {
      // What was accumulated and never used is forgotten.
      network.accumulate(tiny.batch(0, 2, 99), tiny.targets(2, 99, null), 1);
      network.setTrainableWeights(weights);
      network.restoreOptimizerState(state);
      step(network, tiny, 3, 0.9);
      step(network, tiny, 4, 0.9);
      assertThat(network.trainableWeights()).isEqualTo(expected);
      assertThat(network.averagedWeights()).isEqualTo(expectedAverages);
    }
  }

  @Test
  void a_state_from_before_the_first_update_is_a_state() {
    TinyNetwork tiny = TinyNetwork.random(72, 8, 3);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.adamW())) {
      Map<String, Tensor> weights = network.trainableWeights();
      Map<String, Tensor> state = network.optimizerState();
      step(network, tiny, 1, 0.9);
      Map<String, Tensor> expected = network.trainableWeights();
      network.setTrainableWeights(weights);
      network.restoreOptimizerState(state);
      assertThat(network.averagedWeights()).isEqualTo(weights);
      step(network, tiny, 1, 0.9);
      assertThat(network.trainableWeights()).isEqualTo(expected);
    }
  }

  @Test
  void a_state_that_does_not_fit_is_refused_tensor_by_tensor() {
    TinyNetwork tiny = TinyNetwork.random(73, 8, 3);
    try (TrainableNetwork network = trainable(tiny, 0, Optimizer.adamW())) {
      step(network, tiny, 1, 0.9);
      Map<String, Tensor> state = network.optimizerState();
      assertThat(state).isNotEmpty();
      for (String name : state.keySet()) {
        Map<String, Tensor> fewer = new LinkedHashMap<>(state);
        fewer.remove(name);
        assertThatThrownBy(() -> network.restoreOptimizerState(fewer))
            .isInstanceOf(MismatchException.class)
            .hasMessageContaining(name);
        Map<String, Tensor> other = new LinkedHashMap<>(state);
        other.put(name, Tensor.zeros(2, 1, 7));
        assertThatThrownBy(() -> network.restoreOptimizerState(other))
            .isInstanceOf(MismatchException.class)
            .hasMessageContaining(name);
      }
      network.restoreOptimizerState(state);
    }
  }

  // Numbers that ran away.

  @Test
  void targets_that_are_not_numbers_are_reported_and_change_nothing() {
    TinyNetwork tiny = TinyNetwork.random(81, 8, 3);
    float[] probabilities = {Float.NaN, 0, 0};
    assertRefused(
        tiny, tiny.plan().whole(), tiny.batch(0, 1, 1), new Targets(probabilities, one(), null));
  }

  @Test
  void activations_that_are_not_numbers_are_reported_and_change_nothing() {
    TinyNetwork tiny = TinyNetwork.random(82, 8, 3);
    ActivationBatch batch = (ActivationBatch) tiny.batch(2, 1, 1);
    batch.values()[3] = Float.NaN;
    assertRefused(
        tiny,
        new Segment(2, tiny.plan().logitsPosition()),
        batch,
        new Targets(new float[] {1, 0, 0}, one(), null));
  }

  @Test
  void a_scale_that_runs_away_is_reported_and_changes_nothing() {
    TinyNetwork tiny = TinyNetwork.random(83, 8, 3);
    float[] weights = {Float.POSITIVE_INFINITY};
    assertRefused(
        tiny,
        tiny.plan().whole(),
        tiny.batch(0, 1, 1),
        new Targets(new float[] {1, 0, 0}, weights, null));
  }

  private static float[] one() {
    return new float[] {1};
  }

  private void assertRefused(TinyNetwork tiny, Segment segment, Batch batch, Targets targets) {
    int first = segment.from();
    try (TrainableNetwork network =
        engine()
            .openTrainable(
                tiny.plan(), segment, first, tiny.weights(), Optimizer.adamW(), device())) {
      Batch good = tiny.batch(first, 2, 5);
      network.accumulate(good, tiny.targets(2, 5, null), 1);
      network.update(rule(0.1, 0.1, 1, 0.9));
      Map<String, Tensor> weights = network.trainableWeights();
      Map<String, Tensor> averages = network.averagedWeights();
      Map<String, Tensor> state = network.optimizerState();
      assertThat(network.accumulate(batch, targets, 1).loss())
          .matches(loss -> !Double.isFinite(loss), "is not finite");
      assertThat(network.update(rule(0.1, 0.1, 1, 0.9)))
          .matches(norm -> !Double.isFinite(norm), "is not finite");
      assertThat(network.trainableWeights()).isEqualTo(weights);
      assertThat(network.averagedWeights()).isEqualTo(averages);
      assertThat(network.optimizerState()).isEqualTo(state);
      // And the next step is as if nothing had been.
      assertThat(network.accumulate(good, tiny.targets(2, 5, null), 1).loss()).isFinite();
      assertThat(network.update(rule(0.1, 0.1, 1, 0.9))).isFinite();
    }
  }

  // Steps and comparisons.

  private void step(TrainableNetwork network, TinyNetwork tiny, long seed, double averaging) {
    network.accumulate(tiny.batch(0, 2, seed), tiny.targets(2, seed, null), 0.5);
    assertThat(network.update(rule(0.01, 0.1, 0.5, averaging))).isFinite();
  }

  private TrainableNetwork trainable(TinyNetwork tiny, int first, Optimizer optimizer) {
    return engine()
        .openTrainable(
            tiny.plan(), tiny.plan().whole(), first, tiny.weights(), optimizer, device());
  }

  private static TrainableNetwork trainable(
      Engine engine, TinyNetwork tiny, Segment segment, int first, Device device) {
    return engine.openTrainable(
        tiny.plan(), segment, first, tiny.weights(), Optimizer.sgd(0), device);
  }

  private static UpdateRule rule(double rate) {
    return rule(rate, 0, NEVER, 0);
  }

  private static UpdateRule rule(double rate, double decay, double norm, double averaging) {
    return new UpdateRule(Collections.nCopies(STAGES, rate), rate, decay, norm, averaging);
  }

  private void assertClose(String what, Map<String, Tensor> actual, Map<String, Tensor> expected) {
    assertThat(actual.keySet()).as(what).isEqualTo(expected.keySet());
    actual.forEach(
        (name, tensor) -> {
          assertThat(tensor.shape()).as(what + ", " + name).isEqualTo(expected.get(name).shape());
          assertClose(what + ", " + name, tensor.values(), expected.get(name).values());
        });
  }
}
