package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Reads pictures: JPEG, PNG, GIF (its first frame), BMP and WebP. The content decides the format,
 * not the name.
 *
 * <p>Immutable, and safe to use from any number of threads.
 */
public final class ImageDecoder {
  private static final long DEFAULT_MAXIMUM_PIXELS = 100_000_000;
  private static final ImageDecoder STANDARD = new ImageDecoder(DEFAULT_MAXIMUM_PIXELS);

  private final long maximumPixels;

  private ImageDecoder(long maximumPixels) {
    this.maximumPixels = maximumPixels;
  }

  /**
   * The decoder with its default settings.
   *
   * @return always the same
   */
  public static ImageDecoder standard() {
    return STANDARD;
  }

  /**
   * A decoder with another limit. A picture whose header promises more pixels is refused before any
   * memory is spent on it.
   *
   * @param pixels width times height, positive; 100 million unless set
   * @return the changed decoder
   */
  public ImageDecoder maximumPixels(long pixels) {
    checkArgument(pixels > 0, "maximumPixels must be positive, got %s", pixels);
    return new ImageDecoder(pixels);
  }

  /**
   * The limit.
   *
   * @return the most pixels that a picture may have
   */
  public long maximumPixels() {
    return maximumPixels;
  }

  /**
   * Reads a picture from a file.
   *
   * @param path the file
   * @return the picture, upright
   * @throws UnreadableImageException if there is no such file or it can't be read as a picture
   */
  public RgbImage decode(Path path) {
    byte[] content;
    try {
      content = Files.readAllBytes(path);
    } catch (NoSuchFileException e) {
      throw new UnreadableImageException(path.toString(), "there is no such file", e);
    } catch (IOException e) {
      throw new UnreadableImageException(path.toString(), "the file can't be read", e);
    }
    return decode(content, path.toString());
  }

  /**
   * Reads a picture from memory.
   *
   * @param content a whole file
   * @param source where it came from, for messages
   * @return the picture, upright
   * @throws UnreadableImageException if it can't be read as a picture
   */
  public RgbImage decode(byte[] content, String source) {
    try {
      BufferedImage image = ImageIO.read(new ByteArrayInputStream(content));
      if (image == null) {
        throw new UnreadableImageException(source, "not a picture of a known format", null);
      }
      return RasterReader.read(image, true);
    } catch (IOException e) {
      throw new UnreadableImageException(source, "damaged", e);
    }
  }

  @Override
  public String toString() {
    return "ImageDecoder[maximumPixels=" + maximumPixels + "]";
  }
}
