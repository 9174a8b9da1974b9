package dev.dogvision.report;

import com.google.common.collect.ImmutableList;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.Neighbour;
import dev.dogvision.data.Split;
import dev.dogvision.image.ImageSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which photographs a person is to decide about, the strongest suspicion first, and why. */
final class SuspectPhotographs {
  /** How many photographs stand beside one for one reason. */
  private static final int BESIDE = 6;

  /** Why a photograph is suspect, the strongest reason first. */
  enum Kind {
    ONE_FILE_TWO_LABELS("one file under two labels", "files under two labels"),
    DOUBTED("doubted label", "doubted labels"),
    ALIKE_TWO_LABELS("near-duplicate under two labels", "near-duplicates under two labels"),
    LEAK("leak", "leaks"),
    BROKEN("file that cannot be read", "files that cannot be read"),
    COPY("copy", "copies"),
    ALIKE("near-duplicate", "near-duplicates");

    final String one;
    final String several;

    Kind(String one, String several) {
      this.one = one;
      this.several = several;
    }
  }

  /** A photograph beside a suspect, and what joins them. */
  record Other(Example example, String note) {}

  /**
   * Photographs beside a suspect for one reason; the heading ends in a label where there is one.
   */
  record Row(String heading, @Nullable String label, List<Other> others) {}

  /** One photograph to decide about. */
  static final class Suspect {
    final Example example;
    final Map<Kind, Double> kinds = new EnumMap<>(Kind.class);
    final List<Row> rows = new ArrayList<>();
    private final Map<String, Row> rowsOfCopies = new LinkedHashMap<>();
    final Set<String> otherLabels = new HashSet<>();
    DatasetReport.@Nullable Suspect doubt;
    @Nullable String problem;

    Suspect(Example example) {
      this.example = example;
    }

    Kind kind() {
      return kinds.keySet().iterator().next();
    }

    double strength() {
      return kinds.values().iterator().next();
    }

    /** The label that R gives, empty where nothing speaks for one. */
    String suggestion() {
      if (doubt != null) {
        return doubt.suggestion();
      }
      return otherLabels.size() == 1 ? otherLabels.iterator().next() : "";
    }

    void beside(Kind kind, double strength, String heading, Example other, String note) {
      kinds.merge(kind, strength, Math::max);
      Row row =
          rowsOfCopies.computeIfAbsent(heading, key -> new Row(heading, null, new ArrayList<>()));
      if (row.others().size() < BESIDE) {
        row.others().add(new Other(other, note));
      }
      String label = other.label();
      if (label != null && !label.equals(example.label())) {
        otherLabels.add(label);
      }
    }
  }

  private final DatasetReport report;
  private final Map<String, Example> examples = new LinkedHashMap<>();
  private final Map<String, Suspect> found = new LinkedHashMap<>();

  SuspectPhotographs(DatasetReport report, @Nullable Split split) {
    this.report = report;
    Dataset dataset = report.dataset();
    dataset.forEach(example -> examples.put(example.id(), example));
    report.copies().forEach(this::copies);
    report.suspects().forEach(this::doubted);
    report.nearDuplicates().forEach(this::alike);
    if (split != null) {
      leaks(split);
    }
    for (DatasetReport.BrokenImage broken : report.brokenImages()) {
      Suspect suspect = suspect(broken.id());
      suspect.kinds.put(Kind.BROKEN, 1.0);
      suspect.problem = broken.problem();
    }
    found.values().forEach(suspect -> suspect.rows.addAll(suspect.rowsOfCopies.values()));
    found.keySet().removeIf(id -> dataset.corrections().of(id).isPresent());
  }

  private Suspect suspect(String id) {
    return found.computeIfAbsent(id, key -> new Suspect(example(id)));
  }

  private Example example(String id) {
    Example example = examples.get(id);
    if (example == null) {
      throw new IllegalStateException("the report is of other photographs than '" + id + "'");
    }
    return example;
  }

  private void copies(DatasetReport.Copies copies) {
    Kind kind = copies.isContradictory() ? Kind.ONE_FILE_TWO_LABELS : Kind.COPY;
    // One of several copies may well stay; of several labels one is wrong.
    List<String> asked =
        copies.isContradictory() ? copies.ids() : copies.ids().subList(1, copies.ids().size());
    for (String id : asked) {
      for (String other : copies.ids()) {
        if (!other.equals(id)) {
          suspect(id).beside(kind, 1, "The same file", example(other), "");
        }
      }
    }
  }

