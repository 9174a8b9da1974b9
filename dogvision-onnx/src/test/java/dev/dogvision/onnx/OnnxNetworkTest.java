package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.contract.TinyNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Images that share the processors, however they come. */
class OnnxNetworkTest {
  private static final int SIDE = 24;
  private static final int CLASSES = 5;
  private static final TinyNetwork TINY = TinyNetwork.random(3, SIDE, CLASSES);

  private static Network open() {
    return new OnnxEngineProvider()
        .open()
        .open(TINY.plan(), TINY.plan().whole(), TINY.weights(), Device.CPU, Precision.FLOAT32);
  }

  private static byte[] pixels(int images) {
    byte[] pixels = new byte[images * SIDE * SIDE * 3];
    new Random(11).nextBytes(pixels);
    return pixels;
  }

  private static float[] logits(Network network, byte[] pixels, int first, int count) {
    int image = SIDE * SIDE * 3;
    byte[] some = Arrays.copyOfRange(pixels, first * image, (first + count) * image);
    ActivationBatch logits = network.forward(new PixelBatch(some, count, SIDE));
    assertThat(logits.size()).isEqualTo(count);
    return logits.values();
  }

  private static void assertNear(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) found[i]).as("value " + i).isCloseTo(expected[i], within(1e-5));
    }
  }

  @Test
  void a_batch_of_any_size_gives_what_its_images_give_alone() {
    int most = 37;
    byte[] pixels = pixels(most);
    try (Network network = open()) {
      float[] alone = new float[most * CLASSES];
      for (int i = 0; i < most; i++) {
        System.arraycopy(logits(network, pixels, i, 1), 0, alone, i * CLASSES, CLASSES);
      }
      for (int count : new int[] {1, 2, 3, 8, most}) {
        assertNear(logits(network, pixels, 0, count), Arrays.copyOf(alone, count * CLASSES));
      }
    }
  }

  @Test
  void versions_that_may_not_know_how_long_to_spin_do_not() {
    assertThat(OnnxNetwork.knowsSpinDuration("1.28.0")).isTrue();
    assertThat(OnnxNetwork.knowsSpinDuration("2.0.0")).isTrue();
    assertThat(OnnxNetwork.knowsSpinDuration("1.27.3")).isFalse();
    assertThat(OnnxNetwork.knowsSpinDuration("nightly")).isFalse();
  }

  @Test
  void calls_at_the_same_time_get_their_own_answers() throws Exception {
    int images = 16;
    byte[] pixels = pixels(images);
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try (Network network = open()) {
      float[] expected = logits(network, pixels, 0, images);
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        int count = 1 + i % 4;
        int first = i % (images - count);
        calls.add(
            callers.submit(
                () ->
                    assertNear(
                        logits(network, pixels, first, count),
                        Arrays.copyOfRange(expected, first * CLASSES, (first + count) * CLASSES))));
      }
      for (Future<?> call : calls) {
        assertThat(call.get()).isNull();
      }
    } finally {
      callers.shutdownNow();
    }
  }
}
