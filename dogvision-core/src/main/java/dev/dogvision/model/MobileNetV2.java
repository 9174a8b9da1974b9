package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The MobileNetV2 architecture, with batch normalisation folded into its convolutions: Sandler,
 * Howard, Zhu, Zhmoginov and Chen, "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018,
 * table 2.
 *
 * <p>It has {@value #STAGES} stages: the stem ({@code features.0}), 17 inverted residual blocks
 * ({@code features.1} to {@code features.17}) and the last convolution ({@code features.18}).
 * Tensors are named as torchvision names them.
 *
 * @param width the width multiplier: every number of channels is multiplied by it and rounded to a
 *     multiple of 8; the last stage's 1280 are multiplied only by a width above 1. From 0.05 to 4
 * @param inputSize height and width of the input in pixels, from 16 to 2048
 * @param padding where a convolution adds its zeros
 */
public record MobileNetV2(double width, int inputSize, Padding padding) {
  /** The number of stages. */
  public static final int STAGES = 19;

  /** The name that files give the architecture. */
  public static final String NAME = "mobilenet_v2";

  static final String HEAD = "classifier.1";

  /** Expansion, channels, repetitions and the first one's stride: the paper's table 2. */
  private static final int[][] BLOCKS = {
    {1, 16, 1, 1},
    {6, 24, 2, 2},
    {6, 32, 3, 2},
    {6, 64, 4, 2},
    {6, 96, 3, 1},
    {6, 160, 3, 2},
    {6, 320, 1, 1},
  };

  /** Where a convolution adds its zeros. */
  public enum Padding {
    /**
     * TensorFlow's "same": as many zeros as the output size {@code ceil(input / stride)} needs, and
     * where their number is odd one more at the bottom and at the right. With a stride of 2 it
     * depends on the input's parity.
     */
    TF_SAME,
    /** Half the kernel's side all round, as torchvision and timm do it. */
    SYMMETRIC;

    /**
     * The name that files give it.
     *
     * @return {@code tf_same} or {@code symmetric}
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private int total(int inputSize, int kernelSize, int stride) {
      int outputSize = (inputSize + stride - 1) / stride;
      return Math.max((outputSize - 1) * stride + kernelSize - inputSize, 0);
    }

    private int before(int inputSize, int kernelSize, int stride) {
      return this == SYMMETRIC ? kernelSize / 2 : total(inputSize, kernelSize, stride) / 2;
    }

    private int after(int inputSize, int kernelSize, int stride) {
      return this == SYMMETRIC
          ? kernelSize / 2
          : total(inputSize, kernelSize, stride) - before(inputSize, kernelSize, stride);
    }
  }

  /** Checks the numbers. */
  public MobileNetV2 {
    checkArgument(width >= 0.05 && width <= 4, "width must be in 0.05..4, got %s", width);
    checkArgument(
        inputSize >= 16 && inputSize <= 2048, "inputSize must be in 16..2048, got %s", inputSize);
  }

  /**
   * The network as an engine runs it.
   *
   * @param channelMeans three numbers in pixel units (0..255) that are subtracted from R, G, B
   * @param channelScales three numbers in pixel units that the difference is divided by
   * @param classes how many logits the head gives
   * @return its plan
   */
  public NetworkPlan plan(List<Double> channelMeans, List<Double> channelScales, int classes) {
    Chain chain = new Chain(inputSize, padding);
    List<Stage> stages = new ArrayList<>();
    chain.convolve("features.0.0", channels(32), 3, 2, false, true);
    stages.add(chain.stage("features.0", false));
    for (int[] block : BLOCKS) {
      for (int repetition = 0; repetition < block[2]; repetition++) {
        stages.add(
            block(
                chain,
                stages.size(),
                block[0],
                channels(block[1]),
                repetition == 0 ? block[3] : 1));
      }
    }
    int last = makeDivisible(1280 * Math.max(1.0, width));
    chain.convolve("features.18.0", last, 1, 1, false, true);
    stages.add(chain.stage("features.18", false));
    return new NetworkPlan(inputSize, channelMeans, channelScales, stages, HEAD, classes);
  }

  /** An inverted residual block: widen, convolve each channel by itself, narrow without ReLU6. */
  private static Stage block(Chain chain, int index, int expansion, int channels, int stride) {
    String name = "features." + index;
    int input = chain.channels;
    int hidden = input * expansion;
    int part = 0;
    if (expansion != 1) {
      chain.convolve(name + ".conv." + part++ + ".0", hidden, 1, 1, false, true);
    }
    chain.convolve(name + ".conv." + part++ + ".0", hidden, 3, stride, true, true);
    chain.convolve(name + ".conv." + part, channels, 1, 1, false, false);
    return chain.stage(name, stride == 1 && input == channels);
  }

  private int channels(int unscaled) {
    return makeDivisible(unscaled * width);
  }

  /** Whether a stage is the first of a row of the paper's table, where the stride may be 2. */
  static boolean isFirstOfRow(int stage) {
    int first = 1;
    for (int[] block : BLOCKS) {
      if (stage == first) {
        return true;
      }
      first += block[2];
    }
    return false;
  }

  /** The nearest multiple of 8, at least 8, and never less than nine tenths of the value. */
  static int makeDivisible(double value) {
    int rounded = Math.max(8, (int) (value + 4) / 8 * 8);
    return rounded < 0.9 * value ? rounded + 8 : rounded;
  }

  /** Follows channels and side from one convolution to the next. */
  private static final class Chain {
    private final Padding padding;
    private int side;
    private int channels = 3;
    private final List<Convolution> pending = new ArrayList<>();

    Chain(int side, Padding padding) {
      this.side = side;
      this.padding = padding;
    }

    void convolve(
        String name, int outputs, int kernelSize, int stride, boolean depthwise, boolean relu6) {
      Convolution convolution =
          new Convolution(
              name,
              channels,
              outputs,
              kernelSize,
              stride,
              depthwise ? channels : 1,
              padding.before(side, kernelSize, stride),
              padding.after(side, kernelSize, stride),
              relu6);
      pending.add(convolution);
      channels = outputs;
      side = convolution.outputSize(side);
    }

    Stage stage(String name, boolean residual) {
      Stage stage = new Stage(name, pending, residual);
      pending.clear();
      return stage;
    }
  }
}
