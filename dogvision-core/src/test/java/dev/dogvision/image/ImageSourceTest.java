package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageSourceTest {
  private static final byte[] PNG = png(Color.ORANGE);
  private static final RgbImage PIXELS = ImageDecoder.standard().decode(PNG, "drawn");
  private static final URI PLACE = URI.create("store://dogs/17");

  @TempDir private Path folder;

  private static byte[] png(Color color) {
    BufferedImage image = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(color);
    graphics.fillRect(2, 1, 5, 4);
    graphics.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static InputStream stream() {
    return new ByteArrayInputStream(PNG);
  }

  private static RgbImage decode(ImageSource source) {
    return ImageDecoder.standard().decode(source);
  }

  @Test
  void every_kind_of_source_gives_the_same_picture() throws IOException {
    Path file = Files.write(folder.resolve("teo.png"), PNG);

    assertThat(decode(ImageSource.of(file))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.of("teo", PNG))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.of("teo", ImageSourceTest::stream))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.of(PLACE, uri -> stream()))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.of(PIXELS.toBufferedImage()))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.of(PIXELS))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.read("upload", stream()))).isEqualTo(PIXELS);
    assertThat(decode(ImageSource.of(file).loaded())).isEqualTo(PIXELS);
  }

  @Test
  void a_source_has_a_name_and_a_file_its_path() {
    Path file = folder.resolve("teo.png");

    assertThat(ImageSource.of(file).name()).isEqualTo(file.toString());
    assertThat(ImageSource.of(file).path()).contains(file);
    assertThat(ImageSource.of("teo", PNG).name()).isEqualTo("teo");
    assertThat(ImageSource.of("teo", PNG).path()).isEmpty();
    assertThat(ImageSource.of(PLACE, uri -> stream()).name()).isEqualTo("store://dogs/17");
    assertThat(ImageSource.of(PIXELS)).hasToString("picture in memory");
    assertThatThrownBy(() -> ImageSource.of(" ", PNG))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("the name of a picture must not be blank");
  }

  @Test
  void the_content_decides_the_hash_and_not_the_name() throws IOException {
    Path file = Files.write(folder.resolve("teo.png"), PNG);
    String hash = ImageSource.of("teo", PNG).contentHash();

    assertThat(hash).matches("[0-9a-f]{64}");
    assertThat(ImageSource.of(file).contentHash()).isEqualTo(hash);
    assertThat(ImageSource.of(file).loaded().contentHash()).isEqualTo(hash);
    assertThat(ImageSource.of("other", ImageSourceTest::stream).contentHash()).isEqualTo(hash);
    assertThat(ImageSource.of(PLACE, uri -> stream()).contentHash()).isEqualTo(hash);
    assertThat(ImageSource.of("teo", png(Color.BLUE)).contentHash()).isNotEqualTo(hash);
    assertThat(ImageSource.of(PIXELS).contentHash())
        .isEqualTo(ImageSource.of("other", PIXELS.toBufferedImage()).contentHash())
        .isNotEqualTo(ImageSource.of(new RgbImage(7, 9, PIXELS.rgb())).contentHash());
  }

  @Test
  void later_changes_of_what_was_given_make_no_difference() {
    byte[] bytes = PNG.clone();
    BufferedImage image = PIXELS.toBufferedImage();
    ImageSource ofBytes = ImageSource.of("teo", bytes);
    ImageSource ofImage = ImageSource.of(image);
    bytes[20]++;
    image.setRGB(0, 0, 0xffffff);

    assertThat(decode(ofBytes)).isEqualTo(PIXELS);
    assertThat(decode(ofImage)).isEqualTo(PIXELS);
  }

  @Test
  void a_stream_is_opened_anew_each_time_and_closed() {
    AtomicInteger opened = new AtomicInteger();
    AtomicInteger closed = new AtomicInteger();
    ImageSource source =
        ImageSource.of(
            "teo",
            () -> {
              opened.incrementAndGet();
              return new FilterInputStream(stream()) {
                @Override
                public void close() {
                  closed.incrementAndGet();
                }
              };
            });

    assertThat(opened).hasValue(0);
    assertThat(decode(source)).isEqualTo(decode(source));
    assertThat(opened).hasValue(2);
    assertThat(closed).hasValue(2);
  }

  @Test
  void loading_reads_once_for_decoding_and_hashing() {
    AtomicInteger opened = new AtomicInteger();
    ImageSource source =
        ImageSource.of(
            "teo",
            () -> {
              opened.incrementAndGet();
              return stream();
            });

    ImageSource loaded = source.loaded();

    assertThat(decode(loaded)).isEqualTo(PIXELS);
    assertThat(loaded.contentHash()).isEqualTo(source.contentHash());
    assertThat(source.contentHash()).isEqualTo(ImageSource.of("teo", PNG).contentHash());
    assertThat(opened).hasValue(1);
  }

  @Test
  void a_changed_file_has_another_hash() throws IOException {
    Path file = Files.write(folder.resolve("teo.png"), PNG);
    Files.setLastModifiedTime(file, FileTime.from(Instant.parse("2020-01-01T00:00:00Z")));
    ImageSource source = ImageSource.of(file);
    String before = source.contentHash();

    byte[] changed = PNG.clone();
    changed[PNG.length - 1]++; // the size stays
    Files.write(file, changed);
    assertThat(source.contentHash()).isNotEqualTo(before);
    Files.write(file, PNG); // within one tick of a coarse clock, perhaps
    assertThat(source.contentHash()).isEqualTo(before);
  }

  @Test
  void should_fail_if_a_source_cannot_be_read_and_name_it() throws IOException {
    Path none = folder.resolve("none.jpg");
    assertUnreadable(ImageSource.of(none), none + ": there is no such file");
    assertUnreadable(ImageSource.of(folder), folder + ": a folder, not a picture");
    assertUnreadable(
        ImageSource.of(
            "row 17",
            () -> {
              throw new IllegalStateException("connection closed");
            }),
        "row 17: it can't be opened: connection closed");
    assertUnreadable(
        ImageSource.of(
            PLACE,
            uri -> {
              throw new SQLException("no such row");
            }),
        "store://dogs/17: it can't be opened: no such row");
    assertUnreadable(
        ImageSource.of("row 17", () -> null),
        "row 17: it can't be opened: what opens it gave no stream");
    assertUnreadable(
        ImageSource.of("row 17", () -> new FailingStream(5)),
        "row 17: the stream can't be read: cable cut");
    assertUnreadable(
        ImageSource.of("row 17", () -> new ByteArrayInputStream(new byte[0])),
        "row 17: empty, 0 bytes");
    assertThatThrownBy(() -> ImageSource.read("upload", new FailingStream(5)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage("upload: the stream can't be read: cable cut");
  }

  private static void assertUnreadable(ImageSource source, String message) {
    assertThatThrownBy(() -> decode(source))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(message);
  }

  @Test
  void should_fail_if_a_stream_has_no_end() {
    ImageSource endless = ImageSource.of("endless", () -> new FailingStream(Integer.MAX_VALUE));

    assertThatThrownBy(endless::contentHash)
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "endless: more than 536870912 bytes, which is the most that a picture may have");
  }

  @Test
  void should_fail_if_pixels_are_more_than_allowed() {
    assertThatThrownBy(
            () -> ImageDecoder.standard().maximumPixels(62).decode(ImageSource.of("teo", PIXELS)))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "teo: 9 x 7 pixels; at most 62 are read. To read more, give"
                + " ImageDecoder.standard().maximumPixels(...) to DatasetBuilder.decoder or"
                + " Predictor.builder(...).decoder");
  }

  @Test
  void first_sight_opens_no_stream() {
    ImageDecoder decoder = ImageDecoder.standard();
    AtomicInteger opened = new AtomicInteger();
    ImageSource stream =
        ImageSource.of(
            "teo",
            () -> {
              opened.incrementAndGet();
              return stream();
            });

    assertThat(decoder.problemAtFirstSight(stream)).isEmpty();
    assertThat(opened).hasValue(0);
    assertThat(decoder.problemAtFirstSight(ImageSource.of("teo", PNG))).isEmpty();
    assertThat(decoder.problemAtFirstSight(ImageSource.of(PIXELS))).isEmpty();
    assertThat(decoder.problemAtFirstSight(ImageSource.of("teo", new byte[0])))
        .contains("empty, 0 bytes");
    assertThat(decoder.problemAtFirstSight(ImageSource.of(folder.resolve("none"))))
        .contains("there is no such file");
  }

  @Test
  void sources_are_equal_where_name_and_content_are() {
    assertThat(ImageSource.of("teo", PNG))
        .isEqualTo(ImageSource.of("teo", PNG.clone()))
        .hasSameHashCodeAs(ImageSource.of("teo", PNG.clone()))
        .isNotEqualTo(ImageSource.of("tea", PNG))
        .isNotEqualTo(ImageSource.of("teo", png(Color.BLUE)));
    assertThat(ImageSource.of(folder.resolve("a")))
        .isEqualTo(ImageSource.of(folder.resolve("a")))
        .isNotEqualTo(ImageSource.of(folder.resolve("b")));
  }

  /** Gives zeros, and breaks in the end. */
  private static final class FailingStream extends InputStream {
    private int left;

    FailingStream(int good) {
      this.left = good;
    }

    @Override
    public int read() throws IOException {
      if (left-- <= 0) {
        throw new IOException("cable cut");
      }
      return 0;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      if (left <= 0) {
        throw new IOException("cable cut");
      }
      int count = Math.min(left, length);
      left -= count;
      return count;
    }
  }
}
