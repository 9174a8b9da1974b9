package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Files count as memory while they are read, whether their length is known before or not. */
class FileMemoryTest {
  private static final byte[] PNG = PictureFiles.png(PictureFiles.picture(40, 24, 1));

  private final DecodingMemory memory = new DecodingMemory(1600, 2);

  private void assertAllGivenBack(DecodingMemory of) {
    assertThat(of.files().free()).isEqualTo(of.files().limit());
    assertThat(of.reserve().free()).isEqualTo(of.reserve().limit());
  }

  @Test
  void should_take_the_small_from_what_all_share_and_the_large_from_the_reserve() throws Exception {
    try (FileMemory small = new FileMemory(memory);
        FileMemory large = new FileMemory(memory)) {
      small.need(60);
      assertThat(memory.files().free()).isEqualTo(40);
      large.need(101);
      assertThat(memory.reserve().free()).isZero();
      large.need(large.limit()); // is there already
      small.need(90);
      assertThat(memory.files().free()).isEqualTo(10);
    }
    assertAllGivenBack(memory);
  }

  @Test
  @Timeout(60)
  void files_that_grow_at_once_never_wait_for_each_other() throws Exception {
    int count = 8;
    CyclicBarrier begun = new CyclicBarrier(count);
    List<String> outcomes = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Thread thread =
          new Thread(
              () -> {
                try (FileMemory file = new FileMemory(memory)) {
                  file.need(12);
                  begun.await();
                  for (long bytes = 24; bytes <= file.limit(); bytes += 12) {
                    file.need(bytes);
                  }
                  outcomes.add("read");
                } catch (Exception e) {
                  outcomes.add(e.toString());
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(outcomes).hasSize(count).containsOnly("read");
    assertAllGivenBack(memory);
  }

  @Test
  void an_interrupt_ends_the_wait_for_the_reserve() throws Exception {
    try (FileMemory first = new FileMemory(memory);
        FileMemory second = new FileMemory(memory)) {
      first.need(200);
      second.need(90);
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> second.need(300)).isInstanceOf(InterruptedException.class);
    }
    assertAllGivenBack(memory);
  }

  /** Gives its bytes, and notes how much memory is taken when it is asked for them. */
  private static final class Watching extends InputStream {
    private final InputStream bytes;
    private final List<Long> taken = new ArrayList<>();
    private boolean closed;

    Watching(byte[] content) {
      this.bytes = new ByteArrayInputStream(content);
    }

    private void look() {
      DecodingMemory.Pool files = DecodingMemory.ofProcess().files();
      DecodingMemory.Pool reserve = DecodingMemory.ofProcess().reserve();
      taken.add(files.limit() - files.free() + reserve.limit() - reserve.free());
    }

    @Override
    public int read() throws IOException {
      look();
      return bytes.read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      look();
      return bytes.read(target, offset, length);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  @Test
  void streams_of_every_kind_count_as_they_are_read() {
    ImageDecoder decoder = ImageDecoder.standard();
    byte[] longer = Arrays.copyOf(PNG, 3_000_000); // what follows a PNG counts as read

    for (boolean once : new boolean[] {true, false}) {
      Watching stream = new Watching(longer);
      ImageSource source =
          once ? ImageSource.once("upload", stream) : ImageSource.of("row", () -> stream);
      assertThat(decoder.decode(source)).hasToString("RgbImage[40 x 24]");
      assertThat(stream.taken).isNotEmpty().allMatch(bytes -> bytes > 0);
      assertThat(stream.taken.get(stream.taken.size() - 1)).isGreaterThanOrEqualTo(3_000_000);
      assertThat(stream.closed).isEqualTo(!once);
    }
    Watching kept = new Watching(longer);
    assertThat(ImageSource.read("upload", kept).contentHash()).hasSize(64);
    assertThat(kept.taken.get(kept.taken.size() - 1)).isGreaterThanOrEqualTo(3_000_000);
    assertAllGivenBack(DecodingMemory.ofProcess());
  }

  @Test
  void a_stream_that_is_read_once_says_so() {
    ImageSource once = ImageSource.once("upload", new ByteArrayInputStream(PNG));
    assertThat(ImageDecoder.standard().decode(once)).hasToString("RgbImage[40 x 24]");

    assertThatThrownBy(() -> ImageDecoder.standard().decode(once))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessage(
            "upload: the stream was read before; ImageSource.read(name, stream) makes a picture of"
                + " it that can be read again");
  }

  @Test
  void a_stream_without_end_is_refused_at_the_limit_of_files_however_it_comes() {
    String message = "more than " + DecodingMemory.ofProcess().reserve().limit() + " bytes";
    ImageDecoder decoder = ImageDecoder.standard();
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 1;
          }

          @Override
          public int read(byte[] target, int offset, int length) {
            return length;
          }
        };

    for (ImageSource source :
        List.of(
            ImageSource.once("upload", endless),
            ImageSource.of("row", () -> endless),
            ImageSource.of(URI.create("store://dogs/17"), uri -> endless))) {
      assertThatThrownBy(() -> decoder.decode(source))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining(message)
          .hasMessageContaining("-Ddogvision.decoding.memory=");
      assertThatThrownBy(source::loaded).isInstanceOf(DogVisionException.class);
    }
    assertThatThrownBy(() -> ImageSource.read("upload", endless)).hasMessageContaining(message);
    assertAllGivenBack(DecodingMemory.ofProcess());
  }

  @Test
  void a_hash_comes_of_the_same_reading(@TempDir Path folder) throws IOException {
    Path file = Files.write(folder.resolve("teo.png"), PNG);
    String expected = ImageSource.of("teo", PNG).contentHash();
    RgbImage pixels = ImageDecoder.standard().decode(file);
    for (ImageSource source :
        List.of(
            ImageSource.of(file),
            ImageSource.of("teo", PNG),
            ImageSource.once("teo", new ByteArrayInputStream(PNG)),
            ImageSource.of("pixels", pixels))) {
      List<String> hashes = new ArrayList<>();
      int width =
          ImageDecoder.standard().<Integer>decodeHashed(source, hashes::add, RgbImage::width);

      assertThat(width).isEqualTo(40);
      assertThat(hashes)
          .containsExactly(source.name().equals("pixels") ? source.contentHash() : expected);
    }
    List<String> hashes = new ArrayList<>();
    ImageSource cut = ImageSource.of("cut", Arrays.copyOf(PNG, PNG.length - 30));
    assertThatThrownBy(
            () -> ImageDecoder.standard().<Integer>decodeHashed(cut, hashes::add, RgbImage::width))
        .isInstanceOf(UnreadableImageException.class);
    assertThat(hashes).containsExactly(cut.contentHash());
  }
}
