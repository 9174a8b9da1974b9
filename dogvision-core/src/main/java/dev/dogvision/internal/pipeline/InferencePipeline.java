package dev.dogvision.internal.pipeline;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.spi.PixelBatch;
import java.util.Iterator;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How pictures reach a network that is not being trained: read, decoded and resized ahead by
 * several threads, put together into batches, and run in order by whoever takes the batches.
 *
 * <p>Immutable, and safe from many threads at once.
 */
public final class InferencePipeline {
  private final ImageDecoder decoder;
  private final Preprocessing preprocessing;
  private final int batchSize;
  private final boolean full;
  private final boolean hashing;

  private InferencePipeline(
      ImageDecoder decoder,
      Preprocessing preprocessing,
      int batchSize,
      boolean full,
      boolean hashing) {
    int side = preprocessing.size();
    checkArgument(batchSize > 0, "batchSize must be positive, got %s", batchSize);
    checkArgument(
        (long) batchSize * side * side * 3 <= Integer.MAX_VALUE - 8,
        "batchSize %s is too large: a batch of %s x %s pictures must stay below 2 GiB",
        batchSize,
        side,
        side);
    this.decoder = decoder;
    this.preprocessing = preprocessing;
    this.batchSize = batchSize;
    this.full = full;
    this.hashing = hashing;
  }

  /**
   * A pipeline.
   *
   * @param decoder reads pictures
   * @param preprocessing makes them fit the network
   * @param batchSize pictures a batch, at least 1; the last one may have fewer
   * @return the pipeline
   */
  public static InferencePipeline of(
      ImageDecoder decoder, Preprocessing preprocessing, int batchSize) {
    return new InferencePipeline(decoder, preprocessing, batchSize, false, false);
  }

  /**
   * The same with batches that are full to the last: where pictures run out, black ones follow,
   * which no row is given for. An engine may round otherwise in batches of another size, so this
   * makes what is computed of a picture independent of the company it comes in.
   *
   * @return a changed copy
   */
  public InferencePipeline inFullBatches() {
    return new InferencePipeline(decoder, preprocessing, batchSize, true, hashing);
  }

  /**
   * The same with the hash of each picture's content, which is read once for both.
   *
   * @return a changed copy
   */
  public InferencePipeline withHashes() {
    return new InferencePipeline(decoder, preprocessing, batchSize, full, true);
  }

  /**
   * Reads one picture, in the calling thread.
   *
   * @param source where it is
   * @return upright, with at least the pixels that the network sees
   * @throws dev.dogvision.image.UnreadableImageException if it can't be read
   */
  public RgbImage decode(ImageSource source) {
    return decoder.decode(source, preprocessing);
  }

  /**
   * Reads one picture, of which also a larger square than the network's is to be made.
   *
   * @param source where it is
   * @param side of that square, in pixels
   * @return upright, with at least as many pixels as that
   * @throws dev.dogvision.image.UnreadableImageException if it can't be read
   */
  public RgbImage decode(ImageSource source, int side) {
    return decoder.decode(source, preprocessing.withSize(Math.max(preprocessing.size(), side)));
  }

  /**
   * Makes a decoded picture fit the network.
   *
   * @param image of any size
   * @return a batch of one
   */
  public PixelBatch batch(RgbImage image) {
    RgbImage square = preprocessing.apply(image);
    return new PixelBatch(square.rgb(), 1, square.width());
  }

  /**
   * Begins to read pictures.
   *
   * @param sources where they are; asked for more only by the thread that takes the batches, a few
   *     batches ahead
   * @return the batches, to be closed by the caller
   */
  public PictureBatches batches(Iterator<ImageSource> sources) {
    return new PictureBatches(this, sources);
  }

  int batchSize() {
    return batchSize;
  }

  int side() {
    return preprocessing.size();
  }

  boolean isFull() {
    return full;
  }

  /** Renders a picture into its place of a batch. */
  void render(ImageSource source, PictureBatch batch, int place) {
    int length = side() * side() * 3;
    Function<RgbImage, @Nullable Void> use =
        image -> {
          preprocessing.apply(image, batch.pixels(), place * length);
          batch.seen(place, PictureQuality.of(image, batch.pixels(), place * length, length));
          return null;
        };
    if (hashing) {
      decoder.decodeHashed(source, hash -> batch.hashed(place, hash), preprocessing, use);
    } else {
      decoder.decode(source, preprocessing, use);
    }
  }
}
