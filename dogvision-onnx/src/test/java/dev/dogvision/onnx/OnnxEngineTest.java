package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.contract.ReferenceEngine;
import dev.dogvision.spi.contract.TinyNetwork;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OnnxEngineTest {
  private static final Engine ENGINE = new OnnxEngineProvider().open();

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14, 15})
  void every_segment_gives_what_the_reference_gives(long seed) {
    TinyNetwork tiny = TinyNetwork.random(seed, 11, 3);
    NetworkPlan plan = tiny.plan();
    for (int from = 0; from < plan.logitsPosition(); from++) {
      for (int to = from + 1; to <= plan.logitsPosition(); to++) {
        Segment segment = new Segment(from, to);
        Batch batch = tiny.batch(from, 3, seed);
        try (Network network =
                ENGINE.open(plan, segment, tiny.weights(), Device.CPU, Precision.FLOAT32);
            Network reference =
                new ReferenceEngine()
                    .open(plan, segment, tiny.weights(), Device.CPU, Precision.FLOAT32)) {
          assertThat(network.forward(batch).values())
              .as(segment.toString())
              .containsExactly(reference.forward(batch).values(), within(1e-4f));
        }
      }
    }
  }

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
