package dev.dogvision.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.Device;
import dev.dogvision.DeviceNotFoundException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link Engine} promises of prediction, as tests on networks of a few hundred weights. The
 * author of an engine that only predicts extends this class and gives the engine; {@link
 * ReferenceEngine} says what the numbers should be.
 */
public abstract class PredictionContract {
  static final Engine REFERENCE = new ReferenceEngine();

  /** For subclasses. */
  protected PredictionContract() {}

  /**
   * The engine under test.
   *
   * @return the same one every time
   */
  protected abstract Engine engine();

  /**
   * Where its networks run.
   *
   * @return the CPU unless overridden
   */
  protected Device device() {
    return Device.CPU;
  }

  /**
   * How far a number may be from the reference's: this, plus this times the number.
   *
   * @return 1e-4 unless overridden
   */
  protected double tolerance() {
    return 1e-4;
  }

  // What an engine says of itself.

  @Test
  void it_has_a_name_a_version_and_the_cpu() {
    assertThat(engine().name()).isNotBlank();
    assertThat(engine().version()).isNotBlank();
    assertThat(engine().devices()).contains(Device.CPU, device()).doesNotHaveDuplicates();
  }

  // Forward.

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void every_segment_gives_what_the_reference_gives(long seed) {
    TinyNetwork tiny = TinyNetwork.random(seed, 11, 3);
    NetworkPlan plan = tiny.plan();
    for (int from = 0; from < plan.logitsPosition(); from++) {
      for (int to = from + 1; to <= plan.logitsPosition(); to++) {
        Segment segment = new Segment(from, to);
        Batch batch = tiny.batch(from, 3, seed);
        try (Network network = open(tiny, segment);
            Network reference = openReference(tiny, segment)) {
          assertThat(network.plan()).isEqualTo(plan);
          assertThat(network.segment()).isEqualTo(segment);
          assertThat(network.device()).isEqualTo(device());
          ActivationBatch result = network.forward(batch);
          assertThat(result.size()).isEqualTo(3);
          assertThat(result.valuesPerImage()).isEqualTo(plan.sizeAt(to));
          assertClose(segment.toString(), result.values(), reference.forward(batch).values());
        }
      }
    }
  }

  @Test
  void two_parts_in_a_row_are_the_whole() {
    TinyNetwork tiny = TinyNetwork.random(21, 10, 3);
    NetworkPlan plan = tiny.plan();
    Batch batch = tiny.batch(0, 2, 21);
    try (Network whole = open(tiny, plan.whole())) {
      float[] expected = whole.forward(batch).values();
      for (int cut = 1; cut < plan.logitsPosition(); cut++) {
        try (Network first = open(tiny, new Segment(0, cut));
            Network second = open(tiny, new Segment(cut, plan.logitsPosition()))) {
          assertClose("cut at " + cut, second.forward(first.forward(batch)).values(), expected);
        }
      }
    }
  }

  @Test
  void an_image_s_result_does_not_depend_on_its_batch() {
    TinyNetwork tiny = TinyNetwork.random(22, 8, 4);
    PixelBatch batch = (PixelBatch) tiny.batch(0, 5, 22);
    int size = tiny.plan().sizeAt(0);
    try (Network network = open(tiny, tiny.plan().whole())) {
      float[] together = network.forward(batch).values();
      for (int n = 0; n < 5; n++) {
        byte[] alone = Arrays.copyOfRange(batch.pixels(), n * size, (n + 1) * size);
        assertClose(
            "image " + n,
            network.forward(new PixelBatch(alone, 1, 8)).values(),
            Arrays.copyOfRange(together, n * 4, (n + 1) * 4));
      }
    }
  }

  @Test
  void surplus_tensors_are_ignored() {
    TinyNetwork tiny = TinyNetwork.random(23, 8, 3);
    Map<String, Tensor> more = new LinkedHashMap<>(tiny.weights());
    more.put("something.else", Tensor.zeros(7));
    try (Network network =
        engine().open(tiny.plan(), tiny.plan().whole(), more, device(), Precision.FLOAT32)) {
      assertThat(network.forward(tiny.batch(0, 1, 1)).size()).isEqualTo(1);
    }
  }

