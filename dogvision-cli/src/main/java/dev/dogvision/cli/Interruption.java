package dev.dogvision.cli;

import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C, and the ends that systems ask for. The first interrupts the thread that works, which
 * stops after the step under way and leaves its files whole; the second ends the process at once.
 * Files are written whole or not at all, so that nothing is half written even then.
 */
final class Interruption {
  private static final int INTERRUPT = 2;
  private static final int TERMINATE = 15;

  private final AtomicInteger signal = new AtomicInteger();
  private final @Nullable Thread worker;
  private final Runnable told;

  private Interruption(@Nullable Thread worker, Runnable told) {
    this.worker = worker;
    this.told = told;
  }

  /** Nothing interrupts, such as in a program that runs a command inside of itself. */
  static Interruption none() {
    return new Interruption(null, () -> {});
  }

  /**
   * Listens to the system from now on. Where the Java virtual machine offers no signals, the
   * process ends as it always does.
   *
   * @param worker is interrupted
   * @param told is called at the first signal
   */
  static Interruption ofSignals(Thread worker, Runnable told) {
    Interruption interruption = new Interruption(worker, told);
    interruption.handle("INT", INTERRUPT);
    interruption.handle("TERM", TERMINATE);
    return interruption;
  }

  /** Whether somebody asked for the end. */
  boolean happened() {
    return signal.get() != 0;
  }

  /** What the process says where it was interrupted. */
  int exitCode() {
    return ExitCode.SIGNALLED + (happened() ? signal.get() : INTERRUPT);
  }

  /** A signal came. */
  void happen(int number) {
    if (!signal.compareAndSet(0, number)) {
      Runtime.getRuntime().halt(ExitCode.SIGNALLED + number);
    }
    told.run();
    if (worker != null) {
      worker.interrupt();
    }
  }

  /**
   * By name, since the compiler warns of this class in a way that nothing can silence. It belongs
   * to the module jdk.unsupported, which is there to be used.
   */
  private void handle(String name, int number) {
    try {
      Class<?> type = Class.forName("sun.misc.Signal");
      Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
      Object handler =
          Proxy.newProxyInstance(
              Interruption.class.getClassLoader(),
              new Class<?>[] {handlerType},
              (proxy, method, arguments) ->
                  switch (method.getName()) {
                    case "handle" -> {
                      happen(number);
                      yield null;
                    }
                    case "hashCode" -> System.identityHashCode(proxy);
                    case "equals" -> proxy == arguments[0];
                    default -> "dogvision's handler of " + name;
                  });
      Object unused =
          type.getMethod("handle", type, handlerType)
              .invoke(null, type.getConstructor(String.class).newInstance(name), handler);
    } catch (ReflectiveOperationException | RuntimeException e) {
      // There are no such signals here, or somebody else has them.
      return;
    }
  }
}
