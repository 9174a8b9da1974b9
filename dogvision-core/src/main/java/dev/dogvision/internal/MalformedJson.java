package dev.dogvision.internal;

import java.util.regex.Pattern;

/** What a user is told where a text is not the JSON that was expected. */
public final class MalformedJson {
  /** Gson's advice is meant for whoever calls it. */
  private static final Pattern ADVICE =
      Pattern.compile(
          "^(\\S+\\.)*\\S*Exception: |Use JsonReader\\.\\S+ to accept |\\R.*", Pattern.DOTALL);

  private static final int LONGEST = 200;

  private MalformedJson() {}

  /**
   * What is wrong, and where.
   *
   * @param cause what Gson has thrown
   * @return its message, without what it says to programmers
   */
  public static String reason(Throwable cause) {
    String message = String.valueOf(cause.getMessage());
    return cause instanceof StackOverflowError
        ? "it is nested too deeply"
        : Excerpt.of(ADVICE.matcher(message).replaceAll(""), LONGEST);
  }
}
