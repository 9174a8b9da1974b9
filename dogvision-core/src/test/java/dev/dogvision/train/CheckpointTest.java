package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.image.Augmentation;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.Safetensors;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
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
        .distilFrom(List.of(model.trained(Map.of(), Map.of()), otherTeacher()), 2, 0.3)
        .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).patience(20));
  }

  /** A model of another network, so that a run that resumed without it would end elsewhere. */
  private static TrainedModel otherTeacher() {
    return TransferModel.mobileNetV2()
        .untrained(9)
        .width(0.2)
        .inputSize(32)
        .labels(ColouredPictures.LABELS)
        .build()
        .trained(Map.of(), Map.of());
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

  @Test
  void a_folder_that_is_removed_is_told_once_and_not_made_anew(@TempDir Path elsewhere)
      throws IOException {
    for (String instead : List.of("nothing", "a file", "a folder without the run")) {
      Path place = folder.resolve(instead);
      List<String> notices = new ArrayList<>();
      TrainingRun run =
          demanding()
              .checkpoints(place, 2)
              .listener(
                  (event, control) -> {
                    if (event instanceof TrainingEvent.EpochStarted epoch && epoch.epoch() == 3) {
                      remove(place);
                      if (instead.equals("a file")) {
                        write(place, new byte[1]);
                      } else if (instead.equals("a folder without the run")) {
                        Path unused = makeFolder(place);
                      }
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
          .startsWith("the checkpoint " + place.resolve("epoch-00003.safetensors"))
          .contains("can't be written, and the run goes on without: ")
          .endsWith(place.resolve("run.json") + " was removed meanwhile");
      switch (instead) {
        case "nothing" -> assertThat(place).doesNotExist();
        case "a file" -> assertThat(place).isRegularFile();
        default -> assertThat(place).isEmptyDirectory();
      }
      Path saved = run.model().save(elsewhere.resolve(instead));
      assertThat(TrainedModel.load(saved).fingerprint()).isEqualTo(run.model().fingerprint());
    }
  }

  @Test
  void a_disk_that_is_back_gets_the_checkpoints_that_follow() throws IOException {
    Path away = folder.resolve("away");
    Path place = folder.resolve("place");
    List<Integer> written = new ArrayList<>();
    TrainingRun run =
        demanding()
            .checkpoints(place, 9)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochStarted epoch) {
                    if (epoch.epoch() == 3) {
                      move(place, away);
                    } else if (epoch.epoch() == 5) {
                      move(away, place);
                    }
                  }
                  if (event instanceof TrainingEvent.CheckpointWritten checkpoint) {
                    written.add(checkpoint.epoch());
                  }
                })
            .fit(training, validation);

    assertThat(run.history().size()).isEqualTo(6);
    assertThat(written).containsExactly(1, 2, 5, 6);
    assertThat(ColouredPictures.bits(Trainer.resume(place).fit(training, validation)))
        .isEqualTo(ColouredPictures.bits(run));
  }

  private static void move(Path from, Path to) {
    try {
      Path unused = Files.move(from, to);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void remove(Path place) {
    try {
      MoreFiles.deleteRecursively(place, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  @Timeout(30)
  void should_read_settings_from_a_small_file_only() throws Exception {
    TrainingRun unused = demanding().checkpoints(folder, 1).fit(training, validation);
    Path settings = folder.resolve("run.json");
    String whole = Files.readString(settings);
    for (String damaged :
        List.of(
            "[".repeat(100_000),
            "{\"format\": 2, \"x\": [" + "0,".repeat(2_000_000) + "0]}",
            whole.replaceFirst("\\{", "{\"format\": 2, "),
            whole.replaceFirst("2", "\"" + "x".repeat(200_000) + "\""),
            whole.replaceFirst("2", "NaN"),
            "{'format': 2}")) {
      Files.writeString(settings, damaged);
      assertThatThrownBy(() -> Trainer.resume(folder))
          .isInstanceOf(DamagedFileException.class)
          .satisfies(
              e ->
                  assertThat(e.getMessage())
                      .startsWith(settings + " is not a run's settings: ")
                      .hasSizeLessThan(1_000)
                      .doesNotContain("Exception", "JsonReader", "http"));
    }
    try (RandomAccessFile sparse = new RandomAccessFile(settings.toFile(), "rw")) {
      sparse.setLength(3L << 30);
    }
    assertThatThrownBy(() -> Trainer.resume(folder))
        .hasMessage(settings + " is larger than 16 MiB; a run's settings was expected");
  }

  @Test
  void a_checkpoint_that_a_stranger_made_is_passed_over_however_right_its_checksum()
      throws IOException {
    TrainingRun run = demanding().checkpoints(folder, 9).fit(training, validation);
    Path last = folder.resolve("epoch-00006.safetensors");
    Safetensors content = Safetensors.read(last);
    String state = content.metadata().get("state");
    Map<String, Tensor> other = new LinkedHashMap<>(content.tensors());
    String weight = other.keySet().iterator().next();
    for (String hostile :
        List.of(
            "{",
            "[]",
            "{}",
            state.replaceFirst("\"chosenEpoch\":\\d+", "\"chosenEpoch\":77"),
            state.replaceFirst("\"phase\":\\d+", "\"phase\":-1"),
            state.replaceFirst("\"phase\":\\d+", "\"phase\":[]"),
            state.replaceFirst("\"batches\":\\d+", "\"batches\":\"x\""),
            state.replaceFirst("\"run\":\"[^\"]*\"", "\"run\":\"" + "r".repeat(9_999) + "\""))) {
      assertThat(hostile).isNotEqualTo(state);
      writeCheckpoint(last, hostile, other);
      assertPassedOver(run);
    }
    other.put(weight, Tensor.zeros(1));
    writeCheckpoint(last, state, other);
    assertPassedOver(run);
    other.remove(weight);
    other.put("weights/of another network", Tensor.zeros(1));
    writeCheckpoint(last, state, other);
    assertPassedOver(run);
  }

  private void assertPassedOver(TrainingRun run) {
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
    assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(run));
    assertThat(notices)
        .singleElement()
        .asString()
        .startsWith("passed over a checkpoint: ")
        .hasSizeLessThan(1_000);
  }

  private static void writeCheckpoint(Path file, String state, Map<String, Tensor> tensors)
      throws IOException {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(state, StandardCharsets.UTF_8);
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              hasher.putString(name + tensor.shape(), StandardCharsets.UTF_8);
              Fingerprints.putValues(hasher, tensor.values());
            });
    Safetensors.Builder content =
        Safetensors.builder()
            .metadata("format", "dogvision-checkpoint-2")
            .metadata("state", state)
            .metadata("sha256", hasher.hash().toString());
    tensors.forEach(content::add);
    Files.delete(file);
    content.build().write(file);
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
