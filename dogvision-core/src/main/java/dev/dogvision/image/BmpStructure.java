package dev.dogvision.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/** A BMP's header, and the runs of its pixels where they are compressed. */
final class BmpStructure extends FileStructure {
  private static final int FILE_HEADER = 14;
  private static final int USUAL_HEADER = 40;
  private static final int OS2_HEADER = 64;

  private static final int RUNS_OF_8_BITS = 1;
  private static final int RUNS_OF_4_BITS = 2;

  private static final int MASKS = 3;
  private static final double WORK_OF_MASKS = 3.5;

  /** What a byte of runs takes, where a pixel takes 1; those of usual pictures are in that. */
  private static final double WORK_PER_BYTE_OF_RUNS = 0.25;

  private static final double WORK_OF_4_BITS = 1.4;

  private long start;
  private long headerSize;
  private int bits;
  private long compression;

  BmpStructure(byte[] content) {
    super(content);
  }

  @Override
  void read() {
    start = little32(10);
    headerSize = little32(14);
    if (headerSize == 12) {
      width = little16(18);
      height = little16(20);
      bits = little16(24);
    } else if (content.length >= 34) {
      width = Math.abs((long) (int) little32(18));
      height = Math.abs((long) (int) little32(22));
      bits = little16(28);
      compression = headerSize < USUAL_HEADER ? 0 : little32(30);
    } else {
      cut = true;
      return;
    }
    bytesPerPixel = Math.max(1, bits / 8);
    damage = notRead();
    if (damage != null) {
      return;
    }
    workPerPixel =
        (compression == MASKS ? WORK_OF_MASKS : compression == RUNS_OF_4_BITS ? WORK_OF_4_BITS : 1)
            + workOfRows();
    long rowBytes = (width * bits + 31) / 32 * 4;
    boolean plain = compression != RUNS_OF_8_BITS && compression != RUNS_OF_4_BITS;
    boolean sizeFits = width < 1 << 24 && height < 1 << 24;
    if (plain && sizeFits) {
      // Some writers leave out what fills the last row.
      cut = start + rowBytes * height - rowBytes % 4 > content.length;
    } else if (sizeFits) {
      readRuns();
      workPerPixel +=
          WORK_PER_BYTE_OF_RUNS * Math.max(0, content.length - start) / Math.max(1, width * height);
    }
  }

  private @Nullable String notRead() {
    if (compression == 4 && headerSize != OS2_HEADER) {
      return "a BMP that wraps a JPEG, as for printers; save the JPEG that is in it";
    }
    if (compression == 5) {
      return "a BMP that wraps a PNG, as for printers; save the PNG that is in it";
    }
    if (FILE_HEADER + headerSize > content.length) {
      return "cut short: its header promises " + headerSize + " bytes of itself; fetch it again";
    }
    if (isOs2() && compression > RUNS_OF_4_BITS) {
      return "an OS/2 bitmap in a compression that nobody reads; convert it";
    }
    long profile =
        headerSize >= 124 && content.length >= FILE_HEADER + 124 ? little32(FILE_HEADER + 116) : 0;
    return profile > content.length
        ? "its header promises a colour profile of " + profile + " bytes"
        : null;
  }

  /** Version 2 of OS/2, whose header may end after any of its fields. */
  private boolean isOs2() {
    return headerSize >= 16
        && headerSize <= OS2_HEADER
        && headerSize != USUAL_HEADER
        && headerSize != 52
        && headerSize != 56;
  }

  /**
   * Follows the runs of a compressed picture. Java's reader takes what lies outside of the picture
   * for nothing and what is missing for black.
   */
  private void readRuns() {
    int at = (int) Math.min(start, content.length);
    long x = 0;
    long y = 0;
    // ImageMagick fills rows up as if they were not compressed.
    long right = (width * bits + 31) / 32 * 32 / Math.max(1, bits);
    while (at + 2 <= content.length) {
      int count = unsigned(at);
      int value = unsigned(at + 1);
      at += 2;
      if (count > 0) {
        x += count;
      } else if (value == 0) {
        x = 0;
        y++;
        continue;
      } else if (value == 1) {
        return;
      } else if (value == 2) {
        if (at + 2 > content.length) {
          break;
        }
        x += unsigned(at);
        y += unsigned(at + 1);
        at += 2;
        if (x <= right && y <= height) {
          continue; // only pixels need a place
        }
      } else {
        x += value;
        int bytes = compression == RUNS_OF_4_BITS ? (value + 1) / 2 : value;
        at += bytes + bytes % 2;
      }
      if (x > right || y >= height) {
        damage = "damaged: pixels beyond its edges; fetch it again or leave it out";
        return;
      }
    }
    // Some writers leave out the mark that ends a picture.
    cut = at > content.length || y < height - 1 || (y == height - 1 && x < width);
  }

  @Override
  String work() {
    return compression == 0 ? "rows" : "compression " + compression;
  }

  @Override
  boolean isCopied() {
    return isOs2();
  }

  /** An OS/2 bitmap as one of Windows, which begins with the same fields. */
  @Override
  byte[] readable() {
    if (!isOs2()) {
      return content;
    }
    byte[] usual = new byte[content.length - (int) headerSize + USUAL_HEADER];
    int fields = (int) Math.min(headerSize, USUAL_HEADER);
    System.arraycopy(content, 0, usual, 0, FILE_HEADER + fields);
    int colors = FILE_HEADER + (int) headerSize;
    System.arraycopy(content, colors, usual, FILE_HEADER + USUAL_HEADER, content.length - colors);
    ByteBuffer.wrap(usual)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putInt(10, (int) (start - headerSize + USUAL_HEADER))
        .putInt(FILE_HEADER, USUAL_HEADER);
    return usual;
  }
}
