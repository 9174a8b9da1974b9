package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableTable;
import com.google.common.collect.LinkedHashMultimap;
import com.google.common.collect.SetMultimap;
import com.google.common.collect.Table;
import com.google.errorprone.annotations.CheckReturnValue;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.internal.Excerpt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is wrong with a data set, or may be: broken files, copies of one file, near-duplicates, very
 * small and oddly shaped images, rare breeds, and, once a model has been asked, photographs whose
 * label is doubtful. Nothing is changed or deleted.
 *
 * <pre>{@code
 * DatasetReport report = DatasetReport.of(dogs);
 * System.out.println(report);
 * Split split = dogs.split(0.8, 13, report.duplicateGroups());
 * }</pre>
 *
 * <p>Every image is decoded once, on all processors: some milliseconds each. Near-duplicates are
 * found by comparing all pairs of images, by a hash of 64 bits first and then by the correlation of
 * their grey values at 32 x 32; mirrored or cropped copies are not recognised. Of each image a
 * kilobyte is kept while comparing.
 *
 * <p>Immutable.
 */
@CheckReturnValue
public final class DatasetReport {

  /**
   * What counts as a problem.
   *
   * @param similarity the least correlation of two images' grey values at 32 x 32 for them to be
   *     near-duplicates, above 0, at most 1; 0.9 unless set
   * @param smallestSide images with a shorter side, in pixels, are too small; 64 unless set
   * @param longestRatio images whose longer side is more than this many times the shorter one are
   *     oddly shaped; at least 1, 3 unless set
   * @param fewestImages breeds with fewer images are rare; 20 unless set
   */
  public record Thresholds(
      double similarity, int smallestSide, double longestRatio, int fewestImages) {
    private static final Thresholds STANDARD = new Thresholds(0.9, 64, 3, 20);

    /** Checks the numbers. */
    public Thresholds {
      checkArgument(
          similarity > 0 && similarity <= 1,
          "similarity must be above 0 and at most 1, got %s",
          similarity);
      checkArgument(smallestSide >= 0, "smallestSide must not be negative, got %s", smallestSide);
      checkArgument(longestRatio >= 1, "longestRatio must be at least 1, got %s", longestRatio);
      checkArgument(fewestImages >= 0, "fewestImages must not be negative, got %s", fewestImages);
    }

    /**
     * The thresholds that {@link DatasetReport#of(Dataset)} uses.
     *
     * @return 0.9, 64 pixels, 3 and 20 images
     */
    public static Thresholds standard() {
      return STANDARD;
    }
  }

  /**
   * An image that cannot be read.
   *
   * @param id the example's id
   * @param image the photograph
   * @param problem what is wrong
   */
  public record BrokenImage(String id, ImageSource image, String problem) {}

  /**
   * Examples whose photographs are the same, byte for byte.
   *
   * @param ids the examples' ids, two or more, in the data set's order
   * @param labels their distinct labels, in the same order; empty where unlabelled
   */
  public record Copies(List<String> ids, List<String> labels) {

    /** Copies the lists. */
    public Copies {
      ids = ImmutableList.copyOf(ids);
      labels = ImmutableList.copyOf(labels);
    }

    /**
     * Whether the labels contradict each other.
     *
     * @return true if there is more than one
     */
    public boolean isContradictory() {
      return labels.size() > 1;
    }
  }

  /**
   * Two images that look the same.
   *
   * @param first the earlier example's id
   * @param second the later example's id
   * @param similarity the correlation of their grey values at 32 x 32, at most 1
   * @param firstLabel the earlier example's label, or null
   * @param secondLabel the later example's label, or null
   */
  public record SimilarPair(
      String first,
      String second,
      double similarity,
      @Nullable String firstLabel,
      @Nullable String secondLabel) {

    /**
     * Whether the labels contradict each other.
     *
     * @return true if they differ
     */
    public boolean isContradictory() {
      return firstLabel != null && !firstLabel.equals(secondLabel);
    }
  }

