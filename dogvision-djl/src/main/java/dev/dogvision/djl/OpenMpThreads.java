package dev.dogvision.djl;

import com.sun.jna.NativeLibrary;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What PyTorch's threads do while they wait for each other. On Linux they are GNU OpenMP's, which
 * spin for 3 milliseconds before they sleep, many times in each forward pass. Where the machine has
 * other work, they so keep the processors from the very threads that they wait for.
 *
 * <p>The library reads the setting from the environment when it is loaded, so that has to be
 * changed before. Java's own view of the environment, and what other processes inherit, stay as
 * they are.
 */
final class OpenMpThreads {
  static final String SPIN_COUNT = "GOMP_SPINCOUNT";
  static final String WAIT_POLICY = "OMP_WAIT_POLICY";

  /**
   * Some 200 microseconds: with less, waking threads costs a pass up to half of its time on an idle
   * machine; with more, a busy one loses more. BusyMachineBenchmark has the figures.
   */
  static final String SHORT = "20000";

  private static final Logger logger = LoggerFactory.getLogger(OpenMpThreads.class);

  private OpenMpThreads() {}

  /**
   * Lets the threads sleep soon, unless somebody has decided about it.
   *
   * @param environment the process's
   * @param system its name, as {@code os.name} has it
   * @return whether the setting was made
   */
  static boolean sleepSoon(Map<String, String> environment, String system) {
    if (!system.equals("Linux")
        || environment.containsKey(SPIN_COUNT)
        || environment.containsKey(WAIT_POLICY)) {
      return false;
    }
    try {
      int failed =
          NativeLibrary.getProcess()
              .getFunction("setenv")
              .invokeInt(new Object[] {SPIN_COUNT, SHORT, 0});
      return failed == 0;
    } catch (LinkageError e) { // JNA does not run here, or this C library is another one
      logger.debug("PyTorch's threads spin for as long as they do by default", e);
      return false;
    }
  }
}
