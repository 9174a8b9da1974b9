package dev.dogvision.image;

import java.nio.ByteBuffer;

/** Small files that ask for far more than they are worth, each made by hand. */
final class PictureBombs {
  private PictureBombs() {}

  /** A block of EXIF data whose tags all hold the same bytes. */
  static byte[] exifWhoseTagsShareOneRegion(int tags, int length) {
    ByteBuffer block = ByteBuffer.allocate(length);
    block.put(new byte[] {'M', 'M', 0, 42, 0, 0, 0, 8}).putShort((short) tags);
    for (int i = 0; i < tags; i++) {
      // Undefined bytes, from a camera's own range of tags
      block.putShort((short) (0xc000 + i)).putShort((short) 7).putInt(length - 8).putInt(8);
    }
    return block.array();
  }
}
