package dev.dogvision.onnx;

import dev.dogvision.spi.contract.ProcessEndContract;

/** ONNX Runtime, in processes that end. */
final class ProcessEndTest extends ProcessEndContract {
  @Override
  protected boolean trains() {
    return false;
  }
}
