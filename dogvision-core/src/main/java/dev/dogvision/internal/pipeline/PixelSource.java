package dev.dogvision.internal.pipeline;

/** Where {@link PixelBatches} gets its pictures from. Called from several threads at once. */
@FunctionalInterface
public interface PixelSource {

  /**
   * Renders one picture.
   *
   * @param index which one, from 0
   * @param destination where its bytes go, as R, G, B, row by row
   * @param offset the place of the first of {@code side * side * 3} bytes; the others belong to
   *     other pictures, which are being rendered at the same time
   */
  void render(int index, byte[] destination, int offset);
}
