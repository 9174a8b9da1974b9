package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
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
  void predict_folder_gives_a_table_and_lists_what_can_not_be_read() throws Exception {
    Path pictures = DrawnCompetition.draw(folder, 1, 4, 3).resolve("test");
    Path one;
    try (Stream<Path> files = Files.list(pictures)) {
      one = files.sorted().findFirst().orElseThrow();
    }
    Files.write(pictures.resolve("zz-half.jpg"), Arrays.copyOf(Files.readAllBytes(one), 5000));
    Files.write(pictures.resolve("zz-none.jpg"), new byte[] {1, 2, 3, 4});
    Path csv = folder.resolve("out/table.csv");
    Path json = folder.resolve("out/table.json");

    String out = printed(new PredictFolder(), pictures, "--top", 2, "--csv", csv, "--json", json);

    String id = one.getFileName().toString().replace(".jpg", "");
    assertThat(out)
        .containsPattern(id + " +\\d+\\.\\d % \\S+ +\\d+\\.\\d % \\S+")
        .contains("4 pictures; the model is unsure of ")
        .contains("2 could not be read:")
        .contains("  zz-half: ")
        .contains("  zz-none: ");
    List<String> lines = Files.readAllLines(csv);
    assertThat(lines).hasSize(5);
    assertThat(lines.get(0))
        .isEqualTo("picture,unsure,breed_1,probability_1,breed_2,probability_2");
    assertThat(lines.get(1)).startsWith(id + ",");
    JsonArray array = JsonParser.parseString(Files.readString(json)).getAsJsonArray();
    assertThat(array).hasSize(4);
    JsonObject first = array.get(0).getAsJsonObject();
    assertThat(first.get("picture").getAsString()).isEqualTo(id);
    assertThat(first.get("file").getAsString()).isEqualTo(one.toString());
    assertThat(first.getAsJsonArray("best")).hasSize(2);
    assertThat(lines.get(1).split(",", -1)[2])
        .isEqualTo(
            first.getAsJsonArray("best").get(0).getAsJsonObject().get("breed").getAsString());
  }

  @Test
  void predict_folder_draws_where_it_is_given_nothing() {
    assertThat(printed(new PredictFolder()))
        .startsWith("No folder given, so here are drawn dogs")
        .contains("6 pictures; ");
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
  void compare_models_tells_in_words_which_is_better() throws Exception {
    Path dogs = DrawnDogs.draw(folder, 4, 3);

    String out = printed(new CompareModels(), "--data", dogs, "--epochs", 3);

    assertThat(out)
        .contains("The embedded model does not know black_saddle, brown_longear, ")
        .contains("16 pictures, the same for both")
        .containsPattern("a new head +\\d+\\.\\d %")
        .containsPattern("head and last stage +\\d+\\.\\d %")
        .containsPattern("McNemar's test|Both are right equally often")
        .contains("They disagree on ");
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
        .contains("16 pictures, the same for both")
        .contains("Both are right equally often, and on the same pictures.")
        .contains("They disagree on 0 of 16 pictures.");
  }

  @Test
  void compare_models_refuses_what_a_model_was_trained_on() throws Exception {
    Path dogs = DrawnDogs.draw(folder.resolve("learnt"), 2, 3);
    Dataset dataset = DatasetBuilder.fromFolders(dogs).build();
    Path model =
        Trainer.of(TransferModel.mobileNetV2().labels(dataset.labels()).build())
            .epochs(1)
            .fit(dataset)
            .model()
            .save(folder.resolve("trained"));

    assertThat(mistake(new CompareModels(), "--data", dogs, "--first", model, "--second", model))
        .isEqualTo(
            model
                + " was trained on exactly these 16 pictures, and how it does on them says"
                + " nothing: compare the models on pictures that neither has seen");
  }
}
