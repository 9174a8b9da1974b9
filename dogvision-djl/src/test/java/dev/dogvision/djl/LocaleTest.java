package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.TrainableNetwork;
import java.util.Locale;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text of a network is written for PyTorch, whatever digits and letters the user reads. */
@ResourceLock(Resources.LOCALE)
final class LocaleTest {

  @ParameterizedTest
  @ValueSource(strings = {"ar-EG", "fa-IR", "bn-BD", "mr-IN", "ne-NP", "tr-TR", "de-DE"})
  void networks_give_the_same_in_every_language(String language) {
    Engine engine = new DjlEngineProvider().open();
    RandomNetwork network = RandomNetwork.small(7);
    Batch batch = network.batch(0, 2, 8);
    float[] expected = logits(engine, network, batch);
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag(language));
      assertThat(logits(engine, network, batch)).isEqualTo(expected);
      try (TrainableNetwork trainable =
          engine.openTrainable(
              network.plan(),
              network.plan().whole(),
              0,
              network.weights(),
              Optimizer.adamW(),
              Device.CPU)) {
        assertThat(trainable.accumulate(batch, network.targets(2), 1).loss()).isPositive();
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  private static float[] logits(Engine engine, RandomNetwork network, Batch batch) {
    try (Network open =
        engine.open(
            network.plan(),
            network.plan().whole(),
            network.weights(),
            Device.CPU,
            Precision.FLOAT32)) {
      return open.forward(batch).values();
    }
  }
}
