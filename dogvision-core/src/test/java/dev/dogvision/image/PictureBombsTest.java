package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Files that ask for more than they are worth are refused for what they ask. */
class PictureBombsTest {
  private final ImageDecoder decoder = ImageDecoder.standard();
  private final RgbImage picture = PictureFiles.picture(40, 24, 1);

  private void assertRefused(byte[] content, String message) {
    assertThatThrownBy(() -> decoder.decode(content, "teo"))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("teo: ")
        .hasMessageContaining(message);
  }

  @Test
  void should_refuse_more_scans_than_anybody_writes() {
    byte[] jpeg = PictureFiles.jpeg(picture, true);

    assertThat(decoder.decode(PictureBombs.jpegWithLastScanRepeated(jpeg, 80), "teo"))
        .hasToString("RgbImage[40 x 24]");
    assertRefused(
        PictureBombs.jpegWithLastScanRepeated(jpeg, 300),
        "JPEG, 101 scans; at most 100 are read, more than any camera writes");
  }

  @Test
  void should_refuse_many_scans_of_many_pixels_by_the_work_that_they_are() {
    byte[] jpeg = PictureFiles.jpeg(PictureFiles.picture(40, 24, 1), true);
    byte[] many = PictureBombs.jpegWithLastScanRepeated(jpeg, 80);

    assertRefused(
        PictureFiles.jpegPromising(many, 4000, 2000),
        "JPEG of 4000 x 2000 pixels in 89 scans of 3 components, which takes as long as a plain"
            + " JPEG of 150 million; at most 100000000 are read. To read more, give"
            + " ImageDecoder.standard().maximumPixels(...) to DatasetBuilder.decoder or"
            + " Predictor.builder(...).decoder");
  }

  @Test
  void should_refuse_more_segments_or_chunks_than_anybody_writes() {
    byte[] comment = {(byte) 0xff, (byte) 0xfe, 0, 2};
    byte[] png = PictureFiles.png(picture);
    byte[] webp = PictureFiles.webpImage(6, 5, 1, 2, 3, 255);

    assertRefused(
        PictureFiles.inserted(
            PictureFiles.jpeg(picture, false), 2, PictureBombs.repeated(comment, 5000)),
        "4001 segments; at most 4000");
    assertRefused(
        PictureFiles.inserted(
            png, 33, PictureBombs.repeated(PictureBombs.pngChunk("tEXt"), 130_000)),
        "120001 chunks; at most 120000");
    assertRefused(
        PictureFiles.riff(
            PictureBombs.repeated(PictureFiles.chunk("JUNK", new byte[0]), 11_000), webp),
        "10001 chunks; at most 10000");
  }

  @Test
  void should_refuse_a_gif_that_makes_its_table_anew_all_the_time_however_small_it_is() {
    assertThat(decoder.decode(PictureBombs.gifClearing(90, 90, 1000), "teo"))
        .hasToString("RgbImage[90 x 90]");
    for (int side : new int[] {90, 300}) {
      assertRefused(
          PictureBombs.gifClearing(side, side, 1_100_000),
          "GIF of "
              + side
              + " x "
              + side
              + " pixels in codes that take so long to follow, which"
              + " takes as long as a plain JPEG of 11");
    }
  }

  @Test
  void should_refuse_a_bmp_whose_runs_go_nowhere() {
    assertThat(decoder.decode(PictureBombs.bmpGoingNowhere(90, 90, 1000), "teo"))
        .hasToString("RgbImage[90 x 90]");
    byte[] bomb = PictureBombs.bmpGoingNowhere(90, 90, 11_000_000);
    assertThatThrownBy(() -> decoder.maximumPixels(8100).decode(bomb, "teo"))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining(
            "BMP of 90 x 90 pixels in compression 1, which takes as long as a plain JPEG of 11");
  }

  @Test
  void should_refuse_frames_in_frames_however_deep() {
    assertRefused(PictureBombs.webpOfNestedFrames(200_000), "WebP, it holds no picture");
  }

