package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private final ImageDecoder decoder = ImageDecoder.standard();
  private final RgbImage picture = PictureFiles.picture(40, 24, 1);

  private RgbImage decode(byte[] content) {
    return decoder.decode(content, "teo");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void reads_jpeg_baseline_and_progressive(boolean progressive) {
    RgbImage read = decode(PictureFiles.jpeg(picture, progressive));

    assertThat(PictureFiles.difference(read, picture)).isLessThan(3);
  }

  @Test
  void reads_grey_jpeg_without_changing_its_brightness() {
    BufferedImage grey = new BufferedImage(16, 16, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < 256; i++) {
      grey.getRaster().setSample(i % 16, i / 16, 0, 100);
    }

    RgbImage read = decode(PictureFiles.write(grey, "jpeg"));

    assertThat(read.value(3, 3, 0)).isBetween(99, 101);
    assertThat(read.value(3, 3, 2)).isBetween(99, 101);
  }

  @Test
  void reads_cmyk_jpeg() {
    RgbImage red = decode(PictureFiles.cmykJpeg(16, 8, 0, 255, 255, 0));
    RgbImage white = decode(PictureFiles.cmykJpeg(16, 8, 0, 0, 0, 0));

    assertThat(red.value(8, 4, 0)).isGreaterThan(180);
    assertThat(red.value(8, 4, 1)).isLessThan(90);
    assertThat(red.value(8, 4, 2)).isLessThan(90);
    assertThat(white.value(8, 4, 1)).isGreaterThan(245);
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp"})
  void reads_lossless_formats_exactly(String format) {
    BufferedImage image = new BufferedImage(40, 24, BufferedImage.TYPE_3BYTE_BGR);
    image.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);

    assertThat(decode(PictureFiles.write(image, format))).isEqualTo(picture);
  }

  @Test
  void lays_transparent_png_over_white() {
    BufferedImage image = new BufferedImage(3, 1, BufferedImage.TYPE_4BYTE_ABGR);
    image.setRGB(0, 0, 0x00123456);
    image.setRGB(1, 0, 0x80000000);
    image.setRGB(2, 0, 0xff123456);

    RgbImage read = decode(PictureFiles.write(image, "png"));

    assertThat(read.rgb()).containsExactly(255, 255, 255, 127, 127, 127, 0x12, 0x34, 0x56);
  }

  @Test
  void reads_palette_png_with_transparency() {
    byte[] reds = {(byte) 200, 10, 99};
    byte[] greens = {0, 20, 99};
    byte[] blues = {0, 30, 99};
    byte[] alphas = {(byte) 255, (byte) 255, 0};
    BufferedImage image =
        new BufferedImage(
            3,
            1,
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, 3, reds, greens, blues, alphas));
    image.getRaster().setPixels(0, 0, 3, 1, new int[] {0, 1, 2});

    RgbImage read = decode(PictureFiles.write(image, "png"));

    assertThat(read.rgb()).containsExactly(200, 0, 0, 10, 20, 30, 255, 255, 255);
  }

  @Test
  void scales_16_bits_to_8() {
    BufferedImage grey = new BufferedImage(4, 1, BufferedImage.TYPE_USHORT_GRAY);
    grey.getRaster().setPixels(0, 0, 4, 1, new int[] {0, 257 * 100, 32768, 65535});
    WritableRaster samples = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 1, 1, 3, null);
    samples.setPixel(0, 0, new int[] {257 * 7, 257 * 77, 65535});
    BufferedImage color =
        new BufferedImage(
            new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_sRGB),
                false,
                false,
                ComponentColorModel.OPAQUE,
                DataBuffer.TYPE_USHORT),
            samples,
            false,
            null);

    assertThat(decode(PictureFiles.write(grey, "png")).rgb())
        .containsExactly(0, 0, 0, 100, 100, 100, 128, 128, 128, 255, 255, 255);
    assertThat(decode(PictureFiles.write(color, "png")).rgb()).containsExactly(7, 77, 255);
  }

  @Test
  void reads_png_of_one_bit_and_grey_with_alpha() {
    BufferedImage bits = new BufferedImage(2, 1, BufferedImage.TYPE_BYTE_BINARY);
    bits.getRaster().setPixels(0, 0, 2, 1, new int[] {1, 0});
    WritableRaster samples = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 2, 1, 2, null);
    samples.setPixels(0, 0, 2, 1, new int[] {60, 255, 60, 0});
    BufferedImage grey =
        new BufferedImage(
            new ComponentColorModel(
                ColorSpace.getInstance(ColorSpace.CS_GRAY),
                true,
                false,
                ComponentColorModel.TRANSLUCENT,
                DataBuffer.TYPE_BYTE),
            samples,
            false,
            null);

    assertThat(decode(PictureFiles.write(bits, "png")).rgb())
        .containsExactly(255, 255, 255, 0, 0, 0);
    assertThat(decode(PictureFiles.write(grey, "png")).rgb())
        .containsExactly(60, 60, 60, 255, 255, 255);
  }

  @Test
  void reads_the_first_frame_of_a_gif() {
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_INDEXED);
    Graphics2D graphics = image.createGraphics();
    graphics.setColor(Color.BLUE);
    graphics.fillRect(0, 0, 5, 4);
    graphics.dispose();

    RgbImage read = decode(PictureFiles.write(image, "gif"));

    assertThat(read.width()).isEqualTo(5);
    assertThat(Arrays.copyOf(read.rgb(), 3)).containsExactly(0, 0, 255);
  }

  @Test
  void reads_webp_over_white() {
    assertThat(Arrays.copyOf(decode(PictureFiles.webp(6, 5, 10, 20, 30, 255)).rgb(), 3))
        .containsExactly(10, 20, 30);
    assertThat(Arrays.copyOf(decode(PictureFiles.webp(6, 5, 10, 20, 30, 0)).rgb(), 3))
        .containsExactly(255, 255, 255);
  }

  @Test
  void should_show_the_first_frame_of_an_animated_webp_on_its_canvas() {
    byte[] frame = PictureFiles.webpImage(6, 5, 10, 20, 30, 255);
    byte[] placed =
        ByteBuffer.allocate(16 + frame.length)
            .put(new byte[] {2, 0, 0, 1, 0, 0, 5, 0, 0, 4, 0, 0, 1, 0, 0, 0})
            .put(frame)
            .array();
    byte[] later = placed.clone();
    later[0] = 0;
    byte[] content =
        PictureFiles.riff(
            PictureFiles.chunk("VP8X", new byte[] {2, 0, 0, 0, 19, 0, 0, 9, 0, 0}),
            PictureFiles.chunk("ANIM", new byte[6]),
            PictureFiles.chunk("ANMF", placed),
            PictureFiles.chunk("ANMF", later));

    RgbImage read = decode(content);

    assertThat(read).hasToString("RgbImage[20 x 10]");
    assertThat(read.value(3, 2, 0)).isEqualTo(255);
    assertThat(read.value(4, 2, 0)).isEqualTo(10);
    assertThat(read.value(9, 6, 2)).isEqualTo(30);
    assertThat(read.value(10, 6, 2)).isEqualTo(255);
  }

  @Test
  void should_show_the_first_frame_of_a_gif_on_its_canvas() {
    BufferedImage image = new BufferedImage(5, 4, BufferedImage.TYPE_BYTE_INDEXED);
    byte[] gif = PictureFiles.write(image, "gif");
    int frame = frameOf(gif);
    gif[6] = 20;
    gif[8] = 10;
    gif[frame + 1] = 7;
    gif[frame + 3] = 3;

    RgbImage read = decode(gif);

    assertThat(read).hasToString("RgbImage[20 x 10]");
    assertThat(read.value(6, 3, 0)).isEqualTo(255);
    assertThat(read.value(7, 3, 0)).isZero();
    assertThat(read.value(11, 6, 0)).isZero();
    assertThat(read.value(12, 6, 0)).isEqualTo(255);
  }

  @Test
  void content_decides_and_not_the_name(@TempDir Path folder) throws Exception {
    Path file = Files.write(folder.resolve("teo.jpg"), PictureFiles.png(picture));

    assertThat(decoder.decode(file)).isEqualTo(picture);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void turns_pictures_upright(int orientation) {
    RgbImage stored = stored(picture, orientation);
    byte[] exif = PictureFiles.exif(orientation);
    byte[] png = PictureFiles.pngWithChunk(PictureFiles.png(stored), "eXIf", exif);
    byte[] jpeg = PictureFiles.jpegWithExif(PictureFiles.jpeg(stored, false), exif);

    assertThat(decode(png)).isEqualTo(picture);
    assertThat(PictureFiles.difference(decode(jpeg), picture)).isLessThan(3);
  }

  /** How a camera that is held so stores a picture; x and y are places in the upright picture. */
  private static RgbImage stored(RgbImage upright, int orientation) {
    int width = upright.width();
    int height = upright.height();
    boolean swapped = orientation >= 5;
    byte[] rgb = new byte[upright.rgb().length];
    int storedWidth = swapped ? height : width;
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int column =
            switch (orientation) {
              case 1, 4 -> x;
              case 2, 3 -> width - 1 - x;
              case 5, 6 -> y;
              default -> height - 1 - y;
            };
        int row =
            switch (orientation) {
              case 1, 2 -> y;
              case 3, 4 -> height - 1 - y;
              case 5, 8 -> x;
              default -> width - 1 - x;
            };
        System.arraycopy(
            upright.rgb(), (y * width + x) * 3, rgb, (row * storedWidth + column) * 3, 3);
      }
    }
    return new RgbImage(storedWidth, swapped ? width : height, rgb);
  }

  @Test
  void reads_the_orientation_of_webp() {
    byte[] content =
        PictureFiles.riff(
            PictureFiles.chunk("VP8X", new byte[] {8, 0, 0, 0, 5, 0, 0, 4, 0, 0}),
            Arrays.copyOfRange(
                PictureFiles.webp(6, 5, 1, 2, 3, 255),
                12,
                PictureFiles.webp(6, 5, 1, 2, 3, 255).length),
            PictureFiles.chunk("EXIF", PictureFiles.exif(6)));

    assertThat(decode(content).width()).isEqualTo(5);
    assertThat(decode(content).height()).isEqualTo(6);
  }

  @Test
  void takes_pictures_with_nonsense_for_exif_as_upright() {
    byte[] exif = PictureFiles.exif(6);
    Arrays.fill(exif, 4, exif.length, (byte) 0xff);
    byte[] jpeg = PictureFiles.jpegWithExif(PictureFiles.jpeg(picture, false), exif);

    assertThat(decode(jpeg).width()).isEqualTo(40);
  }

  @Test
  void refuses_what_promises_too_many_pixels_before_reading_it() {
    byte[] jpeg = PictureFiles.jpegPromising(PictureFiles.jpeg(picture, false), 20_000, 20_000);
    byte[] png = PictureFiles.pngPromising(PictureFiles.png(picture), 30_000, 30_000);
    byte[] huge = PictureFiles.pngPromising(PictureFiles.png(picture), -1, -1);
    byte[] webp =
        PictureFiles.riff(
            PictureFiles.chunk("VP8X", new byte[] {8, 0, 0, 0, -1, -1, 0, -1, -1, 0}));
    byte[] gif = PictureFiles.write(picture.toBufferedImage(), "gif");
    Arrays.fill(gif, 6, 10, (byte) 0xff);

    assertThatThrownBy(() -> decode(jpeg))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "teo: JPEG whose header promises 20000 x 20000 pixels; at most 100000000 are read. To read more, give"
                + " ImageDecoder.standard().maximumPixels(...) to DatasetBuilder.decoder or"
                + " Predictor.builder(...).decoder");
    assertThatThrownBy(() -> decode(png)).hasMessageContaining("promises 30000 x 30000 pixels");
    assertThatThrownBy(() -> decode(huge)).hasMessageContaining("4294967295 x 4294967295");
    assertThatThrownBy(() -> decode(webp)).hasMessageContaining("promises 65536 x 65536 pixels");
    assertThatThrownBy(() -> decode(gif)).hasMessageContaining("promises 65535 x 65535 pixels");
  }

  @Test
  void stops_a_reader_that_goes_on_beyond_the_end_of_the_file() {
    byte[] content = PictureFiles.webp(2400, 2000, 1, 2, 3, 255);
    content[content.length - 9] ^= 0x3c; // codes that take bits where none are left

    assertThatThrownBy(() -> decode(content))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("teo: WebP, damaged: ");
  }

  @Test
  void reads_exactly_as_many_pixels_as_allowed() {
    byte[] png = PictureFiles.png(picture);

    assertThat(decoder.maximumPixels(960).decode(png, "teo")).isEqualTo(picture);
    assertThatThrownBy(() -> decoder.maximumPixels(959).decode(png, "teo"))
        .hasMessage(
            "teo: PNG whose header promises 40 x 24 pixels; at most 959 are read. To read more, give"
                + " ImageDecoder.standard().maximumPixels(...) to DatasetBuilder.decoder or"
                + " Predictor.builder(...).decoder");
    assertThatThrownBy(() -> decoder.maximumPixels(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("maximumPixels must be positive, got 0");
  }

  @Test
  void half_a_file_is_never_half_a_picture() {
    for (Map.Entry<String, byte[]> file : smallFiles().entrySet()) {
      byte[] whole = file.getValue();
      RgbImage expected = decode(whole);
      for (int length = 0; length < whole.length; length += 1 + whole.length / 150) {
        RgbImage read = decodeOrNull(Arrays.copyOf(whole, length));
        assertThat(read == null || read.equals(expected))
            .as("%s cut to %s of %s bytes", file.getKey(), length, whole.length)
            .isTrue();
      }
    }
  }

  @Test
  void says_what_a_cut_file_lacks() {
    byte[] jpeg = PictureFiles.jpeg(picture, false);

    assertThatThrownBy(() -> decode(Arrays.copyOf(jpeg, jpeg.length / 2 + 300)))
        .hasMessage(
            "teo: JPEG, cut short: the file ends, after "
                + (jpeg.length / 2 + 300)
                + " bytes, before the picture does; fetch it again");
  }

  @Test
  void should_let_surplus_bytes_pass() {
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    RgbImage expected = decode(jpeg);

    assertThat(decode(Arrays.copyOf(jpeg, jpeg.length + 5000))).isEqualTo(expected);
    assertThat(decode(Arrays.copyOf(PictureFiles.png(picture), 9000))).isEqualTo(picture);
  }

  @Test
  void should_refuse_a_jpeg_without_its_end_mark() {
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    byte[] filledUp = Arrays.copyOf(Arrays.copyOf(jpeg, jpeg.length * 2 / 3), jpeg.length + 5000);

    for (byte[] cut : List.of(Arrays.copyOf(jpeg, jpeg.length - 2), filledUp)) {
      assertThatThrownBy(() -> decode(cut)).hasMessageStartingWith("teo: JPEG, cut short: ");
    }
  }

  @Test
  void should_see_that_a_jpeg_is_cut_behind_a_warning_about_something_else() {
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    byte[] surplus = PictureFiles.inserted(jpeg, 20, new byte[] {1, 2, 3});
    byte[] cut = Arrays.copyOf(surplus, surplus.length - 60);
    cut[cut.length - 2] = (byte) 0xff;
    cut[cut.length - 1] = (byte) 0xd9; // whoever cut it knew what a JPEG ends with

    assertThat(decode(surplus)).isEqualTo(decode(jpeg));
    assertThatThrownBy(() -> decode(cut))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("premature end of data segment");
  }

  @Test
  void should_refuse_a_jpeg_that_lacks_scans_though_it_has_an_end_mark() {
    for (boolean progressive : new boolean[] {false, true}) {
      byte[] jpeg =
          progressive
              ? PictureFiles.jpeg(picture, true)
              : PictureBombs.jpegInSeparateScans(greyJpeg(picture));
      int last = PictureBombs.lastScan(jpeg);
      byte[] cut = Arrays.copyOf(jpeg, last + 2);
      cut[last + 1] = (byte) 0xd9;

      assertThatThrownBy(() -> decode(cut))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessage("teo: JPEG, cut short: scans of the picture are missing; fetch it again");
    }
  }

  @Test
  void should_refuse_a_gif_that_was_cut_and_ended_anew() {
    RgbImage large = PictureFiles.picture(200, 160, 4);
    BufferedImage indexed = new BufferedImage(200, 160, BufferedImage.TYPE_BYTE_INDEXED);
    indexed.createGraphics().drawImage(large.toBufferedImage(), 0, 0, null);
    byte[] gif = PictureFiles.write(indexed, "gif");
    int block = frameOf(gif) + 11;
    for (int i = 0; i < 20; i++) {
      block += 1 + (gif[block] & 0xff);
    }
    byte[] cut = Arrays.copyOf(gif, block + 2);
    cut[block] = 0;
    cut[block + 1] = 0x3b;

    assertThat(decode(gif)).hasToString("RgbImage[200 x 160]");
    assertThatThrownBy(() -> decode(cut)).hasMessageStartingWith("teo: GIF, cut short: ");
    assertThat(decoder.readsCutPictures(true).decode(cut, "teo").value(100, 8, 1))
        .isEqualTo(decode(gif).value(100, 8, 1)); // it is interlaced: every eighth row comes first
  }

  /** Where the first frame of a GIF begins. */
  private static int frameOf(byte[] gif) {
    int frame = 13 + (gif[10] < 0 ? 3 << ((gif[10] & 7) + 1) : 0);
    while (gif[frame] != 0x2c) {
      frame += gif[frame] == 0x21 ? 3 + gif[frame + 2] + 1 : 1;
    }
    return frame;
  }

  private static byte[] greyJpeg(RgbImage picture) {
    BufferedImage grey =
        new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_BYTE_GRAY);
    grey.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    return PictureFiles.write(grey, "jpeg");
  }

  @Test
  void should_read_a_jpeg_whose_components_come_one_after_the_other() {
    byte[] separate = PictureBombs.jpegInSeparateScans(greyJpeg(picture));

    assertThat(decode(separate)).hasToString("RgbImage[40 x 24]");
  }

  @Test
  void should_read_the_upper_half_for_those_who_want_it() {
    ImageDecoder generous = decoder.readsCutPictures(true);
    RgbImage large = PictureFiles.picture(200, 160, 4);
    for (byte[] whole :
        List.of(
            PictureFiles.jpeg(large, false),
            PictureFiles.png(large),
            PictureFiles.write(large.toBufferedImage(), "bmp"))) {
      RgbImage expected = decode(whole);
      byte[] half = Arrays.copyOf(whole, whole.length / 2);

      RgbImage read = generous.decode(half, "teo");

      assertThatThrownBy(() -> decode(half)).hasMessageContaining("cut short");
      assertThat(read).hasToString("RgbImage[200 x 160]").isNotEqualTo(expected);
      int row = whole[0] == 'B' ? 155 : 5; // a BMP begins at the bottom
      assertThat(read.value(100, row, 1)).isEqualTo(expected.value(100, row, 1));
      assertThat(generous.decode(whole, "teo")).isEqualTo(expected);
    }
    assertThat(generous).hasToString("ImageDecoder[maximumPixels=100000000, readsCutPictures]");
  }

  @Test
  void notices_a_damaged_png() {
    byte[] png = PictureFiles.png(picture);
    png[png.length / 2] ^= 1;

    assertThatThrownBy(() -> decode(png))
        .hasMessage(
            "teo: PNG, a part of it fails its checksum: the file was damaged; fetch it again");
  }

  @Test
  void says_what_a_file_is_that_is_no_picture(@TempDir Path folder) throws Exception {
    Path page = Files.writeString(folder.resolve("teo.jpg"), "<!DOCTYPE html><title>404</title>");
    Path missing = folder.resolve("none.jpg");

    assertThatThrownBy(() -> decoder.decode(page))
        .isInstanceOfSatisfying(
            UnreadableImageException.class, e -> assertThat(e.source()).isEqualTo(page.toString()))
        .hasMessage(
            page + ": not JPEG, PNG, GIF, BMP or WebP but a web page; convert it or leave it out");
    assertThatThrownBy(() -> decoder.decode(missing))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(missing + ": there is no such file");
    assertThatThrownBy(() -> decoder.decode(folder))
        .hasMessage(folder + ": a folder, not a picture");
    assertThatThrownBy(() -> decode(new byte[0])).hasMessage("teo: empty, 0 bytes");
    assertThatThrownBy(() -> decode("\0\0\0\40ftypheic".getBytes(StandardCharsets.US_ASCII)))
        .hasMessageContaining("a HEIC picture");
    assertThatThrownBy(() -> decode(new byte[] {1, 2, (byte) 0xff}))
        .hasMessageContaining("a file that starts with the bytes 01 02 ff");
  }

  @Test
  void mutilated_files_are_read_or_refused_and_nothing_else() {
    SplittableRandom random = new SplittableRandom(20);
    for (Map.Entry<String, byte[]> file : smallFiles().entrySet()) {
      for (int round = 0; round < 150; round++) {
        byte[] content = mutilated(file.getValue(), random);
        if (file.getKey().startsWith("png")) {
          content = PictureFiles.pngWithChecksums(content);
        }
        try {
          var unused = decoder.maximumPixels(50_000).decode(content, "teo");
        } catch (UnreadableImageException e) {
          assertThat(e).hasMessageStartingWith("teo: ");
        } catch (Throwable e) {
          throw new AssertionError(file.getKey() + ", round " + round, e);
        }
      }
    }
  }

  private static byte[] mutilated(byte[] whole, SplittableRandom random) {
    byte[] content = whole.clone();
    int changes = 1 + random.nextInt(6);
    for (int i = 0; i < changes; i++) {
      // The first bytes decide most: half of the changes go there.
      int bound = random.nextBoolean() ? Math.min(content.length, 64) : content.length;
      int at = random.nextInt(bound);
      content[at] =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> -1;
            case 2 -> (byte) (content[at] ^ 1 << random.nextInt(8));
            default -> (byte) random.nextInt(256);
          };
    }
    return switch (random.nextInt(6)) {
      case 0 -> Arrays.copyOf(content, random.nextInt(content.length));
      case 1 ->
          PictureFiles.inserted(
              content, random.nextInt(content.length), new byte[random.nextInt(20)]);
      default -> content;
    };
  }

  private RgbImage decodeOrNull(byte[] content) {
    try {
      return decode(content);
    } catch (UnreadableImageException e) {
      return null;
    }
  }

  private Map<String, byte[]> smallFiles() {
    BufferedImage translucent = new BufferedImage(40, 24, BufferedImage.TYPE_4BYTE_ABGR);
    translucent.createGraphics().drawImage(picture.toBufferedImage(), 3, 3, null);
    BufferedImage indexed = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_INDEXED);
    indexed.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("baseline", PictureFiles.jpeg(picture, false));
    files.put("progressive", PictureFiles.jpeg(picture, true));
    files.put(
        "oriented",
        PictureFiles.jpegWithExif(PictureFiles.jpeg(picture, false), PictureFiles.exif(6)));
    files.put("cmyk", PictureFiles.cmykJpeg(16, 16, 90, 120, 40, 10));
    files.put("png", PictureFiles.png(picture));
    files.put("png with alpha", PictureFiles.write(translucent, "png"));
    files.put("png with a palette", PictureFiles.write(indexed, "png"));
    files.put("gif", PictureFiles.write(indexed, "gif"));
    files.put("bmp", PictureFiles.write(picture.toBufferedImage(), "bmp"));
    files.put("bmp with a palette", PictureFiles.write(indexed, "bmp"));
    files.put("webp", PictureFiles.webp(40, 24, 1, 2, 3, 200));
    return files;
  }

  @Test
  void many_threads_share_one_decoder() {
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    RgbImage expected = decode(jpeg);

    List<RgbImage> read = IntStream.range(0, 200).parallel().mapToObj(i -> decode(jpeg)).toList();

    assertThat(read).allMatch(expected::equals);
  }

  @Test
  void shows_its_limit() {
    assertThat(decoder.maximumPixels(5)).hasToString("ImageDecoder[maximumPixels=5]");
    assertThat(decoder.maximumPixels()).isEqualTo(100_000_000);
  }
}
