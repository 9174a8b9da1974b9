package dev.dogvision.train;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * A data set as the model's labels see it.
 *
 * @param dataset the photographs
 * @param labels the index of each one's label among the model's
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record LabelledImages(Dataset dataset, int[] labels) {
  private static final int NAMED = 10;

  /**
   * Checks that a data set can be used with a model.
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
    int[] indices = new int[dataset.size()];
    List<Example> examples = dataset.examples();
    for (int i = 0; i < indices.length; i++) {
      String label = examples.get(i).label();
      if (label == null) {
        throw new IllegalArgumentException(
            "the "
                + what
                + " data has no labels (image '"
                + examples.get(i).id()
                + "' is the first without one): build it with DatasetBuilder.fromCsv or"
                + " fromFolders");
      }
      if (labels.contains(label)) {
        indices[i] = labels.index(label);
      } else {
        unknown.add(label);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the %s data has %s that the model lacks: %s%s; "
                  + (what.equals("training")
                      ? "give the model .labels(dataset.labels()) of the whole data set"
                      : "rename them, or leave their photographs out with"
                          + " dataset.withLabels(labels, ProblemPolicy.SKIP)"),
              what,
              unknown.size() == 1 ? "a label" : unknown.size() + " labels",
              String.join(", ", unknown.stream().limit(NAMED).toList()),
              unknown.size() > NAMED ? " and " + (unknown.size() - NAMED) + " more" : ""));
    }
    return new LabelledImages(dataset, indices);
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