  @Test
  void should_count_what_makes_a_pixel_slow_besides_its_scans() {
    byte[] noise = new byte[3 * 500 * 500];
    new Random(1).nextBytes(noise);
    RgbImage picture = new RgbImage(500, 500, noise);

    assertThat(
            work(
                ImageFormat.JPEG,
                PictureFiles.jpeg(new RgbImage(500, 500, new byte[750_000]), false)))
        .isEqualTo(1);
    assertThat(work(ImageFormat.JPEG, PictureFiles.jpeg(picture, false))).isGreaterThan(1.3);
    byte[] png = PictureFiles.png(picture);
    double plain = work(ImageFormat.PNG, png);
    byte[] interlaced = png.clone();
    interlaced[28] = 1;
    assertThat(work(ImageFormat.PNG, PictureFiles.pngWithChecksums(interlaced)))
        .isGreaterThan(plain + 1);
    byte[] gamma = PictureFiles.pngWithChunk(png, "gAMA", new byte[] {0, 0, 0x75, 0x30});
    assertThat(work(ImageFormat.PNG, gamma)).isGreaterThan(plain + 1);
    assertThat(work(ImageFormat.PNG, PictureFiles.pngWithChunk(png, "tRNS", new byte[6])))
        .isGreaterThan(plain + 1);
    assertThat(work(ImageFormat.PNG, PictureFiles.pngPromising(png, 1, 250_000)))
        .isGreaterThan(plain + 1);
  }

  private static double work(ImageFormat format, byte[] content) {
    return FileStructure.of(format, content).workPerPixel;
  }

  @Test
  void should_refuse_a_webp_of_many_pixels_by_the_work_that_they_are() {
    assertRefused(
        PictureFiles.webp(16_000, 6000, 1, 2, 3, 255),
        "WebP of 16000 x 6000 pixels in lossless compression, which takes as long as a plain JPEG"
            + " of 480 million");
  }

  @Test
  void should_refuse_a_webp_whose_image_is_not_of_its_canvas() {
    byte[] image = PictureFiles.webpImage(2000, 2000, 1, 2, 3, 255);

    assertRefused(
        PictureFiles.riff(
            PictureFiles.chunk("VP8X", new byte[] {0, 0, 0, 0, 5, 0, 0, 4, 0, 0}), image),
        "an image of 2000 x 2000 pixels in a frame of 6 x 5 at 0, 0 of a canvas of 6 x 5");
  }

  @Test
  void should_decode_one_image_of_a_webp_that_holds_many() {
    byte[] image = PictureFiles.webpImage(6, 5, 1, 2, 3, 255);
    byte[] another = PictureFiles.webpImage(6, 5, 9, 9, 9, 255);
    byte[] webp =
        PictureFiles.riff(
            PictureFiles.chunk("VP8X", new byte[] {0, 0, 0, 0, 5, 0, 0, 4, 0, 0}),
            image,
            PictureBombs.repeated(another, 1000));

    assertThat(Arrays.copyOf(decoder.decode(webp, "teo").rgb(), 3)).containsExactly(1, 2, 3);
  }

  @Test
  void should_stop_a_lossless_webp_whose_tables_take_more_memory_than_its_pixels() {
    assertRefused(PictureBombs.webpOfManyCodes(40_000), "it takes more memory than the");
  }

  @Test
  void should_refuse_a_lossless_webp_that_is_transformed_again_and_again() {
    assertRefused(
        PictureBombs.webpTransformedAgainAndAgain(500, 400, 100_000),
        "the same transform comes twice");
  }

