package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import dev.dogvision.data.Correction.Action;
import dev.dogvision.internal.Excerpt;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Examples to which corrections were applied, and what became of each correction. */
final class CorrectedExamples {
  private static final int CLOSE = 3;

  private final Corrections corrections;
  private final ImmutableList<Example> examples;
  private final ImmutableList<Integer> places;
  private final ImmutableList<String> emptied;

  /** The corrections by the ids that the examples have. */
  private final Corrections applied;

  private final List<String> relabelled = new ArrayList<>();
  private final List<String> unchanged = new ArrayList<>();
  private final List<String> dropped = new ArrayList<>();
  private final List<String> kept = new ArrayList<>();
  private final List<String> notThere = new ArrayList<>();
  private final List<String> restored = new ArrayList<>();

  /**
   * Applies corrections.
   *
   * @param corrections what was decided
   * @param all the examples
   * @param leftOut ids that are known, but of no example
   * @param labels all labels that an example may have, none for unlabelled examples
   * @throws DatasetException if an id is not known, or a label is not, or what was kept has another
   *     label by now; all of them at once
   */
  CorrectedExamples(
      Corrections corrections,
      List<Example> all,
      Collection<String> leftOut,
      Collection<String> labels) {
    this.corrections = corrections;
    Map<String, Example> known = new LinkedHashMap<>();
    all.forEach(example -> known.put(example.id(), example));
    Map<String, Correction> byId = resolved(known.keySet(), new HashSet<>(leftOut));
    Set<String> names = new LinkedHashSet<>(labels);
    corrections.all().stream()
        .filter(one -> one.action() == Action.NEW_LABEL)
        .forEach(one -> names.add(Objects.requireNonNull(one.label())));
    Map<String, Correction> settled = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    byId.forEach(
        (id, correction) -> {
          Example example = known.get(id);
          if (example == null) {
            notThere.add(id);
            settled.put(id, correction);
            return;
          }
          String label = label(correction, names);
          String problem = problem(example, correction, label, names);
          if (problem == null) {
            settled.put(
                id,
                new Correction(
                    id,
                    correction.action(),
                    correction.action() == Action.KEEP && label == null ? example.label() : label));
          } else {
            problems.add(corrections.place(correction) + "'" + Excerpt.of(id) + "' " + problem);
          }
        });
    if (!problems.isEmpty()) {
      throw new DatasetException(
          corrections.name()
              + ": "
              + Problems.count(problems.size(), "correction fits", "corrections fit")
              + " the data set no longer, or never did; decide again or remove "
              + (problems.size() == 1 ? "it:" : "them:")
              + Problems.lines(problems),
          problems,
          null);
    }
    this.applied = new Corrections(settled, null, Map.of());
    ImmutableList.Builder<Example> corrected = ImmutableList.builder();
    ImmutableList.Builder<Integer> remaining = ImmutableList.builder();
    for (int i = 0; i < all.size(); i++) {
      Example example = corrected(all.get(i));
      if (example != null) {
        corrected.add(example);
        remaining.add(i);
      }
    }
    this.examples = corrected.build();
    this.places = remaining.build();
    Set<String> before = new LinkedHashSet<>();
    all.forEach(example -> before.add(Objects.toString(example.label(), "")));
    examples.forEach(example -> before.remove(Objects.toString(example.label(), "")));
    before.remove("");
    this.emptied = ImmutableList.copyOf(before);
    if (examples.isEmpty() && !all.isEmpty()) {
      throw new DatasetException(
          corrections.name()
              + " drops all "
              + Problems.count(all.size(), "photograph", "photographs")
              + "; nothing is left of the data set");
    }
  }

  /** What became of one example, null if it is dropped. */
  private @Nullable Example corrected(Example example) {
    Correction correction = applied.of(example.id()).orElse(null);
    if (correction == null) {
      return example;
    }
    switch (correction.action()) {
      case KEEP -> kept.add(example.id());
      case DROP -> {
        dropped.add(example.id());
        return null;
      }
      case RELABEL, NEW_LABEL -> {
        if (Objects.equals(example.label(), correction.label())) {
          unchanged.add(example.id());
        } else {
          relabelled.add(example.id());
          return new Example(example.id(), example.image(), correction.label());
        }
      }
    }
    return example;
  }

  /** The corrections by the ids that they mean. */
  private Map<String, Correction> resolved(Set<String> known, Set<String> leftOut) {
    Map<String, Correction> resolved = new LinkedHashMap<>();
    List<String> unknown = new ArrayList<>();
    for (Correction correction : corrections.all()) {
      String id = correction.id();
      if (!known.contains(id) && !leftOut.contains(id)) {
        String meant = meant(id, known);
        if (meant == null) {
          unknown.add(unknown(correction, known, unknown.size() < Problems.NAMED));
          continue;
        }
        restored.add("'" + id + "' (" + meant + ")");
        id = meant;
      }
      Correction other = resolved.putIfAbsent(id, correction);
      if (other != null && !sameDecision(other, correction)) {
        unknown.add(
            corrections.place(correction)
                + "'"
                + Excerpt.of(correction.id())
                + "' means '"
                + Excerpt.of(id)
                + "', of which another row says "
                + told(other));
      }
    }
    if (!unknown.isEmpty()) {
      throw new DatasetException(
          corrections.name()
              + ": "
              + Problems.count(unknown.size(), "id is", "ids are")
              + " not known among the "
              + Problems.count(known.size(), "photograph", "photographs")
              + " of the data set; is it of another one? Correct the ids or remove the rows:"
              + Problems.lines(unknown),
          unknown,
          null);
    }
    return resolved;
  }

