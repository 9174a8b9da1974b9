package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ColorConversionTest {
  private static final Path PROFILES =
      Path.of(System.getProperty("dogvision.shared", "../shared"))
          .resolve("data/reports/png-profile");

  private final ImageDecoder decoder = ImageDecoder.standard();
  private final RgbImage picture = PictureFiles.picture(40, 24, 1);

  private RgbImage decode(byte[] content) {
    return decoder.decode(content, "teo");
  }

  private static byte[] withProfile(byte[] png, byte[] profile) {
    byte[] compressed = new byte[profile.length + 1000];
    Deflater deflater = new Deflater();
    deflater.setInput(profile);
    deflater.finish();
    int length = deflater.deflate(compressed);
    deflater.end();
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    chunk.writeBytes("a profile\0\0".getBytes(StandardCharsets.US_ASCII));
    chunk.write(compressed, 0, length);
    return PictureFiles.pngWithChunk(png, "iCCP", chunk.toByteArray());
  }

  private static byte[] profile(int space) {
    return ICC_Profile.getInstance(space).getData();
  }

  @ParameterizedTest
  @ValueSource(strings = {"p3.png", "adobe.png"})
  void should_honour_the_profiles_of_real_pngs(String name) {
    Assumptions.assumeTrue(Files.isDirectory(PROFILES), "the pictures are not here");
    RgbImage read = decoder.decode(PROFILES.resolve(name));
    RgbImage expected = decoder.decode(PROFILES.resolve(name + ".ref.bmp"));

    for (int i = 0; i < read.rgb().length; i++) {
      assertThat(read.rgb()[i] & 0xff).isCloseTo(expected.rgb()[i] & 0xff, within(1));
    }
  }

  @Test
  void should_convert_every_kind_of_png_alike() {
    byte[] linear = profile(ColorSpace.CS_LINEAR_RGB);
    byte[] rgb = PictureFiles.png(picture);
    BufferedImage alpha = new BufferedImage(40, 24, BufferedImage.TYPE_4BYTE_ABGR);
    alpha.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    BufferedImage palette = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_INDEXED);
    RgbImage expected = decode(withProfile(rgb, linear));

    // Half of the light is 188 of 255 in sRGB.
    assertThat(decode(withProfile(onePixel(128, 128, 128), linear)).value(0, 0, 1))
        .isCloseTo(188, within(1));
    assertThat(expected).isNotEqualTo(picture);
    assertThat(decode(withProfile(PictureFiles.write(alpha, "png"), linear))).isEqualTo(expected);
    assertThat(decode(withProfile(PictureFiles.write(palette, "png"), linear)).value(3, 3, 0))
        .isZero();
  }

  @Test
  void should_convert_colours_before_they_lie_over_white() {
    BufferedImage half = new BufferedImage(1, 1, BufferedImage.TYPE_4BYTE_ABGR);
    half.setRGB(0, 0, 0x80808080);

    RgbImage read =
        decode(withProfile(PictureFiles.write(half, "png"), profile(ColorSpace.CS_LINEAR_RGB)));

    assertThat(read.value(0, 0, 0)).isCloseTo((188 + 255) / 2, within(2));
  }

  @Test
  void should_convert_grey_by_its_own_curve() {
    BufferedImage grey = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setSample(0, 0, 0, 128);

    RgbImage read =
        decode(withProfile(PictureFiles.write(grey, "png"), profile(ColorSpace.CS_GRAY)));

    assertThat(read.value(0, 0, 2)).isCloseTo(188, within(2)); // Java's own grey is linear
  }

  private static byte[] onePixel(int red, int green, int blue) {
    return PictureFiles.png(new RgbImage(1, 1, new byte[] {(byte) red, (byte) green, (byte) blue}));
  }

  @Test
  void should_leave_pixels_as_they_are_where_the_profile_is_srgb_or_can_not_be_read() {
    byte[] png = PictureFiles.png(picture);
    byte[] wrong = profile(ColorSpace.CS_LINEAR_RGB);
    Arrays.fill(wrong, 100, wrong.length, (byte) 7);

    assertThat(decode(withProfile(png, profile(ColorSpace.CS_sRGB)))).isEqualTo(picture);
    assertThat(decode(withProfile(png, wrong))).isEqualTo(picture);
    assertThat(decode(withProfile(png, new byte[0]))).isEqualTo(picture);
    assertThat(decode(PictureFiles.pngWithChunk(png, "iCCP", new byte[] {1, 2, 3})))
        .isEqualTo(picture);
  }

  @Test
  void should_not_unpack_a_profile_of_gigabytes() {
    byte[] huge = new byte[60 << 20];

    assertThat(decode(withProfile(PictureFiles.png(picture), huge))).isEqualTo(picture);
  }

  @Test
  void should_honour_gamma_and_primaries_where_there_is_no_profile() {
    byte[] grey = onePixel(128, 128, 128);
    byte[] red = onePixel(200, 30, 30);
    byte[] linear = ints(100_000);
    byte[] usual = ints(45_455);
    byte[] displayP3 = ints(31_270, 32_900, 68_000, 32_000, 26_500, 69_000, 15_000, 6000);
    byte[] standard = ints(31_270, 32_900, 64_000, 33_000, 30_000, 60_000, 15_000, 6000);

    assertThat(decode(PictureFiles.pngWithChunk(grey, "gAMA", linear)).value(0, 0, 0))
        .isCloseTo(188, within(1));
    assertThat(decode(PictureFiles.pngWithChunk(grey, "gAMA", usual)).value(0, 0, 0))
        .isEqualTo(128);
    assertThat(decode(PictureFiles.pngWithChunk(grey, "gAMA", ints(0))).value(0, 0, 0))
        .isEqualTo(128);
    byte[] both =
        PictureFiles.pngWithChunk(
            PictureFiles.pngWithChunk(grey, "sRGB", new byte[1]), "gAMA", linear);
    assertThat(decode(both).value(0, 0, 0)).isEqualTo(128);
    byte[] wide =
        PictureFiles.pngWithChunk(PictureFiles.pngWithChunk(red, "cHRM", displayP3), "gAMA", usual);
    assertThat(decode(wide).value(0, 0, 0)).isCloseTo(217, within(2));
    byte[] narrow =
        PictureFiles.pngWithChunk(PictureFiles.pngWithChunk(red, "cHRM", standard), "gAMA", usual);
    assertThat(decode(narrow).value(0, 0, 0)).isEqualTo(200);
  }

  private static byte[] ints(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    for (int value : values) {
      bytes.putInt(value);
    }
    return bytes.array();
  }
}
