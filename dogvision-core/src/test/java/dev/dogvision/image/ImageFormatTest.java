package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ImageFormatTest {
  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({
    "heic, mif1heic, a HEIC picture",
    "heix, mif1, a HEIC picture",
    "mif1, mif1heicmiaf, a HEIC picture",
    "msf1, hevc, a HEIC picture",
    "avif, mif1miaf, an AVIF picture",
    "mif1, avifmiaf, an AVIF picture",
    "avis, msf1, an AVIF picture",
    "'crx ', isom, a camera's raw photograph",
    "isom, isommp42, a film"
  })
  void should_name_what_phones_take_by_its_brands(String first, String others, String name) {
    int length = 16 + others.length();
    byte[] content =
        bytes(
            "\0\0\0"
                + (char) length
                + "ftyp"
                + (first + " ").substring(0, 4)
                + "\0\0\0\0"
                + others
                + "mdat");

    assertThat(ImageFormat.describe(content)).startsWith(name);
  }

  @ParameterizedTest
  @CsvSource({
    "49 49 2a 00 08 00 00 00, a TIFF or raw photograph",
    "4d 4d 00 2a 00 00 00 08, a TIFF or raw photograph",
    "49 49 2b 00 08 00 00 00, a BigTIFF picture",
    "ff 0a 00 00, a JPEG XL picture",
    "00 00 00 0c 4a 58 4c 20 0d 0a 87 0a, a JPEG XL picture",
    "00 00 00 0c 6a 50 20 20 0d 0a 87 0a, a JPEG 2000 picture",
    "ff 4f ff 51 00, a JPEG 2000 picture",
    "46 55 4a 49 46 49 4c 4d 43 43 44 2d 52 41 57 20, a camera's raw photograph",
    "25 50 44 46, a PDF",
    "25 21 50 53, PostScript",
    "00 00 01 00 01 00, an icon",
    "50 36 0a 34, a PPM or PGM picture",
    "ef bb bf 3c 3f 78 6d 6c 20, XML or SVG",
    "0a 0a 20 20 3c 21 44 4f 43 54 59 50 45 20 68 74 6d 6c, a web page",
    "76 65 72 73 69 6f 6e 20 68 74 74 70 73 3a 2f 2f 67 69 74 2d 6c 66 73, a pointer of Git LFS"
  })
  void should_name_what_is_no_format_of_ours_by_its_signature(String signature, String name) {
    byte[] content = HexFormat.ofDelimiter(" ").parseHex(signature);

    assertThat(ImageFormat.describe(content)).startsWith(name).contains("; convert it");
  }

  @Test
  void should_say_what_to_do_with_a_photograph_of_a_phone() {
    byte[] heic = bytes("\0\0\0\30ftypheic\0\0\0\0mif1heic");
    String problem =
        "not JPEG, PNG, GIF, BMP or WebP but a HEIC picture, as iPhones take them, for which Java"
            + " has no reader; convert it to JPEG, with heif-convert say, or have the phone take"
            + " JPEGs (Settings, Camera, Formats, Most Compatible)";
    ImageDecoder decoder = ImageDecoder.standard();

    assertThatThrownBy(() -> decoder.decode(heic, "teo.jpg"))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage("teo.jpg: " + problem);
    assertThat(decoder.problemAtFirstSight(ImageSource.of("teo.jpg", heic)))
        .isEqualTo(Optional.of(problem));
  }

  @Test
  void should_describe_however_few_bytes_there_are() {
    byte[] heic = bytes("\0\0\0\30ftypheic\0\0\0\0mif1heic");
    for (int length = 0; length <= heic.length; length++) {
      assertThat(ImageFormat.describe(Arrays.copyOf(heic, length))).isNotEmpty();
    }
  }
}
