package dev.dogvision.web;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.Semaphore;

/**
 * Reads what is sent, to a limit for each and one for all together: memory is taken as bytes come,
 * so that who announces much and sends little takes little.
 */
final class Uploads {
  private static final int CHUNK = 1 << 16;

  private final long largest;
  private final Semaphore chunks;

  Uploads(long largest, long all) {
    this.largest = largest;
    this.chunks =
        new Semaphore((int) Math.min(Integer.MAX_VALUE, Math.max(largest, all) / CHUNK + 1));
  }

  /** There is too much of one picture. */
  static final class TooLargeException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** There are too many pictures at once. */
  static final class FullException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** A picture in memory, until it is closed. */
  final class Upload implements AutoCloseable {
    private byte[] bytes = {};
    private int held;

    private void read(InputStream body, long length)
        throws IOException, TooLargeException, FullException {
      byte[] buffer = new byte[CHUNK];
      ByteArrayOutputStream read = new ByteArrayOutputStream();
      if (length > largest) {
        throw tooLarge(body, buffer);
      }
      for (int count; (count = body.readNBytes(buffer, 0, CHUNK)) > 0; ) {
        if (read.size() + (long) count > largest) {
          throw tooLarge(body, buffer);
        }
        if (!chunks.tryAcquire()) {
          throw new FullException();
        }
        held++;
        read.write(buffer, 0, count);
      }
      bytes = read.toByteArray();
    }

    byte[] bytes() {
      return bytes;
    }

    @Override
    public void close() {
      chunks.release(held);
      held = 0;
    }
  }

  Upload read(InputStream body, long length) throws IOException, TooLargeException, FullException {
    Upload upload = new Upload();
    boolean whole = false;
    try {
      upload.read(body, length);
      whole = true;
      return upload;
    } finally {
      if (!whole) {
        upload.close();
      }
    }
  }

  /** A client that still sends would not see the answer; so it may send a good deal more. */
  private TooLargeException tooLarge(InputStream body, byte[] buffer) throws IOException {
    long left = 2 * largest;
    for (int count; left > 0 && (count = body.read(buffer)) >= 0; ) {
      left -= count;
    }
    return new TooLargeException();
  }
}
