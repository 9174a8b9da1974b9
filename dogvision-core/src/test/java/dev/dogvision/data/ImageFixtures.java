package dev.dogvision.data;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import javax.imageio.ImageIO;

/** Files for tests: some that only look like images at first sight, and real ones. */
final class ImageFixtures {
  private ImageFixtures() {}

  /** A file that begins as a JPEG does. */
  @CanIgnoreReturnValue
  static Path jpegHeader(Path file) {
    return write(file, new byte[] {(byte) 0xFF, (byte) 0xD8, (byte) 0xFF, (byte) 0xE0, 0, 0});
  }

  @CanIgnoreReturnValue
  static Path write(Path file, byte[] content) {
    try {
      Files.createDirectories(file.getParent());
      return Files.write(file, content);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @CanIgnoreReturnValue
  static Path text(Path file, String content) {
    return write(file, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Overlapping rectangles, different for each seed. */
  static BufferedImage drawing(int width, int height, long seed) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    Random random = new Random(seed);
    for (int i = 0; i < 30; i++) {
      graphics.setColor(new Color(random.nextInt(256), random.nextInt(256), random.nextInt(256)));
      double x = random.nextDouble();
      double y = random.nextDouble();
      graphics.fillRect(
          (int) (x * width),
          (int) (y * height),
          (int) ((0.1 + random.nextDouble() * 0.4) * width),
          (int) ((0.1 + random.nextDouble() * 0.4) * height));
    }
    graphics.dispose();
    return image;
  }

  @CanIgnoreReturnValue
  static Path save(BufferedImage image, Path file) {
    String name = file.getFileName().toString();
    try {
      Files.createDirectories(file.getParent());
      if (!ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile())) {
        throw new AssertionError("no writer for " + name);
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return file;
  }
}
