package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.common.base.Splitter;
import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.TrainableNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Native memory stays where it is however long a network is used. */
final class MemoryTest {
  private static final Engine ENGINE = new DjlEngineProvider().open();
  private static final Path STATUS = Path.of("/proc/self/statm");

  /** A leak of a few kilobytes a call would show. */
  private static final long ALLOWED_BYTES = 12L << 20;

  private static final int STRETCHES = 4;

  private static long resident() throws IOException {
    return Long.parseLong(Splitter.on(' ').splitToList(Files.readString(STATUS)).get(1)) * 4096;
  }

  /**
   * What leaks grows in every stretch. In some of them so does what does not leak: Java touches
   * parts of its heap for the first time, an allocator takes more in advance.
   */
  private static void assertFlat(Runnable use, int warmUp, int times) throws IOException {
    assumeTrue(Files.isReadable(STATUS), "resident memory can be read on Linux only");
    for (int i = 0; i < warmUp; i++) {
      use.run();
    }
    System.gc();
    long least = Long.MAX_VALUE;
    for (int stretch = 0; stretch < STRETCHES; stretch++) {
      long before = resident();
      for (int i = 0; i < times / STRETCHES; i++) {
        use.run();
      }
      System.gc();
      least = Math.min(least, resident() - before);
    }
    assertThat(least).isLessThan(ALLOWED_BYTES);
  }

  @Test
  void thousands_of_forward_passes() throws IOException {
    RandomNetwork network = RandomNetwork.small(1);
    Batch batch = network.batch(network.plan().embeddingPosition(), 16, 2);
    try (Network head =
        ENGINE.open(
            network.plan(), network.head(), network.weights(), Device.CPU, Precision.FLOAT32)) {
      assertFlat(
          () -> {
            ActivationBatch unused = head.forward(batch);
          },
          2000,
          12_000);
    }
  }

  @Test
  void fifty_steps_of_training_all_layers() throws IOException {
    RandomNetwork network = RandomNetwork.small(3);
    Batch batch = network.batch(0, 16, 4);
    try (TrainableNetwork trainable =
        ENGINE.openTrainable(
            network.plan(),
            network.plan().whole(),
            0,
            network.weights(),
            Optimizer.adamW(),
            Device.CPU)) {
      assertFlat(
          () -> {
            trainable.accumulate(batch, network.targets(16), 1.0 / 16);
            trainable.update(network.rule(1e-4));
          },
          20,
          60);
    }
  }

  @Test
  void thousands_of_steps_of_training_the_head() throws IOException {
    RandomNetwork network = RandomNetwork.small(5);
    Batch batch = network.batch(network.plan().embeddingPosition(), 32, 6);
    try (TrainableNetwork trainable =
        ENGINE.openTrainable(
            network.plan(),
            network.head(),
            network.plan().stages().size(),
            network.weights(),
            Optimizer.adamW(),
            Device.CPU)) {
      assertFlat(
          () -> {
            trainable.accumulate(batch, network.targets(32), 1.0 / 32);
            trainable.update(network.rule(1e-4));
          },
          500,
          4000);
    }
  }

  /**
   * The allocator keeps what the first dozens of networks freed; after that nothing may be added.
   */
  @Test
  void opening_and_closing() throws IOException {
    RandomNetwork network = RandomNetwork.small(7);
    assertFlat(
        () ->
            ENGINE
                .open(
                    network.plan(),
                    network.plan().whole(),
                    network.weights(),
                    Device.CPU,
                    Precision.FLOAT32)
                .close(),
        100,
        100);
  }
}
