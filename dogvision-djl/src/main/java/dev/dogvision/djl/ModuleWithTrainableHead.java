package dev.dogvision.djl;

import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.Map;

/** A published module and a head that is trained above it. */
final class ModuleWithTrainableHead extends ModuleWithHead implements TrainableNetwork {
  private final TrainableNetwork head;

  ModuleWithTrainableHead(Network module, TrainableNetwork head) {
    super(module, head);
    this.head = head;
  }

  @Override
  public StepResult accumulate(Batch batch, Targets targets, double scale) {
    return head.accumulate(embed(batch), targets, scale);
  }

  @Override
  public double update(UpdateRule rule) {
    return head.update(rule);
  }

  @Override
  public Map<String, Tensor> trainableWeights() {
    return head.trainableWeights();
  }

  @Override
  public Map<String, Tensor> averagedWeights() {
    return head.averagedWeights();
  }

  @Override
  public void setTrainableWeights(Map<String, Tensor> weights) {
    head.setTrainableWeights(weights);
  }

  @Override
  public Map<String, Tensor> optimizerState() {
    return head.optimizerState();
  }

  @Override
  public void restoreOptimizerState(Map<String, Tensor> state) {
    head.restoreOptimizerState(state);
  }
}
