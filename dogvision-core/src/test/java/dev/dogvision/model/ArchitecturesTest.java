package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.BlockArchitecture.BlockKind;
import dev.dogvision.model.BlockArchitecture.Row;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArchitecturesTest {
  private static final List<Double> MEANS = List.of(127.5, 127.5, 127.5);

  private static NetworkPlan plan(double width, int inputSize, Padding padding) {
    return Architectures.mobileNetV2(width)
        .withPadding(padding)
        .plan(new Preprocessing(inputSize, ResizeRule.CENTER_CROP, 1, MEANS, MEANS), 1001);
  }

  @Test
  void has_the_published_tensors() {
    Path file =
        Path.of(
            System.getProperty("dogvision.shared", "../shared"),
            "weights/mobilenet_v2_1.0_224-imagenet.safetensors");
    Assumptions.assumeTrue(Files.isRegularFile(file), "no published weights here");
    Safetensors weights = Safetensors.read(file);
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    weights.names().forEach(name -> shapes.put(name, weights.shape(name)));

    NetworkPlan plan = plan(1.0, 224, Padding.TF_SAME);

    assertThat(plan.tensorShapes(plan.whole())).containsExactlyEntriesOf(shapes);
  }

  @Test
  void has_19_stages_and_the_papers_feature_maps() {
    NetworkPlan plan = plan(1.0, 224, Padding.SYMMETRIC);

    assertThat(plan.stages()).hasSize(19).hasSize(Architectures.mobileNetV2(1).stages());
    assertThat(plan.shapeAt(1)).containsExactly(112, 112, 32);
    assertThat(plan.shapeAt(2)).containsExactly(112, 112, 16);
    assertThat(plan.shapeAt(4)).containsExactly(56, 56, 24);
    assertThat(plan.shapeAt(7)).containsExactly(28, 28, 32);
    assertThat(plan.shapeAt(11)).containsExactly(14, 14, 64);
    assertThat(plan.shapeAt(14)).containsExactly(14, 14, 96);
    assertThat(plan.shapeAt(17)).containsExactly(7, 7, 160);
    assertThat(plan.shapeAt(19)).containsExactly(7, 7, 1280);
    assertThat(plan.stages().stream().filter(stage -> stage.residual()).map(stage -> stage.name()))
        .containsExactly(
            "features.3",
            "features.5",
            "features.6",
            "features.8",
            "features.9",
            "features.10",
            "features.12",
            "features.13",
            "features.15",
            "features.16");
  }

  @Test
  void pads_as_tensorflow_does_at_even_and_odd_sides() {
    Convolution stem224 = plan(1.0, 224, Padding.TF_SAME).stages().get(0).convolutions().get(0);
    assertThat(List.of(stem224.padBefore(), stem224.padAfter())).containsExactly(0, 1);

    Convolution stem33 = plan(1.0, 33, Padding.TF_SAME).stages().get(0).convolutions().get(0);
    assertThat(List.of(stem33.padBefore(), stem33.padAfter())).containsExactly(1, 1);

    Convolution depthwise = plan(1.0, 224, Padding.TF_SAME).stages().get(1).convolutions().get(0);
    assertThat(List.of(depthwise.padBefore(), depthwise.padAfter())).containsExactly(1, 1);

    Convolution symmetric = plan(1.0, 224, Padding.SYMMETRIC).stages().get(0).convolutions().get(0);
    assertThat(List.of(symmetric.padBefore(), symmetric.padAfter())).containsExactly(1, 1);
  }

  @ParameterizedTest
  @CsvSource({"16", "31", "32", "33", "95", "96", "97", "160", "224", "225"})
  void halves_any_side_rounding_up_whatever_the_padding(int inputSize) {
    int side = inputSize;
    for (int i = 0; i < 5; i++) {
      side = (side + 1) / 2;
    }
    for (Padding padding : Padding.values()) {
      assertThat(plan(0.25, inputSize, padding).shapeAt(19)).containsExactly(side, side, 1280);
    }
  }

  @ParameterizedTest
  @CsvSource({"0.25,8,8", "0.35,16,8", "0.5,16,8", "0.75,24,16", "1.3,40,24", "1.4,48,24"})
  void rounds_channels_to_multiples_of_8(double width, int stem, int first) {
    NetworkPlan plan = plan(width, 96, Padding.TF_SAME);
    assertThat(plan.stages().get(0).outputChannels()).isEqualTo(stem);
    assertThat(plan.stages().get(1).outputChannels()).isEqualTo(first);
    assertThat(plan.embeddingSize()).isEqualTo(width > 1 ? (int) (1280 * width) : 1280);
  }

  @Test
  void refuses_impossible_numbers() {
    assertThatThrownBy(() -> Architectures.mobileNetV2(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("width must be in 0.05..4, got 0.0");
    assertThatThrownBy(() -> Architectures.mobileNetV2(Double.NaN))
        .hasMessage("width must be in 0.05..4, got NaN");
    assertThatThrownBy(() -> Architectures.efficientNetLite(5))
        .hasMessage("number must be in 0..4, got 5");
    assertThatThrownBy(() -> new Row(BlockKind.INVERTED_RESIDUAL, 6, 4, 1, 8, 1))
        .hasMessage("kernelSize must be 3, 5 or 7, got 4");
    assertThatThrownBy(() -> new Row(BlockKind.DEPTHWISE_SEPARABLE, 6, 3, 1, 8, 1))
        .hasMessage("expansion of a block of kind depthwise_separable must be 1, got 6");
  }

  /** The sums of the published weights, with batch normalisation folded, as Google tells them. */
  @ParameterizedTest
  @CsvSource({"0,4.65,224", "1,5.42,240", "2,6.09,260", "3,8.20,280", "4,13.01,300"})
  void efficientnet_lites_have_the_published_numbers_of_parameters(
      int number, double millions, int inputSize) {
    NetworkPlan plan =
        Architectures.efficientNetLite(number)
            .plan(new Preprocessing(inputSize, ResizeRule.CENTER_CROP, 1, MEANS, MEANS), 1000);
    long parameters =
        plan.tensorShapes(plan.whole()).values().stream()
            .mapToLong(shape -> shape.stream().mapToLong(i -> i).reduce(1, Math::multiplyExact))
            .sum();
    // Folded, a convolution has one bias where it had a scale and an offset.
    assertThat(parameters / 1e6).isCloseTo(millions, withinPercentage(1.5));
    assertThat(plan.shapeAt(plan.featureMapPosition())[2]).isEqualTo(1280);
  }

  /**
   * For 1000 classes, in millions. TensorFlow and Keras count no batch normalisation, torchvision
   * and timm count it with two numbers a channel, where the folded convolution has one.
   */
  @ParameterizedTest
  @CsvSource({
    "0.35, 1.66,",
    "0.5, 1.95, 1.97",
    "0.75, 2.61,",
    "1.0, 3.47, 3.50",
    "1.3, 5.34,",
    "1.4, 6.06, 6.11",
    "110d, , 4.52",
    "120d, , 5.83"
  })
  void mobilenets_have_the_published_numbers_of_parameters(
      String variant, @Nullable Double kernels, @Nullable Double all) {
    Architecture architecture =
        Architectures.named("mobilenet_v2").stream()
            .filter(known -> known.variant().equals(variant))
            .findFirst()
            .orElseThrow();
    NetworkPlan plan =
        architecture.plan(new Preprocessing(224, ResizeRule.CENTER_CROP, 1, MEANS, MEANS), 1000);

    long parameters =
        plan.tensorShapes(plan.whole()).values().stream()
            .mapToLong(shape -> shape.stream().mapToLong(i -> i).reduce(1, Math::multiplyExact))
            .sum();
    long channels =
        plan.stages().stream()
            .flatMap(stage -> stage.convolutions().stream())
            .mapToLong(Convolution::outputChannels)
            .sum();

    if (kernels != null) {
      assertThat((parameters - channels) / 1e6).isCloseTo(kernels, within(0.0051));
    }
    if (all != null) {
      assertThat((parameters + channels) / 1e6).isCloseTo(all, within(0.0051));
    }
  }

  @Test
  void the_deeper_mobilenets_keep_stem_and_last_convolution() {
    BlockArchitecture deeper =
        Architectures.registered().stream()
            .filter(known -> known.variant().equals("120d"))
            .findFirst()
            .orElseThrow();

    assertThat(deeper.stemChannels()).isEqualTo(32);
    assertThat(deeper.lastChannels()).isEqualTo(1280);
    assertThat(deeper.rows()).extracting(Row::repeats).containsExactly(1, 3, 5, 6, 5, 5, 1);
    assertThat(deeper.rows())
        .extracting(Row::channels)
        .containsExactly(24, 32, 40, 80, 112, 192, 384);
  }

  @Test
  void each_is_registered_once() {
    assertThat(Architectures.registered())
        .doesNotHaveDuplicates()
        .extracting(Architecture::title)
        .doesNotHaveDuplicates()
        .containsExactly(
            "mobilenet_v2 1.0",
            "mobilenet_v2 0.75",
            "mobilenet_v2 0.5",
            "mobilenet_v2 0.35",
            "mobilenet_v2 1.3",
            "mobilenet_v2 1.4",
            "mobilenet_v2 0.25",
            "mobilenet_v2 110d",
            "mobilenet_v2 120d",
            "efficientnet_lite0",
            "efficientnet_lite1",
            "efficientnet_lite2",
            "efficientnet_lite3",
            "efficientnet_lite4");
  }
}
