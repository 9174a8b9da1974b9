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
  }

  /**
   * Where the picture came from.
   *
   * @return usually a path, as it was given to the decoder
   */
  public String source() {
    return source;
  }
}
