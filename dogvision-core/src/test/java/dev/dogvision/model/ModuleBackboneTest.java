package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.MismatchException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.RgbImage;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModuleBackboneTest {
  private static final String URL = "reference:zoo/mean-colour?width=32&height=32&resize=true";
  private static final List<Double> ZEROS = List.of(0.0, 0.0, 0.0);
  private static final List<Double> BYTES = List.of(255.0, 255.0, 255.0);

  /** Pictures of two colours, a little different each. */
  private static Dataset colours() {
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      byte[] pixels = new byte[40 * 40 * 3];
      for (int k = 0; k < pixels.length; k += 3) {
        pixels[k + (i % 2)] = (byte) (150 + 3 * i);
        pixels[k + 2] = (byte) (10 * i);
      }
      examples.add(
          Example.of(
              ImageSource.of("picture " + i, new RgbImage(40, 40, pixels)),
              i % 2 == 0 ? "red" : "green"));
    }
    return DatasetBuilder.fromSources(examples).build();
  }

  private static TrainingRun train(Backbone backbone, Dataset data) {
    return Trainer.of(TransferModel.of(backbone).labels(data.labels()).build())
        .epochs(30)
        .learningRate(0.1)
        .augmentation(Augmentation.none())
        .fit(data);
  }

  @Test
  void should_train_a_head_on_a_published_module() {
    Dataset data = colours();
    Backbone backbone = Backbone.torchScript(URL);
    assertThat(backbone.plan().embeddingSize()).isEqualTo(3);
    assertThat(backbone.preprocessing())
        .isEqualTo(new Preprocessing(32, ResizeRule.STRETCH, 1, ZEROS, BYTES));
    assertThat(backbone.config().origin().source()).isEqualTo(URL);
    assertThat(backbone.config().origin().licence()).isEqualTo("Apache-2.0");
    assertThat(backbone.architecture().stages()).isZero();
    assertThat(backbone).hasToString("mean-colour, 32 x 32 pixels, no head: " + URL);

    TrainingRun run = train(backbone, data);

    assertThat(run.evaluate(data).accuracy()).isEqualTo(1);
    try (Predictor predictor = Predictor.of(run.model())) {
      ImageSource picture = data.examples().get(0).image();
      assertThat(predictor.predict(picture).best().label()).isEqualTo("red");
      assertThat(predictor.embedding(picture)).hasSize(3);
      assertThat(predictor.explains()).isFalse();
      assertThatThrownBy(() -> predictor.explain(picture))
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("mean-colour is a published module")
          .hasMessageContaining("explain needs a model on another backbone");
    }
  }

  @Test
  void should_train_a_head_on_pictures_that_are_augmented() {
    Dataset data = colours();
    TrainingRun run =
        Trainer.of(TransferModel.of(Backbone.torchScript(URL)).labels(data.labels()).build())
            .epochs(20)
            .learningRate(0.1)
            .augmentation(Augmentation.builder().horizontalFlip(0.5).build())
            .fit(data);
    assertThat(run.evaluate(data).accuracy()).isEqualTo(1);
  }

  @Test
  void should_say_in_the_summary_that_it_is_frozen() {
    TransferModel model =
        TransferModel.of(Backbone.torchScript(URL)).labels(colours().labels()).build();
    assertThat(model.summary().toString())
        .contains("published module, frozen", "classifier.1")
        .doesNotContain("mean over both sides");
    assertThat(model.summary().parameters()).isEqualTo(2 * 3 + 2);
  }

  @Test
  void should_refuse_to_train_a_module() {
    TransferModel.Builder builder = TransferModel.of(Backbone.torchScript(URL));
    assertThatThrownBy(() -> builder.fineTuneLast(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fineTuneLast(2): mean-colour is a published module");
    assertThatThrownBy(builder::fineTuneAll)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("fineTuneAll(): mean-colour is a published module");
    assertThatThrownBy(() -> builder.labels(colours().labels()).warmStart().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no head");
  }

  @Test
  void should_load_a_model_only_with_the_backbone_that_the_user_names(@TempDir Path folder)
      throws Exception {
    Dataset data = colours();
    Backbone backbone = Backbone.torchScript(URL);
    TrainedModel model = train(backbone, data).model();
    Path saved = model.save(folder.resolve("model"));

    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("is a head for the backbone published at " + URL)
        .hasMessageContaining("which is code")
        .hasMessageContaining("Backbone.torchScript(\"" + URL + "\")");
    assertThatThrownBy(() -> Predictor.load(saved)).isInstanceOf(MismatchException.class);
    assertThatThrownBy(() -> TrainedModel.load(saved, Backbone.torchScript("reference:b?width=32")))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("SHA-256")
        .hasMessageContaining("reference:b");
    assertThatThrownBy(() -> TrainedModel.load(saved, Backbone.untrained(0.35, 32, 1)))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("is another");
    TrainedModel loaded = TrainedModel.load(saved, backbone);
    assertThat(loaded.fingerprint()).isEqualTo(model.fingerprint());
    assertThat(Files.readString(saved.resolve("README.md")))
        .contains("published at " + URL, "The backbone is code");

    Path whole =
        TransferModel.of(Backbone.untrained(0.35, 32, 1))
            .labels(data.labels())
            .build()
            .trained(Map.of(), Map.of())
            .save(folder.resolve("whole"));
    assertThatThrownBy(() -> TrainedModel.load(whole, backbone))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("holds all of its network");
  }

  @Test
  void should_resume_a_run_with_the_backbone_that_the_user_names(@TempDir Path folder) {
    Dataset data = colours();
    Backbone backbone = Backbone.torchScript(URL);
    TransferModel model = TransferModel.of(backbone).labels(data.labels()).build();
    TrainingRun whole = Trainer.of(model).epochs(4).fit(data);
    TrainingRun half = Trainer.of(model).epochs(2).checkpoints(folder, 2).fit(data);
    assertThat(half.history().epochs()).hasSize(2);

    assertThatThrownBy(() -> Trainer.resume(folder)).isInstanceOf(MismatchException.class);
    TrainingRun resumed = Trainer.resume(folder, backbone).continueFor(2).fit(data);

    assertThat(resumed.model().weights()).isEqualTo(whole.model().weights());
  }

  @Test
  void should_say_where_no_module_is_and_what_it_does_not_tell() {
    assertThatThrownBy(() -> Backbone.torchScript("elsewhere:x"))
        .isInstanceOf(ModelNotFoundException.class);
    assertThatThrownBy(() -> Backbone.torchScript("reference:silent"))
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            "reference:silent tells nothing of the preprocessing that it needs: say yourself how"
                + " pictures are to be prepared, with Backbone.torchScript(url, preprocessing)");
    Preprocessing own = new Preprocessing(48, ResizeRule.PAD, 1, ZEROS, BYTES);
    assertThat(Backbone.torchScript("reference:silent", own).preprocessing()).isEqualTo(own);
  }

  @Test
  void should_follow_what_the_zoo_says_of_resnet18_embedding() {
    Preprocessing preprocessing =
        published("width=224.0&height=224.0&resize=256.0&centerCrop=true&normalize=true");
    assertThat(preprocessing.size()).isEqualTo(224);
    assertThat(preprocessing.resizeRule()).isEqualTo(ResizeRule.CENTER_CROP);
    assertThat(preprocessing.cropFraction()).isEqualTo(0.875);
    assertThat(preprocessing.channelMeans().get(0)).isCloseTo(123.675, within(1e-9));
    assertThat(preprocessing.channelScales().get(2)).isCloseTo(57.375, within(1e-9));
  }

  @Test
  void should_follow_what_other_entries_say() {
    assertThat(published("width=32&resize=true"))
        .isEqualTo(new Preprocessing(32, ResizeRule.STRETCH, 1, ZEROS, BYTES));
    assertThat(published("width=32&resize=40,40").resizeRule()).isEqualTo(ResizeRule.STRETCH);
    assertThat(published("width=32&resizeShort=40&centerCrop=true").cropFraction()).isEqualTo(0.8);
    assertThat(published("width=32&resize=true&pad=true").resizeRule()).isEqualTo(ResizeRule.PAD);
    assertThat(published("width=32&toTensor=false").channelScales().get(0)).isEqualTo(1);
    assertThat(published("width=32&range=-1,1").channelMeans().get(1)).isEqualTo(128);
    assertThat(published("width=32&normalize=0.5,0.5,0.5,0.25,0.25,0.25"))
        .isEqualTo(
            new Preprocessing(
                32,
                ResizeRule.CENTER_CROP,
                1,
                List.of(127.5, 127.5, 127.5),
                List.of(63.75, 63.75, 63.75)));
  }

  @Test
  void should_refuse_what_cannot_be_followed() {
    for (String query :
        Arrays.asList(
            "width=32&height=48",
            "width=2048",
            "width=wide",
            "width=32&flag=GRAYSCALE",
            "width=32&normalize=1,2",
            "width=32&normalize=0,0,0,0,0,0",
            "width=32&range=0,9")) {
      assertThatThrownBy(() -> published(query))
          .as(query)
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("reference:a?" + query)
          .hasMessageContaining("Backbone.torchScript(url, preprocessing)");
    }
  }

  private static Preprocessing published(String query) {
    return Backbone.torchScript("reference:a?" + query).preprocessing();
  }
}
