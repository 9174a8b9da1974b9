package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.HashFunction;
import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Deals the examples of a data set into parts, class by class.
 *
 * <p>Which example comes first is decided by SipHash-2-4 of its id in UTF-8, keyed with (seed, 0)
 * and compared as an unsigned number. So the outcome depends on the seed, the ids and the labels,
 * and on neither the machine nor the order of the rows.
 */
final class Stratification {
  private final List<Example> examples;
  private final int[] classes;
  private final int classCount;
  private final long[] keys;
  private final long[] classKeys;

  Stratification(List<Example> examples, int[] labelIndices, Labels labels, long seed) {
    HashFunction hash = Hashing.sipHash24(seed, 0);
    this.examples = examples;
    this.classes = labels.isEmpty() ? new int[examples.size()] : labelIndices;
    this.classCount = Math.max(1, labels.size());
    this.keys = examples.stream().mapToLong(example -> key(hash, example.id())).toArray();
    this.classKeys =
        labels.isEmpty()
            ? new long[1]
            : labels.names().stream().mapToLong(name -> key(hash, name)).toArray();
  }

  private static long key(HashFunction hash, String text) {
    return hash.hashString(text, StandardCharsets.UTF_8).asLong();
  }

  /** Which examples are in a stratified sample of the given size. */
  boolean[] sample(int size) {
    int[] rooms = new int[classCount];
    int[] counts = counts();
    // A class keeps an image as long as the sample has room for all classes.
    if (!apportion(counts, size, 1, false, rooms)) {
      apportion(counts, size, 0, false, rooms);
    }
    boolean[] chosen = new boolean[examples.size()];
    for (int i : byKey(IntStream.range(0, examples.size()).boxed().toList())) {
      if (rooms[classes[i]] > 0) {
        rooms[classes[i]]--;
        chosen[i] = true;
      }
    }
    return chosen;
  }

  /** Which examples train; the others validate. */
  boolean[] split(int trainSize, Groups groups) {
    int[] counts = counts();
    int[] trainRoom = new int[classCount];
    // The best that can be had: every breed in both parts; else every breed in the training part;
    // else in proportion only. A breed of one image trains where possible.
    if (!apportion(counts, trainSize, 1, true, trainRoom)
        && !apportion(counts, trainSize, 1, false, trainRoom)) {
      apportion(counts, trainSize, 0, false, trainRoom);
    }
    int[] validationRoom = new int[classCount];
    Arrays.setAll(validationRoom, c -> counts[c] - trainRoom[c]);

    boolean[] train = new boolean[examples.size()];
    boolean[] dealt = new boolean[examples.size()];
    for (List<Integer> unit : units(groups)) {
      boolean trains = groupTrains(unit, trainRoom, validationRoom);
      for (int i : unit) {
        dealt[i] = true;
        train[i] = trains;
        (trains ? trainRoom : validationRoom)[classes[i]]--;
      }
    }
    for (int i : byKey(IntStream.range(0, train.length).filter(i -> !dealt[i]).boxed().toList())) {
      int c = classes[i];
      // Groups may have taken more than their class's room on one side; the other side makes up.
      train[i] = trainRoom[c] > 0;
      (train[i] ? trainRoom : validationRoom)[c]--;
    }
    return train;
  }

  private boolean groupTrains(List<Integer> unit, int[] trainRoom, int[] validationRoom) {
    boolean fitsTrain = fits(unit, trainRoom);
    boolean fitsValidation = fits(unit, validationRoom);
    if (fitsTrain != fitsValidation) {
      return fitsTrain;
    }
    if (!fitsTrain) {
      return true;
    }
    double inTrain = 0;
    double inBoth = 0;
    for (int i : unit) {
      inTrain += trainRoom[classes[i]];
      inBoth += trainRoom[classes[i]] + validationRoom[classes[i]];
    }
    double uniform = (Hashing.sipHash24(1, keys[unit.get(0)]).hashInt(0).asLong() >>> 11) * 0x1p-53;
    return uniform * inBoth < inTrain;
  }

  private boolean fits(List<Integer> unit, int[] room) {
    Map<Integer, Integer> needed = new HashMap<>();
    for (int i : unit) {
      if (needed.merge(classes[i], 1, Integer::sum) > room[classes[i]]) {
        return false;
      }
    }
    return true;
  }

