package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The memory that decoding pictures may take at once, in all threads of this process together.
 *
 * <p>What a picture will take is known from its header, and is taken from this budget before
 * anything is allocated. A picture that does not fit just now waits until it does, in the order in
 * which pictures came, and an interrupt ends the wait. One that can never fit is refused. So
 * strangers' pictures neither exhaust the heap nor cost other callers an error.
 *
 * <p>The budget is half of the maximum heap, unless the system property {@value #PROPERTY} names
 * another one as the first picture is decoded: bytes, or a number followed by k, m or g. A quarter
 * of it is for the files themselves, the rest for their pixels; one file may have three quarters of
 * that quarter. A stream counts as its bytes come, wherever it comes from, so one without end is
 * refused at that limit. What an application keeps, such as decoded pictures or bytes in memory, is
 * its own.
 *
 * <p>No more pictures are decoded at once than four for each processor, since more would only take
 * memory, and in small heaps no more than one for each 128 MB. That also keeps most threads out of
 * the native code that forbids garbage collection while it runs, in which a JVM with a full heap
 * may hang or give up.
 */
public final class DecodingMemory {
  /** The system property that sets the budget, {@value}. */
  public static final String PROPERTY = "dogvision.decoding.memory";

  static final String HOW_TO_RAISE =
      "Give Java more (-Xmx), or decoding a larger share of it (-D"
          + PROPERTY
          + "=...), or shrink the picture";

  private static final long HEAP_PER_DECODE = 128L << 20;

  /** One each would be idle where other programs have the processors of those that decode. */
  private static final int DECODES_PER_PROCESSOR = 4;

  private static final Pattern AMOUNT = Pattern.compile("(\\d{1,15})([kmg]?)");
  private static final Object CREATION = new Object();
  private static volatile @Nullable DecodingMemory process;

  private final long bytes;
  private final Pool files;
  private final Pool reserve;
  private final Pool pixels;

  DecodingMemory(long bytes, int most) {
    long forFiles = bytes / 4;
    this.bytes = bytes;
    this.files = new Pool(forFiles / 4, Integer.MAX_VALUE);
    this.reserve = new Pool(forFiles - forFiles / 4, 1);
    this.pixels = new Pool(bytes - forFiles, most);
  }

  /** The one of this process. */
  static DecodingMemory ofProcess() {
    DecodingMemory memory = process;
    if (memory == null) {
      synchronized (CREATION) {
        memory = process;
        if (memory == null) {
          Runtime runtime = Runtime.getRuntime();
          long bytes = budget(System.getProperty(PROPERTY), runtime.maxMemory());
          long places = Math.max(1, runtime.maxMemory() / HEAP_PER_DECODE);
          long most = (long) DECODES_PER_PROCESSOR * runtime.availableProcessors();
          memory = new DecodingMemory(bytes, (int) Math.min(places, most));
          process = memory;
        }
      }
    }
    return memory;
  }

  /**
   * The budget of this process.
   *
   * @return in bytes
   * @throws IllegalArgumentException if the system property holds no amount
   */
  public static long budget() {
    return ofProcess().bytes;
  }

  static long budget(@Nullable String property, long heap) {
    if (property == null) {
      return heap / 2;
    }
    Matcher amount = AMOUNT.matcher(property.strip().toLowerCase(Locale.ROOT));
    long factor = 0;
    if (amount.matches()) {
      factor =
          switch (amount.group(2)) {
            case "k" -> 1L << 10;
            case "m" -> 1L << 20;
            case "g" -> 1L << 30;
            default -> 1;
          };
    }
    boolean positive = factor > 0 && Long.parseLong(amount.group(1)) > 0;
    checkArgument(
        positive && Long.parseLong(amount.group(1)) <= Long.MAX_VALUE / factor,
        "the system property %s must be a number of bytes such as 200000000 or 200m, got '%s'",
        PROPERTY,
        property);
    return Long.parseLong(amount.group(1)) * factor;
  }

  /**
   * What holds the bytes of files. Whoever holds some of it may wait for {@link #reserve()} and for
   * {@link #pixels()}.
   */
  Pool files() {
    return files;
  }

  /**
   * What holds the bytes of one file that is large, or longer than was known. Whoever holds it may
   * wait for {@link #pixels()}.
   */
  Pool reserve() {
    return reserve;
  }

  /** What holds pixels. Whoever holds some of it waits for nothing. */
  Pool pixels() {
    return pixels;
  }

  /** A part of the budget, given out in the order in which it is asked for. */
  static final class Pool {
    private final long limit;
    private final ReentrantLock lock = new ReentrantLock();

    @GuardedBy("lock")
    private final Deque<Waiting> queue = new ArrayDeque<>();

    @GuardedBy("lock")
    private long free;

    @GuardedBy("lock")
    private int places;

    Pool(long limit, int places) {
      this.limit = limit;
      this.free = limit;
      this.places = places;
    }

    /** The most that one may take. */
    long limit() {
      return limit;
    }

    /** How many wait. */
    int waiting() {
      lock.lock();
      try {
        return queue.size();
      } finally {
        lock.unlock();
      }
    }

    /** How many bytes are free now. */
    long free() {
      lock.lock();
      try {
        return free;
      } finally {
        lock.unlock();
      }
    }

    /**
     * Takes a share, waiting for it where necessary.
     *
     * @param bytes at most {@link #limit()}
     * @return to be closed by any thread
     */
    Share take(long bytes) throws InterruptedException {
      checkArgument(bytes >= 0 && bytes <= limit, "%s of %s bytes", bytes, limit);
      lock.lockInterruptibly();
      try {
        Waiting waiting = new Waiting(bytes, lock.newCondition());
        queue.add(waiting);
        giveOut();
        try {
          while (!waiting.served) {
            waiting.turn.await();
          }
        } catch (InterruptedException e) {
          if (waiting.served) {
            giveBack(bytes);
          } else {
            queue.remove(waiting);
            giveOut(); // those behind may fit
          }
          throw e;
        }
        return new Share(this, bytes);
      } finally {
        lock.unlock();
      }
    }

    /**
     * Takes a share where it is free at this moment, also before those who wait: they hold nothing
     * yet.
     *
     * @return null where it is not
     */
    @Nullable Share takeIfFree(long bytes) {
      lock.lock();
      try {
        if (bytes > free || places == 0) {
          return null;
        }
        free -= bytes;
        places--;
        return new Share(this, bytes);
      } finally {
        lock.unlock();
      }
    }

    @GuardedBy("lock")
    private void giveOut() {
      for (Waiting first = queue.peek(); first != null; first = queue.peek()) {
        if (first.bytes > free || places == 0) {
          return;
        }
        queue.remove();
        free -= first.bytes;
        places--;
        first.served = true;
        first.turn.signal();
      }
    }

    @GuardedBy("lock")
    private void giveBack(long bytes) {
      free += bytes;
      places++;
      giveOut();
    }

    private void close(long bytes) {
      lock.lock();
      try {
        giveBack(bytes);
      } finally {
        lock.unlock();
      }
    }
  }

  private static final class Waiting {
    final long bytes;
    final Condition turn;
    boolean served;

    Waiting(long bytes, Condition turn) {
      this.bytes = bytes;
      this.turn = turn;
    }
  }

  /** Bytes that were taken, until they are given back. */
  static final class Share implements AutoCloseable {
    private final Pool pool;
    private final long bytes;
    private boolean closed;

    private Share(Pool pool, long bytes) {
      this.pool = pool;
      this.bytes = bytes;
    }

    @Override
    public void close() {
      if (!closed) {
        closed = true;
        pool.close(bytes);
      }
    }
  }
}
