package dev.dogvision.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.base.Splitter;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an application gets back that trains, saves, predicts and closes again and again: the
 * operating system says how many files are open, how many threads there are, how much memory is
 * taken, which temporary files lie about. {@code -Ddogvision.lives=200} goes through more lives.
 */
public abstract class LongLifeContract {
  private static final int LIVES = Integer.getInteger("dogvision.lives", 60);

  /** After so many, pools and caches are as large as they get. */
  private static final int WARM_UP = 12;

  private static final long PAGE = 4096;
  private static final long ALLOWED_BYTES_A_LIFE = 1 << 20;

  @TempDir private Path folder;

  /** For subclasses. */
  protected LongLifeContract() {}

  /** How much of each there is. */
  private record Held(long files, long threads, long temporary, long bytes) {
    static Held now() {
      System.gc();
      return new Held(
          entries(Path.of("/proc/self/fd")),
          entries(Path.of("/proc/self/task")),
          temporaryFiles(),
          resident());
    }
  }

  private static long entries(Path folder) {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Of this library, of DJL and of ONNX Runtime. */
  private static long temporaryFiles() {
    try (Stream<Path> entries = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      return entries
          .map(entry -> String.valueOf(entry.getFileName()))
          .filter(
              name ->
                  name.startsWith("dogvision") || name.startsWith("djl") || name.startsWith("onnx"))
          .count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long resident() {
    try {
      String statm = Files.readString(Path.of("/proc/self/statm"));
      return Long.parseLong(Splitter.on(' ').splitToList(statm).get(1)) * PAGE;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Dataset draw() throws IOException {
    for (int i = 0; i < 12; i++) {
      BufferedImage image = new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB);
      Graphics2D graphics = image.createGraphics();
      graphics.setColor(i % 2 == 0 ? Color.ORANGE : Color.CYAN);
      graphics.fillOval(i, 2, 30, 30);
      graphics.dispose();
      Path file = folder.resolve("dogs").resolve(i % 2 == 0 ? "pug" : "chow").resolve(i + ".png");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
    }
    return DatasetBuilder.fromFolders(folder.resolve("dogs")).build();
  }

  private static void live(Dataset dogs, Path place) throws IOException {
    TransferModel model =
        TransferModel.mobileNetV2()
            .untrained(1)
            .width(0.1)
            .inputSize(32)
            .labels(dogs.labels())
            .fineTuneLast(2)
            .build();
    TrainingRun run =
        Trainer.of(model)
            .epochs(1)
            .batchSize(4)
            .checkpoints(place.resolve("checkpoints"), 1)
            .embeddingCache(place.resolve("embeddings"))
            .fit(dogs, dogs.limit(4));
    Path saved = run.model().save(place.resolve("model"));
    try (Predictor predictor = Predictor.load(saved)) {
      assertThat(predictor.predictAll(dogs).size()).isEqualTo(12);
      var unused = predictor.inBatches().writeCsv(dogs, place.resolve("table.csv"));
    }
    try (Stream<Path> all = Files.walk(place)) {
      List<String> left =
          all.map(file -> String.valueOf(file.getFileName()))
              .filter(
                  name ->
                      name.startsWith(".") || name.endsWith(".unfinished") || name.contains("lock"))
              .toList();
      assertThat(left).isEmpty();
    }
    delete(place);
  }

  private static void delete(Path place) throws IOException {
    try (Stream<Path> all = Files.walk(place)) {
      all.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
    }
  }

  @Test
  void an_application_gets_back_what_trainings_and_predictors_took() throws IOException {
    assumeThat(Path.of("/proc/self/fd")).isDirectory();
    Dataset dogs = draw();
    for (int i = 0; i < WARM_UP; i++) {
      live(dogs, folder.resolve("life"));
    }
    Held before = Held.now();
    for (int i = 0; i < LIVES; i++) {
      live(dogs, folder.resolve("life"));
    }
    Held after = Held.now();

    assertThat(after.files()).as("open files").isLessThanOrEqualTo(before.files() + 2);
    assertThat(after.threads()).as("threads").isLessThanOrEqualTo(before.threads() + 4);
    assertThat(after.temporary()).as("temporary files").isLessThanOrEqualTo(before.temporary());
    assertThat((after.bytes() - before.bytes()) / LIVES)
        .as("bytes a life, of %s before and %s after", before, after)
        .isLessThan(ALLOWED_BYTES_A_LIFE);
    Tried.note(getClass(), LIVES + " lives: " + before + " before, " + after + " after");
  }
}
