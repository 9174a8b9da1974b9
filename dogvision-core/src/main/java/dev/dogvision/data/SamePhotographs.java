package dev.dogvision.data;

import dev.dogvision.internal.Fingerprints;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which examples are one photograph: those of one source, and those of one id and content. Contents
 * are only read of examples that share their id.
 */
final class SamePhotographs {
  private SamePhotographs() {}

  /** The examples, those of one photograph together, in the order of the first of each. */
  static List<List<Example>> of(List<Example> examples) {
    Map<String, Integer> frequency = new HashMap<>();
    examples.forEach(example -> frequency.merge(example.id(), 1, Integer::sum));
    List<Example> namesakes =
        examples.stream().filter(example -> frequency.getOrDefault(example.id(), 0) > 1).toList();
    List<String> contents = Fingerprints.contents(namesakes, Example::image, example -> "");
    Map<Object, List<Example>> bySourceOrContent = new HashMap<>();
    List<List<Example>> photographs = new ArrayList<>();
    int namesake = 0;
    for (Example example : examples) {
      Object content = example.image();
      if (frequency.getOrDefault(example.id(), 0) > 1) {
        String hash = contents.get(namesake++);
        content = hash.isEmpty() ? content : List.of(example.id(), hash);
      }
      List<Example> same = bySourceOrContent.get(example.image());
      if (same == null) {
        same = bySourceOrContent.computeIfAbsent(content, key -> new ArrayList<>());
      }
      if (same.isEmpty()) {
        photographs.add(same);
      }
      bySourceOrContent.put(example.image(), same);
      same.add(example);
    }
    return photographs;
  }
}
