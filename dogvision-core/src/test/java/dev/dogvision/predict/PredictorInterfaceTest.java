package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What applications put in front of a predictor, and in its place. */
class PredictorInterfaceTest {
  private static final Labels LABELS = Labels.of("beagle", "pug");

  @Test
  void a_fake_answers_what_a_test_wants() {
    Prediction pug = Prediction.of(LABELS, new float[] {0, 3});
    Predictor fake =
        (Predictor)
            Proxy.newProxyInstance(
                Predictor.class.getClassLoader(),
                new Class<?>[] {Predictor.class},
                (proxy, method, arguments) -> pug);
    assertThat(fake.predict(ImageSource.of("any", new byte[0])).best().label()).isEqualTo("pug");
    assertThat(pug.probability("pug")).isGreaterThan(0.9);
    assertThat(pug.isUnsure()).isFalse();
    assertThat(pug.doubts()).isEmpty();
  }

  @Test
  void should_fail_if_a_prediction_has_not_one_number_a_label() {
    assertThatThrownBy(() -> Prediction.of(LABELS, new float[] {1}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits: 1 for 2 labels");
    assertThatThrownBy(() -> Prediction.of(LABELS, new float[] {1, Float.NaN}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("logits must be finite, got NaN");
  }

  @Test
  void a_proxy_hears_every_call_and_passes_it_on() {
    TransferModel start =
        TransferModel.mobileNetV2().untrained(7).width(0.1).inputSize(32).labels(LABELS).build();
    TrainedModel model = start.trained(start.initialWeights(), Map.of());
    RgbImage image = new RgbImage(40, 40, new byte[40 * 40 * 3]);
    List<String> heard = new ArrayList<>();
    try (Predictor predictor = Predictor.of(model)) {
      Predictor timed =
          (Predictor)
              Proxy.newProxyInstance(
                  Predictor.class.getClassLoader(),
                  new Class<?>[] {Predictor.class},
                  (proxy, method, arguments) -> {
                    heard.add(method.getName());
                    try {
                      return method.invoke(predictor, arguments);
                    } catch (InvocationTargetException e) {
                      throw e.getCause();
                    }
                  });
      assertThat(timed.predict(image).logits()).isEqualTo(predictor.predict(image).logits());
      assertThat(timed.top(1).predict(image)).isEqualTo(predictor.top(1).predict(image));
    }
    assertThat(heard).containsExactly("predict", "top");
  }
}
