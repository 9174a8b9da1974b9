package dev.dogvision.onnx;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Which numbers a value of a network takes, and how bytes 0..255 stand for them: {@code number =
 * scale * (byte - zeroPoint)}. Zero is always among them and met exactly, since convolutions pad
 * with it.
 *
 * @param least the lowest number, at most 0
 * @param most the highest, at least 0
 */
record ValueRange(float least, float most) {
  private static final int LEVELS = 255;

  ValueRange {
    checkArgument(
        least <= 0 && most >= 0 && Float.isFinite(most - least),
        "a range must be finite and hold 0, got %s to %s",
        least,
        most);
  }

  float scale() {
    // A value that was always 0 needs some scale.
    return most > least ? (most - least) / LEVELS : 1;
  }

  int zeroPoint() {
    return Math.min(LEVELS, Math.round(-least / scale()));
  }
}
