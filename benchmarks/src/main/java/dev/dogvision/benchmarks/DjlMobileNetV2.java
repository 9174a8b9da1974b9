package dev.dogvision.benchmarks;

import static com.google.common.base.Preconditions.checkNotNull;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.nn.ParallelBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.BatchNorm;
import ai.djl.nn.pooling.Pool;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** MobileNetV2 as somebody with DJL alone would write it: what our figures are compared with. */
final class DjlMobileNetV2 {

  private DjlMobileNetV2() {}

  /**
   * DJL's own blocks: convolution without bias, batch normalisation, ReLU6. Padding is symmetric,
   * as DJL's convolutions have it; it changes the results, not the amount of work.
   *
   * @param plan the network
   * @return an uninitialised block that takes floats in NCHW order
   */
  static Block blocks(NetworkPlan plan) {
    SequentialBlock network = new SequentialBlock();
    for (Stage stage : plan.stages()) {
      SequentialBlock chain = new SequentialBlock();
      for (Convolution convolution : stage.convolutions()) {
        int padding = convolution.kernelSize() / 2;
        chain.add(
            Conv2d.builder()
                .setKernelShape(new Shape(convolution.kernelSize(), convolution.kernelSize()))
                .setFilters(convolution.outputChannels())
                .optStride(new Shape(convolution.stride(), convolution.stride()))
                .optPadding(new Shape(padding, padding))
                .optGroups(convolution.groups())
                .optBias(false)
                .build());
        chain.add(BatchNorm.builder().build());
        if (convolution.relu6()) {
          chain.add(Activation.relu6Block());
        }
      }
      network.add(
          stage.residual()
              ? new ParallelBlock(
                  results -> new NDList(results.get(0).head().add(results.get(1).head())),
                  List.of(Blocks.identityBlock(), chain))
              : chain);
    }
    network.add(Pool.globalAvgPool2dBlock());
    network.add(Blocks.batchFlattenBlock());
    network.add(Linear.builder().setUnits(plan.classes()).build());
    return network;
  }

  /**
   * The folded network, operation by operation on NDArrays: the same arithmetic as ours, one call
   * an operation.
   */
  static final class Operations implements AutoCloseable {
    private final NetworkPlan plan;
    private final NDManager manager;
    private final Map<String, NDArray> weights = new HashMap<>();

    Operations(NetworkPlan plan, Map<String, Tensor> weights) {
      this.plan = plan;
      this.manager = NDManager.newBaseManager();
      plan.tensorShapes(plan.whole())
          .keySet()
          .forEach(
              name -> {
                Tensor tensor = checkNotNull(weights.get(name), name);
                long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
                this.weights.put(name, manager.create(tensor.values(), new Shape(shape)));
              });
    }

    /** Bytes in NHWC order to logits. */
    float[] forward(byte[] pixels, int images) {
      try (NDManager scope = manager.newSubManager()) {
        int side = plan.inputSize();
        NDArray input =
            scope.create(ByteBuffer.wrap(pixels), new Shape(images, side, side, 3), DataType.UINT8);
        NDArray values =
            input
                .transpose(0, 3, 1, 2)
                .toType(DataType.FLOAT32, false)
                .sub(plan.channelMeans().get(0))
                .div(plan.channelScales().get(0));
        for (Stage stage : plan.stages()) {
          NDArray entered = values;
          for (Convolution convolution : stage.convolutions()) {
            values = convolve(values, convolution);
          }
          if (stage.residual()) {
            values = entered.add(values);
          }
        }
        NDArray embedding = Pool.globalAvgPool2d(values);
        NDArray logits =
            embedding
                .matMul(weight(plan.headName() + ".weight").transpose())
                .add(weight(plan.headName() + ".bias"));
        return logits.toFloatArray();
      }
    }

    private NDArray weight(String name) {
      return checkNotNull(weights.get(name), name);
    }

    private NDArray convolve(NDArray values, Convolution convolution) {
      NDArray padded = values;
      long padding = convolution.padBefore();
      if (convolution.padBefore() != convolution.padAfter()) {
        padding = 0;
        padded =
            values.pad(
                new Shape(
                    convolution.padBefore(),
                    convolution.padAfter(),
                    convolution.padBefore(),
                    convolution.padAfter()),
                0);
      }
      NDArray result =
          Conv2d.conv2d(
                  padded,
                  weight(convolution.weightName()),
                  weight(convolution.biasName()),
                  new Shape(convolution.stride(), convolution.stride()),
                  new Shape(padding, padding),
                  new Shape(1, 1),
                  convolution.groups())
              .singletonOrThrow();
      return convolution.relu6() ? result.clip(0, 6) : result;
    }

    @Override
    public void close() {
      manager.close();
    }
  }
}
