package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.spi.contract.Tried;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.NodeList;

class ReducedJpegTest {
  private static final int MUTATIONS = Integer.getInteger("dogvision.mutations", 2000);
  private static final long SEED = Long.getLong("dogvision.mutationSeed", 1);
  private static final String FORMAT = "javax_imageio_jpeg_image_1.0";

  private final ImageDecoder java = ImageDecoder.standard().javaOnly(true).maximumPixels(2_000_000);
  private final ImageDecoder decoder = ImageDecoder.standard().maximumPixels(2_000_000);

  @ParameterizedTest
  @CsvSource({
    "2, 2, 0",
    "1, 1, 0",
    "2, 1, 0",
    "1, 2, 0",
    "4, 1, 0",
    "4, 2, 0",
    "2, 2, 1",
    "2, 2, 7",
    "1, 1, 100"
  })
  void should_give_means_of_the_pixels_that_java_gives(int across, int down, int restarts)
      throws IOException {
    for (int[] size : new int[][] {{640, 480}, {331, 257}, {17, 33}, {8, 8}, {1, 1}}) {
      RgbImage picture = PictureFiles.picture(size[0], size[1], 3);
      byte[] file = jpeg(picture.toBufferedImage(), across, down, restarts);
      for (int reduction : new int[] {2, 4, 8}) {
        RgbImage small = reduced(file, reduction);

        RgbImage expected = means(java.decode(file, "whole"), reduction);
        assertThat(small.width()).isEqualTo(expected.width());
        assertThat(small.height()).isEqualTo(expected.height());
        assertThat(PictureFiles.difference(small, expected))
            .as("%s x %s by %s", size[0], size[1], reduction)
            .isLessThan(size[0] < 100 ? 20 : 3);
      }
    }
  }

  @Test
  void should_give_means_of_grey_pixels() throws IOException {
    RgbImage picture = PictureFiles.picture(331, 257, 3);
    BufferedImage grey = new BufferedImage(331, 257, BufferedImage.TYPE_BYTE_GRAY);
    grey.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    byte[] file = PictureFiles.write(grey, "jpeg");
    for (int reduction : new int[] {2, 4, 8}) {
      assertThat(
              PictureFiles.difference(
                  reduced(file, reduction), means(java.decode(file, "whole"), reduction)))
          .isLessThan(2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 25, 50, 100, 201, 202, 300})
  void should_hardly_be_seen_by_a_network(int side) {
    RgbImage picture = PictureFiles.picture(1003, 805, 4);
    byte[] file =
        PictureFiles.jpegWithExif(PictureFiles.jpeg(picture, false), PictureFiles.exif(6));
    ImageSource source = ImageSource.of("large", file);
    for (ResizeRule rule : ResizeRule.values()) {
      Preprocessing wanted = square(side).withResizeRule(rule).withCropFraction(0.875);

      RgbImage small = decoder.decode(source, wanted);

      int reduction = wanted.reduction(1003, 805);
      assertThat(small.width()).isEqualTo((805 + reduction - 1) / reduction);
      assertThat(small.height()).isEqualTo((1003 + reduction - 1) / reduction);
      assertThat(PictureFiles.difference(wanted.apply(small), wanted.apply(java.decode(source))))
          .as("%s by %s", rule, reduction)
          .isLessThan(1.5);
    }
  }

  @Test
  void should_leave_alone_what_java_only_is_to_read() {
    byte[] file = PictureFiles.jpeg(PictureFiles.picture(400, 300, 4), false);

    assertThat(java.decode(ImageSource.of("photograph", file), square(10)).width()).isEqualTo(400);
  }

  @Test
  void should_never_read_what_java_refuses() throws IOException {
    List<Map.Entry<String, byte[]>> files = new ArrayList<>();
    MutatedPictures.corpus().entrySet().stream()
        .filter(file -> file.getKey().startsWith("jpeg") || file.getKey().startsWith("bomb"))
        .forEach(files::add);
    BufferedImage picture = PictureFiles.picture(129, 71, 3).toBufferedImage();
    files.add(Map.entry("plain", jpeg(picture, 2, 2, 0)));
    files.add(Map.entry("with restarts", jpeg(picture, 1, 1, 5)));
    DecodingMemory memory = DecodingMemory.ofProcess();
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
      Map.Entry<String, byte[]> file = files.get(i % 2 == 0 ? i % files.size() : files.size() - 1);
      byte[] content =
          random.nextInt(3) > 0
              ? JpegDecoderContract.withChangedScans(file.getValue(), random)
              : MutatedPictures.mutated(
                  file.getValue(), files.get(random.nextInt(files.size())), random);
      String name = file.getKey() + ", mutation " + i + " of seed " + SEED;
      Preprocessing wanted = square(1 + random.nextInt(30));
      String expected = JpegDecoderContract.problem(java, content, name, wanted);
      assertThat(JpegDecoderContract.problem(decoder, content, name, wanted))
          .as(name)
          .isEqualTo(expected);
      refused += expected.isEmpty() ? 0 : 1;
    }

    assertThat(memory.pixels().free()).isEqualTo(memory.pixels().limit());
    assertThat(refused).isBetween(MUTATIONS / 10, MUTATIONS - MUTATIONS / 10);
    Tried.note(
        getClass(),
        String.format(
            Locale.ROOT,
            "%,d mutated JPEGs at reduced scale: %,d refused as by Java",
            MUTATIONS,
            refused));
  }

