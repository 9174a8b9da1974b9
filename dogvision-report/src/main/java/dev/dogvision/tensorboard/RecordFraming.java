package dev.dogvision.tensorboard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * TensorFlow's record format: length (8 bytes, little-endian), masked CRC32C of the length (4), the
 * payload, masked CRC32C of the payload (4).
 *
 * @see <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord">TFRecord</a>
 */
final class RecordFraming {
  static final int HEADER_BYTES = Long.BYTES + Integer.BYTES;
  static final int FOOTER_BYTES = Integer.BYTES;

  private static final int MASK_DELTA = 0xa282ead8;

  private RecordFraming() {}

  static ByteBuffer frame(byte[] payload) {
    ByteBuffer record =
        ByteBuffer.allocate(HEADER_BYTES + payload.length + FOOTER_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    record.putLong(payload.length);
    record.putInt(maskedChecksum(record.array(), 0, Long.BYTES));
    record.put(payload);
    record.putInt(maskedChecksum(payload, 0, payload.length));
    return record.flip();
  }

  /** A checksum of data that holds checksums is weak, hence the rotation and the offset. */
  static int maskedChecksum(byte[] bytes, int offset, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, offset, length);
    return Integer.rotateRight((int) checksum.getValue(), 15) + MASK_DELTA;
  }
}
