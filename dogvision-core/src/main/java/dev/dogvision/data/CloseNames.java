package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Names that somebody may have meant, or meant to be one. */
final class CloseNames {
  private static final int SUGGESTIONS = 3;

  private CloseNames() {}

  /** What is left of a name without case, spaces and punctuation: "Boston-bull" is "bostonbull". */
  static String bare(String name) {
    StringBuilder bare = new StringBuilder(name.length());
    name.toLowerCase(Locale.ROOT)
        .codePoints()
        .filter(Character::isLetterOrDigit)
        .forEach(bare::appendCodePoint);
    return bare.toString();
  }

  /** Up to three names within a third of the wanted name's length in edits, the closest first. */
  static List<String> to(String wanted, Collection<String> names) {
    record Candidate(String name, int distance) {}
    String bareWanted = bare(wanted);
    int limit = Math.max(1, bareWanted.length() / 3);
    List<Candidate> candidates = new ArrayList<>();
    for (String name : names) {
      String bareName = bare(name);
      if (Math.abs(bareName.length() - bareWanted.length()) > limit) {
        continue;
      }
      int distance = distance(bareWanted, bareName);
      if (distance <= limit) {
        candidates.add(new Candidate(name, distance));
      }
    }
    return candidates.stream()
        .sorted(Comparator.comparingInt(Candidate::distance).thenComparing(Candidate::name))
        .limit(SUGGESTIONS)
        .map(Candidate::name)
        .collect(ImmutableList.toImmutableList());
  }

  /** The number of insertions, deletions and replacements between two texts (Levenshtein). */
  private static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    Arrays.setAll(previous, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
