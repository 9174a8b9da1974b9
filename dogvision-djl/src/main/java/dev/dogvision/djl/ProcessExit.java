package dev.dogvision.djl;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the process end cleanly while networks are in use, by Ctrl-C for instance. As it ends, the C
 * library runs libtorch's destructors, and a thread that still computes then reads what they freed:
 * instead of exit code 143, a crash in about every other training that was ended. Waiting for such
 * threads is no way out, since an application may go on predicting in its shutdown hooks.
 *
 * <p>So where networks are open when the hooks run, the process is told to leave as soon as they
 * are done, with its exit code, and without destructors: the system frees everything anyway. That
 * takes {@code on_exit}, which glibc has; elsewhere nothing changes.
 */
final class ProcessExit {
  private static final Logger logger = LoggerFactory.getLogger(ProcessExit.class);

  private static final AtomicInteger openNetworks = new AtomicInteger();
  private static final AtomicBoolean hooked = new AtomicBoolean();

  private ProcessExit() {}

  /** To be called before a network is loaded, and followed by {@link #networkClosed}. */
  static void networkOpens() {
    openNetworks.incrementAndGet();
    if (hooked.compareAndSet(false, true)) {
      hook();
    }
  }

  static void networkClosed() {
    openNetworks.decrementAndGet();
  }

  static int openNetworks() {
    return openNetworks.get();
  }

  private static void hook() {
    Function onExit = find("on_exit");
    Function exitAtOnce = find("_exit");
    if (onExit == null || exitAtOnce == null) {
      return;
    }
    Thread hook =
        new Thread(
            () -> {
              if (openNetworks.get() > 0) {
                // void on_exit(void (*function)(int status, void *argument), void *argument). What
                // is registered last runs first, and _exit(status) leaves nothing to run after it.
                onExit.invokeInt(new Object[] {exitAtOnce, null});
              }
            },
            "dogvision-exit");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      logger.debug("The process is ending already", e);
    }
  }

  private static @Nullable Function find(String name) {
    try {
      return NativeLibrary.getProcess().getFunction(name);
    } catch (LinkageError e) { // JNA does not run here, or this C library is another one
      logger.debug("The process can't leave without libtorch's destructors", e);
      return null;
    }
  }
}
