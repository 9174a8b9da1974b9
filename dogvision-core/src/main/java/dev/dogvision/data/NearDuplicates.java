package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Finds images that show the same picture, among all pairs. */
final class NearDuplicates {
  /**
   * In how many of 64 neighbour comparisons two pictures may differ and still be compared closely.
   * Rarely do pictures that correlate by 0.9 differ in more.
   */
  private static final int MAXIMUM_DISTANCE = 12;

  /** Pairs beyond this number still join groups, but are not listed: a film has millions. */
  private static final int MAXIMUM_PAIRS = 100_000;

  /**
   * The most pairs that one image begins. In larger crowds the later members begin pairs of their
   * own, which links the crowd all the same.
   */
  private static final int MAXIMUM_PAIRS_OF_ONE = 1_000;

  /** Rows of the table of all pairs that are worked on together: bounds what waits for merging. */
  private static final int ROWS = 512;

  /** Two places in a list of images, the first below the second. */
  record Pair(int first, int second, double similarity) {}

  private final List<Pair> pairs = new ArrayList<>();
  private final int[] parents;

  /**
   * Compares images.
   *
   * @param traits all images
   * @param candidates the places of those to compare, readable ones, ascending
   * @param similarity the least correlation of a pair
   */
  NearDuplicates(List<ImageTraits> traits, int[] candidates, double similarity) {
    this.parents = IntStream.range(0, traits.size()).toArray();
    ImageTraits[] compared =
        IntStream.of(candidates).mapToObj(traits::get).toArray(ImageTraits[]::new);
    for (int start = 0; start < candidates.length; start += ROWS) {
      List<Integer> rows =
          IntStream.range(start, Math.min(candidates.length, start + ROWS)).boxed().toList();
      List<List<Pair>> found =
          InParallel.map(rows, row -> compare(compared, row, candidates, similarity));
      for (List<Pair> ofRow : found) {
        for (Pair pair : ofRow) {
          join(pair.first(), pair.second());
          if (pairs.size() < MAXIMUM_PAIRS) {
            pairs.add(pair);
          }
        }
      }
    }
  }

  private static List<Pair> compare(
      ImageTraits[] compared, int row, int[] candidates, double similarity) {
    List<Pair> found = List.of();
    for (int other = row + 1;
        other < compared.length && found.size() < MAXIMUM_PAIRS_OF_ONE;
        other++) {
      if (compared[row].distance(compared[other]) <= MAXIMUM_DISTANCE) {
        double alike = compared[row].similarity(compared[other]);
        if (alike >= similarity) {
          found = found.isEmpty() ? new ArrayList<>() : found;
          found.add(new Pair(candidates[row], candidates[other], Math.min(1, alike)));
        }
      }
    }
    return found;
  }

  /** Says that two images belong together. */
  void join(int first, int second) {
    int a = root(first);
    int b = root(second);
    // The smaller place leads, so that the outcome does not depend on the order of joining.
    parents[Math.max(a, b)] = Math.min(a, b);
  }

  private int root(int place) {
    int root = place;
    while (parents[root] != root) {
      parents[root] = parents[parents[root]];
      root = parents[root];
    }
    return root;
  }

  /** The pairs, by place. */
  List<Pair> pairs() {
    return Collections.unmodifiableList(pairs);
  }

  /** The places that belong together, directly or through others: groups of two or more. */
  List<List<Integer>> groups() {
    TreeMap<Integer, List<Integer>> groups = new TreeMap<>();
    for (int i = 0; i < parents.length; i++) {
      groups.computeIfAbsent(root(i), root -> new ArrayList<>()).add(i);
    }
    Collection<List<Integer>> all = groups.values();
    return all.stream()
        .filter(group -> group.size() > 1)
        .map(List::copyOf)
        .collect(ImmutableList.toImmutableList());
  }
}
