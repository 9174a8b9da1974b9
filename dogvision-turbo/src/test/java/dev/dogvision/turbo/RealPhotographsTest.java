package dev.dogvision.turbo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.spi.JpegDecoder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Photographs as cameras, phones and web sites wrote them, read with libjpeg-turbo and without. */
class RealPhotographsTest {
  private static final Path DATA = Path.of(System.getProperty("dogvision.shared"), "data");
  private static final double SAME = 1.5;
  private static final int MOST = 300;

  private final ImageDecoder turbo = ImageDecoder.standard();
  private final ImageDecoder java = ImageDecoder.standard().javaOnly(true);

  @Test
  void should_be_found_as_a_service() {
    assertThat(ServiceLoader.load(JpegDecoder.class))
        .hasAtLeastOneElementOfType(TurboJpegDecoder.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "pets/train",
        "pets/not-dogs",
        "kaggle/train",
        "breeds/train",
        "odd/twelvemonkeys",
        "odd/exif",
        "reports/cut"
      })
  void should_be_read_alike(String folder) throws IOException {
    Assumptions.assumeTrue(Files.isDirectory(DATA.resolve(folder)), folder + " is not here");
    int seen = 0;
    for (Path file : files(DATA.resolve(folder))) {
      seen++;
      RgbImage expected;
      try {
        expected = java.decode(file);
      } catch (UnreadableImageException e) {
        String problem = e.problem();
        assertThat(problem(turbo, file)).as("%s", file).isEqualTo(problem);
        continue;
      }
      assertThat(difference(turbo.decode(file), expected)).as("%s", file).isLessThan(SAME);
      Preprocessing wanted =
          new Preprocessing(
              56, ResizeRule.CENTER_CROP, 0.875, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
      RgbImage small = turbo.decode(ImageSource.of(file), wanted);
      assertThat(difference(wanted.apply(small), wanted.apply(expected)))
          .as("%s, for a small square", file)
          .isLessThan(4);
    }
    assertThat(seen).isPositive();
  }

  private static String problem(ImageDecoder decoder, Path file) {
    try {
      var unused = decoder.decode(file);
      return "";
    } catch (UnreadableImageException e) {
      return e.problem();
    }
  }

  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(file -> file.toString().matches(".*\\.jpe?g"))
          .sorted()
          .limit(MOST)
          .toList();
    }
  }

  private static double difference(RgbImage a, RgbImage b) {
    assertThat(a).hasToString(b.toString());
    long sum = 0;
    for (int i = 0; i < a.rgb().length; i++) {
      sum += Math.abs((a.rgb()[i] & 0xff) - (b.rgb()[i] & 0xff));
    }
    return (double) sum / a.rgb().length;
  }
}
