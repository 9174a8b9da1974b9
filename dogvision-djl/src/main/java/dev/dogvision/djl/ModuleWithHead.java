package dev.dogvision.djl;

import dev.dogvision.Device;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;

/** A published module and the head above it, from the pixels to the logits. */
class ModuleWithHead implements Network {
  private final Network module;
  private final Network head;

  ModuleWithHead(Network module, Network head) {
    this.module = module;
    this.head = head;
  }

  @Override
  public final NetworkPlan plan() {
    return head.plan();
  }

  @Override
  public final Segment segment() {
    return plan().whole();
  }

  @Override
  public final Device device() {
    return head.device();
  }

  final ActivationBatch embed(Batch batch) {
    return module.forward(batch);
  }

  @Override
  public final ActivationBatch forward(Batch batch) {
    return head.forward(embed(batch));
  }

  @Override
  public final void close() {
    try (module) {
      head.close();
    }
  }
}
