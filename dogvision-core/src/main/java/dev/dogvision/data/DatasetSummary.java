package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.internal.Excerpt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a data set holds and what was left out of it, and why. Immutable; {@link #toString()} is a
 * text of a few lines for people.
 *
 * <p>What was found while reading (rows, duplicates, what was skipped) is known to a data set that
 * came from a {@link DatasetBuilder}; a part or a union of data sets counts its own images only.
 */
@CheckReturnValue
public final class DatasetSummary {
  private final int images;
  private final boolean labelled;
  private final ImmutableMap<String, Integer> counts;
  private final ImmutableList<LabelCount> ranking;
  private final ReadingReport reading;

  DatasetSummary(
      int images, boolean labelled, Labels labels, int[] indices, ReadingReport reading) {
    int[] perLabel = new int[labels.size()];
    for (int index : indices) {
      perLabel[index]++;
    }
    ImmutableMap.Builder<String, Integer> counted = ImmutableMap.builder();
    List<LabelCount> ranked = new ArrayList<>();
    for (int i = 0; i < perLabel.length; i++) {
      counted.put(labels.name(i), perLabel[i]);
      ranked.add(new LabelCount(labels.name(i), perLabel[i]));
    }
    ranked.sort(Comparator.comparingInt(LabelCount::images).reversed());
    this.images = images;
    this.labelled = labelled;
    this.counts = counted.buildOrThrow();
    this.ranking = ImmutableList.copyOf(ranked);
    this.reading = reading;
  }

  /**
   * The number of examples.
   *
   * @return the data set's size
   */
  public int images() {
    return images;
  }

  /**
   * The number of rows of data in the CSV, or of image files in the folders read.
   *
   * @return at least {@link #images()}
   */
  public int rows() {
    return reading.rows() < 0 ? images : reading.rows();
  }

  /**
   * The number of labels, those without an image included.
   *
   * @return 0 for an unlabelled data set
   */
  public int breeds() {
    return counts.size();
  }

  /**
   * The number of images of each label.
   *
   * @return an immutable map in the labels' order
   */
  public Map<String, Integer> counts() {
    return counts;
  }

  /**
   * The labels by number of images.
   *
   * @return the most common first; equally common ones in the labels' order
   */
  public List<LabelCount> ranking() {
    return ranking;
  }

  /**
   * The label with most images.
   *
   * @return the first of them in the labels' order; empty for an unlabelled data set
   */
  public Optional<LabelCount> mostCommon() {
    return ranking.stream().findFirst();
  }

  /**
   * The label with fewest images.
   *
   * @return the first of them in the labels' order; empty for an unlabelled data set
   */
  public Optional<LabelCount> leastCommon() {
    return ranking.stream().min(Comparator.comparingInt(LabelCount::images));
  }

  /**
   * How uneven the classes are: the images of the most common label over those of the least common
   * one that has any.
   *
   * @return 1 for perfectly even classes or none
   */
  public double imbalance() {
    return ranking.stream().mapToInt(LabelCount::images).filter(count -> count > 0).min().stream()
        .mapToDouble(least -> ranking.get(0).images() / (double) least)
        .findFirst()
        .orElse(1);
  }

  /**
   * Labels without any image.
   *
   * @return an immutable list in the labels' order
   */
  public List<String> labelsWithoutImage() {
    return counts.entrySet().stream()
        .filter(entry -> entry.getValue() == 0)
        .map(Map.Entry::getKey)
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * The number of rows that repeat an earlier row's id, or image, with the same label. One row of
   * each is kept.
   *
   * @return 0 or more
   */
  public int duplicates() {
    return reading.duplicates().size();
  }

  /**
   * Ids that came with different labels and were left out for it.
   *
   * @return an immutable list in the data's order
   * @see DatasetBuilder#conflictingLabels
   */
  public List<String> conflictingIds() {
    return reading.conflicting();
  }

  /**
   * Ids of rows that were left out because there is no image for them.
   *
   * @return an immutable list in the data's order
   * @see DatasetBuilder#missingImages
   */
  public List<String> rowsWithoutImage() {
    return reading.missing();
  }

  /**
   * Names of images in the folder that no row speaks of. They are not part of the data set.
   *
   * @return an immutable, sorted list of file names, relative to the folder of images
   */
  public List<String> imagesWithoutRow() {
    return reading.withoutRow();
  }

  /**
   * Images that were left out because they cannot be read.
   *
   * @return an immutable map from id to what is wrong, in the data's order
   * @see DatasetBuilder#unreadableImages
   */
  public Map<String, String> unreadableImages() {
    return reading.unreadable();
  }

  /**
   * Groups of labels that differ in nothing but case, spaces and punctuation, and so may be meant
   * to be one.
   *
   * @return an immutable list of groups of two or more
   */
  public List<List<String>> similarLabels() {
    return reading.similarLabels();
  }

  /**
   * Ids of photographs that were given another label by {@link DatasetBuilder#corrections}. One
   * that was labelled so already is not among them.
   *
   * @return an immutable list in the data's order
   */
  public List<String> relabelled() {
    return reading.corrected() == null ? List.of() : reading.corrected().relabelled();
  }

  /**
   * Ids of photographs that were dropped by {@link DatasetBuilder#corrections}.
   *
   * @return an immutable list in the data's order
   */
  public List<String> dropped() {
    return reading.corrected() == null ? List.of() : reading.corrected().dropped();
  }

  /**
   * Ids of photographs whose label is right by {@link DatasetBuilder#corrections}.
   *
   * @return an immutable list in the data's order
   */
  public List<String> kept() {
    return reading.corrected() == null ? List.of() : reading.corrected().kept();
  }

  /**
   * Other things worth knowing that were met while reading, in plain words.
   *
   * @return an immutable list, often empty
   */
  public List<String> notes() {
    return reading.notes();
  }

  /**
   * What was left out as the data was read and would be missed: photographs, rows and whole breeds.
   * Parts, unions and copies of a data set go on telling of it, as {@code fit} does in notices.
   *
   * @return an immutable list of sentences; empty where all that looks like a photograph is there
   */
  public List<String> notices() {
    return reading.notices();
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(Problems.count(images, "image", "images"));
    if (labelled) {
      text.append(", ").append(Problems.count(breeds(), "breed", "breeds"));
      mostCommon().ifPresent(most -> line(text, "most common", most.toString()));
      leastCommon().ifPresent(least -> line(text, "least common", least.toString()));
      List<String> empty = labelsWithoutImage();
      if (!empty.isEmpty()) {
        line(text, "breeds without image", number(empty) + ": " + Excerpt.names(empty));
      }
    } else {
      text.append(", unlabelled");
    }
    if (reading.rows() >= 0) {
      line(text, reading.rowsName(), Problems.number(reading.rows()));
      line(text, "duplicates of an id", found(reading.duplicates()));
      if (!conflictingIds().isEmpty()) {
        line(text, "ids with two breeds", found(conflictingIds()) + ", skipped");
      }
      if (reading.fromRows()) {
        line(text, "rows without an image", skipped(rowsWithoutImage()));
        line(text, "images without a row", found(imagesWithoutRow()));
      }
      if (reading.imagesRead()) {
        line(text, "unreadable images", skipped(ImmutableList.copyOf(unreadableImages().keySet())));
      }
    }
    if (reading.corrected() != null) {
      line(text, "corrections", reading.corrected().summary());
    }
    for (List<String> group : similarLabels()) {
      line(text, "similar labels", "'" + String.join("', '", group) + "'");
    }
    notes().forEach(note -> line(text, "note", note));
    notices().stream()
        .filter(notice -> !notes().contains(notice))
        .forEach(notice -> line(text, "notice", notice));
    return text.toString();
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append("\n  ").append(name).append(" ".repeat(Math.max(1, 23 - name.length())));
    text.append(value);
  }

  private static String number(List<String> names) {
    return Problems.number(names.size());
  }

  private static String found(List<String> names) {
    return names.isEmpty() ? "0" : number(names) + ": " + Excerpt.names(names);
  }

  private static String skipped(List<String> names) {
    return names.isEmpty() ? "0" : number(names) + " skipped: " + Excerpt.names(names);
  }
}
