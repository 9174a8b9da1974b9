package dev.dogvision.djl;

import java.util.function.Supplier;

/**
 * Lets DJL find what is on the class path. It looks up its engines, services and native libraries
 * by the context class loader of whichever thread comes first, and on a pool's thread that one may
 * know nothing of the application.
 */
final class OwnClassLoader {
  private OwnClassLoader() {}

  /** Does something with this class's loader as the thread's own. */
  static <T> T call(Supplier<T> work) {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(OwnClassLoader.class.getClassLoader());
    try {
      return work.get();
    } finally {
      thread.setContextClassLoader(before);
    }
  }
}
