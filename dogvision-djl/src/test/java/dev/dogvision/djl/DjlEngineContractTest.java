package dev.dogvision.djl;

import dev.dogvision.spi.Engine;
import dev.dogvision.spi.contract.EngineContract;

final class DjlEngineContractTest extends EngineContract {
  private static final Engine ENGINE = new DjlEngineProvider().open();

  @Override
  protected Engine engine() {
    return ENGINE;
  }
}
