package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
  @TempDir static Path pictures;
  @TempDir Path folder;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(pictures.resolve("training"), 13, 1);
    validation = ColouredPictures.draw(pictures.resolve("validation"), 6, 2);
  }

  /** Every setting that has a state of its own. */
  private static Trainer demanding() {
    TransferModel model = ColouredPictures.network().fineTuneLast(1).build();
    return Trainer.of(model)
        .epochs(4)
        .batchSize(4)
        .accumulate(2)
        .learningRate(0.02)
        .seed(5)
        .optimizer(Optimizer.adamW())
        .schedule(Schedule.reduceOnPlateau(Metric.VALIDATION_ACCURACY, 0.5, 1))
        .gradualUnfreeze(2, 0.03)
        .movingAverage(0.9)
        .gradientClipping(1)
        .stageDecay(0.8)
        .labelSmoothing(0.1)
        .balancedClasses()
        .augmentation(Augmentation.strong())
        .distilFrom(model.trained(Map.of(), Map.of()), 2, 0.3)
        .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).patience(20));
  }

  private static TrainingListener killedInEpoch(int epoch) {
    return (event, control) -> {
      if (event instanceof TrainingEvent.BatchFinished batch
          && batch.epoch() == epoch
          && batch.batch() == 2) {
        throw new Killed();
      }
    };
  }

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  private static List<Path> checkpoints(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
    }
  }

  @Test
  void a_run_resumed_in_either_phase_ends_with_the_same_bits() {
    TrainingRun whole = demanding().fit(training, validation);
    for (int killed : new int[] {1, 3, 4}) {
      Path here = folder.resolve("killed-" + killed);
      Trainer trainer = demanding().checkpoints(here, 2).listener(killedInEpoch(killed));
      assertThatThrownBy(() -> trainer.fit(training, validation)).isInstanceOf(Killed.class);

      TrainingRun resumed = Trainer.resume(here).fit(training, validation);

      assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(whole));
      assertThat(resumed.history().series().get("validation loss"))
          .isEqualTo(whole.history().series().get("validation loss"));
      assertThat(resumed.chosenEpoch()).isEqualTo(whole.chosenEpoch());
      assertThat(resumed.settings()).isEqualTo(whole.settings());
      assertThat(resumed.model().provenance()).isEqualTo(whole.model().provenance());
    }
  }

  @Test
  void a_finished_run_is_resumed_without_training() {
    assertThat(Trainer.canResume(folder)).isFalse();
    assertThat(Trainer.canResume(folder.resolve("not-there"))).isFalse();
    TrainingRun whole = demanding().checkpoints(folder, 1).fit(training, validation);
    assertThat(Trainer.canResume(folder)).isTrue();
    List<TrainingEvent> events = new ArrayList<>();

    TrainingRun resumed =
        Trainer.resume(folder)
            .listener((event, control) -> events.add(event))
            .fit(training, validation);

    assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(whole));
    assertThat(events).noneMatch(event -> event instanceof TrainingEvent.EpochStarted);
  }

  @Test
  void keeps_as_many_checkpoints_as_asked_for() throws IOException {
    TrainingRun unused = demanding().checkpoints(folder, 2).fit(training, validation);

    assertThat(checkpoints(folder))
        .extracting(file -> file.getFileName().toString())
        .containsExactly("epoch-00005.safetensors", "epoch-00006.safetensors");
  }

  @Test
  void damaged_checkpoints_are_passed_over_and_the_run_still_ends_with_the_same_bits()
      throws IOException {
    TrainingRun whole = demanding().checkpoints(folder, 3).fit(training, validation);
    List<Path> files = checkpoints(folder);
    byte[] last = Files.readAllBytes(files.get(2));
    byte[] flipped = Files.readAllBytes(files.get(1));
    flipped[flipped.length - 5] ^= 0x10;
    List<Consumer<Path>> damages = new ArrayList<>();
    for (int length : new int[] {0, 7, 100, last.length / 2, last.length - 1}) {
      damages.add(file -> write(file, Arrays.copyOf(last, length)));
    }
    write(files.get(1), flipped);
    for (Consumer<Path> damage : damages) {
      damage.accept(files.get(2));
      List<String> notices = new ArrayList<>();

      TrainingRun resumed =
          Trainer.resume(folder)
              .listener(
                  (event, control) -> {
                    if (event instanceof TrainingEvent.Notice notice) {
                      notices.add(notice.message());
                    }
                    if (event instanceof TrainingEvent.EpochFinished) {
                      control.stop("seen enough");
                    }
                  })
              .fit(training, validation);

      assertThat(resumed.history().size()).isEqualTo(5);
      assertThat(resumed.history().series().get("training loss"))
          .isEqualTo(whole.history().series().get("training loss").subList(0, 5));
      assertThat(notices)
          .hasSize(2)
          .allMatch(message -> message.startsWith("passed over a checkpoint: "));
      write(files.get(1), flipped);
    }
  }

  private static void write(Path file, byte[] content) {
    try {
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_checkpoint_that_can_not_be_written_does_not_cost_the_run() throws IOException {
    List<String> notices = new ArrayList<>();
    TrainingRun run =
        demanding()
            .checkpoints(folder, 1)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochStarted epoch && epoch.epoch() == 2) {
                    // A folder where the file should go, and not an empty one.
                    write(makeFolder(folder.resolve("epoch-00002.safetensors")), new byte[1]);
                  }
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(training, validation);

    assertThat(run.history().size()).isEqualTo(6);
    assertThat(notices)
        .singleElement()
        .asString()
        .contains("epoch-00002.safetensors can't be written, and the run goes on without: ");
  }

  private static Path makeFolder(Path path) {
    try {
      return Files.createDirectories(path).resolve("file");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void fails_if_the_folder_holds_a_run_already() {
    TrainingRun unused = demanding().checkpoints(folder, 1).fit(training, validation);

    assertThatThrownBy(() -> demanding().checkpoints(folder, 1).fit(training, validation))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "checkpoints: %s holds a run already: go on with it by Trainer.resume(folder), or name"
                + " another folder",
            folder);
  }

  @Test
  void should_refuse_a_folder_with_epochs_of_a_stranger_and_resume_none() throws IOException {
    TrainingRun unused = demanding().checkpoints(folder, 1).fit(training, validation);
    Files.delete(folder.resolve("run.json"));
    Path stranger = folder.resolve("epoch-00006.safetensors");
    byte[] content = Files.readAllBytes(stranger);

    assertThat(Trainer.canResume(folder)).isFalse();
    assertThatThrownBy(() -> Trainer.resume(folder))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("it has no run.json");
    assertThatThrownBy(() -> demanding().checkpoints(folder, 1).fit(training, validation))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "checkpoints: %s holds epoch-00006.safetensors of a run whose run.json is missing: name"
                + " another folder, or remove the file",
            folder);
    assertThat(stranger).hasBinaryContent(content);
    assertThat(Trainer.canResume(folder)).isFalse();
  }

  @Test
  void should_neither_resume_a_strangers_epoch_nor_take_it_for_the_last_one_written(
      @TempDir Path elsewhere) throws IOException {
    TrainingRun whole = demanding().fit(training, validation);
    TrainingRun unused = demanding().checkpoints(elsewhere, 1).fit(training, validation);
    Trainer killed = demanding().checkpoints(folder, 1).listener(killedInEpoch(2));
    assertThatThrownBy(() -> killed.fit(training, validation)).isInstanceOf(Killed.class);
    Path stranger = folder.resolve("epoch-00099.safetensors");
    Files.copy(elsewhere.resolve("epoch-00006.safetensors"), stranger);
    byte[] content = Files.readAllBytes(stranger);
    List<String> notices = new ArrayList<>();

    TrainingRun resumed =
        Trainer.resume(folder)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(training, validation);

    assertThat(notices)
        .singleElement()
        .asString()
        .startsWith("passed over a checkpoint: ")
        .contains("epoch-00099.safetensors");
    assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(whole));
    assertThat(checkpoints(folder))
        .containsExactly(folder.resolve("epoch-00006.safetensors"), stranger);
    assertThat(stranger).hasBinaryContent(content);
  }

  @Test
  void should_resume_a_run_of_another_architecture() {
    TransferModel model =
        TransferModel.of(Backbone.untrained(Architectures.efficientNetLite(0), 32, 3))
            .labels(ColouredPictures.LABELS)
            .build();
    TrainingRun whole = Trainer.of(model).epochs(2).fit(training);
    TrainingRun unused = Trainer.of(model).epochs(1).checkpoints(folder, 1).fit(training);

    TrainingRun resumed = Trainer.resume(folder).continueFor(1).fit(training);

    assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(whole));
  }

  @Test
  void fails_if_the_folder_holds_no_run() {
    assertThatThrownBy(() -> Trainer.resume(folder))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            "%s holds no checkpoints: it has no run.json. Name the folder that was given to"
                + " Trainer.checkpoints(folder, keep)",
            folder);
  }

  @Test
  void fails_if_the_settings_file_is_damaged() throws IOException {
    TrainingRun unused = demanding().checkpoints(folder, 1).fit(training, validation);
    String whole = Files.readString(folder.resolve("run.json"));
    for (String damaged :
        List.of("", "{", "[]", "null", "{\"format\": \"x\"}", whole.replace("AdamW", "Adamant"))) {
      Files.writeString(folder.resolve("run.json"), damaged);

      assertThatThrownBy(() -> Trainer.resume(folder))
          .as(damaged)
          .isInstanceOf(DogVisionException.class)
          .hasMessageContaining("run.json");
    }
  }

  @Test
  void fails_if_the_data_is_not_the_runs() {
    TrainingRun unused = demanding().checkpoints(folder, 1).fit(training, validation);

    assertThatThrownBy(() -> Trainer.resume(folder).fit(training.limit(9), validation))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("the training data is not the run's: its fingerprint is ");
    assertThatThrownBy(() -> Trainer.resume(folder).fit(training))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void settings_of_a_resumed_run_can_not_be_changed() {
    TrainingRun unused = demanding().checkpoints(folder, 1).fit(training, validation);

    assertThatThrownBy(() -> Trainer.resume(folder).epochs(5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "epochs can't be changed: the settings of a resumed run come from its checkpoint");
  }
}
