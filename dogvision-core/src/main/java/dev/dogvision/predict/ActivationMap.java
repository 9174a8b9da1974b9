package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;

import dev.dogvision.spi.Tensor;
import java.util.Arrays;

/**
 * How much each place of a picture speaks for a label: a class activation map, {@code map(y, x) =
 * sum over k of w(label, k) A(y, x, k)}, with the network's last feature map {@code A} and weights
 * {@code w}, which for a predictor's explanations are the label's row of the head less the mean of
 * all its rows. What all rows have in common moves no probability, since the softmax takes it out,
 * and would show places that speak for all labels alike: Zhou, Khosla, Lapedriza, Oliva and
 * Torralba, "Learning Deep Features for Discriminative Localization", 2016. For a network that ends
 * in a mean over the feature map and a linear layer, as all of ours do, it is what Grad-CAM
 * computes from gradients, up to a factor, and needs none.
 *
 * <p>The mean of all values is what the picture adds to the label's logit beyond what it adds to
 * all logits on average: positive values speak for the label, negative ones against it. A value
 * stands for what its place and a good deal of its surroundings show.
 *
 * <p>Immutable.
 */
public final class ActivationMap {
  private final int side;
  private final float[] values;

  private ActivationMap(int side, float[] values) {
    this.side = side;
    this.values = values;
  }

  /** The map of one label among all that a head has rows for. */
  static ActivationMap of(float[] featureMap, Tensor head, int label) {
    int channels = head.shape().get(1);
    int labels = head.shape().get(0);
    float[] weights = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      double sum = 0;
      for (int row = 0; row < labels; row++) {
        sum += head.values()[row * channels + channel];
      }
      weights[channel] = (float) (head.values()[label * channels + channel] - sum / labels);
    }
    return of(featureMap, weights);
  }

  /**
   * Computes a map.
   *
   * @param featureMap one picture's last feature map, {@code side * side * channels} values in HWC
   *     order
   * @param headWeights the label's weights, one a channel
   * @return the map
   * @throws IllegalArgumentException if the feature map is not a square of as many channels
   */
  public static ActivationMap of(float[] featureMap, float[] headWeights) {
    int channels = headWeights.length;
    checkArgument(channels > 0, "headWeights is empty");
    int side = (int) Math.round(Math.sqrt((double) featureMap.length / channels));
    checkArgument(
        side > 0 && (long) side * side * channels == featureMap.length,
        "featureMap: %s values are no square of %s channels",
        featureMap.length,
        channels);
    float[] values = new float[side * side];
    for (int place = 0; place < values.length; place++) {
      double sum = 0;
      for (int channel = 0; channel < channels; channel++) {
        sum += (double) featureMap[place * channels + channel] * headWeights[channel];
      }
      values[place] = (float) sum;
    }
    return new ActivationMap(side, values);
  }

  /**
   * Height and width.
   *
   * @return in places, a 32nd of the input's side: 7 for 224 pixels
   */
  public int side() {
    return side;
  }

  /**
   * One place's value.
   *
   * @param x column, from 0 at the left
   * @param y row, from 0 at the top
   * @return positive where it speaks for the label, in logits
   * @throws IndexOutOfBoundsException if there is no such place
   */
  public float value(int x, int y) {
    return values[checkElementIndex(y, side, "y") * side + checkElementIndex(x, side, "x")];
  }

  /**
   * The largest value.
   *
   * @return in logits; not positive where nothing speaks for the label
   */
  public float highest() {
    float highest = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      highest = Math.max(highest, value);
    }
    return highest;
  }

  /**
   * The mean of all values.
   *
   * @return in logits
   */
  public double mean() {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum / values.length;
  }

  /**
   * The strength at any point of the picture, for drawing: bilinear between places, negative values
   * taken as 0, the strongest place as 1.
   *
   * @param x from 0 at the left edge to 1 at the right one
   * @param y from 0 at the top edge to 1 at the bottom one
   * @return 0..1; 0 everywhere where nothing speaks for the label
   */
  public double strength(double x, double y) {
    float highest = highest();
    if (!(highest > 0)) {
      return 0;
    }
    double column = Math.max(0, Math.min(side - 1, x * side - 0.5));
    double row = Math.max(0, Math.min(side - 1, y * side - 0.5));
    int left = (int) column;
    int top = (int) row;
    int right = Math.min(side - 1, left + 1);
    int bottom = Math.min(side - 1, top + 1);
    double acrossTop =
        positive(left, top) * (1 - (column - left)) + positive(right, top) * (column - left);
    double acrossBottom =
        positive(left, bottom) * (1 - (column - left)) + positive(right, bottom) * (column - left);
    return (acrossTop * (1 - (row - top)) + acrossBottom * (row - top)) / highest;
  }

  private double positive(int x, int y) {
    return Math.max(0, values[y * side + x]);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ActivationMap map && Arrays.equals(values, map.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return "ActivationMap[" + side + " x " + side + "]";
  }
}
