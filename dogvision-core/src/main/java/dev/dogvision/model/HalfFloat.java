package dev.dogvision.model;

import java.nio.ShortBuffer;

/** IEEE 754 half precision (binary16), which Java 17 has no conversion for. */
final class HalfFloat {
  private static final int AT_ONCE = 4096;

  private HalfFloat() {}

  /** The value of a half, exactly. */
  static float toFloat(short half) {
    int bits = half & 0xffff;
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >>> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
    }
    if (exponent == 0) {
      float magnitude = fraction * 0x1p-24f;
      return sign == 0 ? magnitude : -magnitude;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
  }

  /**
   * The values of as many halves as there is room for. They are copied in pieces first, since what
   * goes through a buffer one by one takes long until it is compiled, and models are read once.
   */
  static void toFloats(ShortBuffer halves, float[] values) {
    short[] piece = new short[Math.min(AT_ONCE, values.length)];
    for (int first = 0; first < values.length; first += piece.length) {
      int count = Math.min(piece.length, values.length - first);
      halves.get(piece, 0, count);
      for (int i = 0; i < count; i++) {
        values[first + i] = toFloat(piece[i]);
      }
    }
  }

  /** The nearest half, ties to even; infinity for what is too large, NaN for NaN. */
  static short fromFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = (bits >>> 16) & 0x8000;
    int magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 0x477ff000) { // rounds beyond 65504
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x38800000) {
      // Below 2^-14 a half counts in steps of 2^-24: Math.rint rounds ties to even.
      return (short) (sign | (int) Math.rint(Float.intBitsToFloat(magnitude) * 0x1p24));
    }
    int rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
    return (short) (sign | ((rounded - 0x38000000) >>> 13));
  }

  static boolean isFinite(short half) {
    return (half & 0x7c00) != 0x7c00;
  }
}
