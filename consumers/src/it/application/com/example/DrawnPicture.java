package com.example;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/** A picture as a browser would send one: a brown ellipse on a lawn, as JPEG. */
final class DrawnPicture {
  private DrawnPicture() {}

  static byte[] jpeg() {
    BufferedImage picture = new BufferedImage(400, 300, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    graphics.setColor(Color.GREEN.darker());
    graphics.fillRect(0, 0, 400, 300);
    graphics.setColor(Color.ORANGE.darker());
    graphics.fillOval(100, 80, 200, 140);
    graphics.dispose();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(picture, "jpeg", bytes)) {
        throw new AssertionError("no writer of JPEG");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }
}