  /**
   * An image of an unusual size.
   *
   * @param id the example's id
   * @param image the photograph
   * @param width in pixels
   * @param height in pixels
   */
  public record OddImage(String id, ImageSource image, int width, int height) {}

  /**
   * An example that a model which never saw it takes for another breed.
   *
   * @param id the example's id
   * @param image the photograph
   * @param label the label it has
   * @param labelProbability what the model gives that label, 0..1
   * @param suggestion the label that the model suggests
   * @param suggestionProbability what the model gives the suggestion, 0..1
   */
  public record Suspect(
      String id,
      ImageSource image,
      String label,
      double labelProbability,
      String suggestion,
      double suggestionProbability) {}

  /** How many photographs are shown beside a suspect. */
  private static final int RESEMBLED = 4;

  private final Dataset dataset;
  private final Thresholds thresholds;
  private final ImmutableList<BrokenImage> broken;
  private final ImmutableList<Copies> copies;
  private final ImmutableList<SimilarPair> similar;
  private final Groups groups;
  private final ImmutableList<OddImage> small;
  private final ImmutableList<OddImage> odd;
  private final ImmutableList<Suspect> suspects;

  /** How many labels would be doubted, had not somebody decided about them. */
  private final int decided;

  /** What suspects resemble, by their ids. */
  private final ImmutableMap<String, List<Neighbour>> resembled;

  /** What suspects resemble among photographs of one label, by their ids and that label. */
  private final ImmutableTable<String, String, List<Neighbour>> resembledOfLabel;

  private DatasetReport(Dataset dataset, Thresholds thresholds, List<ImageTraits> traits) {
    this.dataset = dataset;
    this.thresholds = thresholds;
    ImmutableList.Builder<BrokenImage> brokenImages = ImmutableList.builder();
    ImmutableList.Builder<OddImage> smallImages = ImmutableList.builder();
    ImmutableList.Builder<OddImage> oddImages = ImmutableList.builder();
    Map<String, List<Integer>> byContent = new LinkedHashMap<>();
    for (int i = 0; i < traits.size(); i++) {
      ImageTraits image = traits.get(i);
      Example example = dataset.example(i);
      if (image.content() != null) {
        byContent.computeIfAbsent(image.content(), content -> new ArrayList<>()).add(i);
      }
      String problem = image.problem();
      if (problem != null) {
        brokenImages.add(new BrokenImage(example.id(), example.image(), problem));
        continue;
      }
      OddImage size = new OddImage(example.id(), example.image(), image.width(), image.height());
      if (Math.min(image.width(), image.height()) < thresholds.smallestSide()) {
        smallImages.add(size);
      }
      if (image.ratio() > thresholds.longestRatio()) {
        oddImages.add(size);
      }
    }
    this.broken = brokenImages.build();
    this.small = smallImages.build();
    this.odd = oddImages.build();
    this.suspects = ImmutableList.of();
    this.decided = 0;
    this.resembled = ImmutableMap.of();
    this.resembledOfLabel = ImmutableTable.of();

    // The first of several copies of a file stands for all of them.
    int[] distinct =
        byContent.values().stream()
            .mapToInt(places -> places.get(0))
            .filter(i -> traits.get(i).problem() == null)
            .toArray();
    NearDuplicates duplicates = new NearDuplicates(traits, distinct, thresholds.similarity());
    ImmutableList.Builder<Copies> sameFiles = ImmutableList.builder();
    for (List<Integer> places : byContent.values()) {
      if (places.size() > 1) {
        places.forEach(place -> duplicates.join(places.get(0), place));
        Set<String> labels = new LinkedHashSet<>();
        for (int place : places) {
          String label = dataset.example(place).label();
          if (label != null) {
            labels.add(label);
          }
        }
        sameFiles.add(new Copies(ids(places), List.copyOf(labels)));
      }
    }
    this.copies = sameFiles.build();
    this.similar =
        duplicates.pairs().stream()
            .map(this::similarPair)
            .sorted(Comparator.comparingDouble(SimilarPair::similarity).reversed())
            .collect(ImmutableList.toImmutableList());
    this.groups = Groups.of(duplicates.groups().stream().map(this::ids).toList());
  }

