package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.text.Normalizer;
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

  /**
   * What is left of a name without case, accents, spaces, punctuation and what can't be seen, with
   * Latin letters for those of other scripts that look like them: "Boston-bull" is "bostonbull",
   * however its characters are composed.
   */
  static String bare(String name) {
    StringBuilder bare = new StringBuilder(name.length());
    // In upper case first, where more letters are one than in lower case.
    LookAlikes.latin(Normalizer.normalize(name, Normalizer.Form.NFKD))
        .toUpperCase(Locale.ROOT)
        .toLowerCase(Locale.ROOT)
        .codePoints()
        .filter(CloseNames::counts)
        .forEach(bare::appendCodePoint);
    return bare.toString();
  }

  /** Letters, digits, and the marks that are vowels in some scripts, but no accents. */
  private static boolean counts(int character) {
    boolean accent = character >= 0x300 && character <= 0x36F;
    int type = Character.getType(character);
    if (VisibleText.isInvisible(character)) {
      return false;
    }
    return Character.isLetterOrDigit(character)
        || (!accent
            && (type == Character.NON_SPACING_MARK || type == Character.COMBINING_SPACING_MARK));
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
