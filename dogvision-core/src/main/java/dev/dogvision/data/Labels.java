package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.internal.Excerpt;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The labels that a model tells apart, in the order of its outputs. Immutable.
 *
 * <p>{@link #sorted} orders by UTF-16 code units, as {@link String#compareTo} does, which no locale
 * changes.
 */
@CheckReturnValue
public final class Labels {
  private static final Labels NONE = new Labels(ImmutableList.of());

  private final ImmutableList<String> names;
  private final ImmutableMap<String, Integer> indices;

  private Labels(ImmutableList<String> names) {
    ImmutableMap.Builder<String, Integer> builder = ImmutableMap.builder();
    for (int i = 0; i < names.size(); i++) {
      builder.put(names.get(i), i);
    }
    this.names = names;
    this.indices = builder.buildOrThrow();
  }

  /**
   * Labels in the given order.
   *
   * @param names the labels, none blank, none twice, at least one
   * @return the labels
   * @throws IllegalArgumentException if a label is blank or occurs twice, or there is none
   */
  public static Labels of(Collection<String> names) {
    checkArgument(!names.isEmpty(), "labels must not be empty");
    ImmutableList<String> copy = ImmutableList.copyOf(names);
    Map<String, Integer> seen = new HashMap<>();
    for (int i = 0; i < copy.size(); i++) {
      String name = copy.get(i);
      checkArgument(!name.isBlank(), "label %s is blank", i);
      Integer first = seen.putIfAbsent(name, i);
      checkArgument(
          first == null, "label '%s' occurs twice, at %s and %s", Excerpt.of(name), first, i);
    }
    return new Labels(copy);
  }

  /**
   * Labels in the given order.
   *
   * @param names the labels, none blank, none twice, at least one
   * @return the labels
   * @throws IllegalArgumentException if a label is blank or occurs twice, or there is none
   */
  public static Labels of(String... names) {
    return of(Arrays.asList(names));
  }

  /**
   * The distinct labels of a collection, sorted.
   *
   * @param names labels, none blank; the same one may occur any number of times
   * @return the labels
   * @throws IllegalArgumentException if a label is blank, or there is none
   */
  public static Labels sorted(Collection<String> names) {
    return of(ImmutableSortedSet.copyOf(names));
  }

  /**
   * No labels: those of an unlabelled data set.
   *
   * @return the empty labels
   */
  public static Labels none() {
    return NONE;
  }

  /**
   * The number of labels.
   *
   * @return 0 only for {@link #none()}
   */
  public int size() {
    return names.size();
  }

  /**
   * Whether there are none.
   *
   * @return true only for {@link #none()}
   */
  public boolean isEmpty() {
    return names.isEmpty();
  }

  /**
   * One label.
   *
   * @param index its place, from 0
   * @return the label
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public String name(int index) {
    return names.get(checkElementIndex(index, names.size(), "label"));
  }

  /**
   * The place of a label.
   *
   * @param name the label, exactly
   * @return its place, from 0
   * @throws IllegalArgumentException if there is no such label; the message names close ones
   */
  public int index(String name) {
    Integer index = indices.get(name);
    if (index == null) {
      List<String> close = CloseNames.to(name, names);
      throw new IllegalArgumentException(
          "no label '"
              + Excerpt.of(name)
              + "' among the "
              + size()
              + (close.isEmpty()
                  ? ""
                  : "; close ones: "
                      + String.join(", ", close.stream().map(Excerpt::of).toList())));
    }
    return index;
  }

  /**
   * Whether a label is among them.
   *
   * @param name the label, exactly
   * @return true if so
   */
  public boolean contains(String name) {
    return indices.containsKey(name);
  }

  /**
   * All labels.
   *
   * @return an immutable list, in order
   */
  public List<String> names() {
    return names;
  }

  /**
   * A label as a distribution: 1 at its place, 0 elsewhere.
   *
   * @param index the label's place, from 0
   * @return a new array of {@link #size()} numbers
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public float[] oneHot(int index) {
    float[] distribution = new float[names.size()];
    distribution[checkElementIndex(index, names.size(), "label")] = 1;
    return distribution;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && names.equals(labels.names);
  }

  @Override
  public int hashCode() {
    return names.hashCode();
  }

  @Override
  public String toString() {
    return names.toString();
  }
}