  @Test
  void should_stop_a_reader_that_allocates_more_than_a_picture_of_its_size_explains() {
    DecodingGuard guard = new DecodingGuard(1 << 20);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i < 100_000; i++) {
                byte[] piece = new byte[100_000];
                guard.check();
                assertThat(piece).isNotEmpty();
              }
            })
        .hasMessage("it takes more memory than the 1 MB that a picture of its size explains");
  }

  @Test
  void should_pass_over_a_profile_for_colours_of_another_kind() {
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    byte[] plain = PictureFiles.cmykJpeg(400, 300, 10, 100, 30, 40);
    byte[] wrong = PictureFiles.inserted(plain, 2, PictureBombs.jpegProfile(profile));

    assertThat(decoder.decode(wrong, "teo")).isEqualTo(decoder.decode(plain, "teo"));
    assertThat(FileStructure.of(ImageFormat.JPEG, wrong).readable()).isEqualTo(plain);
  }

  @Test
  void should_refuse_a_jpeg_that_promises_more_components_than_it_describes() {
    ByteArrayOutputStream jpeg = new ByteArrayOutputStream();
    jpeg.writeBytes(new byte[] {(byte) 0xff, (byte) 0xd8, (byte) 0xff, (byte) 0xc0, 0, 35});
    jpeg.writeBytes(new byte[] {8, 0, 16, 0, 16, 12});
    for (int i = 0; i < 9; i++) {
      jpeg.writeBytes(new byte[] {(byte) i, 0x11, 0});
    }
    jpeg.writeBytes(new byte[] {(byte) 0xff, (byte) 0xda, 0, 30, 12});
    for (int i = 0; i < 12; i++) {
      jpeg.writeBytes(new byte[] {(byte) (i < 9 ? i : 0), 0});
    }
    jpeg.writeBytes(new byte[] {0, 63, 0, 1, 2, 3, (byte) 0xff, (byte) 0xd9});

    assertThatThrownBy(() -> ImageDecoder.standard().decode(jpeg.toByteArray(), "teo"))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageStartingWith("teo: JPEG");
  }

  @Test
  void should_refuse_a_bmp_whose_header_is_longer_than_its_file() {
    byte[] bmp = new byte[35];
    bmp[0] = 'B';
    bmp[1] = 'M';
    bmp[14] = 64; // OS/2's
    bmp[18] = 1;
    bmp[22] = 1;
    bmp[28] = 24;
    assertRefused(bmp, "BMP, cut short: its header promises 64 bytes of itself; fetch it again");
  }

  @Test
  void should_refuse_a_bmp_that_wraps_another_file() {
    byte[] bmp = PictureFiles.write(picture.toBufferedImage(), "bmp");
    for (int compression : new int[] {4, 5}) {
      byte[] wrapping = bmp.clone();
      wrapping[30] = (byte) compression;

      assertRefused(wrapping, "a BMP that wraps a " + (compression == 4 ? "JPEG" : "PNG"));
    }
  }

  @Test
  void should_end_at_an_interrupt_and_keep_it() {
    byte[] png = PictureFiles.png(picture);
    for (byte[] content : List.of(png, PictureFiles.jpeg(picture, false))) {
      Thread.currentThread().interrupt();
      try {
        assertThatThrownBy(() -> decoder.decode(content, "teo"))
            .isInstanceOf(DogVisionException.class)
            .isNotInstanceOf(UnreadableImageException.class)
            .hasMessage("teo: interrupted while it was read");
      } finally {
        assertThat(Thread.interrupted()).isTrue();
      }
    }
  }

  @Test
  void should_end_a_decode_that_runs_at_an_interrupt() throws InterruptedException {
    byte[] jpeg =
        PictureBombs.jpegWithLastScanRepeated(
            PictureFiles.jpeg(new RgbImage(4000, 3000, new byte[36_000_000]), true), 90);
    ImageDecoder patient = decoder.maximumPixels(2_000_000_000);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    AtomicBoolean stillInterrupted = new AtomicBoolean();
    Thread thread =
        new Thread(
            () -> {
              try {
                var unused = patient.decode(jpeg, "teo");
              } catch (Throwable e) {
                failure.set(e);
              }
              stillInterrupted.set(Thread.currentThread().isInterrupted());
            });
    DecodingMemory.Pool pixels = DecodingMemory.ofProcess().pixels();

    thread.start();
    while (pixels.free() == pixels.limit()) {
      Thread.onSpinWait();
    }
    thread.interrupt();
    thread.join();

    assertThat(failure.get()).hasMessage("teo: interrupted while it was read");
    assertThat(stillInterrupted).isTrue();
    assertThat(pixels.free()).isEqualTo(pixels.limit());
  }
}
