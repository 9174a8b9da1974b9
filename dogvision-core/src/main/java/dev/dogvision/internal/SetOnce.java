package dev.dogvision.internal;

import static com.google.common.base.Preconditions.checkState;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What was set on a builder: each setting once, and none that contradicts another. A second value
 * would silently replace the first, which was meant as well. Not thread-safe.
 */
public final class SetOnce {
  private final Map<String, String> values = new LinkedHashMap<>();

  /**
   * Notes a setting.
   *
   * @param setting the method's name
   * @param arguments what it was called with, none for a switch
   * @throws IllegalStateException if it was set already; names the first value
   */
  public void set(String setting, Object... arguments) {
    String first =
        values.putIfAbsent(
            setting,
            Arrays.stream(arguments).map(String::valueOf).collect(Collectors.joining(", ")));
    checkState(
        first == null,
        "%s was already set%s",
        setting,
        first == null || first.isEmpty() ? "" : " to " + first);
  }

  /**
   * Refuses a setting that contradicts what was set before.
   *
   * @param second the call that comes now, as in {@code epochs(5)}
   * @param reason what both can't be for, and what to do
   * @param others settings that it contradicts
   * @throws IllegalStateException if one of them was set; names both, with their values
   */
  public void refuse(String second, String reason, String... others) {
    for (String other : others) {
      String first = call(other);
      checkState(first == null, "%s clashes with %s: %s", second, first, reason);
    }
  }

  /**
   * How a setting was made.
   *
   * @param setting the method's name
   * @return as in {@code epochs(5)}, or null if it was not set
   */
  public @Nullable String call(String setting) {
    String arguments = values.get(setting);
    return arguments == null ? null : setting + "(" + arguments + ")";
  }
}
