package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Models that earlier states of the library saved, each in a folder that is named by the day: they
 * load, and say what they said then.
 */
class SavedModelsTest {

  static Stream<Path> models() throws IOException, URISyntaxException {
    Path parent =
        Path.of(Objects.requireNonNull(SavedModelsTest.class.getResource("/saved-models")).toURI());
    try (Stream<Path> folders = Files.list(parent)) {
      return folders.sorted().toList().stream();
    }
  }

  @Test
  void there_are_some() throws IOException, URISyntaxException {
    assertThat(models()).isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("models")
  void a_model_says_what_it_said(Path folder) throws IOException {
    JsonObject expected =
        JsonParser.parseString(Files.readString(folder.resolve("expected-probabilities.json")))
            .getAsJsonObject();
    TrainedModel model = TrainedModel.load(folder);
    try (Predictor predictor = Predictor.of(model)) {
      Map<String, Double> probabilities = predictor.predict(picture()).probabilities();
      assertThat(probabilities.keySet()).isEqualTo(expected.keySet());
      probabilities.forEach(
          (label, probability) ->
              assertThat(probability)
                  .as(label)
                  .isCloseTo(expected.get(label).getAsDouble(), within(1e-6)));
    }
  }

  /** A picture that needs no file: a coloured ramp with a dark disc. */
  private static RgbImage picture() {
    int width = 48;
    int height = 40;
    byte[] rgb = new byte[width * height * 3];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        boolean disc = (x - 20) * (x - 20) + (y - 18) * (y - 18) < 100;
        rgb[(y * width + x) * 3] = (byte) (disc ? 30 : x * 5);
        rgb[(y * width + x) * 3 + 1] = (byte) (disc ? 20 : y * 6);
        rgb[(y * width + x) * 3 + 2] = (byte) (disc ? 60 : 200 - x * 2);
      }
    }
    return new RgbImage(width, height, rgb);
  }
}
