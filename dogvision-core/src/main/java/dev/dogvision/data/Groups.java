package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import com.google.errorprone.annotations.CheckReturnValue;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Examples that belong together, by id, so that a split keeps them on one side: near-duplicates,
 * photographs of one dog, frames of one film. Immutable.
 */
@CheckReturnValue
public final class Groups {
  private static final Groups NONE = new Groups(ImmutableList.of());

  private final ImmutableList<ImmutableSet<String>> groups;

  private Groups(ImmutableList<ImmutableSet<String>> groups) {
    this.groups = groups;
  }

  /**
   * No groups: every example stands by itself.
   *
   * @return the empty groups
   */
  public static Groups none() {
    return NONE;
  }

  /**
   * Groups of ids.
   *
   * @param groups the groups; an id in none of them stands by itself
   * @return the groups
   * @throws IllegalArgumentException if an id is in two groups
   */
  public static Groups of(Collection<? extends Collection<String>> groups) {
    Set<String> seen = new HashSet<>();
    ImmutableList.Builder<ImmutableSet<String>> copies = ImmutableList.builder();
    for (Collection<String> group : groups) {
      ImmutableSet<String> copy = ImmutableSet.copyOf(group);
      for (String id : copy) {
        checkArgument(seen.add(id), "id '%s' is in two groups", id);
      }
      if (copy.size() > 1) {
        copies.add(copy);
      }
    }
    return new Groups(copies.build());
  }

  /**
   * The groups of two or more.
   *
   * @return an immutable list of immutable sets of ids
   */
  public List<? extends Set<String>> groups() {
    return groups;
  }

  /**
   * The number of groups of two or more.
   *
   * @return 0 for {@link #none()}
   */
  public int size() {
    return groups.size();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Groups that && groups.equals(that.groups);
  }

  @Override
  public int hashCode() {
    return groups.hashCode();
  }

  @Override
  public String toString() {
    return groups.toString();
  }
}
