package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.data.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** How often each breed was called which. Immutable. */
@CheckReturnValue
public final class ConfusionMatrix {
  private static final int WIDEST_TABLE = 12;
  private static final int PAIRS_SHOWN = 10;

  private final Labels labels;
  private final int[][] counts;
  private final int total;
  private final int correct;

  private ConfusionMatrix(Labels labels, int[][] counts) {
    this.labels = labels;
    this.counts = counts;
    this.total = Arrays.stream(counts).flatMapToInt(Arrays::stream).sum();
    int diagonal = 0;
    for (int i = 0; i < counts.length; i++) {
      diagonal += counts[i][i];
    }
    this.correct = diagonal;
  }

  /**
   * Counts pairs.
   *
   * @param labels the breeds
   * @param truths the true breeds' indices
   * @param predictions as many indices, of what was called
   * @return the matrix
   * @throws IllegalArgumentException if the arrays differ in length or an index is out of range
   */
  public static ConfusionMatrix of(Labels labels, int[] truths, int[] predictions) {
    checkArgument(
        truths.length == predictions.length,
        "truths and predictions differ in number: %s and %s",
        truths.length,
        predictions.length);
    int size = labels.size();
    int[][] counts = new int[size][size];
    for (int row = 0; row < truths.length; row++) {
      checkArgument(
          truths[row] >= 0
              && truths[row] < size
              && predictions[row] >= 0
              && predictions[row] < size,
          "row %s: truth %s and prediction %s must be in 0..%s, the indices of the labels",
          row,
          truths[row],
          predictions[row],
          size - 1);
      counts[truths[row]][predictions[row]]++;
    }
    return new ConfusionMatrix(labels, counts);
  }

  /**
   * The breeds, in the order of rows and columns.
   *
   * @return the labels
   */
  public Labels labels() {
    return labels;
  }

  /**
   * How often one breed was called another, or itself.
   *
   * @param truth the index of what was shown
   * @param predicted the index of what it was called
   * @return the number of photographs
   * @throws IndexOutOfBoundsException if an index is out of range
   */
  public int count(int truth, int predicted) {
    checkElementIndex(truth, counts.length, "truth");
    checkElementIndex(predicted, counts.length, "predicted");
    return counts[truth][predicted];
  }

  /**
   * How often one breed was called another, or itself.
   *
   * @param truth what was shown
   * @param predicted what it was called
   * @return the number of photographs
   * @throws IllegalArgumentException if there is no such breed
   */
  public int count(String truth, String predicted) {
    return count(labels.index(truth), labels.index(predicted));
  }

  /**
   * All counts.
   *
   * @return a copy: a row for each true breed, in it a column for each that it was called
   */
  public int[][] counts() {
    return Arrays.stream(counts).map(int[]::clone).toArray(int[][]::new);
  }

  /**
   * How many photographs show a breed.
   *
   * @param truth the breed's index
   * @return the sum of its row
   * @throws IndexOutOfBoundsException if the index is out of range
   */
  public int support(int truth) {
    return Arrays.stream(counts[checkElementIndex(truth, counts.length, "truth")]).sum();
  }

  /**
   * How many photographs were called a breed.
   *
   * @param predicted the breed's index
   * @return the sum of its column
   * @throws IndexOutOfBoundsException if the index is out of range
   */
  public int predictions(int predicted) {
    checkElementIndex(predicted, counts.length, "predicted");
    int sum = 0;
    for (int[] row : counts) {
      sum += row[predicted];
    }
    return sum;
  }

  /**
   * All photographs.
   *
   * @return the sum of all counts
   */
  public int total() {
    return total;
  }

  /**
   * The photographs called what they show.
   *
   * @return the sum of the diagonal
   */
  public int correct() {
    return correct;
  }

  /**
   * The most frequent mistakes.
   *
   * @param limit how many at most, not negative
   * @return the most frequent first; equal ones in the order of the true, then the called label;
   *     pairs that never occurred are left out
   * @throws IllegalArgumentException if the limit is negative
   */
  public List<ConfusedPair> mostConfused(int limit) {
    checkArgument(limit >= 0, "limit must not be negative, got %s", limit);
    List<ConfusedPair> pairs = new ArrayList<>();
    for (int truth = 0; truth < counts.length; truth++) {
      int support = support(truth);
      for (int predicted = 0; predicted < counts.length; predicted++) {
        int count = counts[truth][predicted];
        if (truth != predicted && count > 0) {
          pairs.add(
              new ConfusedPair(
                  labels.name(truth), labels.name(predicted), count, count / (double) support));
        }
      }
    }
    // The sort is stable, which keeps equal pairs in the labels' order.
    pairs.sort(Comparator.comparingInt(ConfusedPair::count).reversed());
    return ImmutableList.copyOf(pairs.subList(0, Math.min(limit, pairs.size())));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ConfusionMatrix matrix
        && labels.equals(matrix.labels)
        && Arrays.deepEquals(counts, matrix.counts);
  }

  @Override
  public int hashCode() {
    return 31 * labels.hashCode() + Arrays.deepHashCode(counts);
  }

  /**
   * For people: up to 12 breeds as a table, more as a list of the most frequent mistakes.
   *
   * @return several lines, without one at the end
   */
  @Override
  public String toString() {
    return counts.length <= WIDEST_TABLE ? table() : list();
  }

  private String table() {
    int first = "truth \\ predicted".length();
    for (String name : labels.names()) {
      first = Math.max(first, name.length());
    }
    StringBuilder text = new StringBuilder(pad("truth \\ predicted", first));
    int[] widths = new int[counts.length];
    for (int column = 0; column < counts.length; column++) {
      widths[column] = labels.name(column).length();
      for (int[] row : counts) {
        widths[column] = Math.max(widths[column], String.valueOf(row[column]).length());
      }
      text.append("  ").append(" ".repeat(widths[column] - labels.name(column).length()));
      text.append(labels.name(column));
    }
    for (int truth = 0; truth < counts.length; truth++) {
      text.append('\n').append(pad(labels.name(truth), first));
      for (int column = 0; column < counts.length; column++) {
        String count = String.valueOf(counts[truth][column]);
        text.append("  ").append(" ".repeat(widths[column] - count.length())).append(count);
      }
    }
    return text.toString();
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(width - text.length());
  }

  private String list() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT, "%d of %d right among %d breeds", correct, total, counts.length));
    List<ConfusedPair> pairs = mostConfused(PAIRS_SHOWN);
    if (!pairs.isEmpty()) {
      text.append("; most frequent mistakes:");
    }
    for (ConfusedPair pair : pairs) {
      text.append(
          String.format(
              Locale.ROOT,
              "%n%4d  %s predicted as %s (%.0f %%)",
              pair.count(),
              pair.truth(),
              pair.predicted(),
              100 * pair.share()));
    }
    return text.toString().replace(System.lineSeparator(), "\n");
  }
}
