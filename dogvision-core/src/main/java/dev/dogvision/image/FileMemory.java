package dev.dogvision.image;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The memory that one file takes while it is read and decoded. How long a file is may be known
 * before, or not until its stream has ended: then more is taken piece by piece, as it comes.
 *
 * <p>Who holds some and needs more never waits for another who does the same: what is not free at
 * once comes from a reserve, which one file has at a time and which is enough for the largest that
 * may be read. Whoever has it waits for no file.
 */
final class FileMemory implements AutoCloseable {
  private final DecodingMemory memory;
  private final Deque<DecodingMemory.Share> shares = new ArrayDeque<>();
  private long taken;

  FileMemory(DecodingMemory memory) {
    this.memory = memory;
  }

  /** The most bytes that a file may have. */
  long limit() {
    return memory.reserve().limit();
  }

  /**
   * Sees to it that there is memory for so many bytes in all, waiting for it where necessary.
   *
   * @param bytes at most {@link #limit()}
   */
  void need(long bytes) throws InterruptedException {
    if (bytes <= taken) {
      return;
    }
    DecodingMemory.Pool files = memory.files();
    if (shares.isEmpty() && bytes <= files.limit()) {
      shares.push(files.take(bytes));
      taken = bytes;
      return;
    }
    DecodingMemory.Share more = shares.isEmpty() ? null : files.takeIfFree(bytes - taken);
    if (more == null) {
      shares.push(memory.reserve().take(memory.reserve().limit()));
      taken = memory.reserve().limit();
    } else {
      shares.push(more);
      taken = bytes;
    }
  }

  @Override
  public void close() {
    shares.forEach(DecodingMemory.Share::close);
    shares.clear();
  }
}
