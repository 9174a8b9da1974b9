package dev.dogvision.image;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Watches over one decode from inside of the reader's own calls: ends it where its thread is
 * interrupted, and where it allocates more than its header explains. What a reader builds of a
 * file's inner tables depends on that file alone, and few readers bound it.
 */
final class DecodingGuard {
  /** Allocation is looked up every so many calls; a call may be for one byte. */
  private static final int CALLS_BETWEEN_LOOKS = 32;

  private final Thread thread = Thread.currentThread();
  private final long allowance;
  private final long before;
  private int calls;

  /** What ends a decode. */
  static final class Stopped extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Stopped(String message) {
      super(message, null, false, false);
    }
  }

  /**
   * Begins, in the thread that decodes.
   *
   * @param allowance the bytes that this thread may allocate from now on
   */
  DecodingGuard(long allowance) {
    this.allowance = allowance;
    this.before = Allocation.ofThisThread();
  }

  /** Whether the decode is to end since somebody wants its thread back. */
  boolean isInterrupted() {
    return thread.isInterrupted();
  }

  /** Ends the decode by an exception where it is to end. */
  void check() {
    if (isInterrupted()) {
      throw new Stopped("interrupted");
    }
    if (++calls % CALLS_BETWEEN_LOOKS == 0) {
      checkAllocation();
    }
  }

  /** Ends the decode by an exception where it takes too much memory. */
  void checkAllocation() {
    long allocated = Allocation.ofThisThread() - before;
    if (allocated > allowance) {
      throw new Stopped(
          String.format(
              Locale.ROOT,
              "it takes more memory than the %d MB that a picture of its size explains",
              allowance >> 20));
    }
  }

  /** What a thread has allocated, on JVMs that tell. */
  private static final class Allocation {
    private static final @Nullable Object THREADS = threads();

    static long ofThisThread() {
      return THREADS == null ? 0 : ((ThreadMXBean) THREADS).getCurrentThreadAllocatedBytes();
    }

    private static @Nullable Object threads() {
      try {
        if (ManagementFactory.getThreadMXBean() instanceof ThreadMXBean threads
            && threads.isThreadAllocatedMemorySupported()
            && threads.isThreadAllocatedMemoryEnabled()) {
          return threads;
        }
      } catch (LinkageError | RuntimeException e) {
        // A runtime that was linked without this module, or another maker's
      }
      return null;
    }
  }
}
