package dev.dogvision.evaluate;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CheckReturnValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Whether a model is right as often as it says: of the photographs that it is 80 % sure of, 80 %
 * should be right. The confidences (each photograph's largest probability) are put into bins of
 * equal width, and in each bin the mean confidence is compared with the share that is right: Guo,
 * Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", 2017.
 *
 * @param bins the bins, from low to high confidence, together covering 0..1
 * @param expectedError the expected calibration error: the mean over photographs of their bin's gap
 *     between confidence and accuracy, 0..1
 * @param maximumError the largest gap of a bin that is not empty, 0..1
 * @param meanConfidence of all photographs, 0..1; above the accuracy the model is overconfident
 */
@CheckReturnValue
public record Calibration(
    List<Bin> bins, double expectedError, double maximumError, double meanConfidence) {

  /** The number of bins that the paper uses. */
  public static final int STANDARD_BINS = 15;

  /**
   * The photographs whose confidence is in {@code (lower, upper]}, the first bin's in {@code [0,
   * upper]}.
   *
   * @param lower the bin's lower end
   * @param upper the bin's upper end
   * @param count the photographs in it
   * @param confidence their mean confidence; NaN where there are none
   * @param accuracy the share of them that is right; NaN where there are none
   */
  public record Bin(double lower, double upper, int count, double confidence, double accuracy) {

    /**
     * How far the model's word is from the truth.
     *
     * @return confidence less accuracy, positive where overconfident; NaN in an empty bin
     */
    public double gap() {
      return confidence - accuracy;
    }
  }

  /** Keeps a copy of the list. */
  public Calibration {
    bins = List.copyOf(bins);
  }

  /**
   * Bins confidences.
   *
   * @param confidences one a photograph, 0..1; at least one
   * @param right as many: whether the photograph's most probable breed is the true one
   * @param bins how many bins, at least 1
   * @return the bins and their summary
   * @throws IllegalArgumentException if the arrays differ in length or are empty, a confidence is
   *     not in 0..1, or bins is not positive
   */
  public static Calibration of(double[] confidences, boolean[] right, int bins) {
    checkArgument(bins > 0, "bins must be positive, got %s", bins);
    checkArgument(confidences.length > 0, "there is nothing to calibrate: no confidence is given");
    checkArgument(
        confidences.length == right.length,
        "confidences and right differ in number: %s and %s",
        confidences.length,
        right.length);
    int[] counts = new int[bins];
    int[] hits = new int[bins];
    double[] sums = new double[bins];
    double total = 0;
    for (int row = 0; row < confidences.length; row++) {
      double confidence = confidences[row];
      checkArgument(
          confidence >= 0 && confidence <= 1, "confidences must be in 0..1, got %s", confidence);
      int bin = Math.min(bins - 1, Math.max(0, (int) Math.ceil(confidence * bins) - 1));
      counts[bin]++;
      sums[bin] += confidence;
      total += confidence;
      if (right[row]) {
        hits[bin]++;
      }
    }
    List<Bin> list = new ArrayList<>();
    double expected = 0;
    double maximum = 0;
    for (int i = 0; i < bins; i++) {
      Bin bin =
          new Bin(
              i / (double) bins,
              (i + 1) / (double) bins,
              counts[i],
              sums[i] / counts[i],
              hits[i] / (double) counts[i]);
      list.add(bin);
      if (counts[i] > 0) {
        double gap = Math.abs(bin.gap());
        expected += gap * counts[i] / confidences.length;
        maximum = Math.max(maximum, gap);
      }
    }
    return new Calibration(list, expected, maximum, total / confidences.length);
  }

  /**
   * For people.
   *
   * @return a line of summary and one for each bin that is not empty
   */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "expected calibration error %.1f %%, mean confidence %.1f %%",
            100 * expectedError,
            100 * meanConfidence));
    for (Bin bin : bins) {
      if (bin.count() > 0) {
        text.append('\n');
        text.append(
            String.format(
                Locale.ROOT,
                "says %5.1f %%, is right %5.1f %% (%d)",
                100 * bin.confidence(),
                100 * bin.accuracy(),
                bin.count()));
      }
    }
    return text.toString();
  }
}