  private DatasetReport(
      DatasetReport report,
      List<Suspect> suspects,
      int decided,
      Map<String, List<Neighbour>> resembled,
      Table<String, String, List<Neighbour>> resembledOfLabel) {
    this.dataset = report.dataset;
    this.thresholds = report.thresholds;
    this.broken = report.broken;
    this.copies = report.copies;
    this.similar = report.similar;
    this.groups = report.groups;
    this.small = report.small;
    this.odd = report.odd;
    this.suspects = ImmutableList.copyOf(suspects);
    this.decided = decided;
    this.resembled = ImmutableMap.copyOf(resembled);
    this.resembledOfLabel = ImmutableTable.copyOf(resembledOfLabel);
  }

  /** This report with doubted labels, but for those that somebody has decided about. */
  private DatasetReport doubting(Dataset asked, List<Suspect> found) {
    List<Suspect> open =
        found.stream().filter(suspect -> asked.corrections().of(suspect.id()).isEmpty()).toList();
    return new DatasetReport(this, open, found.size() - open.size(), Map.of(), ImmutableTable.of());
  }

  private List<String> ids(List<Integer> places) {
    return places.stream().map(place -> dataset.example(place).id()).toList();
  }

  private SimilarPair similarPair(NearDuplicates.Pair pair) {
    Example first = dataset.example(pair.first());
    Example second = dataset.example(pair.second());
    return new SimilarPair(
        first.id(), second.id(), pair.similarity(), first.label(), second.label());
  }

  /**
   * Looks at every image of a data set.
   *
   * @param dataset the data set
   * @return what was found
   */
  public static DatasetReport of(Dataset dataset) {
    return of(dataset, Thresholds.standard());
  }

  /**
   * Looks at every image of a data set.
   *
   * @param dataset the data set
   * @param thresholds what counts as a problem
   * @return what was found
   */
  public static DatasetReport of(Dataset dataset, Thresholds thresholds) {
    ImageDecoder decoder = ImageDecoder.standard();
    List<ImageTraits> traits =
        InParallel.map(dataset.examples(), example -> ImageTraits.of(example.image(), decoder));
    return new DatasetReport(dataset, thresholds, traits);
  }

  /**
   * The data set looked at.
   *
   * @return the data set
   */
  public Dataset dataset() {
    return dataset;
  }

  /**
   * What counted as a problem.
   *
   * @return the thresholds
   */
  public Thresholds thresholds() {
    return thresholds;
  }

  /**
   * Images that cannot be read.
   *
   * @return an immutable list in the data set's order
   */
  public List<BrokenImage> brokenImages() {
    return broken;
  }

  /**
   * Files that are in the data set more than once, byte for byte.
   *
   * @return an immutable list of groups, in the order of their first members
   */
  public List<Copies> copies() {
    return copies;
  }

  /**
   * Images that look the same though their files differ. Of copies of a file the first one stands
   * for all.
   *
   * @return an immutable list of pairs, the most similar first; at most 100,000
   */
  public List<SimilarPair> nearDuplicates() {
    return similar;
  }

  /**
   * What a split should keep together: copies and near-duplicates, joined where they share an
   * image.
   *
   * @return the groups, for {@link Dataset#split(double, long, Groups)} and {@link
   *     Dataset#kFold(int, long, Groups)}
   */
  public Groups duplicateGroups() {
    return groups;
  }

  /**
   * The groups of duplicates that a split tears apart, so that one part holds what is in another:
   * what was trained on is in the validation part, say.
   *
   * @param split a split of this data set, in two or three parts
   * @return an immutable list of sets of ids, those in several parts only
   */
  public List<Set<String>> straddling(Split split) {
    List<Set<String>> parts = new ArrayList<>();
    parts.add(ids(split.train()));
    parts.add(ids(split.validation()));
    if (split.hasTest()) {
      parts.add(ids(split.test()));
    }
    ImmutableList.Builder<Set<String>> torn = ImmutableList.builder();
    for (Set<String> group : groups.groups()) {
      if (parts.stream().filter(part -> group.stream().anyMatch(part::contains)).count() > 1) {
        torn.add(group);
      }
    }
    return torn.build();
  }

