package dev.dogvision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import dev.dogvision.data.Breeds;
import dev.dogvision.data.Labels;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.BreedStatistics;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.EmbeddedModel;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EmbeddedModelsTest {
  /** What the competition's 120 breeds were joined by. */
  private static final List<String> MORE =
      List.of(
          "akita",
          "american_pit_bull_terrier",
          "australian_shepherd",
          "bichon_frise",
          "bull_terrier",
          "bulldog",
          "cane_corso",
          "dachshund",
          "dalmatian",
          "goldendoodle",
          "greyhound",
          "havanese",
          "jack_russell_terrier",
          "labradoodle",
          "shiba_inu");

  @ParameterizedTest
  @ValueSource(strings = {"accurate", "fast"})
  void both_know_the_competitions_breeds_and_fifteen_more(String name) {
    TrainedModel model = TrainedModel.pretrained(name);

    assertThat(model.labels().size()).isEqualTo(135);
    assertThat(model.labels().names()).isSorted().containsAll(MORE);
    assertThat(model.labels().names())
        .allSatisfy(label -> assertThat(Breeds.find(label)).isPresent());
    assertThat(model.temperature()).isPositive();
    assertThat(model.confidenceThreshold()).isPresent();
  }

  @ParameterizedTest
  @ValueSource(strings = {"accurate", "fast"})
  void breeds_can_be_added_to_both(String name) {
    TrainedModel model = TrainedModel.pretrained(name);

    TransferModel extended = TransferModel.from(model).adding("my_breed").build();

    assertThat(extended.labels().size()).isEqualTo(136);
    BreedStatistics known = model.statistics().orElseThrow();
    assertThat(known.labels()).isEqualTo(model.labels().names());
    for (int label = 0; label < 135; label++) {
      assertThat(known.photographs(label)).as(known.labels().get(label)).isGreaterThan(15);
    }
  }

  @Test
  void the_accurate_one_is_what_programs_get_that_name_none() {
    assertThat(TrainedModel.pretrained().fingerprint())
        .isEqualTo(TrainedModel.pretrained("accurate").fingerprint());
    assertThat(TrainedModel.pretrained().architecture().name()).isEqualTo("efficientnet_lite2");
    assertThat(TrainedModel.pretrained("fast").architecture().name()).isEqualTo("mobilenet_v2");
  }

  @Test
  void all_are_listed_the_most_accurate_first() {
    assertThat(TrainedModel.embedded())
        .extracting(EmbeddedModel::name)
        .containsExactly("accurate", "fast");
  }

  @Test
  void the_competitions_120_breeds_are_a_narrowed_model() {
    TrainedModel model = TrainedModel.pretrained();
    Labels competition =
        Labels.of(model.labels().names().stream().filter(label -> !MORE.contains(label)).toList());

    assertThat(model.only(competition).labels().size()).isEqualTo(120);
    assertThat(competition.index("boston_bull")).isEqualTo(19);
  }

  @Test
  void the_fast_one_is_the_backbone_of_transfer_models_that_name_no_weights() {
    TrainedModel model = TrainedModel.pretrained("fast");
    TransferModel transfer = TransferModel.mobileNetV2().labels(model.labels()).warmStart().build();

    assertThat(transfer.warmLabels()).hasSize(135);
    assertThat(transfer.initialWeights()).containsAllEntriesOf(Backbone.of(model).weights());
  }

  @Test
  void they_take_at_most_14_and_5_megabytes() throws IOException {
    assertThat(bytes(new AccurateDogBreeds())).isLessThan(14_000_000);
    assertThat(bytes(new FastDogBreeds())).isLessThan(5_000_000);
  }

  /** A start checks the quick one only. */
  @ParameterizedTest
  @ValueSource(strings = {"accurate", "fast"})
  void both_sums_of_their_weights_are_right(String name) throws IOException {
    EmbeddedModel model = name.equals("fast") ? new FastDogBreeds() : new AccurateDogBreeds();
    String config;
    byte[] weights;
    try (InputStream text = model.open("config.json");
        InputStream content = model.open("model.safetensors")) {
      config = new String(text.readAllBytes(), StandardCharsets.UTF_8);
      weights = content.readAllBytes();
    }
    CRC32C sum = new CRC32C();
    sum.update(weights);

    assertThat(config)
        .contains("\"sha256\": \"" + Hashing.sha256().hashBytes(weights) + "\"")
        .contains("\"crc32c\": \"" + HexFormat.of().toHexDigits((int) sum.getValue()) + "\"");
  }

  private static long bytes(EmbeddedModel model) throws IOException {
    long bytes = 0;
    for (String file : List.of("config.json", "model.safetensors", "README.md")) {
      try (InputStream content = model.open(file)) {
        bytes += content.readAllBytes().length;
      }
    }
    return bytes;
  }

  @Test
  void they_name_a_file_that_they_do_not_have() {
    assertThatThrownBy(() -> new AccurateDogBreeds().open("labels.txt"))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining("labels.txt");
  }
}
