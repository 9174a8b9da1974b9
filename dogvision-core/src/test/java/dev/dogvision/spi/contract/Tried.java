package dev.dogvision.spi.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What tests tried, for the table of {@code docs/reliability.md}: a file a test class in the folder
 * that {@code -Ddogvision.tried} names, a line for each call. Without that, as in an IDE, nothing
 * is written.
 */
public final class Tried {
  private static final String FOLDER = System.getProperty("dogvision.tried", "");

  private Tried() {}

  /**
   * Notes what was tried and held. To be called last in a test.
   *
   * @param test the test class
   * @param what for people, with its number, for example {@code 2,000 mutations: 40 read}
   */
  public static void note(Class<?> test, String what) {
    if (FOLDER.isEmpty()) {
      return;
    }
    try {
      Path folder = Files.createDirectories(Path.of(FOLDER));
      Files.writeString(
          folder.resolve(test.getSimpleName() + ".txt"),
          what + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