  @Test
  void a_missing_tensor_is_named() {
    TinyNetwork tiny = TinyNetwork.random(24, 8, 3);
    Map<String, Tensor> fewer = new LinkedHashMap<>(tiny.weights());
    fewer.remove("features.2.conv.1.0.weight");
    assertThatThrownBy(
            () ->
                engine()
                    .open(tiny.plan(), tiny.plan().whole(), fewer, device(), Precision.FLOAT32)
                    .close())
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("features.2.conv.1.0.weight");
  }

  @Test
  void a_tensor_of_another_shape_is_named_with_both_shapes() {
    TinyNetwork tiny = TinyNetwork.random(25, 8, 3);
    Map<String, Tensor> other = new LinkedHashMap<>(tiny.weights());
    other.put("classifier.1.bias", Tensor.zeros(17));
    assertThatThrownBy(
            () ->
                engine()
                    .open(tiny.plan(), tiny.plan().whole(), other, device(), Precision.FLOAT32)
                    .close())
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("classifier.1.bias")
        .hasMessageContaining("[17]")
        .hasMessageContaining("[3]");
  }

  @Test
  void tensors_outside_the_segment_are_not_asked_for() {
    TinyNetwork tiny = TinyNetwork.random(26, 8, 3);
    Map<String, Tensor> head = new LinkedHashMap<>(tiny.weights());
    head.keySet().removeIf(name -> name.startsWith("features"));
    Segment segment = head(tiny);
    Batch batch = tiny.batch(tiny.plan().embeddingPosition(), 2, 26);
    try (Network network = engine().open(tiny.plan(), segment, head, device(), Precision.FLOAT32);
        Network reference = openReference(tiny, segment)) {
      assertClose("logits", network.forward(batch).values(), reference.forward(batch).values());
    }
  }

