package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TransferModelTest {
  private static final Labels LABELS = Labels.of("pug", "unicorn", "boston_terrier");

  private static TransferModel.Builder tiny() {
    return TransferModel.mobileNetV2().untrained(1).width(0.1).inputSize(32).labels(LABELS);
  }

  private static Path knowing(Path folder) throws IOException {
    Backbone backbone = Backbone.untrained(0.1, 32, 1);
    Random random = new Random(2);
    float[] head = new float[4 * 1280];
    for (int i = 0; i < head.length; i++) {
      head[i] = (float) random.nextGaussian();
    }
    Safetensors.Builder file =
        Safetensors.builder()
            .metadata("class_names", "names.txt")
            .metadata("width_multiplier", "0.1");
    backbone
        .weights()
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith("classifier")) {
                file.add(name, tensor);
              }
            });
    file.add("classifier.1.weight", Tensor.of(head, 4, 1280));
    file.add("classifier.1.bias", Tensor.of(new float[] {1, 2, 3, 4}, 4));
    Path path = folder.resolve("w.safetensors");
    file.build().write(path);
    Files.writeString(
        folder.resolve("names.txt"), "tench\npug, pug-dog\nBoston bull, Boston terrier\ncrane\n");
    return path;
  }

  @Test
  void a_plain_head_starts_from_zeros_on_the_backbones_weights() {
    TransferModel model = tiny().build();

    assertThat(model.plan().classes()).isEqualTo(3);
    assertThat(model.initialWeights().get("classifier.1.weight")).isEqualTo(Tensor.zeros(3, 1280));
    assertThat(model.initialWeights().get("classifier.1.bias")).isEqualTo(Tensor.zeros(3));
    assertThat(model.initialWeights().get("features.0.0.weight"))
        .isSameAs(model.backbone().weights().get("features.0.0.weight"));
    assertThat(model.initialWeights().keySet())
        .containsExactlyElementsOf(model.plan().tensorShapes(model.plan().whole()).keySet());
    assertThat(model.warmLabels()).isEmpty();
    assertThat(model.device()).isEmpty();
    assertThat(model.labels()).isEqualTo(LABELS);
  }

  @Test
  void known_labels_start_from_their_rows_and_others_from_the_mean(@TempDir Path folder)
      throws IOException {
    TransferModel model =
        TransferModel.mobileNetV2().weights(knowing(folder)).labels(LABELS).warmStart().build();

    assertThat(model.warmLabels())
        .containsExactly(
            Map.entry("pug", "pug, pug-dog"),
            Map.entry("boston_terrier", "Boston bull, Boston terrier"));
    float[] from = model.backbone().weights().get("classifier.1.weight").values();
    float[] head = model.initialWeights().get("classifier.1.weight").values();
    for (int i = 0; i < 1280; i++) {
      assertThat(head[i]).isEqualTo(from[1280 + i]);
      assertThat(head[2 * 1280 + i]).isEqualTo(from[2 * 1280 + i]);
      assertThat(head[1280 + i])
          .isEqualTo((from[1280 + i] + from[2 * 1280 + i]) / 2, within(1e-6f));
    }
    assertThat(model.initialWeights().get("classifier.1.bias").values())
        .containsExactly(2, 2.5f, 3);
    assertThat(model.summary().toString()).contains("linear, 2 labels warm");
    assertThat(model)
        .hasToString(
            "TransferModel[mobilenet_v2 0.1, 224 x 224 pixels, 4 classes: w.safetensors; 3 labels;"
                + " 0 of 19 stages trainable; 2 labels warm]");
  }

  @Test
  void a_warm_start_that_knows_no_label_is_a_plain_one(@TempDir Path folder) throws IOException {
    TransferModel model =
        TransferModel.mobileNetV2()
            .weights(knowing(folder))
            .labels(Labels.of("griffin", "unicorn"))
            .warmStart()
            .build();
    assertThat(model.notices())
        .containsExactly(
            "warmStart(): none of the 2 labels is among the 4 classes of w.safetensors; the head"
                + " starts from zeros");
    assertThat(model.warmLabels()).isEmpty();
    assertThat(model.initialWeights().get("classifier.1.weight")).isEqualTo(Tensor.zeros(2, 1280));
  }

  @Test
  void starts_warm_from_a_saved_model(@TempDir Path folder) throws IOException {
    Path saved =
        TransferModel.mobileNetV2()
            .weights(knowing(folder))
            .labels(LABELS)
            .inputSize(48)
            .warmStart()
            .build()
            .trained(Map.of(), Map.of())
            .save(folder.resolve("saved"));

    TransferModel model =
        TransferModel.mobileNetV2()
            .weights(saved)
            .labels(Labels.of("boston_bull", "mops"))
            .warmStart()
            .build();

    assertThat(model.warmLabels()).isEqualTo(Map.of("boston_bull", "boston_terrier"));
    assertThat(model.preprocessing().size()).isEqualTo(48);
    assertThat(model.backbone().name()).isEqualTo(saved.toString());
  }

  @Test
  void all_kaggle_breeds_start_warm_from_imagenet() throws IOException {
    Path weights = Path.of(System.getProperty("dogvision.shared", "../shared"), "weights");
    Assumptions.assumeTrue(Files.isDirectory(weights), "no published weights here");
    List<String> breeds = new ArrayList<>();
    for (String line : Files.readAllLines(weights.resolve("kaggle-breeds.csv"))) {
      breeds.add(line.substring(0, line.indexOf(',')));
    }
    breeds.remove("breed");

    TransferModel model =
        TransferModel.mobileNetV2()
            .weights(weights.resolve("mobilenet_v2_1.0_224-imagenet.safetensors"))
            .labels(Labels.of(breeds))
            .warmStart()
            .build();

    assertThat(model.warmLabels()).hasSize(120);
    assertThat(model.summary().parameters()).isEqualTo(2_360_536L);
  }

  @Test
  void trains_what_was_asked_for() {
    assertThat(tiny().build().firstTrainableStage()).isEqualTo(19);
    assertThat(tiny().freezeBackbone().build().firstTrainableStage()).isEqualTo(19);
    assertThat(tiny().fineTuneLast(3).build().firstTrainableStage()).isEqualTo(16);
    assertThat(tiny().fineTuneAll().build().firstTrainableStage()).isZero();
  }

  @Test
  void overrides_preprocessing() {
    TransferModel model =
        tiny().resizeRule(ResizeRule.CENTER_CROP).cropFraction(0.8).device("cuda").build();
    assertThat(model.preprocessing().resizeRule()).isEqualTo(ResizeRule.CENTER_CROP);
    assertThat(model.preprocessing().cropFraction()).isEqualTo(0.8);
    assertThat(model.plan().inputSize()).isEqualTo(32);
    assertThat(model.device()).contains("cuda:0");
    Backbone backbone = Backbone.untrained(0.1, 32, 1);
    TransferModel larger =
        TransferModel.mobileNetV2().backbone(backbone).inputSize(65).labels(LABELS).build();
    assertThat(larger.plan().inputSize()).isEqualTo(65);
    assertThat(larger.plan().shapeAt(19)).containsExactly(3, 3, 1280);
    assertThat(larger.backbone().weights()).isSameAs(backbone.weights());
  }

  @Test
  void the_summary_adds_up() {
    ModelSummary summary = tiny().fineTuneLast(1).build().summary();

    long expected = tiny().build().initialWeights().values().stream().mapToLong(Tensor::size).sum();
    assertThat(summary.parameters()).isEqualTo(expected);
    assertThat(summary.trainableParameters()).isEqualTo(32 * 1280 + 1280 + 3 * 1280 + 3);
    assertThat(summary.frozenParameters() + summary.trainableParameters()).isEqualTo(expected);
    assertThat(summary.bytes()).isEqualTo(4 * expected);
    assertThat(summary.rows()).hasSize(22);
    assertThat(summary.toString().lines())
        .hasSize(30)
        .startsWith("mobilenet_v2 0.1, 32 x 32 pixels, 3 labels, from untrained (seed 1)")
        .contains(
            "features.0    convolution 3 x 3         [16, 16, 8]                224  frozen",
            "features.18   convolution 1 x 1         [1, 1, 1280]            42,240  trainable",
            "embedding     mean over both sides      [1280]                       0",
            "classifier.1  linear                    [3]                      3,843  trainable");
  }

  @Test
  void refuses_settings_that_are_wrong_or_clash(@TempDir Path folder) {
    assertThatThrownBy(() -> TransferModel.mobileNetV2().untrained(1).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("labels(...) is missing: what is to be told apart?");
    assertThatThrownBy(() -> tiny().labels(Labels.of("pug")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("labels: a classifier needs two or more, got [pug]");
    assertThatThrownBy(() -> tiny().fineTuneAll().fineTuneLast(2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("fineTuneLast(2) clashes with fineTuneAll(): choose one of them, once");
    assertThatThrownBy(() -> tiny().fineTuneLast(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("fineTuneLast: stages must be in 1..19, got 0");
    assertThatThrownBy(() -> tiny().fineTuneLast(20))
        .hasMessage("fineTuneLast: stages must be in 1..19, got 20");
    assertThatThrownBy(() -> tiny().weights(folder))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "weights(" + folder + ") clashes with untrained(1): choose once what to start from");
    assertThatThrownBy(
            () -> TransferModel.mobileNetV2().weights(folder).width(1).labels(LABELS).build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "width(1.0) goes with untrained(seed) only: other weights have a width of their own");
    assertThatThrownBy(() -> tiny().warmStart().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "warmStart() needs weights whose classes have names, and untrained (seed 1) has none:"
                + " put the file that its metadata's class_names says beside it, or leave"
                + " warmStart() out");
    assertThatThrownBy(() -> tiny().device("gpu")).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> tiny().width(9)).hasMessage("width must be in 0.05..4, got 9.0");
    assertThatThrownBy(() -> tiny().inputSize(0)).hasMessage("inputSize must be in 16..512, got 0");
    assertThatThrownBy(() -> tiny().cropFraction(0))
        .hasMessage("cropFraction must be in (0, 1], got 0.0");
  }

  @Test
  void refuses_what_is_set_twice_and_names_the_first_value() {
    assertThatThrownBy(() -> tiny().inputSize(64))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("inputSize was already set to 32");
    assertThatThrownBy(() -> tiny().width(0.2)).hasMessage("width was already set to 0.1");
    assertThatThrownBy(() -> tiny().labels(LABELS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("labels was already set to ");
    assertThatThrownBy(() -> tiny().device("cpu").device("cuda"))
        .hasMessage("device was already set to cpu");
    assertThatThrownBy(() -> tiny().cropFraction(0.5).cropFraction(0.5))
        .hasMessage("cropFraction was already set to 0.5");
    assertThatThrownBy(() -> tiny().freezeBackbone().freezeBackbone())
        .hasMessage("freezeBackbone() clashes with freezeBackbone(): choose one of them, once");
    assertThatThrownBy(() -> TransferModel.of(Backbone.untrained(0.1, 32, 1)).untrained(2))
        .hasMessage(
            "untrained(2) clashes with backbone(untrained (seed 1)): choose once what to start"
                + " from");
    assertThatThrownBy(() -> tiny().cropFraction(0.5).resizeRule(ResizeRule.PAD))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "cropFraction(0.5) clashes with resizeRule(PAD), which does not crop: leave one of"
                + " them out");
  }

  @Test
  void names_the_dependency_if_no_weights_are_embedded() {
    assertThatThrownBy(() -> TransferModel.mobileNetV2().labels(LABELS).build())
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "no embedded model found on the class path: add the dependency"
                + " dev.dogvision:dogvision-models, of the same version as dogvision-core, or name"
                + " weights of your own with TransferModel.mobileNetV2().weights(Path)");
  }

  @Test
  void a_trained_model_needs_tensors_that_fit() {
    TransferModel model = tiny().build();
    Tensor head = Tensor.zeros(3, 1280);
    assertThat(model.trained(Map.of("classifier.1.weight", head), Map.of()).weights())
        .containsEntry("classifier.1.weight", head)
        .hasSize(model.initialWeights().size());
    assertThatThrownBy(() -> model.trained(Map.of("classifier.1.bias", Tensor.zeros(4)), Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("weights: classifier.1.bias is Tensor[4], expected [3]");
  }
}
