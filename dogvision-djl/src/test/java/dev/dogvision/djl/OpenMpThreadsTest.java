package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.jna.NativeLibrary;
import dev.dogvision.spi.Engines;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenMpThreadsTest {

  @Test
  @EnabledOnOs(OS.LINUX)
  void pytorch_is_loaded_with_threads_that_sleep_soon_unless_somebody_has_decided() {
    assertThat(Engines.forTraining().name()).isEqualTo(DjlEngine.NAME);

    if (!System.getenv().containsKey(OpenMpThreads.WAIT_POLICY)) {
      assertThat(inTheProcess(OpenMpThreads.SPIN_COUNT))
          .isEqualTo(System.getenv().getOrDefault(OpenMpThreads.SPIN_COUNT, OpenMpThreads.SHORT));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GOMP_SPINCOUNT, 7, Linux",
    "OMP_WAIT_POLICY, active, Linux",
    "PATH, /bin, Windows 11",
    "PATH, /bin, Mac OS X"
  })
  void nothing_is_changed_where_somebody_has_decided_or_the_threads_are_others(
      String name, String value, String system) {
    String before = inTheProcess(OpenMpThreads.SPIN_COUNT);

    assertThat(OpenMpThreads.sleepSoon(Map.of(name, value), system)).isFalse();

    assertThat(inTheProcess(OpenMpThreads.SPIN_COUNT)).isEqualTo(before);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void other_processes_do_not_inherit_it() {
    assertThat(OpenMpThreads.sleepSoon(Map.of(), "Linux")).isTrue();

    assertThat(new ProcessBuilder().environment().get(OpenMpThreads.SPIN_COUNT))
        .isEqualTo(System.getenv(OpenMpThreads.SPIN_COUNT));
  }

  /** What a native library would read. */
  private static String inTheProcess(String name) {
    return NativeLibrary.getProcess()
        .getFunction("getenv")
        .invokeString(new Object[] {name}, /* wide= */ false);
  }
}
