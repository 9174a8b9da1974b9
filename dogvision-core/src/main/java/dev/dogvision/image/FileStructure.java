package dev.dogvision.image;

import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * What a picture's file says about itself before any pixel is decoded: how large it is, whether the
 * file is whole, and where its EXIF data lie. Reads only the frame of the file; anything it does
 * not understand is left to the decoder that comes after.
 */
final class FileStructure {

  /** The size that the header promises, 0 where it was not found. */
  long width;

  long height;

  /** The number of colour components, for JPEG only; 0 where it was not found. */
  int components;

  /** Whether it is a JPEG in several passes, which may lack some and still look whole. */
  boolean progressive;

  /** What is wrong with the file as a whole, or null. */
  @Nullable String damage;

  /** The EXIF block, starting with its TIFF header; its length is 0 where there is none. */
  int exifStart;

  int exifLength;

  private final byte[] content;

  private FileStructure(byte[] content) {
    this.content = content;
  }

  static FileStructure of(ImageFormat format, byte[] content) {
    FileStructure structure = new FileStructure(content);
    switch (format) {
      case JPEG -> structure.readJpeg();
      case PNG -> structure.readPng();
      case GIF -> structure.readGif();
      case BMP -> structure.readBmp();
      case WEBP -> structure.readWebp();
    }
    return structure;
  }

  private void readJpeg() {
    int at = 2;
    while (at + 4 <= content.length) {
      if (unsigned(at) != 0xff) {
        at++; // garbage between segments, which decoders step over as well
        continue;
      }
      int marker = unsigned(at + 1);
      if (marker == 0xff) {
        at++; // a fill byte
        continue;
      }
      if (marker == 0 || marker == 1 || (marker >= 0xd0 && marker <= 0xd8)) {
        at += 2; // stands alone
        continue;
      }
      if (marker == 0xd9 || marker == 0xda) {
        if (marker == 0xda && at + 2 + big16(at + 2) > content.length) {
          damage = cutShort();
        }
        return; // the scan: what follows has no frame
      }
      int length = big16(at + 2);
      int start = at + 4;
      if (at + 2 + length > content.length) {
        damage = cutShort();
        return;
      }
      boolean isFrame = marker == 0xc0 || (marker > 0xc0 && marker <= 0xcf && marker % 4 != 0);
      if (isFrame && start + 6 <= content.length) {
        height = big16(start + 1);
        width = big16(start + 3);
        components = unsigned(start + 5);
        progressive = marker == 0xc2 || marker == 0xc6 || marker == 0xca || marker == 0xce;
      } else if (marker == 0xe1 && startsWith(start, "Exif\0")) {
        setExif(start + 6, length - 8);
      }
      at += 2 + Math.max(2, length);
    }
  }

  private void readPng() {
    int at = 8;
    boolean hasData = false;
    CRC32 checksum = new CRC32();
    while (at + 8 <= content.length) {
      long length = big32(at);
      boolean isData = startsWith(at + 4, "IDAT");
      boolean isHeader = startsWith(at + 4, "IHDR");
      if (at + 12 + length > content.length) {
        if (!hasData || isData) {
          damage = cutShort();
        }
        return;
      }
      if (isData || isHeader || startsWith(at + 4, "PLTE")) {
        checksum.reset();
        checksum.update(content, at + 4, (int) length + 4);
        if (checksum.getValue() != big32(at + 8 + (int) length)) {
          damage = "a part of it fails its checksum: the file was damaged; fetch it again";
          return;
        }
      }
      if (isHeader && length >= 8) {
        width = big32(at + 8);
        height = big32(at + 12);
      } else if (startsWith(at + 4, "eXIf")) {
        setExif(at + 8, (int) length);
      } else if (startsWith(at + 4, "IEND")) {
        return;
      }
      hasData |= isData;
      at += 12 + (int) length;
    }
    if (!hasData) {
      damage = cutShort();
    }
  }

