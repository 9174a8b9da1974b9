package dev.dogvision.internal;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import com.google.common.io.Resources;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Finds the class that a label means, though data sets and weights write breeds in different ways:
 * {@code boston_bull}, {@code Boston terrier}, {@code n02096585-Boston_bull}, {@code "Boston bull,
 * Boston terrier"}.
 *
 * <p>Names are compared by their letters and digits alone. A class matches if one of its names is
 * the label's, or is one of the other names that {@code breed-names.txt} knows for the label. Of
 * several classes those that have the label's own name come first, then those that share more names
 * with the label's breed (so that {@code cardigan} is the corgi and not the garment), then those
 * whose first name it is; what is undecided after that stays unmatched rather than guessed.
 */
public final class BreedNames {
  /** Every name's key to the keys of all names of the same breed. */
  private static final ImmutableMap<String, Set<String>> BREEDS = readBreeds();

  private static final int NAMED = 10;

  private BreedNames() {}

  /**
   * Which class each label means.
   *
   * @param labels a data set's or a model's
   * @param classNames the names of what weights tell apart, in order; one name may be there twice
   * @return the labels that mean one class, each with its place
   */
  public static ImmutableMap<String, Integer> match(List<String> labels, List<String> classNames) {
    Map<String, Set<Integer>> classesByKey = new HashMap<>();
    for (int i = 0; i < classNames.size(); i++) {
      for (String key : keys(classNames.get(i))) {
        classesByKey.computeIfAbsent(key, ignored -> new LinkedHashSet<>()).add(i);
      }
    }
    ImmutableMap.Builder<String, Integer> matches = ImmutableMap.builder();
    for (String label : labels) {
      OptionalInt match = match(label, classNames, classesByKey);
      if (match.isPresent()) {
        matches.put(label, match.getAsInt());
      }
    }
    return matches.buildOrThrow();
  }

  /**
   * What labels of a data set mean that aren't among a model's.
   *
   * @param labels names that are not among the known ones
   * @param known the model's labels, none twice
   * @return the labels that mean one of the known ones, each with that one; what could be either of
   *     two is left out
   */
  public static ImmutableMap<String, String> meant(Collection<String> labels, List<String> known) {
    return ImmutableMap.copyOf(Maps.transformValues(match(List.copyOf(labels), known), known::get));
  }

  /**
   * Tells what was taken for what.
   *
   * @param whose such as {@code "the data set"}
   * @param meant what {@link #meant} gave, at least one
   * @return a sentence without a full stop
   */
  public static String told(String whose, Map<String, String> meant) {
    List<String> pairs = new ArrayList<>();
    meant.forEach(
        (label, known) ->
            pairs.add(
                String.format(
                    Locale.ROOT,
                    pairs.isEmpty() ? "'%s' is taken for '%s'" : "'%s' for '%s'",
                    Excerpt.of(label),
                    Excerpt.of(known))));
    return String.format(
        Locale.ROOT,
        "%s of %s matched by spelling: %s%s",
        pairs.size() == 1 ? "1 label" : pairs.size() + " labels",
        whose + (pairs.size() == 1 ? " is" : " are"),
        String.join(", ", pairs.subList(0, Math.min(NAMED, pairs.size()))),
        pairs.size() > NAMED ? " and " + (pairs.size() - NAMED) + " more" : "");
  }

  private static OptionalInt match(
      String label, List<String> classNames, Map<String, Set<Integer>> classesByKey) {
    Set<String> own = keys(label);
    Set<String> all = new LinkedHashSet<>(own);
    own.forEach(key -> all.addAll(BREEDS.getOrDefault(key, Set.of())));
    Map<Integer, Integer> scores = new HashMap<>();
    for (String key : all) {
      for (int index : classesByKey.getOrDefault(key, Set.of())) {
        scores.merge(index, own.contains(key) ? 1_001 : 1, Integer::sum);
      }
    }
    scores.replaceAll(
        (index, score) ->
            2 * score + (own.contains(keys(classNames.get(index)).iterator().next()) ? 1 : 0));
    int best = scores.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    int[] winners =
        scores.entrySet().stream()
            .filter(entry -> entry.getValue() == best)
            .mapToInt(Map.Entry::getKey)
            .toArray();
    return winners.length == 1 ? OptionalInt.of(winners[0]) : OptionalInt.empty();
  }

  /** The keys of the names in a text, which commas separate. */
  private static Set<String> keys(String names) {
    Set<String> keys = new LinkedHashSet<>();
    for (String name : names.split(",", -1)) {
      String key = key(name);
      if (!key.isEmpty()) {
        keys.add(key);
      }
    }
    if (keys.isEmpty()) {
      keys.add(names);
    }
    return keys;
  }

  /**
   * Accents, points that Arabic and Hebrew may go without, and what chooses between forms of a
   * letter. Other marks are letters: in Hindi or Thai, words differ in nothing else.
   */
  private static final String OPTIONAL_MARKS =
      "[\\u0300-\\u036F\\u0591-\\u05C7\\u064B-\\u065F\\u0670\\u180B-\\u180F\\uFE00-\\uFE0F"
          + "\\x{E0100}-\\x{E01EF}]";

  /** A name's letters and digits, without accents and without WordNet's number before it. */
  static String key(String name) {
    return Normalizer.normalize(name, Normalizer.Form.NFKD)
        .toLowerCase(Locale.ROOT)
        .strip()
        .replaceFirst("^n\\d{8}[-_ ]", "")
        .replaceAll("[^\\p{L}\\p{N}\\p{M}]|" + OPTIONAL_MARKS, "");
  }

  private static ImmutableMap<String, Set<String>> readBreeds() {
    ImmutableMap.Builder<String, Set<String>> breeds = ImmutableMap.builder();
    try {
      for (String line :
          Resources.readLines(
              Resources.getResource(BreedNames.class, "breed-names.txt"), StandardCharsets.UTF_8)) {
        if (!line.startsWith("#") && !line.isBlank()) {
          Set<String> keys = keys(line);
          keys.forEach(key -> breeds.put(key, keys));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return breeds.buildOrThrow();
  }
}
