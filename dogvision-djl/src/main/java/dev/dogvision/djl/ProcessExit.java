package dev.dogvision.djl;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the process end cleanly while libtorch is in use, by Ctrl-C for instance. As it ends, the C
 * library runs libtorch's destructors, and a thread that still computes then reads what they freed:
 * instead of exit code 143, a crash in about every other training that was ended. Waiting for such
 * threads is no way out, since an application may go on predicting in its shutdown hooks.
 *
 * <p>So where networks are open when the hooks run, or are opened from then on, the process is told
 * to leave as soon as they are done, with its exit code, and without destructors: the system frees
 * everything anyway. A library that is just being loaded is waited for: its initialisers would run
 * at the same time as its destructors.
 *
 * <p>That takes {@code on_exit}, which glibc has; elsewhere nothing changes.
 */
final class ProcessExit {
  private static final Logger logger = LoggerFactory.getLogger(ProcessExit.class);

  /** Loading takes a second or two; whoever ends a process does not wait much longer than this. */
  private static final Duration LONGEST_LOADING = Duration.ofSeconds(10);

  private static final AtomicInteger openNetworks = new AtomicInteger();
  private static final AtomicBoolean hooked = new AtomicBoolean();

  /** Read is whoever loads, write is the hook that waits for them. */
  private static final ReadWriteLock loading = new ReentrantReadWriteLock();

  private static volatile boolean ending;
  private static volatile @Nullable Function onExit;
  private static volatile @Nullable Function exitAtOnce;

  private ProcessExit() {}

  /** Loads a native library, or more; a process that ends waits for that. */
  static <T> T whileLoading(Supplier<T> load) {
    hookOnce();
    loading.readLock().lock();
    try {
      return load.get();
    } finally {
      loading.readLock().unlock();
      if (ending) { // loaded by a shutdown hook, say
        leaveWithoutDestructors();
      }
    }
  }

  /** To be called before a network is loaded, and followed by {@link #networkClosed}. */
  static void networkOpens() {
    openNetworks.incrementAndGet();
    hookOnce();
    if (ending) { // the hook has looked already
      leaveWithoutDestructors();
    }
  }

  static void networkClosed() {
    openNetworks.decrementAndGet();
  }

  static int openNetworks() {
    return openNetworks.get();
  }

  private static void hookOnce() {
    if (hooked.compareAndSet(false, true)) {
      hook();
    }
  }

  private static void hook() {
    onExit = find("on_exit");
    exitAtOnce = find("_exit");
    if (onExit == null || exitAtOnce == null) {
      return;
    }
    Thread hook = new Thread(ProcessExit::processEnds, "dogvision-exit");
    try {
      Runtime.getRuntime().addShutdownHook(hook);
    } catch (IllegalStateException e) {
      ending = true;
      logger.debug("The process is ending already", e);
    }
  }

  private static void processEnds() {
    boolean loaded = false;
    try {
      loaded = loading.writeLock().tryLock(LONGEST_LOADING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    ending = true;
    if (loaded) {
      loading.writeLock().unlock(); // a hook may still be the first to load it
    }
    if (!loaded || openNetworks.get() > 0) {
      leaveWithoutDestructors();
    }
  }

  /**
   * {@code void on_exit(void (*function)(int status, void *argument), void *argument)}. What is
   * registered last runs first, and {@code _exit(status)} leaves nothing to run after it.
   */
  private static void leaveWithoutDestructors() {
    Function register = onExit;
    if (register != null && exitAtOnce != null) {
      register.invokeInt(new Object[] {exitAtOnce, null});
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
