package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CheckReturnValue;
import java.util.List;
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
