package dev.dogvision.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.spi.contract.ColouredPictures;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingListener;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run outlives the disk that TensorBoard's files are on. */
class FailingDiskTest {
  private static final int DISK_BYTES = 4 << 20;

  @TempDir static Path pictures;
  private static Dataset training;
  private static Dataset validation;

  private final FileSystem disk =
      Jimfs.newFileSystem(
          Configuration.unix().toBuilder().setBlockSize(64).setMaxSize(DISK_BYTES).build());
  private final Path runs = disk.getPath("/runs");

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(pictures.resolve("training"), 14, 1);
    validation = ColouredPictures.draw(pictures.resolve("validation"), 9, 2);
  }

  @AfterEach
  void unmount() throws IOException {
    disk.close();
  }

  /** Does something to the disk once an epoch is done, before TensorBoard hears of it. */
  private static TrainingListener after(int epoch, Damage damage) {
    return (event, control) -> {
      if (event instanceof TrainingEvent.BatchFinished batch
          && batch.epoch() == epoch
          && batch.batch() == batch.batches()) {
        try {
          damage.run();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    };
  }

  private interface Damage {
    void run() throws IOException;
  }

  private TrainingRun train(TrainingListener... listeners) {
    Trainer trainer =
        Trainer.of(ColouredPictures.network().build())
            .epochs(5)
            .batchSize(4)
            .learningRate(0.05)
            .seed(13);
    for (TrainingListener listener : listeners) {
      trainer.listener(listener);
    }
    return trainer.tensorBoard(runs).fit(training, validation);
  }

  private static List<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.sorted().toList();
    }
  }

  private EventFile onlyFile() throws IOException {
    List<Path> folders = list(runs);
    assertThat(folders).hasSize(1);
    List<Path> files = list(folders.get(0));
    assertThat(files).hasSize(1);
    return EventFile.read(files.get(0));
  }

  private static List<Long> epochs(EventFile events) {
    return events.scalars("epoch/validation accuracy").stream()
        .map(EventFile.Scalar::step)
        .toList();
  }

  @Test
  void a_disk_that_fills_up_costs_points_and_not_the_run() throws IOException {
    Path filler = disk.getPath("/filler");

    TrainingRun run = train(after(2, () -> fill(filler)), after(4, () -> Files.delete(filler)));

    assertThat(run.history().size()).isEqualTo(5);
    EventFile events = onlyFile();
    assertThat(events.complete()).isTrue();
    assertThat(epochs(events)).containsExactly(1L, 4L, 5L);
    assertThat(events.texts()).extracting(EventFile.Text::tag).contains("end");
  }

  @Test
  void a_disk_that_stays_full_costs_no_run_either() throws IOException {
    Path filler = disk.getPath("/filler");

    TrainingRun run = train(after(2, () -> fill(filler)));

    assertThat(run.history().size()).isEqualTo(5);
    assertThat(epochs(onlyFile())).containsExactly(1L);
  }

  @Test
  void a_folder_that_vanishes_is_made_anew() throws IOException {
    TrainingRun run =
        train(
            after(
                2, () -> MoreFiles.deleteRecursively(runs, RecursiveDeleteOption.ALLOW_INSECURE)));

    assertThat(run.history().size()).isEqualTo(5);
    assertThat(epochs(onlyFile())).containsExactly(2L, 3L, 4L, 5L);
  }

  @Test
  void what_can_not_be_begun_is_refused_before_anything_is_trained() throws IOException {
    Files.writeString(runs, "a file where the folder should be");

    assertThatThrownBy(this::train)
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("tensorBoard: no folder can be made in /runs");
  }

  private static void fill(Path filler) throws IOException {
    byte[] bytes = new byte[64];
    try (OutputStream out = Files.newOutputStream(filler)) {
      while (true) {
        out.write(bytes);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("space");
    }
  }
}
