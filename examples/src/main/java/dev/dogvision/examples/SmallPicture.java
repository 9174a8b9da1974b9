package dev.dogvision.examples;

import java.awt.Graphics2D;
import java.awt.Image;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Pictures of documents, as small files. */
final class SmallPicture {
  private SmallPicture() {}

  /**
   * Writes one.
   *
   * @param file a PNG file; its folder is made if it is not there
   * @param scale of width and height, at most 1
   */
  static void write(BufferedImage image, double scale, Path file) throws IOException {
    int width = (int) Math.round(image.getWidth() * scale);
    int height = (int) Math.round(image.getHeight() * scale);
    BufferedImage small = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = small.createGraphics();
    graphics.drawImage(
        image.getScaledInstance(width, height, Image.SCALE_AREA_AVERAGING), 0, 0, null);
    graphics.dispose();
    roundColours(small);
    Files.createDirectories(file.toAbsolutePath().getParent());
    ImageIO.write(small, "png", file.toFile());
    System.out.printf(
        Locale.ROOT, "%s, %d x %d, %,d bytes%n", file, width, height, Files.size(file));
  }

  /** To 64 steps a channel, which nobody sees and which makes the files a third smaller. */
  private static void roundColours(BufferedImage image) {
    for (int y = 0; y < image.getHeight(); y++) {
      for (int x = 0; x < image.getWidth(); x++) {
        int high = image.getRGB(x, y) & 0xfcfcfc;
        image.setRGB(x, y, high | (high >> 6 & 0x030303));
      }
    }
  }
}
