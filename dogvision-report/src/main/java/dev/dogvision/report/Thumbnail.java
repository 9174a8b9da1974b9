package dev.dogvision.report;

import dev.dogvision.image.RgbImage;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Base64;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/** A small JPEG inside the HTML file: a few kilobytes each. */
record Thumbnail(int width, int height, String dataUri) {
  private static final int LONGEST_SIDE = 260;
  private static final int SMALL_SIDE = 96;
  private static final float QUALITY = 0.8f;

  static Thumbnail of(RgbImage photo) {
    return of(Shrinking.within(photo, LONGEST_SIDE, LONGEST_SIDE));
  }

  /** One that stands beside others. */
  static Thumbnail small(RgbImage photo) {
    return of(Shrinking.within(photo, SMALL_SIDE, SMALL_SIDE));
  }

  /** One whose longer side is bounded. */
  static Thumbnail within(RgbImage photo, int side) {
    return of(Shrinking.within(photo, side, side));
  }

  static Thumbnail of(Plot plot) {
    return of(RgbImage.of(plot.toImage()));
  }

  private static Thumbnail of(BufferedImage image) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(out);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return new Thumbnail(
        image.getWidth(),
        image.getHeight(),
        "data:image/jpeg;base64," + Base64.getEncoder().encodeToString(bytes.toByteArray()));
  }
}