  private void alike(DatasetReport.SimilarPair pair) {
    String note = String.format(Locale.ROOT, "%.3f", pair.similarity());
    Kind kind = pair.isContradictory() ? Kind.ALIKE_TWO_LABELS : Kind.ALIKE;
    suspect(pair.second())
        .beside(kind, pair.similarity(), "Looks the same", example(pair.first()), note);
    if (pair.isContradictory()) {
      suspect(pair.first())
          .beside(kind, pair.similarity(), "Looks the same", example(pair.second()), note);
    }
  }

  private void doubted(DatasetReport.Suspect doubt) {
    Suspect suspect = suspect(doubt.id());
    suspect.kinds.put(Kind.DOUBTED, doubt.suggestionProbability() - doubt.labelProbability());
    suspect.doubt = doubt;
    List<Neighbour> ofLabel = report.resembled(doubt, doubt.label());
    List<Neighbour> ofSuggestion = report.resembled(doubt, doubt.suggestion());
    if (!ofLabel.isEmpty() || !ofSuggestion.isEmpty()) {
      suspect.rows.add(row("Most alike of", doubt.label(), ofLabel));
      suspect.rows.add(row("Most alike of", doubt.suggestion(), ofSuggestion));
    } else if (!report.resembled(doubt).isEmpty()) {
      suspect.rows.add(row("Most alike", null, report.resembled(doubt)));
    }
  }

  private Row row(String heading, @Nullable String label, List<Neighbour> neighbours) {
    return new Row(
        heading,
        label,
        neighbours.stream()
            .filter(one -> examples.containsKey(one.id()))
            .map(
                one ->
                    new Other(
                        example(one.id()), String.format(Locale.ROOT, "%.2f", one.similarity())))
            .toList());
  }

  private void leaks(Split split) {
    Map<String, Integer> parts = new LinkedHashMap<>();
    Map<ImageSource, Integer> byImage = new LinkedHashMap<>();
    List<Dataset> all =
        split.hasTest()
            ? List.of(split.train(), split.validation(), split.test())
            : List.of(split.train(), split.validation());
    for (int part = 0; part < all.size(); part++) {
      int place = part;
      all.get(part).forEach(example -> byImage.putIfAbsent(example.image(), place));
    }
    examples.forEach((id, one) -> parts.put(id, byImage.getOrDefault(one.image(), -1)));
    List<String> names = List.of("training", "validation", "test");
    for (Set<String> torn : report.straddling(split)) {
      for (String id : torn) {
        int part = parts.getOrDefault(id, -1);
        for (String other : torn) {
          int earlier = parts.getOrDefault(other, -1);
          if (earlier >= 0 && earlier < part) {
            suspect(id)
                .beside(
                    Kind.LEAK,
                    1,
                    "Of the "
                        + names.get(part)
                        + " part, and also of the "
                        + names.get(earlier)
                        + " part",
                    example(other),
                    "");
          }
        }
      }
    }
  }

  /** All of them, the strongest suspicion first. */
  ImmutableList<Suspect> ordered() {
    Map<String, Integer> places = new LinkedHashMap<>();
    examples.keySet().forEach(id -> places.put(id, places.size()));
    return found.values().stream()
        .sorted(
            Comparator.comparing(Suspect::kind)
                .thenComparing(Comparator.comparingDouble(Suspect::strength).reversed())
                .thenComparing(suspect -> places.getOrDefault(suspect.example.id(), 0)))
        .collect(ImmutableList.toImmutableList());
  }

  /** "3 doubted labels, 1 copy". */
  static String counted(List<Suspect> suspects) {
    Map<Kind, Integer> counts = new EnumMap<>(Kind.class);
    suspects.forEach(suspect -> counts.merge(suspect.kind(), 1, Integer::sum));
    return counts.entrySet().stream()
        .map(
            entry ->
                entry.getValue()
                    + " "
                    + (entry.getValue() == 1 ? entry.getKey().one : entry.getKey().several))
        .collect(Collectors.joining(", "));
  }
}
