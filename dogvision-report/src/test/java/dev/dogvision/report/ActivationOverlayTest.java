package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.google.common.primitives.Floats;
import dev.dogvision.data.Labels;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.ActivationMap;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.Tensor;
import java.awt.image.BufferedImage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ActivationOverlayTest {
  private static final Labels LABELS = Labels.of("beagle", "pug", "chow");

  @Test
  void a_map_weighs_the_channels_of_each_place() {
    float[] featureMap = {1, 10, 2, 20, 3, 30, 4, 40};

    ActivationMap map = ActivationMap.of(featureMap, new float[] {1, -0.05f});

    assertThat(map.side()).isEqualTo(2);
    assertThat(map.value(0, 0)).isEqualTo(0.5f);
    assertThat(map.value(1, 0)).isEqualTo(1f);
    assertThat(map.value(0, 1)).isEqualTo(1.5f);
    assertThat(map.value(1, 1)).isEqualTo(2f);
    assertThat(map.highest()).isEqualTo(2f);
    assertThat(map.mean()).isEqualTo(1.25);
  }

  @Test
  void strength_is_interpolated_and_never_negative() {
    ActivationMap map = ActivationMap.of(new float[] {-4, 2, 0, 1}, new float[] {1});

    assertThat(map.strength(0, 0)).isZero();
    assertThat(map.strength(0.75, 0.25)).isEqualTo(1);
    assertThat(map.strength(1, 0)).isEqualTo(1);
    assertThat(map.strength(0.75, 0.5)).isEqualTo(0.75);
    assertThat(ActivationMap.of(new float[] {-1}, new float[] {1}).strength(0.5, 0.5)).isZero();
  }

  @Test
  void the_mean_of_a_map_and_the_bias_are_the_logit_above_the_mean_of_all() {
    TrainedModel model = model();
    RgbImage photo = photo();
    float[] biases = model.weights().get(model.plan().headName() + ".bias").values();
    try (Predictor predictor = Predictor.of(model)) {
      float[] logits = predictor.predict(photo).logits();
      for (int label = 0; label < LABELS.size(); label++) {
        Explanation explanation = predictor.explain(photo, LABELS.name(label));

        assertThat(explanation.map().mean() + biases[label] - mean(biases))
            .isCloseTo(logits[label] - mean(logits), within(1e-3));
      }
      Explanation best = predictor.explain(photo);
      assertThat(best.label()).isEqualTo(predictor.predict(photo).best().label());
      assertThat(best.seen().width()).isEqualTo(448);
    }
  }

  private static double mean(float[] values) {
    return Floats.asList(values).stream().mapToDouble(Float::doubleValue).average().orElseThrow();
  }

  @Test
  void should_fail_if_the_model_has_no_such_label() {
    try (Predictor predictor = Predictor.of(model())) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> predictor.explain(photo(), "pugg"))
          .withMessageContaining("pugg")
          .withMessageContaining("pug");
    }
  }

  @Test
  void the_strongest_place_glows_and_the_rest_stays_grey() {
    byte[] grey = new byte[40 * 40 * 3];
    Arrays.fill(grey, (byte) 100);
    float[] featureMap = new float[16];
    featureMap[5] = 1;

    BufferedImage image =
        ActivationOverlay.of(
                new RgbImage(40, 40, grey), ActivationMap.of(featureMap, new float[] {1}))
            .toImage();

    assertThat(image.getRGB(38, 38)).isEqualTo(0xff646464);
    int glow = image.getRGB(15, 15);
    assertThat(glow >> 16 & 0xff).isGreaterThan(150);
    assertThat(glow >> 16 & 0xff).isGreaterThan((glow & 0xff) + 50);
  }

  @Test
  void side_by_side_shows_both() {
    try (Predictor predictor = Predictor.of(model())) {
      Explanation explanation = predictor.explain(photo());

      BufferedImage both = ActivationOverlay.sideBySide(explanation).toImage();

      PredictionGrid grid =
          PredictionGrid.of(
              List.of(PredictionGrid.Cell.of(photo(), explanation.prediction(), "pug")));
      assertThat(grid.toImage().getWidth()).isGreaterThan(800);
      assertThat(both.getWidth()).isEqualTo(2 * 448 + 36);
      assertThat(ActivationOverlay.of(explanation).toImage().getWidth()).isEqualTo(448);
    }
  }

  @Test
  void should_fail_if_the_feature_map_is_no_square() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ActivationMap.of(new float[6], new float[2]))
        .withMessage("featureMap: 6 values are no square of 2 channels");
  }

  private static TrainedModel model() {
    TransferModel start =
        TransferModel.mobileNetV2().untrained(7).width(0.1).inputSize(32).labels(LABELS).build();
    Random random = new Random(5);
    Tensor head = Tensor.zeros(LABELS.size(), start.plan().embeddingSize());
    for (int i = 0; i < head.size(); i++) {
      head.values()[i] = (float) random.nextGaussian();
    }
    return start.trained(Map.of("classifier.1.weight", head), Map.of());
  }

  private static RgbImage photo() {
    byte[] rgb = new byte[60 * 50 * 3];
    new Random(3).nextBytes(rgb);
    return new RgbImage(60, 50, rgb);
  }
}
