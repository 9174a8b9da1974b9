package dev.dogvision.djl;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.contract.EngineContract;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the engine promises, on a GPU; skipped where there is none. */
@Tag("gpu")
final class CudaTest extends EngineContract {
  private static final Engine ENGINE = new DjlEngineProvider().open();
  private static final Device CUDA = new Device("cuda", 0);

  @BeforeEach
  void a_gpu_is_here() {
    assumeTrue(ENGINE.devices().contains(CUDA), "there is no GPU here");
  }

  @Override
  protected Engine engine() {
    return ENGINE;
  }

  @Override
  protected Device device() {
    return CUDA;
  }

  /** Convolutions multiply in TensorFloat-32 by PyTorch's default. */
  @Override
  protected double tolerance() {
    return 1e-2;
  }

  @Test
  void published_weights_agree_in_half_precision() {
    GoldenForwardTest.check(ENGINE, CUDA, Precision.FLOAT16, 2e-2);
  }

  @Test
  void published_weights_agree() {
    GoldenForwardTest.check(ENGINE, CUDA, Precision.FLOAT32, 1e-2);
  }
}
