package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class LosslessWebpTest {
  private static final int[] LENGTH_ORDER = {17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8};

  private final PictureFiles.Bits bits = new PictureFiles.Bits();

  private int[] decode(int width, int height) throws IOException {
    byte[] content = bits.bytes();
    return new LosslessWebp(
            content, 0, content.length, 1 << 20, new DecodingGuard(Long.MAX_VALUE / 2))
        .decode(width, height);
  }

  /** A code that knows one symbol. */
  private void code(int symbol) {
    bits.write(1, 1);
    bits.write(0, 1);
    bits.write(1, 1);
    bits.write(symbol, 8);
  }

  /** A picture in one colour, but for its transforms: no cache, codes of one symbol each. */
  private void pixels(boolean outermost, int alpha, int red, int green, int blue) {
    bits.write(0, 1);
    if (outermost) {
      bits.write(0, 1);
    }
    for (int symbol : new int[] {green, red, blue, alpha, 0}) {
      code(symbol);
    }
  }

  @Test
  void should_add_green_to_red_and_blue() throws IOException {
    bits.write(1, 1);
    bits.write(2, 2);
    bits.write(0, 1);
    pixels(true, 255, 20, 10, 250);

    assertThat(decode(2, 1)).containsExactly(0xff1e0a04, 0xff1e0a04);
  }

  @Test
  void should_unpack_a_palette() throws IOException {
    bits.write(1, 1);
    bits.write(3, 2);
    bits.write(1, 8); // two colours, the second of which is told by the difference
    pixels(false, 128, 1, 2, 3);
    bits.write(0, 1);
    pixels(true, 0, 0, 0b0110_0010, 0);

    assertThat(decode(8, 1))
        .containsExactly(
            0x80010203,
            0x00020406,
            0x80010203,
            0x80010203,
            0x80010203,
            0x00020406,
            0x00020406,
            0x80010203);
  }

  @Test
  void should_add_what_neighbours_let_expect() throws IOException {
    int[][] expected = {
      {1, 2, 3, 2, 1, 1, 3, 1, 1},
      {1, 2, 3, 2, 3, 4, 3, 4, 5},
      {1, 2, 3, 2, 3, 4, 3, 4, 5},
    };
    int[] modes = {0, 1, 2};
    for (int i = 0; i < modes.length; i++) {
      LosslessWebpTest other = new LosslessWebpTest();
      other.bits.write(1, 1);
      other.bits.write(0, 2);
      other.bits.write(0, 3); // blocks of 4 by 4
      other.pixels(false, 0, 0, modes[i], 0);
      other.bits.write(0, 1);
      other.pixels(true, 0, 0, 1, 0);

      int[] greens = Arrays.stream(other.decode(3, 3)).map(pixel -> pixel >> 8 & 0xff).toArray();

      assertThat(greens).as("mode " + modes[i]).containsExactly(expected[i]);
    }
  }

  @Test
  void should_add_shares_of_green_and_red() throws IOException {
    bits.write(1, 1);
    bits.write(1, 2);
    bits.write(0, 3);
    pixels(false, 255, 64, 32, 224); // of red for blue 2, of green for blue 1, for red -1
    bits.write(0, 1);
    pixels(true, 255, 50, 10, 5);

    // Red is 50 - 10, blue 5 + 10 + 2 * 40.
    assertThat(decode(1, 1)).containsExactly(0xff280a5f);
  }

  @Test
  void should_copy_pixels_and_take_colours_from_the_cache() throws IOException {
    bits.write(0, 1); // no transform
    bits.write(1, 1);
    bits.write(1, 4); // a cache of 2 colours
    bits.write(0, 1); // one group
    // Green: 7, a length of 3 (symbol 258) and the cache's first and second (280 and 281)
    bits.write(0, 1);
    bits.write(LENGTH_ORDER.length - 4, 4);
    for (int symbol : LENGTH_ORDER) {
      bits.write(symbol == 0 || symbol == 2 || symbol == 18 ? symbol == 0 ? 1 : 2 : 0, 3);
    }
    bits.write(0, 1); // all of the symbols are told
    // The code of lengths: 0 is "0", 2 is "10", 18 is "11", the first bit first.
    zeros(7);
    two();
    zeros(250);
    two();
    zeros(21);
    two();
    two();
    for (int symbol : new int[] {1, 2, 255}) {
      code(symbol);
    }
    code(1); // a distance of 2: the pixel to the left
    // Codes of green in their order: 7 is "00", 258 is "01", 280 is "10", 281 is "11".
    bits.write(0b00, 2);
    bits.write(0b10, 2); // three times more
    int slot = (int) ((0x1e35a7bdL * 0xff010702L) >> 31 & 1);
    bits.write(slot == 0 ? 0b01 : 0b11, 2);

    assertThat(decode(5, 1)).containsOnly(0xff010702).hasSize(5);
  }

  private void two() {
    bits.write(0b01, 2);
  }

  private void zeros(int count) {
    int left = count;
    for (; left >= 11; left -= Math.min(left, 138)) {
      bits.write(0b11, 2);
      bits.write(Math.min(left, 138) - 11, 7);
    }
    for (; left > 0; left--) {
      bits.write(0, 1);
    }
  }

  @Test
  void should_refuse_what_can_not_be() {
    bits.write(0, 1);
    bits.write(1, 1);
    bits.write(15, 4);
    bits.write(0, 30);

    assertThatThrownBy(() -> decode(3, 3))
        .isInstanceOf(IOException.class)
        .hasMessage("a colour cache of 15 bits");
    assertThatThrownBy(() -> new LosslessWebpTest().decode(3, 3))
        .isInstanceOf(EOFException.class)
        .hasMessage("the data end too early");
  }
}
