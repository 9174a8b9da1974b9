package dev.dogvision.spi.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.dogvision.spi.contract.EndingApplication.End;
import dev.dogvision.spi.contract.EndingApplication.Work;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every engine's process does as it ends while several threads are in native code: it leaves
 * with the status that it was told, and does not crash. Each way is tried once, and as often as
 * {@code -Ddogvision.exits=30} says.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
public abstract class ProcessEndContract {
  private static final int TIMES = Integer.getInteger("dogvision.exits", 1);
  private static final int SIGNAL = 128;
  private static final long LATEST_MILLISECONDS = 300;

  @TempDir private Path folder;

  /** For subclasses. */
  protected ProcessEndContract() {}

  /**
   * A way to end.
   *
   * @param work what the threads do
   * @param end what ends the process
   * @param signal its name and number, where it is a signal
   */
  record Way(Work work, End end, String signal, int number) {
    static Way of(Work work, End end) {
      return new Way(work, end, "", 0);
    }

    static Way of(Work work, String signal, int number) {
      return new Way(work, End.SIGNAL, signal, number);
    }

    int status() {
      return switch (end) {
        case SIGNAL -> SIGNAL + number;
        case EXIT -> EndingApplication.STATUS;
        case RETURN -> 0;
      };
    }

    @Override
    public String toString() {
      return work + " ended by " + (end == End.SIGNAL ? "SIG" + signal : end);
    }
  }

  /** The engine trains, too. */
  protected abstract boolean trains();

  Stream<Way> ways() {
    return Stream.of(Work.values())
        .filter(work -> work != Work.TRAIN || trains())
        .flatMap(
            work ->
                Stream.of(
                    Way.of(work, "TERM", 15),
                    Way.of(work, "INT", 2),
                    Way.of(work, "HUP", 1),
                    Way.of(work, End.EXIT),
                    Way.of(work, End.RETURN)));
  }

  @ParameterizedTest
  @MethodSource("ways")
  void a_process_that_ends_in_the_middle_of_native_work_does_not_crash(Way way) throws Exception {
    assumeThat(System.getProperty("os.name")).isEqualTo("Linux");
    assumeThat(musl()).as("on_exit is glibc's").isFalse();
    SplittableRandom random = new SplittableRandom(way.toString().hashCode());
    for (int i = 0; i < TIMES; i++) {
      end(way, random.nextLong(LATEST_MILLISECONDS));
    }
    Tried.note(getClass(), way + ": " + TIMES);
  }

  private void end(Way way, long milliseconds) throws Exception {
    Path errors = folder.resolve("errors.txt");
    Path crashes = Files.createDirectories(folder.resolve("crashes"));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                EndingApplication.class.getName(),
                way.work().name(),
                way.end().name(),
                String.valueOf(milliseconds))
            .directory(crashes.toFile())
            .redirectError(errors.toFile())
            .start();
    try (BufferedReader output = process.inputReader()) {
      assertThat(output.readLine()).as(way + ": " + errors).isEqualTo(EndingApplication.AT_WORK);
      if (way.end() == End.SIGNAL) {
        assumeThat(ignores(process, way.number()))
            .as("SIG%s is ignored here, as under nohup", way.signal())
            .isFalse();
        Thread.sleep(milliseconds); // not timed: any moment will do
        new ProcessBuilder("kill", "-" + way.signal(), String.valueOf(process.pid()))
            .start()
            .waitFor();
      }
      assertThat(process.waitFor(2, TimeUnit.MINUTES)).as(way + ": ended").isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue())
        .as("%s: %s", way, Files.readString(errors))
        .isEqualTo(way.status());
    try (Stream<Path> logs = Files.list(crashes)) {
      assertThat(logs).as("crash logs of " + way).isEmpty();
    }
  }

  /** A process started in the background of a shell may ignore signals, and Java then does so. */
  private static boolean ignores(Process process, int signal) throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
      if (line.startsWith("SigIgn:")) {
        long ignored = Long.parseUnsignedLong(line.substring("SigIgn:".length()).strip(), 16);
        return (ignored >> (signal - 1) & 1) == 1;
      }
    }
    return false;
  }

  private static boolean musl() {
    return List.of("/lib/ld-musl-x86_64.so.1", "/lib/ld-musl-aarch64.so.1").stream()
        .anyMatch(loader -> new File(loader).exists());
  }
}
