package dev.dogvision.data;

import com.google.common.collect.ImmutableList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A data set in two or three parts that share no example. Immutable. */
public final class Split {
  private final Dataset train;
  private final Dataset validation;
  private final @Nullable Dataset test;
  private final ImmutableList<String> notes;

  /**
   * Two parts.
   *
   * @param train what to learn from
   * @param validation what to choose by
   * @param notes where the parts could not be made as asked, in plain words
   */
  public Split(Dataset train, Dataset validation, List<String> notes) {
    this(train, validation, null, notes);
  }

  Split(Dataset train, Dataset validation, @Nullable Dataset test, List<String> notes) {
    this.train = train;
    this.validation = validation;
    this.test = test;
    this.notes = ImmutableList.copyOf(notes);
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
   * What to choose by: when to stop, which settings.
   *
   * @return in the data set's order
   */
  public Dataset validation() {
    return validation;
  }

  /**
   * What to measure on once, when all is chosen.
   *
   * @return in the data set's order
   * @throws IllegalStateException if the data set was split in two
   */
  public Dataset test() {
    if (test == null) {
      throw new IllegalStateException(
          "this data set was split in two, for training and validation; split(0.7, 0.15, seed) makes"
              + " a third part to test on");
    }
    return test;
  }

  /**
   * Whether there is a third part.
   *
   * @return whether {@link #test()} has one to give
   */
  public boolean hasTest() {
    return test != null;
  }

  /**
   * Where the parts could not be made as asked.
   *
   * @return in plain words, breeds with too few images to be in all parts for instance; empty where
   *     all went well
   */
  public List<String> notes() {
    return notes;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Split split
        && train.equals(split.train)
        && validation.equals(split.validation)
        && Objects.equals(test, split.test)
        && notes.equals(split.notes);
  }

  @Override
  public int hashCode() {
    return Objects.hash(train, validation, test, notes);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "Split[%d to train, %d to validate%s%s]",
        train.size(),
        validation.size(),
        test == null ? "" : ", " + test.size() + " to test",
        notes.isEmpty() ? "" : "; " + String.join("; ", notes));
  }
}
