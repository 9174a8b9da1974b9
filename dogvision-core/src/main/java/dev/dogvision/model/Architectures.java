package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.dogvision.image.Interpolation;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.BlockArchitecture.Activation;
import dev.dogvision.model.BlockArchitecture.BlockKind;
import dev.dogvision.model.BlockArchitecture.Row;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** The architectures that are known by name. A new one of the kind is an entry here. */
public final class Architectures {
  private static final String MOBILENET_V2 = "mobilenet_v2";
  private static final String EFFICIENTNET_LITE = "efficientnet_lite";
  private static final int LAST_CHANNELS = 1280;
  private static final int STEM_CHANNELS = 32;

  /**
   * The widths of which weights have been published, the most common first: the paper's, which
   * TensorFlow, Keras, torchvision and timm have, and 0.25, of which there are PyTorch's only.
   * Those that go by 0.1 are rounded to multiples of 4 and so are another network.
   */
  private static final List<Double> MOBILENET_V2_WIDTHS =
      List.of(1.0, 0.75, 0.5, 0.35, 1.3, 1.4, 0.25);

  /** The deeper ones that timm publishes, by its names: by what they are wider, and deeper. */
  private static final ImmutableMap<String, List<Double>> DEEPER_MOBILENETS_V2 =
      ImmutableMap.of("110d", List.of(1.1, 1.2), "120d", List.of(1.2, 1.4));

  /** Expansion, kernel, stride, channels and repeats: table 2 of the paper on MobileNetV2. */
  private static final int[][] MOBILENET_V2_ROWS = {
    {1, 3, 1, 16, 1},
    {6, 3, 2, 24, 2},
    {6, 3, 2, 32, 3},
    {6, 3, 2, 64, 4},
    {6, 3, 1, 96, 3},
    {6, 3, 2, 160, 3},
    {6, 3, 1, 320, 1},
  };

  /** The same of EfficientNet-B0, of which the Lite networks are made. */
  private static final int[][] EFFICIENTNET_ROWS = {
    {1, 3, 1, 16, 1},
    {6, 3, 2, 24, 2},
    {6, 5, 2, 40, 2},
    {6, 3, 2, 80, 3},
    {6, 5, 1, 112, 3},
    {6, 5, 2, 192, 4},
    {6, 3, 1, 320, 1},
  };

  /** By what EfficientNet-Lite 0 to 4 are wider and deeper, and the side of their pictures. */
  private static final double[][] EFFICIENTNET_LITE_SCALES = {
    {1.0, 1.0, 224}, {1.0, 1.1, 240}, {1.1, 1.2, 260}, {1.2, 1.4, 280}, {1.4, 1.8, 300},
  };

  private static final ImmutableList<BlockArchitecture> REGISTERED = register();

  private Architectures() {}

  /**
   * What those who publish weights of an architecture do, where a file does not say.
   *
   * @param padding where convolutions add their zeros
   * @param preprocessing what happens to a picture
   * @param epsilon of the batch normalisation
   */
  record Conventions(Padding padding, Preprocessing preprocessing, double epsilon) {}

  /**
   * All of them.
   *
   * @return MobileNetV2 of each published width, the deeper ones of timm's, then EfficientNet-Lite
   *     0 to 4
   */
  public static ImmutableList<BlockArchitecture> registered() {
    return REGISTERED;
  }

  /**
   * MobileNetV2: Sandler, Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: Inverted Residuals and
   * Linear Bottlenecks", 2018, table 2, with TensorFlow's padding.
   *
   * @param width the width multiplier, 0.05 to 4: every number of channels is multiplied by it and
   *     rounded to a multiple of 8; the last convolution's 1280 are multiplied only by one above 1
   * @return the architecture
   */
  public static BlockArchitecture mobileNetV2(double width) {
    checkArgument(width >= 0.05 && width <= 4, "width must be in 0.05..4, got %s", width);
    return new BlockArchitecture(
        MOBILENET_V2,
        String.valueOf(width),
        makeDivisible(STEM_CHANNELS * width),
        rows(MOBILENET_V2_ROWS, width, 1),
        makeDivisible(LAST_CHANNELS * Math.max(1.0, width)),
        Padding.TF_SAME,
        Activation.RELU6);
  }

  /** Wider and deeper but for the stem, the last convolution and the ends, as timm makes them. */
  private static BlockArchitecture deeperMobileNetV2(String variant, double width, double depth) {
    return new BlockArchitecture(
        MOBILENET_V2,
        variant,
        STEM_CHANNELS,
        rows(MOBILENET_V2_ROWS, width, depth),
        LAST_CHANNELS,
        Padding.TF_SAME,
        Activation.RELU6);
  }

