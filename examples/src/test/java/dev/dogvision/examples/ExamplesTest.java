package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.TransferModel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;

/** Each example's command on drawn pictures. */
@ResourceLock(Resources.SYSTEM_OUT)
class ExamplesTest {
  @TempDir Path folder;

  /** What a command prints. */
  private static String printed(Callable<Integer> command, Object... arguments) {
    PrintStream before = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StringWriter errors = new StringWriter();
    System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
    try {
      int status =
          Program.execute(
              command,
              new PrintWriter(errors),
              Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new));
      assertThat(status).as(errors.toString()).isZero();
    } finally {
      System.setOut(before);
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String mistake(Callable<Integer> command, Object... arguments) {
    StringWriter errors = new StringWriter();
    assertThat(
            Program.execute(
                command,
                new PrintWriter(errors),
                Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new)))
        .isEqualTo(1);
    return errors.toString().strip();
  }

  @Test
  void predict_folder_goes_through_folders_and_tells_what_can_not_be_read() throws Exception {
    Path pictures = DrawnCompetition.draw(folder, 1, 4, 3).resolve("test");
    Path one;
    try (Stream<Path> files = Files.list(pictures)) {
      one = files.sorted().findFirst().orElseThrow();
    }
    Files.write(pictures.resolve("zz-half.jpg"), Arrays.copyOf(Files.readAllBytes(one), 5000));
    Files.writeString(pictures.resolve("notes.txt"), "hello");
    Path inside = Files.createDirectory(pictures.resolve("inside"));
    Files.copy(one, inside.resolve("copy.jpg"));

    String out = printed(new PredictFolder(), pictures);

    assertThat(out)
        .containsPattern(Pattern.quote(one.toString()) + ".*\\R( +\\d+\\.\\d % \\S+\\R){3}")
        .contains(inside.resolve("copy.jpg").toString())
        .containsPattern("zz-half.jpg.*cut short")
        .contains("1 files are no pictures");
  }

  @Test
  void predict_folder_draws_where_it_is_given_nothing() {
    assertThat(printed(new PredictFolder()))
        .startsWith("No folder given, so here are drawn dogs")
        .endsWith("0 files are no pictures" + System.lineSeparator());
    assertThat(mistake(new PredictFolder(), folder.resolve("nothing")))
        .startsWith("there is no folder ");
  }

  @Test
  void explain_prediction_draws_what_speaks_for_a_breed() throws Exception {
    Path pictures = DrawnCompetition.draw(folder, 1, 2, 3).resolve("test");
    Path output = folder.resolve("out");

    String out = printed(new ExplainPrediction(), pictures, "--breed", "pug", "--output", output);

    assertThat(out).contains("what speaks for pug: ").containsPattern(" {2}\\d+\\.\\d % ");
    try (Stream<Path> files = Files.list(output)) {
      List<Path> drawn = files.toList();
      assertThat(drawn).hasSize(2).allMatch(file -> file.toString().endsWith(".jpg-pug.png"));
      assertThat(ImageIO.read(drawn.get(0).toFile()).getWidth()).isGreaterThan(800);
    }
    assertThat(mistake(new ExplainPrediction(), pictures, "--breed", "pugg"))
        .isEqualTo("no label 'pugg' among the 135; close ones: pug");
    assertThat(printed(new ExplainPrediction(), "--output", output))
        .startsWith("No picture given, so here are drawn dogs");
  }

  @Test
  void train_and_report_leaves_report_plots_model_and_curves() throws Exception {
    Path output = folder.resolve("out");

    String out = printed(new TrainAndReport(), "--limit", 40, "--epochs", 4, "--output", output);

    assertThat(out)
        .startsWith("No pictures given (--data), so here are drawn dogs")
        .contains("40 images looked at", "accuracy", "Report: ", "Model: ");
    assertThat(Files.readString(output.resolve("report.html")))
        .contains("<title>Training of 8 breeds</title>", "Near-duplicates in both");
    for (String plot : List.of("curves.png", "confusion.png", "reliability.png")) {
      assertThat(ImageIO.read(output.resolve(plot).toFile())).isNotNull();
    }
    assertThat(output.resolve("model/model.safetensors")).isRegularFile();
    try (Stream<Path> events = Files.walk(output.resolve("tensorboard"))) {
      assertThat(events).anyMatch(file -> file.toString().contains("tfevents"));
    }
  }

  @Test
  void compare_models_trains_those_that_are_not_named() throws Exception {
    Path dogs = DrawnDogs.draw(folder, 4, 3);

    String out = printed(new CompareModels(), "--data", dogs, "--epochs", 3);

    assertThat(out)
        .contains("The first model: 16 photographs, 8 breeds")
        .contains("The second model: 16 photographs, 8 breeds")
        .contains("McNemar", "The difference ");
  }

  @Test
  void compare_models_compares_saved_models() throws Exception {
    Path dogs = DrawnDogs.draw(folder.resolve("dogs"), 2, 3);
    TransferModel start =
        TransferModel.mobileNetV2()
            .labels(DatasetBuilder.fromFolders(dogs).build().labels())
            .build();
    Path model = start.trained(start.initialWeights(), Map.of()).save(folder.resolve("model"));

    String out = printed(new CompareModels(), "--data", dogs, "--first", model, "--second", model);

    assertThat(out)
        .contains("The second model: 16 photographs, 8 breeds")
        .contains("0 photographs only the first has right, 0 only the second")
        .contains("The difference may well be chance");
  }
}
