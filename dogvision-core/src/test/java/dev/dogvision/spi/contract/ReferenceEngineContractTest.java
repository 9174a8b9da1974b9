package dev.dogvision.spi.contract;

import dev.dogvision.spi.Engine;

class ReferenceEngineContractTest extends EngineContract {
  private final Engine engine = new ReferenceEngine();

  @Override
  protected Engine engine() {
    return engine;
  }
}
