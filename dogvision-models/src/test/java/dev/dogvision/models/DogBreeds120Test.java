package dev.dogvision.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import java.io.FileNotFoundException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

class DogBreeds120Test {

  @Test
  void is_found_on_the_class_path_and_knows_the_120_breeds() {
    TrainedModel model = TrainedModel.pretrained();

    assertThat(model.labels().size()).isEqualTo(120);
    assertThat(model.labels().names()).isSorted();
    assertThat(model.labels().index("boston_bull")).isEqualTo(19);
    assertThat(model.temperature()).isPositive();
    assertThat(model.confidenceThreshold()).isPresent();
  }

  @Test
  void is_the_backbone_of_transfer_models_that_name_no_weights() {
    TrainedModel model = TrainedModel.pretrained();
    TransferModel transfer = TransferModel.mobileNetV2().labels(model.labels()).warmStart().build();

    assertThat(transfer.warmLabels()).hasSize(120);
    assertThat(transfer.initialWeights()).containsAllEntriesOf(Backbone.of(model).weights());
  }

  @Test
  void takes_at_most_8_megabytes() throws Exception {
    long bytes = 0;
    for (String file : new String[] {"config.json", "model.safetensors", "README.md"}) {
      try (InputStream content = new DogBreeds120().open(file)) {
        bytes += content.readAllBytes().length;
      }
    }
    assertThat(bytes).isLessThan(8_000_000);
  }

  @Test
  void names_a_file_that_it_does_not_have() {
    assertThatThrownBy(() -> new DogBreeds120().open("labels.txt"))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageContaining("labels.txt");
  }
}
