package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorConvertOp;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RgbImageTest {
  private final RgbImage picture = PictureFiles.picture(9, 7, 3);

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_RGB,
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_INT_BGR,
        BufferedImage.TYPE_3BYTE_BGR,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE
      })
  void takes_every_type_of_image_exactly_and_parts_of_it(int type) {
    BufferedImage image = new BufferedImage(9, 7, type);
    Graphics2D graphics = image.createGraphics();
    graphics.drawImage(picture.toBufferedImage(), 0, 0, null);
    graphics.dispose();

    RgbImage part = RgbImage.of(image.getSubimage(2, 3, 4, 2));

    assertThat(RgbImage.of(image)).isEqualTo(picture);
    assertThat(part.width()).isEqualTo(4);
    assertThat(part.value(1, 1, 2)).isEqualTo(picture.value(3, 4, 2));
    assertThat(part.value(3, 0, 0)).isEqualTo(picture.value(5, 3, 0));
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_USHORT_565_RGB,
        BufferedImage.TYPE_USHORT_555_RGB,
        BufferedImage.TYPE_BYTE_INDEXED,
        BufferedImage.TYPE_BYTE_BINARY
      })
  void takes_coarse_types_as_java_shows_them(int type) {
    BufferedImage image = new BufferedImage(9, 7, type);
    Graphics2D graphics = image.createGraphics();
    graphics.drawImage(picture.toBufferedImage(), 0, 0, null);
    graphics.dispose();

    RgbImage read = RgbImage.of(image);

    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 9; x++) {
        int shown = image.getRGB(x, y);
        assertThat(read.value(x, y, 0)).isCloseTo(shown >> 16 & 0xff, within(1));
        assertThat(read.value(x, y, 1)).isCloseTo(shown >> 8 & 0xff, within(1));
        assertThat(read.value(x, y, 2)).isCloseTo(shown & 0xff, within(1));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      ints = {
        BufferedImage.TYPE_INT_ARGB,
        BufferedImage.TYPE_INT_ARGB_PRE,
        BufferedImage.TYPE_4BYTE_ABGR,
        BufferedImage.TYPE_4BYTE_ABGR_PRE
      })
  void lays_what_is_transparent_over_white(int type) {
    BufferedImage image = new BufferedImage(1, 1, type);
    image.setRGB(0, 0, 0x80c80000);

    RgbImage read = RgbImage.of(image);

    assertThat(read.value(0, 0, 0)).isBetween(226, 228);
    assertThat(read.value(0, 0, 1)).isBetween(126, 128);
  }

  @Test
  void keeps_grey_as_bright_as_it_is() {
    BufferedImage grey = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setPixels(0, 0, 2, 1, new int[] {100, 200});

    assertThat(RgbImage.of(grey).rgb()).containsExactly(100, 100, 100, 200, 200, 200);
  }

  @Test
  void converts_other_colour_spaces() {
    ColorSpace linear = ColorSpace.getInstance(ColorSpace.CS_LINEAR_RGB);
    WritableRaster raster = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 9, 7, 3, null);
    BufferedImage image =
        new BufferedImage(
            new ComponentColorModel(
                linear, false, false, ComponentColorModel.OPAQUE, DataBuffer.TYPE_BYTE),
            raster,
            false,
            null);
    new ColorConvertOp(null).filter(picture.toBufferedImage(), image);

    assertThat(PictureFiles.difference(RgbImage.of(image), picture)).isLessThan(2);
  }

  @Test
  void shares_nothing_with_javas_image() {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_3BYTE_BGR);
    RgbImage read = RgbImage.of(image);
    image.setRGB(0, 0, 0xffffffff);

    assertThat(read.value(0, 0, 0)).isZero();
    assertThat(RgbImage.of(read.toBufferedImage())).isEqualTo(read);
  }

  @Test
  void should_fail_if_the_bytes_do_not_fit() {
    assertThatThrownBy(() -> new RgbImage(2, 2, new byte[11]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a picture of 2 x 2 needs 12 bytes, got 11");
    assertThatThrownBy(() -> new RgbImage(0, 2, new byte[0]))
        .hasMessage("a picture must be at least 1 x 1, got 0 x 2");
    assertThatThrownBy(() -> picture.value(9, 0, 0)).hasMessage("x must be in 0..8, got 9");
  }
}
