package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.data.Labels;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.spi.EmbeddedModel;
import dev.dogvision.spi.Tensor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrainedModelTest {
  private static final TrainedModel MODEL = model(1, "pug", "shih-tzu \"x\" \u00e9");

  @TempDir Path folder;

  private static TrainedModel model(long seed, String... labels) {
    return TransferModel.mobileNetV2()
        .untrained(seed)
        .width(0.1)
        .inputSize(32)
        .labels(Labels.of(labels))
        .build()
        .trained(Map.of(), ImmutableMap.of("seed", "13", "data", "kaggle <train>"));
  }

  private static void assertSame(TrainedModel read, TrainedModel expected) {
    assertThat(read.weights()).isEqualTo(expected.weights());
    assertThat(read.labels()).isEqualTo(expected.labels());
    assertThat(read.plan()).isEqualTo(expected.plan());
    assertThat(read.architecture()).isEqualTo(expected.architecture());
    assertThat(read.preprocessing()).isEqualTo(expected.preprocessing());
    assertThat(read.temperature()).isEqualTo(expected.temperature());
    assertThat(read.confidenceThreshold()).isEqualTo(expected.confidenceThreshold());
    assertThat(read.provenance()).isEqualTo(expected.provenance());
  }

  private Path saved() {
    return MODEL.save(folder.resolve("m"));
  }

  private void edit(String name, String from, String to) throws IOException {
    Path file = folder.resolve("m").resolve(name);
    String text = Files.readString(file);
    assertThat(text).contains(from);
    Files.writeString(file, text.replace(from, to));
  }

  @Test
  void loads_exactly_what_it_saved() {
    TrainedModel model =
        MODEL
            .withTemperature(1.234567890123)
            .withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, -3.25))
            .withProvenance(Map.of("accuracy", "0.87", "seed", "14"));

    Path saved = model.save(folder.resolve("deep/er/m"));

    assertThat(saved).isEqualTo(folder.resolve("deep/er/m"));
    assertSame(TrainedModel.load(saved), model);
    assertThat(model.provenance())
        .containsEntry("seed", "14")
        .containsEntry("data", "kaggle <train>")
        .containsEntry("accuracy", "0.87");
    assertThat(saved.toFile().list())
        .containsExactlyInAnyOrder("config.json", "model.safetensors", "README.md");
    assertThat(saved.getParent().toFile().list()).containsExactly("m");
  }

  @Test
  void part_of_the_way_to_another_model_mixes_every_weight() {
    TrainedModel from =
        MODEL
            .withTemperature(0.8)
            .withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, -3.25));
    TrainedModel to = model(2, "pug", "shih-tzu \"x\" \u00e9");

    TrainedModel mixed = from.towards(to, 0.25);

    assertThat(mixed.weights().keySet()).isEqualTo(from.weights().keySet());
    mixed
        .weights()
        .forEach(
            (name, tensor) -> {
              float[] first = from.weights().get(name).values();
              float[] second = to.weights().get(name).values();
              assertThat(tensor.shape()).isEqualTo(from.weights().get(name).shape());
              for (int i = 0; i < first.length; i++) {
                assertThat(tensor.values()[i])
                    .isCloseTo(0.75f * first[i] + 0.25f * second[i], within(1e-6f));
              }
            });
    assertThat(from.towards(to, 0).weights()).isEqualTo(from.weights());
    assertThat(from.towards(to, 1).weights()).isEqualTo(to.weights());
    assertThat(mixed.temperature()).isEqualTo(1);
    assertThat(mixed.confidenceThreshold()).isEmpty();
    assertThat(mixed.provenance()).isEqualTo(from.provenance());
  }

  @Test
  void fails_if_what_is_to_be_mixed_differs_in_more_than_weights() {
    assertThatThrownBy(() -> MODEL.towards(model(2, "pug", "beagle"), 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "TrainedModel[mobilenet_v2 0.1, 32 x 32 pixels, 2 labels] can't be mixed with"
                + " TrainedModel[mobilenet_v2 0.1, 32 x 32 pixels, 2 labels]: their networks, labels"
                + " or preprocessing differ");
    assertThatThrownBy(() -> MODEL.towards(model(2, "pug", "shih-tzu \"x\" \u00e9"), 1.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("share must be in 0..1, got 1.5");
  }

  @Test
  void the_card_tells_what_it_is() throws IOException {
    String card = Files.readString(saved().resolve("README.md"));
    assertThat(card)
        .startsWith("# A classifier of 2 labels\n")
        .contains("- Input: 32 x 32 pixels, RGB, center crop, bilinear;")
        .contains("- data: kaggle <train>")
        .contains("- shih-tzu \"x\" \u00e9")
        .contains("no threshold was fitted");
  }

  @Test
  void half_precision_halves_the_file_and_rounds_once() throws IOException {
    Path full = saved();
    Path half = MODEL.save(folder.resolve("half"), ElementType.F16);

    TrainedModel rounded = TrainedModel.load(half);

    assertThat((double) Files.size(half.resolve("model.safetensors")))
        .isLessThan(0.55 * Files.size(full.resolve("model.safetensors")));
    Tensor before = MODEL.weights().get("features.18.0.weight");
    Tensor after = rounded.weights().get("features.18.0.weight");
    for (int i = 0; i < before.size(); i++) {
      assertThat(after.values()[i])
          .isEqualTo(before.values()[i], within(Math.abs(before.values()[i]) / 2048 + 1e-7f));
    }
    assertSame(TrainedModel.load(rounded.save(half, ElementType.F16)), rounded);
    assertThatThrownBy(() -> MODEL.save(half, ElementType.U8))
        .isInstanceOf(IllegalArgumentException.class);
    assertSame(TrainedModel.load(half), rounded);
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("m", "half");
  }

  @Test
  void names_a_folder_by_time_and_suffix() {
    LocalDateTime now = LocalDateTime.of(2024, 11, 5, 14, 3, 9);
    Path models = folder.resolve("models");

    assertThat(MODEL.saveIn(models, "frozen-1000", now))
        .isEqualTo(models.resolve("20241105-140309-frozen-1000"));
    assertThat(MODEL.saveIn(models, "frozen-1000", now))
        .isEqualTo(models.resolve("20241105-140309-frozen-1000-2"));
    assertThat(MODEL.saveIn(models, "", now)).isEqualTo(models.resolve("20241105-140309"));
    assertThat(MODEL.saveIn(models, "x"))
        .exists()
        .hasFileName(models.toFile().list((dir, name) -> name.endsWith("-x"))[0]);
    assertSame(TrainedModel.load(models.resolve("20241105-140309-frozen-1000-2")), MODEL);
    assertThatThrownBy(() -> MODEL.saveIn(models, "../up"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "suffix may hold letters, digits, '.', '-' and '_', at most 100, got \"../up\"");
  }

  @Test
  void replaces_a_model_and_keeps_what_else_is_there() throws IOException {
    Path saved = saved();
    Files.writeString(saved.resolve("notes.txt"), "mine");
    Files.createDirectories(saved.resolve("reports"));
    Files.writeString(saved.resolve("reports/report.html"), "r");
    TrainedModel other = model(2, "a", "b", "c");

    other.save(saved);

    assertSame(TrainedModel.load(saved), other);
    assertThat(saved.resolve("notes.txt")).hasContent("mine");
    assertThat(saved.resolve("reports/report.html")).hasContent("r");
    assertThat(folder.toFile().list()).containsExactly("m");
  }

  @Test
  void refuses_a_place_that_is_not_a_models() throws IOException {
    Path foreign = Files.createDirectories(folder.resolve("photos"));
    MODEL.save(foreign);
    Path photos = Files.createDirectories(folder.resolve("photos2"));
    Files.writeString(photos.resolve("a.jpg"), "");
    Files.writeString(photos.resolve("config.json"), "{\"format\": \"another\"}");
    assertThatThrownBy(() -> MODEL.save(photos))
        .isInstanceOf(DogVisionException.class)
        .hasMessage(
            photos
                + " holds a.jpg and 1 more, but no model: nothing was written. Choose an empty or a"
                + " new folder");
    assertThatThrownBy(() -> MODEL.save(photos.resolve("a.jpg")))
        .hasMessage(
            photos.resolve("a.jpg")
                + " exists and is not a folder: choose another place for the model");
    assertThatThrownBy(() -> MODEL.save(photos.resolve("a.jpg/m")))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith(photos.resolve("a.jpg/m") + " can't be written: ");
    assertThatThrownBy(() -> MODEL.save(Path.of("/")))
        .hasMessage("/ can't hold a model: it is not a folder in another");
    assertThat(photos.toFile().list()).containsExactlyInAnyOrder("a.jpg", "config.json");
    assertThat(folder.toFile().list()).containsExactlyInAnyOrder("photos", "photos2");
  }

  @Test
  void a_failed_save_leaves_the_model_before_it() {
    Path saved = saved();
    Tensor huge = Tensor.zeros(2, 1280);
    huge.values()[5] = 1e6f;
    TrainedModel other =
        TransferModel.mobileNetV2()
            .untrained(1)
            .width(0.1)
            .inputSize(32)
            .labels(MODEL.labels())
            .build()
            .trained(Map.of("classifier.1.weight", huge), Map.of());

    assertThatThrownBy(() -> other.save(saved, ElementType.F16))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "tensor \"classifier.1.weight\" holds 1000000.0, too large for half precision (65504):"
                + " write it as F32");

    assertSame(TrainedModel.load(saved), MODEL);
    assertThat(folder.toFile().list()).containsExactly("m");
  }

  @Test
  void many_threads_may_save_to_one_place() throws Exception {
    Path place = folder.resolve("m");
    List<TrainedModel> models = List.of(MODEL, model(2, "a", "b"), model(3, "c", "d", "e"));
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < 18; i++) {
        TrainedModel model = models.get(i % 3);
        futures.add(threads.submit(() -> model.save(place)));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      threads.shutdown();
    }
    TrainedModel last = TrainedModel.load(place);
    assertThat(models.stream().map(TrainedModel::labels)).contains(last.labels());
    assertThat(folder.toFile().list()).containsExactly("m");
  }

  @Test
  void a_model_loads_while_others_replace_it() throws Exception {
    Path place = folder.resolve("m");
    List<TrainedModel> models = List.of(MODEL, model(2, "a", "b"), model(3, "c", "d", "e"));
    MODEL.save(place);
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> futures = new ArrayList<>();
      for (int i = 0; i < 60; i++) {
        TrainedModel model = models.get(i % 3);
        futures.add(threads.submit(() -> model.save(place)));
        futures.add(threads.submit(() -> TrainedModel.load(place)));
      }
      for (Future<?> future : futures) {
        future.get();
      }
    } finally {
      threads.shutdown();
    }
    assertThat(folder.toFile().list()).containsExactly("m");
  }

  @Test
  void should_fail_if_there_is_no_model() throws IOException {
    assertThatThrownBy(() -> TrainedModel.load(folder.resolve("m")))
        .isInstanceOfSatisfying(
            ModelNotFoundException.class,
            e -> assertThat(e.source()).isEqualTo(folder.resolve("m").toString()))
        .hasMessage("no model at " + folder.resolve("m") + ": there is no such folder");
    assertThatThrownBy(() -> TrainedModel.load(folder))
        .hasMessage(folder + " holds no model: config.json is missing in it");
    Path file = Files.writeString(folder.resolve("f"), "");
    assertThatThrownBy(() -> TrainedModel.load(file))
        .hasMessage(file + " is a file; a model's folder was expected in its place");
    Path left = Files.createDirectories(folder.resolve(".m.replaced-1"));
    assertThatThrownBy(() -> TrainedModel.load(folder.resolve("m")))
        .hasMessage(
            "no model at "
                + folder.resolve("m")
                + ": there is no such folder; a save was interrupted, and the model before it is at"
                + " "
                + left);
  }

  @Test
  void should_fail_if_the_weights_are_damaged() throws IOException {
    Path weights = saved().resolve("model.safetensors");
    byte[] content = Files.readAllBytes(weights);
    content[content.length - 1] ^= 1;
    Files.write(weights, content);
    assertThatThrownBy(() -> TrainedModel.load(folder.resolve("m")))
        .isInstanceOfSatisfying(
            DamagedFileException.class, e -> assertThat(e.file()).isEqualTo(weights.toString()))
        .hasMessageMatching(
            "\\Q"
                + weights
                + "\\E is damaged: its SHA-256 is [0-9a-f]{64}, config.json says [0-9a-f]{64}; copy"
                + " or train the model again");

    Files.write(weights, Arrays.copyOf(content, 100));
    assertThatThrownBy(() -> TrainedModel.load(folder.resolve("m")))
        .hasMessage(
            weights
                + " holds only 100 bytes, config.json says "
                + content.length
                + "; copy or train the model again");
    Files.write(weights, Arrays.copyOf(content, content.length + 1));
    assertThatThrownBy(() -> TrainedModel.load(folder.resolve("m")))
        .hasMessage(
            weights
                + " holds more than "
                + content.length
                + " bytes, config.json says "
                + content.length
                + "; copy or train the model again");
    Files.delete(weights);
    assertThatThrownBy(() -> TrainedModel.load(folder.resolve("m")))
        .hasMessage(
            folder.resolve("m") + " is not a whole model: model.safetensors is missing in it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"version\": 2|\"version\": 5|/config.json is of format version 5, this version of"
            + " DogVision reads versions 1 to 4: use a newer one",
        "\"version\": 2|\"version\": 1.5|/config.json: version is 1.5, expected a whole number",
        "\"version\": 2|\"version\": \"1\"|/config.json: version is \"1\", expected a number in"
            + " 1.0..2.147483647E9",
        "dogvision-model|other|/config.json: format is \"other\", expected \"dogvision-model\"",
        "\"temperature\": 1.0|\"temperature\": 0|/config.json: temperature is 0, expected a number"
            + " in 1.0E-6..1000000.0",
        "\"temperature\"|\"x\"|/config.json: temperature is missing, expected a number in"
            + " 1.0E-6..1000000.0",
        "\"stem_channels\": 8|\"stem_channels\": 0|/config.json: architecture.stem_channels is 0,"
            + " expected a number in 1.0..8192.0",
        "\"kernel_size\": 3|\"kernel_size\": 4|/config.json: architecture.rows.0: kernelSize must"
            + " be 3, 5 or 7, got 4",
        "\"block\": \"depthwise_separable\"|\"block\": \"dense\"|/config.json:"
            + " architecture.rows.0.block is \"dense\", expected one of [inverted_residual,"
            + " depthwise_separable]",
        "\"rows\": [|\"rows\": [], \"more\": [|/config.json: architecture.rows is [], expected an"
            + " array of 1 to 32 objects",
        "tf_same|valid|/config.json: architecture.padding is \"valid\", expected one of [tf_same,"
            + " symmetric]",
        "\"center_crop\"|7|/config.json: preprocessing.resize is 7, expected one of [stretch,"
            + " center_crop, pad]",
        "mobilenet_v2|MobileNet V2|/config.json: architecture: name may hold a-z, 0-9, '_', '.' and"
            + " '-', 1 to 64 of them, got \"MobileNet V2\"",
        "\"labels\": [|\"labels\": [\"cat\",| does not fit together: config.json has 3 labels, the"
            + " head in model.safetensors tells 2 apart",
        "\"file\": \"model.safetensors\"|\"file\": \"../x\"|/config.json: weights.file is \"../x\","
            + " expected \"model.safetensors\"",
        "\"seed\": \"13\"|\"seed\": 13|/config.json: provenance is {\"seed\":13,\"data\":\"kaggle"
            + " <train>\"}, expected an object of strings",
      })
  void should_fail_saying_which_field_is_wrong(String from, String to, String message)
      throws IOException {
    Path saved = saved();
    edit("config.json", from, to);
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOfAny(DamagedFileException.class, MismatchException.class)
        .hasMessage(saved + (message.startsWith("/") ? "" : " ") + message);
  }

  @Test
  void should_fail_if_the_config_is_no_json() throws IOException {
    Path saved = saved();
    Files.writeString(saved.resolve("config.json"), "{");
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageStartingWith(saved + "/config.json is not well-formed JSON: ");
    Files.writeString(saved.resolve("config.json"), "[]");
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .hasMessage(saved + "/config.json is not a JSON object");
    Files.writeString(saved.resolve("config.json"), "[".repeat(1_000_000));
    assertThatThrownBy(() -> TrainedModel.load(saved)).isInstanceOf(DogVisionException.class);
  }

  @Test
  void no_config_gives_anything_but_a_model_or_a_dogvision_exception() throws IOException {
    Path saved =
        MODEL
            .withConfidenceThreshold(new ConfidenceThreshold(Score.ENERGY, 1))
            .save(folder.resolve("m"));
    byte[] config = Files.readAllBytes(saved.resolve("config.json"));
    byte[] weights = Files.readAllBytes(saved.resolve("model.safetensors"));
    SplittableRandom random = new SplittableRandom(11);
    List<String> pieces =
        List.of(
            "{",
            "}",
            "[",
            "]",
            ":",
            ",",
            "\"",
            "-",
            "e9",
            "NaN",
            "null",
            "0",
            "99999999999",
            "\"\"");
    for (int i = 0; i < 1500; i++) {
      byte[] mutated = config.clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        byte[] piece =
            pieces.get(random.nextInt(pieces.size())).getBytes(StandardCharsets.US_ASCII);
        int at = random.nextInt(mutated.length - piece.length);
        System.arraycopy(piece, 0, mutated, at, piece.length);
      }
      try {
        TrainedModel unused = TrainedModel.load(new InMemory(mutated, weights));
      } catch (DogVisionException e) {
        assertThat(e).hasMessageStartingWith("embedded test model");
      }
    }
  }

  /** A model whose files are in memory. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record InMemory(byte[] config, byte[] weights) implements EmbeddedModel {
    @Override
    public String name() {
      return "test";
    }

    @Override
    public String description() {
      return "embedded test model";
    }

    @Override
    public double accuracy() {
      return 50;
    }

    @Override
    public InputStream open(String fileName) {
      return new ByteArrayInputStream(fileName.equals("config.json") ? config : weights);
    }
  }

  @Test
  void loads_an_embedded_model() throws IOException {
    Path saved = saved();
    EmbeddedModel embedded =
        new InMemory(
            Files.readAllBytes(saved.resolve("config.json")),
            Files.readAllBytes(saved.resolve("model.safetensors")));
    assertSame(TrainedModel.load(embedded), MODEL);
  }

  @Test
  void an_embedded_models_weights_are_checked_by_the_sum_that_takes_no_time() throws IOException {
    Path saved = saved();
    String config = Files.readString(saved.resolve("config.json"));
    byte[] weights = Files.readAllBytes(saved.resolve("model.safetensors"));
    weights[weights.length - 1] ^= 1;

    assertThatThrownBy(
            () -> TrainedModel.load(new InMemory(config.getBytes(StandardCharsets.UTF_8), weights)))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageMatching(
            "embedded test model/model\\.safetensors is damaged: its CRC-32C is [0-9a-f]{8},"
                + " config\\.json says [0-9a-f]{8}; copy or train the model again");

    String without = config.replaceFirst("    \"crc32c\": \"[0-9a-f]{8}\",\n", "");
    assertThat(without).isNotEqualTo(config);
    assertThatThrownBy(
            () ->
                TrainedModel.load(new InMemory(without.getBytes(StandardCharsets.UTF_8), weights)))
        .as("an earlier version's")
        .hasMessageContaining("its SHA-256 is");
  }

  @Test
  void refuses_impossible_settings() {
    assertThatThrownBy(() -> MODEL.withTemperature(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("temperature must be positive and finite, got 0.0");
    assertThatThrownBy(() -> MODEL.withTemperature(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new ConfidenceThreshold(Score.MAXIMUM_PROBABILITY, 1.5))
        .hasMessage("value must be a probability in 0..1, got 1.5");
    assertThatThrownBy(() -> new ConfidenceThreshold(Score.ENERGY, Double.NaN))
        .hasMessage("value must be finite, got NaN");
  }

  @Test
  void scores_by_energy_and_by_probability() {
    float[] logits = {1, 2, 3};
    double sum = Math.exp(1) + Math.exp(2) + Math.exp(3);
    assertThat(Score.ENERGY.of(logits, 2)).isEqualTo(Math.log(sum), within(1e-12));
    assertThat(Score.MAXIMUM_PROBABILITY.of(logits, 1)).isEqualTo(Math.exp(3) / sum, within(1e-12));
    assertThat(Score.MAXIMUM_PROBABILITY.of(logits, 2))
        .isEqualTo(Math.exp(1.5) / (Math.exp(0.5) + Math.exp(1) + Math.exp(1.5)), within(1e-12));
    assertThat(Score.ENERGY.of(new float[] {1000, 1000}, 1))
        .isEqualTo(1000 + Math.log(2), within(1e-9));
    assertThat(new ConfidenceThreshold(Score.ENERGY, 3).isUnsure(2.9)).isTrue();
    assertThat(new ConfidenceThreshold(Score.ENERGY, 3).isUnsure(3)).isFalse();
    assertThat(new ConfidenceThreshold(Score.ENERGY, 3).isUnsure(Double.NaN)).isTrue();
  }

  @Test
  void weights_that_the_network_cannot_need_are_refused_unread() throws IOException {
    Path saved = saved();
    Path weights = saved.resolve("model.safetensors");
    edit("config.json", "\"bytes\": " + Files.size(weights), "\"bytes\": 2000000000");
    try (RandomAccessFile sparse = new RandomAccessFile(weights.toFile(), "rw")) {
      sparse.setLength(2_000_000_000);
    }
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageMatching(
            "\\Q"
                + saved
                + "/config.json\\E says that the weights have 2,000,000,000 bytes; the network that it"
                + " describes needs at most [0-9,]{9}\\. Copy or train the model again");
    Files.delete(weights);
    Files.createSymbolicLink(weights, Path.of("/dev/zero"));
    assertThatThrownBy(() -> TrainedModel.load(saved)).isInstanceOf(DamagedFileException.class);
  }

  @Test
  @Timeout(20)
  void only_files_are_read() throws Exception {
    Path saved = saved();
    for (String name : List.of("model.safetensors", "config.json")) {
      Path file = saved.resolve(name);
      Files.delete(file);
      Files.createSymbolicLink(file, Path.of("/dev/zero"));
      assertThatThrownBy(() -> TrainedModel.load(saved))
          .isInstanceOf(DamagedFileException.class)
          .hasMessage(
              file
                  + " is a device, a pipe or a socket; a file of the model was expected in its place");
      Files.delete(file);
      assertThat(new ProcessBuilder("mkfifo", file.toString()).start().waitFor()).isZero();
      assertThatThrownBy(() -> TrainedModel.load(saved))
          .hasMessage(
              file
                  + " is a device, a pipe or a socket; a file of the model was expected in its place");
      assertThatThrownBy(() -> Backbone.read(file))
          .hasMessage(
              file
                  + " is a device, a pipe or a socket; a .safetensors file was expected in its place");
      Files.delete(file);
      Files.createDirectory(file);
      assertThatThrownBy(() -> TrainedModel.load(saved))
          .hasMessage(file + " is a folder; a file of the model was expected in its place");
      Files.delete(file);
    }
  }

  @Test
  void a_size_that_the_weights_do_not_serve_is_refused() throws IOException {
    Path saved = saved();
    edit("config.json", "\"size\": 32", "\"size\": 2048");
    assertThatThrownBy(() -> TrainedModel.load(saved))
        .hasMessage(
            saved + "/config.json: preprocessing.size is 2048, expected a number in 16.0..512.0");
  }

  @Test
  void no_message_is_as_long_as_a_name_in_a_file() throws IOException {
    String name = "x".repeat(200_000);
    Path saved = saved();
    String config = Files.readString(saved.resolve("config.json"));
    for (String hostile :
        List.of(
            config.replace("\"pug\"", "\"" + name + "\", \"" + name + "\""),
            config.replace("\"pug\"", "\"" + name + "\", 7"),
            config.replace("\"sha256\": \"", "\"sha256\": \"" + name),
            config.replace("\"sha256\": \"", "\"sha256\": \"../" + name),
            config.replace("\"seed\": \"13\"", "\"" + name + "\": 7"),
            config.replace("\"seed\": \"13\"", "\"" + name + "\" 7"),
            config.replace("mobilenet_v2", name),
            config.replace("center_crop", name))) {
      assertThat(hostile).isNotEqualTo(config);
      Files.writeString(saved.resolve("config.json"), hostile);
      assertThatThrownBy(() -> TrainedModel.load(saved))
          .isInstanceOf(DogVisionException.class)
          .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000));
    }
    Files.writeString(saved.resolve("config.json"), config);
    Path weights = folder.resolve("surplus.safetensors");
    Safetensors.builder()
        .add(name, Tensor.zeros(1))
        .add(name + 2, Tensor.zeros(1))
        .build()
        .write(weights);
    assertThatThrownBy(
            () -> TransferModel.mobileNetV2().weights(weights).labels(MODEL.labels()).build())
        .isInstanceOf(DogVisionException.class)
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(10_000));
    assertThatThrownBy(() -> Safetensors.read(weights).tensor("y"))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(1_000));
  }

  @Test
  void no_message_tells_a_user_how_to_call_a_library() throws IOException {
    Path saved = saved();
    String config = Files.readString(saved.resolve("config.json"));
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 400; i++) {
      int at = random.nextInt(config.length());
      String hostile =
          config.substring(0, at)
              + List.of("{", "'", "x", "]", "=", "#", "\u0000", ",,").get(random.nextInt(8))
              + config.substring(at + random.nextInt(2));
      Files.writeString(saved.resolve("config.json"), hostile);
      try {
        TrainedModel unused = TrainedModel.load(saved);
      } catch (DogVisionException e) {
        assertThat(e.getMessage())
            .doesNotContain("setLenient")
            .doesNotContain("JsonReader")
            .doesNotContain("http")
            .doesNotContain("Exception");
      }
    }
  }
}
