package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.Precision;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.EngineProvider;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

final class DjlEngineProviderTest {
  private static final String OPT_OUT = "OPT_OUT_TRACKING";

  @Test
  void it_is_found_as_a_service() {
    assertThat(ServiceLoader.load(EngineProvider.class).stream().map(ServiceLoader.Provider::type))
        .contains(DjlEngineProvider.class);
  }

  @Test
  void the_engine_says_what_it_is_and_ends_its_devices_with_the_cpu() {
    Engine engine = new DjlEngineProvider().open();
    assertThat(engine.name()).isEqualTo("PyTorch through DJL");
    assertThat(engine.version()).matches("[0-9.]+, PyTorch [0-9.]+");
    assertThat(engine.devices()).endsWith(Device.CPU);
  }

  @Test
  @ResourceLock(Resources.SYSTEM_PROPERTIES)
  void nothing_is_reported_unless_somebody_wants_it() {
    String before = System.getProperty(OPT_OUT);
    try {
      System.clearProperty(OPT_OUT);
      DjlEngine.declineTracking("false");
      assertThat(System.getProperty(OPT_OUT)).isNull();
      DjlEngine.declineTracking(null);
      assertThat(System.getProperty(OPT_OUT)).isEqualTo("true");
      System.setProperty(OPT_OUT, "false");
      DjlEngine.declineTracking(null);
      assertThat(System.getProperty(OPT_OUT)).isEqualTo("false");
    } finally {
      if (before == null) {
        System.clearProperty(OPT_OUT);
      } else {
        System.setProperty(OPT_OUT, before);
      }
    }
  }

  @Test
  void a_device_that_is_not_there_is_named_with_those_that_are() {
    Engine engine = new DjlEngineProvider().open();
    RandomNetwork network = RandomNetwork.small(1);
    assertThatThrownBy(
            () ->
                engine.open(
                    network.plan(),
                    network.plan().whole(),
                    network.weights(),
                    new Device("cuda", 77),
                    Precision.FLOAT32))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith(
            "device \"cuda:77\" is not available: PyTorch through DJL (%s) sees only %s here",
            engine.version(), engine.devices());
  }
}
