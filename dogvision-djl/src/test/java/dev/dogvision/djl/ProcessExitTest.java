package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.model.Padding;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.TrainableNetwork;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that ends while networks compute ends as it was told to, and does not crash. */
final class ProcessExitTest {
  private static final String BEGUN = "begun";
  private static final int TERMINATED = 128 + 15;

  @TempDir Path folder;

  /** Trains on several threads until the process ends. */
  static final class Training {
    public static void main(String[] arguments) {
      RandomNetwork network = RandomNetwork.of(1, 224, Padding.TF_SAME, 5, 1);
      Batch batch = network.batch(0, 4, 2);
      for (int i = 0; i < 3; i++) {
        @SuppressWarnings("resource") // used until the end
        TrainableNetwork trainable =
            new DjlEngineProvider()
                .open()
                .openTrainable(
                    network.plan(),
                    network.plan().whole(),
                    0,
                    network.weights(),
                    Optimizer.adamW(),
                    Device.CPU);
        trainable.accumulate(batch, network.targets(4), 1);
        new Thread(
                () -> {
                  while (true) {
                    trainable.accumulate(batch, network.targets(4), 1);
                  }
                })
            .start();
      }
      System.out.println(BEGUN);
    }
  }

  /** Leaves with a status of its own, and predicts once more while it does. */
  static final class Leaving {
    public static void main(String[] arguments) {
      RandomNetwork network = RandomNetwork.small(3);
      @SuppressWarnings("resource") // used until the end
      Network open =
          new DjlEngineProvider()
              .open()
              .open(
                  network.plan(),
                  network.plan().whole(),
                  network.weights(),
                  Device.CPU,
                  Precision.FLOAT32);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(() -> System.out.println(open.forward(network.batch(0, 2, 4)).size())));
      System.exit(3);
    }
  }

  private Process start(Class<?> main) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-cp",
            System.getProperty("java.class.path"),
            main.getName())
        .directory(folder.toFile())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Every other such process crashed, of a network of real size: five are enough to see it. */
  @RepeatedTest(5)
  void ended_in_the_middle_of_training() throws Exception {
    assumeTrue(
        System.getProperty("os.name").equals("Linux"), "processes are ended by SIGTERM on Linux");
    Process process = start(Training.class);
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).isEqualTo(BEGUN);
      process.destroy();

      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(TERMINATED);
    assertThat(folder).isEmptyDirectory(); // a crash leaves its log
  }

  @Test
  void its_status_is_kept_and_shutdown_hooks_can_predict() throws Exception {
    Process process = start(Leaving.class);
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.lines()).containsExactly("2");

      assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).isEqualTo(3);
  }
}
