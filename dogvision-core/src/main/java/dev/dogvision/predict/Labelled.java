package dev.dogvision.predict;

import static java.util.Objects.requireNonNull;

import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of one picture among many: what was made of it, or why it can't be read. Immutable.
 *
 * @param <T> what was made of it, such as a {@link Prediction}
 */
public final class Labelled<T> {
  private final ImageSource source;
  private final @Nullable T value;
  private final @Nullable UnreadableImageException problem;

  private Labelled(
      ImageSource source, @Nullable T value, @Nullable UnreadableImageException problem) {
    this.source = requireNonNull(source, "source");
    this.value = value;
    this.problem = problem;
  }

  static <T> Labelled<T> of(ImageSource source, T value) {
    return new Labelled<>(source, requireNonNull(value, "value"), null);
  }

  static <T> Labelled<T> unreadable(ImageSource source, UnreadableImageException problem) {
    return new Labelled<>(source, null, requireNonNull(problem, "problem"));
  }

  /**
   * What the picture is called.
   *
   * @return its source's name
   */
  public String name() {
    return source.name();
  }

  /**
   * The picture.
   *
   * @return as it was given
   */
  public ImageSource source() {
    return source;
  }

  /**
   * Whether the picture could be read.
   *
   * @return whether there is a {@link #value()}; else there is a {@link #problem()}
   */
  public boolean isReadable() {
    return problem == null;
  }

  /**
   * What was made of the picture.
   *
   * @return the value
   * @throws UnreadableImageException if the picture can't be read: the {@link #problem()}
   */
  public T value() {
    if (problem != null) {
      throw problem;
    }
    return requireNonNull(value);
  }

  /**
   * Why the picture can't be read.
   *
   * @return empty where it can
   */
  public Optional<UnreadableImageException> problem() {
    return Optional.ofNullable(problem);
  }

  @Override
  public String toString() {
    return problem == null ? name() + ": " + value : String.valueOf(problem.getMessage());
  }
}