  /** The fold of each example, 0 to k - 1: evenly by class first, then by size. */
  int[] folds(int k, Groups groups) {
    int[][] perClass = new int[k][classCount];
    int[] sizes = new int[k];
    int[] fold = new int[examples.size()];
    boolean[] dealt = new boolean[examples.size()];
    List<List<Integer>> order = new ArrayList<>(units(groups));
    order.forEach(unit -> unit.forEach(i -> dealt[i] = true));
    List<Integer> single = IntStream.range(0, fold.length).filter(i -> !dealt[i]).boxed().toList();
    byKey(single).stream()
        .sorted(Comparator.comparingInt(i -> classes[i]))
        .forEach(i -> order.add(List.of(i)));
    for (List<Integer> unit : order) {
      int best = 0;
      long least = Long.MAX_VALUE;
      for (int f = 0; f < k; f++) {
        long load = sizes[f];
        for (int i : unit) {
          load += (long) perClass[f][classes[i]] * (examples.size() + 1L);
        }
        if (load < least) {
          least = load;
          best = f;
        }
      }
      for (int i : unit) {
        fold[i] = best;
        perClass[best][classes[i]]++;
        sizes[best]++;
      }
    }
    return fold;
  }

  private int[] counts() {
    int[] counts = new int[classCount];
    for (int c : classes) {
      counts[c]++;
    }
    return counts;
  }

  /** The groups that have two or more members here, in an order that the seed decides. */
  private List<List<Integer>> units(Groups groups) {
    if (groups.size() == 0) {
      return List.of();
    }
    Map<String, Integer> positions = new HashMap<>();
    for (int i = 0; i < examples.size(); i++) {
      positions.put(examples.get(i).id(), i);
    }
    List<List<Integer>> units = new ArrayList<>();
    for (Set<String> group : groups.groups()) {
      List<Integer> unit = new ArrayList<>();
      for (String id : group) {
        Integer position = positions.get(id);
        if (position != null) {
          unit.add(position);
        }
      }
      if (unit.size() > 1) {
        units.add(byKey(unit));
      }
    }
    units.sort(
        Comparator.<List<Integer>>comparingInt(List::size)
            .reversed()
            .thenComparing(unit -> unit.get(0), this::compare));
    return units;
  }

  private ImmutableList<Integer> byKey(List<Integer> positions) {
    return ImmutableList.sortedCopyOf(this::compare, positions);
  }

  private int compare(int a, int b) {
    int byKey = Long.compareUnsigned(keys[a], keys[b]);
    return byKey != 0 ? byKey : examples.get(a).id().compareTo(examples.get(b).id());
  }

  /**
   * Shares a total out among classes in proportion to their counts, by largest remainders.
   *
   * @param least the least that a class with images gets
   * @param leaveOne whether a class of two or more images keeps one back
   * @param shares receives the outcome
   * @return whether the total can be had within these bounds
   */
  @CanIgnoreReturnValue
  private boolean apportion(int[] counts, int total, int least, boolean leaveOne, int[] shares) {
    int n = counts.length;
    int[] low = new int[n];
    int[] high = new int[n];
    long free = 0;
    long fixed = 0;
    for (int c = 0; c < n; c++) {
      low[c] = Math.min(least, counts[c]);
      high[c] = leaveOne && counts[c] > 1 ? counts[c] - 1 : counts[c];
      if (low[c] == high[c]) {
        fixed += low[c];
      } else {
        free += counts[c];
      }
    }
    if (total < IntStream.of(low).sum() || total > IntStream.of(high).sum()) {
      return false;
    }
    // A class whose share is fixed does not count for the quotas of the others.
    long toShare = total - fixed;
    long rest = total;
    for (int c = 0; c < n; c++) {
      shares[c] =
          low[c] == high[c]
              ? low[c]
              : (int) Math.max(low[c], Math.min(high[c], toShare * counts[c] / free));
      rest -= shares[c];
    }
    int step = Long.signum(rest);
    long shared = toShare;
    long all = free;
    // The class that lacks most comes first; a step changes what one class lacks and no other.
    record Lack(int place, long lack) {}
    PriorityQueue<Lack> lacks =
        new PriorityQueue<>(
            Comparator.comparingLong(Lack::lack)
                .reversed()
                .thenComparing(lack -> classKeys[lack.place()], Long::compareUnsigned)
                .thenComparingInt(Lack::place));
    IntFunction<Lack> lack = c -> new Lack(c, step * (shared * counts[c] - shares[c] * all));
    IntPredicate isFull = c -> step > 0 ? shares[c] >= high[c] : shares[c] <= low[c];
    for (int c = 0; step != 0 && c < n; c++) {
      if (!isFull.test(c)) {
        lacks.add(lack.apply(c));
      }
    }
    for (; rest != 0; rest -= step) {
      Lack best = lacks.poll();
      checkArgument(best != null, "no room for %s of %s", rest, total);
      int c = requireNonNull(best).place();
      shares[c] += step;
      if (!isFull.test(c)) {
        lacks.add(lack.apply(c));
      }
    }
    return true;
  }
}
