package dev.dogvision.examples;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Small pictures of dogs, drawn by seed: they stand in for photographs where a newcomer has none
 * yet. Eight invented breeds differ in coat, hair, ears, legs, body and tail; some of them are
 * easily taken for each other, as real ones are. Place, size, direction, pose, light and
 * surroundings differ from picture to picture.
 */
final class DrawnDogs {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  private DrawnDogs() {}

  /**
   * Draws pictures into one folder a breed, as {@code DatasetBuilder.fromFolders} reads them.
   *
   * @param folder where to; made if it is not there
   * @param picturesPerBreed how many of each of the eight breeds
   * @param seed what chance depends on
   * @return the folder
   * @throws IOException if a file can't be written
   */
  static Path draw(Path folder, int picturesPerBreed, long seed) throws IOException {
    SplittableRandom seeds = new SplittableRandom(seed);
    for (DrawnBreed breed : DrawnBreed.values()) {
      String name = breed.label();
      Path breedFolder = Files.createDirectories(folder.resolve(name));
      SplittableRandom random = seeds.split();
      for (int i = 0; i < picturesPerBreed; i++) {
        Path file = breedFolder.resolve(String.format(Locale.ROOT, "%s_%03d.png", name, i));
        ImageIO.write(picture(breed, random.split()), "png", file.toFile());
      }
    }
    return folder;
  }

  static BufferedImage picture(DrawnBreed breed, SplittableRandom random) {
    return picture(breed.looks, random);
  }

  static BufferedImage picture(DrawnLooks looks, SplittableRandom random) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.setRenderingHint(
          RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
      DrawnScene.draw(graphics, WIDTH, HEIGHT, random);
      double scale = random.nextDouble(0.72, 1.16);
      double ground = HEIGHT * random.nextDouble(0.84, 0.94);
      double room = Math.max(6, HEIGHT / 2.0 - 100 * scale);
      graphics.translate(WIDTH / 2.0 + random.nextDouble(-room, room), ground);
      graphics.scale(random.nextBoolean() ? scale : -scale, scale);
      new DrawnDog(looks, random).draw(graphics);
    } finally {
      graphics.dispose();
    }
    light(image, random);
    return image;
  }

  /** From a warm evening to a cool morning, brighter or darker. */
  private static void light(BufferedImage image, SplittableRandom random) {
    double brightness = random.nextDouble(0.72, 1.08);
    double warmth = random.nextDouble(-0.09, 0.09);
    double[] factors = {
      brightness * (1 + warmth), brightness, brightness * (1 - warmth),
    };
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        Color color = new Color(image.getRGB(x, y));
        image.setRGB(
            x,
            y,
            new Color(
                    channel(color.getRed() * factors[0]),
                    channel(color.getGreen() * factors[1]),
                    channel(color.getBlue() * factors[2]))
                .getRGB());
      }
    }
  }

  private static int channel(double value) {
    return (int) Math.max(0, Math.min(255, Math.round(value)));
  }
}
