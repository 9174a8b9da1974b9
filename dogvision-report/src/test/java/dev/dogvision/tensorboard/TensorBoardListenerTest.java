package dev.dogvision.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Dataset;
import dev.dogvision.spi.contract.ColouredPictures;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingListener;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training run leaves what TensorBoard shows. */
class TensorBoardListenerTest {
  @TempDir static Path pictures;
  private static Dataset training;
  private static Dataset validation;
  @TempDir Path folder;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(pictures.resolve("training"), 14, 1);
    validation = ColouredPictures.draw(pictures.resolve("validation"), 9, 2);
  }

  private static Trainer frozen() {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(5)
        .batchSize(4)
        .learningRate(0.05)
        .seed(13);
  }

  @Test
  void tensorboard_gets_curves_settings_and_pictures() throws IOException {
    TrainingRun run = frozen().tensorBoard(folder).fit(training, validation);
    TrainingRun unused = frozen().tensorBoard(folder).fit(training);

    List<Path> runs;
    try (Stream<Path> all = Files.list(folder)) {
      runs = all.sorted().toList();
    }
    assertThat(runs)
        .hasSize(2)
        .allMatch(path -> path.getFileName().toString().matches("\\d{8}-\\d{6}-\\d{3}"));
    try (Stream<Path> files = Files.list(runs.get(0))) {
      EventFile events = EventFile.read(files.toList().get(0));
      assertThat(events.scalars("epoch/validation accuracy"))
          .extracting(EventFile.Scalar::value)
          .containsExactlyElementsOf(
              run.history().series().get("validation accuracy").stream()
                  .map(Double::floatValue)
                  .toList());
      assertThat(events.scalars("batch/loss")).hasSize(5 * 4);
      assertThat(events.scalarTags()).contains("batch/learning rate", "epoch/learning rate");
      assertThat(events.images())
          .extracting(EventFile.Image::tag)
          .contains("training pictures", "confusions");
    }
  }

  @Test
  void should_go_on_in_its_folder_after_a_resume(@TempDir Path checkpoints) throws IOException {
    List<TrainingEvent.RunStarted> starts = new ArrayList<>();
    TrainingListener listener =
        (event, control) -> {
          if (event instanceof TrainingEvent.RunStarted started) {
            starts.add(started);
          }
        };
    TrainingRun unused =
        frozen().checkpoints(checkpoints, 1).tensorBoard(folder).listener(listener).fit(training);
    Path run = folder.resolve(starts.get(0).runName());
    Set<Path> before = list(run);

    TrainingRun further =
        Trainer.resume(checkpoints)
            .continueFor(2)
            .tensorBoard(folder)
            .listener(listener)
            .fit(training);

    assertThat(further.history().size()).isEqualTo(7);
    assertThat(starts.get(1).runName()).isEqualTo(starts.get(0).runName());
    assertThat(starts)
        .extracting(TrainingEvent.RunStarted::batchesBefore)
        .containsExactly(0L, 5L * 4);
    assertThat(list(folder)).containsExactly(run);
    Set<Path> added = list(run);
    assertThat(added.removeAll(before)).isTrue();
    EventFile events = EventFile.read(added.iterator().next());
    assertThat(added).hasSize(1);
    assertThat(events.scalars("batch/loss"))
        .extracting(EventFile.Scalar::step)
        .containsExactly(21L, 22L, 23L, 24L, 25L, 26L, 27L, 28L);
    assertThat(events.scalars("epoch/training loss"))
        .extracting(EventFile.Scalar::step)
        .containsExactly(6L, 7L);
  }

  private static Set<Path> list(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
