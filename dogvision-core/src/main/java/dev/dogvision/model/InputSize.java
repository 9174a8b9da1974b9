package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * How large pictures may be that a network takes, in pixels of a side.
 *
 * <p>Any of these networks would compute on any size, at a cost that grows with its square; but
 * what it answers is worth something only near the size that its weights were trained at. The
 * largest that weights of this family are published for is 300. So what asks for more than 512
 * pixels is a mistake or an attempt to use up time and memory (at 2,048 one picture took 19 seconds
 * and a gigabyte).
 */
final class InputSize {
  static final int SMALLEST = 16;
  static final int LARGEST = 512;

  private InputSize() {}

  /**
   * Refuses what is too small or too large.
   *
   * @throws IllegalArgumentException if it is
   */
  static void check(int inputSize) {
    checkArgument(
        inputSize >= SMALLEST && inputSize <= LARGEST,
        "inputSize must be in %s..%s, got %s",
        SMALLEST,
        LARGEST,
        inputSize);
  }
}
