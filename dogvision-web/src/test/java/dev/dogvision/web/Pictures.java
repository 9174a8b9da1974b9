package dev.dogvision.web;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      ImageIO.write(picture, format, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
