package dev.dogvision.train;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.internal.BreedNames;
import dev.dogvision.internal.Excerpt;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data set as the model's labels see it.
 *
 * @param dataset the photographs, their labels spelled as the model's are
 * @param labels the index of each one's label among the model's
 * @param notices what to tell of it: labels that were spelled otherwise
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LabelledImages(Dataset dataset, int[] labels, List<String> notices) {
  private static final Logger LOG = LoggerFactory.getLogger(LabelledImages.class);

  /**
   * Checks that a data set can be used with a model. A label may be spelled otherwise than the
   * model's; one that is spelled alike goes first, and what could be either of two is unknown.
   *
   * @param what {@code training} or {@code validation}, for messages
   * @param dataset the data set
   * @param labels the model's labels
   * @throws IllegalArgumentException if it is empty, has no labels or has labels that the model
   *     lacks
   */
  static LabelledImages of(String what, Dataset dataset, Labels labels) {
    if (dataset.size() == 0) {
      throw new IllegalArgumentException("the " + what + " data has no images");
    }
    Set<String> unknown = new TreeSet<>();
    for (Example example : dataset) {
      String label = example.label();
      if (label == null) {
        throw new IllegalArgumentException(
            "the "
                + what
                + " data has no labels (image '"
                + example.id()
                + "' is the first without one): build it with DatasetBuilder.fromCsv or"
                + " fromFolders");
      }
      if (!labels.contains(label)) {
        unknown.add(label);
      }
    }
    ImmutableMap<String, String> meant = BreedNames.meant(unknown, labels.names());
    unknown.removeAll(meant.keySet());
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the %s data has %s that the model lacks: %s; "
                  + (what.equals("training")
                      ? "give the model .labels(dataset.labels()) of the whole data set"
                      : "rename them, or leave their photographs out with"
                          + " dataset.withLabels(labels, ProblemPolicy.SKIP)"),
              what,
              unknown.size() == 1 ? "a label" : unknown.size() + " labels",
              Excerpt.names(unknown)));
    }
    Dataset known = meant.isEmpty() ? dataset : dataset.withLabelsRenamed(meant);
    List<String> notices =
        meant.isEmpty() ? List.of() : List.of(BreedNames.told("the " + what + " data", meant));
    notices.forEach(LOG::info);
    return new LabelledImages(
        known,
        known.examples().stream()
            .mapToInt(example -> labels.index(requireNonNull(example.label())))
            .toArray(),
        notices);
  }

  List<Example> examples() {
    return dataset.examples();
  }

  /** The data set's own. Photographs that are yet to be read are read for it. */
  String fingerprint() {
    return dataset.fingerprint();
  }

  int size() {
    return labels.length;
  }
}
