package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContactSheetTest {
  private static final List<Double> MEANS = List.of(127.5, 127.5, 127.5);
  private final RgbImage picture = PictureFiles.picture(60, 44, 9);
  private final Preprocessing preprocessing =
      new Preprocessing(24, ResizeRule.STRETCH, 1, MEANS, MEANS);

  @Test
  void shows_the_original_first_and_then_the_changes(@TempDir Path folder) {
    Path file = folder.resolve("deep/sheet.png");

    ContactSheet.of(picture, preprocessing, Augmentation.strong(), 4, 3, 13).write(file);

    RgbImage sheet = ImageDecoder.standard().decode(file);
    assertThat(sheet).hasToString("RgbImage[136 x 104]");
    assertThat(tile(sheet, 0, 0)).isEqualTo(preprocessing.apply(picture));
    assertThat(tile(sheet, 3, 1))
        .isEqualTo(
            Augmentation.strong().apply(picture, preprocessing, Augmentation.seed(13, 0, 7)));
    assertThat(sheet.value(0, 0, 0)).isEqualTo(255);
    assertThat(sheet.value(5, 5, 1)).isEqualTo(0x9e);
    assertThat(folder.resolve("deep").toFile().list()).containsExactly("sheet.png");
  }

  private static RgbImage tile(RgbImage sheet, int column, int row) {
    byte[] rgb = new byte[24 * 24 * 3];
    for (int y = 0; y < 24; y++) {
      int from = ((8 + row * 32 + y) * sheet.width() + 8 + column * 32) * 3;
      System.arraycopy(sheet.rgb(), from, rgb, y * 72, 72);
    }
    return new RgbImage(24, 24, rgb);
  }

  @Test
  void should_fail_if_it_cannot_be_drawn_or_written(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    ContactSheet sheet = ContactSheet.of(picture, preprocessing, Augmentation.none(), 1, 1, 1);

    assertThatThrownBy(() -> ContactSheet.of(picture, preprocessing, Augmentation.none(), 0, 1, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("columns must be in 1..50, got 0");
    assertThatThrownBy(() -> ContactSheet.of(picture, preprocessing, Augmentation.none(), 1, 51, 1))
        .hasMessage("rows must be in 1..50, got 51");
    assertThatThrownBy(() -> sheet.write(file.resolve("sheet.png")))
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith(file.resolve("sheet.png") + ": the contact sheet can't be written");
  }
}
