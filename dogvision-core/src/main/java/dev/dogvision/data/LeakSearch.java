package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import dev.dogvision.image.ImageSource;
import dev.dogvision.internal.Fingerprints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Finds photographs that two parts have in common. Few are read for that: only those of a size that
 * occurs in both parts. What would have to be opened to know its size is compared as a source, not
 * by content: it may lie on the other side of the world.
 */
final class LeakSearch {
  private LeakSearch() {}

  /** A photograph, and its size where that is known. */
  private record Sized(Example example, long size) {}

  static List<Leak> between(String part, Dataset later, String otherPart, Dataset earlier) {
    List<Sized> laterOnes = sized(later);
    List<Sized> earlierOnes = sized(earlier);
    Set<Long> shared = sizes(laterOnes);
    shared.retainAll(sizes(earlierOnes));
    Map<ImageSource, String> bySource = new HashMap<>();
    earlierOnes.forEach(one -> bySource.putIfAbsent(one.example().image(), one.example().id()));
    Map<String, String> byContent = new HashMap<>();
    List<Example> candidates = ofSizes(earlierOnes, shared);
    List<String> hashes = hashes(candidates);
    for (int i = 0; i < hashes.size(); i++) {
      byContent.putIfAbsent(hashes.get(i), candidates.get(i).id());
    }
    byContent.remove(""); // what can't be read
    Map<Example, String> found = new HashMap<>();
    candidates = ofSizes(laterOnes, shared);
    hashes = hashes(candidates);
    for (int i = 0; i < hashes.size(); i++) {
      String other = byContent.get(hashes.get(i));
      if (other != null) {
        found.put(candidates.get(i), other);
      }
    }
    ImmutableList.Builder<Leak> leaks = ImmutableList.builder();
    for (Example example : later) {
      String other = bySource.getOrDefault(example.image(), found.get(example));
      if (other != null) {
        leaks.add(new Leak(part, example.id(), otherPart, other));
      }
    }
    return leaks.build();
  }

  private static List<Sized> sized(Dataset dataset) {
    List<Sized> sized = new ArrayList<>();
    for (Example example : dataset) {
      OptionalLong size = example.image().sizeInBytes();
      sized.add(new Sized(example, size.orElse(-1)));
    }
    return sized;
  }

  private static Set<Long> sizes(List<Sized> photographs) {
    Set<Long> sizes = new HashSet<>();
    photographs.forEach(one -> sizes.add(one.size()));
    sizes.remove(-1L);
    return sizes;
  }

  private static List<Example> ofSizes(List<Sized> photographs, Set<Long> sizes) {
    return photographs.stream()
        .filter(one -> sizes.contains(one.size()))
        .map(Sized::example)
        .toList();
  }

  private static List<String> hashes(List<Example> examples) {
    return Fingerprints.contents(examples, Example::image, example -> "");
  }
}
