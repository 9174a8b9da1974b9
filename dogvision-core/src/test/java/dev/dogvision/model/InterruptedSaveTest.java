package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Labels;
import dev.dogvision.internal.CrashingFileSystem;
import dev.dogvision.spi.contract.Tried;
import java.io.File;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A place holds the whole old or the whole new model, whenever the process that saves dies. */
class InterruptedSaveTest {
  private static final TrainedModel OLD = model(1, "pug", "chow");
  private static final TrainedModel NEW = model(2, "beagle", "boxer", "collie");

  @TempDir Path folder;

  private static TrainedModel model(long seed, String... labels) {
    return TransferModel.mobileNetV2()
        .untrained(seed)
        .width(0.1)
        .inputSize(32)
        .labels(Labels.of(labels))
        .build()
        .trained(Map.of(), ImmutableMap.of());
  }

  private static boolean isSame(TrainedModel one, TrainedModel other) {
    return one.fingerprint().equals(other.fingerprint());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  private static CrashingFileSystem crashing(int steps, boolean locks) {
    return new CrashingFileSystem(FileSystems.getDefault(), steps, locks);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_old_or_the_new_model_is_there_after_each_step(boolean locks) throws IOException {
    Path place = folder.resolve("m");
    int crashes = 0;
    int olds = 0;
    for (boolean crashed = true; crashed; crashes++) {
      OLD.save(place);
      Path note = Files.writeString(place.resolve("notes.txt"), "mine");
      Object noteBefore = Files.readAttributes(note, "unix:ino").get("ino");
      CrashingFileSystem disk = crashing(crashes, locks);
      try {
        NEW.save(disk.at(place));
      } catch (DogVisionException e) {
        assertThat(e).hasRootCauseInstanceOf(CrashingFileSystem.Crash.class);
      }
      crashed = disk.crashed();

      TrainedModel found = TrainedModel.load(place);
      assertThat(isSame(found, OLD) || isSame(found, NEW)).as("step %s", crashes).isTrue();
      olds += isSame(found, OLD) ? 1 : 0;
      assertThat(note).hasContent("mine");
      assertThat(Files.readAttributes(note, "unix:ino")).containsEntry("ino", noteBefore);
      assertThat(names(folder)).containsExactly("m");
    }
    assertThat(olds).isBetween(8, crashes - 8);
    OLD.save(place);
    assertThat(names(place))
        .containsExactly("README.md", "config.json", "model.safetensors", "notes.txt");
    assertThat(isSame(TrainedModel.load(place), OLD)).isTrue();
  }

  @Test
  void a_new_place_can_be_saved_to_after_each_step() throws IOException {
    boolean crashed = true;
    for (int step = 0; crashed; step++) {
      Path place = folder.resolve("m" + step);
      CrashingFileSystem disk = crashing(step, true);
      try {
        NEW.save(disk.at(place));
      } catch (DogVisionException e) {
        assertThat(e).hasRootCauseInstanceOf(CrashingFileSystem.Crash.class);
      }
      crashed = disk.crashed();
      try {
        assertThat(isSame(TrainedModel.load(place), NEW)).isTrue();
      } catch (DogVisionException e) {
        assertThat(e.getMessage()).contains("no model");
      }
      OLD.save(place);
      assertThat(isSame(TrainedModel.load(place), OLD)).isTrue();
      assertThat(names(place)).containsExactly("README.md", "config.json", "model.safetensors");
    }
  }

  @Test
  void a_disk_that_fails_leaves_the_old_model_and_nothing_else() throws IOException {
    Path place = OLD.save(folder.resolve("m"));
    assertThatThrownBy(() -> NEW.save(place, Safetensors.ElementType.U8))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> NEW.save(folder.resolve("n"), Safetensors.ElementType.U8))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(names(folder)).containsExactly("m");
    assertThat(names(place)).containsExactly("README.md", "config.json", "model.safetensors");
    assertThat(isSame(TrainedModel.load(place), OLD)).isTrue();
  }

  /** Saves two models in turn until it is killed. */
  static final class Saver {
    private Saver() {}

    public static void main(String[] arguments) {
      Path place = Path.of(arguments[0]);
      for (int i = 0; ; i++) {
        Path saved = (i % 2 == 0 ? NEW : OLD).save(place);
        if (i == 0) {
          System.out.println(saved);
        }
      }
    }
  }

  private static Process saver(Path place) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx128m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Saver.class.getName(),
            place.toString())
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  @Test
  void two_processes_that_save_to_one_place_may_be_killed_at_any_moment() throws Exception {
    Path place = OLD.save(folder.resolve("m"));
    Files.writeString(place.resolve("notes.txt"), "mine");
    SplittableRandom random = new SplittableRandom(7);
    int news = 0;
    int kills = Integer.getInteger("dogvision.kills", 8);
    for (int kill = 0; kill < kills; kill++) {
      Process one = saver(place);
      Process two = saver(place);
      try {
        assertThat(one.getInputStream().read()).as("first save").isEqualTo(File.separatorChar);
        assertThat(two.getInputStream().read()).as("first save").isEqualTo(File.separatorChar);
        Thread.sleep(random.nextInt(200));
      } finally {
        one.destroyForcibly();
        two.destroyForcibly();
      }
      assertThat(one.waitFor(10, TimeUnit.SECONDS) && two.waitFor(10, TimeUnit.SECONDS)).isTrue();
      TrainedModel found = TrainedModel.load(place);
      assertThat(isSame(found, OLD) || isSame(found, NEW)).isTrue();
      news += isSame(found, NEW) ? 1 : 0;
      assertThat(place.resolve("notes.txt")).hasContent("mine");
      assertThat(names(folder)).containsExactly("m");
    }
    assertThat(news).isPositive();
    OLD.save(place);
    assertThat(names(place))
        .containsExactly("README.md", "config.json", "model.safetensors", "notes.txt");
    Tried.note(getClass(), kills + " pairs of killed processes: the new model " + news + " times");
  }
}
