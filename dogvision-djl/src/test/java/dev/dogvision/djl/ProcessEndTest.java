package dev.dogvision.djl;

import dev.dogvision.spi.contract.ProcessEndContract;

/** PyTorch, in processes that end. */
final class ProcessEndTest extends ProcessEndContract {
  @Override
  protected boolean trains() {
    return true;
  }
}
