package dev.dogvision.image;

import java.util.Objects;
import javax.imageio.stream.ImageInputStreamImpl;

/** A file's content as ImageIO wants it, without a copy and without a cache on disk. */
final class ByteArrayImageInputStream extends ImageInputStreamImpl {
  private final byte[] content;

  ByteArrayImageInputStream(byte[] content) {
    this.content = content;
  }

  @Override
  public int read() {
    bitOffset = 0;
    return streamPos >= content.length ? -1 : content[(int) streamPos++] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, target.length);
    bitOffset = 0;
    if (length == 0) {
      return 0;
    }
    if (streamPos >= content.length) {
      return -1;
    }
    int count = (int) Math.min(length, content.length - streamPos);
    System.arraycopy(content, (int) streamPos, target, offset, count);
    streamPos += count;
    return count;
  }

  @Override
  public long length() {
    return content.length;
  }
}
