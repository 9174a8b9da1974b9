package dev.dogvision.image;

import dev.dogvision.spi.JpegDecoder;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** Holds the contract, and what the core does with a decoder, against one in plain Java. */
class ImageIoJpegDecoderTest extends JpegDecoderContract {

  @Override
  protected JpegDecoder create() {
    return new ImageIoJpegDecoder();
  }

  /** Reads with Java's own reader, and shrinks by means of squares of pixels. */
  private static final class ImageIoJpegDecoder implements JpegDecoder {

    @Override
    public String name() {
      return "ImageIO";
    }

    @Override
    public void load() {}

    @Override
    public long memory(int width, int height) {
      return 0;
    }

    @Override
    public void decode(byte[] jpeg, int reduction, int width, int height, byte[] rgb)
        throws IOException {
      List<String> warnings = new ArrayList<>();
      ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
      RgbImage image;
      try {
        reader.addIIOReadWarningListener((from, warning) -> warnings.add(warning));
        reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(jpeg)));
        BufferedImage read = reader.read(0);
        image = RgbImage.of(read);
      } catch (RuntimeException e) {
        throw new IOException(e);
      } finally {
        reader.dispose();
      }
      if (!warnings.isEmpty()) {
        throw new IOException(warnings.get(0));
      }
      for (int y = 0, to = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
          for (int channel = 0; channel < 3; channel++) {
            rgb[to++] = (byte) mean(image, x * reduction, y * reduction, reduction, channel);
          }
        }
      }
    }

    private static int mean(RgbImage image, int left, int top, int side, int channel) {
      int right = Math.min(image.width(), left + side);
      int bottom = Math.min(image.height(), top + side);
      int sum = 0;
      for (int y = top; y < bottom; y++) {
        for (int x = left; x < right; x++) {
          sum += image.value(x, y, channel);
        }
      }
      int count = (right - left) * (bottom - top);
      return (sum + count / 2) / count;
    }
  }
}
