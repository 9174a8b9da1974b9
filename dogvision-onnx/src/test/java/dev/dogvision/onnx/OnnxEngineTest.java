package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.contract.TinyNetwork;
import org.junit.jupiter.api.Test;

class OnnxEngineTest {
  private static final Engine ENGINE = new OnnxEngineProvider().open();

  @Test
  void it_says_that_it_does_not_train_and_what_does() {
    TinyNetwork tiny = TinyNetwork.random(1, 8, 3);
    assertThatThrownBy(
            () ->
                ENGINE
                    .openTrainable(
                        tiny.plan(),
                        tiny.plan().whole(),
                        0,
                        tiny.weights(),
                        Optimizer.adamW(),
                        Device.CPU)
                    .close())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessage("ONNX Runtime only predicts");
    assertThat(new OnnxEngineProvider().trains()).isFalse();
  }
}
