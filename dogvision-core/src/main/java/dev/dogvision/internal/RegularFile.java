package dev.dogvision.internal;

import dev.dogvision.DamagedFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * Opens files, and nothing but files: to open a pipe waits for its writer, and a device may never
 * end.
 */
public final class RegularFile {
  private RegularFile() {}

  /**
   * Whether something else than a file is in a file's place, such as a link or a pipe. Asked in one
   * go, since another process may remove the file at any moment: nothing is nothing else.
   *
   * @param file the place
   * @return false where there is a file, or nothing
   * @throws IOException if the place can't be looked at
   */
  public static boolean isSomethingElse(Path file) throws IOException {
    try {
      return !Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isRegularFile();
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Opens a file.
   *
   * @param file the file
   * @param expected what should be there, for the message
   * @return its bytes
   * @throws DamagedFileException if something else is there
   * @throws IOException if there is nothing, or it can't be read
   */
  public static InputStream open(Path file, String expected) throws IOException {
    BasicFileAttributes attributes = Files.readAttributes(file, BasicFileAttributes.class);
    if (!attributes.isRegularFile()) {
      throw new DamagedFileException(
          file.toString(),
          file
              + (attributes.isDirectory() ? " is a folder" : " is a device, a pipe or a socket")
              + "; "
              + expected
              + " was expected in its place");
    }
    return Files.newInputStream(file);
  }

  /**
   * Reads a small file of text.
   *
   * @param file the file
   * @param most how many bytes it may have
   * @param expected what should be there, for the message
   * @return the text
   * @throws DamagedFileException if something else is there, or it is larger
   * @throws java.nio.charset.CharacterCodingException if it is not UTF-8
   * @throws IOException if there is nothing, or it can't be read
   */
  public static String text(Path file, int most, String expected) throws IOException {
    try (InputStream in = open(file, expected)) {
      byte[] content = in.readNBytes(most + 1);
      if (content.length > most) {
        throw new DamagedFileException(
            file.toString(),
            file + " is larger than " + (most >> 20) + " MiB; " + expected + " was expected");
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(content)).toString();
    }
  }
}
