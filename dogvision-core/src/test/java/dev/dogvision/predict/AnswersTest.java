package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Tensor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an answer says besides a label, and models narrowed to some labels. */
class AnswersTest {
  private static final Labels LABELS = Labels.of("akita", "boston_bull", "collie", "dalmatian");

  private static TransferModel start;
  private static TrainedModel model;

  @BeforeAll
  static void make() {
    start =
        TransferModel.mobileNetV2().untrained(7).width(0.1).inputSize(32).labels(LABELS).build();
    model = start.trained(Map.of("classifier.1.weight", head(1)), Map.of("seed", "13"));
  }

  private static Tensor head(double deviation) {
    Random random = new Random(5);
    Tensor head = Tensor.zeros(4, start.plan().embeddingSize());
    for (int i = 0; i < head.size(); i++) {
      head.values()[i] = (float) (random.nextGaussian() * deviation);
    }
    return head;
  }

  /** A model that says the same of every picture. */
  private static TrainedModel saying(float... logits) {
    return start.trained(
        Map.of(
            "classifier.1.weight",
            Tensor.zeros(4, start.plan().embeddingSize()),
            "classifier.1.bias",
            Tensor.of(logits, 4)),
        Map.of());
  }

  private static RgbImage noise(int seed, int width, int height) {
    byte[] pixels = new byte[width * height * 3];
    new Random(seed).nextBytes(pixels);
    return new RgbImage(width, height, pixels);
  }

  private static RgbImage plain(int grey) {
    byte[] pixels = new byte[40 * 40 * 3];
    Arrays.fill(pixels, (byte) grey);
    return new RgbImage(40, 40, pixels);
  }

  // Narrowed models.

