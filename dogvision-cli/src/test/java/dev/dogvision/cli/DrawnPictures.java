package dev.dogvision.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/** Pictures that are easily told apart, under the names of breeds that embedded models know. */
final class DrawnPictures {
  static final List<String> BREEDS = List.of("beagle", "chow", "pug");
  private static final List<Color> COATS =
      List.of(new Color(230, 220, 200), new Color(190, 90, 30), new Color(40, 40, 60));

  private DrawnPictures() {}

  /** One folder a breed. */
  static Path folders(Path folder, int picturesPerBreed) {
    SplittableRandom random = new SplittableRandom(13);
    for (String breed : BREEDS) {
      for (int i = 0; i < picturesPerBreed; i++) {
        draw(folder.resolve(breed).resolve(breed + "-" + i + ".png"), breed, random);
      }
    }
    return folder;
  }

  /** {@code labels.csv} and {@code train/}. */
  static Path competition(Path folder, int picturesPerBreed) {
    SplittableRandom random = new SplittableRandom(13);
    StringBuilder labels = new StringBuilder("id,breed\n");
    for (int i = 0; i < picturesPerBreed * BREEDS.size(); i++) {
      String breed = BREEDS.get(i % BREEDS.size());
      draw(folder.resolve("train").resolve(i + ".jpg"), breed, random);
      labels.append(i).append(',').append(breed).append('\n');
    }
    try {
      Files.writeString(folder.resolve("labels.csv"), labels);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return folder;
  }

  static Path draw(Path file, String breed, SplittableRandom random) {
    BufferedImage image = new BufferedImage(240, 180, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    graphics.setColor(new Color(random.nextInt(60, 120), random.nextInt(120, 180), 90));
    graphics.fillRect(0, 0, 240, 180);
    graphics.setColor(COATS.get(BREEDS.indexOf(breed)));
    int x = random.nextInt(20, 80);
    int y = random.nextInt(30, 60);
    switch (BREEDS.indexOf(breed)) {
      case 0 -> graphics.fillOval(x, y, 120, 60);
      case 1 -> graphics.fillRect(x, y, 90, 90);
      default ->
          graphics.fillPolygon(new int[] {x, x + 60, x + 120}, new int[] {y + 90, y, y + 90}, 3);
    }
    graphics.dispose();
    try {
      Files.createDirectories(file.getParent());
      String name = file.getFileName().toString();
      ImageIO.write(image, name.substring(name.lastIndexOf('.') + 1), file.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return file;
  }
}
