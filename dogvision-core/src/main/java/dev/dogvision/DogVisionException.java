package dev.dogvision;

import org.jspecify.annotations.Nullable;

/**
 * The root of every exception that DogVision throws for a reason outside the calling code: a file
 * that is missing or broken, a model that does not fit, an engine that is not there. Mistakes in
 * the calling code itself are {@link IllegalArgumentException} and {@link IllegalStateException}.
 *
 * <p>A message names what it is about (file, row, tensor), what was found, what was expected and
 * what to do.
 */
public class DogVisionException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * An exception with a message.
   *
   * @param message what was found, what was expected, what to do
   */
  public DogVisionException(String message) {
    super(message);
  }

  /**
   * An exception with a message and its cause.
   *
   * @param message what was found, what was expected, what to do
   * @param cause what went wrong underneath, or null
   */
  public DogVisionException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
