package dev.dogvision.image;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

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

  /** Where the last scan of a JPEG begins. */
  static int lastScan(byte[] jpeg) {
    for (int i = jpeg.length - 2; i > 0; i--) {
      if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xda) {
        return i;
      }
    }
    throw new IllegalArgumentException("no scan");
  }

  /** A progressive JPEG whose last scan comes again and again, as often as wanted. */
  static byte[] jpegWithLastScanRepeated(byte[] progressive, int times) {
    int scan = lastScan(progressive);
    byte[] repeated = Arrays.copyOfRange(progressive, scan, progressive.length - 2);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(progressive, 0, scan);
    for (int i = 0; i < times; i++) {
      bytes.writeBytes(repeated);
    }
    bytes.write(0xff);
    bytes.write(0xd9);
    return bytes.toByteArray();
  }

  /** A grey JPEG's only component three times, as one of colours, in a scan each. */
  static byte[] jpegInSeparateScans(byte[] grey) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer file = ByteBuffer.wrap(grey);
    bytes.write(grey, 0, 2);
    int at = 2;
    while (grey[at + 1] != (byte) 0xda) {
      int length = 2 + (file.getShort(at + 2) & 0xffff);
      if (grey[at + 1] == (byte) 0xc0) {
        bytes.writeBytes(new byte[] {(byte) 0xff, (byte) 0xc0, 0, 17});
        bytes.write(grey, at + 4, 5);
        bytes.writeBytes(new byte[] {3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0});
      } else {
        bytes.write(grey, at, length);
      }
      at += length;
    }
    for (byte component = 1; component <= 3; component++) {
      bytes.writeBytes(new byte[] {(byte) 0xff, (byte) 0xda, 0, 8, 1, component, 0, 0, 63, 0});
      bytes.write(grey, at + 10, grey.length - at - 12);
    }
    bytes.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd9});
    return bytes.toByteArray();
  }

  static byte[] repeated(byte[] piece, int times) {
    ByteBuffer bytes = ByteBuffer.allocate(piece.length * times);
    for (int i = 0; i < times; i++) {
      bytes.put(piece);
    }
    return bytes.array();
  }

  /** A chunk of a PNG that holds nothing. */
  static byte[] pngChunk(String name) {
    byte[] png = PictureFiles.pngWithChunk(new byte[33], name, new byte[0]);
    return Arrays.copyOfRange(png, 33, png.length);
  }

  /** A lossless WebP that names a group of codes with a number as large as wanted. */
  static byte[] webpOfManyCodes(int groups) {
    PictureFiles.Bits bits = losslessHeader(64, 64);
    bits.write(0, 1); // no transform
    bits.write(0, 1); // no colour cache
    bits.write(1, 1); // several groups of codes, as an image tells, one pixel of which
    bits.write(7, 3); // stands for 512 by 512 pixels
    bits.write(0, 1); // no colour cache
    codes(bits, (groups - 1) & 0xff, (groups - 1) >> 8);
    for (int i = 0; i < groups; i++) {
      codes(bits, 10, 20);
    }
    return PictureFiles.riff(PictureFiles.chunk("VP8L", bits.bytes()));
  }

  /** A lossless WebP that subtracts green from red and blue as often as wanted. */
  static byte[] webpTransformedAgainAndAgain(int width, int height, int times) {
    PictureFiles.Bits bits = losslessHeader(width, height);
    for (int i = 0; i < times; i++) {
      bits.write(1, 1);
      bits.write(2, 2);
    }
    bits.write(0, 1);
    bits.write(0, 1); // no colour cache
    bits.write(0, 1); // one group of codes
    codes(bits, 10, 20);
    return PictureFiles.riff(PictureFiles.chunk("VP8L", bits.bytes()));
  }

  private static PictureFiles.Bits losslessHeader(int width, int height) {
    PictureFiles.Bits bits = new PictureFiles.Bits();
    bits.write(0x2f, 8);
    bits.write(width - 1, 14);
    bits.write(height - 1, 14);
    bits.write(0, 4);
    return bits;
  }

  /** A group of codes that all know one symbol. */
  private static void codes(PictureFiles.Bits bits, int green, int red) {
    for (int symbol : new int[] {green, red, 0, 255, 0}) {
      bits.write(1, 1); // a simple code
      bits.write(0, 1); // of one symbol, which takes no bits
      bits.write(1, 1); // written with 8 bits
      bits.write(symbol, 8);
    }
  }

  /** A lossy WebP that holds little more than its size. */
  static byte[] lossyWebpPromising(int width, int height) {
    ByteBuffer frame = ByteBuffer.allocate(400).order(ByteOrder.LITTLE_ENDIAN);
    int firstPart = 300;
    int header = 1 << 4 | firstPart << 5; // a key frame that is shown
    frame.put((byte) header).put((byte) (header >> 8)).put((byte) (header >> 16));
    frame.put((byte) 0x9d).put((byte) 0x01).put((byte) 0x2a);
    frame.putShort((short) width).putShort((short) height);
    return PictureFiles.riff(PictureFiles.chunk("VP8 ", frame.array()));
  }

  /** A GIF of one colour that has its table of codes made anew as often as wanted. */
  static byte[] gifClearing(int width, int height, int times) {
    PictureFiles.Bits bits = new PictureFiles.Bits();
    for (int i = 0; i < times; i++) {
      bits.write(256, 9);
    }
    for (int i = 0; i < width * height; i++) {
      if (i % 100 == 0) {
        bits.write(256, 9);
      }
      bits.write(7, 9);
    }
    bits.write(257, 9);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ByteBuffer header = ByteBuffer.allocate(13).order(ByteOrder.LITTLE_ENDIAN);
    header.put("GIF89a".getBytes(StandardCharsets.US_ASCII));
    header.putShort((short) width).putShort((short) height).put((byte) 0xf7);
    bytes.writeBytes(header.array());
    bytes.writeBytes(new byte[3 * 256]);
    ByteBuffer frame = ByteBuffer.allocate(11).order(ByteOrder.LITTLE_ENDIAN);
    frame.put((byte) 0x2c).putInt(0).putShort((short) width).putShort((short) height);
    bytes.writeBytes(frame.put((byte) 0).put((byte) 8).array());
    byte[] codes = bits.bytes();
    for (int i = 0; i < codes.length; i += 255) {
      int length = Math.min(255, codes.length - i);
      bytes.write(length);
      bytes.write(codes, i, length);
    }
    bytes.write(0);
    bytes.write(0x3b);
    return bytes.toByteArray();
  }

  /** A BMP whose runs go nowhere as often as wanted before its one colour comes. */
  static byte[] bmpGoingNowhere(int width, int height, int times) {
    ByteArrayOutputStream runs = new ByteArrayOutputStream();
    runs.writeBytes(repeated(new byte[] {0, 2, 0, 0}, times));
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x += 100) {
        runs.writeBytes(new byte[] {(byte) Math.min(100, width - x), 7});
      }
      runs.writeBytes(new byte[] {0, 0});
    }
    runs.writeBytes(new byte[] {0, 1});
    int start = 54 + 4 * 256;
    ByteBuffer bmp = ByteBuffer.allocate(start + runs.size()).order(ByteOrder.LITTLE_ENDIAN);
    bmp.put((byte) 'B').put((byte) 'M').putInt(bmp.capacity()).putInt(0).putInt(start);
    bmp.putInt(40).putInt(width).putInt(height).putShort((short) 1).putShort((short) 8).putInt(1);
    return bmp.position(start).put(runs.toByteArray()).array();
  }

  /** A WebP of frames in frames. */
  static byte[] webpOfNestedFrames(int depth) {
    ByteBuffer frames = ByteBuffer.allocate(24 * depth).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < depth; i++) {
      frames.put("ANMF".getBytes(StandardCharsets.US_ASCII)).putInt(24 * (depth - i) - 8);
      frames.putInt(0).putInt(0).putLong(0);
    }
    return PictureFiles.riff(
        PictureFiles.chunk("VP8X", new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 0, 0}), frames.array());
  }

  /** A segment of a JPEG that holds a small colour profile. */
  static byte[] jpegProfile(byte[] profile) {
    return ByteBuffer.allocate(18 + profile.length)
        .put(new byte[] {(byte) 0xff, (byte) 0xe2})
        .putShort((short) (16 + profile.length))
        .put("ICC_PROFILE\0".getBytes(StandardCharsets.US_ASCII))
        .put(new byte[] {1, 1})
        .put(profile)
        .array();
  }
}
