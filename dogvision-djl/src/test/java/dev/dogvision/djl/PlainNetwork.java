package dev.dogvision.djl;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A network run one operation at a time through DJL's arrays, the way one would first write it:
 * what compiled networks are compared with.
 */
final class PlainNetwork implements AutoCloseable {
  private final NetworkPlan plan;
  private final NDManager manager = NDManager.newBaseManager(Device.cpu(), "PyTorch");
  private final Map<String, NDArray> weights = new HashMap<>();
  private final NDArray means;
  private final NDArray scales;

  PlainNetwork(NetworkPlan plan, Map<String, Tensor> tensors) {
    this.plan = plan;
    tensors.forEach(
        (name, tensor) -> {
          long[] shape = tensor.shape().stream().mapToLong(d -> d).toArray();
          weights.put(name, manager.create(tensor.values(), new Shape(shape)));
        });
    means = perChannel(plan.channelMeans());
    scales = perChannel(plan.channelScales());
  }

  private NDArray perChannel(java.util.List<Double> values) {
    float[] floats = new float[3];
    for (int i = 0; i < 3; i++) {
      floats[i] = values.get(i).floatValue();
    }
    return manager.create(floats, new Shape(1, 3, 1, 1));
  }

  /** The values at a position of the network, feature maps in NHWC order. */
  float[] forward(Batch batch, int to) {
    PixelBatch pixels = (PixelBatch) batch;
    try (NDManager step = manager.newSubManager()) {
      NDArray value =
          step.create(
              ByteBuffer.wrap(pixels.pixels()),
              new Shape(pixels.size(), pixels.side(), pixels.side(), 3),
              DataType.UINT8);
      value = value.transpose(0, 3, 1, 2).toType(DataType.FLOAT32, false).sub(means).div(scales);
      for (int i = 0; i < Math.min(to, plan.stages().size()); i++) {
        value = stage(plan.stages().get(i), value);
      }
      if (to <= plan.featureMapPosition()) {
        return value.transpose(0, 2, 3, 1).toFloatArray();
      }
      value = value.mean(new int[] {3}).mean(new int[] {2});
      if (to == plan.logitsPosition()) {
        value =
            Linear.linear(
                    value,
                    weights.get(plan.headName() + ".weight"),
                    weights.get(plan.headName() + ".bias"))
                .singletonOrThrow();
      }
      return value.toFloatArray();
    }
  }

  private NDArray stage(Stage stage, NDArray input) {
    NDArray value = input;
    for (Convolution convolution : stage.convolutions()) {
      int before = convolution.padBefore();
      int after = convolution.padAfter();
      value = value.pad(new Shape(before, after, before, after), 0);
      int stride = convolution.stride();
      value =
          Conv2d.conv2d(
                  value,
                  weights.get(convolution.weightName()),
                  weights.get(convolution.biasName()),
                  new Shape(stride, stride),
                  new Shape(0, 0),
                  new Shape(1, 1),
                  convolution.groups())
              .singletonOrThrow();
      if (convolution.relu6()) {
        value = value.clip(0, 6);
      }
    }
    return stage.residual() ? value.add(input) : value;
  }

  @Override
  public void close() {
    manager.close();
  }
}
