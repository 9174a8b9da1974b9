package dev.dogvision.onnx;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.TrainedModel;
import java.awt.image.BufferedImage;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/export.md shows of Java is compiled here, word for word, and runs. */
class ExportDocumentTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Path SOURCE =
      Path.of("src/test/java/dev/dogvision/onnx/ExportDocumentTest.java");

  /** The document's program. */
  static final class Program {
    public static void main(String[] arguments) {
      TrainedModel model = TrainedModel.pretrained("fast");
      Onnx.write(model, Path.of("dogs.onnx"));

      Dataset photographs = DatasetBuilder.fromFolders(Path.of("dogs")).build();
      Onnx.writer(model).staticInt8(photographs.sample(100, 13)).write(Path.of("dogs-int8.onnx"));
    }
  }

  @Test
  void the_document_shows_the_program() throws Exception {
    Matcher block = JAVA.matcher(Files.readString(Path.of("../docs/export.md")));

    assertThat(block.find()).isTrue();
    assertThat(lines(Files.readString(SOURCE))).contains(lines(block.group(1)));
  }

  @Test
  void the_package_s_page_shows_its_first_lines() throws Exception {
    String page =
        Files.readString(Path.of("src/main/java/dev/dogvision/onnx/package-info.java"))
            .replaceAll("(?m)^ \\*", "");
    Matcher block = Pattern.compile("<pre>\\{@code\n(.*?)}</pre>", Pattern.DOTALL).matcher(page);

    assertThat(block.find()).isTrue();
    assertThat(lines(Files.readString(SOURCE))).contains(lines(block.group(1)));
  }

  @Test
  void the_program_writes_both_files(@TempDir Path folder) throws Exception {
    Path dogs = Files.createDirectories(folder.resolve("dogs/pug"));
    for (int i = 0; i < 2; i++) {
      BufferedImage picture = new BufferedImage(60 + i, 50, BufferedImage.TYPE_INT_RGB);
      ImageIO.write(picture, "png", dogs.resolve(i + ".png").toFile());
    }
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Program.class.getName())
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(output).isZero();
    assertThat(folder.resolve("dogs.onnx")).isNotEmptyFile();
    assertThat(folder.resolve("dogs-int8.onnx")).isNotEmptyFile();
  }

  /** Without indentation, and without imports. */
  private static String lines(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("import "))
        .collect(joining("\n"));
  }
}
