package dev.dogvision;

import org.jspecify.annotations.Nullable;

/**
 * A file that is not what it should be: cut short, not well formed, not matching its checksum.
 * Pictures have {@link dev.dogvision.image.UnreadableImageException} instead.
 */
public final class DamagedFileException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final String file;

  /**
   * An exception about one file.
   *
   * @param file the file's path, or what stands for it where it comes from elsewhere
   * @param message what was found, what was expected, what to do
   */
  public DamagedFileException(String file, String message) {
    this(file, message, null);
  }

  /**
   * An exception about one file, with its cause.
   *
   * @param file the file's path, or what stands for it where it comes from elsewhere
   * @param message what was found, what was expected, what to do
   * @param cause what went wrong underneath, or null
   */
  public DamagedFileException(String file, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.file = file;
  }

  /**
   * Which file is broken.
   *
   * @return its path as it was given, or what stands for it where it comes from elsewhere
   */
  public String file() {
    return file;
  }
}
