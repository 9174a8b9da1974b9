package dev.dogvision.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.model.TrainedModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What only a process of its own can show: signals, pipes, the exit code. */
@DisabledOnOs(OS.WINDOWS)
class CommandLineProcessTest {
  @TempDir Path folder;

  private static List<Path> files(Path below) throws IOException {
    try (Stream<Path> all = Files.walk(below)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void control_c_leaves_whole_files_and_the_same_command_goes_on() throws Exception {
    DrawnPictures.folders(folder.resolve("dogs"), 5);
    Path checkpoints = folder.resolve("models/mine.training/checkpoints");
    String[] command = {
      "train",
      "--data",
      "dogs",
      "--model-out",
      "models/mine",
      "--fine-tune=all",
      "--epochs=3",
      "--augmentation=none",
      "--patience=0",
      "--batch-size=8"
    };
    Started training = Started.in(folder, command);
    while (!Files.exists(checkpoints.resolve("epoch-00001.safetensors")) && training.isAlive()) {
      Thread.sleep(10);
    }
    training.interrupt();

    assertThat(training.code()).as(training.errors()).isEqualTo(130);
    assertThat(training.out()).isEmpty();
    assertThat(training.errors())
        .contains("Stopping after the step under way; a second time ends it at once.")
        .contains("To go on:\n  dogvision " + String.join(" ", command) + " --resume\n")
        .doesNotContain("Exception");
    assertThat(folder.resolve("models/mine")).doesNotExist();
    assertThat(files(folder.resolve("models")))
        .isNotEmpty()
        .noneMatch(file -> file.getFileName().toString().endsWith(".part"));

    Executed refused =
        Executed.run(
            "train",
            "--data=" + folder.resolve("dogs"),
            "--model-out=" + folder.resolve("models/mine"));
    assertThat(refused.code()).isEqualTo(ExitCode.FAILED);
    assertThat(refused.errors()).contains("add --resume to go on with it");

    String[] again =
        Stream.concat(Stream.of(command), Stream.of("--resume", "-v")).toArray(String[]::new);
    Started resumed = Started.in(folder, again);
    assertThat(resumed.code()).as(resumed.errors()).isZero();
    assertThat(resumed.errors()).contains("Going on after epoch ");
    assertThat(resumed.out()).contains("all epochs done").contains("model: ");
    assertThat(TrainedModel.load(folder.resolve("models/mine")).labels().names())
        .isEqualTo(DrawnPictures.BREEDS);
    assertThat(folder.resolve("models/mine.training")).doesNotExist();
  }

  @Test
  void a_reader_that_has_enough_ends_it_quietly() throws Exception {
    DrawnPictures.folders(folder.resolve("dogs"), 30);
    Path errors = folder.resolve("errors.txt");
    Process shell =
        new ProcessBuilder(
                "bash",
                "-c",
                "set -o pipefail; "
                    + String.join(" ", Started.java(folder))
                    + " predict --model=fast dogs | head -1; echo code $?")
            .directory(folder.toFile())
            .redirectError(errors.toFile())
            .start();
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(out.lines()).hasSize(2);
    assertThat(out).startsWith("dogs/beagle/beagle-0.png").endsWith("code 0\n");
    assertThat(errors).isEmptyFile();
  }

  @Test
  void a_picture_comes_through_a_pipe_and_nothing_else_is_written() throws Exception {
    DrawnPictures.folders(folder.resolve("dogs"), 1);
    Process shell =
        new ProcessBuilder(
                "bash",
                "-c",
                "cat dogs/pug/pug-0.png | "
                    + String.join(" ", Started.java(folder))
                    + " predict --model=fast --json -")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String out = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(shell.waitFor()).isZero();
    assertThat(out).startsWith("{\"file\":\"standard input\",\"label\":").hasLineCount(1);
  }

  @Test
  void bash_completes_commands_and_options() throws Exception {
    Path script = folder.resolve("completion.sh");
    Files.writeString(script, Executed.run("completion", "bash").out());
    Path shell = folder.resolve("complete.sh");
    Files.writeString(
        shell,
        """
        source completion.sh
        compopt() { :; } # nothing is being completed while this runs
        complete_words() {
          COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
          _complete_dogvision
          printf '%s\\n' "${COMPREPLY[@]}"
        }
        echo "commands $(complete_words dogvision ev | tr '\\n' ' ')"
        echo "options $(complete_words dogvision predict --to | tr '\\n' ' ')"
        echo "values $(complete_words dogvision export --int8 st | tr '\\n' ' ')"
        """);
    Process bash =
        new ProcessBuilder("bash", shell.toString())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();

    assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8).lines())
        .containsExactly("commands evaluate ", "options --top ", "values static ");
  }
}
