package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Labels;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Folders that somebody made to do harm to whoever loads them or saves over them. */
class HostileModelTest {
  private static final TrainedModel MODEL = model(1, "pug", "chow");

  @TempDir Path folder;

  private static TrainedModel model(long seed, String... labels) {
    return TransferModel.mobileNetV2()
        .untrained(seed)
        .width(0.1)
        .inputSize(32)
        .labels(Labels.of(labels))
        .build()
        .trained(Map.of(), ImmutableMap.of("seed", "13"));
  }

  private Path saved(String from, String to) throws IOException {
    Path saved = MODEL.save(folder.resolve("m"));
    Path config = saved.resolve("config.json");
    String text = Files.readString(config);
    assertThat(text).contains(from);
    Files.writeString(config, text.replace(from, to));
    return saved;
  }

  /** Loads what it is given with a heap of 128 MB, and says what came of it. */
  static final class Loader {
    private Loader() {}

    public static void main(String[] arguments) {
      try {
        System.out.println(TrainedModel.load(Path.of(arguments[0])));
      } catch (DogVisionException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static String loadedInSmallHeap(Path place) throws Exception {
    Process loader =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-cp",
                System.getProperty("java.class.path"),
                Loader.class.getName(),
                place.toString())
            .redirectErrorStream(true)
            .start();
    String said = new String(loader.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(loader.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  @Test
  void should_refuse_a_config_of_millions_of_values_in_a_small_heap() throws Exception {
    Path saved = MODEL.save(folder.resolve("m"));
    for (String many :
        List.of("0,".repeat(7_900_000), "{},".repeat(5_000_000), "[],".repeat(5_000_000))) {
      Files.writeString(saved.resolve("config.json"), "{\"x\":[" + many + "0]}");
      assertThat(loadedInSmallHeap(saved))
          .isEqualTo(
              saved
                  + "/config.json is not well-formed JSON: it holds more than 500000 values"
                  + System.lineSeparator());
    }
  }

  @Test
  void should_refuse_a_config_that_says_one_thing_twice() throws IOException {
    Path saved = saved("\"temperature\": 1.0", "\"temperature\": 1.0, \"temperature\": 7.0");
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(
            saved
                + "/config.json is not well-formed JSON: it has \"temperature\" twice in one object");
  }

  @Test
  void should_refuse_a_head_that_is_not_there_instead_of_making_one() throws IOException {
    StringBuilder labels = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      labels.append('"').append(i).append("\",");
    }
    Path saved = saved("\"pug\",", labels.toString());
    Path file = saved.resolve("model.safetensors");
    Safetensors.Builder headless = Safetensors.builder();
    MODEL
        .weights()
        .forEach(
            (name, tensor) -> {
              if (!name.startsWith(MODEL.plan().headName())) {
                headless.add(name, tensor);
              }
            });
    String before = Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString();
    long bytes = Files.size(file);
    headless.build().write(file);
    String after = Hashing.sha256().hashBytes(Files.readAllBytes(file)).toString();
    Path config = saved.resolve("config.json");
    Files.writeString(
        config,
        Files.readString(config)
            .replace(before, after)
            .replace("\"bytes\": " + bytes, "\"bytes\": " + Files.size(file)));
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(MismatchException.class)
        .hasMessage(
            file
                + " does not hold the weights expected: missing tensor "
                + MODEL.plan().headName()
                + ".weight");
  }

  @Test
  void messages_hold_no_character_that_changes_a_terminal() throws IOException {
    for (String field : List.of("\"mobilenet_v2\"", "\"center_crop\"", "\"model.safetensors\"")) {
      Path saved = saved(field, "\"\\u001b[2J\\u0000\\u202e\\u2028x\"");
      assertThatThrownBy(() -> TrainedModel.load(saved))
          .isInstanceOf(DogVisionException.class)
          .satisfies(
              e ->
                  assertThat(e.getMessage())
                      .containsIgnoringCase("\\u001B[2J")
                      .matches("\\P{Cc}+"));
    }
    Path weights = folder.resolve("named.safetensors");
    Safetensors.builder().add("\u001b[2J", Tensor.zeros(1)).build().write(weights);
    assertThatThrownBy(() -> Safetensors.read(weights).tensor("\u0007"))
        .hasMessage(weights + " has no tensor \"\\u0007\"; it has \\u001B[2J");
  }

  @Test
  void no_message_is_as_long_as_what_a_file_says_of_itself() {
    String value = "m".repeat(200_000);
    Path weights = folder.resolve("said.safetensors");
    for (String key :
        List.of(
            "architecture",
            "padding",
            "resize",
            "interpolation",
            "normalize",
            "input_size",
            "width_multiplier")) {
      Safetensors.Builder content = Safetensors.builder();
      MODEL.weights().forEach(content::add);
      content.metadata(key, value).build().write(weights);
      assertThatThrownBy(() -> Backbone.read(weights))
          .as(key)
          .isInstanceOf(MismatchException.class)
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000));
    }
  }

  @Test
  void should_refuse_names_of_classes_without_end() throws IOException {
    Path weights = folder.resolve("named.safetensors");
    Safetensors.Builder content = Safetensors.builder();
    MODEL.weights().forEach(content::add);
    content
        .metadata("architecture", "mobilenet_v2")
        .metadata("width_multiplier", "0.1")
        .metadata("class_names", "names.txt")
        .build()
        .write(weights);
    try (RandomAccessFile sparse =
        new RandomAccessFile(folder.resolve("names.txt").toFile(), "rw")) {
      sparse.setLength(3L << 30);
    }
    assertThatThrownBy(() -> Backbone.read(weights))
        .isInstanceOf(DamagedFileException.class)
        .hasMessage(
            folder.resolve("names.txt")
                + " is larger than 16 MiB; a file of one class a line was expected");
  }

  @Test
  void what_could_not_be_loaded_is_not_saved_over_what_can() throws IOException {
    Path place = MODEL.save(folder.resolve("m"));
    TrainedModel large = MODEL.withProvenance(Map.of("notes", "x".repeat(17 << 20)));
    assertThatThrownBy(() -> large.save(place))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("labels and provenance take 17,")
        .hasMessageContaining("bytes in config.json, of which 16,777,216 could be read again");
    assertThat(TrainedModel.load(place).fingerprint()).isEqualTo(MODEL.fingerprint());
    assertThat(folder.resolve("m")).isDirectoryNotContaining("glob:**.next");
  }

  @Test
  @Timeout(20)
  void a_save_writes_into_no_file_that_a_stranger_put_in_the_place_of_its_lock() throws Exception {
    Path precious = Files.writeString(folder.resolve("precious"), "0123456789abcdefghij");
    Path place = MODEL.save(folder.resolve("m"));
    Path lock = place.resolve(".dogvision-lock");
    Files.createSymbolicLink(lock, precious);
    assertThatThrownBy(() -> model(2, "beagle", "boxer").save(place))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining(lock + " is not a file, where a lock is needed: remove it");
    assertThat(precious).hasContent("0123456789abcdefghij");
    Files.delete(lock);
    assertThat(new ProcessBuilder("mkfifo", lock.toString()).start().waitFor()).isZero();
    assertThatThrownBy(() -> model(2, "beagle", "boxer").save(place))
        .hasMessageContaining("is not a file, where a lock is needed");
    assertThat(TrainedModel.load(place).fingerprint()).isEqualTo(MODEL.fingerprint());
  }

  @Test
  void a_save_through_a_link_to_a_folder_replaces_the_model_there() throws IOException {
    Path place = MODEL.save(folder.resolve("2024-11-05"));
    Path current = Files.createSymbolicLink(folder.resolve("current"), place);
    TrainedModel next = model(2, "beagle", "boxer");
    Path unused = next.save(current);
    assertThat(current).isSymbolicLink();
    assertThat(TrainedModel.load(place).fingerprint()).isEqualTo(next.fingerprint());
    Path empty = Files.createDirectory(folder.resolve("empty"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), empty);
    unused = next.save(link);
    assertThat(TrainedModel.load(empty).fingerprint()).isEqualTo(next.fingerprint());
    Path nowhere = Files.createSymbolicLink(folder.resolve("nowhere"), folder.resolve("missing/m"));
    assertThatThrownBy(() -> next.save(nowhere)).isInstanceOf(DogVisionException.class);
  }

  @Test
  void a_folder_of_the_users_own_is_no_leftover_and_keeps_none_from_being_removed()
      throws IOException {
    Path place = MODEL.save(folder.resolve("m"));
    Path own = place.resolve("model-" + "a".repeat(64) + ".safetensors");
    Files.createDirectories(own.resolve("own"));
    Path left = Files.createFile(place.resolve("model-" + "b".repeat(64) + ".safetensors"));
    Path unused = model(2, "beagle", "boxer").save(place);
    assertThat(own.resolve("own")).isDirectory();
    assertThat(left).doesNotExist();
  }
}
