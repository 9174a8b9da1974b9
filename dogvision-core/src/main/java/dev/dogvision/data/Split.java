package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.internal.Excerpt;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A data set in two or three parts that share no example: one to learn from, one to choose by while
 * learning (when to stop, which settings), and, of three, one that is looked at once in the end.
 * Immutable.
 */
@CheckReturnValue
public final class Split {
  private final Dataset train;
  private final Dataset validation;
  private final @Nullable Dataset test;
  private final ImmutableList<String> notes;

  Split(Dataset train, Dataset validation, @Nullable Dataset test, List<String> notes) {
    this.train = train;
    this.validation = validation;
    this.test = test;
    this.notes = ImmutableList.copyOf(notes);
  }

  /**
   * Two parts that were made elsewhere, such as the folders {@code train} and {@code valid} of a
   * download.
   *
   * @param train what to learn from
   * @param validation what to measure on while learning
   * @return the split, without notes
   */
  public static Split of(Dataset train, Dataset validation) {
    return new Split(train, validation, null, List.of());
  }

  /**
   * Three parts that were made elsewhere.
   *
   * @param train what to learn from
   * @param validation what to measure on while learning
   * @param test what to measure on in the end
   * @return the split, without notes
   */
  public static Split of(Dataset train, Dataset validation, Dataset test) {
    return new Split(train, validation, test, List.of());
  }

  /**
   * What to learn from.
   *
   * @return in the data set's order
   */
  public Dataset train() {
    return train;
  }

  /**
   * What to measure on while learning.
   *
   * @return in the data set's order
   */
  public Dataset validation() {
    return validation;
  }

  /**
   * What to measure on in the end, kept out of every decision before.
   *
   * @return in the data set's order
   * @throws IllegalStateException if the data set was split in two
   */
  public Dataset test() {
    if (test == null) {
      throw new IllegalStateException(
          "the data set was split in two, so there is no test part; split(0.7, 0.15, seed) makes"
              + " three");
    }
    return test;
  }

  /**
   * Whether there is a {@link #test} part.
   *
   * @return true of a data set that was split in three
   */
  public boolean hasTest() {
    return test != null;
  }

  /**
   * Where the parts could not be made as asked, in plain words: breeds with too few images to be in
   * every part.
   *
   * @return empty where all went well
   */
  public List<String> notes() {
    return notes;
  }

  /**
   * Photographs that are in two parts, by content and whatever they are called: those of folders
   * {@code train} and {@code valid} that were filled by copying, or copies in one data set that
   * {@code split} did not know of. Files and pictures in memory are compared; what has to be opened
   * to be read, such as a URI, only with itself. Of the files only those are read whose sizes occur
   * in both parts.
   *
   * <p>Copies that were changed, by a resize say, are not found here but by {@link DatasetReport}.
   *
   * @return those of validation that are in train, then those of test that are in either
   */
  public List<Leak> leaks() {
    ImmutableList.Builder<Leak> leaks = ImmutableList.builder();
    leaks.addAll(LeakSearch.between("validation", validation, "train", train));
    if (test != null) {
      leaks.addAll(LeakSearch.between("test", test, "train", train));
      leaks.addAll(LeakSearch.between("test", test, "validation", validation));
    }
    return leaks.build();
  }

  /**
   * Looks at the parts: how large they are, what could not be made as asked, which photographs are
   * in two of them.
   *
   * @return several lines, without a line end after the last
   */
  public String summary() {
    StringBuilder summary = new StringBuilder();
    line(summary, "train", train);
    line(summary, "validation", validation);
    if (test != null) {
      line(summary, "test", test);
    }
    notes.forEach(note -> summary.append('\n').append(note));
    List<Leak> leaks = leaks();
    if (!leaks.isEmpty()) {
      summary.append(
          String.format(
              Locale.ROOT,
              "\n%s in two parts, which flatters what is measured: %s",
              Problems.count(leaks.size(), "photograph is", "photographs are"),
              Excerpt.names(leaks.stream().map(Leak::toString).toList())));
    }
    return summary.substring(1);
  }

  private static void line(StringBuilder summary, String name, Dataset part) {
    summary.append(
        String.format(
            Locale.ROOT,
            "\n%-11s %,d images, %,d of %,d labels",
            name + ":",
            part.size(),
            part.examples().stream().map(Example::label).distinct().count(),
            part.labels().size()));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Split that
        && train.equals(that.train)
        && validation.equals(that.validation)
        && Objects.equals(test, that.test)
        && notes.equals(that.notes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(train, validation, test, notes);
  }

  @Override
  public String toString() {
    return "Split(train "
        + train
        + ", validation "
        + validation
        + (test == null ? "" : ", test " + test)
        + (notes.isEmpty() ? ")" : ", " + notes + ")");
  }
}
