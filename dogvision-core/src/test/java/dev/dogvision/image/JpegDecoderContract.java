package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.spi.JpegDecoder;
import dev.dogvision.spi.contract.Tried;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link JpegDecoder} keeps to: the same pixels as Java's own reader, and nothing read
 * that it refuses.
 */
public abstract class JpegDecoderContract {
  private static final int MUTATIONS = Integer.getInteger("dogvision.mutations", 2000);
  private static final long SEED = Long.getLong("dogvision.mutationSeed", 1);

  /** In the mean, of 255. */
  private static final double SAME = 1.5;

  private final ImageDecoder java = ImageDecoder.standard().javaOnly(true).maximumPixels(2_000_000);
  private Counting counting;
  private ImageDecoder decoder;

  /** For subclasses. */
  protected JpegDecoderContract() {}

  /** The decoder, not yet loaded. */
  protected abstract JpegDecoder create();

  @BeforeEach
  void load() throws IOException {
    counting = new Counting(create());
    counting.load();
    decoder = ImageDecoder.standard().maximumPixels(2_000_000).jpegDecoder(counting);
  }

  @Test
  void should_give_the_pixels_that_java_gives() {
    wholeFiles()
        .forEach(
            (name, file) -> {
              int before = counting.read.get();

              RgbImage image = decoder.decode(file, name);

              assertThat(counting.read).as(name).hasValue(before + 1);
              assertThat(PictureFiles.difference(image, java.decode(file, name)))
                  .as(name)
                  .isLessThan(SAME);
            });
  }

  @Test
  void should_never_read_what_java_refuses() {
    List<Map.Entry<String, byte[]>> files = new ArrayList<>(wholeFiles().entrySet());
    MutatedPictures.corpus().entrySet().stream()
        .filter(file -> file.getKey().startsWith("jpeg") || file.getKey().startsWith("bomb"))
        .forEach(files::add);
    DecodingMemory memory = DecodingMemory.ofProcess();
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
      Map.Entry<String, byte[]> file = files.get(i % files.size());
      byte[] content =
          random.nextInt(3) > 0
              ? withChangedScans(file.getValue(), random)
              : MutatedPictures.mutated(
                  file.getValue(), files.get(random.nextInt(files.size())), random);
      String name = file.getKey() + ", mutation " + i + " of seed " + SEED;
      // From the whole picture to an eighth of it
      Preprocessing wanted = square(12 >> random.nextInt(4));
      String expected = problem(java, content, name, wanted);
      assertThat(problem(decoder, content, name, wanted)).as(name).isEqualTo(expected);
      refused += expected.isEmpty() ? 0 : 1;
    }