  /** The ids that a part's photographs have in the data set looked at, whatever the part's are. */
  private Set<String> ids(Dataset part) {
    Set<ImageSource> images = new HashSet<>();
    part.forEach(example -> images.add(example.image()));
    Set<String> ids = new LinkedHashSet<>();
    dataset.forEach(
        example -> {
          if (images.contains(example.image())) {
            ids.add(example.id());
          }
        });
    return ids;
  }

  /**
   * Images whose shorter side is below {@link Thresholds#smallestSide()}.
   *
   * @return an immutable list in the data set's order
   */
  public List<OddImage> smallImages() {
    return small;
  }

  /**
   * Images longer than {@link Thresholds#longestRatio()} allows.
   *
   * @return an immutable list in the data set's order
   */
  public List<OddImage> oddlyShapedImages() {
    return odd;
  }

  /**
   * Breeds with fewer than {@link Thresholds#fewestImages()} images, none included.
   *
   * @return an immutable list, the rarest first
   */
  public List<LabelCount> rareBreeds() {
    return dataset.summary().ranking().stream()
        .filter(count -> count.images() < thresholds.fewestImages())
        .sorted(Comparator.comparingInt(LabelCount::images))
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * Examples that are probably mislabelled, by confident learning: the model's mean probability for
   * a breed over that breed's own images is the breed's threshold; an example is suspect where
   * another breed reaches its threshold and is more probable than the example's own label (C.
   * Northcutt, L. Jiang, I. Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels",
   * 2021).
   *
   * <p>The probabilities must come from models that were not trained on the example, as {@link
   * Dataset#kFold} gives them: a model remembers the labels it was trained on, wrong ones as well.
   *
   * @param labels the labels, in the order of the probabilities
   * @param outOfFold for each example of the data set, in its order, a probability for each label
   * @return the suspects, the most probable mistake (by difference of the two probabilities) first
   * @throws IllegalArgumentException if the probabilities do not fit the data set and labels
   * @throws IllegalStateException if the data set is unlabelled
   */
  public List<Suspect> suspects(Labels labels, float[][] outOfFold) {
    return suspects(dataset, labels, outOfFold);
  }

  private static ImmutableList<Suspect> suspects(
      Dataset dataset, Labels labels, float[][] outOfFold) {
    int size = dataset.size();
    checkArgument(
        outOfFold.length == size,
        "outOfFold must have a row for each of the %s examples, got %s",
        size,
        outOfFold.length);
    if (!dataset.isLabelled()) {
      throw new IllegalStateException("the data set is unlabelled: nothing can be mislabelled");
    }
    int[] given = new int[size];
    double[] sum = new double[labels.size()];
    int[] count = new int[labels.size()];
    for (int i = 0; i < size; i++) {
      float[] row = outOfFold[i];
      checkArgument(
          row.length == labels.size(),
          "outOfFold must have a probability for each of the %s labels, got %s in row %s",
          labels.size(),
          row.length,
          i);
      for (float probability : row) {
        // Also false for NaN. The bound leaves room for rounding.
        if (!(probability >= 0 && probability <= 1.0001f)) {
          throw new IllegalArgumentException(
              "outOfFold must hold probabilities in 0..1, got " + probability + " in row " + i);
        }
      }
      given[i] = labels.index(requireNonNull(dataset.example(i).label()));
      sum[given[i]] += row[given[i]];
      count[given[i]]++;
    }
    List<Suspect> found = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      float[] row = outOfFold[i];
      int best = -1;
      for (int c = 0; c < row.length; c++) {
        if (count[c] > 0
            && row[c] >= sum[c] / count[c]
            && row[c] > row[given[i]]
            && (best < 0 || row[c] > row[best])) {
          best = c;
        }
      }
      if (best >= 0) {
        Example example = dataset.example(i);
        found.add(
            new Suspect(
                example.id(),
                example.image(),
                labels.name(given[i]),
                row[given[i]],
                labels.name(best),
                row[best]));
      }
    }
    found.sort(
        Comparator.comparingDouble(
            suspect -> suspect.labelProbability() - suspect.suggestionProbability()));
    return ImmutableList.copyOf(found);
  }

