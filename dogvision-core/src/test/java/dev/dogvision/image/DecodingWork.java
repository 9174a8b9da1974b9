package dev.dogvision.image;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * Prints what the limit of work is worth: the processor time that a decode takes which uses all of
 * it, by the slowest pictures of each kind, and of files that are given.
 */
public final class DecodingWork {
  private static final int SIDE = 1200;
  private static final int ROUNDS = 12;

  private DecodingWork() {}

  /**
   * Prints a table.
   *
   * @param files further pictures
   */
  public static void main(String[] files) throws IOException {
    Map<String, byte[]> pictures = pictures();
    for (String file : files) {
      pictures.put(file, Files.readAllBytes(Path.of(file)));
    }
    System.out.println("| picture | work a pixel | seconds at the limit |\n|---|---|---|");
    for (Map.Entry<String, byte[]> picture : pictures.entrySet()) {
      byte[] content = picture.getValue();
      FileStructure structure = FileStructure.of(ImageFormat.of(content), content);
      double work = structure.width * structure.height * structure.workPerPixel;
      double limit = ImageDecoder.standard().maximumPixels();
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f | %.1f |%n",
          picture.getKey(),
          structure.workPerPixel,
          seconds(content) * limit / work);
    }
  }

  private static double seconds(byte[] content) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int i = 0; i < ROUNDS; i++) {
      long before = threads.getCurrentThreadCpuTime();
      var unused = ImageDecoder.standard().decode(content, "picture");
      least = Math.min(least, threads.getCurrentThreadCpuTime() - before);
    }
    return least / 1e9;
  }

  private static Map<String, byte[]> pictures() throws IOException {
    byte[] noise = new byte[3 * SIDE * SIDE];
    new Random(1).nextBytes(noise);
    RgbImage noisy = new RgbImage(SIDE, SIDE, noise);
    byte[] progressive = PictureFiles.jpeg(noisy, true);
    byte[] png = PictureFiles.png(noisy);
    byte[] gamma = {0, 0, 0x75, 0x30};
    Map<String, byte[]> pictures = new LinkedHashMap<>();
    pictures.put(
        "JPEG of one colour", PictureFiles.jpeg(PictureFiles.picture(SIDE, SIDE, 1), false));
    pictures.put("JPEG of noise", PictureFiles.jpeg(noisy, false));
    pictures.put("progressive JPEG of noise", progressive);
    pictures.put(
        "progressive JPEG of noise, 60 scans more",
        PictureBombs.jpegWithLastScanRepeated(progressive, 60));
    pictures.put("CMYK JPEG", PictureFiles.cmykJpeg(SIDE, SIDE, 10, 100, 30, 40));
    pictures.put("PNG of noise", png);
    pictures.put("PNG of noise with gamma", PictureFiles.pngWithChunk(png, "gAMA", gamma));
    byte[] deep = png(16, 4, false);
    pictures.put("PNG of 16 bits with transparency", deep);
    byte[] interlaced = png(16, 4, true);
    pictures.put("the same, interlaced", interlaced);
    pictures.put("and with gamma", PictureFiles.pngWithChunk(interlaced, "gAMA", gamma));
    byte[] grey = png(8, 1, true);
    pictures.put("grey PNG, interlaced", grey);
    pictures.put(
        "the same with a transparent grey", PictureFiles.pngWithChunk(grey, "tRNS", new byte[2]));
    pictures.put("GIF of noise", PictureFiles.write(indexed(noise), "gif"));
    pictures.put("GIF of many tables", PictureBombs.gifClearing(300, 300, 50_000));
    pictures.put("BMP", PictureFiles.write(noisy.toBufferedImage(), "bmp"));
    pictures.put("BMP of many runs", PictureBombs.bmpGoingNowhere(SIDE, SIDE, 3_000_000));
    pictures.put("lossless WebP of one colour", PictureFiles.webp(SIDE, SIDE, 1, 2, 3, 255));
    return pictures;
  }

  private static BufferedImage indexed(byte[] values) {
    BufferedImage image = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_BYTE_INDEXED);
    int[] row = new int[SIDE];
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        row[x] = values[y * SIDE + x] & 0xff;
      }
      image.getRaster().setPixels(0, y, SIDE, 1, row);
    }
    return image;
  }

  private static byte[] png(int bits, int channels, boolean interlaced) throws IOException {
    ComponentColorModel colors =
        new ComponentColorModel(
            ColorSpace.getInstance(channels == 1 ? ColorSpace.CS_GRAY : ColorSpace.CS_sRGB),
            channels == 4,
            false,
            channels == 4 ? Transparency.TRANSLUCENT : Transparency.OPAQUE,
            bits == 16 ? DataBuffer.TYPE_USHORT : DataBuffer.TYPE_BYTE);
    WritableRaster raster = colors.createCompatibleWritableRaster(SIDE, SIDE);
    Random random = new Random(2);
    int[] row = new int[SIDE * channels];
    for (int y = 0; y < SIDE; y++) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextInt(1 << bits);
      }
      raster.setPixels(0, y, SIDE, 1, row);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    ImageWriteParam parameters = writer.getDefaultWriteParam();
    parameters.setProgressiveMode(
        interlaced ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      BufferedImage image = new BufferedImage(colors, raster, false, null);
      writer.write(null, new IIOImage(image, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
