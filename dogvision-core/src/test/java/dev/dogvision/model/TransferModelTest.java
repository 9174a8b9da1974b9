package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Labels;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferModelTest {

  @Test
  void smoke(@TempDir Path folder) {
    TransferModel model =
        TransferModel.mobileNetV2()
            .untrained(1)
            .width(0.25)
            .inputSize(32)
            .labels(Labels.of("a", "b"))
            .build();
    System.out.println(model.summary());
    TrainedModel trained = model.trained(Map.of(), Map.of("seed", "1"));
    trained.save(folder.resolve("m"));
    assertThat(TrainedModel.load(folder.resolve("m")).weights()).isEqualTo(trained.weights());
    System.out.println(Path.of(folder.toString(), "m").toFile().list().length);
  }
}
