package dev.dogvision.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Breeds of pictures from the command line. */
class PredictCommandTest {
  @TempDir static Path shared;
  @TempDir Path folder;

  @BeforeAll
  static void draw() throws IOException {
    DrawnPictures.folders(shared, 1);
    Files.writeString(shared.resolve("notes.txt"), "no picture");
    Files.writeString(shared.resolve("pug/.hidden.png"), "hidden");
  }

  private Path broken() throws IOException {
    return Files.write(folder.resolve("broken.jpg"), new byte[] {(byte) 0xFF, (byte) 0xD8, 1, 2});
  }

  private Path picture(String name) {
    return DrawnPictures.draw(folder.resolve(name), "pug", new SplittableRandom(1));
  }

  @Test
  void tells_the_breeds_of_a_folder_and_the_folders_in_it() {
    Executed predicted =
        Executed.run("predict", "--model", "fast", "--top", "2", shared.toString());

    assertThat(predicted.code()).isEqualTo(ExitCode.DONE);
    assertThat(predicted.lines()).hasSize(3);
    assertThat(predicted.lines().get(0))
        .startsWith(shared.resolve("beagle").resolve("beagle-0.png").toString())
        .matches(".*( +\\d+\\.\\d % [a-z_]+){2}( +unsure)?");
    assertThat(predicted.errors()).contains("2 files passed over: hidden, or no picture\n");
  }

  @Test
  void a_picture_that_cannot_be_read_is_told_and_the_others_go_on() throws IOException {
    Executed predicted =
        Executed.run(
            "predict",
            "--model=fast",
            broken().toString(),
            folder.resolve("nothing.jpg").toString(),
            picture("one.png").toString());

    assertThat(predicted.code()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(predicted.lines()).hasSize(1);
    assertThat(predicted.errors())
        .contains("broken.jpg", "nothing.jpg")
        .contains("2 of 3 could not be read");
  }

  @Test
  void json_is_an_object_a_line_in_ascii_whatever_the_names() throws IOException {
    assumeThat(Charset.forName(System.getProperty("sun.jnu.encoding")).newEncoder().canEncode('ã'))
        .as("files can have such names here")
        .isTrue();
    Path accented = picture("cão, preto.png");

    Executed predicted =
        Executed.run(
            "predict",
            "--model=fast",
            "--json",
            "--top=1",
            accented.toString(),
            broken().toString());

    assertThat(predicted.code()).isEqualTo(ExitCode.SOME_FAILED);
    assertThat(predicted.out()).matches("[\\n -~]*");
    List<JsonObject> objects =
        predicted.lines().stream()
            .map(line -> JsonParser.parseString(line).getAsJsonObject())
            .toList();
    assertThat(objects).hasSize(2);
    assertThat(objects.get(0).get("file").getAsString()).isEqualTo(accented.toString());
    assertThat(objects.get(0).get("probability").getAsDouble()).isBetween(0.0, 1.0);
    assertThat(objects.get(0).getAsJsonArray("top")).hasSize(1);
    assertThat(objects.get(1).get("error").getAsString()).contains("broken.jpg");
    assertThat(predicted.errors()).isEmpty();
  }

  @Test
  void csv_holds_every_picture_and_is_put_in_place_in_the_end() throws IOException {
    Path table = folder.resolve("new folder/breeds.csv");

    Executed predicted =
        Executed.run(
            "predict",
            "--model=fast",
            "--top=1",
            "--csv",
            table.toString(),
            shared.toString(),
            broken().toString());

    assertThat(predicted.code()).isEqualTo(ExitCode.SOME_FAILED);
    List<String> rows = Files.readAllLines(table);
    assertThat(rows).hasSize(5);
    assertThat(rows.get(0)).isEqualTo("file,unsure,breed_1,probability_1,error");
    assertThat(rows.get(1)).contains("beagle-0.png,").endsWith(",");
    assertThat(rows.get(4)).contains("broken.jpg,,,,").doesNotEndWith(",");
    assertThat(table.resolveSibling("breeds.csv.unfinished")).doesNotExist();
  }

  @Test
  void interrupted_it_keeps_the_rows_that_are_done_and_leaves_the_old_table() throws IOException {
    Path table = Files.writeString(folder.resolve("breeds.csv"), "old");
    Interruption interruption = Interruption.none();
    interruption.happen(2); // before the first picture is told

    Executed predicted =
        Executed.run(
            interruption, "predict", "--model=fast", "--csv", table.toString(), shared.toString());

    assertThat(predicted.code()).isEqualTo(130);
    assertThat(table).hasContent("old");
    assertThat(predicted.errors()).contains("Interrupted after 1 picture", "breeds.csv.unfinished");
    assertThat(Files.readAllLines(folder.resolve("breeds.csv.unfinished"))).hasSize(2);
  }

  @Test
  void a_dash_is_a_picture_on_standard_input() throws IOException {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(Files.readAllBytes(picture("one.png"))));
    try {
      Executed predicted = Executed.run("predict", "--model=fast", "-");
      assertThat(predicted.code()).isEqualTo(ExitCode.DONE);
      assertThat(predicted.lines()).singleElement().asString().startsWith("standard input");
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void refuses_what_it_does_not_understand_and_says_where_help_is() {
    Executed none = Executed.run("predict");
    assertThat(none.code()).isEqualTo(ExitCode.USAGE);
    assertThat(none.errors()).contains("PICTURE").endsWith("Help: dogvision predict --help\n");

    assertThat(Executed.run("predict", "--top", "0", "x.jpg"))
        .isEqualTo(
            new Executed(
                ExitCode.USAGE,
                "",
                "--top must be at least 1, got 0\nHelp: dogvision predict --help\n"));
    assertThat(Executed.run("predict", "--colour", "x.jpg").code()).isEqualTo(ExitCode.USAGE);
    assertThat(Executed.run().errors()).startsWith("a command is missing");
  }

  @Test
  void a_model_that_is_not_there_is_told_without_a_trace() {
    Executed predicted = Executed.run("predict", "--model", "slow", "x.jpg");

    assertThat(predicted.code()).isEqualTo(ExitCode.FAILED);
    assertThat(predicted.errors())
        .startsWith("there is no model \"slow\"")
        .contains("accurate (", "fast (")
        .hasLineCount(1);
    assertThat(Executed.run("predict", "--stacktrace", "--model", "slow", "x.jpg").errors())
        .contains("\tat dev.dogvision.cli.");
  }
}
