package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Labels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A head with a row for each of very many labels is most of a model. */
class ManyLabelsTest {
  /** Saves a model of so many labels. */
  static final class Saver {
    private Saver() {}

    public static void main(String[] arguments) {
      List<String> labels = new ArrayList<>();
      for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
        labels.add("breed " + i);
      }
      TransferModel.mobileNetV2()
          .untrained(1)
          .width(0.1)
          .inputSize(32)
          .labels(Labels.of(labels))
          .build()
          .trained(Map.of(), ImmutableMap.of())
          .save(Path.of(arguments[0]));
    }
  }

  /** 20,000 rows of 1,280 numbers are 98 MB; of 100,000 with a heap of 1 GB the same holds. */
  @Test
  void a_model_is_saved_without_a_copy_of_it_in_memory(@TempDir Path folder) throws Exception {
    Path place = folder.resolve("m");
    Process saver =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx200m",
                "-cp",
                System.getProperty("java.class.path"),
                Saver.class.getName(),
                place.toString(),
                "20000")
            .redirectErrorStream(true)
            .start();
    String said = new String(saver.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(saver.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(saver.exitValue()).as(said).isZero();
    assertThat(Files.size(place.resolve("model.safetensors"))).isGreaterThan(100_000_000);
  }
}
