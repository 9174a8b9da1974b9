package dev.dogvision.internal.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.image.RgbImage;
import dev.dogvision.spi.PixelBatch;
import java.io.ByteArrayInputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InferencePipelineTest {
  private static final int SIDE = 4;
  private static final InferencePipeline PIPELINE =
      InferencePipeline.of(ImageDecoder.standard(), preprocessing(), 8);

  private static Preprocessing preprocessing() {
    return new Preprocessing(
        SIDE, ResizeRule.STRETCH, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));
  }

  /** A grey picture whose value is its number. */
  private static ImageSource picture(int number) {
    byte[] rgb = new byte[SIDE * SIDE * 3];
    Arrays.fill(rgb, (byte) number);
    return ImageSource.of("picture " + number, new RgbImage(SIDE, SIDE, rgb));
  }

  private static Stream<ImageSource> pictures(int count) {
    return IntStream.range(0, count).mapToObj(InferencePipelineTest::picture);
  }

  private static ImageSource broken(String name) {
    return ImageSource.of(name, () -> new ByteArrayInputStream(new byte[] {1, 2, 3}));
  }

  /** Says of each picture its value and how many came with it. */
  private static float[] network(PixelBatch batch) {
    float[] values = new float[2 * batch.size()];
    for (int i = 0; i < batch.size(); i++) {
      values[2 * i] = batch.pixels()[i * SIDE * SIDE * 3] & 0xff;
      values[2 * i + 1] = batch.size();
    }
    return values;
  }

  @Test
  void rows_come_in_the_order_of_the_pictures() {
    List<Float> values = new ArrayList<>();
    try (PictureBatches batches = PIPELINE.batches(pictures(251).iterator())) {
      while (batches.hasNext()) {
        PictureBatch batch = batches.next();
        for (float[] row : batch.run(InferencePipelineTest::network)) {
          values.add(row[0]);
          assertThat(row[1]).isEqualTo(batch.size());
        }
      }
    }
    assertThat(values)
        .containsExactlyElementsOf(IntStream.range(0, 251).mapToObj(i -> (float) i).toList());
  }

  @Test
  void should_end_what_its_threads_wait_for_as_it_is_closed() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    ImageSource endless =
        ImageSource.of(
            "endless",
            () -> {
              begun.countDown();
              try {
                new CountDownLatch(1).await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return new ByteArrayInputStream(new byte[0]);
            });
    PictureBatches batches = PIPELINE.batches(List.of(endless, endless, endless).iterator());
    assertThat(batches.hasNext()).isTrue();
    begun.await();

    batches.close();

    assertThat(batches.hasNext()).isFalse();
  }

  @Test
  void full_batches_keep_the_company_of_every_picture_alike() {
    try (PictureBatches batches = PIPELINE.inFullBatches().batches(pictures(9).iterator())) {
      assertThat(batches.next().run(InferencePipelineTest::network)).hasNumberOfRows(8);
      float[][] last = batches.next().run(InferencePipelineTest::network);
      assertThat(last).isDeepEqualTo(new float[][] {{8, 8}});
    }
  }

  @Test
  void what_cannot_be_read_has_a_problem_and_no_row() {
    List<ImageSource> sources = List.of(picture(7), broken("torn"), picture(9));
    try (PictureBatches batches = PIPELINE.batches(sources.iterator())) {
      PictureBatch batch = batches.next();

      float[][] rows = batch.run(InferencePipelineTest::network);

      assertThat(rows).isDeepEqualTo(new float[][] {{7, 3}, null, {9, 3}});
      assertThat(batch.problem(0)).isEmpty();
      assertThat(batch.problem(1).orElseThrow())
          .hasMessageStartingWith("torn: not JPEG, PNG, GIF, BMP or WebP");
      assertThat(batch.source(1)).isSameAs(sources.get(1));
    }
  }

  @Test
  void nothing_is_run_where_nothing_can_be_read() {
    try (PictureBatches batches = PIPELINE.batches(List.of(broken("a"), broken("b")).iterator())) {
      float[][] rows =
          batches
              .next()
              .run(
                  batch -> {
                    throw new AssertionError("run");
                  });
      assertThat(rows).isDeepEqualTo(new float[2][]);
    }
  }

  @Test
  void asks_for_only_so_many_pictures_ahead_and_only_where_batches_are_taken() {
    AtomicInteger asked = new AtomicInteger();
    Set<Thread> askers = ConcurrentHashMap.newKeySet();
    Iterator<ImageSource> endless =
        Stream.generate(
                () -> {
                  askers.add(Thread.currentThread());
                  return picture(asked.incrementAndGet() % 100);
                })
            .iterator();
    try (PictureBatches batches = PIPELINE.batches(endless)) {
      assertThat(asked).hasValue(0);
      for (int taken = 1; taken < 20; taken++) {
        var unused = batches.next();
        assertThat(asked.get()).isLessThanOrEqualTo(8 * (taken + 2));
      }
    }
    assertThat(askers).containsExactly(Thread.currentThread());
  }

  @Test
  void a_source_is_read_once_for_its_pixels_and_its_hash() {
    AtomicInteger opened = new AtomicInteger();
    byte[] bmp = bmp();
    ImageSource source =
        ImageSource.of(
            "row 17",
            () -> {
              opened.incrementAndGet();
              return new ByteArrayInputStream(bmp);
            });
    try (PictureBatches batches = PIPELINE.withHashes().batches(List.of(source).iterator())) {
      PictureBatch batch = batches.next();
      assertThat(batch.problem(0)).isEmpty();
      assertThat(batch.hash(0)).isEqualTo(ImageSource.of("other", bmp).contentHash());
    }
    assertThat(opened).hasValue(1);
  }

  /** One white pixel. */
  private static byte[] bmp() {
    byte[] bmp = new byte[58];
    bmp[0] = 'B';
    bmp[1] = 'M';
    bmp[2] = 58;
    bmp[10] = 54;
    bmp[14] = 40;
    bmp[18] = 1;
    bmp[22] = 1;
    bmp[26] = 1;
    bmp[28] = 24;
    Arrays.fill(bmp, 54, 57, (byte) 0xff);
    return bmp;
  }

  @Test
  void a_single_picture_needs_no_thread() {
    Set<Thread> threads = ConcurrentHashMap.newKeySet();
    try (PictureBatches batches = PIPELINE.batches(List.of(remembering(threads)).iterator())) {
      var unused = batches.next();
      assertThat(batches.hasNext()).isFalse();
    }
    assertThat(threads).containsExactly(Thread.currentThread());
  }

  private static ImageSource remembering(Set<Thread> threads) {
    return ImageSource.of(
        "remembering",
        () -> {
          threads.add(Thread.currentThread());
          return new ByteArrayInputStream(bmp());
        });
  }

  @Test
  void no_thread_is_left_whether_closed_or_abandoned() throws InterruptedException {
    Set<Thread> closed = ConcurrentHashMap.newKeySet();
    try (PictureBatches batches =
        PIPELINE.batches(Stream.generate(() -> remembering(closed)).iterator())) {
      var unused = batches.next();
    }
    assertThat(closed).isNotEmpty().allMatch(Thread::isDaemon);
    assertThat(alive(closed)).isEmpty();

    Set<Thread> abandoned = ConcurrentHashMap.newKeySet();
    var unused = PIPELINE.batches(Stream.generate(() -> remembering(abandoned)).iterator()).next();
    assertThat(abandoned).isNotEmpty();
    assertThat(alive(abandoned)).isEmpty();
  }

  private static List<Thread> alive(Set<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join(30_000);
    }
    return threads.stream().filter(Thread::isAlive).toList();
  }

  @Test
  void what_goes_wrong_otherwise_comes_out_when_its_batch_is_due() {
    ImageSource failing =
        ImageSource.of(
            "failing",
            () -> {
              throw new AssertionError("out of order");
            });
    Iterator<ImageSource> sources = Stream.concat(pictures(20), Stream.of(failing)).iterator();
    try (PictureBatches batches = PIPELINE.batches(sources)) {
      assertThat(batches.next().size()).isEqualTo(8);
      assertThat(batches.next().size()).isEqualTo(8);
      assertThatThrownBy(batches::next)
          .isInstanceOf(AssertionError.class)
          .hasMessage("out of order");
      assertThat(batches.hasNext()).isFalse();
      assertThatThrownBy(batches::next)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("these batches are closed");
    }
  }

  @Test
  void an_interrupted_taker_is_told_and_stays_interrupted() {
    CountDownLatch blocked = new CountDownLatch(1);
    ImageSource blocking =
        ImageSource.of(
            "blocking",
            () -> {
              try {
                blocked.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
              return new ByteArrayInputStream(bmp());
            });
    try (PictureBatches batches = PIPELINE.batches(List.of(blocking, blocking).iterator())) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(batches::next)
          .isInstanceOf(DogVisionException.class)
          .hasMessage("interrupted while waiting for pictures to be read");
      assertThat(Thread.interrupted()).isTrue();
      blocked.countDown();
    }
  }
}
