package dev.dogvision.benchmarks;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.model.Backbone;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** An engine's training step of all layers, again and again on the same pictures. */
final class BareTrainingStep implements AutoCloseable {
  private final TrainableNetwork network;
  private final PixelBatch batch;
  private final Targets targets;
  private final UpdateRule rule;

  /**
   * Opens the network.
   *
   * @param batch picture i is of class i, so no more pictures than classes
   * @param classes of a new head
   */
  BareTrainingStep(Engine engine, Backbone backbone, PixelBatch batch, int classes) {
    NetworkPlan plan = backbone.plan().withClasses(classes);
    Map<String, Tensor> start = new LinkedHashMap<>(backbone.weights());
    start.put(plan.headName() + ".weight", Tensor.zeros(classes, plan.embeddingSize()));
    start.put(plan.headName() + ".bias", Tensor.zeros(classes));
    float[] probabilities = new float[batch.size() * classes];
    float[] weights = new float[batch.size()];
    for (int i = 0; i < weights.length; i++) {
      probabilities[i * classes + i] = 1;
      weights[i] = 1;
    }
    this.batch = batch;
    this.targets = new Targets(probabilities, weights, null);
    this.rule =
        new UpdateRule(
            Collections.nCopies(plan.stages().size(), 1e-5),
            1e-4,
            0.01,
            Double.POSITIVE_INFINITY,
            0);
    this.network =
        engine.openTrainable(plan, plan.whole(), 0, start, Optimizer.adamW(), Device.CPU);
  }

  void run() {
    StepResult unused = network.accumulate(batch, targets, 1.0 / batch.size());
    double unusedNorm = network.update(rule);
  }

  @Override
  public void close() {
    network.close();
  }
}
