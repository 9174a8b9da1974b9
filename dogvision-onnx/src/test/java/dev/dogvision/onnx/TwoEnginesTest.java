package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ImmutableList;
import dev.dogvision.DogVision;
import dev.dogvision.EngineInfo;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.ActivationMap;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.Engines;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** PyTorch and ONNX Runtime in one process: which is taken for what, and that they agree. */
class TwoEnginesTest {
  private static final double TOLERANCE = 1e-4;

  static List<ImageSource> drawn() {
    return IntStream.range(0, 12).mapToObj(TwoEnginesTest::draw).map(ImageSource::of).toList();
  }

  private static BufferedImage draw(int seed) {
    BufferedImage image = new BufferedImage(320, 200 + 20 * seed, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < 40; i++) {
      graphics.setColor(new Color(random.nextInt(1 << 24)));
      graphics.fillOval(random.nextInt(300), random.nextInt(300), 90, 60);
    }
    graphics.dispose();
    return image;
  }

  private static void assertAgree(TrainedModel model, List<ImageSource> pictures) {
    try (Predictor pyTorch = Predictor.builder(model).engine("PyTorch").open();
        Predictor onnx = Predictor.builder(model).engine("ONNX").open()) {
      List<Prediction> ours = ImmutableList.copyOf(pyTorch.predictAll(pictures));
      List<Prediction> theirs = ImmutableList.copyOf(onnx.predictAll(pictures));
      for (int i = 0; i < pictures.size(); i++) {
        String name = pictures.get(i).name();
        Map<String, Double> expected = ours.get(i).probabilities();
        theirs
            .get(i)
            .probabilities()
            .forEach(
                (label, probability) ->
                    assertThat(probability)
                        .as(name + ": " + label)
                        .isCloseTo(expected.get(label), within(TOLERANCE)));
        assertThat(theirs.get(i).best().label()).isEqualTo(ours.get(i).best().label());
      }
      float[] embedding = onnx.embedding(pictures.get(0));
      float[] expected = pyTorch.embedding(pictures.get(0));
      for (int i = 0; i < embedding.length; i++) {
        assertThat((double) embedding[i]).isCloseTo(expected[i], within(1e-3));
      }
      ActivationMap map = onnx.explain(pictures.get(0)).map();
      ActivationMap expectedMap = pyTorch.explain(pictures.get(0)).map();
      assertThat(map.side()).isEqualTo(expectedMap.side());
      for (int y = 0; y < map.side(); y++) {
        for (int x = 0; x < map.side(); x++) {
          assertThat(map.value(x, y)).isCloseTo(expectedMap.value(x, y), within(1e-2f));
        }
      }
    }
  }

  @Test
  void training_takes_the_one_that_trains_and_prediction_the_one_that_is_preferred() {
    assertThat(DogVision.engines())
        .extracting(EngineInfo::name)
        .containsExactly("ONNX Runtime", "PyTorch through DJL");
    assertThat(Engines.forTraining().name()).isEqualTo("PyTorch through DJL");
    assertThat(Engines.forPrediction(null).name()).isEqualTo("ONNX Runtime");
  }

  @Test
  void they_give_the_embedded_models_answers_alike() {
    assertAgree(TrainedModel.pretrained(), drawn());
  }

  @Test
  void they_give_another_architectures_answers_alike() {
    assertAgree(
        TransferModel.of(Backbone.untrained(Architectures.efficientNetLite(0), 96, 3))
            .labels(Labels.of("pug", "chow", "beagle"))
            .build()
            .trained(Map.of(), Map.of()),
        drawn());
  }

  @Test
  void they_agree_on_photographs() throws IOException {
    Path pets = Path.of(System.getProperty("dogvision.shared", "../shared"), "data/pets/train");
    assumeThat(pets).isDirectory();
    try (Stream<Path> all = Files.walk(pets)) {
      List<ImageSource> photographs =
          all.filter(file -> file.toString().endsWith(".jpg"))
              .sorted()
              .limit(40)
              .map(ImageSource::of)
              .toList();
      assertThat(photographs).isNotEmpty();
      assertAgree(TrainedModel.pretrained(), photographs);
    }
  }
}
