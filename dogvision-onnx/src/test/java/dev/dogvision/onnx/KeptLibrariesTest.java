package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the native libraries come to lie, as processes of their own see it. */
class KeptLibrariesTest {
  @TempDir private Path folder;

  @Test
  void the_first_start_keeps_them_and_the_next_loads_them() throws Exception {
    Path kept = folder.resolve("kept");
    assertThat(start(List.of("-D" + KeptLibraries.PROPERTY + "=" + kept))).contains("best: ");
    List<Path> libraries = files(kept);
    assertThat(libraries).hasSize(2);
    Path library =
        libraries.stream().filter(file -> !file.toString().contains("jni")).findAny().orElseThrow();
    Object first = Files.readAttributes(library, "fileKey,lastModifiedTime");

    String again = start(List.of("-D" + KeptLibraries.PROPERTY + "=" + kept));

    assertThat(again).contains("best: ");
    assertThat(Files.readAttributes(library, "fileKey,lastModifiedTime")).isEqualTo(first);
    assertThat(files(folder.resolve("temporary"))).isEmpty();
  }

  @Test
  void a_library_that_is_cut_short_is_written_anew() throws Exception {
    Path kept = folder.resolve("kept");
    String property = "-D" + KeptLibraries.PROPERTY + "=" + kept;
    assertThat(start(List.of(property))).contains("best: ");
    for (Path library : files(kept)) {
      Files.write(library, new byte[100]);
    }

    assertThat(start(List.of(property))).contains("best: ");
    assertThat(files(kept)).allSatisfy(file -> assertThat(Files.size(file)).isGreaterThan(10_000));
  }

  @Test
  void where_they_cannot_be_kept_it_starts_all_the_same() throws Exception {
    Path file = Files.writeString(folder.resolve("a file"), "in the way");
    assertThat(start(List.of("-D" + KeptLibraries.PROPERTY + "=" + file))).contains("best: ");

    Path damaged = folder.resolve("damaged");
    String property = "-D" + KeptLibraries.PROPERTY + "=" + damaged;
    assertThat(start(List.of(property))).contains("best: ");
    for (Path library : files(damaged)) { // of the right length
      Files.write(library, new byte[(int) Files.size(library)]);
    }
    assertThat(start(List.of(property))).contains("best: ");
  }

  @Test
  void nothing_is_kept_where_that_is_asked_for_or_the_name_may_not_be_read() throws Exception {
    Path accented = folder.resolve("maçã");
    for (String value : List.of(KeptLibraries.NONE, accented.toString())) {
      assertThat(start(List.of("-D" + KeptLibraries.PROPERTY + "=" + value))).contains("best: ");
    }
    assertThat(accented).doesNotExist();
    assertThat(Path.of(KeptLibraries.NONE)).doesNotExist();
  }

  @Test
  void a_home_whose_name_is_not_within_the_process_s_character_set_is_left_alone()
      throws Exception {
    String home = "-Duser.home=" + folder.resolve("Jos\u00e9");

    assertThat(start(List.of(home), Map.of("LC_ALL", "POSIX"))).contains("best: ");
  }

  @Test
  void tells_the_folder() {
    String before = System.getProperty(KeptLibraries.PROPERTY);
    try {
      System.setProperty(KeptLibraries.PROPERTY, folder.toString());
      assertThat(Onnx.libraryFolder()).contains(folder);
      System.setProperty(KeptLibraries.PROPERTY, KeptLibraries.NONE);
      assertThat(Onnx.libraryFolder()).isEmpty();
    } finally {
      if (before == null) {
        System.clearProperty(KeptLibraries.PROPERTY);
      } else {
        System.setProperty(KeptLibraries.PROPERTY, before);
      }
    }
  }

  @Test
  void each_system_has_its_cache() {
    assertThat(KeptLibraries.cache("Linux", "/home/ada", null, null))
        .isEqualTo(Path.of("/home/ada/.cache/dogvision"));
    assertThat(KeptLibraries.cache("Linux", "/home/ada", "/var/cache", null))
        .isEqualTo(Path.of("/var/cache/dogvision"));
    assertThat(KeptLibraries.cache("Linux", "/home/ada", "not/absolute", null))
        .isEqualTo(Path.of("/home/ada/.cache/dogvision"));
    assertThat(KeptLibraries.cache("Mac OS X", "/Users/ada", null, null))
        .isEqualTo(Path.of("/Users/ada/Library/Caches/dogvision"));
    assertThat(KeptLibraries.cache("Windows 11", "x", null, "/local"))
        .isEqualTo(Path.of("/local/dogvision"));
    assertThat(KeptLibraries.cache("Windows 11", "x", null, null)).isNull();
    assertThat(KeptLibraries.cache("Linux", "?", null, null)).as("no home").isNull();
    assertThat(KeptLibraries.cache("Linux", "/home/zoé", null, null)).isNull();
  }

  @Test
  void platforms_are_named_as_the_jar_has_them() {
    assertThat(KeptLibraries.platform("Linux", "amd64")).isEqualTo("linux-x64");
    assertThat(KeptLibraries.platform("Mac OS X", "aarch64")).isEqualTo("osx-aarch64");
    assertThat(KeptLibraries.platform("Windows Server 2022", "amd64")).isEqualTo("win-x64");
    assertThat(KeptLibraries.platform("Linux", "riscv64")).isNull();
    assertThat(KeptLibraries.platform("FreeBSD", "amd64")).isNull();
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  /** Predicts in a process of its own, with a folder for temporary files of its own. */
  private String start(List<String> options) throws Exception {
    return start(options, Map.of());
  }

  private String start(List<String> options, Map<String, String> environment) throws Exception {
    Path temporary = Files.createDirectories(folder.resolve("temporary"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + temporary);
    command.addAll(options);
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            OnnxStartTest.Application.class.getName()));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(environment);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
