package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;

/**
 * Gives the most probable labels of a picture: {@link Predictor#top}. Safe from many threads at
 * once; usable until the predictor is closed.
 */
public final class TopPredictor {
  private final Predictor predictor;
  private final int k;

  TopPredictor(Predictor predictor, int k) {
    checkArgument(k >= 1, "k must be at least 1, got %s", k);
    this.predictor = predictor;
    this.k = k;
  }

  /**
   * The most probable labels of a picture, wherever it is.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return an immutable list, the most probable first
   * @throws dev.dogvision.image.UnreadableImageException if it can't be read
   */
  public List<Classification> predict(ImageSource image) {
    return predictor.predict(image).top(k);
  }

  /**
   * The most probable labels of a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return an immutable list, the most probable first
   * @throws dev.dogvision.image.UnreadableImageException if it can't be read
   */
  public List<Classification> predict(Path image) {
    return predictor.predict(image).top(k);
  }

  /**
   * The most probable labels of a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @return an immutable list, the most probable first
   * @throws dev.dogvision.image.UnreadableImageException if it can't be read
   */
  public List<Classification> predict(byte[] image) {
    return predictor.predict(image).top(k);
  }

  /**
   * The most probable labels of a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @return an immutable list, the most probable first
   * @throws dev.dogvision.image.UnreadableImageException if it can't be read
   */
  public List<Classification> predict(InputStream image) {
    return predictor.predict(image).top(k);
  }

  /**
   * The most probable labels of a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return an immutable list, the most probable first
   */
  public List<Classification> predict(BufferedImage image) {
    return predictor.predict(image).top(k);
  }

  /**
   * The most probable labels of a picture that is decoded already.
   *
   * @param image of any size
   * @return an immutable list, the most probable first
   */
  public List<Classification> predict(RgbImage image) {
    return predictor.predict(image).top(k);
  }
}