  /**
   * This report with a model's opinion on the labels. Labels that a person has decided about, as
   * {@link Dataset#corrections()} says, are not doubted again.
   *
   * @param labels the labels, in the order of the probabilities
   * @param outOfFold for each example of the data set, in its order, a probability for each label,
   *     from models that were not trained on the example
   * @return the report with {@link #suspects(Labels, float[][])} among its findings
   * @throws IllegalArgumentException if the probabilities do not fit the data set and labels
   * @throws IllegalStateException if the data set is unlabelled
   */
  public DatasetReport withSuspects(Labels labels, float[][] outOfFold) {
    return doubting(dataset, suspects(labels, outOfFold));
  }

  /**
   * This report with a model's opinion on some of the labels. Labels that a person has decided
   * about, as {@link Dataset#corrections()} says, are not doubted again.
   *
   * @param asked what the model was asked about: part of the data set, without broken images for
   *     instance
   * @param labels the labels, in the order of the probabilities
   * @param outOfFold for each example of {@code asked}, in its order, a probability for each label,
   *     from models that were not trained on the example
   * @return the report with the suspects among its findings
   * @throws IllegalArgumentException if {@code asked} has examples that the data set has not, or
   *     the probabilities do not fit it and the labels
   * @throws IllegalStateException if the data set is unlabelled
   */
  public DatasetReport withSuspects(Dataset asked, Labels labels, float[][] outOfFold) {
    Set<Example> known = new HashSet<>(dataset.examples());
    asked.forEach(
        example ->
            checkArgument(
                known.contains(example),
                "asked: the data set that was looked at has no example '%s' with this image and"
                    + " label",
                example.id()));
    return doubting(asked, suspects(asked, labels, outOfFold));
  }

  /**
   * Examples that are probably mislabelled.
   *
   * @return an immutable list, the most probable mistake first; empty unless the report was made by
   *     {@link #withSuspects}
   */
  public List<Suspect> suspects() {
    return suspects;
  }

