package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OnnxTest {
  private static final TrainedModel MODEL = TrainedModel.pretrained();

  @Test
  void a_written_model_answers_as_the_predictor_does(@TempDir Path folder) throws Exception {
    Path file = Onnx.write(MODEL, folder.resolve("dogs.onnx"));
    List<RgbImage> pictures = List.of(noise(1, 300, 200), noise(2, 90, 120));
    int side = MODEL.preprocessing().size();
    ByteBuffer pixels = ByteBuffer.allocateDirect(2 * side * side * 3);
    pictures.forEach(picture -> pixels.put(MODEL.preprocessing().apply(picture).rgb()));
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment, pixels.flip(), new long[] {2, side, side, 3}, OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.<String, OnnxTensorLike>of("input", input));
        Predictor predictor = Predictor.of(MODEL)) {
      float[][] probabilities = (float[][]) result.get("probabilities").orElseThrow().getValue();
      float[][] embeddings = (float[][]) result.get("embedding").orElseThrow().getValue();
      for (int i = 0; i < 2; i++) {
        Prediction prediction = predictor.predict(pictures.get(i));
        List<Double> expected = new ArrayList<>(prediction.probabilities().values());
        for (int label = 0; label < expected.size(); label++) {
          assertThat((double) probabilities[i][label]).isCloseTo(expected.get(label), within(1e-5));
        }
        assertThat(embeddings[i]).hasSize(MODEL.plan().embeddingSize());
      }
    }
  }

  @Test
  void what_it_takes_to_use_the_file_is_in_it(@TempDir Path folder) throws Exception {
    Path file = Onnx.write(MODEL, folder.resolve("dogs.onnx"));
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      Map<String, String> metadata = session.getMetadata().getCustomMetadata();
      JsonArray labels = JsonParser.parseString(metadata.get("labels")).getAsJsonArray();
      assertThat(labels).hasSize(MODEL.labels().size());
      int bull = MODEL.labels().index("boston_bull");
      assertThat(labels.get(bull).getAsString()).isEqualTo("boston_bull");
      assertThat(metadata)
          .containsEntry("fingerprint", MODEL.fingerprint())
          .containsEntry("temperature", String.valueOf(MODEL.temperature()))
          .containsKeys("preprocessing", "confidence_threshold", "provenance");
      assertThat(session.getInputNames()).containsExactly("input");
      assertThat(session.getOutputNames())
          .containsExactlyInAnyOrder("probabilities", "logits", "embedding");
    }
  }

  @Test
  void a_stranger_finds_preprocessing_threshold_and_licence_of_both_embedded_models(
      @TempDir Path folder) throws Exception {
    for (String name : List.of("accurate", "fast")) {
      TrainedModel model = TrainedModel.pretrained(name);
      Map<String, String> metadata = metadata(Onnx.write(model, folder.resolve(name + ".onnx")));

      JsonObject preprocessing = json(metadata, "preprocessing");
      assertThat(preprocessing.keySet())
          .containsExactly("size", "channels", "resize", "crop_fraction", "interpolation");
      assertThat(preprocessing.get("size").getAsInt()).isEqualTo(model.preprocessing().size());
      assertThat(preprocessing.get("channels").getAsString()).isEqualTo("rgb");
      assertThat(preprocessing.get("resize").getAsString()).isEqualTo("center_crop");
      ConfidenceThreshold expected = model.confidenceThreshold().orElseThrow();
      JsonObject threshold = json(metadata, "confidence_threshold");
      assertThat(threshold.get("score").getAsString()).isEqualTo("energy");
      assertThat(threshold.get("threshold").getAsDouble()).isEqualTo(expected.value());
      JsonObject origin = json(metadata, "origin");
      assertThat(origin.get("licence").getAsString()).isEqualTo("Apache-2.0");
      assertThat(origin.get("source").getAsString()).startsWith("Google ");
    }
  }

  @Test
  void a_model_that_pads_says_with_what_and_an_unknown_licence_is_empty(@TempDir Path folder)
      throws Exception {
    Backbone backbone = Backbone.untrained(Architectures.efficientNetLite(0), 32, 3);
    TransferModel untrained =
        TransferModel.of(backbone)
            .labels(Labels.of("pug", "chow"))
            .resizeRule(ResizeRule.PAD)
            .build();
    Map<String, String> metadata =
        metadata(Onnx.write(untrained.trained(Map.of(), Map.of()), folder.resolve("padded.onnx")));

    assertThat(json(metadata, "preprocessing").get("pad_color").toString())
        .isEqualTo("[128,128,128]");
    assertThat(json(metadata, "origin").get("licence").getAsString()).isEmpty();
    assertThat(metadata).doesNotContainKey("confidence_threshold");
  }

  @Test
  void a_place_that_is_a_folder_is_named(@TempDir Path folder) throws Exception {
    Path taken = Files.createDirectories(folder.resolve("dogs.onnx/inside")).getParent();
    assertThatThrownBy(() -> Onnx.write(MODEL, taken))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("dogs.onnx can't be written");
  }

  private static Map<String, String> metadata(Path file) throws Exception {
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      return session.getMetadata().getCustomMetadata();
    }
  }

  private static JsonObject json(Map<String, String> metadata, String key) {
    return JsonParser.parseString(metadata.get(key)).getAsJsonObject();
  }

  private static RgbImage noise(long seed, int width, int height) {
    byte[] rgb = new byte[width * height * 3];
    new Random(seed).nextBytes(rgb);
    return new RgbImage(width, height, rgb);
  }
}
