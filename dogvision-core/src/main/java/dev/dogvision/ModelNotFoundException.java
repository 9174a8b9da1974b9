package dev.dogvision;

import org.jspecify.annotations.Nullable;

/** There is no model where one was asked for: no folder, no file, no jar on the class path. */
public final class ModelNotFoundException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final String source;

  /**
   * An exception about one model.
   *
   * @param source where the model was looked for: a path, or {@code class path}
   * @param message what was found, what was expected, what to do
   */
  public ModelNotFoundException(String source, String message) {
    this(source, message, null);
  }

  /**
   * An exception about one model, with its cause.
   *
   * @param source where the model was looked for: a path, or {@code class path}
   * @param message what was found, what was expected, what to do
   * @param cause what went wrong underneath, or null
   */
  public ModelNotFoundException(String source, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.source = source;
  }

  /**
   * Where the model was looked for.
   *
   * @return a path as it was given, or {@code class path}
   */
  public String source() {
    return source;
  }
}
