package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.Device;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A network whose head's first rows stay as they are, whatever an update does: those of breeds that
 * the model knows already.
 */
final class FixedRows implements TrainableNetwork {
  private final TrainableNetwork network;
  private final Map<String, Tensor> start;
  private final int rows;

  /**
   * Fixes rows as they are now.
   *
   * @param network the network; closed with this
   * @param rows how many of the head's rows, from the first
   */
  FixedRows(TrainableNetwork network, int rows) {
    this.network = network;
    this.rows = rows;
    String head = network.plan().headName();
    Map<String, Tensor> weights = network.trainableWeights();
    ImmutableMap.Builder<String, Tensor> kept = ImmutableMap.builder();
    for (String name : List.of(head + ".weight", head + ".bias")) {
      kept.put(name, Objects.requireNonNull(weights.get(name), name));
    }
    this.start = kept.buildOrThrow();
  }

  @Override
  public double update(UpdateRule rule) {
    double norm = network.update(rule);
    network.setTrainableWeights(fixed(network.trainableWeights()));
    return norm;
  }

  @Override
  public Map<String, Tensor> averagedWeights() {
    return fixed(network.averagedWeights());
  }

  private Map<String, Tensor> fixed(Map<String, Tensor> weights) {
    Map<String, Tensor> all = new LinkedHashMap<>(weights);
    start.forEach(
        (name, before) -> {
          Tensor now = Objects.requireNonNull(weights.get(name), name);
          int width = now.size() / network.plan().classes();
          System.arraycopy(before.values(), 0, now.values(), 0, rows * width);
          all.put(name, now);
        });
    return all;
  }

  @Override
  public StepResult accumulate(Batch batch, Targets targets, double scale) {
    return network.accumulate(batch, targets, scale);
  }

  @Override
  public Map<String, Tensor> trainableWeights() {
    return network.trainableWeights();
  }

  @Override
  public void setTrainableWeights(Map<String, Tensor> weights) {
    network.setTrainableWeights(weights);
  }

  @Override
  public Map<String, Tensor> optimizerState() {
    return network.optimizerState();
  }

  @Override
  public void restoreOptimizerState(Map<String, Tensor> state) {
    network.restoreOptimizerState(state);
  }

  @Override
  public NetworkPlan plan() {
    return network.plan();
  }

  @Override
  public Segment segment() {
    return network.segment();
  }

  @Override
  public Device device() {
    return network.device();
  }

  @Override
  public ActivationBatch forward(Batch batch) {
    return network.forward(batch);
  }

  @Override
  public void close() {
    network.close();
  }
}
