package dev.dogvision.spi.contract;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import com.google.common.hash.Hashing;
import dev.dogvision.Device;
import dev.dogvision.MismatchException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.ZooEntry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The whole seam in plain Java, on the CPU: what other engines are measured against, and what the
 * core's tests run on. It computes in double precision and keeps weights and moments in single, so
 * that what is exported holds all there is. Its loops follow the definitions; it is meant for
 * networks of a few thousand weights.
 */
public final class ReferenceEngine implements Engine {
  static final String NAME = "plain Java reference";

  /** An engine; all are alike. */
  public ReferenceEngine() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return "1";
  }

  @Override
  public List<Device> devices() {
    return List.of(Device.CPU);
  }

  @Override
  public Network open(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Device device,
      Precision precision) {
    check(plan, segment, device);
    Engines.requirePrecision(device, precision);
    return new ReferenceNetwork(plan, segment, copies(plan, segment, weights));
  }

  @Override
  public TrainableNetwork openTrainable(
      NetworkPlan plan,
      Segment segment,
      int firstTrainableStage,
      Map<String, Tensor> weights,
      Optimizer optimizer,
      Device device) {
    check(plan, segment, device);
    checkArgument(
        segment.to() == plan.logitsPosition(),
        "a trained segment ends at the logits (position %s), got %s",
        plan.logitsPosition(),
        segment);
    int stages = plan.stages().size();
    checkArgument(
        firstTrainableStage >= Math.min(segment.from(), stages) && firstTrainableStage <= stages,
        "firstTrainableStage must be in %s..%s for %s, got %s",
        Math.min(segment.from(), stages),
        stages,
        segment,
        firstTrainableStage);
    return new ReferenceTrainableNetwork(
        plan, segment, firstTrainableStage, copies(plan, segment, weights), optimizer);
  }

  /**
   * Knows one module, the mean colour: {@code reference:<any name>?<argument>=<value>&...}. It is
   * what is left of a network that has no stages.
   */
  @Override
  public ZooEntry findModule(String url) {
    if (!url.startsWith("reference:")) {
      throw new ModelNotFoundException(url, NAME + " knows no module at " + url);
    }
    int query = url.indexOf('?');
    return new ZooEntry(
        url,
        Hashing.sha256().hashUnencodedChars(query < 0 ? url : url.substring(0, query)).toString(),
        query < 0
            ? Map.of()
            : Splitter.on('&').withKeyValueSeparator('=').split(url.substring(query + 1)),
        "Apache-2.0");
  }

  @Override
  public int embeddingSize(ZooEntry entry, int inputSize) {
    return 3;
  }

  private void check(NetworkPlan plan, Segment segment, Device device) {
    Engines.requireDevice(this, device);
    checkArgument(
        segment.to() <= plan.logitsPosition(),
        "%s ends behind the logits (position %s)",
        segment,
        plan.logitsPosition());
    for (int i = segment.from(); i < Math.min(segment.to(), plan.stages().size()); i++) {
      Stage stage = plan.stages().get(i);
      int side = plan.shapeAt(i)[0];
      checkArgument(
          !stage.residual() || stage.outputSize(side) == side,
          "%s adds its input to its output, but their sides differ: %s and %s",
          stage.name(),
          side,
          stage.outputSize(side));
    }
  }

  private static Map<String, float[]> copies(
      NetworkPlan plan, Segment segment, Map<String, Tensor> weights) {
    Map<String, float[]> copies = new LinkedHashMap<>();
    plan.tensorShapes(segment)
        .forEach((name, shape) -> copies.put(name, copy(weights, name, shape)));
    return copies;
  }

  static float[] copy(Map<String, Tensor> tensors, String name, List<Integer> shape) {
    Tensor tensor = tensors.get(name);
    if (tensor == null) {
      throw new MismatchException(
          name, "tensor " + name + " is missing, expected one of shape " + shape);
    }
    if (!tensor.shape().equals(shape)) {
      throw new MismatchException(
          name, "tensor " + name + " has shape " + tensor.shape() + ", expected " + shape);
    }
    return tensor.values().clone();
  }
}
