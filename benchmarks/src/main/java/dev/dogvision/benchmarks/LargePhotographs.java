package dev.dogvision.benchmarks;

import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Photographs of a phone's size, made of small ones: enlarged, with a sensor's grain added (a
 * deviation of 5 levels in each colour), and written as baseline JPEGs of quality 92 with colours
 * at half of the scale (4:2:0), which makes them 3 to 4 MB, as a phone's are. They show no more
 * than the small ones did.
 */
final class LargePhotographs {
  private static final double PIXELS = 12e6;
  private static final double GRAIN = 5;
  private static final float QUALITY = 0.92f;

  private LargePhotographs() {}

  /** A photograph of 12 megapixels as a file. */
  static byte[] of(ImageSource small) {
    BufferedImage image = ImageDecoder.standard().decode(small).toBufferedImage();
    double scale = Math.sqrt(PIXELS / image.getWidth() / image.getHeight());
    int width = (int) Math.round(image.getWidth() * scale);
    int height = (int) Math.round(image.getHeight() * scale);
    BufferedImage large = new BufferedImage(width, height, BufferedImage.TYPE_3BYTE_BGR);
    Graphics2D graphics = large.createGraphics();
    graphics.setRenderingHint(
        RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BICUBIC);
    graphics.drawImage(image, 0, 0, width, height, null);
    graphics.dispose();
    addGrain(((DataBufferByte) large.getRaster().getDataBuffer()).getData());
    return jpeg(large);
  }

  /** From a table, since normal numbers for 36 million values would take longer than all else. */
  private static void addGrain(byte[] values) {
    Random random = new Random(13);
    byte[] grain = new byte[1 << 16];
    for (int i = 0; i < grain.length; i++) {
      grain[i] = (byte) Math.round(random.nextGaussian() * GRAIN);
    }
    int at = 0;
    for (int i = 0; i < values.length; i++) {
      if (i % 1021 == 0) {
        at = random.nextInt(grain.length);
      }
      values[i] =
          (byte) Math.max(0, Math.min(255, (values[i] & 0xff) + grain[at++ % grain.length]));
    }
  }

  private static byte[] jpeg(BufferedImage image) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(QUALITY);
      writer.setOutput(stream);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
