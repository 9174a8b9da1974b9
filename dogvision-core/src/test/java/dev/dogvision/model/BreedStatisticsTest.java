package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Floats;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Labels;
import dev.dogvision.model.Safetensors.ElementType;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BreedStatisticsTest {
  private static final Labels LABELS = Labels.of("pug", "chow", "akita");
  private static final TrainedModel MODEL =
      TransferModel.mobileNetV2()
          .untrained(1)
          .width(0.1)
          .inputSize(32)
          .labels(LABELS)
          .build()
          .trained(Map.of(), Map.of());

  @TempDir Path folder;

  private static TrainedModel remembering() {
    Random random = new Random(4);
    int[] places = {0, 0, 0, 1, 1, 2};
    float[][] rows = new float[places.length][MODEL.plan().embeddingSize()];
    for (float[] row : rows) {
      for (int k = 0; k < row.length; k++) {
        row[k] = random.nextFloat();
      }
    }
    return MODEL.remembering(BreedStatistics.of(LABELS, places, rows));
  }

  @Test
  void means_and_spread_are_what_they_are_called() {
    BreedStatistics known =
        BreedStatistics.of(LABELS, new int[] {0, 0, 1, 1}, new float[][] {{1}, {3}, {10}, {14}});

    assertThat(known.mean(0)).containsExactly(2);
    assertThat(known.mean(1)).containsExactly(12);
    assertThat(known.mean(2)).containsExactly(0);
    assertThat(known.photographs(2)).isZero();
    // Squares of 1, 1, 2, 2 around the means, over 4 photographs less 2 breeds.
    assertThat(known.spread()[0]).isCloseTo((float) Math.sqrt(10.0 / 2), within(1e-6f));
    BreedStatistics more =
        known.with(
            BreedStatistics.of(
                Labels.of("pug", "bull_terrier"),
                new int[] {1, 1, 1, 0},
                new float[][] {{0}, {1}, {2}, {70}}));
    assertThat(more.labels()).containsExactly("pug", "chow", "akita", "bull_terrier");
    assertThat(more.mean(0)).containsExactly(2);
    assertThat(more.photographs(3)).isEqualTo(3);
    assertThat(more.spread()[0]).isCloseTo((float) Math.sqrt((10.0 + 2) / 4), within(1e-6f));
    assertThatThrownBy(() -> BreedStatistics.of(LABELS, new int[] {0, 1}, new float[][] {{1}, {3}}))
        .hasMessageContaining("got 2 of 2 breeds");
  }

  @Test
  void travels_with_the_model_in_single_and_half_precision_and_is_no_part_of_its_predictions()
      throws IOException {
    TrainedModel model = remembering();
    BreedStatistics known = model.statistics().orElseThrow();

    TrainedModel read = TrainedModel.load(model.save(folder.resolve("m")));
    assertThat(read.weights()).isEqualTo(MODEL.weights());
    assertThat(read.fingerprint()).isEqualTo(MODEL.fingerprint());
    assertThat(read.statistics().orElseThrow().spread()).isEqualTo(known.spread());
    assertThat(Files.readString(folder.resolve("m/config.json"))).contains("\"version\": 4");
    TrainedModel half = TrainedModel.load(model.save(folder.resolve("h"), ElementType.F16));
    for (int i = 0; i < 3; i++) {
      assertThat(read.statistics().orElseThrow().mean(i)).isEqualTo(known.mean(i));
      assertThat(half.statistics().orElseThrow().photographs(i)).isEqualTo(known.photographs(i));
      float[] mean = known.mean(i);
      assertThat(half.statistics().orElseThrow().mean(i))
          .usingComparatorWithPrecision((Floats.max(mean) - Floats.min(mean)) / 500)
          .containsExactly(mean);
    }
    assertThat(Safetensors.read(folder.resolve("h/model.safetensors")).type(BreedStatistics.MEANS))
        .isEqualTo(ElementType.U8);
    assertThat(read.withTemperature(2).withProvenance(Map.of()).statistics()).isPresent();
    MODEL.save(folder.resolve("none"));
    assertThat(Files.readString(folder.resolve("none/config.json"))).contains("\"version\": 2");
  }

  @Test
  void says_what_is_wrong_with_what_was_stored() throws IOException {
    Path saved = remembering().save(folder.resolve("m"));
    Path config = saved.resolve("config.json");
    String text = Files.readString(config);

    Files.writeString(config, text.replaceAll("(\"statistics\": \\{\\s*\"labels\": )3", "$12"));
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("the tensor statistics.")
        .hasMessageContaining("as config.json says");
    Files.writeString(config, text.replaceAll("(\"statistics\": \\{\\s*\"labels\": )3", "$14"));
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("statistics.labels is 4, expected a number in 1.0..3.0");
    Files.writeString(config, text.replaceAll("\"statistics\": \\{[^}]*\\},", ""));
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("surplus tensor statistics.");
  }

  @Test
  void a_model_of_an_earlier_version_loads_and_says_what_to_do() throws URISyntaxException {
    URL saved = BreedStatisticsTest.class.getResource("/saved-models/2026-11-25-format-1");
    TrainedModel old = TrainedModel.load(Path.of(Objects.requireNonNull(saved).toURI()));

    assertThat(old.statistics()).isEmpty();
    assertThatThrownBy(() -> TransferModel.from(old))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("as models saved by earlier versions");
  }
}
