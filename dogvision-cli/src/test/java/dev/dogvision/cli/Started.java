package dev.dogvision.cli;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The command line as a process of its own, as users start it. */
final class Started {
  private final Process process;
  private final Path out;
  private final Path errors;

  private Started(Process process, Path out, Path errors) {
    this.process = process;
    this.out = out;
    this.errors = errors;
  }

  /**
   * Starts {@code dogvision}.
   *
   * @param folder the folder that it is started in, and where its output is kept
   */
  static Started in(Path folder, String... arguments) throws IOException {
    Path out = Files.createTempFile(folder, "out", ".txt");
    Path errors = Files.createTempFile(folder, "errors", ".txt");
    List<String> command = new ArrayList<>(javaWithSignals());
    command.addAll(java(folder));
    command.addAll(List.of(arguments));
    return new Started(
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectOutput(out.toFile())
            .redirectError(errors.toFile())
            .start(),
        out,
        errors);
  }

  /** What starts the program, up to its arguments. */
  static List<String> java(Path folder) throws IOException {
    Path file = folder.resolve("java.arguments");
    Files.write(
        file,
        List.of(
            "-Xmx1g",
            "-XX:TieredStopAtLevel=1",
            "-Djava.awt.headless=true",
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "-cp",
            "\"" + System.getProperty("java.class.path").replace("\\", "\\\\") + "\"",
            Main.class.getName()));
    return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + file);
  }

  /** A test in the background of a shell ignores Ctrl-C, and so would what it starts. */
  private static List<String> javaWithSignals() {
    List<String> prefix = List.of("env", "--default-signal=INT");
    try {
      List<String> probe = new ArrayList<>(prefix);
      probe.add("true");
      boolean works = new ProcessBuilder(probe).start().waitFor() == 0;
      return works ? prefix : List.of();
    } catch (IOException e) {
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /** Sends Ctrl-C. */
  void interrupt() throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-INT", String.valueOf(process.pid())).start().waitFor();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** Waits for the end, and gives the exit code; a process that hangs is killed and fails. */
  int code() throws InterruptedException {
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("it hangs: " + errors());
    }
    return process.exitValue();
  }

  String out() {
    return read(out);
  }

  String errors() {
    return read(errors);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
