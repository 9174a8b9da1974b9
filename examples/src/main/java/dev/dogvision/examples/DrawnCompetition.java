package dev.dogvision.examples;

import com.google.common.io.Resources;
import com.google.common.util.concurrent.Futures;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.WritableRaster;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.imageio.ImageIO;

/**
 * A folder as the competition "Dog Breed Identification" has it, of drawn dogs: {@code labels.csv},
 * {@code train/}, {@code test/} and {@code sample_submission.csv}, with grainy JPEGs of 400 x 300
 * pixels whose names are 32 hexadecimal digits.
 */
final class DrawnCompetition {
  private static final int WIDTH = 400;
  private static final int HEIGHT = 300;
  private static final int GRAIN = 14;

  /** As in the competition's table. */
  private static final String FIRST = "boston_bull";

  private static final String MOST_COMMON = "scottish_deerhound";

  private static final List<DrawnBreed> BREEDS = List.of(DrawnBreed.values());

  private DrawnCompetition() {}

  /**
   * Draws it. Pictures that are there already stay, so that an interrupted call can be made again.
   *
   * @param folder where to; made if it is not there
   * @param picturesPerBreed how many of each breed to train on
   * @param testPictures how many to predict
   * @param seed what chance depends on
   * @return the folder
   * @throws IOException if a file can't be written
   */
  static Path draw(Path folder, int picturesPerBreed, int testPictures, long seed)
      throws IOException {
    SplittableRandom seeds = new SplittableRandom(seed);
    Path train = Files.createDirectories(folder.resolve("train"));
    Path test = Files.createDirectories(folder.resolve("test"));
    StringBuilder labels = new StringBuilder("id,breed\n");
    for (int i = 0; i < picturesPerBreed * BREEDS.size(); i++) {
      DrawnBreed breed = BREEDS.get(i % BREEDS.size());
      String id = photograph(train, breed.looks, seeds.split());
      labels.append(id).append(',').append(breed.label()).append('\n');
    }
    StringBuilder sample = new StringBuilder("id");
    BREEDS.stream()
        .map(DrawnBreed::label)
        .sorted()
        .forEach(name -> sample.append(',').append(name));
    sample.append('\n');
    for (int i = 0; i < testPictures; i++) {
      String id = photograph(test, BREEDS.get(i % BREEDS.size()).looks, seeds.split());
      sample.append(id).append(("," + 1.0 / BREEDS.size()).repeat(BREEDS.size())).append('\n');
    }
    Files.writeString(folder.resolve("labels.csv"), labels);
    Files.writeString(folder.resolve("sample_submission.csv"), sample);
    return folder;
  }

  /** The competition's 120 breeds, in the order of their names. */
  static List<String> breeds() {
    try {
      return Resources.readLines(
          Resources.getResource(DrawnCompetition.class, "competition-breeds.txt"),
          StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Draws one whose breeds are named as the competition's 120 and are as unevenly frequent, and
   * whose rows are in no order. The dogs' looks are invented all the same.
   *
   * @param folder where to; made if it is not there
   * @param picturesPerBreed how many of each breed to train on in the mean, at least 4
   * @param testPictures how many to predict
   * @param seed what chance depends on
   * @return the folder
   * @throws IOException if a file can't be written
   */
  static Path drawAllBreeds(Path folder, int picturesPerBreed, int testPictures, long seed)
      throws IOException {
    List<String> names = breeds();
    List<Integer> rows = new ArrayList<>();
    for (int breed = 0; breed < names.size(); breed++) {
      int more = names.get(breed).equals(MOST_COMMON) ? 4 : breed * 7 % 5 - 2;
      rows.addAll(Collections.nCopies(picturesPerBreed + more, breed));
    }
    Collections.shuffle(rows, new Random(seed));
    Collections.swap(rows, 0, rows.indexOf(names.indexOf(FIRST)));

    SplittableRandom seeds = new SplittableRandom(seed);
    Path train = Files.createDirectories(folder.resolve("train"));
    Path test = Files.createDirectories(folder.resolve("test"));
    List<Callable<String>> pictures = new ArrayList<>();
    for (int breed : rows) {
      SplittableRandom random = seeds.split();
      pictures.add(() -> photograph(train, DrawnLooks.invented(breed), random));
    }
    for (int i = 0; i < testPictures; i++) {
      int breed = seeds.nextInt(names.size());
      SplittableRandom random = seeds.split();
      pictures.add(() -> photograph(test, DrawnLooks.invented(breed), random));
    }
    List<String> ids = new ArrayList<>();
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      for (Future<String> id : threads.invokeAll(pictures)) {
        ids.add(Futures.getUnchecked(id));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while drawing");
    } finally {
      threads.shutdownNow();
    }
    StringBuilder labels = new StringBuilder("id,breed\n");
    for (int row = 0; row < rows.size(); row++) {
      labels.append(ids.get(row)).append(',').append(names.get(rows.get(row))).append('\n');
    }
    StringBuilder sample = new StringBuilder("id,").append(String.join(",", names)).append('\n');
    for (String id : ids.subList(rows.size(), ids.size())) {
      sample.append(id).append(("," + 1.0 / names.size()).repeat(names.size())).append('\n');
    }
    Files.writeString(folder.resolve("labels.csv"), labels);
    Files.writeString(folder.resolve("sample_submission.csv"), sample);
    return folder;
  }

  /**
   * Says that nothing was given, and draws pictures without labels in its stead.
   *
   * @param missing what was not given
   * @param pictures how many
   * @return the folder of the pictures
   */
  static Path insteadOf(String missing, int pictures) throws IOException {
    System.out.println(
        "No "
            + missing
            + " given, so here are drawn dogs of invented breeds, which the model can't know.");
    return draw(Files.createTempDirectory("drawn-dogs"), 1, pictures, 13).resolve("test");
  }

  /** Draws one picture, whole or not at all. */
  private static String photograph(Path folder, DrawnLooks looks, SplittableRandom random)
      throws IOException {
    String id = String.format(Locale.ROOT, "%016x%016x", random.nextLong(), random.nextLong());
    Path file = folder.resolve(id + ".jpg");
    if (!Files.exists(file)) {
      BufferedImage image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
      Graphics2D graphics = image.createGraphics();
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
      graphics.drawImage(DrawnDogs.picture(looks, random), 0, 0, WIDTH, HEIGHT, null);
      graphics.dispose();
      grain(image, random);
      Path beside = folder.resolve("." + id);
      ImageIO.write(image, "jpg", beside.toFile());
      Files.move(beside, file);
    }
    return id;
  }

  private static void grain(BufferedImage image, SplittableRandom random) {
    WritableRaster raster = image.getRaster();
    int[] pixels = raster.getPixels(0, 0, WIDTH, HEIGHT, (int[]) null);
    for (int pixel = 0; pixel < pixels.length; pixel += 3) {
      int grain = random.nextInt(-GRAIN, GRAIN + 1);
      for (int i = pixel; i < pixel + 3; i++) {
        pixels[i] = Math.max(0, Math.min(255, pixels[i] + grain));
      }
    }
    raster.setPixels(0, 0, WIDTH, HEIGHT, pixels);
  }
}
