package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.model.TrainedModel;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From labels to submission on the embedded model, with and without interruptions. */
class KaggleSubmissionTest {
  private static final int PICTURES = 160;

  @TempDir static Path competition;
  @TempDir Path folder;

  @BeforeAll
  static void draw() throws IOException {
    DrawnCompetition.draw(competition, 8, PICTURES, 1);
  }

  private String[] arguments(String work, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of("--data", competition.toString(), "--work", folder.resolve(work).toString()));
    arguments.addAll(List.of(more));
    return arguments.toArray(String[]::new);
  }

  private String mistake(String... arguments) {
    StringWriter errors = new StringWriter();
    assertThat(Program.execute(new KaggleSubmission(), new PrintWriter(errors), arguments))
        .isEqualTo(1);
    return errors.toString().strip();
  }

  @Test
  void killed_in_training_and_in_prediction_it_arrives_at_the_same_bytes() throws Exception {
    KaggleSubmission.main(arguments("whole"));
    List<String> expected = Files.readAllLines(folder.resolve("whole/submission.csv"));
    List<String> sample = Files.readAllLines(competition.resolve("sample_submission.csv"));
    assertThat(expected).hasSize(PICTURES + 1).startsWith(sample.get(0));

    if (isKilledAt("epoch 2", arguments("killed"))) {
      try (Stream<Path> files = Files.walk(folder.resolve("killed"))) {
        assertThat(files).anyMatch(file -> file.toString().endsWith(".safetensors"));
      }
    }
    if (isKilledAt("Predicting: 128", arguments("killed"))) {
      assertThat(folder.resolve("killed/submission.csv")).doesNotExist();
      assertThat(folder.resolve("killed/submission.csv.unfinished")).isNotEmptyFile();
    }
    KaggleSubmission.main(arguments("killed"));

    assertThat(folder.resolve("killed/submission.csv"))
        .hasSameBinaryContentAs(folder.resolve("whole/submission.csv"));
  }

  /**
   * Runs it in a process of its own, which is killed as soon as it prints a line; false where it
   * came to its end all the same.
   */
  private static boolean isKilledAt(String beginning, String[] arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-Djava.awt.headless=true",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                KaggleSubmission.class.getName()));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<String> lines = new ArrayList<>();
    try (BufferedReader output =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        lines.add(line);
        if (line.startsWith(beginning)) {
          process.destroyForcibly();
          break;
        }
      }
    } finally {
      process.destroyForcibly();
    }
    assertThat(lines).anyMatch(line -> line.startsWith(beginning));
    return process.waitFor() != 0;
  }

  @Test
  void the_embedded_model_needs_no_labels_and_drawings_no_folder() throws IOException {
    KaggleSubmission.main(
        new String[] {"--embedded", "--drawn", "3", "--work", folder.resolve("work").toString()});

    List<String> lines = Files.readAllLines(folder.resolve("work/submission.csv"));
    assertThat(lines).hasSize(4);
    assertThat(lines.get(0).split(",", -1)).hasSize(136).startsWith("id", "affenpinscher");
  }

  @Test
  void the_embedded_model_keeps_to_the_columns_of_the_competition() throws IOException {
    Path data = DrawnCompetition.draw(folder.resolve("embedded"), 2, 2, 1);
    Set<String> more =
        Set.of("akita", "bulldog", "dachshund", "dalmatian", "greyhound", "shiba_inu");
    List<String> columns =
        TrainedModel.pretrained().labels().names().stream()
            .filter(label -> !more.contains(label))
            .toList();
    Path sample = data.resolve("sample_submission.csv");
    List<String> rows = new ArrayList<>(List.of("id," + String.join(",", columns)));
    for (String row : Files.readAllLines(sample).stream().skip(1).toList()) {
      rows.add(row.substring(0, row.indexOf(',')) + ",0".repeat(columns.size()));
    }
    Files.write(sample, rows);

    KaggleSubmission.main(
        new String[] {
          "--embedded", "--data", data.toString(), "--work", folder.resolve("narrowed").toString()
        });

    List<String> lines = Files.readAllLines(folder.resolve("narrowed/submission.csv"));
    assertThat(lines).hasSameSizeAs(rows).startsWith(rows.get(0));
    double sum = 0;
    for (String cell : lines.get(1).substring(lines.get(1).indexOf(',') + 1).split(",", -1)) {
      sum += Double.parseDouble(cell);
    }
    assertThat(sum).isCloseTo(1, within(1e-5));
  }

  @Test
  void should_fail_if_the_sample_has_other_breeds() throws IOException {
    Path data = DrawnCompetition.draw(folder.resolve("data"), 2, 2, 1);
    Path sample = data.resolve("sample_submission.csv");
    String before = Files.readString(sample);
    String[] arguments = {"--data", data.toString(), "--work", folder.resolve("work").toString()};

    Files.writeString(sample, before.replace("grey_pointer,low_rusty", "low_rusty,grey_pointer"));
    assertThat(mistake(arguments))
        .isEqualTo(
            sample
                + " asks for other columns than the model has: the order differs, first in column"
                + " 4: 'low_rusty' in the file, 'grey_pointer' of the model. Are labels and sample"
                + " of the same competition?");

    Files.writeString(sample, before.replace("grey_pointer", "pug"));
    assertThat(mistake(arguments))
        .isEqualTo(
            sample
                + " asks for other columns than the model has: 1 breed that the model does not"
                + " know: pug; 1 breed that the file does not have: grey_pointer. Are labels and"
                + " sample of the same competition?");

    Files.writeString(sample, "breed,id\n");
    assertThat(mistake(arguments))
        .isEqualTo(sample + " begins with [breed, id]; expected a first line of id and the breeds");
    assertThat(folder.resolve("work")).doesNotExist();
  }

  @Test
  void should_fail_if_pictures_are_missing() throws IOException {
    Path data = DrawnCompetition.draw(folder.resolve("data"), 2, 2, 1);
    Path sample = data.resolve("sample_submission.csv");
    Files.writeString(sample, Files.readString(sample) + "abc,1,0,0,0,0\n");

    assertThat(mistake("--data", data.toString(), "--work", folder.resolve("work").toString()))
        .isEqualTo(
            sample
                + " asks for other pictures than there are: 1 picture that the folder lacks: abc."
                + " Is the folder of test pictures whole?");
    assertThat(mistake("--data", folder.resolve("nothing").toString()))
        .startsWith("there is no folder ");
  }
}
