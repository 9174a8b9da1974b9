package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * What an {@link Augmentation} does to a photograph, as one picture to look at: a grid on white, in
 * a green frame the photograph as the network sees it unchanged, then one random change after the
 * other.
 */
public final class ContactSheet {
  private static final int GAP = 8;
  private static final int FRAME = 4;
  private static final byte[] GREEN = {0x2e, (byte) 0x9e, 0x4f};
  private static final int MOST_ON_A_SIDE = 50;

  private final RgbImage image;

  private ContactSheet(RgbImage image) {
    this.image = image;
  }

  /**
   * Draws a sheet.
   *
   * @param photograph the photograph
   * @param preprocessing says how large each picture is
   * @param augmentation the changes
   * @param columns pictures side by side, 1..50
   * @param rows pictures one above the other, 1..50
   * @param seed picture {@code i}, row by row, is made with {@code Augmentation.seed(seed, 0, i)};
   *     the same seed gives the same sheet
   * @return the sheet
   * @throws IllegalArgumentException if columns or rows are out of range
   */
  public static ContactSheet of(
      RgbImage photograph,
      Preprocessing preprocessing,
      Augmentation augmentation,
      int columns,
      int rows,
      long seed) {
    checkArgument(
        columns >= 1 && columns <= MOST_ON_A_SIDE,
        "columns must be in 1..%s, got %s",
        MOST_ON_A_SIDE,
        columns);
    checkArgument(
        rows >= 1 && rows <= MOST_ON_A_SIDE, "rows must be in 1..%s, got %s", MOST_ON_A_SIDE, rows);
    int size = preprocessing.size();
    int cell = size + GAP;
    long width = (long) columns * cell + GAP;
    long height = (long) rows * cell + GAP;
    checkArgument(
        width * height * 3 <= Integer.MAX_VALUE - 8,
        "a sheet of %s x %s pictures of %s pixels is too large",
        columns,
        rows,
        size);
    byte[] sheet = new byte[(int) (width * height * 3)];
    Arrays.fill(sheet, (byte) 255);
    int stride = (int) width * 3;
    frame(sheet, stride, GAP - FRAME, size + 2 * FRAME);
    for (int i = 0; i < columns * rows; i++) {
      RgbImage picture =
          i == 0
              ? preprocessing.apply(photograph)
              : augmentation.apply(photograph, preprocessing, Augmentation.seed(seed, 0, i));
      int corner = (GAP + i / columns * cell) * stride + (GAP + i % columns * cell) * 3;
      for (int y = 0; y < size; y++) {
        System.arraycopy(picture.rgb(), y * size * 3, sheet, corner + y * stride, size * 3);
      }
    }
    return new ContactSheet(new RgbImage((int) width, (int) height, sheet));
  }

  private static void frame(byte[] sheet, int stride, int start, int side) {
    for (int y = start; y < start + side; y++) {
      for (int x = start; x < start + side; x++) {
        System.arraycopy(GREEN, 0, sheet, y * stride + x * 3, 3);
      }
    }
  }

  /**
   * The sheet as a picture.
   *
   * @return in RGB
   */
  public RgbImage image() {
    return image;
  }

  /**
   * Writes the sheet as PNG, whole or not at all. Folders that are missing are made.
   *
   * @param path the file, replaced where it exists
   * @return the same path
   * @throws DogVisionException if it can't be written
   */
  @CanIgnoreReturnValue
  public Path write(Path path) {
    Path file = path.toAbsolutePath();
    Path folder = file.getParent();
    try {
      if (folder == null) {
        throw new IOException("not a file's name");
      }
      Files.createDirectories(folder);
      Path draft = folder.resolve(file.getFileName() + ".part");
      try {
        Files.write(draft, png());
        Files.move(draft, path, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(draft);
      }
    } catch (IOException e) {
      throw new DogVisionException(
          path + ": the contact sheet can't be written: " + e.getMessage(), e);
    }
    return path;
  }

  private byte[] png() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(bytes)) {
      writer.setOutput(stream);
      writer.write(image.toBufferedImage());
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }
}
