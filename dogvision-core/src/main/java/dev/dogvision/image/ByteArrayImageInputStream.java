package dev.dogvision.image;

import java.io.EOFException;
import java.io.UncheckedIOException;
import java.util.Objects;
import javax.imageio.stream.ImageInputStreamImpl;

/**
 * A file's content as ImageIO wants it, without a copy and without a cache on disk.
 *
 * <p>Some readers take a file's end for an endless row of zeros and go on for minutes with what a
 * damaged header asks of them. Such a reader is stopped.
 */
final class ByteArrayImageInputStream extends ImageInputStreamImpl {
  private static final int MOST_READS_BEYOND_THE_END = 1000;

  private final byte[] content;
  private int readsBeyondTheEnd;

  ByteArrayImageInputStream(byte[] content) {
    this.content = content;
  }

  @Override
  public int read() {
    bitOffset = 0;
    return streamPos >= content.length ? end() : content[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= content.length) {
      return end();
    }
    int count = (int) Math.min(length, content.length - streamPos);
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
