package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class DecodingMemoryTest {
  private final DecodingMemory.Pool pool = new DecodingMemory(400, 2).pixels();

  private static void waitFor(BooleanSupplier condition) {
    while (!condition.getAsBoolean()) {
      Thread.onSpinWait();
    }
  }

  @Test
  void should_give_a_quarter_to_files_and_the_rest_to_pixels() {
    DecodingMemory memory = new DecodingMemory(400, 2);

    assertThat(memory.files().limit()).isEqualTo(25);
    assertThat(memory.reserve().limit()).isEqualTo(75);
    assertThat(memory.pixels().limit()).isEqualTo(300);
  }

  @Test
  void should_serve_in_the_order_of_asking_and_let_nobody_small_pass() throws Exception {
    DecodingMemory.Share first = pool.take(200);
    List<String> served = new CopyOnWriteArrayList<>();
    List<Thread> threads = new ArrayList<>();
    for (int bytes : new int[] {250, 10, 300}) {
      int before = pool.waiting();
      Thread thread =
          new Thread(
              () -> {
                try {
                  DecodingMemory.Share share = pool.take(bytes);
                  served.add(bytes + "");
                  share.close();
                } catch (InterruptedException e) {
                  served.add("interrupted");
                }
              });
      threads.add(thread);
      thread.start();
      waitFor(() -> pool.waiting() == before + 1);
    }

    assertThat(served).isEmpty();
    first.close();
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(served).hasSize(3).last().isEqualTo("300");
    assertThat(pool.free()).isEqualTo(300);
  }

  @Test
  void should_serve_no_more_at_once_than_there_are_places() throws Exception {
    DecodingMemory.Share first = pool.take(1);
    DecodingMemory.Share second = pool.take(1);
    Thread third =
        new Thread(
            () -> {
              try {
                pool.take(1).close();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });

    third.start();
    waitFor(() -> pool.waiting() == 1);
    first.close();
    third.join();
    second.close();

    assertThat(pool.free()).isEqualTo(300);
  }

  @Test
  void should_let_those_behind_pass_whose_forerunner_gave_up() throws Exception {
    DecodingMemory.Share first = pool.take(200);
    AtomicReference<Throwable> failure = new AtomicReference<>();
    Thread large =
        new Thread(
            () -> {
              try {
                pool.take(300).close();
              } catch (InterruptedException e) {
                failure.set(e);
              }
            });
    Thread small =
        new Thread(
            () -> {
              try {
                pool.take(100).close();
              } catch (InterruptedException e) {
                throw new AssertionError(e);
              }
            });

    large.start();
    waitFor(() -> pool.waiting() == 1);
    small.start();
    waitFor(() -> pool.waiting() == 2);
    large.interrupt();
    large.join();
    small.join();

    assertThat(failure.get()).isInstanceOf(InterruptedException.class);
    assertThat(pool.free()).isEqualTo(100);
    first.close();
    first.close(); // once is enough
    assertThat(pool.free()).isEqualTo(300);
  }

  @Test
  void should_read_the_amount_from_its_property() {
    assertThat(DecodingMemory.budget(null, 1000)).isEqualTo(500);
    assertThat(DecodingMemory.budget("123", 1000)).isEqualTo(123);
    assertThat(DecodingMemory.budget(" 3K ", 1000)).isEqualTo(3072);
    assertThat(DecodingMemory.budget("200m", 1000)).isEqualTo(200 << 20);
    assertThat(DecodingMemory.budget("2g", 1000)).isEqualTo(2L << 30);
    for (String wrong : List.of("", "0", "-5", "much", "5t", "999999999999999g")) {
      assertThatThrownBy(() -> DecodingMemory.budget(wrong, 1000))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "the system property dogvision.decoding.memory must be a number of bytes such as"
                  + " 200000000 or 200m, got '%s'",
              wrong);
    }
  }

  @Test
  void should_refuse_to_decode_inside_of_the_use_of_another_picture() {
    ImageDecoder decoder = ImageDecoder.standard();
    ImageSource source = ImageSource.of("teo", PictureFiles.png(PictureFiles.picture(4, 3, 1)));

    assertThatThrownBy(() -> decoder.decode(source, image -> decoder.decode(source)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the use of a decoded picture must not decode another picture");
    assertThat(decoder.<Integer>decode(source, RgbImage::width)).isEqualTo(4);
  }
}
