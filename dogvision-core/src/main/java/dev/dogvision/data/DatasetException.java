package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import dev.dogvision.DogVisionException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Data that cannot be used as it is: a CSV that does not parse, images that are missing, labels
 * that contradict each other. The message names the first ten problems and how many more there are;
 * {@link #problems()} has them all.
 */
public class DatasetException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final transient @Nullable ImmutableList<String> problems;

  /**
   * An exception with a message.
   *
   * @param message what was found, what was expected, what to do
   */
  public DatasetException(String message) {
    this(message, List.of(), null);
  }

  /**
   * An exception with a message and its cause.
   *
   * @param message what was found, what was expected, what to do
   * @param cause what went wrong underneath, or null
   */
  public DatasetException(String message, @Nullable Throwable cause) {
    this(message, List.of(), cause);
  }

  DatasetException(String message, List<String> problems, @Nullable Throwable cause) {
    super(message, cause);
    this.problems = ImmutableList.copyOf(problems);
  }

  /**
   * Every problem by itself, where the message is about several.
   *
   * @return one text a problem, in the data's order; empty where the message says it all
   */
  public List<String> problems() {
    return problems == null ? List.of() : problems;
  }
}
