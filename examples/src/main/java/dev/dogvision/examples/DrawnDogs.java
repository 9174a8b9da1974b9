package dev.dogvision.examples;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;

/**
 * Small pictures of dogs, drawn by seed: they stand in for photographs where a newcomer has none
 * yet. Five invented breeds differ in coat, ears, legs and tail; place, size, direction, light and
 * background differ from picture to picture.
 */
final class DrawnDogs {
  private static final int WIDTH = 320;
  private static final int HEIGHT = 240;

  /** What a breed looks like. */
  private enum Breed {
    BROWN_LONGEAR(new Color(0x8B5A2B), false, true, 0.9, false),
    GREY_POINTER(new Color(0x8A8F98), false, false, 1.3, false),
    LOW_RUSTY(new Color(0xB5532A), false, true, 0.45, true),
    SNOW_FOX(new Color(0xEFEBE2), false, false, 0.8, true),
    SPOTTED_RUNNER(new Color(0xF7F5F0), true, true, 1.3, false);

    private final Color coat;
    private final boolean spotted;
    private final boolean hangingEars;
    private final double legLength;
    private final boolean bushyTail;

    Breed(Color coat, boolean spotted, boolean hangingEars, double legLength, boolean bushyTail) {
      this.coat = coat;
      this.spotted = spotted;
      this.hangingEars = hangingEars;
      this.legLength = legLength;
      this.bushyTail = bushyTail;
    }
  }

  private DrawnDogs() {}

  /**
   * Draws pictures into one folder a breed, as {@code DatasetBuilder.fromFolders} reads them.
   *
   * @param folder where to; made if it is not there
   * @param picturesPerBreed how many of each of the five breeds
   * @param seed what chance depends on
   * @return the folder
   * @throws IOException if a file can't be written
   */
  static Path draw(Path folder, int picturesPerBreed, long seed) throws IOException {
    SplittableRandom seeds = new SplittableRandom(seed);
    for (Breed breed : Breed.values()) {
      Path breedFolder =
          Files.createDirectories(folder.resolve(breed.name().toLowerCase(Locale.ROOT)));
      SplittableRandom random = seeds.split();
      for (int i = 0; i < picturesPerBreed; i++) {
        Path file =
            breedFolder.resolve(
                String.format("%s_%03d.png", breed.name().toLowerCase(Locale.ROOT), i));
        ImageIO.write(picture(breed, random.split()), "png", file.toFile());
      }
    }
    return folder;
  }

  private static BufferedImage picture(Breed breed, SplittableRandom random) {
    BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = image.createGraphics();
    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    background(graphics, random);
    double scale = random.nextDouble(0.7, 1.15);
    graphics.translate(
        WIDTH / 2.0 + random.nextDouble(-40, 40), HEIGHT / 2.0 + random.nextDouble(-10, 25));
    graphics.scale(random.nextBoolean() ? scale : -scale, scale);
    graphics.rotate(random.nextDouble(-0.12, 0.12));
    dog(graphics, breed, random);
    graphics.dispose();
    return image;
  }

  private static void background(Graphics2D graphics, SplittableRandom random) {
    float light = (float) random.nextDouble(0.75, 1);
    graphics.setColor(Color.getHSBColor((float) random.nextDouble(0.5, 0.62), 0.35f, light));
    graphics.fillRect(0, 0, WIDTH, HEIGHT);
    graphics.setColor(Color.getHSBColor((float) random.nextDouble(0.2, 0.38), 0.5f, light * 0.75f));
    graphics.fillRect(0, 130 + random.nextInt(40), WIDTH, HEIGHT);
    for (int i = random.nextInt(6); i > 0; i--) {
      graphics.setColor(Color.getHSBColor((float) random.nextDouble(), 0.3f, light * 0.8f));
      int size = 15 + random.nextInt(50);
      graphics.fillOval(random.nextInt(WIDTH), random.nextInt(HEIGHT), size, size);
    }
  }

  private static void dog(Graphics2D graphics, Breed breed, SplittableRandom random) {
    Color coat = shade(breed.coat, random.nextDouble(0.85, 1.05));
    Color dark = shade(coat, 0.65);
    double legs = 60 * breed.legLength;

    graphics.setColor(dark);
    for (int x : new int[] {-48, -30, 28, 46}) {
      double step = random.nextDouble(-8, 8);
      Path2D leg = new Path2D.Double();
      leg.moveTo(x, 10);
      leg.lineTo(x + 13, 10);
      leg.lineTo(x + 13 + step, 10 + legs);
      leg.lineTo(x + step, 10 + legs);
      leg.closePath();
      graphics.fill(leg);
    }
    graphics.setColor(coat);
    graphics.setStroke(
        new BasicStroke(breed.bushyTail ? 16 : 6, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
    Path2D tail = new Path2D.Double();
    tail.moveTo(-55, -12);
    tail.quadTo(-85, -20, -88, -45 - random.nextDouble(15));
    graphics.draw(tail);
    Ellipse2D body = new Ellipse2D.Double(-65, -32, 130, 60);
    graphics.fill(body);
    graphics.fill(new Ellipse2D.Double(42, -62, 50, 46));
    graphics.fill(new Ellipse2D.Double(72, -46, 40, 24));
    if (breed.spotted) {
      graphics.setColor(new Color(0x2B2B2B));
      for (int i = 0; i < 14; i++) {
        double angle = random.nextDouble(2 * Math.PI);
        double radius = Math.sqrt(random.nextDouble()) * 0.85;
        double size = random.nextDouble(5, 12);
        graphics.fill(
            new Ellipse2D.Double(
                Math.cos(angle) * radius * 60 - size / 2,
                -2 + Math.sin(angle) * radius * 26 - size / 2,
                size,
                size));
      }
    }
    graphics.setColor(breed.spotted ? new Color(0x2B2B2B) : dark);
    if (breed.hangingEars) {
      graphics.fill(new Ellipse2D.Double(44, -58, 16, 42));
    } else {
      Path2D ear = new Path2D.Double();
      ear.moveTo(48, -52);
      ear.lineTo(54, -86);
      ear.lineTo(70, -58);
      ear.closePath();
      graphics.fill(ear);
    }
    graphics.setColor(Color.BLACK);
    graphics.fill(new Ellipse2D.Double(70, -50, 6, 6));
    graphics.fill(new Ellipse2D.Double(104, -42, 10, 8));
  }

  private static Color shade(Color color, double factor) {
    return new Color(
        (int) Math.min(255, color.getRed() * factor),
        (int) Math.min(255, color.getGreen() * factor),
        (int) Math.min(255, color.getBlue() * factor));
  }
}
