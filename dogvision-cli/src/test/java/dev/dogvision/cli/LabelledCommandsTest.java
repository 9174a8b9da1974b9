package dev.dogvision.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.model.TrainedModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands on labelled pictures: training, and what is done with the model. */
class LabelledCommandsTest {
  @TempDir static Path shared;
  private static Path data;
  private static Path model;
  private static Executed trained;

  @TempDir Path folder;

  @BeforeAll
  static void train() {
    data = DrawnPictures.competition(shared.resolve("data"), 8);
    model = shared.resolve("models/drawn");
    trained =
        Executed.run(
            "train",
            "--data",
            data.toString(),
            "--model-out",
            model.toString(),
            "--epochs=40",
            "--patience=5",
            "--calibrate",
            "--validation-share=0.25",
            "--report",
            shared.resolve("training.html").toString(),
            "--tensorboard",
            shared.resolve("runs").toString());
  }

  @Test
  void train_measures_saves_and_tidies_up() throws IOException {
    assertThat(trained.code()).as(trained.errors()).isZero();
    assertThat(trained.out())
        .contains("trained on 18 pictures of 3 breeds: ")
        .contains("6 photographs, 3 breeds\naccuracy ")
        .endsWith("model: " + model + "\n");
    TrainedModel saved = TrainedModel.load(model);
    assertThat(saved.labels().names()).isEqualTo(DrawnPictures.BREEDS);
    assertThat(saved.provenance()).containsKey("temperature");
    assertThat(shared.resolve("training.html")).content().contains("<!DOCTYPE html>");
    assertThat(shared.resolve("runs")).isDirectoryRecursivelyContaining("glob:**.tfevents.**");
    assertThat(shared.resolve("models/drawn.training")).doesNotExist();
  }

  @Test
  void train_leaves_out_what_can_not_be_read_where_it_is_told_to_and_says_so() throws IOException {
    Path dogs = DrawnPictures.competition(folder.resolve("dogs"), 4);
    Files.delete(dogs.resolve("train/3.jpg"));
    Files.write(dogs.resolve("train/4.jpg"), new byte[] {1, 2, 3});
    String[] command = {
      "train", "--data=" + dogs, "--model-out=" + folder.resolve("m"), "--epochs=1", "--json"
    };

    Executed refused = Executed.run(command);
    assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.errors()).contains("3").doesNotContain("Exception");