  /**
   * EfficientNet-Lite: Tan and Le, "EfficientNet: Rethinking Model Scaling for Convolutional Neural
   * Networks", 2019, without squeeze-and-excitation, with ReLU6, and with a stem, a last
   * convolution and first and last row that are not scaled, as Google published it in 2020.
   *
   * @param number 0 to 4, the larger the more accurate and the slower
   * @return the architecture
   */
  public static BlockArchitecture efficientNetLite(int number) {
    checkArgument(
        number >= 0 && number < EFFICIENTNET_LITE_SCALES.length,
        "number must be in 0..4, got %s",
        number);
    double[] scales = EFFICIENTNET_LITE_SCALES[number];
    return new BlockArchitecture(
        EFFICIENTNET_LITE + number,
        "",
        STEM_CHANNELS,
        rows(EFFICIENTNET_ROWS, scales[0], scales[1]),
        LAST_CHANNELS,
        Padding.TF_SAME,
        Activation.RELU6);
  }

  private static List<Row> rows(int[][] table, double width, double depth) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < table.length; i++) {
      int[] row = table[i];
      boolean end = i == 0 || i == table.length - 1;
      rows.add(
          new Row(
              row[0] == 1 ? BlockKind.DEPTHWISE_SEPARABLE : BlockKind.INVERTED_RESIDUAL,
              row[0],
              row[1],
              row[2],
              makeDivisible(row[3] * width),
              end ? row[4] : (int) Math.ceil(row[4] * depth)));
    }
    return rows;
  }

  private static ImmutableList<BlockArchitecture> register() {
    ImmutableList.Builder<BlockArchitecture> all = ImmutableList.builder();
    MOBILENET_V2_WIDTHS.forEach(width -> all.add(mobileNetV2(width)));
    DEEPER_MOBILENETS_V2.forEach(
        (variant, scales) -> all.add(deeperMobileNetV2(variant, scales.get(0), scales.get(1))));
    for (int number = 0; number < EFFICIENTNET_LITE_SCALES.length; number++) {
      all.add(efficientNetLite(number));
    }
    return all.build();
  }

  /** The nearest multiple of 8, at least 8, and never less than nine tenths of the value. */
  static int makeDivisible(double value) {
    int rounded = Math.max(8, (int) (value + 4) / 8 * 8);
    return rounded < 0.9 * value ? rounded + 8 : rounded;
  }

  /** The registered ones of a name; the same name may have several variants. */
  static List<BlockArchitecture> named(String name) {
    return REGISTERED.stream().filter(known -> known.name().equals(name)).toList();
  }

  /** The one of a name and a width multiplier, which need not be a published one. */
  static Optional<BlockArchitecture> named(String name, double width) {
    return name.equals(MOBILENET_V2)
        ? Optional.of(mobileNetV2(width))
        : named(name).stream().findFirst();
  }

  /** The names, for messages. */
  static List<String> names() {
    return REGISTERED.stream().map(BlockArchitecture::name).distinct().toList();
  }

  /**
   * What to take for granted of a file of weights.
   *
   * @param names whose names the file's tensors have
   * @param silent whether the file says nothing of padding, normalisation and resizing
   */
  static Conventions conventions(
      BlockArchitecture architecture, TensorNames names, boolean silent) {
    if (architecture.name().startsWith(EFFICIENTNET_LITE)) {
      int number = architecture.name().charAt(architecture.name().length() - 1) - '0';
      int size = (int) EFFICIENTNET_LITE_SCALES[number][2];
      return new Conventions(
          Padding.TF_SAME,
          preprocessing(size, 1, gray(127), gray(128), Interpolation.BICUBIC),
          1e-3);
    }
    if (names.equals(TensorNames.TRANSFORMERS)) {
      return new Conventions(
          Padding.TF_SAME,
          preprocessing(224, 0.875, gray(127.5), gray(127.5), Interpolation.BILINEAR),
          1e-3);
    }
    return new Conventions(
        Padding.SYMMETRIC,
        preprocessing(
            224,
            silent ? 0.875 : 1, // torchvision's were trained on the middle
            List.of(0.485 * 255, 0.456 * 255, 0.406 * 255),
            List.of(0.229 * 255, 0.224 * 255, 0.225 * 255),
            names.equals(TensorNames.TIMM) ? Interpolation.BICUBIC : Interpolation.BILINEAR),
        1e-5);
  }

  private static Preprocessing preprocessing(
      int size,
      double cropFraction,
      List<Double> means,
      List<Double> scales,
      Interpolation interpolation) {
    return new Preprocessing(
        size, ResizeRule.CENTER_CROP, cropFraction, means, scales, interpolation);
  }

  private static List<Double> gray(double value) {
    return Collections.nCopies(3, value);
  }
}
