package dev.dogvision.data;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Gives ids to photographs whose names were not chosen to tell them apart, such as those of files
 * in two folders: a second {@code 001} becomes {@code valid/001}.
 */
final class DistinctIds {
  private final Set<String> taken;
  private final Map<String, Integer> numbers = new HashMap<>();

  /**
   * Begins.
   *
   * @param taken ids that others have
   */
  DistinctIds(Collection<String> taken) {
    this.taken = new HashSet<>(taken);
  }

  /**
   * An example under an id that no other has: its own where that is free, else with the names of
   * the folders above its file in front, else with a number behind.
   */
  Example of(Example example) {
    return taken.add(example.id()) ? example : example.withId(free(example));
  }

  private String free(Example example) {
    String id = example.id();
    Path folder = example.image().path().map(Path::getParent).orElse(null);
    // An id such as beagle/001 has the last folder's name in it already.
    for (long i = id.chars().filter(c -> c == '/').count(); i > 0 && folder != null; i--) {
      folder = folder.getParent();
    }
    for (; folder != null && folder.getFileName() != null; folder = folder.getParent()) {
      id = folder.getFileName() + "/" + id;
      if (taken.add(id)) {
        return id;
      }
    }
    int number = numbers.getOrDefault(example.id(), 1);
    do {
      number++;
      id = example.id() + "-" + number;
    } while (!taken.add(id));
    numbers.put(example.id(), number);
    return id;
  }
}
