package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.image.Preprocessing;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * An architecture of blocks as a value: a stem, rows of blocks, a last convolution, with batch
 * normalisation folded into the convolutions. {@link Architectures} has those that are known by
 * name.
 *
 * <p>Its stages are the stem ({@code features.0}), the blocks ({@code features.1} and so on) and
 * the last convolution. Whatever a file calls its tensors, in this library they are named as
 * torchvision names those of such blocks. The input's size and the pixels' normalisation are not
 * part of it: they belong to the weights, see {@link PretrainedConfig}.
 *
 * @param name what files call it, for example {@code efficientnet_lite2}
 * @param variant what tells it from others of its name, for example a width multiplier; may be
 *     empty
 * @param stemChannels the channels of the stem, a 3 x 3 convolution of stride 2
 * @param rows the blocks, 1 to 32 rows
 * @param lastChannels the channels of the last convolution, 1 x 1: the embedding's length
 * @param padding where convolutions add their zeros
 * @param activation what follows each convolution but the last of a block
 */
public record BlockArchitecture(
    String name,
    String variant,
    int stemChannels,
    List<Row> rows,
    int lastChannels,
    Padding padding,
    Activation activation)
    implements Architecture {
  private static final int STEM_KERNEL = 3;
  private static final int STEM_STRIDE = 2;

  /** What blocks are made of. */
  public enum BlockKind {
    /**
     * Widen by a 1 x 1 convolution, convolve each channel by itself, narrow without an activation;
     * the input is added where the shape stays the same.
     */
    INVERTED_RESIDUAL,
    /** The same without the widening. */
    DEPTHWISE_SEPARABLE;

    /**
     * The name that files give it.
     *
     * @return {@code inverted_residual} or {@code depthwise_separable}
     */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What follows a convolution. */
  public enum Activation {
    /** A clamp to 0..6. */
    RELU6
  }

  /**
   * Blocks of one kind, one after the other.
   *
   * @param kind what they are made of
   * @param expansion by what an inverted residual widens, 1..16; 1 for a depthwise separable block
   * @param kernelSize the side of the depthwise kernel, 3, 5 or 7
   * @param stride the first block's stride, 1 or 2; the others' is 1
   * @param channels the channels that leave each block, 1..8192
   * @param repeats how many blocks, 1..64
   */
  public record Row(
      BlockKind kind, int expansion, int kernelSize, int stride, int channels, int repeats) {
    /** Checks the numbers. */
    public Row {
      checkArgument(
          kind == BlockKind.INVERTED_RESIDUAL ? inRange(expansion, 1, 16) : expansion == 1,
          "expansion of a block of kind %s must be %s, got %s",
          kind.text(),
          kind == BlockKind.INVERTED_RESIDUAL ? "in 1..16" : "1",
          expansion);
      checkArgument(
          kernelSize == 3 || kernelSize == 5 || kernelSize == 7,
          "kernelSize must be 3, 5 or 7, got %s",
          kernelSize);
      checkArgument(stride == 1 || stride == 2, "stride must be 1 or 2, got %s", stride);
      checkArgument(inRange(channels, 1, 8192), "channels must be in 1..8192, got %s", channels);
      checkArgument(inRange(repeats, 1, 64), "repeats must be in 1..64, got %s", repeats);
    }
  }

  /** Checks the numbers. */
  public BlockArchitecture {
    rows = List.copyOf(rows);
    checkArgument(
        name.matches("[a-z0-9_.-]{1,64}"),
        "name may hold a-z, 0-9, '_', '.' and '-', 1 to 64 of them, got \"%s\"",
        name);
    checkArgument(
        variant.matches("[A-Za-z0-9_.-]{0,64}"),
        "variant may hold letters, digits, '_', '.' and '-', at most 64, got \"%s\"",
        variant);
    checkArgument(
        inRange(stemChannels, 1, 8192), "stemChannels must be in 1..8192, got %s", stemChannels);
    checkArgument(inRange(rows.size(), 1, 32), "1 to 32 rows are needed, got %s", rows.size());
    checkArgument(
        inRange(lastChannels, 1, 8192), "lastChannels must be in 1..8192, got %s", lastChannels);
  }

  private static boolean inRange(int value, int least, int most) {
    return value >= least && value <= most;
  }

  /**
   * The number of stages: stem, blocks and last convolution.
   *
   * @return for example 19
   */
  @Override
  public int stages() {
    return 2 + rows.stream().mapToInt(Row::repeats).sum();
  }

  /**
   * The same with another padding.
   *
   * @param changed where convolutions add their zeros
   * @return the changed copy
   */
  public BlockArchitecture withPadding(Padding changed) {
    return new BlockArchitecture(
        name, variant, stemChannels, rows, lastChannels, changed, activation);
  }

  @Override
  public NetworkPlan plan(Preprocessing preprocessing, int classes) {
    Chain chain = new Chain(preprocessing.size(), padding);
    List<Stage> stages = new ArrayList<>();
    chain.convolve("features.0.0", stemChannels, STEM_KERNEL, STEM_STRIDE, false, true);
    stages.add(chain.stage("features.0", false));
    for (Row row : rows) {
      for (int repeat = 0; repeat < row.repeats(); repeat++) {
        stages.add(block(chain, stages.size(), row, repeat == 0 ? row.stride() : 1));
      }
    }
    String last = "features." + stages.size();
    chain.convolve(last + ".0", lastChannels, 1, 1, false, true);
    stages.add(chain.stage(last, false));
    return new NetworkPlan(
        preprocessing.size(),
        preprocessing.channelMeans(),
        preprocessing.channelScales(),
        stages,
        HEAD,
        classes);
  }

  private static Stage block(Chain chain, int index, Row row, int stride) {
    String name = "features." + index;
    int input = chain.channels;
    int hidden = input * row.expansion();
    int part = 0;
    if (row.expansion() != 1) {
      chain.convolve(name + ".conv." + part++ + ".0", hidden, 1, 1, false, true);
    }
    chain.convolve(name + ".conv." + part++ + ".0", hidden, row.kernelSize(), stride, true, true);
    chain.convolve(name + ".conv." + part, row.channels(), 1, 1, false, false);
    return chain.stage(name, stride == 1 && input == row.channels());
  }

  @Override
  public String toString() {
    return title();
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
