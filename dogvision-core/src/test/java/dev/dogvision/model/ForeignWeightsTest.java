package dev.dogvision.model;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.MismatchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ForeignWeightsTest {
  @TempDir Path folder;

  static Stream<Arguments> files() throws IOException {
    return Stream.of(
        Arguments.of(
            bytes("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 13\n"),
            "is a Git LFS pointer",
            "git lfs pull"),
        Arguments.of(bytes("\n<!DOCTYPE HTML><html>404</html>"), "is an HTML page", "download"),
        Arguments.of(zip("archive/data.pkl"), "is a pickled PyTorch checkpoint,", "save_file"),
        Arguments.of(
            zip("net/data.pkl", "net/code/__torch__.py"), "or a TorchScript archive", "save_file"),
        Arguments.of(bytes("\u0080\u0002}q\u0000."), "is a pickled PyTorch checkpoint,", "trust"),
        Arguments.of(bytes("\u0089HDF\r\n\u001a\n\0\0\0"), "is an HDF5 file, as Keras", "timm's"),
        Arguments.of(zip("metadata.json", "model.weights.h5"), "is a Keras model", "timm's"),
        Arguments.of(bytes("\u001c\0\0\0TFL3\0\0"), "is a TensorFlow Lite model", "timm's"),
        Arguments.of(bytes("\u0008\u0008\u0012\u0007pytorch"), "is an ONNX model", "timm's"),
        Arguments.of(zip("weights.safetensors"), "is a zip file", "unpack"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(ISO_8859_1);
  }

  private static byte[] zip(String... names) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (String name : names) {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(name.getBytes(ISO_8859_1));
        zip.closeEntry();
      }
    }
    return bytes.toByteArray();
  }

  @ParameterizedTest
  @MethodSource("files")
  void what_is_something_else_is_called_by_its_name(byte[] content, String name, String remedy)
      throws IOException {
    Path file = Files.write(folder.resolve("weights.safetensors"), content);
    assertThatThrownBy(() -> Backbone.read(file))
        .isInstanceOf(MismatchException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(name)
        .hasMessageContaining(remedy);
  }

  @Test
  void what_is_not_known_is_left_to_the_reader() throws IOException {
    Path file = Files.write(folder.resolve("weights.safetensors"), new byte[100]);
    assertThatThrownBy(() -> Backbone.read(file))
        .hasMessageContaining("not a readable safetensors");
  }

  @ParameterizedTest
  @CsvSource({
    "head-of-checkpoint.pth, a pickled PyTorch checkpoint",
    "html.safetensors, an HTML page",
    "keras.h5, an HDF5 file",
    "lfs.safetensors, a Git LFS pointer",
    "m.tflite, a TensorFlow Lite model",
    "onnx.onnx, an ONNX model",
  })
  void real_ones_are_known(String name, String kind) {
    Path file =
        Path.of(System.getProperty("dogvision.shared", "../shared"), "data/reports/weights", name);
    assumeTrue(Files.isRegularFile(file), "no such files here");
    assertThatThrownBy(() -> Backbone.read(file))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining(name + " is " + kind);
    assertThat(file).exists();
  }
}
