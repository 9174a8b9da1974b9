package dev.dogvision.predictonly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVision;
import dev.dogvision.EngineNotFoundException;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.Engines;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What an application gets that takes dogvision-predict and nothing else. */
class PredictOnlyTest {

  @Test
  void should_bring_no_deep_java_library_and_no_pytorch() {
    List<String> classPath =
        Arrays.asList(System.getProperty("java.class.path").split(File.pathSeparator));

    assertThat(classPath)
        .anyMatch(entry -> entry.contains("onnxruntime"))
        .noneMatch(entry -> entry.replace(File.separatorChar, '/').contains("/ai/djl/"))
        .noneMatch(entry -> entry.contains("dogvision-djl") || entry.contains("pytorch"));
    for (String name : List.of("ai.djl.Model", "ai.djl.engine.Engine", "org.pytorch.Tensor")) {
      assertThatThrownBy(() -> Class.forName(name)).isInstanceOf(ClassNotFoundException.class);
    }
  }

  @Test
  void should_answer_with_the_embedded_models() {
    RgbImage picture = new RgbImage(300, 260, new byte[3 * 300 * 260]);

    try (Predictor accurate = Predictor.pretrained();
        Predictor fast = Predictor.of(TrainedModel.pretrained("fast"))) {
      for (Predictor predictor : List.of(accurate, fast)) {
        List<Classification> best = predictor.top(3).predict(picture);

        assertThat(best).hasSize(3);
        assertThat(best.get(0).probability()).isBetween(0.0, 1.0);
        assertThat(predictor.predict(picture).probabilities()).hasSize(135);
      }
    }
  }

  @Test
  void should_say_what_training_needs() {
    assertThat(DogVision.engines()).singleElement().matches(engine -> !engine.trains());
    assertThatThrownBy(Engines::forTraining)
        .isInstanceOf(EngineNotFoundException.class)
        .hasMessageContaining("dev.dogvision:dogvision-djl");
  }
}
