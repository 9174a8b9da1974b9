package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A network is data: what is done with networks names none of them. */
class ArchitectureNamesTest {
  private static final Pattern NAMED_IN_A_TEXT =
      Pattern.compile("\"[^\"]*(?:mobilenet|efficientnet)[^\"]*\"", Pattern.CASE_INSENSITIVE);

  /** The API's entry, which messages may quote. */
  private static final String ENTRY = "TransferModel.mobileNetV2()";

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    for (String module : List.of("core", "djl", "onnx", "report")) {
      Path folder = Path.of("..", "dogvision-" + module, "src", "main", "java");
      if (Files.isDirectory(folder)) {
        try (Stream<Path> files = Files.walk(folder)) {
          files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
      }
    }
    return sources;
  }

  @Test
  void no_class_names_an_architecture_but_the_one_that_lists_them() throws IOException {
    List<String> naming = new ArrayList<>();
    for (Path source : sources()) {
      for (String line : Files.readAllLines(source)) {
        if (NAMED_IN_A_TEXT.matcher(line.replace(ENTRY, "")).find()) {
          naming.add(String.valueOf(source.getFileName()));
        }
      }
    }
    assertThat(naming).containsOnly("Architectures.java");
  }
}
