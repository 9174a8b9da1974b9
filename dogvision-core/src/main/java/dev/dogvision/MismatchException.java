package dev.dogvision;

import org.jspecify.annotations.Nullable;

/**
 * Two things are whole, each by itself, and do not fit together: weights and a network, labels and
 * a head, a file's version and this version of DogVision.
 */
public final class MismatchException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final String source;

  /**
   * An exception about what does not fit.
   *
   * @param source what does not fit: a file's path, a tensor's name
   * @param message what was found, what was expected, what to do
   */
  public MismatchException(String source, String message) {
    this(source, message, null);
  }

  /**
   * An exception about what does not fit, with its cause.
   *
   * @param source what does not fit: a file's path, a tensor's name
   * @param message what was found, what was expected, what to do
   * @param cause what went wrong underneath, or null
   */
  public MismatchException(String source, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.source = source;
  }

  /**
   * What does not fit.
   *
   * @return a file's path as it was given, or a tensor's name
   */
  public String source() {
    return source;
  }
}
