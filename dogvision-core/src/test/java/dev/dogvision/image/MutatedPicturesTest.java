package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.spi.contract.Tried;
import java.util.ArrayList;
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
    List<Map.Entry<String, byte[]>> corpus = new ArrayList<>(MutatedPictures.corpus().entrySet());
    DecodingMemory memory = DecodingMemory.ofProcess();
    int read = 0;
    int refused = 0;
    for (int i = 0; i < MUTATIONS; i++) {
      SplittableRandom random = new SplittableRandom(SEED * 1_000_003 + i);
      Map.Entry<String, byte[]> file = corpus.get(i % corpus.size());
      byte[] content =
          MutatedPictures.mutated(
              file.getValue(), corpus.get(random.nextInt(corpus.size())), random);
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
}
