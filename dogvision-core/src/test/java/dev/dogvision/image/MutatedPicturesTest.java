package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.spi.contract.Tried;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Files that somebody or something changed: each is read or refused with a message about it, gives
 * back what it took, and takes no memory beyond what its header explains.
 *
 * <p>{@code -Ddogvision.mutations=20000} tries more, {@code -Ddogvision.mutationSeed=7} others.
 */
class MutatedPicturesTest {
  private static final int MUTATIONS = Integer.getInteger("dogvision.mutations", 2000);
  private static final long SEED = Long.getLong("dogvision.mutationSeed", 1);

  private final ImageDecoder decoder = ImageDecoder.standard().maximumPixels(2_000_000);

  @Test
  void should_read_or_refuse_whatever_was_changed() {
    List<Map.Entry<String, byte[]>> corpus = new ArrayList<>(corpus().entrySet());
    DecodingMemory memory = DecodingMemory.ofProcess();
    int read = 0;
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
      Map.Entry<String, byte[]> file = corpus.get(i % corpus.size());
      byte[] content = mutated(file.getValue(), corpus.get(random.nextInt(corpus.size())), random);
      if (random.nextInt(4) > 0 && file.getKey().startsWith("png")) {
        content = PictureFiles.pngWithChecksums(content);
      }
      String name = file.getKey() + ", mutation " + i + " of seed " + SEED;
      ImageDecoder asked = random.nextInt(8) == 0 ? decoder.readsCutPictures(true) : decoder;
      try {
        RgbImage image = asked.decode(content, name);
        assertThat(image.rgb()).as(name).hasSize(3 * image.width() * image.height());
        read++;
      } catch (UnreadableImageException e) {
        assertThat(e).hasMessageStartingWith(name + ": ");
        assertThat(e.problem()).as(name).isNotBlank().hasSizeLessThan(600);
        assertThat(e.getCause() instanceof OutOfMemoryError).as(name).isFalse();
        refused++;
      } catch (Throwable e) {
        throw new AssertionError(name, e);
      }
    }

    assertThat(memory.pixels().free()).isEqualTo(memory.pixels().limit());
    assertThat(memory.files().free()).isEqualTo(memory.files().limit());
    assertThat(read).isGreaterThan(MUTATIONS / 50);
    assertThat(refused).isGreaterThan(MUTATIONS / 5);
    Tried.note(
        getClass(),
        String.format(
            Locale.ROOT, "%,d mutations: %,d read, %,d refused", MUTATIONS, read, refused));
  }

  private static byte[] mutated(
      byte[] whole, Map.Entry<String, byte[]> other, SplittableRandom random) {
    byte[] content = whole.clone();
    for (int changes = random.nextInt(1, 8); changes > 0 && content.length > 8; changes--) {
      // The first bytes decide most: half of the changes go there.
      int bound = random.nextBoolean() ? Math.min(content.length, 64) : content.length;
      int at = random.nextInt(bound);
      switch (random.nextInt(9)) {
        case 0 -> content[at] = 0;
        case 1 -> content[at] = -1;
        case 2 -> content[at] ^= (byte) (1 << random.nextInt(8));
        case 3 -> content[at] = (byte) random.nextInt(256);
        case 4 -> content = Arrays.copyOf(content, at);
        case 5 -> content = PictureFiles.inserted(content, at, new byte[random.nextInt(40)]);
        case 6 -> {
          // A piece of itself once more
          int length = random.nextInt(Math.min(200, content.length - at) + 1);
          byte[] piece = Arrays.copyOfRange(content, at, at + length);
          content = PictureFiles.inserted(content, random.nextInt(content.length), piece);
        }
        case 7 -> {
          // A piece of another file
          byte[] from = other.getValue();
          int start = random.nextInt(from.length);
          int length = random.nextInt(Math.min(200, from.length - start) + 1);
          byte[] piece = Arrays.copyOfRange(from, start, start + length);
          content = PictureFiles.inserted(content, at, piece);
        }
        default -> {
          // A number of 4 bytes that is at the edge of something
          int[] edges = {0, 1, 0x7f, 0x80, 0xffff, 0x10000, Integer.MAX_VALUE, -1};
          int edge = edges[random.nextInt(edges.length)];
          for (int k = 0; k < 4 && at + k < content.length; k++) {
            content[at + k] = (byte) (edge >> (8 * (random.nextBoolean() ? k : 3 - k)));
          }
        }
      }
    }
    return content;
  }

  private static Map<String, byte[]> corpus() {
    RgbImage picture = PictureFiles.picture(40, 24, 1);
    BufferedImage grey = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_GRAY);
    grey.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    BufferedImage translucent = new BufferedImage(40, 24, BufferedImage.TYPE_4BYTE_ABGR);
    translucent.createGraphics().drawImage(picture.toBufferedImage(), 3, 3, null);
    BufferedImage indexed = new BufferedImage(40, 24, BufferedImage.TYPE_BYTE_INDEXED);
    indexed.createGraphics().drawImage(picture.toBufferedImage(), 0, 0, null);
    byte[] jpeg = PictureFiles.jpeg(picture, false);
    byte[] progressive = PictureFiles.jpeg(picture, true);
    byte[] png = PictureFiles.png(picture);
    byte[] exif = PictureFiles.exif(6);
    Map<String, byte[]> files = new LinkedHashMap<>();
    files.put("jpeg", jpeg);
    files.put("jpeg, progressive", progressive);
    files.put("jpeg, oriented", PictureFiles.jpegWithExif(jpeg, exif));
    files.put("jpeg, grey", PictureFiles.write(grey, "jpeg"));
    files.put(
        "jpeg, one component after the other",
        PictureBombs.jpegInSeparateScans(PictureFiles.write(grey, "jpeg")));
    files.put("jpeg, cmyk", PictureFiles.cmykJpeg(16, 16, 90, 120, 40, 10));
    files.put("png", png);
    files.put("png, grey", PictureFiles.write(grey, "png"));
    files.put("png, transparent", PictureFiles.write(translucent, "png"));
    files.put("png, palette", PictureFiles.write(indexed, "png"));
    files.put("png, oriented", PictureFiles.pngWithChunk(png, "eXIf", exif));
    files.put("gif", PictureFiles.write(indexed, "gif"));
    files.put("bmp", PictureFiles.write(picture.toBufferedImage(), "bmp"));
    files.put("bmp, palette", PictureFiles.write(indexed, "bmp"));
    files.put("webp", PictureFiles.webp(40, 24, 1, 2, 3, 200));
    files.put("webp, many codes", PictureBombs.webpOfManyCodes(20));
    files.put("webp, lossy", PictureBombs.lossyWebpPromising(40, 24));
    files.put("bomb of scans", PictureBombs.jpegWithLastScanRepeated(progressive, 120));
    files.put("bomb of transforms", PictureBombs.webpTransformedAgainAndAgain(40, 24, 3));
    files.put(
        "bomb of tags",
        PictureFiles.jpegWithExif(jpeg, PictureBombs.exifWhoseTagsShareOneRegion(100, 4000)));
    return files;
  }
}
