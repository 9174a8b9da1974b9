package dev.dogvision.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtLoggingLevel;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the process end cleanly while ONNX Runtime is in use. Its Java classes free what all
 * sessions share, its environment, in a shutdown hook of their own, whatever other threads do at
 * that moment: a session that is just being opened then reads freed memory, which ended every fifth
 * process that opened sessions with a segmentation fault, and no other hook can open one any more.
 *
 * <p>The environment counts who asked for it and is freed after the last, so this asks once more,
 * for good. A process that ends needs nothing freed.
 */
final class ProcessEnd {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessEnd.class);

  private ProcessEnd() {}

  /**
   * Keeps the environment for as long as the process lives.
   *
   * @param environment opened already, so that the library is loaded
   * @return whether that was possible; otherwise it is freed as before
   */
  @CanIgnoreReturnValue
  static boolean outlive(OrtEnvironment environment) {
    try {
      // The classes give no other way: getEnvironment opens it once in a process.
      Field api =
          Class.forName("ai.onnxruntime.OnnxRuntime", true, OrtEnvironment.class.getClassLoader())
              .getDeclaredField("ortApiHandle");
      api.setAccessible(true);
      Method open =
          OrtEnvironment.class.getDeclaredMethod(
              "createHandle", long.class, int.class, String.class);
      open.setAccessible(true);
      Object unused =
          open.invoke(
              null,
              api.getLong(null),
              OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(),
              "dogvision");
      return true;
    } catch (ReflectiveOperationException | RuntimeException e) { // of another version
      LOG.debug("{} is freed as the process ends, used or not: {}", environment, e.toString());
      return false;
    }
  }
}
