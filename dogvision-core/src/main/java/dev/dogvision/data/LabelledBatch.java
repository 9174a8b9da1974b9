package dev.dogvision.data;

import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.spi.PixelBatch;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Some photographs of a data set as a network gets them, together with their examples, and so their
 * labels. Immutable, its arrays being read-only by agreement, and safe to share.
 *
 * @see Dataset#batches
 */
@CheckReturnValue
public final class LabelledBatch {
  private final Dataset examples;
  private final PixelBatch pixels;

  private LabelledBatch(Dataset examples, PixelBatch pixels) {
    this.examples = examples;
    this.pixels = pixels;
  }

  /** Reads the photographs of a data set, all of them. */
  static LabelledBatch read(Dataset examples, Preprocessing preprocessing) {
    int side = preprocessing.size();
    int bytes = side * side * 3;
    byte[] pixels = new byte[Math.multiplyExact(examples.size(), bytes)];
    for (int i = 0; i < examples.size(); i++) {
      RgbImage photograph =
          ImageDecoder.standard().decode(examples.example(i).image(), preprocessing);
      preprocessing.apply(photograph, pixels, i * bytes);
    }
    return new LabelledBatch(examples, new PixelBatch(pixels, examples.size(), side));
  }

  /**
   * The number of photographs.
   *
   * @return at least 1
   */
  public int size() {
    return examples.size();
  }

  /**
   * How many numbers {@link #pixels()} holds in each direction: photographs, rows, columns and
   * channels.
   *
   * @return a new array, as {@code [32, 224, 224, 3]}
   */
  public int[] shape() {
    return new int[] {size(), pixels.side(), pixels.side(), 3};
  }

  /**
   * The photographs as bytes, as they go to an engine, which normalises them.
   *
   * @return the pixels, not a copy
   */
  public PixelBatch pixels() {
    return pixels;
  }

  /**
   * The same photographs as a data set, with ids, files and all labels of the one they are from.
   * {@link Dataset#oneHot()} and {@link Dataset#labelIndices()} are the targets of the batch.
   *
   * @return the examples, in the batch's order
   */
  public Dataset examples() {
    return examples;
  }

  /**
   * One photograph, back out of the batch: as the network sees it, square and small.
   *
   * @param index its place, from 0
   * @return a picture over bytes of its own
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public RgbImage image(int index) {
    int side = pixels.side();
    int bytes = side * side * 3;
    int from = Objects.checkIndex(index, size()) * bytes;
    return new RgbImage(side, side, Arrays.copyOfRange(pixels.pixels(), from, from + bytes));
  }

  /**
   * All photographs, back out of the batch.
   *
   * @return a new list of pictures over bytes of their own
   */
  public List<RgbImage> images() {
    return IntStream.range(0, size()).mapToObj(this::image).toList();
  }

  @Override
  public String toString() {
    return "LabelledBatch" + Arrays.toString(shape());
  }
}
