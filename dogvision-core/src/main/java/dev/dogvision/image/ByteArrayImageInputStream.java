package dev.dogvision.image;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A file's content as ImageIO wants it, without a copy and without a cache on disk.
 *
 * <p>Some readers take a file's end for an endless row of zeros and go on for minutes with what a
 * damaged header asks of them. Such a reader is stopped, as is one that its guard wants to end.
 */
final class ByteArrayImageInputStream extends ImageInputStreamImpl {
  private static final int MOST_READS_BEYOND_THE_END = 1000;

  private final byte[] content;
  private final DecodingGuard guard;
  private final int piece;
  private int readsBeyondTheEnd;

  /**
   * A stream.
   *
   * @param content the bytes; not copied
   * @param guard asked at every read
   * @param piece the most bytes that one read gets
   */
  ByteArrayImageInputStream(byte[] content, DecodingGuard guard, int piece) {
    this.content = content;
    this.guard = guard;
    this.piece = piece;
  }

  @Override
  public int read() {
    guard.check();
    bitOffset = 0;
    return streamPos >= content.length ? end() : content[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    guard.check();
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= content.length) {
      return end();
    }
    int count = (int) Math.min(Math.min(length, piece), content.length - streamPos);
    System.arraycopy(content, (int) streamPos, target, offset, count);
    streamPos += count;
    return count;
  }

  private int end() {
    if (++readsBeyondTheEnd > MOST_READS_BEYOND_THE_END) {
      throw new UncheckedIOException(new EOFException("the data end too early"));
    }
    return -1;
  }

  @Override
  public long length() {
    return content.length;
  }
}
