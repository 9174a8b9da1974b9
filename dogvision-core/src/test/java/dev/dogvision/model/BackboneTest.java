package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Interpolation;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BackboneTest {
  private static final Backbone TINY = Backbone.untrained(0.25, 32, 3);

  @TempDir Path folder;

  private Path write(Map<String, Tensor> tensors, Map<String, String> metadata) {
    Path file = folder.resolve("weights.safetensors");
    Safetensors.Builder builder = Safetensors.builder().metadata(metadata);
    tensors.forEach(builder::add);
    builder.build().write(file);
    return file;
  }

  /** Unfolds each convolution into a kernel without a bias and a batch norm after it. */
  private static Map<String, Tensor> unfolded(
      Map<String, String> convolutionNames, Map<String, String> normNames) {
    Random random = new Random(9);
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Stage stage : TINY.plan().stages()) {
      for (Convolution convolution : stage.convolutions()) {
        Tensor kernel = TINY.weights().get(convolution.weightName());
        int channels = convolution.outputChannels();
        float[] raw = kernel.values().clone();
        float[][] norm = new float[4][channels];
        for (int c = 0; c < channels; c++) {
          norm[0][c] = 0.5f + random.nextFloat();
          norm[2][c] = (float) random.nextGaussian();
          norm[3][c] = 0.1f + random.nextFloat();
          double scale = norm[0][c] / Math.sqrt(norm[3][c] + 1e-5);
          norm[1][c] =
              (float) (TINY.weights().get(convolution.biasName()).values()[c] + scale * norm[2][c]);
          int size = raw.length / channels;
          for (int i = c * size; i < (c + 1) * size; i++) {
            raw[i] = (float) (raw[i] / scale);
          }
        }
        String prefix = normNames.get(convolution.name());
        tensors.put(
            convolutionNames.getOrDefault(convolution.name(), convolution.name()) + ".weight",
            Tensor.of(raw, convolution.weightShape()));
        tensors.put(prefix + ".weight", Tensor.of(norm[0], channels));
        tensors.put(prefix + ".bias", Tensor.of(norm[1], channels));
        tensors.put(prefix + ".running_mean", Tensor.of(norm[2], channels));
        tensors.put(prefix + ".running_var", Tensor.of(norm[3], channels));
        tensors.put(prefix + ".num_batches_tracked", Tensor.of(new float[] {5}));
      }
    }
    return tensors;
  }

  private static void assertSameWeights(Backbone read) {
    assertThat(read.weights().keySet()).isEqualTo(TINY.weights().keySet());
    TINY.weights()
        .forEach(
            (name, tensor) ->
                assertThat(read.weights().get(name).values())
                    .as(name)
                    .containsExactly(tensor.values(), within(1e-5f)));
  }

  @Test
  void reads_the_published_weights() {
    Path file =
        Path.of(
            System.getProperty("dogvision.shared", "../shared"),
            "weights/mobilenet_v2_1.0_224-imagenet.safetensors");
    Assumptions.assumeTrue(Files.isRegularFile(file), "no published weights here");

    Backbone backbone = Backbone.read(file);

    assertThat(backbone.architecture()).isEqualTo(Architectures.mobileNetV2(1));
    assertThat(backbone.preprocessing().channelMeans()).containsOnly(127.5);
    assertThat(backbone.preprocessing().channelScales()).containsOnly(127.5);
    assertThat(backbone.preprocessing().resizeRule()).isEqualTo(ResizeRule.CENTER_CROP);
    assertThat(backbone.preprocessing().cropFraction()).isEqualTo(1);
    assertThat(backbone.classNames()).hasSize(1001).contains("pug, pug-dog");
    assertThat(backbone.metadata()).containsEntry("license", "Apache-2.0");
    assertThat(backbone)
        .hasToString(
            "mobilenet_v2 1.0, 224 x 224 pixels, 1001 classes:"
                + " mobilenet_v2_1.0_224-imagenet.safetensors");
  }

  @Test
  void folds_torchvisions_batch_norm_and_takes_its_defaults() {
    Map<String, String> norms = new LinkedHashMap<>();
    for (Stage stage : TINY.plan().stages()) {
      for (Convolution convolution : stage.convolutions()) {
        String name = convolution.name();
        int dot = name.lastIndexOf('.');
        norms.put(
            name, name.substring(0, dot + 1) + (Integer.parseInt(name.substring(dot + 1)) + 1));
      }
    }
    Map<String, Tensor> tensors = unfolded(Map.of(), norms);
    tensors.put("classifier.1.weight", TINY.weights().get("classifier.1.weight"));
    tensors.put("classifier.1.bias", TINY.weights().get("classifier.1.bias"));
    assertThat(tensors)
        .containsKeys("features.1.conv.2.running_mean", "features.2.conv.3.running_var");

    Backbone read = Backbone.read(write(tensors, Map.of("format", "pt")));

    assertSameWeights(read);
    assertThat(read.architecture())
        .isEqualTo(Architectures.mobileNetV2(0.25).withPadding(Padding.SYMMETRIC));
    assertThat(read.preprocessing().resizeRule()).isEqualTo(ResizeRule.CENTER_CROP);
    assertThat(read.preprocessing().cropFraction()).isEqualTo(0.875);
    assertThat(read.preprocessing().channelMeans().get(0)).isEqualTo(123.675, within(1e-9));
    assertThat(read.preprocessing().channelScales().get(2)).isEqualTo(57.375, within(1e-9));
    assertThat(read.classNames()).isEmpty();
  }

  @Test
  void folds_timms_batch_norm() {
    Map<String, String> convolutions = new LinkedHashMap<>();
    Map<String, String> norms = new LinkedHashMap<>();
    convolutions.put("features.0.0", "conv_stem");
    norms.put("features.0.0", "bn1");
    convolutions.put("features.1.conv.0.0", "blocks.0.0.conv_dw");
    norms.put("features.1.conv.0.0", "blocks.0.0.bn1");
    convolutions.put("features.1.conv.1", "blocks.0.0.conv_pw");
    norms.put("features.1.conv.1", "blocks.0.0.bn2");
    int stage = 2;
    int[] repetitions = {0, 2, 3, 4, 3, 3, 1};
    for (int row = 1; row < repetitions.length; row++) {
      for (int i = 0; i < repetitions[row]; i++, stage++) {
        String block = "blocks." + row + "." + i + ".";
        String ours = "features." + stage + ".conv.";
        convolutions.put(ours + "0.0", block + "conv_pw");
        norms.put(ours + "0.0", block + "bn1");
        convolutions.put(ours + "1.0", block + "conv_dw");
        norms.put(ours + "1.0", block + "bn2");
        convolutions.put(ours + "2", block + "conv_pwl");
        norms.put(ours + "2", block + "bn3");
      }
    }
    convolutions.put("features.18.0", "conv_head");
    norms.put("features.18.0", "bn2");
    Map<String, Tensor> tensors = unfolded(convolutions, norms);
    tensors.put("classifier.weight", TINY.weights().get("classifier.1.weight"));
    tensors.put("classifier.bias", TINY.weights().get("classifier.1.bias"));

    assertSameWeights(Backbone.read(write(tensors, Map.of("width_multiplier", "0.25"))));
  }

  @Test
  void obeys_its_metadata() throws IOException {
    Files.writeString(folder.resolve("names.txt"), "  dog, hound \n");

    Backbone read =
        Backbone.read(
            write(
                TINY.weights(),
                Map.of(
                    "width_multiplier", "0.25",
                    "input_size", "64",
                    "padding", "tf_same",
                    "normalize", "( pixel - [1, 2, 3] ) / 58",
                    "resize", "pad",
                    "crop_fraction", "0.9",
                    "interpolation", "bicubic",
                    "class_names", "names.txt")));

    assertThat(read.architecture()).isEqualTo(Architectures.mobileNetV2(0.25));
    assertThat(read.preprocessing().size()).isEqualTo(64);
    assertThat(read.preprocessing().channelMeans()).containsExactly(1.0, 2.0, 3.0);
    assertThat(read.preprocessing().channelScales()).containsExactly(58.0, 58.0, 58.0);
    assertThat(read.preprocessing().resizeRule()).isEqualTo(ResizeRule.PAD);
    assertThat(read.preprocessing().cropFraction()).isEqualTo(0.9);
    assertThat(read.preprocessing().interpolation()).isEqualTo(Interpolation.BICUBIC);
    assertThat(read.classNames()).containsExactly("dog, hound");
    assertThat(read.weights()).isEqualTo(TINY.weights());
  }

  @Test
  void names_every_tensor_that_does_not_fit() {
    Map<String, Tensor> tensors = new LinkedHashMap<>(TINY.weights());
    tensors.remove("features.3.conv.2.bias");
    tensors.put("features.0.0.bias", Tensor.zeros(9));
    tensors.put("extra", Tensor.zeros(1, 2));
    tensors.put("classifier.1.bias", Tensor.of(new float[] {Float.NaN}, 1));
    Path file = write(tensors, Map.of("width_multiplier", "0.25", "input_size", "32"));

    assertThatThrownBy(() -> Backbone.read(file))
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            file
                + " does not hold the weights expected: tensor features.0.0.bias is [9], expected"
                + " [8]; missing tensor features.3.conv.2.bias [8]; tensor classifier.1.bias holds"
                + " NaN at 0; surplus tensor extra [1, 2]");
  }

  @Test
  void a_file_without_a_head_is_a_backbone_whose_classes_have_no_names() {
    Map<String, Tensor> tensors = new LinkedHashMap<>(TINY.weights());
    tensors.remove("classifier.1.weight");
    tensors.remove("classifier.1.bias");

    Backbone read = Backbone.read(write(tensors, Map.of("class_names", "names.txt")));

    assertThat(read.classNames()).isEmpty();
    assertThat(read.config().classifier()).isEmpty();
    assertThat(read)
        .hasToString("mobilenet_v2 0.25, 224 x 224 pixels, no head: weights.safetensors");
    assertThat(read.weights().get("features.0.0.weight"))
        .isEqualTo(TINY.weights().get("features.0.0.weight"));
    assertThatThrownBy(
            () -> TransferModel.of(read).labels(Labels.of("pug", "boxer")).warmStart().build())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "warmStart() needs weights whose classes have names, and weights.safetensors has no"
                + " head: take weights with the head they were trained with, or leave warmStart()"
                + " out");
  }

  @ParameterizedTest
  @ValueSource(strings = {"module.", "model.", "backbone.", "state.model.encoder."})
  void a_prefix_that_all_names_share_is_stripped(String prefix) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    TINY.weights().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
    tensors.put("optimizer.step", Tensor.zeros(1)); // not of the network

    Backbone read = Backbone.read(write(tensors, Map.of("padding", "tf_same")));

    assertThat(read.weights()).isEqualTo(TINY.weights());
    assertThat(read.config().classifier()).isEqualTo(prefix + "classifier.1");
  }

  @Test
  void reads_the_names_of_transformers() {
    Map<String, String> convolutions = new LinkedHashMap<>();
    Map<String, String> norms = new LinkedHashMap<>();
    List<String> theirs = new ArrayList<>();
    theirs.add("conv_stem.first_conv");
    theirs.add("conv_stem.conv_3x3");
    theirs.add("conv_stem.reduce_1x1");
    for (int layer = 0; layer < 16; layer++) {
      for (String part : List.of("expand_1x1", "conv_3x3", "reduce_1x1")) {
        theirs.add("layer." + layer + "." + part);
      }
    }
    theirs.add("conv_1x1");
    List<String> ours =
        TINY.plan().stages().stream()
            .flatMap(stage -> stage.convolutions().stream())
            .map(Convolution::name)
            .toList();
    assertThat(theirs).hasSameSizeAs(ours);
    for (int i = 0; i < ours.size(); i++) {
      convolutions.put(ours.get(i), "mobilenet_v2." + theirs.get(i) + ".convolution");
      norms.put(ours.get(i), "mobilenet_v2." + theirs.get(i) + ".normalization");
    }
    Map<String, Tensor> tensors = unfolded(convolutions, norms);
    tensors.put("classifier.weight", TINY.weights().get("classifier.1.weight"));
    tensors.put("classifier.bias", TINY.weights().get("classifier.1.bias"));

    Backbone read = Backbone.read(write(tensors, Map.of("batch_norm_epsilon", "1e-5")));

    assertSameWeights(read);
    assertThat(read.architecture()).isEqualTo(Architectures.mobileNetV2(0.25));
    assertThat(read.preprocessing().channelMeans()).containsOnly(127.5);
  }

  @ParameterizedTest
  @ValueSource(strings = {"efficientnet_lite1", "mobilenet_v2 110d", "mobilenet_v2 120d"})
  void a_deeper_network_is_not_taken_for_a_shallower_one_whose_kernels_it_has(String title) {
    BlockArchitecture deeper =
        Architectures.registered().stream()
            .filter(known -> known.title().equals(title))
            .findFirst()
            .orElseThrow();

    Map<String, Tensor> weights = Backbone.untrained(deeper, 32, 5).weights();
    Backbone read = Backbone.read(write(weights, Map.of("padding", "tf_same")));

    assertThat(read.architecture()).isEqualTo(deeper);
  }

  @Test
  void a_file_with_one_wrong_tensor_is_compared_with_what_it_is_most_like() {
    Backbone lite = Backbone.untrained(Architectures.efficientNetLite(0), 32, 5);
    Map<String, Tensor> tensors = new LinkedHashMap<>(lite.weights());
    tensors.put("features.4.conv.1.0.weight", Tensor.zeros(144, 1, 3, 3));

    assertThatThrownBy(() -> Backbone.read(write(tensors, Map.of())))
        .isInstanceOf(MismatchException.class)
        .hasMessageEndingWith(
            "does not hold the weights expected: tensor features.4.conv.1.0.weight is"
                + " [144, 1, 3, 3], expected [144, 1, 5, 5]");
  }

  @Test
  void should_fail_if_a_file_holds_several_networks() {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (String prefix : List.of("student.", "teacher.")) {
      TINY.weights().forEach((name, tensor) -> tensors.put(prefix + name, tensor));
    }
    Path file = write(tensors, Map.of());

    assertThatThrownBy(() -> Backbone.read(file))
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            file
                + " holds several networks, their tensors' names beginning with \"student.\","
                + " \"teacher.\": write the one that you want into a file of its own");
  }

  @Test
  void an_architecture_is_known_by_its_kernels() {
    Backbone lite = Backbone.untrained(Architectures.efficientNetLite(0), 32, 5);

    Backbone read = Backbone.read(write(lite.weights(), Map.of()));

    assertThat(read.architecture()).isEqualTo(Architectures.efficientNetLite(0));
    assertThat(read.preprocessing().size()).isEqualTo(224);
    assertThat(read.preprocessing().channelScales()).containsOnly(128.0);
    assertThat(read.weights()).isEqualTo(lite.weights());
  }

  @Test
  void reads_the_published_efficientnet_lites() {
    Path folder = Path.of(System.getProperty("dogvision.shared", "../shared"), "weights");
    Assumptions.assumeTrue(Files.isDirectory(folder), "no published weights here");

    Backbone lite = Backbone.read(folder.resolve("efficientnet_lite2-imagenet.safetensors"));

    assertThat(lite.architecture()).isEqualTo(Architectures.efficientNetLite(2));
    assertThat(lite.preprocessing().size()).isEqualTo(260);
    assertThat(lite.preprocessing().channelMeans()).containsOnly(127.0);
    assertThat(lite.preprocessing().interpolation()).isEqualTo(Interpolation.BICUBIC);
    assertThat(lite.classNames()).hasSize(1000);
    assertThat(lite.config().classifier()).isEqualTo("classifier");
    assertThat(lite.config().origin().licence()).isEqualTo("Apache-2.0");
    assertThat(lite.config().origin().source()).contains("Google EfficientNet-Lite2");
    TransferModel model =
        TransferModel.of(lite).labels(Labels.of("pug", "beagle", "samoyed")).warmStart().build();
    assertThat(model.warmLabels()).hasSize(3);
  }

  @Test
  void weights_of_another_architecture_than_asked_for_are_named() {
    Path file =
        write(Backbone.untrained(Architectures.efficientNetLite(0), 32, 5).weights(), Map.of());

    assertThatThrownBy(
            () ->
                TransferModel.mobileNetV2().weights(file).labels(Labels.of("pug", "boxer")).build())
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            "weights.safetensors is efficientnet_lite0, and mobilenet_v2 was asked for: build on it"
                + " with TransferModel.of(Backbone.read(file))");
  }

  @Test
  void should_fail_if_the_width_is_another() {
    Path narrow = write(TINY.weights(), Map.of("width_multiplier", "1.0"));
    assertThatThrownBy(() -> Backbone.read(narrow))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("tensor features.0.0.weight is [8, 3, 3, 3], expected [32, 3, 3, 3]")
        .hasMessageEndingWith(" more");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "architecture|resnet|mobilenet_v2, efficientnet_lite0, efficientnet_lite1,"
            + " efficientnet_lite2, efficientnet_lite3, efficientnet_lite4",
        "width_multiplier|wide|a number in 0.05..4.0",
        "width_multiplier|NaN|a number in 0.05..4.0",
        "input_size|9999|a number in 16.0..512.0",
        "padding|same-ish|tf_same or symmetric",
        "interpolation|nearest|bilinear or bicubic",
        "resize|fold|stretch, center_crop or pad",
        "crop_fraction|2|a number in 0.01..1.0",
        "normalize|pixel/255|(pixel-mean)/scale, where mean and scale are a number or [r,g,b]",
        "class_names|../names.txt|the plain name of a file beside it",
      })
  void should_fail_if_metadata_can_not_be_understood(String key, String value, String expected) {
    Path file = write(TINY.weights(), Map.of(key, value));
    assertThatThrownBy(() -> Backbone.read(file))
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            file + ": its metadata say " + key + " = \"" + value + "\", expected " + expected);
  }

  @ParameterizedTest
  @CsvSource({"(pixel-x)/1", "(pixel-1)/0", "'(pixel-[1,2])/1'", "(pixel-1)/NaN", "(pixel-1)/-3"})
  void should_fail_if_normalize_has_no_sensible_numbers(String normalize) {
    Path file = write(TINY.weights(), Map.of("normalize", normalize));
    assertThatThrownBy(() -> Backbone.read(file))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("normalize = \"" + normalize + "\", expected (pixel-mean)/scale");
  }

  @Test
  void should_fail_if_the_names_are_not_as_many_as_the_classes() throws IOException {
    Path names = folder.resolve("names.txt");
    Files.writeString(names, "a\nb\n");
    Path file = write(TINY.weights(), Map.of("class_names", "names.txt"));
    assertThatThrownBy(() -> Backbone.read(file))
        .hasMessage(
            names
                + " has 2 lines, but the head of "
                + file
                + " has 1 classes: one line a class is expected");
    Files.delete(names);
    assertThat(Backbone.read(file).classNames()).isEmpty();
  }

  @Test
  void an_untrained_backbone_depends_on_its_seed_alone() {
    assertThat(Backbone.untrained(0.25, 32, 3).weights()).isEqualTo(TINY.weights());
    assertThat(Backbone.untrained(0.25, 32, 4).weights()).isNotEqualTo(TINY.weights());
    assertThat(TINY.plan().tensorShapes(TINY.plan().whole()).keySet())
        .containsExactlyElementsOf(new ArrayList<>(TINY.weights().keySet()));
    // Pinned, so that a seed stays what it was from one release and machine to the next.
    assertThat(TINY.weights().get("features.0.0.weight").values()[0])
        .isEqualTo((float) (new Random(3).nextGaussian() * Math.sqrt(2.0 / 27)));
    assertThat(List.of(TINY.plan().classes(), TINY.plan().inputSize())).containsExactly(1, 32);
  }
}
