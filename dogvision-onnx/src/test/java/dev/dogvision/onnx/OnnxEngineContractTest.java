package dev.dogvision.onnx;

import dev.dogvision.spi.Engine;
import dev.dogvision.spi.contract.PredictionContract;

final class OnnxEngineContractTest extends PredictionContract {
  private static final Engine ENGINE = new OnnxEngineProvider().open();

  @Override
  protected Engine engine() {
    return ENGINE;
  }
}