  @Test
  void a_batch_of_another_shape_is_refused() {
    TinyNetwork tiny = TinyNetwork.random(27, 8, 3);
    try (Network whole = open(tiny, tiny.plan().whole());
        Network head = open(tiny, head(tiny))) {
      Batch activations = tiny.batch(tiny.plan().embeddingPosition(), 2, 1);
      Batch larger = new PixelBatch(new byte[10 * 10 * 3], 1, 10);
      assertThatThrownBy(() -> whole.forward(activations))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> whole.forward(larger))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("8")
          .hasMessageContaining("10");
      assertThatThrownBy(() -> head.forward(tiny.batch(0, 1, 1)))
          .isInstanceOf(IllegalArgumentException.class);
      int size = tiny.plan().embeddingSize();
      assertThatThrownBy(() -> head.forward(new ActivationBatch(new float[size + 1], 1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(String.valueOf(size))
          .hasMessageContaining(String.valueOf(size + 1));
    }
  }

  @Test
  void a_segment_behind_the_logits_is_refused() {
    TinyNetwork tiny = TinyNetwork.random(28, 8, 3);
    assertThatThrownBy(() -> open(tiny, new Segment(0, tiny.plan().logitsPosition() + 1)).close())
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_device_that_is_not_there_is_refused() {
    TinyNetwork tiny = TinyNetwork.random(29, 8, 3);
    assertThatThrownBy(
            () ->
                engine()
                    .open(
                        tiny.plan(),
                        tiny.plan().whole(),
                        tiny.weights(),
                        new Device("cuda", 4711),
                        Precision.FLOAT32)
                    .close())
        .isInstanceOfSatisfying(
            DeviceNotFoundException.class,
            e -> {
              assertThat(e.device()).isEqualTo(new Device("cuda", 4711));
              assertThat(e.engine()).isEqualTo(engine().name());
              assertThat(e.available()).isEqualTo(engine().devices());
            })
        .hasMessageStartingWith("device \"cuda:4711\" is not available: " + engine().name() + " (")
        .hasMessageContaining("ask for one of the devices listed");
  }

  @Test
  void half_precision_is_refused_on_the_cpu() {
    TinyNetwork tiny = TinyNetwork.random(29, 8, 3);
    assertThatThrownBy(
            () ->
                engine()
                    .open(
                        tiny.plan(),
                        tiny.plan().whole(),
                        tiny.weights(),
                        Device.CPU,
                        Precision.FLOAT16)
                    .close())
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "FLOAT16 is for CUDA devices; on the CPU it would be slower than FLOAT32: ask for"
                + " that");
  }

  @Test
  void forward_from_many_threads_gives_the_same_bits_on_a_cpu() throws Exception {
    TinyNetwork tiny = TinyNetwork.random(30, 16, 5);
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (Network network = open(tiny, tiny.plan().whole())) {
      List<float[]> expected = new ArrayList<>();
      for (int i = 0; i < 12; i++) {
        expected.add(network.forward(tiny.batch(0, 1 + i % 3, i)).values());
      }
      List<Future<float[]>> results = new ArrayList<>();
      for (int i = 0; i < 120; i++) {
        int seed = i % 12;
        results.add(
            threads.submit(() -> network.forward(tiny.batch(0, 1 + seed % 3, seed)).values()));
      }
      for (int i = 0; i < results.size(); i++) {
        assertSame("call " + i, results.get(i).get(), expected.get(i % 12));
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void close_while_others_run_neither_crashes_nor_hangs() throws Exception {
    TinyNetwork tiny = TinyNetwork.random(31, 16, 5);
    Batch batch = tiny.batch(0, 4, 31);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      Network network = open(tiny, tiny.plan().whole());
      float[] expected = network.forward(batch).values();
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        runs.add(
            threads.submit(
                () -> {
                  for (int call = 0; call < 10_000; call++) {
                    try {
                      assertSame("logits", network.forward(batch).values(), expected);
                    } catch (IllegalStateException closed) {
                      return;
                    }
                  }
                }));
      }
      network.close();
      for (Future<?> run : runs) {
        run.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void close_may_be_called_twice_and_use_afterwards_is_refused() {
    TinyNetwork tiny = TinyNetwork.random(32, 8, 3);
    Batch batch = tiny.batch(0, 1, 1);
    Network network = open(tiny, tiny.plan().whole());
    network.close();
    assertThatCode(network::close).doesNotThrowAnyException();
    assertThatThrownBy(() -> network.forward(batch))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  // Networks and comparisons.

  static Segment head(TinyNetwork tiny) {
    return new Segment(tiny.plan().embeddingPosition(), tiny.plan().logitsPosition());
  }

  final Network open(TinyNetwork tiny, Segment segment) {
    return engine().open(tiny.plan(), segment, tiny.weights(), device(), Precision.FLOAT32);
  }

  static Network openReference(TinyNetwork tiny, Segment segment) {
    return REFERENCE.open(tiny.plan(), segment, tiny.weights(), Device.CPU, Precision.FLOAT32);
  }

  /** To the last bit on a CPU; other devices add up in an order of their own. */
  final void assertSame(String what, float[] actual, float[] expected) {
    if (device().equals(Device.CPU)) {
      assertThat(bits(actual)).as(what).isEqualTo(bits(expected));
    } else {
      assertClose(what, actual, expected);
    }
  }

  private static int[] bits(float[] values) {
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }

  final void assertClose(String what, float[] actual, float[] expected) {
    assertThat(actual).as(what).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertClose(what + " [" + i + "]", actual[i], expected[i]);
    }
  }

  final void assertClose(String what, double actual, double expected) {
    if (Double.isNaN(actual)
        || Math.abs(actual - expected) > tolerance() * (1 + Math.abs(expected))) {
      assertThat(actual)
          .as(what)
          .isCloseTo(expected, within(tolerance() * (1 + Math.abs(expected))));
    }
  }
}
