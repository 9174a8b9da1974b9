package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.DogVisionException;
import dev.dogvision.image.ImageSource;
import dev.dogvision.predict.Predictor;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a process of its own sees, and a version that ends it. */
class OnnxStartTest {

  /** Predicts a grey picture. */
  static final class Application {
    public static void main(String[] arguments) {
      try (Predictor predictor = Predictor.pretrained()) {
        var image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        System.out.println("best: " + predictor.predict(ImageSource.of(image)).best().label());
      }
    }
  }

  @Test
  void a_process_of_a_long_command_line_predicts() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dapplication.settings=" + "x".repeat(20_000),
                "-cp",
                System.getProperty("java.class.path"),
                Application.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output).contains("best: ");
  }

  /** Predicts once more as it leaves, with a predictor that is opened then. */
  static final class Leaving {
    public static void main(String[] arguments) {
      try (Predictor first = Predictor.pretrained()) {
        var image = new BufferedImage(40, 30, BufferedImage.TYPE_INT_RGB);
        String expected = first.predict(image).best().label();
        Runtime.getRuntime()
            .addShutdownHook(
                new Thread(
                    () -> {
                      // ONNX Runtime's own hook runs at the same time: let it be the first.
                      Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(300));
                      try (Predictor last = Predictor.pretrained()) {
                        String found = last.predict(image).best().label();
                        System.out.println(found.equals(expected));
                      }
                    }));
      }
      System.exit(3);
    }
  }

  @Test
  void a_shutdown_hook_can_open_a_predictor_and_the_status_is_kept() throws Exception {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Leaving.class.getName())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isEqualTo(3);
    assertThat(output).contains("true");
  }

  @Test
  void a_version_that_ends_the_process_is_refused_before_it_is_loaded() {
    assertThatThrownBy(() -> OnnxEngine.checkVersion("1.29.0", "Linux", null))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("ONNX Runtime 1.29.0")
        .hasMessageContaining("ORT_DISABLE_TELEMETRY=1")
        .hasMessageContaining("com.microsoft.onnxruntime:onnxruntime:1.28.0");
    OnnxEngine.checkVersion("1.29.0", "Linux", "1");
    OnnxEngine.checkVersion("1.29.0", "Windows 11", null);
    OnnxEngine.checkVersion("1.28.0", "Linux", null);
    OnnxEngine.checkVersion(null, "Linux", null);
  }
}
