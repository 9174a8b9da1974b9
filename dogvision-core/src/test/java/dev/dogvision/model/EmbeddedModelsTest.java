package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.data.Labels;
import dev.dogvision.spi.EmbeddedModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedModelsTest {
  @TempDir private Path folder;

  private record Embedded(String name, double accuracy, Path folder) implements EmbeddedModel {
    @Override
    public String description() {
      return "breeds of " + name;
    }

    @Override
    public InputStream open(String fileName) throws IOException {
      return Files.newInputStream(folder.resolve(fileName));
    }
  }

  private Embedded embedded(String name, double accuracy, BlockArchitecture architecture) {
    Path saved =
        TransferModel.of(Backbone.untrained(architecture, 32, 1))
            .labels(Labels.of("pug", "chow"))
            .build()
            .trained(Map.of(), Map.of("called", name))
            .save(folder.resolve(name));
    return new Embedded(name, accuracy, saved);
  }

  @Test
  void the_most_accurate_comes_first_and_a_name_gives_another() {
    Embedded fast = embedded("fast", 87, Architectures.mobileNetV2(0.35));
    Embedded accurate = embedded("accurate", 92.5, Architectures.efficientNetLite(0));
    EmbeddedModels models = new EmbeddedModels(List.of(fast, accurate));

    assertThat(models.mostAccurate()).isEqualTo(accurate);
    assertThat(models.named("fast")).isEqualTo(fast);
    assertThat(models.ofArchitecture("mobilenet_v2").provenance()).containsEntry("called", "fast");
    assertThatThrownBy(() -> models.ofArchitecture("efficientnet_lite2"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("no embedded model on the class path is efficientnet_lite2");
  }

  @Test
  void a_name_that_is_not_there_is_told_with_those_that_are() {
    EmbeddedModels models =
        new EmbeddedModels(
            List.of(new Embedded("fast", 87, folder), new Embedded("accurate", 92, folder)));

    assertThatThrownBy(() -> models.named("tiny"))
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessage(
            "no embedded model \"tiny\" on the class path: there is \"accurate\" (breeds of"
                + " accurate), \"fast\" (breeds of fast). Name one of these, or add the dependency"
                + " dev.dogvision:dogvision-models, of the same version as dogvision-core");
  }

  @Test
  void none_and_two_of_one_name_are_told() {
    EmbeddedModels none = new EmbeddedModels(List.of());
    assertThatThrownBy(none::mostAccurate)
        .isInstanceOf(ModelNotFoundException.class)
        .hasMessageContaining("add the dependency dev.dogvision:dogvision-models");
    assertThatThrownBy(() -> none.named("fast")).isInstanceOf(ModelNotFoundException.class);
    EmbeddedModels twice =
        new EmbeddedModels(
            List.of(new Embedded("fast", 87, folder), new Embedded("fast", 80, folder)));
    assertThatThrownBy(() -> twice.named("fast"))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("several embedded models are called \"fast\"");
  }
}