  private void readGif() {
    if (content.length < 13) {
      damage = cutShort();
      return;
    }
    width = little16(6);
    height = little16(8);
    int at = 13 + colorTable(unsigned(10));
    while (at < content.length) {
      int kind = unsigned(at);
      if (kind == 0x21) {
        at = endOfBlocks(at + 2);
      } else if (kind == 0x2c && at + 10 <= content.length) {
        width = Math.max(width, little16(at + 5));
        height = Math.max(height, little16(at + 7));
        at = endOfBlocks(at + 10 + colorTable(unsigned(at + 9)) + 1);
        if (at <= content.length) {
          return; // the first picture is whole
        }
      } else {
        break;
      }
    }
    damage = at >= content.length ? cutShort() : "it holds no picture";
  }

  private static int colorTable(int flags) {
    return (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);
  }

  /** The place after a chain of blocks; beyond the file's end where the chain is cut. */
  private int endOfBlocks(int start) {
    int at = start;
    while (at < content.length) {
      int length = unsigned(at);
      at += 1 + length;
      if (length == 0) {
        return at;
      }
    }
    return Integer.MAX_VALUE;
  }

  private void readBmp() {
    long start = little32(10);
    long headerSize = little32(14);
    int bits;
    long compression = 0;
    if (headerSize == 12) {
      width = little16(18);
      height = little16(20);
      bits = little16(24);
    } else if (content.length >= 34) {
      width = Math.abs((long) (int) little32(18));
      height = Math.abs((long) (int) little32(22));
      bits = little16(28);
      compression = little32(30);
    } else {
      damage = cutShort();
      return;
    }
    long rowBytes = (width * bits + 31) / 32 * 4;
    boolean plain = compression == 0 || compression == 3;
    boolean sizeFits = width < 1 << 24 && height < 1 << 24;
    if (plain && sizeFits && start + rowBytes * height - rowBytes % 4 > content.length) {
      damage = cutShort();
    }
    if (headerSize >= 124 && content.length >= 14 + 124) {
      long profile = little32(14 + 116);
      if (profile > content.length) {
        damage = "its header promises a colour profile of " + profile + " bytes";
      }
    }
  }

  private void readWebp() {
    if (8 + little32(4) > content.length + 1L) {
      damage = cutShort();
      return;
    }
    int at = 12;
    while (at + 8 <= content.length) {
      long length = little32(at + 4);
      int start = at + 8;
      if (startsWith(at, "VP8X") && start + 10 <= content.length) {
        width = 1L + little24(start + 4);
        height = 1L + little24(start + 7);
      } else if (startsWith(at, "VP8L") && start + 5 <= content.length) {
        long bits = little32(start + 1);
        width = Math.max(width, 1 + (bits & 0x3fff));
        height = Math.max(height, 1 + (bits >> 14 & 0x3fff));
      } else if (startsWith(at, "VP8 ") && start + 10 <= content.length) {
        width = Math.max(width, little16(start + 6) & 0x3fff);
        height = Math.max(height, little16(start + 8) & 0x3fff);
      } else if (startsWith(at, "EXIF")) {
        int preamble = startsWith(start, "Exif\0") ? 6 : 0;
        setExif(start + preamble, (int) Math.min(length, content.length) - preamble);
      }
      long next = start + length + (length & 1);
      if (next > content.length) {
        break;
      }
      at = (int) next;
    }
  }

  private void setExif(int start, int length) {
    if (exifLength == 0 && start < content.length) {
      exifStart = start;
      exifLength = Math.max(0, Math.min(length, content.length - start));
    }
  }

  String cutShort() {
    return "cut short: the file ends, after "
        + content.length
        + " bytes, before the picture does; fetch it again";
  }

  private boolean startsWith(int at, String ascii) {
    if (at + ascii.length() > content.length) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (content[at + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private int unsigned(int at) {
    return content[at] & 0xff;
  }

  private int big16(int at) {
    return unsigned(at) << 8 | unsigned(at + 1);
  }

  private long big32(int at) {
    return (long) big16(at) << 16 | big16(at + 2);
  }

  private int little16(int at) {
    return unsigned(at) | unsigned(at + 1) << 8;
  }

  private int little24(int at) {
    return little16(at) | unsigned(at + 2) << 16;
  }

  private long little32(int at) {
    return little16(at) | (long) little16(at + 2) << 16;
  }
}