  /**
   * This report with the photographs that each suspect resembles: beside them a wrong label shows.
   *
   * @param embeddings of the data set's photographs, found by their ids; suspects that are not
   *     among them resemble nothing
   * @return the changed report
   */
  public DatasetReport withLikeness(Embeddings embeddings) {
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < embeddings.size(); i++) {
      places.putIfAbsent(embeddings.id(i), i);
    }
    List<String> ids =
        suspects.stream().map(Suspect::id).filter(places::containsKey).distinct().toList();
    Neighbours search = Neighbours.among(embeddings);
    List<List<Neighbour>> found =
        search.nearestToEach(ids.stream().map(places::get).toList(), RESEMBLED);
    ImmutableMap.Builder<String, List<Neighbour>> neighbours = ImmutableMap.builder();
    for (int i = 0; i < ids.size(); i++) {
      neighbours.put(ids.get(i), found.get(i));
    }
    return new DatasetReport(
        this, suspects, decided, neighbours.buildOrThrow(), ofLabels(search, places));
  }

  /** What suspects resemble among photographs of the label they have and of the one suggested. */
  private Table<String, String, List<Neighbour>> ofLabels(
      Neighbours search, Map<String, Integer> places) {
    SetMultimap<String, String> asked = LinkedHashMultimap.create();
    for (Suspect suspect : suspects) {
      if (places.containsKey(suspect.id())) {
        asked.put(suspect.label(), suspect.id());
        asked.put(suspect.suggestion(), suspect.id());
      }
    }
    ImmutableTable.Builder<String, String, List<Neighbour>> found = ImmutableTable.builder();
    asked
        .asMap()
        .forEach(
            (label, ids) -> {
              List<List<Neighbour>> nearest =
                  search.nearestOf(
                      ids.stream().map(id -> requireNonNull(places.get(id))).toList(),
                      label,
                      RESEMBLED);
              int i = 0;
              for (String id : ids) {
                found.put(id, label, nearest.get(i++));
              }
            });
    return found.buildOrThrow();
  }

  /**
   * The photographs of one label that a suspect resembles: of the label that it has, or of the one
   * that the model suggests. Side by side they say which is right.
   *
   * @param suspect one of {@link #suspects()}
   * @param label its {@link Suspect#label()} or {@link Suspect#suggestion()}
   * @return the most similar first, four at most; empty for other labels, and unless {@link
   *     #withLikeness} was given embeddings
   */
  public List<Neighbour> resembled(Suspect suspect, String label) {
    List<Neighbour> found = resembledOfLabel.get(suspect.id(), label);
    return found == null ? List.of() : found;
  }

  /**
   * How many labels would be doubted, had not somebody decided about them.
   *
   * @return 0 unless {@link Dataset#corrections()} has some
   */
  public int suspectsDecided() {
    return decided;
  }

  /**
   * The photographs of the data set that a suspect resembles.
   *
   * @param suspect one of {@link #suspects()}
   * @return the most similar first, four at most; empty unless {@link #withLikeness} was given
   *     embeddings
   */
  public List<Neighbour> resembled(Suspect suspect) {
    return resembled.getOrDefault(suspect.id(), List.of());
  }

  /**
   * Whether nothing at all was found.
   *
   * @return true if every list is empty
   */
  public boolean isClean() {
    return broken.isEmpty()
        && copies.isEmpty()
        && similar.isEmpty()
        && small.isEmpty()
        && odd.isEmpty()
        && suspects.isEmpty()
        && (!dataset.isLabelled() || rareBreeds().isEmpty());
  }

  /**
   * The report as text for people: each kind of finding with its number and up to ten of it.
   *
   * @return several lines
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(Problems.count(dataset.size(), "image", "images")).append(" looked at");
    section(
        text,
        "broken images",
        broken.stream().map(image -> image.id() + ": " + image.problem()).toList());
    section(
        text,
        "files that are there more than once",
        copies.stream()
            .map(
                same ->
                    Excerpt.names(same.ids())
                        + (same.isContradictory()
                            ? ", with different breeds: " + String.join(", ", same.labels())
                            : ""))
            .toList());
    section(
        text,
        "pairs of near-duplicates",
        similar.stream()
            .map(
                pair ->
                    String.format(Locale.ROOT, "%.3f ", pair.similarity())
                        + pair.first()
                        + ", "
                        + pair.second()
                        + (pair.isContradictory()
                            ? ", with different breeds: "
                                + pair.firstLabel()
                                + ", "
                                + pair.secondLabel()
                            : ""))
            .toList());
    section(
        text,
        "images with a side below " + thresholds.smallestSide() + " pixels",
        small.stream().map(DatasetReport::size).toList());
    section(
        text,
        String.format(Locale.ROOT, "images longer than %.4g : 1", thresholds.longestRatio()),
        odd.stream().map(DatasetReport::size).toList());
    if (dataset.isLabelled()) {
      section(
          text,
          "breeds with fewer than " + thresholds.fewestImages() + " images",
          rareBreeds().stream().map(LabelCount::toString).toList());
      DatasetSummary summary = dataset.summary();
      text.append(
          String.format(
              Locale.ROOT,
              "\nimbalance: the most common breed has %.1f times the images of the least common one",
              summary.imbalance()));
    }
    if (decided > 0) {
      text.append("\nlabels that somebody has decided about, not doubted again: ")
          .append(Problems.number(decided));
    }
    if (!suspects.isEmpty()) {
      section(
          text,
          "images that may be mislabelled",
          suspects.stream()
              .map(
                  suspect ->
                      String.format(
                              Locale.ROOT,
                              "%s: labelled %s (%.0f %%), rather %s (%.0f %%)",
                              suspect.id(),
                              suspect.label(),
                              100 * suspect.labelProbability(),
                              suspect.suggestion(),
                              100 * suspect.suggestionProbability())
                          + likeness(resembled(suspect)))
              .toList());
    }
    return text.toString();
  }

  private static String likeness(List<Neighbour> neighbours) {
    return neighbours.isEmpty()
        ? ""
        : ", looks like "
            + neighbours.stream().map(Neighbour::toString).collect(Collectors.joining(", "));
  }

  private static String size(OddImage image) {
    return image.id() + ": " + image.width() + " x " + image.height();
  }

  private static void section(StringBuilder text, String name, List<String> findings) {
    text.append('\n').append(name).append(": ").append(Problems.number(findings.size()));
    text.append(Problems.lines(findings));
  }

  /**
   * The report as JSON, complete: an object with {@code images}, {@code brokenImages}, {@code
   * copies}, {@code nearDuplicates}, {@code smallImages}, {@code oddlyShapedImages}, {@code
   * rareBreeds}, {@code imbalance}, {@code suspects} and {@code suspectsDecided}.
   *
   * @return the JSON, indented
   */
  public String toJson() {
    JsonObject json = new JsonObject();
    json.addProperty("images", dataset.size());
    JsonArray brokenJson = new JsonArray();
    for (BrokenImage image : broken) {
      JsonObject object = imageJson(image.id(), image.image());
      object.addProperty("problem", image.problem());
      brokenJson.add(object);
    }
    json.add("brokenImages", brokenJson);
    JsonArray copiesJson = new JsonArray();
    for (Copies same : copies) {
      JsonObject object = new JsonObject();
      object.add("ids", texts(same.ids()));
      object.add("labels", texts(same.labels()));
      copiesJson.add(object);
    }
    json.add("copies", copiesJson);
    JsonArray pairsJson = new JsonArray();
    for (SimilarPair pair : similar) {
      JsonObject object = new JsonObject();
      object.addProperty("first", pair.first());
      object.addProperty("second", pair.second());
      object.addProperty("similarity", pair.similarity());
      object.addProperty("firstLabel", pair.firstLabel());
      object.addProperty("secondLabel", pair.secondLabel());
      pairsJson.add(object);
    }
    json.add("nearDuplicates", pairsJson);
    json.add("smallImages", sizes(small));
    json.add("oddlyShapedImages", sizes(odd));
    JsonObject rareJson = new JsonObject();
    rareBreeds().forEach(count -> rareJson.addProperty(count.label(), count.images()));
    json.add("rareBreeds", rareJson);
    json.addProperty("imbalance", dataset.summary().imbalance());
    JsonArray suspectsJson = new JsonArray();
    for (Suspect suspect : suspects) {
      JsonObject object = imageJson(suspect.id(), suspect.image());
      object.addProperty("label", suspect.label());
      object.addProperty("labelProbability", suspect.labelProbability());
      object.addProperty("suggestion", suspect.suggestion());
      object.addProperty("suggestionProbability", suspect.suggestionProbability());
      JsonArray likeness = new JsonArray();
      for (Neighbour neighbour : resembled(suspect)) {
        JsonObject one = new JsonObject();
        one.addProperty("id", neighbour.id());
        one.addProperty("label", neighbour.label());
        one.addProperty("similarity", neighbour.similarity());
        likeness.add(one);
      }
      object.add("resembled", likeness);
      suspectsJson.add(object);
    }
    json.add("suspects", suspectsJson);
    json.addProperty("suspectsDecided", decided);
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(json);
  }

  private static JsonObject imageJson(String id, ImageSource image) {
    JsonObject object = new JsonObject();
    object.addProperty("id", id);
    object.addProperty("image", image.name());
    return object;
  }

  private static JsonArray sizes(List<OddImage> images) {
    JsonArray array = new JsonArray();
    for (OddImage image : images) {
      JsonObject object = imageJson(image.id(), image.image());
      object.addProperty("width", image.width());
      object.addProperty("height", image.height());
      array.add(object);
    }
    return array;
  }

  private static JsonArray texts(List<String> texts) {
    JsonArray array = new JsonArray();
    texts.forEach(array::add);
    return array;
  }
}
