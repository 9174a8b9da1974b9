package dev.dogvision.model;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.dogvision.model.BlockArchitecture.Row;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import java.util.List;

/**
 * How those who publish weights name the tensors of such networks. In a name {@code {row}} is the
 * row of blocks and {@code {repeat}} the block within it, both from 0; {@code {block}} is the block
 * among all of them from 0, {@code {before}} the number of it less 1, and {@code {stage}} the
 * number of it and 1, where the stem is 0.
 *
 * @param source whose names these are
 * @param stem the stem
 * @param first the parts of the first block, where they are named unlike others'
 * @param plain the parts of a block that does not widen: depthwise, narrowing
 * @param widening the parts of one that does: widening, depthwise, narrowing
 * @param last the last convolution
 * @param head the head
 */
record TensorNames(
    String source,
    Unit stem,
    List<Unit> first,
    List<Unit> plain,
    List<Unit> widening,
    Unit last,
    String head) {

  /** A convolution and the batch normalisation after it. */
  record Unit(String convolution, String normalization) {
    Unit filled(int row, int repeat, int block) {
      return new Unit(
          fill(convolution, row, repeat, block), fill(normalization, row, repeat, block));
    }

    private static String fill(String name, int row, int repeat, int block) {
      return name.replace("{row}", String.valueOf(row))
          .replace("{repeat}", String.valueOf(repeat))
          .replace("{block}", String.valueOf(block))
          .replace("{before}", String.valueOf(block - 1))
          .replace("{stage}", String.valueOf(block + 1));
    }
  }

  /** torchvision's names, which are also this library's. */
  static final TensorNames TORCHVISION =
      new TensorNames(
          "torchvision",
          new Unit("features.0.0", "features.0.1"),
          List.of(),
          List.of(
              new Unit("features.{stage}.conv.0.0", "features.{stage}.conv.0.1"),
              new Unit("features.{stage}.conv.1", "features.{stage}.conv.2")),
          List.of(
              new Unit("features.{stage}.conv.0.0", "features.{stage}.conv.0.1"),
              new Unit("features.{stage}.conv.1.0", "features.{stage}.conv.1.1"),
              new Unit("features.{stage}.conv.2", "features.{stage}.conv.3")),
          new Unit("features.{stage}.0", "features.{stage}.1"),
          Architecture.HEAD);

  /** timm's names. */
  static final TensorNames TIMM =
      new TensorNames(
          "timm",
          new Unit("conv_stem", "bn1"),
          List.of(),
          List.of(
              new Unit("blocks.{row}.{repeat}.conv_dw", "blocks.{row}.{repeat}.bn1"),
              new Unit("blocks.{row}.{repeat}.conv_pw", "blocks.{row}.{repeat}.bn2")),
          List.of(
              new Unit("blocks.{row}.{repeat}.conv_pw", "blocks.{row}.{repeat}.bn1"),
              new Unit("blocks.{row}.{repeat}.conv_dw", "blocks.{row}.{repeat}.bn2"),
              new Unit("blocks.{row}.{repeat}.conv_pwl", "blocks.{row}.{repeat}.bn3")),
          new Unit("conv_head", "bn2"),
          "classifier");

  /** The names of Hugging Face's library transformers, where the first block is in the stem. */
  static final TensorNames TRANSFORMERS =
      new TensorNames(
          "transformers",
          transformersUnit("conv_stem.first_conv"),
          List.of(transformersUnit("conv_stem.conv_3x3"), transformersUnit("conv_stem.reduce_1x1")),
          List.of(
              transformersUnit("layer.{before}.conv_3x3"),
              transformersUnit("layer.{before}.reduce_1x1")),
          List.of(
              transformersUnit("layer.{before}.expand_1x1"),
              transformersUnit("layer.{before}.conv_3x3"),
              transformersUnit("layer.{before}.reduce_1x1")),
          transformersUnit("conv_1x1"),
          "classifier");

  /** All of them. */
  static final List<TensorNames> KNOWN = ImmutableList.of(TORCHVISION, TIMM, TRANSFORMERS);

  private static Unit transformersUnit(String name) {
    return new Unit(name + ".convolution", name + ".normalization");
  }

  /** What a file calls the convolutions of a network. */
  ImmutableMap<String, Unit> of(BlockArchitecture architecture, NetworkPlan plan) {
    ImmutableMap.Builder<String, Unit> names = ImmutableMap.builder();
    names.put(plan.stages().get(0).convolutions().get(0).name(), stem);
    int block = 0;
    for (int row = 0; row < architecture.rows().size(); row++) {
      Row blocks = architecture.rows().get(row);
      for (int repeat = 0; repeat < blocks.repeats(); repeat++, block++) {
        List<Unit> parts =
            block == 0 && !first.isEmpty() ? first : blocks.expansion() == 1 ? plain : widening;
        List<Convolution> convolutions = plan.stages().get(block + 1).convolutions();
        for (int part = 0; part < Math.min(parts.size(), convolutions.size()); part++) {
          names.put(convolutions.get(part).name(), parts.get(part).filled(row, repeat, block));
        }
      }
    }
    names.put(plan.stages().get(block + 1).convolutions().get(0).name(), last.filled(0, 0, block));
    return names.buildOrThrow();
  }
}
