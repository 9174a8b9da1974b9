package dev.dogvision.onnx;

import dev.dogvision.spi.Engine;
import dev.dogvision.spi.EngineProvider;

/** Finds ONNX Runtime. Registered as a service; programs need not name it. */
public final class OnnxEngineProvider implements EngineProvider {

  /** Loads nothing yet. */
  public OnnxEngineProvider() {}

  @Override
  public String name() {
    return OnnxEngine.NAME;
  }

  @Override
  public boolean trains() {
    return false;
  }

  /** It answers in half of PyTorch's time, starts sooner and takes less memory. */
  @Override
  public int predictionRank() {
    return 100;
  }

  @Override
  public Engine open() {
    return OnnxEngine.load();
  }
}