    assertThat(memory.pixels().free()).isEqualTo(memory.pixels().limit());
    assertThat(memory.files().free()).isEqualTo(memory.files().limit());
    assertThat(counting.read.get()).isGreaterThan(MUTATIONS / 20);
    assertThat(counting.asked.get() - counting.read.get()).isGreaterThan(MUTATIONS / 20);
    Tried.note(
        getClass(),
        String.format(
            Locale.ROOT,
            "%,d mutated JPEGs: %,d refused as by Java, %,d decoded, %,d left to Java",
            MUTATIONS,
            refused,
            counting.read.get(),
            counting.asked.get() - counting.read.get()));
  }

  /** Why a decoder refuses a file; empty where it reads it. */
  static String problem(ImageDecoder decoder, byte[] content, String name, Preprocessing wanted) {
    try {
      RgbImage image = decoder.decode(ImageSource.of(name, content), wanted);
      assertThat(image.rgb()).hasSize(3 * image.width() * image.height());
      return "";
    } catch (UnreadableImageException e) {
      return e.problem();
    }
  }

  /** Damage where the pixels are, which no structure tells of. */
  static byte[] withChangedScans(byte[] whole, SplittableRandom random) {
    byte[] content = whole.clone();
    int scans = Math.min(content.length - 4, startOfScan(content));
    for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
      int at = random.nextInt(scans, content.length - 2);
      content[at] =
          random.nextBoolean()
              ? (byte) random.nextInt(256)
              : (byte) (content[at] ^ 1 << random.nextInt(8));
    }
    return content;
  }

  /** Where the first scan's data begin. */
  static int startOfScan(byte[] jpeg) {
    for (int i = 2; i + 3 < jpeg.length; i++) {
      if (jpeg[i] == (byte) 0xff && jpeg[i + 1] == (byte) 0xda) {
        return i + 2 + ((jpeg[i + 2] & 0xff) << 8 | (jpeg[i + 3] & 0xff));
      }
    }
    return jpeg.length / 2;
  }

  @Test
  void should_tell_of_codes_that_no_table_has() {
    byte[] whole = PictureFiles.jpeg(PictureFiles.picture(200, 160, 3), false);
    int scan = startOfScan(whole);
    int told = 0;
    int tries = 0;
    for (int at = scan + 8; at < whole.length - 64; at += 97) {
      if (whole[at - 1] == (byte) 0xff) {
        continue;
      }
      byte[] damaged = whole.clone();
      for (int i = 0; i < 8; i++) {
        damaged[at + i] = i % 2 == 0 ? (byte) 0xff : 0; // ones, as a scan has them
      }
      JpegStructure structure = new JpegStructure(damaged);
      structure.read();
      assertThat(structure.isPlain()).isTrue();
      tries++;
      try {
        counting.decode(structure.bare(), 1, 200, 160, new byte[3 * 200 * 160]);
      } catch (IOException expected) {
        told++;
      }
    }

    // 32 ones are in no table, wherever they begin.
    assertThat(tries).isGreaterThan(20);
    assertThat(told).isEqualTo(tries);
  }

  @Test
  void should_refuse_every_part_of_a_file() {
    for (Map.Entry<String, byte[]> file : wholeFiles().entrySet()) {
      byte[] whole = file.getValue();
      for (int part = 1; part < 40; part++) {
        byte[] cut = Arrays.copyOf(whole, (int) ((long) whole.length * part / 40));
        String problem = problem(decoder, cut, file.getKey(), square(4));

        assertThat(problem)
            .as("%s of %s", part, file.getKey())
            .isNotEmpty()
            .isEqualTo(problem(java, cut, file.getKey(), square(4)));
      }
    }
    assertThat(counting.asked).hasValue(0);
  }

  @Test
  void should_decode_large_pictures_at_reduced_scale() {
    RgbImage picture = PictureFiles.picture(1003, 805, 4);
    ImageDecoder asked = decoder.maximumPixels(20_000_000);
    ImageDecoder plain = java.maximumPixels(20_000_000);
    for (boolean progressive : new boolean[] {false, true}) {
      byte[] file =
          PictureFiles.jpegWithExif(PictureFiles.jpeg(picture, progressive), PictureFiles.exif(6));
      for (int side : new int[] {1, 25, 50, 100, 201, 202, 300, 402, 900}) {
        for (ResizeRule rule : ResizeRule.values()) {
          Preprocessing wanted = square(side).withResizeRule(rule).withCropFraction(0.875);
          ImageSource source = ImageSource.of("large", file);

          RgbImage small = asked.decode(source, wanted);

          int reduction = wanted.reduction(1003, 805);
          assertThat(small.width()).isEqualTo((805 + reduction - 1) / reduction);
          assertThat(small.height()).isEqualTo((1003 + reduction - 1) / reduction);
          assertThat(
                  PictureFiles.difference(wanted.apply(small), wanted.apply(plain.decode(source))))
              .as("%s pixels, %s, by %s", side, rule, reduction)
              .isLessThan(2);
        }
      }
    }
    assertThat(square(202).reduction(1003, 805)).isEqualTo(1);
    assertThat(square(201).reduction(1003, 805)).isEqualTo(2);
    assertThat(square(50).reduction(1003, 805)).isEqualTo(8);
    assertThat(counting.read.get()).isEqualTo(counting.asked.get()).isGreaterThan(50);
  }

  @Test
  void should_not_be_asked_about_what_is_not_plain() {
    byte[] jpeg = PictureFiles.jpeg(PictureFiles.picture(64, 48, 5), false);
    byte[] adobe = {
      (byte) 0xff, (byte) 0xee, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, 0
    };
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("inks", PictureFiles.cmykJpeg(16, 16, 90, 120, 40, 10));
    files.put("RGB as Adobe marks it", PictureFiles.inserted(jpeg, 2, adobe));
    files.put("something between segments", PictureFiles.inserted(jpeg, 2, new byte[5]));
    files.put("PNG", PictureFiles.png(PictureFiles.picture(64, 48, 5)));
    files.forEach(
        (name, file) ->
            assertThat(decoder.decode(file, name)).as(name).isEqualTo(java.decode(file, name)));
    byte[] promising = PictureFiles.jpegPromising(jpeg, 20_000, 20_000);
    assertThatThrownBy(() -> decoder.decode(promising, "bomb"))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("20000 x 20000");
    var unused = decoder.javaOnly(true).decode(jpeg, "plain");

    assertThat(counting.asked).hasValue(0);
  }

  @Test
  void should_end_where_the_thread_is_interrupted() {
    byte[] jpeg = PictureFiles.jpeg(PictureFiles.picture(64, 48, 6), false);
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> decoder.decode(jpeg, "photograph"))
          .isInstanceOf(DogVisionException.class)
          .hasMessageContaining("interrupted");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void should_serve_many_threads_alike() throws Exception {
    byte[] jpeg = PictureFiles.jpeg(PictureFiles.picture(320, 200, 7), false);
    RgbImage expected = decoder.decode(jpeg, "photograph");
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<RgbImage>> images = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        images.add(threads.submit(() -> decoder.decode(jpeg, "photograph")));
      }
      for (Future<RgbImage> image : images) {
        assertThat(image.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private static Preprocessing square(int side) {
    return new Preprocessing(
        side, ResizeRule.STRETCH, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
  }

  /** Whole files that a decoder is asked about. */
  private static Map<String, byte[]> wholeFiles() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    for (int[] size : new int[][] {{1, 1}, {8, 8}, {17, 33}, {129, 71}}) {
      RgbImage picture = PictureFiles.picture(size[0], size[1], size[0]);
      String pixels = size[0] + " x " + size[1];
      byte[] jpeg = PictureFiles.jpeg(picture, false);
      BufferedImage grey = new BufferedImage(size[0], size[1], BufferedImage.TYPE_BYTE_GRAY);
      grey.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
      files.put("plain, " + pixels, jpeg);
      files.put("progressive, " + pixels, PictureFiles.jpeg(picture, true));
      files.put("grey, " + pixels, PictureFiles.write(grey, "jpeg"));
      for (int orientation = 2; orientation <= 8; orientation++) {
        files.put(
            "held " + orientation + ", " + pixels,
            PictureFiles.jpegWithExif(jpeg, PictureFiles.exif(orientation)));
      }
    }
    byte[] jpeg = PictureFiles.jpeg(PictureFiles.picture(90, 60, 9), false);
    byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    files.put("with a profile", PictureFiles.inserted(jpeg, 20, PictureBombs.jpegProfile(linear)));
    return files;
  }

  /** Counts what a decoder is asked for and reads. */
  private static final class Counting implements JpegDecoder {
    final AtomicInteger asked = new AtomicInteger();
    final AtomicInteger read = new AtomicInteger();
    private final JpegDecoder decoder;

    Counting(JpegDecoder decoder) {
      this.decoder = decoder;
    }

    @Override
    public String name() {
      return decoder.name();
    }

    @Override
    public void load() throws IOException {
      decoder.load();
    }

    @Override
    public long memory(int width, int height) {
      return decoder.memory(width, height);
    }

    @Override
    public void decode(byte[] jpeg, int reduction, int width, int height, byte[] rgb)
        throws IOException {
      asked.incrementAndGet();
      decoder.decode(jpeg, reduction, width, height, rgb);
      read.incrementAndGet();
    }
  }
}
