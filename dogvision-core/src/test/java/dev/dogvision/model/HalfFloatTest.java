package dev.dogvision.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ShortBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HalfFloatTest {

  @Test
  void every_half_survives_the_way_through_float() {
    for (int bits = 0; bits < 0x10000; bits++) {
      float value = HalfFloat.toFloat((short) bits);
      if (!Float.isNaN(value)) {
        assertThat(HalfFloat.fromFloat(value)).isEqualTo((short) bits);
      }
    }
  }

  @Test
  void many_halves_are_read_as_one_by_one() {
    short[] halves = new short[0x10000];
    float[] expected = new float[halves.length];
    for (int bits = 0; bits < halves.length; bits++) {
      halves[bits] = (short) bits;
      expected[bits] = HalfFloat.toFloat((short) bits);
    }
    for (int count : new int[] {0, 1, 4095, 4096, 4097, halves.length}) {
      float[] values = new float[count];
      HalfFloat.toFloats(ShortBuffer.wrap(halves), values);
      assertThat(values).isEqualTo(Arrays.copyOf(expected, count));
    }
  }

  @Test
  void rounds_every_midpoint_between_neighbours_to_even_and_the_rest_to_the_nearest() {
    for (int bits = 0; bits < 0x7bff; bits++) {
      float low = HalfFloat.toFloat((short) bits);
      float high = HalfFloat.toFloat((short) (bits + 1));
      float middle = (low + high) / 2;
      int even = bits % 2 == 0 ? bits : bits + 1;
      assertThat(HalfFloat.fromFloat(middle)).isEqualTo((short) even);
      assertThat(HalfFloat.fromFloat(Math.nextUp(middle))).isEqualTo((short) (bits + 1));
      assertThat(HalfFloat.fromFloat(Math.nextDown(middle))).isEqualTo((short) bits);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0x3c00", "-2, 0xc000", "65504, 0x7bff", "65519.99, 0x7bff", "65520, 0x7c00",
    "Infinity, 0x7c00", "-Infinity, 0xfc00", "NaN, 0x7e00", "-0.0, 0x8000", "1e-10, 0x0000",
    "5.960464477539063E-8, 0x0001", "6.103515625E-5, 0x0400"
  })
  void knows_the_landmarks(float value, String half) {
    assertThat(HalfFloat.fromFloat(value) & 0xffff).isEqualTo(Integer.decode(half));
  }
}
