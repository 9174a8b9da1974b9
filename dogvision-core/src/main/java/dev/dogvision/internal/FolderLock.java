package dev.dogvision.internal;

import com.google.common.util.concurrent.Striped;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLockInterruptionException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a folder to one writer at a time, among the threads of this process and among processes.
 * The lock is the operating system's, on a hidden file that is there while somebody writes: it ends
 * with its process, however that ends, and the next writer takes the file over.
 *
 * <p>On a file system without locks (some network ones), only threads are kept apart; see {@link
 * #keepsProcessesApart()}.
 */
public final class FolderLock implements AutoCloseable {
  /** The name of the hidden file. */
  public static final String FILE = ".dogvision-lock";

  private static final Logger LOG = LoggerFactory.getLogger(FolderLock.class);
  private static final Striped<Lock> THREADS = Striped.lazyWeakLock(1 << 12);
  private static final Duration LONGEST_WAIT = Duration.ofMinutes(10);
  private static final int POLL_MILLIS = 5;

  private final Path file;
  private final Lock thread;
  private final @Nullable Held held;

  private enum Answer {
    FREE,
    TAKEN,
    NO_LOCKS_HERE
  }

  /** A locked file, and what was opened to see that it is still the one in the folder. */
  private record Held(FileChannel channel, FileChannel check) {}

  private FolderLock(Path file, Lock thread, @Nullable Held held) {
    this.file = file;
    this.thread = thread;
    this.held = held;
  }

  /**
   * Waits until nobody else writes to a folder, up to ten minutes.
   *
   * @param folder the folder, which is there
   * @return the lock, to be closed by the same thread
   * @throws IOException if the folder can't be written to, the thread is interrupted, or the wait
   *     is too long
   */
  public static FolderLock of(Path folder) throws IOException {
    Path real = folder.toRealPath();
    Lock thread = THREADS.get(real);
    try {
      thread.lockInterruptibly();
    } catch (InterruptedException e) {
      throw interrupted(folder);
    }
    try {
      Path file = real.resolve(FILE);
      return new FolderLock(file, thread, hold(folder, file));
    } catch (IOException | RuntimeException | Error e) {
      thread.unlock();
      throw e;
    }
  }

  /** Locks the file; null where the file system has no locks. */
  private static @Nullable Held hold(Path folder, Path file) throws IOException {
    long end = System.nanoTime() + LONGEST_WAIT.toNanos();
    while (true) {
      FileChannel channel = open(file);
      boolean kept = false;
      try {
        Answer answer = lock(channel);
        if (answer == Answer.NO_LOCKS_HERE) {
          Files.deleteIfExists(file);
          return null;
        }
        FileChannel check = answer == Answer.FREE ? sameFile(channel, file) : null;
        if (check != null) {
          kept = true;
          return new Held(channel, check);
        }
      } finally {
        if (!kept) {
          channel.close();
        }
      }
      if (System.nanoTime() - end > 0) {
        throw new IOException(
            "another process has been writing to "
                + folder
                + " for "
                + LONGEST_WAIT.toMinutes()
                + " minutes (it holds "
                + file
                + ")");
      }
      pause(folder);
    }
  }

  /**
   * Opens the hidden file, which is written to. A folder may come from a stranger, and hold a link
   * of that name to a file of the user's, or a pipe that nobody reads.
   */
  private static FileChannel open(Path file) throws IOException {
    if (RegularFile.isSomethingElse(file)) {
      throw new IOException(file + " is not a file, where a lock is needed: remove it");
    }
    try {
      return FileChannel.open(
          file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    } catch (UnsupportedOperationException e) {
      return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }
  }

  private static Answer lock(FileChannel channel) throws IOException {
    try {
      // Never a blocking lock: systems take two processes that wait for each other's threads for
      // a deadlock, which it is not.
      return channel.tryLock() == null ? Answer.TAKEN : Answer.FREE;
    } catch (OverlappingFileLockException e) {
      return Answer.TAKEN; // by this process, through another class loader
    } catch (ClosedByInterruptException | FileLockInterruptionException e) {
      throw e;
    } catch (IOException | UnsupportedOperationException e) {
      LOG.debug("no locks here: {}", e.toString());
      return Answer.NO_LOCKS_HERE;
    }
  }

  /**
   * Whoever held the lock before has deleted the file, so ours may be out of the folder by now, and
   * a third may have made another. A word of our own tells. The second channel stays open: on POSIX
   * systems, to close any channel of a file drops all locks that the process has on it.
   */
  private static @Nullable FileChannel sameFile(FileChannel channel, Path file) throws IOException {
    UUID word = UUID.randomUUID();
    ByteBuffer written =
        ByteBuffer.allocate(16)
            .putLong(word.getMostSignificantBits())
            .putLong(word.getLeastSignificantBits())
            .flip();
    while (written.hasRemaining()) {
      int unused = channel.write(written, written.position());
    }
    FileChannel check;
    try {
      check = FileChannel.open(file, StandardOpenOption.READ);
    } catch (NoSuchFileException e) {
      return null;
    }
    boolean same = false;
    try {
      ByteBuffer read = ByteBuffer.allocate(16);
      while (read.hasRemaining() && check.read(read, read.position()) > 0) {}
      same =
          !read.hasRemaining()
              && read.getLong(0) == word.getMostSignificantBits()
              && read.getLong(8) == word.getLeastSignificantBits();
    } finally {
      if (!same) {
        check.close();
      }
    }
    return same ? check : null;
  }

  private static void pause(Path folder) throws IOException {
    try {
      Thread.sleep(POLL_MILLIS);
    } catch (InterruptedException e) {
      throw interrupted(folder);
    }
  }

  private static IOException interrupted(Path folder) {
    Thread.currentThread().interrupt();
    return new InterruptedIOException("interrupted while waiting to write to " + folder);
  }

  /**
   * Whether other processes are kept out too. Where they are not, what looks like the leftover of a
   * dead process may belong to a living one.
   *
   * @return false on a file system without locks
   */
  public boolean keepsProcessesApart() {
    return held != null;
  }

  /** Lets the next writer in. */
  @Override
  public void close() {
    try {
      if (held != null) {
        try (FileChannel channel = held.channel();
            FileChannel check = held.check()) {
          Files.deleteIfExists(file);
          LOG.trace("done with {} and {}", channel, check);
        }
      }
    } catch (IOException e) {
      LOG.debug("{} stays until the next writer: {}", file, e.toString());
    } finally {
      thread.unlock();
    }
  }
}