  private static boolean sameDecision(Correction one, Correction other) {
    return one.action() == other.action() && Objects.equals(one.label(), other.label());
  }

  /** The id that a spreadsheet made another of, if one alone can be meant. */
  private static @Nullable String meant(String id, Set<String> known) {
    return SpreadsheetIds.restored(id, known).orElse(null);
  }

  private String unknown(Correction correction, Set<String> known, boolean look) {
    String id = correction.id();
    String problem = corrections.place(correction) + "no photograph '" + Excerpt.of(id) + "'";
    if (SpreadsheetIds.isRounded(id)) {
      problem += ", a number that a spreadsheet has rounded";
    }
    List<String> close = look ? close(id, known) : List.of();
    return close.isEmpty() ? problem : problem + "; close ones: " + Excerpt.names(close);
  }

  /** Ids of files of one name first: a photograph's id changes with its folder. */
  private static List<String> close(String id, Set<String> known) {
    String name = id.substring(id.lastIndexOf('/') + 1);
    Set<String> close = new LinkedHashSet<>();
    known.stream()
        .filter(other -> other.substring(other.lastIndexOf('/') + 1).equals(name))
        .limit(CLOSE)
        .forEach(close::add);
    close.addAll(CloseNames.to(id, known));
    return close.stream().limit(CLOSE).toList();
  }

  /** A label as the data set spells it, or as it was written where it has no such one. */
  private static @Nullable String label(Correction correction, Set<String> names) {
    String label = correction.label();
    if (label == null || names.contains(label)) {
      return label;
    }
    String visible = VisibleText.of(label);
    return names.contains(visible) ? visible : label;
  }

  private static @Nullable String problem(
      Example example, Correction correction, @Nullable String label, Collection<String> labels) {
    if (example.label() == null && label != null) {
      return "is "
          + told(correction)
          + ", but the data set has no labels; there photographs can only be dropped";
    }
    if (correction.action() == Action.KEEP && label != null && !label.equals(example.label())) {
      return "is to stay '"
          + Excerpt.of(label)
          + "', but is labelled '"
          + Excerpt.of(String.valueOf(example.label()))
          + "' by now";
    }
    if (correction.action() == Action.RELABEL && label != null && !labels.contains(label)) {
      List<String> close = CloseNames.to(label, labels);
      return "is relabelled '"
          + Excerpt.of(label)
          + "', which is none of the data set's "
          + Problems.count(labels.size(), "label", "labels")
          + (close.isEmpty() ? "" : "; close ones: " + Excerpt.names(close))
          + "; a label that it does not have yet takes the action new_label";
    }
    return null;
  }

  /** A decision in words. */
  static String told(Correction correction) {
    return switch (correction.action()) {
      case KEEP -> "kept" + (correction.label() == null ? "" : " as '" + labelOf(correction) + "'");
      case RELABEL -> "relabelled '" + labelOf(correction) + "'";
      case NEW_LABEL -> "given the new label '" + labelOf(correction) + "'";
      case DROP -> "dropped";
    };
  }

  private static String labelOf(Correction correction) {
    return Excerpt.of(String.valueOf(correction.label()));
  }

  /** What is left. */
  ImmutableList<Example> examples() {
    return examples;
  }

  /** The places that what is left had before. */
  ImmutableList<Integer> places() {
    return places;
  }

  /** Labels of which no photograph is left. */
  List<String> emptied() {
    return emptied;
  }

  /** The corrections by the ids that the data set has. */
  Corrections applied() {
    return applied;
  }

  ImmutableList<String> relabelled() {
    return ImmutableList.copyOf(relabelled);
  }

  ImmutableList<String> dropped() {
    return ImmutableList.copyOf(dropped);
  }

  ImmutableList<String> kept() {
    return ImmutableList.copyOf(kept);
  }

  /** What became of all, in a line. */
  String summary() {
    List<String> parts = new ArrayList<>();
    parts.add(Problems.number(relabelled.size()) + " relabelled");
    parts.add(Problems.number(dropped.size()) + " dropped");
    parts.add(Problems.number(kept.size()) + " kept");
    if (!unchanged.isEmpty()) {
      parts.add(Problems.number(unchanged.size()) + " labelled so already");
    }
    if (!notThere.isEmpty()) {
      parts.add(Problems.number(notThere.size()) + " left out already");
    }
    if (!restored.isEmpty()) {
      parts.add(
          Problems.count(restored.size(), "id was", "ids were")
              + " changed by a spreadsheet and found all the same: "
              + Excerpt.names(restored));
    }
    return String.join(", ", parts);
  }
}
