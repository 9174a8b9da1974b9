package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.util.Platform;
import ai.djl.util.Utils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A user called João, and a process in the POSIX locale, which can't name his folders. */
final class AccentsTest {
  @TempDir private Path folder;

  private Path temporary;
  private Path accented;

  @BeforeEach
  void make_folders() throws IOException {
    assumeTrue(
        System.getProperty("os.name").equals("Linux")
            && "UTF-8".equals(System.getProperty("sun.jnu.encoding")),
        "on Linux, from a process that can name the folders");
    new DjlEngineProvider().open(); // its libraries are extracted, if they weren't
    temporary = Files.createDirectory(folder.resolve("tmp"));
    accented = Files.createDirectory(folder.resolve("joão"));
  }

  /** Says which folders are taken, and opens the engine if it is told to. */
  static final class Program {
    public static void main(String[] arguments) {
      NativeFolders.choose();
      System.out.println(System.getProperty(NativeFolders.CACHE));
      System.out.println(System.getProperty("java.io.tmpdir"));
      if (arguments.length > 0) {
        System.out.println(Opening.open());
      }
    }
  }

  private List<String> run(List<String> options, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dai.djl.offline=true",
                "-Dai.djl.pytorch.num_threads=1",
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(options);
    command.add(Program.class.getName());
    command.addAll(List.of(arguments));
    ProcessBuilder program = new ProcessBuilder(command);
    program.environment().put("LC_ALL", "POSIX");
    program.environment().remove(NativeFolders.CACHE);
    Path errors = folder.resolve("errors");
    Process process = program.redirectError(errors.toFile()).start();
    List<String> lines;
    try (var output = process.inputReader()) {
      lines = output.lines().toList();
    }
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    List<String> all = new ArrayList<>(lines);
    all.add(Files.readString(errors));
    return all;
  }

  @Test
  void his_home_folder_is_no_hindrance() throws Exception {
    List<String> options = List.of("-Duser.home=" + accented, "-Djava.io.tmpdir=" + temporary);
    List<String> first = run(options);
    Path cache = Path.of(first.get(0));
    assertThat(cache).hasParent(temporary).exists();
    assertThat(Files.getPosixFilePermissions(cache)).hasSize(3); // the owner's only
    assertThat(first.get(2))
        .contains("PyTorch's native library can't be kept in the home folder, ")
        .contains(cache + " is used instead");

    // The libraries are large: they are lent.
    Platform platform = Platform.detectPlatform("pytorch");
    String name =
        platform.getVersion() + '-' + platform.getFlavor() + '-' + platform.getClassifier();
    Path extracted = Files.createDirectories(cache.resolve("pytorch").resolve(name));
    List<Path> libraries;
    try (var files = Files.list(Utils.getEngineCacheDir("pytorch").resolve(name))) {
      libraries = files.toList();
    }
    for (Path library : libraries) {
      Files.createSymbolicLink(extracted.resolve(library.getFileName()), library);
    }
    List<String> second = run(options, "open");
    for (Path library : libraries) {
      Files.delete(extracted.resolve(library.getFileName()));
    }
    assertThat(second.subList(0, 3))
        .containsExactly(cache.toString(), temporary.toString(), Opening.PREDICTS);
  }

  @Test
  void neither_is_his_folder_for_temporary_files() throws Exception {
    List<String> lines = run(List.of("-Djava.io.tmpdir=" + accented), "open");
    assertThat(lines.get(0)).isEqualTo("null"); // the home folder is well
    Path instead = Path.of(lines.get(1));
    assertThat(instead).isDirectory().isAbsolute();
    assertThat(lines.get(2)).isEqualTo(Opening.PREDICTS);
    assertThat(lines.get(3)).contains("The folder for temporary files, ", instead + " is used");
    try (var left = Files.list(instead)) {
      assertThat(left).noneMatch(file -> file.toString().endsWith(".pt"));
    }
  }
}
