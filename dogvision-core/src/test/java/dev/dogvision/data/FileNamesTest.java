package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.image.ImageDecoder;
import java.io.File;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accents in names do no harm, whatever the process's locale. */
final class FileNamesTest {
  private static final List<String> NAMES = List.of("cão+1 a", "plain", "柴犬");

  @TempDir private Path folder;

  /** Lists pictures by their ids, and decodes them. */
  static final class Listing {
    public static void main(String[] arguments) {
      PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
      out.println(System.getProperty("sun.jnu.encoding"));
      Path folder = Path.of(arguments[0]);
      for (Dataset dataset :
          List.of(
              DatasetBuilder.fromImages(folder.resolve("pictures")).build(),
              DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
                  .images(folder.resolve("pictures"))
                  .build(),
              DatasetBuilder.fromFolders(folder.resolve("folders")).build())) {
        for (Example example : dataset.examples()) {
          out.println(
              example.id()
                  + "|"
                  + example.label()
                  + "|"
                  + ImageDecoder.standard().decode(example.image()).width());
        }
      }
    }
  }

  private void draw() throws Exception {
    StringBuilder csv = new StringBuilder("id,breed\n");
    for (int i = 0; i < NAMES.size(); i++) {
      csv.append(NAMES.get(i)).append(",raça").append('\n');
      for (String parent : List.of("pictures", "folders/raça")) {
        Path file = folder.resolve(parent).resolve(NAMES.get(i) + ".png");
        Files.createDirectories(file.getParent());
        ImageIO.write(ImageFixtures.drawing(40 + i, 40, i), "png", file.toFile());
      }
    }
    ImageFixtures.text(folder.resolve("labels.csv"), csv.toString());
  }

  private List<String> run(String locale) throws Exception {
    ProcessBuilder program =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Listing.class.getName(),
            folder.toString());
    program.environment().put("LC_ALL", locale);
    Path output = folder.resolve("output");
    int status =
        program.redirectErrorStream(true).redirectOutput(output.toFile()).start().waitFor();
    List<String> lines = Files.readAllLines(output);
    assertThat(status).as(String.join("\n", lines)).isZero();
    return lines;
  }

  @Test
  void a_process_in_the_posix_locale_reads_them_all() throws Exception {
    assumeTrue(
        File.separatorChar == '/' && System.getProperty("sun.jnu.encoding").equals("UTF-8"),
        "this process can name the files, and the other one can't");
    draw();
    List<String> expected = run("C.UTF-8");
    assertThat(expected)
        .containsExactly(
            "UTF-8",
            "cão+1 a|null|40",
            "plain|null|41",
            "柴犬|null|42",
            "cão+1 a|raça|40",
            "plain|raça|41",
            "柴犬|raça|42",
            "raça/cão+1 a|raça|40",
            "raça/plain|raça|41",
            "raça/柴犬|raça|42");
    List<String> lines = run("POSIX");
    assumeTrue(!lines.get(0).equals("UTF-8"), "the POSIX locale can't name them here");
    assertThat(lines.subList(1, lines.size())).isEqualTo(expected.subList(1, expected.size()));
  }

  @Test
  void what_no_file_can_be_called_is_refused() {
    assertThatThrownBy(() -> FileNames.resolve(folder, "a\0b"))
        .isInstanceOf(InvalidPathException.class);
    assertThat(FileNames.resolve(folder, "a/b")).isEqualTo(folder.resolve("a").resolve("b"));
    assertThat(FileNames.of(folder.resolve("a"))).isEqualTo("a");
  }
}
