package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrientationTest {
  private static final int TAG = 0x0112;

  private final RgbImage picture = PictureFiles.picture(40, 24, 1);

  @Test
  void should_take_no_memory_for_thousands_of_tags_that_share_one_region() {
    byte[] exif = PictureBombs.exifWhoseTagsShareOneRegion(2600, 65_000);
    byte[] jpeg = PictureFiles.jpegWithExif(PictureFiles.jpeg(picture, false), exif);
    byte[] png = PictureFiles.pngWithChunk(PictureFiles.png(picture), "eXIf", exif);
    byte[] webp =
        PictureFiles.riff(
            PictureFiles.chunk("VP8X", new byte[] {8, 0, 0, 0, 5, 0, 0, 4, 0, 0}),
            PictureFiles.webpImage(6, 5, 1, 2, 3, 255),
            PictureFiles.chunk("EXIF", exif));

    assertThat(allocatedBy(jpeg)).isLessThan(4 << 20);
    assertThat(allocatedBy(png)).isLessThan(4 << 20);
    assertThat(allocatedBy(webp)).isLessThan(4 << 20);
  }

  private static long allocatedBy(byte[] content) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    ImageDecoder decoder = ImageDecoder.standard();
    var first = decoder.decode(content, "teo"); // what the classes take when they are loaded
    long before = threads.getCurrentThreadAllocatedBytes();
    assertThat(decoder.decode(content, "teo")).isEqualTo(first);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 4, 6, 8, 9})
  void should_read_the_tag_in_either_byte_order_as_any_small_number(int type) {
    for (ByteOrder order : new ByteOrder[] {ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN}) {
      assertThat(orientation(exif(order, type, 1, 6))).isEqualTo(6);
    }
  }

  @Test
  void should_take_as_upright_what_is_no_orientation() {
    assertThat(orientation(exif(ByteOrder.BIG_ENDIAN, 3, 1, 0))).isEqualTo(1);
    assertThat(orientation(exif(ByteOrder.BIG_ENDIAN, 3, 1, 9))).isEqualTo(1);
    assertThat(orientation(exif(ByteOrder.BIG_ENDIAN, 3, 2, 6))).isEqualTo(1);
    assertThat(orientation(exif(ByteOrder.BIG_ENDIAN, 2, 1, 6))).isEqualTo(1);
    assertThat(orientation(new byte[0])).isEqualTo(1);
  }

  @Test
  void should_read_it_where_metadata_of_a_format_lie_and_nowhere_else() {
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    byte[] png = PictureFiles.png(picture);
    byte[] exif = PictureFiles.exif(6);
    byte[] named = PictureFiles.inserted(exif, 0, "Exif\0\0".getBytes(StandardCharsets.US_ASCII));
    byte[] segment = PictureFiles.jpegWithExif(new byte[2], exif);
    byte[] behindScans =
        PictureFiles.inserted(
            jpeg, jpeg.length - 2, Arrays.copyOfRange(segment, 2, segment.length));

    assertTurned(PictureFiles.jpegWithExif(jpeg, exif), true);
    assertTurned(
        PictureFiles.jpegWithExif(PictureFiles.jpegWithExif(jpeg, new byte[0]), exif), true);
    assertTurned(PictureFiles.pngWithChunk(png, "eXIf", exif), true);
    assertTurned(PictureFiles.pngWithChunk(png, "eXIf", named), true);
    assertTurned(behindScans, false);
  }

  private static void assertTurned(byte[] content, boolean turned) {
    assertThat(ImageDecoder.standard().decode(content, "teo"))
        .hasToString(turned ? "RgbImage[24 x 40]" : "RgbImage[40 x 24]");
  }

  @Test
  void should_stay_within_the_block_wherever_it_is_cut_and_whatever_it_says() {
    byte[] exif = exif(ByteOrder.LITTLE_ENDIAN, 3, 1, 6);
    for (int length = 0; length < exif.length; length++) {
      assertThat(orientation(Arrays.copyOf(exif, length))).isIn(1, 6);
    }
    SplittableRandom random = new SplittableRandom(3);
    for (int round = 0; round < 20_000; round++) {
      byte[] changed = exif.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      assertThat(orientation(changed)).isBetween(1, 8);
    }
  }

  /** An EXIF block in which another tag comes first. */
  private static byte[] exif(ByteOrder order, int type, int count, int value) {
    ByteBuffer block = ByteBuffer.allocate(8 + 2 + 2 * 12 + 4).order(order);
    block.put((order == ByteOrder.BIG_ENDIAN ? "MM" : "II").getBytes(StandardCharsets.US_ASCII));
    block.putShort((short) 42).putInt(8).putShort((short) 2);
    block.putShort((short) 0x010f).putShort((short) 2).putInt(4).putInt(0x54656f00);
    block.putShort((short) TAG).putShort((short) type).putInt(count);
    switch (type) {
      case 1, 6 -> block.put((byte) value);
      case 4, 9 -> block.putInt(value);
      default -> block.putShort((short) value);
    }
    return block.array();
  }

  /** Asked of a block that is all of a file's end, so that a byte too far is an exception. */
  private static int orientation(byte[] exif) {
    byte[] png =
        PictureFiles.pngWithChunk(PictureFiles.png(PictureFiles.picture(1, 1, 1)), "eXIf", exif);
    FileStructure structure = FileStructure.of(ImageFormat.PNG, png);
    byte[] cut = Arrays.copyOf(png, structure.exifStart + structure.exifLength);
    return Orientation.of(cut, structure);
  }
}
