package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.image.ImageDecoder;
import java.io.File;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
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

  /** As written by a system of another encoding, or unpacked by a program that kept to it. */
  @CanIgnoreReturnValue
  private static Path inLatin1(Path folder, String escaped) {
    try {
      Path file = Path.of(URI.create(folder.toUri() + escaped));
      ImageFixtures.jpegHeader(file);
      return file;
    } catch (UncheckedIOException | IllegalArgumentException e) {
      return Assumptions.abort("this system keeps no such names: " + e);
    }
  }

  private static final String NOTE =
      "1 file or folder whose name is not UTF-8, ignored; rename it: ";

  @Test
  void a_name_in_another_encoding_is_told_among_images() throws Exception {
    ImageFixtures.jpegHeader(folder.resolve("a.jpg"));
    inLatin1(folder, "caf%E9.jpg");
    ImageFixtures.text(folder.resolve("notes.txt"), "hello");

    assertThat(DatasetBuilder.fromImages(folder).build().summary().notes())
        .containsExactly(NOTE + "caf\\xE9.jpg", "1 other file or folder, ignored: notes.txt");
  }

  @Test
  void a_name_in_another_encoding_is_told_where_it_is_all_there_is() {
    inLatin1(folder, "caf%E9.jpg");

    assertThatThrownBy(() -> DatasetBuilder.fromImages(folder).build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining("holds no image")
        .hasMessageEndingWith("it holds 1 file or folder whose name is not UTF-8: caf\\xE9.jpg");
  }

  @Test
  void names_in_another_encoding_are_told_among_breeds() throws Exception {
    ImageFixtures.jpegHeader(folder.resolve("pug/a.jpg"));
    inLatin1(folder.resolve("pug"), "caf%E9.jpg");
    Files.createDirectories(Path.of(URI.create(folder.toUri() + "%E9pagneul")));
    inLatin1(folder, "%E9pagneul/1.jpg");

    Dataset dogs = DatasetBuilder.fromFolders(folder).build();

    assertThat(dogs.size()).isEqualTo(1);
    assertThat(dogs.summary().notes())
        .containsExactly(
            "2 files or folders whose names are not UTF-8, ignored; rename them: \\xE9pagneul,"
                + " pug/caf\\xE9.jpg");
  }

  @Test
  void a_name_in_another_encoding_is_told_beside_a_csv() throws Exception {
    ImageFixtures.jpegHeader(folder.resolve("a.jpg"));
    inLatin1(folder, "caf%E9.jpg");
    ImageFixtures.text(folder.resolve("labels.csv"), "id,breed\na,pug\ncaf\u00e9,pug\n");

    assertThatThrownBy(() -> DatasetBuilder.fromCsv(folder.resolve("labels.csv")).build())
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(
            "1 of 2 ids have no image in "
                + folder
                + " (named <id>.jpg, .jpeg, .png, .webp, .bmp or .gif); 1 file or folder whose"
                + " name is not UTF-8 was ignored, rename it: caf\\xE9.jpg;");
    assertThat(
            DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
                .missingImages(ProblemPolicy.SKIP)
                .build()
                .summary()
                .notes())
        .containsExactly(NOTE + "caf\\xE9.jpg");
  }

  /** The character that stands for what can't be read may stand in a name itself. */
  @Test
  void a_name_that_only_looks_so_is_a_name() throws Exception {
    Path file = inLatin1(folder, "a%EF%BF%BDb.jpg");

    assertThat(FileNames.of(file)).isEqualTo("a\ufffdb.jpg");
    Dataset pictures = DatasetBuilder.fromImages(folder).build();
    assertThat(pictures.examples()).extracting(Example::id).containsExactly("a\ufffdb");
    assertThat(pictures.summary().notes()).isEmpty();
  }

  @Test
  void what_no_file_can_be_called_is_refused() {
    assertThatThrownBy(() -> FileNames.resolve(folder, "a\0b"))
        .isInstanceOf(InvalidPathException.class);
    assertThat(FileNames.resolve(folder, "a/b")).isEqualTo(folder.resolve("a").resolve("b"));
    assertThat(FileNames.of(folder.resolve("a"))).isEqualTo("a");
  }
}
