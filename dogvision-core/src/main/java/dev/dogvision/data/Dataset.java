package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Lists;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.internal.BreedNames;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.Fingerprints;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Photographs and, unless they are unlabelled, their breeds. Immutable and safe to share among
 * threads; the image files are not read until somebody decodes them.
 *
 * <p>Every example has its own id. Either all examples have a label or none has. A data set made
 * from another one (a part, a sample) keeps all of its {@link #labels()}, so that label indices
 * mean the same in each.
 */
@CheckReturnValue
public final class Dataset implements Iterable<Example> {
  private static final Logger LOG = LoggerFactory.getLogger(Dataset.class);

  private final ImmutableList<Example> examples;
  private final Labels labels;
  private final int[] labelIndices;
  private final DatasetSummary summary;

  /** Whether a competition's table gave the ids: then they are not to be changed. */
  private final boolean idsGiven;

  /** What people decided about photographs, those that are not here for it as well. */
  private final Corrections corrections;

  Dataset(List<Example> examples, Labels labels, ReadingReport reading) {
    this(examples, labels, reading, false, Corrections.none());
  }

  Dataset(
      List<Example> examples,
      Labels labels,
      ReadingReport reading,
      boolean idsGiven,
      Corrections corrections) {
    this.idsGiven = idsGiven;
    this.corrections = corrections;
    this.examples = ImmutableList.copyOf(examples);
    this.labels = labels;
    Set<String> ids = new HashSet<>();
    for (Example example : this.examples) {
      checkArgument(ids.add(example.id()), "id '%s' occurs twice in the data set", example.id());
      checkArgument(
          (example.label() == null) == labels.isEmpty(),
          "either all examples have a label or none has, but '%s' has %s",
          example.id(),
          example.label() == null ? "none" : "'" + example.label() + "'");
    }
    this.labelIndices =
        labels.isEmpty()
            ? new int[0]
            : this.examples.stream()
                .mapToInt(example -> labels.index(requireNonNull(example.label())))
                .toArray();
    this.summary =
        new DatasetSummary(this.examples.size(), !labels.isEmpty(), labels, labelIndices, reading);
  }

  /**
   * A data set of the given examples, with the sorted labels that occur in them.
   *
   * @param examples the examples, at least one, each with an id of its own, all of them labelled or
   *     none
   * @return the data set
   * @throws IllegalArgumentException if there is no example, an id occurs twice, or only some
   *     examples have a label
   */
  public static Dataset of(List<Example> examples) {
    List<String> names =
        examples.stream().map(Example::label).filter(Objects::nonNull).distinct().toList();
    return of(examples, names.isEmpty() ? Labels.none() : Labels.sorted(names));
  }

  /**
   * A data set of the given examples and labels.
   *
   * @param examples the examples, at least one, each with an id of its own, all of them labelled or
   *     none
   * @param labels all labels, in the order of a model's outputs; some may have no example; {@link
   *     Labels#none()} for unlabelled examples
   * @return the data set
   * @throws IllegalArgumentException if there is no example, an id occurs twice, an example's label
   *     is not among the labels, or only some examples have a label
   */
  public static Dataset of(List<Example> examples, Labels labels) {
    checkArgument(!examples.isEmpty(), "examples must not be empty");
    return new Dataset(examples, labels, ReadingReport.NONE);
  }

  /**
   * The examples.
   *
   * @return an immutable list, at least one
   */
  public List<Example> examples() {
    return examples;
  }

  @Override
  public Iterator<Example> iterator() {
    return examples.iterator();
  }

  /**
   * One example.
   *
   * @param index its place, from 0
   * @return the example
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public Example example(int index) {
    return examples.get(index);
  }

  /**
   * The labels, whether or not there is an image of each.
   *
   * @return {@link Labels#none()} for an unlabelled data set
   */
  public Labels labels() {
    return labels;
  }

  /**
   * Whether the examples have labels.
   *
   * @return false where none has one
   */
  public boolean isLabelled() {
    return !labels.isEmpty();
  }

  /**
   * The number of examples.
   *
   * @return at least 1
   */
  public int size() {
    return examples.size();
  }

  /**
   * What the data set holds, and what was left out when it was read.
   *
   * @return the summary
   */
  public DatasetSummary summary() {
    return summary;
  }

  /**
   * Ids and labels in four figures for people, as data frames of other languages describe their
   * columns: how many there are ({@code count}), how many different ones ({@code unique}), the most
   * common one, or the first of several ({@code top}), and how often it occurs ({@code freq}).
   *
   * @return a table of five lines; without a column of breeds for an unlabelled data set
   */
  public String describe() {
    return LabelsAsTable.describe(this);
  }

  /**
   * Ids and labels of the first examples, as a table for people.
   *
   * @param rows how many at most, above 0
   * @return a line of names, and one for each example, which begins with its place from 0
   * @throws IllegalArgumentException if rows is not above 0
   */
  public String head(int rows) {
    checkArgument(rows > 0, "rows must be above 0, got %s", rows);
    return LabelsAsTable.head(this, rows);
  }

  /**
   * The photographs in batches, each as a network gets it, with its labels: to look at, or for a
   * program of one's own. Training and prediction make their batches themselves, and read ahead.
   *
   * <p>A batch is read when it is asked for, in the thread that asks. One that can't be read ends
   * it with an exception that names the photograph.
   *
   * @param size photographs a batch, above 0; the last one may have fewer
   * @param preprocessing what makes photographs fit the network, such as {@code
   *     model.preprocessing()}
   * @return the batches in the data set's order; each iteration reads them anew
   * @throws IllegalArgumentException if size is not above 0, or a batch had 2 GiB and more
   */
  public Iterable<LabelledBatch> batches(int size, Preprocessing preprocessing) {
    checkArgument(size > 0, "size must be above 0, got %s", size);
    long bytes = 3L * size * preprocessing.size() * preprocessing.size();
    checkArgument(
        bytes <= Integer.MAX_VALUE - 8,
        "a batch of %s photographs of %s x %s pixels has 2 GiB or more",
        size,
        preprocessing.size(),
        preprocessing.size());
    return () ->
        Lists.partition(examples, size).stream()
            .map(part -> LabelledBatch.read(derived(part), preprocessing))
            .iterator();
  }

  /**
   * The place of each example's label among {@link #labels()}.
   *
   * @return a new array, one number an example
   * @throws IllegalStateException if the data set is unlabelled
   */
  public int[] labelIndices() {
    checkLabelled();
    return labelIndices.clone();
  }

  /**
   * The place of one example's label among {@link #labels()}.
   *
   * @param index the example's place, from 0
   * @return its label's place
   * @throws IllegalStateException if the data set is unlabelled
   */
  public int labelIndex(int index) {
    checkLabelled();
    return labelIndices[index];
  }

  /**
   * Each example's label as a distribution.
   *
   * @return a new array, for each example {@code labels().size()} numbers: 1 at its label, 0
   *     elsewhere
   * @throws IllegalStateException if the data set is unlabelled
   */
  public float[][] oneHot() {
    checkLabelled();
    return IntStream.of(labelIndices).mapToObj(labels::oneHot).toArray(float[][]::new);
  }

  private void checkLabelled() {
    if (!isLabelled()) {
      throw new IllegalStateException(
          "the data set (" + Problems.count(size(), "image", "images") + ") is unlabelled");
    }
  }

  /**
   * The first examples, in order.
   *
   * @param n how many at most, above 0
   * @return the first n; all of them where there are no more
   * @throws IllegalArgumentException if n is not above 0
   */
  public Dataset limit(int n) {
    checkArgument(n > 0, "n must be above 0, got %s", n);
    return n >= size() ? this : derived(examples.subList(0, n));
  }

  /**
   * Some of the examples, as evenly from every label as can be, in the data set's order. The same
   * seed gives the same sample on every machine.
   *
   * @param n how many at most, above 0
   * @param seed decides which
   * @return the sample; all of them where there are no more than n
   * @throws IllegalArgumentException if n is not above 0
   */
  public Dataset sample(int n, long seed) {
    checkArgument(n > 0, "n must be above 0, got %s", n);
    if (n >= size()) {
      return this;
    }
    boolean[] chosen = stratification(seed).sample(n);
    return part(i -> chosen[i]);
  }

  /**
   * The examples that satisfy a condition, in order, with all labels kept.
   *
   * @param condition the condition
   * @return the part
   * @throws IllegalArgumentException if no example satisfies it
   */
  public Dataset filter(Predicate<? super Example> condition) {
    List<Example> kept = examples.stream().filter(condition).toList();
    checkArgument(!kept.isEmpty(), "none of the %s examples satisfies the condition", size());
    return derived(kept);
  }

  /**
   * The examples of some labels, in order. The result knows these labels only, in the order they
   * have here.
   *
   * @param names the labels to keep
   * @return the part
   * @throws IllegalArgumentException if a label is not among {@link #labels()}, or no example has
   *     any of them
   */
  public Dataset onlyLabels(Collection<String> names) {
    checkLabelled();
    checkArgument(!names.isEmpty(), "names must not be empty");
    List<String> strangers = names.stream().filter(name -> !labels.contains(name)).toList();
    checkArgument(
        strangers.isEmpty(),
        "not among the %s labels: %s",
        labels.size(),
        Excerpt.names(strangers));
    ImmutableSet<String> wanted = ImmutableSet.copyOf(names);
    Labels kept = Labels.of(labels.names().stream().filter(wanted::contains).toList());
    List<Example> theirs =
        examples.stream()
            .filter(example -> wanted.contains(requireNonNull(example.label())))
            .toList();
    checkArgument(
        !theirs.isEmpty(),
        "none of the %s examples has any of the labels %s",
        size(),
        Excerpt.names(kept.names()));
    return new Dataset(theirs, kept, reading(), idsGiven, corrections);
  }

  /**
   * The examples of some labels.
   *
   * @param names the labels to keep
   * @return the part
   * @see #onlyLabels(Collection)
   */
  public Dataset onlyLabels(String... names) {
    return onlyLabels(Arrays.asList(names));
  }

  /**
   * The same examples, with other labels to choose from: those of a model, say, in its order.
   *
   * @param others the labels; every example's label must be among them, be it in another spelling
   * @return the data set with these labels
   * @throws DatasetException if an example's label is not among them
   * @throws IllegalStateException if the data set is unlabelled
   */
  public Dataset withLabels(Labels others) {
    return withLabels(others, ProblemPolicy.FAIL);
  }

  /**
   * The same examples, with other labels to choose from: those of a model, say, in its order.
   *
   * <p>An example's label need not be spelled as there: {@code n02085620-Chihuahua} is taken for
   * {@code chihuahua} and called so from then on, and the log says so. A label that is there
   * exactly is that one, whatever else is like it; one that could be either of two is not among
   * them.
   *
   * @param others the labels
   * @param unknown what to do about examples whose label is not among them
   * @return the data set with these labels
   * @throws DatasetException if an example's label is not among them and the policy is to fail, or
   *     if none is left
   * @throws IllegalStateException if the data set is unlabelled
   */
  public Dataset withLabels(Labels others, ProblemPolicy unknown) {
    checkLabelled();
    checkArgument(!others.isEmpty(), "labels must not be empty");
    Set<String> strangers = new LinkedHashSet<>();
    for (Example example : examples) {
      String label = requireNonNull(example.label());
      if (!others.contains(label)) {
        strangers.add(label);
      }
    }
    ImmutableMap<String, String> meant = BreedNames.meant(strangers, others.names());
    strangers.removeAll(meant.keySet());
    List<Example> kept = new ArrayList<>();
    for (Example example : examples) {
      String label = requireNonNull(example.label());
      if (meant.containsKey(label)) {
        kept.add(new Example(example.id(), example.image(), meant.get(label)));
      } else if (!strangers.contains(label)) {
        kept.add(example);
      }
    }
    if (!strangers.isEmpty() && unknown == ProblemPolicy.FAIL) {
      List<String> problems = new ArrayList<>();
      for (String stranger : strangers) {
        List<String> close = CloseNames.to(stranger, others.names());
        problems.add(
            "'" + stranger + "'" + (close.isEmpty() ? "" : "; close: " + String.join(", ", close)));
      }
      throw new DatasetException(
          Problems.count(size() - kept.size(), "example has a label", "examples have a label")
              + " that is not among the "
              + others.size()
              + " expected; rename them, or leave the examples out with"
              + " dataset.withLabels(labels, ProblemPolicy.SKIP):"
              + Problems.lines(problems),
          problems,
          null);
    }
    if (kept.isEmpty()) {
      throw new DatasetException(
          "none of the " + size() + " examples has one of the " + others.size() + " labels");
    }
    if (!meant.isEmpty()) {
      LOG.info(BreedNames.told("the data set", meant));
    }
    return new Dataset(kept, others, reading(), idsGiven, corrections);
  }

  /**
   * This data set and another one behind it. Where the labels differ, the result's labels are those
   * of both, sorted.
   *
   * <p>What tells photographs apart is the file or its content. Where both data sets have an id for
   * two different ones, as folders do whose files are all called {@code 001.jpg} and so on, the
   * second is called after its folder as well, {@code valid/001}. Ids that a CSV gave stay as they
   * are.
   *
   * @param other the data set to append
   * @return both
   * @throws IllegalArgumentException if a file is in both, or a photograph of the same id and
   *     content; if two CSVs gave one id to two photographs; if only one of the data sets is
   *     labelled
   */
  public Dataset concat(Dataset other) {
    List<Example> same = inBoth(other);
    checkArgument(
        same.isEmpty(),
        "%s in both data sets: %s; union(...) takes them once",
        Problems.count(same.size(), "photograph is", "photographs are"),
        Excerpt.names(same.stream().map(Example::id).toList()));
    return joined(other, other.examples);
  }

  /**
   * As {@link #concat}, but a photograph that is in both data sets is taken once, as it is in this
   * one.
   *
   * @param other the data set whose other photographs to append
   * @return all photographs of both
   * @throws IllegalArgumentException if two CSVs gave one id to two photographs, or only one of the
   *     data sets is labelled
   */
  public Dataset union(Dataset other) {
    Set<Example> same = new HashSet<>(inBoth(other));
    return joined(other, other.examples.stream().filter(one -> !same.contains(one)).toList());
  }

  private Dataset joined(Dataset other, List<Example> others) {
    List<Example> joined = new ArrayList<>();
    // Given ids stay as they are; others give way.
    if (other.idsGiven && !idsGiven) {
      DistinctIds ids = new DistinctIds(others.stream().map(Example::id).toList());
      examples.forEach(example -> joined.add(ids.of(example)));
      joined.addAll(others);
    } else {
      DistinctIds ids = new DistinctIds(List.of());
      examples.forEach(example -> joined.add(ids.of(example)));
      others.forEach(example -> joined.add(ids.of(example)));
    }
    Labels merged = labels;
    if (!labels.equals(other.labels)) {
      List<String> names = new ArrayList<>(labels.names());
      names.addAll(other.labels.names());
      merged = Labels.sorted(names);
    }
    Set<String> notices = new LinkedHashSet<>(summary.notices());
    notices.addAll(other.summary.notices());
    return new Dataset(
        joined,
        merged,
        ReadingReport.ofNotices(List.copyOf(notices)),
        idsGiven && other.idsGiven,
        corrections(other, joined));
  }

  /** What people decided about both, by the ids that photographs have in the union. */
  private Corrections corrections(Dataset other, List<Example> joined) {
    if (corrections.size() + other.corrections.size() == 0) {
      return Corrections.none();
    }
    Map<ImageSource, String> ids = new HashMap<>();
    joined.forEach(example -> ids.putIfAbsent(example.image(), example.id()));
    Set<String> taken = new HashSet<>(ids.values());
    List<Correction> decided = new ArrayList<>();
    for (Dataset part : List.of(this, other)) {
      Set<String> here = new HashSet<>();
      for (Example example : part) {
        here.add(example.id());
        part.corrections
            .of(example.id())
            .map(one -> one.withId(ids.getOrDefault(example.image(), example.id())))
            .ifPresent(decided::add);
      }
      // What was dropped has no photograph any more, and its id may be another's by now.
      part.corrections.all().stream()
          .filter(one -> !here.contains(one.id()) && !taken.contains(one.id()))
          .forEach(decided::add);
    }
    return Corrections.none().and(decided);
  }

  /** Finds photographs that are in both data sets; refuses given ids that stand for two. */
  private List<Example> inBoth(Dataset other) {
    checkArgument(
        isLabelled() == other.isLabelled(),
        "a labelled and an unlabelled data set cannot be joined");
    Map<String, Example> byId = new HashMap<>();
    Set<ImageSource> images = new HashSet<>();
    for (Example example : examples) {
      byId.put(example.id(), example);
      images.add(example.image());
    }
    List<Example> same = new ArrayList<>();
    List<String> different = new ArrayList<>();
    for (Example example : other) {
      Example namesake = byId.get(example.id());
      if (images.contains(example.image())
          || (namesake != null && Fingerprints.sameContent(namesake.image(), example.image()))) {
        same.add(example);
      } else if (namesake != null) {
        different.add(example.id());
      }
    }
    checkArgument(
        different.isEmpty() || !idsGiven || !other.idsGiven,
        "%s in both data sets, for photographs that differ: %s; rename them in one of the CSVs",
        Problems.count(different.size(), "id is", "ids are"),
        Excerpt.names(different));
    return same;
  }

  /**
   * What people decided about photographs of this data set: of its own, and of those that were
   * dropped. The data doctor does not ask about labels again that somebody has decided about.
   *
   * @return what {@link DatasetBuilder#corrections} and {@link #corrected} applied; {@link
   *     Corrections#none()} where nobody has decided anything
   */
  public Corrections corrections() {
    return corrections;
  }

  /**
   * This data set as people corrected it: photographs relabelled and dropped, in the same order.
   * Applied a second time the same corrections change nothing. They are best applied to a whole
   * data set before it is split, since a part does not know the ids of the other.
   *
   * @param decided what people decided
   * @return the corrected data set, whose summary says what was changed; its labels are those of
   *     this one, then new ones in their order
   * @throws DatasetException if an id is not among those of this data set, or a label is not, or
   *     what was kept has another label by now; the message names all of them at once
   * @see DatasetBuilder#corrections
   */
  public Dataset corrected(Corrections decided) {
    List<String> gone = corrections.all().stream().map(Correction::id).toList();
    CorrectedExamples corrected = new CorrectedExamples(decided, examples, gone, labels.names());
    Set<String> names = new LinkedHashSet<>(labels.names());
    corrected.examples().stream().map(Example::label).filter(Objects::nonNull).forEach(names::add);
    return new Dataset(
        corrected.examples(),
        names.isEmpty() ? labels : Labels.of(names),
        reading().with(corrected),
        idsGiven,
        corrected.applied().and(corrections.all()));
  }

  /**
   * Splits into a part to train on and a part to validate on.
   *
   * <p>The training part has {@code fraction * size()} examples, rounded, and each breed is divided
   * in the same proportion, as exactly as whole images allow. A breed of two or more images is in
   * both parts where the sizes allow it; a breed of one image trains. {@link Split#notes()} names
   * the breeds that are in one part only.
   *
   * <p>The outcome depends on the seed, the ids and the labels, and on nothing else: not on the
   * machine, nor on the order of the examples.
   *
   * @param fraction the training part's share, between 0 and 1, both excluded
   * @param seed decides which examples go where
   * @return the two parts, each at least one example
   * @throws IllegalArgumentException if the fraction is not between 0 and 1
   * @throws IllegalStateException if there is only one example
   */
  public Split split(double fraction, long seed) {
    return split(fraction, seed, Groups.none());
  }

  /**
   * Splits as {@link #split(double, long)} does, and keeps groups together: all examples of a group
   * go to the same part. Where groups are large the parts' sizes may miss the fraction; the notes
   * say so.
   *
   * @param fraction the training part's share, between 0 and 1, both excluded
   * @param seed decides which examples go where
   * @param groups what belongs together; ids that are not in this data set are ignored
   * @return the two parts, each at least one example
   * @throws IllegalArgumentException if the fraction is not between 0 and 1
   * @throws IllegalStateException if there is only one example or group
   */
  public Split split(double fraction, long seed, Groups groups) {
    checkArgument(
        fraction > 0 && fraction < 1,
        "fraction must be between 0 and 1, both excluded, got %s",
        fraction);
    checkSplittable(2, "split in two");
    int trainSize = (int) Math.max(1, Math.min(size() - 1, Math.round(fraction * size())));
    boolean[] train = stratification(seed).split(trainSize, groups);
    Dataset trainPart = partOrFail(i -> train[i]);
    Dataset validationPart = partOrFail(i -> !train[i]);
    List<String> notes = new ArrayList<>();
    if (trainPart.size() != trainSize) {
      notes.add(
          String.format(
              Locale.ROOT,
              "groups kept together made the parts %,d and %,d instead of %,d and %,d",
              trainPart.size(),
              validationPart.size(),
              trainSize,
              size() - trainSize));
    }
    return new Split(trainPart, validationPart, null, notes(trainPart, validationPart, notes));
  }

  /**
   * Splits into a part to train on, a part to validate on while training, and a part to test on in
   * the end, each breed in the same proportion.
   *
   * <p>The training part is that of {@link #split(double, long)} with the same fraction and seed.
   * The rest is divided in the same way: a breed with two or more images left is in both other
   * parts where the sizes allow it. {@link Split#notes()} names the breeds that are not in every
   * part.
   *
   * <p>The outcome depends on the seed, the ids and the labels, and on nothing else.
   *
   * @param train the training part's share, above 0
   * @param validation the validation part's share, above 0; what both leave, above 0 too, is the
   *     test part's
   * @param seed decides which examples go where
   * @return the three parts, each at least one example
   * @throws IllegalArgumentException if a share is not above 0, or both leave nothing
   * @throws IllegalStateException if there are fewer than three examples
   */
  public Split split(double train, double validation, long seed) {
    return split(train, validation, seed, Groups.none());
  }

  /**
   * Splits as {@link #split(double, double, long)} does, and keeps groups together: all examples of
   * a group go to the same part.
   *
   * @param train the training part's share, above 0
   * @param validation the validation part's share, above 0; what both leave, above 0 too, is the
   *     test part's
   * @param seed decides which examples go where
   * @param groups what belongs together; ids that are not in this data set are ignored
   * @return the three parts, each at least one example
   * @throws IllegalArgumentException if a share is not above 0, or both leave nothing
   * @throws IllegalStateException if there are fewer than three examples or groups
   */
  public Split split(double train, double validation, long seed, Groups groups) {
    checkArgument(train > 0 && train < 1, "train must be between 0 and 1, got %s", train);
    checkArgument(
        validation > 0 && validation < 1, "validation must be between 0 and 1, got %s", validation);
    checkArgument(
        train + validation < 1 - 1e-9,
        "train and validation must leave something for the test part, got %s and %s",
        train,
        validation);
    checkSplittable(3, "split in three");
    int trainSize = (int) Math.max(1, Math.min(size() - 2, Math.round(train * size())));
    boolean[] trains = stratification(seed).split(trainSize, groups);
    Dataset trainPart = partOrFail(i -> trains[i]);
    Dataset rest = partOrFail(i -> !trains[i]);
    rest.checkSplittable(2, "make a validation and a test part of");
    int validationSize =
        (int) Math.max(1, Math.min(rest.size() - 1, Math.round(validation * size())));
    boolean[] validates = rest.stratification(seed).split(validationSize, groups);
    Dataset validationPart = rest.partOrFail(i -> validates[i]);
    Dataset testPart = rest.partOrFail(i -> !validates[i]);
    List<String> notes = new ArrayList<>();
    if (trainPart.size() != trainSize || validationPart.size() != validationSize) {
      notes.add(
          String.format(
              Locale.ROOT,
              "groups kept together made the parts %,d, %,d and %,d instead of %,d, %,d and %,d",
              trainPart.size(),
              validationPart.size(),
              testPart.size(),
              trainSize,
              validationSize,
              size() - trainSize - validationSize));
    }
    noteMissing(notes, trainPart, "cannot be learnt, without an image in the training part");
    noteMissing(
        notes, validationPart, "cannot be measured in the validation part, without an image");
    noteMissing(notes, testPart, "cannot be measured in the test part, without an image");
    return new Split(trainPart, validationPart, testPart, notes);
  }

  /** Notes the breeds that have images, but none in a part. */
  private void noteMissing(List<String> notes, Dataset part, String what) {
    List<String> missing = new ArrayList<>();
    for (String name : labels.names()) {
      int images = requireNonNull(summary.counts().get(name));
      if (images > 0 && requireNonNull(part.summary.counts().get(name)) == 0) {
        missing.add(name + " (" + Problems.count(images, "image", "images") + ")");
      }
    }
    note(notes, missing, what);
  }

  /**
   * The same photographs with other names for their labels, for example to bring two data sets to
   * one spelling. Labels that get the same name become one, at the place of the first of them; the
   * others keep their order.
   *
   * <pre>{@code
   * dogs.withLabelsRenamed(Map.of("n02085620-Beagle", "beagle", "Beagle", "beagle"));
   * }</pre>
   *
   * @param names the present names to the new ones; labels that are not in it stay as they are
   * @return the data set with these labels
   * @throws IllegalArgumentException if there is no label of a name, or a new name is blank
   * @throws IllegalStateException if the data set is unlabelled
   */
  public Dataset withLabelsRenamed(Map<String, String> names) {
    checkLabelled();
    List<String> strangers =
        names.keySet().stream().filter(name -> !labels.contains(name)).sorted().toList();
    checkArgument(
        strangers.isEmpty(),
        "not among the %s labels: %s",
        labels.size(),
        Excerpt.names(strangers));
    return withLabelsRenamed(name -> names.getOrDefault(name, name));
  }

  /**
   * The same photographs with other names for their labels. Labels that get the same name become
   * one, at the place of the first of them; the others keep their order.
   *
   * <pre>{@code
   * dogs.withLabelsRenamed(name -> name.replaceFirst("^n\\d{8}-", "").toLowerCase(Locale.ROOT));
   * }</pre>
   *
   * @param renaming the present name to the new one, asked once a label
   * @return the data set with these labels
   * @throws IllegalArgumentException if a new name is blank
   * @throws IllegalStateException if the data set is unlabelled
   */
  public Dataset withLabelsRenamed(UnaryOperator<String> renaming) {
    checkLabelled();
    Map<String, String> renamed = new LinkedHashMap<>();
    for (String name : labels.names()) {
      String other = renaming.apply(name);
      checkArgument(!other.isBlank(), "the new name of label '%s' is blank", name);
      renamed.put(name, other);
    }
    return new Dataset(
        examples.stream()
            .map(
                example ->
                    new Example(
                        example.id(),
                        example.image(),
                        requireNonNull(renamed.get(requireNonNull(example.label())))))
            .toList(),
        Labels.of(new LinkedHashSet<>(renamed.values())),
        reading(),
        idsGiven,
        corrections);
  }

  /**
   * Splits k times for cross-validation: every example is in the validation part of exactly one
   * split. The folds' sizes differ by one example at most, and so do the numbers of each breed in
   * them. The outcome depends on the seed, the ids and the labels, and on nothing else.
   *
   * @param k the number of folds, from 2 to {@code size()}
   * @param seed decides which examples go where
   * @return k splits
   * @throws IllegalArgumentException if k is below 2
   * @throws IllegalStateException if there are fewer than k examples
   */
  public List<Split> kFold(int k, long seed) {
    return kFold(k, seed, Groups.none());
  }

  /**
   * Splits as {@link #kFold(int, long)} does, and keeps groups together: all examples of a group
   * are in the same fold. Folds are then as even as the groups allow.
   *
   * @param k the number of folds, from 2 to {@code size()}
   * @param seed decides which examples go where
   * @param groups what belongs together; ids that are not in this data set are ignored
   * @return k splits
   * @throws IllegalArgumentException if k is below 2
   * @throws IllegalStateException if there are fewer than k examples or groups
   */
  public List<Split> kFold(int k, long seed, Groups groups) {
    checkArgument(k >= 2, "k must be at least 2, got %s", k);
    checkSplittable(k, "make " + k + " folds");
    int[] folds = stratification(seed).folds(k, groups);
    ImmutableList.Builder<Split> splits = ImmutableList.builder();
    for (int f = 0; f < k; f++) {
      int fold = f;
      Dataset trainPart = partOrFail(i -> folds[i] != fold);
      Dataset validationPart = partOrFail(i -> folds[i] == fold);
      splits.add(
          new Split(trainPart, validationPart, null, notes(trainPart, validationPart, List.of())));
    }
    return splits.build();
  }

  private void checkSplittable(int needed, String purpose) {
    if (size() < needed) {
      throw new IllegalStateException(
          String.format(
              Locale.ROOT,
              "the data set has %s, too few to %s",
              Problems.count(size(), "example", "examples"),
              purpose));
    }
  }

  private List<String> notes(Dataset train, Dataset validation, List<String> first) {
    List<String> notes = new ArrayList<>(first);
    List<String> nowhere = new ArrayList<>();
    List<String> trainOnly = new ArrayList<>();
    List<String> validationOnly = new ArrayList<>();
    for (String name : labels.names()) {
      int trains = requireNonNull(train.summary.counts().get(name));
      int validates = requireNonNull(validation.summary.counts().get(name));
      String counted = name + " (" + Problems.count(trains + validates, "image", "images") + ")";
      if (trains + validates == 0) {
        nowhere.add(name);
      } else if (validates == 0) {
        trainOnly.add(counted);
      } else if (trains == 0) {
        validationOnly.add(counted);
      }
    }
    note(notes, validationOnly, "cannot be learnt, with images in the validation part only");
    note(notes, trainOnly, "cannot be measured, with images in the training part only");
    note(notes, nowhere, "without an image in either part");
    return notes;
  }

  private void note(List<String> notes, List<String> names, String what) {
    if (!names.isEmpty()) {
      notes.add(
          names.size() + " of " + labels.size() + " breeds " + what + ": " + Excerpt.names(names));
    }
  }

  private Stratification stratification(long seed) {
    return new Stratification(examples, labelIndices, labels, seed);
  }

  private Dataset partOrFail(IntPredicate member) {
    if (IntStream.range(0, size()).noneMatch(member)) {
      throw new IllegalStateException(
          "the groups are so large that a part would be empty; split without them, or fewer times");
    }
    return part(member);
  }

  private Dataset part(IntPredicate member) {
    return derived(IntStream.range(0, size()).filter(member).mapToObj(examples::get).toList());
  }

  /** What parts and copies go on telling of how this was read. */
  private ReadingReport reading() {
    return ReadingReport.ofNotices(summary.notices());
  }

  private Dataset derived(List<Example> part) {
    return new Dataset(part, labels, reading(), idsGiven, corrections);
  }

  /**
   * A name for exactly this data: SHA-256 over the labels, and each photograph's label and content,
   * in order. Neither ids nor places count: the same photographs have the same fingerprint in
   * another folder, under other names or in a database.
   *
   * <p>Every photograph is read for that, several at a time, unless it was read before and its file
   * has not changed since; one that can't be read counts by its id.
   *
   * @return 64 lower-case hexadecimal digits
   */
  public String fingerprint() {
    Hasher hasher = Hashing.sha256().newHasher();
    Fingerprints.putText(hasher, "dogvision-dataset-2");
    hasher.putInt(labels.size());
    labels.names().forEach(name -> Fingerprints.putText(hasher, name));
    hasher.putInt(examples.size());
    List<String> contents =
        Fingerprints.contents(examples, Example::image, example -> "unreadable " + example.id());
    for (int i = 0; i < contents.size(); i++) {
      Fingerprints.putText(hasher, Objects.requireNonNullElse(examples.get(i).label(), ""));
      Fingerprints.putText(hasher, contents.get(i));
    }
    return hasher.hash().toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Dataset that
        && examples.equals(that.examples)
        && labels.equals(that.labels);
  }

  @Override
  public int hashCode() {
    return 31 * examples.hashCode() + labels.hashCode();
  }

  @Override
  public String toString() {
    return "Dataset("
        + Problems.count(size(), "image", "images")
        + (isLabelled() ? ", " + Problems.count(labels.size(), "breed", "breeds") : ", unlabelled")
        + ")";
  }
}
