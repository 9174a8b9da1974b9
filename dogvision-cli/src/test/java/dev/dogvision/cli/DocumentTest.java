package dev.dogvision.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Every command that docs/command-line.md shows runs, with the exit code that it tells. */
class DocumentTest {
  private static final Path DOCUMENT = Path.of("../docs/command-line.md");
  private static final String PROMPT = "$ ";

  @TempDir Path folder;

  /** A command and the exit code that the document tells, 0 unless it says another. */
  private record Shown(String arguments, String code) {}

  private static List<Shown> shown() throws IOException {
    List<String> lines = Files.readAllLines(DOCUMENT);
    List<Shown> commands = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      if (line.startsWith(PROMPT + "dogvision ")) {
        commands.add(new Shown(line.substring((PROMPT + "dogvision ").length()), "0"));
      } else if (line.equals(PROMPT + "echo $?")) {
        Shown last = commands.remove(commands.size() - 1);
        commands.add(new Shown(last.arguments(), lines.get(i + 1)));
      }
    }
    return commands;
  }

  /** Pictures under the names that the document gives its. */
  private void draw() throws IOException {
    DrawnPictures.competition(folder.resolve("dogs"), 6);
    SplittableRandom random = new SplittableRandom(1);
    Path photographs = folder.resolve("photographs");
    DrawnPictures.draw(photographs.resolve("garden.jpg"), "pug", random);
    DrawnPictures.draw(photographs.resolve("holidays/samoyed.jpg"), "chow", random);
    Path teo = DrawnPictures.draw(folder.resolve("teo.jpg"), "beagle", random);
    byte[] whole = Files.readAllBytes(teo);
    Files.write(photographs.resolve("cut.jpg"), Arrays.copyOf(whole, whole.length / 2));
  }

  @Test
  void commands_run_with_the_exit_codes_that_are_shown() throws Exception {
    List<Shown> commands = shown();
    assertThat(commands).hasSizeGreaterThan(9);
    draw();
    Path input = folder.resolve("commands.txt");
    Path codes = folder.resolve("codes.txt");
    Path output = folder.resolve("output.txt");
    Files.write(input, commands.stream().map(Shown::arguments).toList());
    List<String> command = new ArrayList<>(Started.java(folder));
    // The arguments' file ends in the main class.
    Path arguments = folder.resolve("java.arguments");
    Files.writeString(
        arguments,
        Files.readString(arguments)
            .replace(Main.class.getName(), DocumentCommands.class.getName()));
    command.addAll(List.of(input.toString(), codes.toString()));
    Process process =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(10, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }

    assertThat(codes).as(Files.readString(output)).exists();
    List<String> told = Files.readAllLines(codes);
    for (int i = 0; i < commands.size(); i++) {
      Shown one = commands.get(i);
      if (!one.arguments().equals("doctor")) { // which may find this machine wanting
        assertThat(told.get(i)).as(one + "%n%s", Files.readString(output)).isEqualTo(one.code());
      }
    }
    assertThat(folder.resolve("report.html")).isNotEmptyFile();
    assertThat(folder.resolve("breeds.csv")).content().startsWith("file,unsure,breed_1,");
    assertThat(folder.resolve("small.onnx")).isNotEmptyFile();
  }

  @Test
  void every_command_is_told_of() throws IOException {
    String document = Files.readString(DOCUMENT);
    for (CommandLine command :
        DogVisionCommand.commandLine(Interruption.none()).getSubcommands().values()) {
      String name = command.getCommandName();
      if (!name.equals("help")) {
        assertThat(document).contains("[`" + name + "`](#" + name + ")", "\n## " + name + "\n");
      }
    }
  }

  @Test
  void exit_codes_are_those_of_the_help() throws IOException {
    String document = Files.readString(DOCUMENT);
    DogVisionCommand.commandLine(Interruption.none())
        .getCommandSpec()
        .usageMessage()
        .exitCodeList()
        .keySet()
        .forEach(code -> assertThat(document).contains("\n| " + code + " | "));
  }
}
