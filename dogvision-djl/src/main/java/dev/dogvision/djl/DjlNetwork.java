package dev.dogvision.djl;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.util.Map;

/** A network for inference. */
final class DjlNetwork extends OpenNetwork {

  DjlNetwork(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Device device,
      Precision precision) {
    super(plan, segment, device, load(plan, segment, weights, device, precision));
  }

  private static CompiledModule load(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Device device,
      Precision precision) {
    checkSegment(plan, segment);
    return CompiledModule.load(
        kernels -> GraphCompiler.forInference(plan, segment, weights, precision, kernels),
        device,
        precision,
        /* trains= */ false);
  }

  @Override
  public ActivationBatch forward(Batch batch) {
    return infer("forward", batch);
  }
}
