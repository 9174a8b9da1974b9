package dev.dogvision.data;

import dev.dogvision.internal.Excerpt;
import java.util.List;
import java.util.Locale;

/** How several problems are told in one message. */
final class Problems {
  static final int NAMED = 10;
  private static final int LONGEST_LINE = 600;

  private Problems() {}

  /** One line a problem, up to ten, and how many more. */
  static String lines(List<String> problems) {
    StringBuilder text = new StringBuilder();
    problems.stream()
        .limit(NAMED)
        .forEach(problem -> text.append("\n  ").append(Excerpt.of(problem, LONGEST_LINE)));
    if (problems.size() > NAMED) {
      text.append("\n  and ").append(number(problems.size() - NAMED)).append(" more");
    }
    return text.toString();
  }

  /** "1 image", "2 images", "10,222 images". */
  static String count(int number, String one, String several) {
    return number(number) + " " + (number == 1 ? one : several);
  }

  static String number(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