    Executed told =
        Executed.run(
            Stream.concat(Stream.of(command), Stream.of("--skip-unreadable"))
                .toArray(String[]::new));
    assertThat(told.code()).as(told.errors()).isZero();
    assertThat(told.errors()).contains("Note: ");
    JsonObject object = JsonParser.parseString(told.out()).getAsJsonObject();
    assertThat(object.get("photographs").getAsInt()).isEqualTo(8);
    assertThat(object.getAsJsonObject("evaluation").get("photographs").getAsInt()).isEqualTo(2);
  }

  @Test
  void evaluate_has_figures_for_people_and_programs() throws IOException {
    Path table = folder.resolve("predicted.csv");
    Executed told =
        Executed.run(
            "evaluate", "--data=" + data, "--model=" + model, "--breeds", "--csv=" + table);
    assertThat(told.code()).as(told.errors()).isZero();
    assertThat(told.out())
        .startsWith("24 photographs, 3 breeds\naccuracy ")
        .contains("95 % interval", "calibration error", "\nbeagle         8  ");
    assertThat(Files.readAllLines(table))
        .hasSize(25)
        .startsWith("id,breed,predicted,probability,right,log_loss");

    Executed json = Executed.run("evaluate", "--data=" + data, "--model=" + model, "--json");
    JsonObject object = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(object.get("photographs").getAsInt()).isEqualTo(24);
    // What it has learned to tell apart differs in colour and shape.
    assertThat(object.get("accuracy").getAsDouble()).isGreaterThan(0.8);
  }

  @Test
  void report_is_one_file() {
    Path file = folder.resolve("new/report.html");
    Executed told =
        Executed.run(
            "report", "--data=" + data, "--model=" + model, "--output=" + file, "--title=Mine");

    assertThat(told.code()).as(told.errors()).isZero();
    assertThat(file).content().contains("<title>Mine</title>");
    assertThat(told.errors()).contains("report: " + file);
  }

  @Test
  void compare_tells_the_better_one() {
    Executed told = Executed.run("compare", "--data=" + data, "--first=fast", "--second=" + model);
    assertThat(told.code()).as(told.errors()).isZero();
    assertThat(told.out())
        .contains("accuracy  95 % sure between", "Of 24 pictures only fast is right on ")
        .contains(model + " is the better one.")
        .contains("One of them chooses from more breeds")
        .contains("Breeds in which they differ most (share recognised):\n  ")
        .containsPattern("  (beagle|chow|pug) \\(8 pictures\\): fast \\d+ %, ");
    assertThat(told.errors()).contains("was trained on 18 pictures");

    Executed json =
        Executed.run("compare", "--data=" + data, "--first=fast", "--second=" + model, "--json");
    JsonObject object = JsonParser.parseString(json.out()).getAsJsonObject();
    assertThat(object.get("better").getAsString()).isEqualTo(model.toString());
    assertThat(object.getAsJsonObject("first").get("breeds").getAsInt()).isEqualTo(135);
  }

  @Test
  void compare_refuses_pictures_that_a_model_was_trained_on() {
    Path all = folder.resolve("all");
    assertThat(
            Executed.run(
                    "train",
                    "--data=" + data,
                    "--model-out=" + all,
                    "--validation-share=0",
                    "--epochs=1",
                    "--patience=0")
                .code())
        .isZero();

    Executed refused = Executed.run("compare", "--data=" + data, "--first=fast", "--second=" + all);

    assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.errors()).contains("was trained on exactly these 24 pictures");
  }

  @Test
  void export_writes_onnx_as_it_is_or_in_bytes() throws IOException {
    Path plain = folder.resolve("dogs.onnx");
    Path small = folder.resolve("small.onnx");

    Executed told = Executed.run("export", "--model=" + model, "--output=" + plain);
    Executed quantized =
        Executed.run(
            "export",
            "--model=" + model,
            "--output=" + small,
            "--int8=static",
            "--photographs=" + data.resolve("train"));

    assertThat(told.code()).as(told.errors()).isZero();
    assertThat(told.out()).startsWith(plain + ": 3 breeds, pictures of 224 pixels, ");
    assertThat(quantized.code()).as(quantized.errors()).isZero();
    assertThat(quantized.out()).endsWith(", static int8\n");
    assertThat(Files.size(small)).isLessThan(Files.size(plain) / 2);
    assertThat(Executed.run("export", "--output=x.onnx", "--int8=static").code())
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void backbones_have_several_names_and_a_wrong_one_is_told() {
    assertThat(GivenBackbone.load("mobilenet_v2").architecture().name()).isEqualTo("mobilenet_v2");
    assertThat(GivenBackbone.load("accurate").architecture().name())
        .isEqualTo("efficientnet_lite2");
    assertThat(GivenBackbone.load(model.toString()).architecture().name())
        .isEqualTo("mobilenet_v2");

    Executed refused =
        Executed.run(
            "train", "--data=" + data, "--model-out=" + folder.resolve("m"), "--backbone=resnet");
    assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.errors())
        .startsWith("there is no backbone \"resnet\"")
        .contains("accurate (efficientnet_lite2), fast (mobilenet_v2)");
  }

  @Test
  void mistakes_are_told_before_any_work() {
    String data = "--data=" + LabelledCommandsTest.data;
    String out = "--model-out=" + folder.resolve("m");

    assertThat(Executed.run("train", data).errors()).contains("--model-out");
    assertThat(Executed.run("train", data, out, "--validation-share=1").code())
        .isEqualTo(ExitCode.USAGE);
    assertThat(Executed.run("train", data, out, "--fine-tune=some").errors())
        .startsWith("--fine-tune is a number of stages or all, got some");
    assertThat(Executed.run("train", data, out, "--epochs=0"))
        .isEqualTo(new Executed(ExitCode.USAGE, "", "epochs must be at least 1, got 0\n"));
    assertThat(Executed.run("train", data, out, "--validation-share=0", "--calibrate").code())
        .isEqualTo(ExitCode.USAGE);
    Executed nothing = Executed.run("evaluate", "--data=" + folder.resolve("nothing"));
    assertThat(nothing.code()).isEqualTo(ExitCode.FAILED);
    assertThat(nothing.errors()).contains("nothing").hasLineCount(1);
  }

  @Test
  void a_command_to_go_on_can_be_pasted_into_a_shell() {
    assertThat(
            TrainCommand.commandToGoOn(
                List.of("train", "--data", "my dogs", "--resume", "--model-out=it's")))
        .isEqualTo("train --data 'my dogs' '--model-out=it'\\''s' --resume");
  }
}
