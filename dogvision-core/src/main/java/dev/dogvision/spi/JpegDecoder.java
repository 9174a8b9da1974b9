package dev.dogvision.spi;

import java.io.IOException;

/**
 * Decodes JPEG faster than Java's own reader does. Found as a service; {@code dogvision-turbo}
 * offers one. All that is a decision stays with the core: which files are read at all, what they
 * may ask for, whether they are whole, how a camera was held. A decoder gets plain files only -
 * baseline, extended or progressive with Huffman codes, 8 bits, grey or YCbCr - of which nothing is
 * left but what their pixels depend on; and where it refuses one, Java's reader decides.
 *
 * <p>An implementation has a public constructor without arguments that loads nothing, and is safe
 * to use from any number of threads.
 */
public interface JpegDecoder {

  /**
   * What it is called in messages.
   *
   * @return a name for people, such as {@code libjpeg-turbo 3.0}
   */
  String name();

  /**
   * Loads what it needs, such as a native library. Called once, before all else; where it fails,
   * the decoder is not used in this process.
   *
   * @throws IOException if it can't be used here, saying why
   */
  void load() throws IOException;

  /**
   * The memory that a decode takes at its peak, on Java's heap or outside of it, besides its
   * arguments and the coefficients of progressive files.
   *
   * @param width of the result, in pixels
   * @param height of the result, in pixels
   * @return in bytes
   */
  long memory(int width, int height);

  /**
   * Whether it is likely to be faster than Java's own reader.
   *
   * @param reduction 1, 2, 4 or 8, as for {@link #decode}
   * @param width of the result, in pixels
   * @param height of the result, in pixels
   * @return true unless overridden
   */
  default boolean gains(int reduction, int width, int height) {
    return true;
  }

  /**
   * Decodes a file. Whatever is amiss must be told by an exception, also what the decoder could
   * mend: a code that no table has, data that end before their scan does or go on after it, a
   * restart marker that is not the next one. Pixels are those of the format's own arithmetic, to
   * within rounding: an accurate transform, chroma interpolated.
   *
   * @param jpeg a whole file; not changed
   * @param reduction 1, 2, 4 or 8: by how much either side is divided, rounded up, each pixel being
   *     the mean of those that it stands for, or nearly so
   * @param width of the result, in pixels, as the file's header has it, after the reduction
   * @param height of the result, in pixels
   * @param rgb filled with {@code 3 * width * height} bytes: R, G, B, pixel by pixel; on a failure
   *     with anything
   * @throws IOException if the file is damaged, or of another size, or can't be read here
   */
  void decode(byte[] jpeg, int reduction, int width, int height, byte[] rgb) throws IOException;
}
