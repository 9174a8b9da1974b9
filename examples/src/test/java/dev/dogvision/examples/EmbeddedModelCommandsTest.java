package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Labels;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** The commands that make the embedded models, on drawn dogs and a network of the smallest size. */
@ResourceLock(Resources.SYSTEM_OUT)
class EmbeddedModelCommandsTest {
  private static final List<String> BREEDS =
      Arrays.stream(DrawnBreed.values()).map(DrawnBreed::label).sorted().toList();
  private static final List<String> OLD = BREEDS.subList(0, 5);
  private static final List<String> NEW = BREEDS.subList(5, 7);
  private static final List<String> UNKNOWN = BREEDS.subList(7, 8);

  @TempDir Path folder;

  /** A competition of five breeds, pets of the same, and sites of these, two more and another. */
  @BeforeEach
  void draw() throws IOException {
    table(DrawnDogs.draw(folder.resolve("drawn-1"), 8, 1), folder.resolve("competition"), OLD);
    table(DrawnDogs.draw(folder.resolve("drawn-2"), 5, 2), folder.resolve("pets"), OLD);
    Path sites = folder.resolve("sites/train");
    StringBuilder sources = new StringBuilder("file,breed,source\n");
    Path drawn = DrawnDogs.draw(folder.resolve("drawn-3"), 8, 3);
    for (String breed : Stream.of(OLD.subList(0, 1), NEW, UNKNOWN).flatMap(List::stream).toList()) {
      Files.createDirectories(sites.resolve(breed));
      int place = 0;
      for (Path file : files(drawn.resolve(breed))) {
        String name = breed + "/" + file.getFileName();
        Files.copy(file, sites.resolve(name));
        sources
            .append(name)
            .append(',')
            .append(breed)
            .append(",site-")
            .append(place++ % 4)
            .append('\n');
      }
    }
    Files.writeString(folder.resolve("sites/sources.csv"), sources);
    Path strangers = Files.createDirectories(folder.resolve("strangers"));
    for (Path file : files(drawn.resolve(UNKNOWN.get(0)))) {
      Files.copy(file, strangers.resolve(String.valueOf(file.getFileName())));
    }
  }

  private static void table(Path drawn, Path target, List<String> breeds) throws IOException {
    Files.createDirectories(target.resolve("train"));
    StringBuilder labels = new StringBuilder("id,breed\n");
    for (String breed : breeds) {
      for (Path file : files(drawn.resolve(breed))) {
        String name = String.valueOf(file.getFileName());
        Files.copy(file, target.resolve("train").resolve(name));
        labels.append(name.replace(".png", "")).append(',').append(breed).append('\n');
      }
    }
    Files.writeString(target.resolve("labels.csv"), labels);
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.sorted().toList();
    }
  }

  private String printed(Callable<Integer> command, Object... arguments) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "--competition", folder.resolve("competition/labels.csv").toString(),
                "--pets", folder.resolve("pets").toString(),
                "--sites", folder.resolve("sites").toString(),
                "--no-dogs", folder.resolve("strangers").toString(),
                "--new-breeds", String.join(",", NEW),
                "--hold-out", "0.25",
                "--hold-out-sites", "0.25"));
    Arrays.stream(arguments).map(String::valueOf).forEach(all::add);
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter errors = new StringWriter();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      assertThat(Program.execute(command, new PrintWriter(errors), all.toArray(String[]::new)))
          .as(errors.toString())
          .isZero();
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** A model that knows the old breeds alone, as the start is. */
  private Path start() {
    TransferModel model =
        TransferModel.mobileNetV2()
            .untrained(3)
            .width(0.1)
            .inputSize(32)
            .labels(Labels.of(OLD))
            .build();
    return model.trained(model.initialWeights(), Map.of()).save(folder.resolve("start"));
  }

  @Test
  void a_model_is_trained_mixed_calibrated_and_compared() {
    Path start = start();
    Path head = folder.resolve("head");
    Path taught = folder.resolve("taught");
    Path shipped = folder.resolve("shipped");

    printed(
        new TrainEmbeddedModel(),
        "--start",
        start,
        "--stages",
        0,
        "--epochs",
        3,
        "--learning-rate",
        0.01,
        "--output",
        head);
    String training =
        printed(
            new TrainEmbeddedModel(),
            "--start",
            head,
            "--teacher",
            head + "," + head,
            "--epochs",
            1,
            "--augmentation",
            "cameras",
            "--repeat-pets",
            2,
            "--balanced",
            "--checkpoints",
            folder.resolve("checkpoints"),
            "--output",
            taught);
    String finishing =
        printed(
            new TrainEmbeddedModel(),
            "--start",
            head,
            "--trained",
            taught,
            "--shares",
            "0.5",
            "--share",
            0.5,
            "--mirrored",
            "--output",
            shipped);
    String table =
        printed(
            new CompareEmbeddedModels(),
            "--row",
            "the head=" + head,
            "--row",
            "both, mirrored=mirrored:" + head + "+" + taught,
            "--row",
            "shipped=" + shipped);

    assertThat(training)
        .contains("7 breeds, 2 of them new", "19 of 19 stages trainable")
        .contains("competition 30 and 10, pets 20 and 5, sites 18 and 6");
    assertThat(Trainer.canResume(folder.resolve("checkpoints"))).isTrue();
    assertThat(finishing)
        .contains("competition, 0.50 trained", "unseen sources, mirrored", "temperature")
        .containsPattern("of 8 photographs without a dog \\d+\\.\\d % are called unsure");
    TrainedModel model = TrainedModel.load(shipped);
    assertThat(model.labels().names())
        .containsExactlyElementsOf(Stream.concat(OLD.stream(), NEW.stream()).sorted().toList());
    assertThat(model.confidenceThreshold()).isPresent();
    assertThat(model.statistics().orElseThrow().labels()).isEqualTo(model.labels().names());
    assertThat(model.provenance()).containsKey("mixed");
    List<String> rows = table.lines().filter(line -> line.startsWith("| ")).toList();
    assertThat(rows).hasSize(4);
    assertThat(rows.get(0)).contains("unsure of 8, no dog", "unsure of 8, other breeds");
    assertThat(rows.get(1)).startsWith("| the head |");
    assertThat(rows.get(3)).startsWith("| shipped |").doesNotContain(" - |");
    assertThat(rows).allSatisfy(row -> assertThat(row.split("\\|")).hasSize(14));
  }
}