  @Test
  void a_narrowed_model_renews_the_probabilities_among_its_labels(@TempDir Path folder) {
    TrainedModel narrowed =
        model
            .withTemperature(3)
            .withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, 1))
            .only(Labels.of("dalmatian", "akita"));

    assertThat(narrowed.labels()).isEqualTo(Labels.of("dalmatian", "akita"));
    assertThat(narrowed.temperature()).isEqualTo(3);
    assertThat(narrowed.confidenceThreshold()).isPresent();
    assertThat(narrowed.provenance())
        .containsEntry("seed", "13")
        .containsEntry("narrowed", "to 2 of 4 labels");
    narrowed.save(folder.resolve("narrowed"));
    try (Predictor whole = Predictor.of(model.withTemperature(3));
        Predictor few = Predictor.load(folder.resolve("narrowed"))) {
      Prediction before = whole.predict(noise(3, 40, 40));
      Prediction after = few.predict(noise(3, 40, 40));
      double both = before.probability("akita") + before.probability("dalmatian");
      assertThat(after.probability("akita"))
          .isCloseTo(before.probability("akita") / both, within(1e-6));
      assertThat(after.probabilities().keySet()).containsExactly("dalmatian", "akita");
    }
  }

  @Test
  void a_narrowed_model_takes_labels_as_they_are_spelled_and_keeps_that_spelling() {
    TrainedModel narrowed = model.only(Labels.of("Boston terrier", "n02106662-Collie"));
    assertThat(narrowed.labels().names()).containsExactly("Boston terrier", "n02106662-Collie");
    Tensor head = model.weights().get("classifier.1.weight");
    Tensor rows = narrowed.weights().get("classifier.1.weight");
    int length = start.plan().embeddingSize();
    assertThat(Arrays.copyOfRange(rows.values(), 0, length))
        .isEqualTo(Arrays.copyOfRange(head.values(), length, 2 * length));
  }

  @Test
  void should_fail_if_the_model_does_not_know_a_label_or_two_mean_the_same() {
    assertThatThrownBy(() -> model.only(Labels.of("akita", "pug", "beagle")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "labels that the model does not know, 2 of 3: pug, beagle; it knows akita, boston_bull,"
                + " collie, dalmatian");
    assertThatThrownBy(() -> model.only(Labels.of("boston_bull", "Boston Bull")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "labels 'boston_bull' and 'Boston Bull' both mean the model's 'boston_bull': keep one"
                + " of them");
    assertThatThrownBy(() -> model.only(Labels.of("akita")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels: a classifier needs two or more, got [akita]");
  }

  // Views.

  @Test
  void mirrored_views_are_averaged_one_by_one_and_in_batches() {
    RgbImage image = noise(3, 32, 32);
    PixelBatch batch = new PixelBatch(image.rgb(), 1, 32);
    RgbImage mirrored = new RgbImage(32, 32, batch.mirrored().pixels());
    try (Predictor one = Predictor.of(model);
        Predictor two = Predictor.builder(model).views(Views.MIRRORED).open()) {
      float[] plain = one.predict(image).logits();
      float[] other = one.predict(mirrored).logits();
      float[] both = two.predict(image).logits();
      assertThat(plain).isNotEqualTo(other);
      for (int i = 0; i < both.length; i++) {
        assertThat(both[i]).isCloseTo((plain[i] + other[i]) / 2, within(1e-5f));
      }
      float[] batched =
          two.predictAll(
                  Dataset.of(
                      List.of(
                          new Example("a", ImageSource.of(image), null),
                          new Example("b", ImageSource.of(mirrored), null))))
              .get(1)
              .logits();
      for (int i = 0; i < both.length; i++) {
        assertThat(batched[i]).isCloseTo(both[i], within(1e-5f)); // either is the other's mirror
      }
    }
  }

  @Test
  void a_mirror_changes_left_and_right_of_every_row_of_every_picture() {
    byte[] pixels = {
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32
    };
    PixelBatch batch = new PixelBatch(pixels, 2, 2);
    assertThat(batch.mirrored().pixels())
        .containsExactly(
            4, 5, 6, 1, 2, 3, 10, 11, 12, 7, 8, 9, 24, 25, 26, 21, 22, 23, 30, 31, 32, 27, 28, 29);
    assertThat(batch.mirrored().mirrored().pixels()).isEqualTo(pixels);
  }

  // Doubts.

  private static List<Doubt> doubts(TrainedModel saying, RgbImage image) {
    try (Predictor predictor = Predictor.of(saying)) {
      List<Doubt> doubts = predictor.predict(image).doubts();
      Prediction batched =
          predictor
              .predictAll(Dataset.of(List.of(new Example("one", ImageSource.of(image), null))))
              .get(0);
      assertThat(batched.doubts()).isEqualTo(doubts);
      predictor.stream(List.of(ImageSource.of(image)))
          .forEach(one -> assertThat(one.value().doubts()).isEqualTo(doubts));
      return doubts;
    }
  }

  @Test
  void there_is_no_doubt_about_a_clear_answer() {
    assertThat(doubts(saying(0, 5, 0, 0), noise(1, 40, 40))).isEmpty();
  }

  @Test
  void says_between_which_breeds_an_answer_is() {
    List<Doubt> doubts = doubts(saying(0, 5, 4.9f, 0), noise(1, 40, 40));
    assertThat(doubts).hasSize(1);
    assertThat(doubts.get(0).kind()).isEqualTo(Doubt.Kind.BETWEEN_BREEDS);
    assertThat(doubts.get(0).breeds().stream().map(Classification::label))
        .containsExactly("boston_bull", "collie");
    assertThat(doubts.get(0)).hasToString("between boston_bull (52 %) and collie (47 %)");
  }

  @Test
  void says_that_a_picture_is_none_of_these() {
    List<Doubt> doubts =
        doubts(
            saying(0, 5, 0, 0).withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, 6)),
            noise(1, 40, 40));
    assertThat(doubts)
        .containsExactly(new Doubt(Doubt.Kind.NOT_ONE_OF_THESE, List.of()))
        .first()
        .hasToString("it may show no dog, or none of these breeds");
  }

  @Test
  void says_that_a_picture_is_too_small_dark_or_bright() {
    TrainedModel sure = saying(0, 5, 0, 0);
    assertThat(doubts(sure, noise(1, 7, 40)))
        .containsExactly(new Doubt(Doubt.Kind.TOO_SMALL, List.of()));
    assertThat(doubts(sure, noise(1, 8, 40))).isEmpty();
    assertThat(doubts(sure, plain(11))).containsExactly(new Doubt(Doubt.Kind.TOO_DARK, List.of()));
    assertThat(doubts(sure, plain(254)))
        .containsExactly(new Doubt(Doubt.Kind.TOO_BRIGHT, List.of()));
    assertThat(doubts(sure, plain(40))).isEmpty();
  }

  @Test
  void an_answer_travels_as_json() {
    TrainedModel saying =
        saying(0, 5, 4.9f, 0).withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, 6));
    try (Predictor predictor = Predictor.of(saying)) {
      Prediction prediction = predictor.predict(noise(1, 40, 40));
      JsonObject json = JsonParser.parseString(prediction.toJson(3)).getAsJsonObject();
      assertThat(json.keySet()).containsExactly("label", "probability", "top", "unsure", "doubts");
      assertThat(json.get("label").getAsString()).isEqualTo("boston_bull");
      assertThat(json.get("probability").getAsDouble()).isEqualTo(prediction.best().probability());
      JsonArray top = json.getAsJsonArray("top");
      assertThat(top).hasSize(3);
      assertThat(top.get(1).getAsJsonObject().get("label").getAsString()).isEqualTo("collie");
      assertThat(json.get("unsure").getAsBoolean()).isTrue();
      JsonObject doubt = json.getAsJsonArray("doubts").get(1).getAsJsonObject();
      assertThat(doubt.get("kind").getAsString()).isEqualTo("between_breeds");
      assertThat(doubt.getAsJsonArray("breeds")).hasSize(2);
      assertThat(doubt.get("text").getAsString())
          .isEqualTo("between boston_bull (52 %) and collie (47 %)");
      assertThat(prediction.toJson()).isEqualTo(prediction.toJson(5)).doesNotContain("\n");
    }
  }

  // Maps.

  @Test
  void what_all_rows_of_a_head_have_in_common_is_not_on_a_map() {
    Tensor shifted = Tensor.zeros(4, start.plan().embeddingSize());
    int columns = start.plan().embeddingSize();
    float[] rows = model.weights().get("classifier.1.weight").values();
    for (int i = 0; i < rows.length; i++) {
      shifted.values()[i] = rows[i] - 7 + i % columns % 13; // the same for every row
    }
    TrainedModel same = start.trained(Map.of("classifier.1.weight", shifted), Map.of());
    RgbImage image = noise(3, 40, 40);
    try (Predictor one = Predictor.of(model);
        Predictor other = Predictor.of(same)) {
      for (String label : LABELS.names()) {
        Explanation expected = one.explain(image, label);
        Explanation found = other.explain(image, label);
        assertThat(found.prediction().probability(label))
            .isCloseTo(expected.prediction().probability(label), within(1e-3));
        assertThat(found.map().value(0, 0)).isCloseTo(expected.map().value(0, 0), within(2e-3f));
        float[] logits = expected.prediction().logits();
        double mean = (logits[0] + logits[1] + logits[2] + (double) logits[3]) / 4;
        assertThat(expected.map().mean())
            .isCloseTo(logits[LABELS.index(label)] - mean, within(1e-4));
      }
    }
  }
}
