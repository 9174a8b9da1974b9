package dev.dogvision.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.internal.WholeFile;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Something that draws itself. Plots are immutable and may be drawn from many threads; they need no
 * screen, but a font: where a machine has none, drawing fails and says what to install.
 */
public interface Plot {

  /**
   * Draws the picture.
   *
   * @return a new picture, RGB without transparency
   * @throws DogVisionException if the machine has no fonts
   */
  BufferedImage toImage();

  /**
   * Draws the picture as a PNG file's content.
   *
   * @return the bytes
   * @throws DogVisionException if the machine has no fonts
   */
  default byte[] toPng() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(toImage(), "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /**
   * Draws the picture into a PNG file. The file appears whole or not at all; one that is there is
   * replaced, missing folders are created.
   *
   * @param file where to
   * @return the file
   * @throws DogVisionException if the file cannot be written, or the machine has no fonts
   */
  @CanIgnoreReturnValue
  default Path writePng(Path file) {
    byte[] png = toPng();
    try {
      WholeFile.write(file, out -> out.write(png));
    } catch (IOException e) {
      throw new DogVisionException(
          "Cannot write the picture " + file + " (" + e + "). Name a place that can be written to.",
          e);
    }
    return file;
  }
}
