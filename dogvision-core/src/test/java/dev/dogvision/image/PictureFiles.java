package dev.dogvision.image;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** Pictures and picture files for tests, made from nothing. */
final class PictureFiles {
  private PictureFiles() {}

  /** A picture with gentle colours and a little noise, so that JPEG keeps it nearly. */
  static RgbImage picture(int width, int height, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int phase = random.nextInt(100);
    byte[] rgb = new byte[width * height * 3];
    int at = 0;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        rgb[at++] = (byte) (40 + 160 * x / width + random.nextInt(6));
        rgb[at++] = (byte) (60 + 150 * y / height + random.nextInt(6));
        rgb[at++] = (byte) (phase + 100 * (x + y) / (width + height) + random.nextInt(6));
      }
    }
    return new RgbImage(width, height, rgb);
  }

  static byte[] write(BufferedImage image, String format) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageWriter writer = ImageIO.getImageWritersByFormatName(format).next();
      try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
        writer.setOutput(stream);
        writer.write(image);
      } finally {
        writer.dispose();
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] jpeg(RgbImage image, boolean progressive) {
    BufferedImage buffered =
        new BufferedImage(image.width(), image.height(), BufferedImage.TYPE_3BYTE_BGR);
    buffered.createGraphics().drawImage(image.toBufferedImage(), 0, 0, null);
    return jpeg(new IIOImage(buffered, null, null), progressive);
  }

  private static byte[] jpeg(IIOImage image, boolean progressive) {
    try {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(0.95f);
      parameters.setProgressiveMode(
          progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
        writer.setOutput(stream);
        writer.write(null, image, parameters);
      } finally {
        writer.dispose();
      }
      return bytes.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A JPEG of four components in one colour, ink as Adobe writes it: 255 for none. */
  static byte[] cmykJpeg(int width, int height, int cyan, int magenta, int yellow, int black) {
    WritableRaster raster = Raster.createInterleavedRaster(0, width, height, 4, null);
    int[] ink = {255 - cyan, 255 - magenta, 255 - yellow, 255 - black};
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        raster.setPixel(x, y, ink);
      }
    }
    byte[] adobe = {
      (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    return inserted(jpeg(new IIOImage(raster, null, null), false), 2, adobe);
  }

  static byte[] png(RgbImage image) {
    return write(image.toBufferedImage(), "png");
  }

  /** A lossless WebP in one colour. */
  static byte[] webp(int width, int height, int red, int green, int blue, int alpha) {
    return riff(webpImage(width, height, red, green, blue, alpha));
  }

  /** What a lossless WebP in one colour holds. */
  static byte[] webpImage(int width, int height, int red, int green, int blue, int alpha) {
    Bits bits = new Bits();
    bits.write(0x2f, 8);
    bits.write(width - 1, 14);
    bits.write(height - 1, 14);
    bits.write(1, 1); // has alpha
    bits.write(0, 3); // version
    bits.write(0, 1); // no transform
    bits.write(0, 1); // no colour cache
    bits.write(0, 1); // one group of codes
    for (int symbol : new int[] {green, red, blue, alpha, 0}) {
      bits.write(1, 1); // a simple code
      bits.write(0, 1); // of one symbol, which takes no bits
      bits.write(1, 1); // written with 8 bits
      bits.write(symbol, 8);
    }
    return chunk("VP8L", bits.bytes());
  }

  static byte[] riff(byte[]... chunks) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    body.writeBytes("WEBP".getBytes(StandardCharsets.US_ASCII));
    for (byte[] chunk : chunks) {
      body.writeBytes(chunk);
    }
    return chunk("RIFF", body.toByteArray());
  }

  static byte[] chunk(String name, byte[] content) {
    int padded = content.length + (content.length & 1);
    return ByteBuffer.allocate(8 + padded)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(name.getBytes(StandardCharsets.US_ASCII))
        .putInt(content.length)
        .put(content)
        .array();
  }

  /** An EXIF block that holds an orientation and nothing else. */
  static byte[] exif(int orientation) {
    return ByteBuffer.allocate(26)
        .put(new byte[] {'M', 'M', 0, 42, 0, 0, 0, 8})
        .putShort((short) 1)
        .putShort((short) 0x0112)
        .putShort((short) 3)
        .putInt(1)
        .putShort((short) orientation)
        .putShort((short) 0)
        .putInt(0)
        .array();
  }

  static byte[] jpegWithExif(byte[] jpeg, byte[] exif) {
    ByteBuffer segment = ByteBuffer.allocate(10 + exif.length);
    segment.put(new byte[] {(byte) 0xff, (byte) 0xe1}).putShort((short) (8 + exif.length));
    segment.put("Exif\0\0".getBytes(StandardCharsets.US_ASCII)).put(exif);
    return inserted(jpeg, 2, segment.array());
  }

  /** A PNG with one more chunk, right after its header. */
  static byte[] pngWithChunk(byte[] png, String name, byte[] content) {
    ByteBuffer chunk = ByteBuffer.allocate(12 + content.length);
    chunk.putInt(content.length).put(name.getBytes(StandardCharsets.US_ASCII)).put(content);
    CRC32 checksum = new CRC32();
    checksum.update(chunk.array(), 4, 4 + content.length);
    chunk.putInt((int) checksum.getValue());
    return inserted(png, 33, chunk.array());
  }

  /** A PNG whose header promises another size. */
  static byte[] pngPromising(byte[] png, int width, int height) {
    byte[] changed = png.clone();
    CRC32 checksum = new CRC32();
    ByteBuffer.wrap(changed).putInt(16, width).putInt(20, height);
    checksum.update(changed, 12, 17);
    ByteBuffer.wrap(changed).putInt(29, (int) checksum.getValue());
    return changed;
  }

  /** A JPEG whose header promises another size. */
  static byte[] jpegPromising(byte[] jpeg, int width, int height) {
    byte[] changed = jpeg.clone();
    for (int i = 2; i < changed.length; i++) {
      boolean frame = changed[i] == (byte) 0xc0 || changed[i] == (byte) 0xc2;
      if (changed[i - 1] == (byte) 0xff && frame) {
        ByteBuffer.wrap(changed).putShort(i + 4, (short) height).putShort(i + 6, (short) width);
        return changed;
      }
    }
    throw new IllegalArgumentException("no frame");
  }

  /** Makes the checksums of a PNG right again, as far as its chunks can be followed. */
  static byte[] pngWithChecksums(byte[] png) {
    ByteBuffer buffer = ByteBuffer.wrap(png);
    int at = 8;
    while (at + 12 <= png.length && buffer.getInt(at) >= 0) {
      int length = buffer.getInt(at);
      if (length > png.length - at - 12) {
        break;
      }
      CRC32 checksum = new CRC32();
      checksum.update(png, at + 4, length + 4);
      buffer.putInt(at + 8 + length, (int) checksum.getValue());
      at += 12 + length;
    }
    return png;
  }

  static byte[] inserted(byte[] content, int at, byte[] piece) {
    return ByteBuffer.allocate(content.length + piece.length)
        .put(content, 0, at)
        .put(piece)
        .put(content, at, content.length - at)
        .array();
  }

  /** The mean difference of two pictures' values. */
  static double difference(RgbImage a, RgbImage b) {
    if (a.width() != b.width() || a.height() != b.height()) {
      throw new AssertionError(a + " and " + b + " differ in size");
    }
    long sum = 0;
    for (int i = 0; i < a.rgb().length; i++) {
      sum += Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff));
    }
    return (double) sum / a.rgb().length;
  }

  /** Bits, the lowest first. */
  static final class Bits {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private long pending;
    private int count;

    void write(int value, int bits) {
      pending |= (long) value << count;
      for (count += bits; count >= 8; count -= 8) {
        bytes.write((int) pending);
        pending >>>= 8;
      }
    }

    byte[] bytes() {
      write(0, (8 - count % 8) % 8);
      return bytes.toByteArray();
    }
  }
}
