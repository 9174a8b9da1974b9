package dev.dogvision.internal;

import com.google.common.base.CharMatcher;
import java.util.Collection;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Names from files as messages show them. A name may be as long as its file, and may hold
 * characters that make a terminal or a log show something else than what is written.
 */
public final class Excerpt {
  private static final int LONGEST = 120;

  private static final CharMatcher HARMFUL =
      CharMatcher.javaIsoControl()
          .or(CharMatcher.anyOf("\u061C\u200E\u200F\u2028\u2029"))
          .or(CharMatcher.inRange('\u202A', '\u202E'))
          .or(CharMatcher.inRange('\u2066', '\u2069'));

  /** How many names are shown. */
  private static final int NAMED = 10;

  private Excerpt() {}

  /**
   * The beginning of a text.
   *
   * @param text any text
   * @return the text itself up to 120 characters; of a longer one the beginning, and how long it
   *     is. Control characters, and those that change the direction of what follows, are shown as
   *     {@code \\u001B}
   */
  public static String of(String text) {
    return of(text, LONGEST);
  }

  /**
   * The beginning of a text.
   *
   * @param text any text
   * @param longest how many characters are shown at most
   * @return the text itself if it is no longer; else its beginning, and how long it is
   */
  public static String of(String text, int longest) {
    if (text.length() <= longest) {
      return harmless(text);
    }
    // Half of a surrogate pair is no character.
    int end = Character.isHighSurrogate(text.charAt(longest - 1)) ? longest - 1 : longest;
    return String.format(
        Locale.ROOT, "%s... (%,d characters)", harmless(text.substring(0, end)), text.length());
  }

  private static String harmless(String text) {
    if (HARMFUL.matchesNoneOf(text)) {
      return text;
    }
    StringBuilder shown = new StringBuilder();
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      if (HARMFUL.matches(character)) {
        shown.append(String.format(Locale.ROOT, "\\u%04X", (int) character));
      } else {
        shown.append(character);
      }
    }
    return shown.toString();
  }

  /**
   * Names in a row.
   *
   * @param names any number of names
   * @return the first ten of them, each as {@link #of(String)} shows it, and how many more there
   *     are
   */
  public static String names(Collection<String> names) {
    String first = names.stream().limit(NAMED).map(Excerpt::of).collect(Collectors.joining(", "));
    return names.size() > NAMED
        ? String.format(Locale.ROOT, "%s and %,d more", first, names.size() - NAMED)
        : first;
  }
}
