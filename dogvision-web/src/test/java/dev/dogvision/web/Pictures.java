package dev.dogvision.web;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.Random;
import javax.imageio.ImageIO;

/** Pictures that tests draw. */
final class Pictures {
  private Pictures() {}

  /** Brown shapes on green. */
  static byte[] drawn(String format, int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(new Color(96, 140, 80));
    graphics.fillRect(0, 0, width, height);
    graphics.setColor(new Color(120, 80, 40));
    graphics.fillOval(width / 4, height / 4, width / 2, height / 2);
    graphics.setColor(Color.BLACK);
    graphics.fillOval(width / 3, height / 3, width / 12, height / 12);
    graphics.fillOval(width / 2, height / 3, width / 12, height / 12);
    graphics.dispose();
    return file(picture, format);
  }

  private static byte[] file(BufferedImage picture, String format) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A JPEG as a phone takes it: lying on its side, with a note that it is to be turned. */
  static byte[] onItsSide(int width, int height) {
    BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Random random = new Random(13);
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        picture.setRGB(x, y, random.nextInt(1 << 24)); // which makes a large file
      }
    }
    byte[] jpeg = file(picture, "jpg");
    byte[] exif =
        HexFormat.of()
            .parseHex(
                "ffe10022" // a segment of 34 bytes
                    + "457869660000" // Exif
                    + "4d4d002a00000008" // big endian, the table is next
                    + "0001" // of one entry
                    + "011200030000000100060000" // orientation, one short: 6
                    + "00000000"); // and no other table
    byte[] turned = new byte[jpeg.length + exif.length];
    System.arraycopy(jpeg, 0, turned, 0, 2);
    System.arraycopy(exif, 0, turned, 2, exif.length);
    System.arraycopy(jpeg, 2, turned, 2 + exif.length, jpeg.length - 2);
    return turned;
  }
}
