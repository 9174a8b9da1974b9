package dev.dogvision.image;

import dev.dogvision.DogVisionException;
import org.jspecify.annotations.Nullable;

/**
 * A picture that can't be read: missing, empty, of an unknown format, cut short, damaged, or larger
 * than the decoder allows. The message starts with the source.
 */
public final class UnreadableImageException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final String source;
  private final String problem;

  /**
   * An exception about one picture.
   *
   * @param source where the picture came from, usually its path
   * @param problem what was found and what to do, continuing "source: "
   * @param cause what went wrong underneath, or null
   */
  public UnreadableImageException(String source, String problem, @Nullable Throwable cause) {
    super(source + ": " + problem, cause);
    this.source = source;
    this.problem = problem;
  }

  /**
   * Where the picture came from.
   *
   * @return the name of its {@link ImageSource}: a path, a URI, or as it was named
   */
  public String source() {
    return source;
  }

  /**
   * What was found and what to do.
   *
   * @return the message without the source
   */
  public String problem() {
    return problem;
  }
}
