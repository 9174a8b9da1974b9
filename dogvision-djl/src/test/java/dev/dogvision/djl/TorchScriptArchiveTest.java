package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.djl.TorchScriptArchive.Attribute;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TorchScriptArchiveTest {
  private static final TorchScriptArchive ARCHIVE =
      new TorchScriptArchive(
          "  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    return x\n",
          List.of(
              Attribute.vector("p", new float[] {1, -2}),
              Attribute.kernel(
                  "w1", new float[] {1, 2, 3, 4, 5, 6, 7, 8}, new int[] {1, 2, 2, 2})));

  @Test
  void the_text_lists_its_tensors() {
    assertThat(ARCHIVE.text())
        .isEqualTo(
            """
            class Net(Module):
              __parameters__ = []
              __buffers__ = ["p", "w1", ]
              p : Tensor
              w1 : Tensor
              training : bool
              def forward(self: __torch__.Net, x: Tensor) -> Tensor:
                return x
            """);
  }

  @Test
  void entries_are_stored_under_one_folder(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("net.pt");
    ARCHIVE.write(file);
    try (ZipFile zip = new ZipFile(file.toFile())) {
      assertThat(zip.stream().map(ZipEntry::getName))
          .containsExactly(
              "net/version",
              "net/byteorder",
              "net/constants.pkl",
              "net/code/__torch__.py",
              "net/data.pkl",
              "net/data/0",
              "net/data/1");
      assertThat(zip.stream().map(ZipEntry::getMethod)).containsOnly(ZipEntry.STORED);
      assertThat(new String(content(zip, "net/version"), StandardCharsets.US_ASCII))
          .isEqualTo("3\n");
      assertThat(new String(content(zip, "net/byteorder"), StandardCharsets.US_ASCII))
          .isEqualTo("little");
      assertThat(content(zip, "net/constants.pkl")).containsExactly(0x80, 2, ')', '.');
      ByteBuffer numbers =
          ByteBuffer.wrap(content(zip, "net/data/0")).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(numbers.getFloat()).isEqualTo(1);
      assertThat(numbers.getFloat()).isEqualTo(-2);
    }
  }

  private static byte[] content(ZipFile zip, String name) throws IOException {
    return zip.getInputStream(zip.getEntry(name)).readAllBytes();
  }

  @Test
  void should_fail_if_a_name_could_be_code() {
    assertThatThrownBy(() -> Attribute.vector("w\n  x", new float[1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("not an attribute's name: \"w\n  x\"");
  }
}