  @Test
  void should_tell_of_codes_that_no_table_has() throws IOException {
    byte[] whole = jpeg(PictureFiles.picture(200, 160, 3).toBufferedImage(), 2, 2, 0);
    for (int reduction : new int[] {2, 4, 8}) {
      for (int at = JpegDecoderContract.startOfScan(whole) + 8; at < whole.length - 64; at += 97) {
        if (whole[at - 1] == (byte) 0xff) {
          continue;
        }
        byte[] damaged = whole.clone();
        for (int i = 0; i < 8; i++) {
          damaged[at + i] = i % 2 == 0 ? (byte) 0xff : 0; // ones, as a scan has them
        }
        assertThatThrownBy(() -> reduced(damaged, reduction)).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void should_tell_of_data_that_are_missing_or_too_many() throws IOException {
    for (int restarts : new int[] {0, 6}) {
      byte[] whole = jpeg(PictureFiles.picture(200, 160, 3).toBufferedImage(), 2, 2, restarts);
      byte[] end = {(byte) 0xff, (byte) 0xd9};
      for (int missing = 1; missing < 100; missing += 7) {
        byte[] cut = Arrays.copyOf(whole, whole.length - missing);
        System.arraycopy(end, 0, cut, cut.length - 2, 2);
        assertThatThrownBy(() -> reduced(cut, 4)).isInstanceOf(IOException.class);
      }
      byte[] more = PictureFiles.inserted(whole, whole.length - 2, new byte[] {1, 2});
      assertThatThrownBy(() -> reduced(more, 4))
          .isInstanceOf(IOException.class)
          .hasMessage("data go on after their scan");
    }
  }

  @Test
  void should_tell_of_a_restart_marker_that_is_not_the_next() throws IOException {
    byte[] whole = jpeg(PictureFiles.picture(200, 160, 3).toBufferedImage(), 2, 2, 6);
    int changed = 0;
    for (int at = JpegDecoderContract.startOfScan(whole); at < whole.length - 1; at++) {
      if (whole[at] == (byte) 0xff && (whole[at + 1] & 0xf8) == 0xd0) {
        byte[] damaged = whole.clone();
        damaged[at + 1] ^= 1;
        assertThatThrownBy(() -> reduced(damaged, 4))
            .isInstanceOf(IOException.class)
            .hasMessage("a restart marker is missing");
        changed++;
      }
    }
    assertThat(changed).isGreaterThan(10);
  }

  @Test
  void should_end_where_the_thread_is_interrupted() {
    byte[] file = PictureFiles.jpeg(PictureFiles.picture(640, 480, 6), false);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> decoder.decode(ImageSource.of("photograph", file), square(20)))
          .isInstanceOf(DogVisionException.class)
          .hasMessageContaining("interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  private static RgbImage reduced(byte[] file, int reduction) throws IOException {
    JpegStructure structure = new JpegStructure(file);
    structure.read();
    assertThat(structure.isBaseline()).isTrue();
    return ReducedJpeg.decode(structure, reduction, new DecodingGuard(Long.MAX_VALUE));
  }

  private static RgbImage means(RgbImage whole, int reduction) {
    int width = (whole.width() + reduction - 1) / reduction;
    int height = (whole.height() + reduction - 1) / reduction;
    byte[] rgb = new byte[3 * width * height];
    for (int i = 0; i < rgb.length; i++) {
      int sum = 0;
      int count = 0;
      int left = i / 3 % width * reduction;
      int top = i / 3 / width * reduction;
      for (int y = top; y < Math.min(top + reduction, whole.height()); y++) {
        for (int x = left; x < Math.min(left + reduction, whole.width()); x++) {
          sum += whole.value(x, y, i % 3);
          count++;
        }
      }
      rgb[i] = (byte) ((sum + count / 2) / count);
    }
    return new RgbImage(width, height, rgb);
  }

  private static Preprocessing square(int side) {
    return new Preprocessing(
        side, ResizeRule.STRETCH, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
  }

  /** With a sampling of the brightness, colours having 1 x 1, and restart markers, 0 for none. */
  private static byte[] jpeg(BufferedImage image, int across, int down, int restarts)
      throws IOException {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(ImageTypeSpecifier.createFromRenderedImage(image), null);
      IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(FORMAT);
      NodeList components = root.getElementsByTagName("componentSpec");
      IIOMetadataNode first = (IIOMetadataNode) components.item(0);
      first.setAttribute("HsamplingFactor", Integer.toString(across));
      first.setAttribute("VsamplingFactor", Integer.toString(down));
      if (restarts > 0) {
        IIOMetadataNode interval = new IIOMetadataNode("dri");
        interval.setAttribute("interval", Integer.toString(restarts));
        root.getElementsByTagName("markerSequence").item(0).appendChild(interval);
      }
      metadata.setFromTree(FORMAT, root);
      writer.setOutput(stream);
      writer.write(new IIOImage(image, null, metadata));
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
