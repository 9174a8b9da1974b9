package dev.dogvision.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddingsTest {
  @TempDir Path folder;

  private static Embeddings three() {
    List<@Nullable String> labels = new ArrayList<>(Arrays.asList("pug", null, "cão \uD83D\uDC36"));
    return Embeddings.of(
        "a1b2",
        List.of("teo", "", "com, \"vírgula\"\tand\ntab"),
        labels,
        new float[][] {{1, 2.5f}, {-0f, Float.MIN_VALUE}, {Float.MAX_VALUE, 3}});
  }

  private static void assertSame(Embeddings actual, Embeddings expected) {
    assertThat(actual.ids()).isEqualTo(expected.ids());
    assertThat(actual.network()).isEqualTo(expected.network());
    assertThat(actual.dimension()).isEqualTo(expected.dimension());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(actual.label(i)).isEqualTo(expected.label(i));
      assertThat(actual.row(i)).isEqualTo(expected.row(i));
    }
  }

  @Test
  void what_was_written_is_read_and_the_same_gives_the_same_bytes() throws IOException {
    Path file = three().write(folder.resolve("new/dogs.npz"));

    assertSame(Embeddings.read(file), three());
    assertThat(three().write(folder.resolve("again.npz"))).hasSameBinaryContentAs(file);
    Embeddings none = Embeddings.of("x", 5, List.of(), List.of(), new float[0][], List.of("a"));
    assertThat(Embeddings.read(none.write(folder.resolve("none.npz"))).dimension()).isEqualTo(5);
  }

  @Test
  void the_file_is_numpys_archive_without_pickled_objects() throws IOException {
    Path file = three().write(folder.resolve("dogs.npz"));

    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName))
          .containsExactly("embeddings.npy", "ids.npy", "labels.npy", "network.npy");
      byte[] matrix = zip.getInputStream(zip.getEntry("embeddings.npy")).readAllBytes();
      int header = 10 + (matrix[8] & 0xFF) + 256 * (matrix[9] & 0xFF);
      assertThat(header % 64).isZero();
      assertThat(new String(matrix, 1, 5, StandardCharsets.US_ASCII)).isEqualTo("NUMPY");
      assertThat(new String(matrix, 10, header - 10, StandardCharsets.US_ASCII).stripTrailing())
          .isEqualTo("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 2), }");
      ByteBuffer values = ByteBuffer.wrap(matrix).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(matrix).hasSize(header + 24);
      assertThat(values.getFloat(header + 4)).isEqualTo(2.5f);
      byte[] ids = zip.getInputStream(zip.getEntry("ids.npy")).readAllBytes();
      assertThat(new String(ids, 10, 118, StandardCharsets.US_ASCII)).contains("'<U22'", "(3,)");
    }
  }

  /** An archive as numpy.savez writes it, but for one of its arrays. */
  private Path archive(String name, String description, byte[] values) throws IOException {
    Path file = folder.resolve("made.npz");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      for (String array : List.of("embeddings", "ids")) {
        zip.putNextEntry(new ZipEntry(array + ".npy"));
        String text =
            array.equals(name)
                ? description
                : array.equals("ids")
                    ? "{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }"
                    : "{'descr': '<f8', 'fortran_order': False, 'shape': (1, 2), }";
        zip.write(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length(), 0});
        zip.write(text.getBytes(StandardCharsets.US_ASCII));
        ByteBuffer doubles = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        doubles.putDouble(0.5).putDouble(-3);
        zip.write(
            array.equals(name)
                ? values
                : array.equals("ids") ? new byte[] {'a', 0, 0, 0} : doubles.array());
        zip.closeEntry();
      }
    }
    return file;
  }

  @Test
  void what_others_have_written_is_read_too() throws IOException {
    Embeddings read = Embeddings.read(archive("", "", new byte[0]));

    assertThat(read.row(0)).containsExactly(0.5f, -3f);
    assertThat(read.ids()).containsExactly("a");
    assertThat(read.label(0)).isEmpty();
    assertThat(read.network()).isEmpty();
  }

  @Test
  void says_what_is_wrong_with_a_file() throws IOException {
    assertThatThrownBy(() -> Embeddings.read(folder.resolve("none.npz")))
        .isInstanceOf(DogVisionException.class)
        .hasMessageEndingWith("none.npz: there is no such file");
    assertThatThrownBy(
            () -> Embeddings.read(Files.writeString(folder.resolve("text.npz"), "no archive")))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("text.npz is no archive of embeddings (.npz), or is cut short");
    Path pickled =
        archive("ids", "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new byte[4]);
    assertThatThrownBy(() -> Embeddings.read(pickled))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining(
            "made.npz: the array \"ids\" holds values of type \"|O\", expected texts, such as <U32");
    Path turned =
        archive(
            "embeddings",
            "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }",
            new byte[8]);
    assertThatThrownBy(() -> Embeddings.read(turned))
        .hasMessageContaining("expected an array in C order");
    Path shorter =
        archive(
            "embeddings",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 3), }",
            new byte[8]);
    assertThatThrownBy(() -> Embeddings.read(shorter))
        .hasMessageContaining("the array \"embeddings\" ends too early");
    Path huge =
        archive(
            "embeddings",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2000000000, 1000000), }",
            new byte[8]);
    assertThatThrownBy(() -> Embeddings.read(huge)).isInstanceOf(DogVisionException.class);
    Path noNumber =
        archive(
            "embeddings",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }",
            new byte[] {0, 0, (byte) 0xC0, 0x7F});
    assertThatThrownBy(() -> Embeddings.read(noNumber))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("row 0 ('a') holds a value that is no number: NaN");
  }

  @Test
  void a_file_that_was_changed_is_refused_or_read_but_never_fails_otherwise() throws IOException {
    byte[] content = Files.readAllBytes(three().write(folder.resolve("dogs.npz")));
    Random random = new Random(3);
    int refused = 0;
    for (int i = 0; i < 2000; i++) {
      byte[] changed = Arrays.copyOf(content, content.length - (i % 5 == 0 ? i % 97 : 0));
      for (int k = 0; k <= i % 4; k++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("changed.npz"), changed);
      try {
        Embeddings unused = Embeddings.read(file);
      } catch (DogVisionException e) {
        refused++;
        assertThat(e).hasMessageContaining("changed.npz");
      }
    }
    assertThat(refused).isGreaterThan(1000);
  }

  @Test
  void a_table_and_the_projectors_files_hold_the_same() throws IOException {
    assertThat(Files.readString(three().writeCsv(folder.resolve("dogs.csv"))))
        .isEqualTo(
            """
            id,label,e0,e1
            teo,pug,1.0,2.5
            "",,-0.0,1.4E-45
            "com, ""vírgula""\tand
            tab",cão \uD83D\uDC36,3.4028235E38,3.0
            """);
    Path projector = three().writeProjector(folder.resolve("projector"));
    assertThat(projector.resolve("vectors.tsv"))
        .hasContent("1.0\t2.5\n-0.0\t1.4E-45\n3.4028235E38\t3.0\n");
    assertThat(projector.resolve("metadata.tsv"))
        .hasContent("id\tlabel\nteo\tpug\n\t\ncom, \"vírgula\" and tab\tcão \uD83D\uDC36\n");
  }

  @Test
  void should_fail_if_numbers_do_not_fit() {
    assertThatThrownBy(
            () -> Embeddings.of("", List.of("a"), List.of("x", "y"), new float[][] {{1}}))
        .hasMessageContaining("for each of the 1 rows, got 1 and 2");
    assertThatThrownBy(
            () -> Embeddings.of("", List.of("a", "b"), List.of("x", "y"), new float[][] {{1}, {}}))
        .hasMessageContaining("row 1 ('b') 0");
    assertThatCode(() -> three().index("teo")).doesNotThrowAnyException();
    assertThatThrownBy(() -> three().index("teoo")).hasMessageContaining("did you mean teo?");
  }

  @Test
  void a_long_header_of_an_archive_is_not_believed() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("embeddings.npy"));
      zip.write(
          new byte[] {
            (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 2, 0, (byte) 255, (byte) 255, (byte) 255, 127
          });
    }
    Path file = Files.write(folder.resolve("long.npz"), bytes.toByteArray());

    assertThatThrownBy(() -> Embeddings.read(file))
        .isInstanceOf(DamagedFileException.class)
        .hasMessageContaining("has a description of 2147483647 bytes, expected at most 65536");
  }
}
