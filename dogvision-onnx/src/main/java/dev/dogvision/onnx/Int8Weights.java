package dev.dogvision.onnx;

/**
 * Weights as bytes -127..127, symmetric around 0, with a scale for each output channel: channels of
 * one layer differ a hundredfold in size, above all in depthwise convolutions.
 *
 * @param values the bytes, in the weights' order
 * @param scales what a channel's bytes are multiplied by
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Int8Weights(byte[] values, float[] scales) {
  private static final int MOST = 127;

  /** Biases stay far from the ends of 32 bits, which sums of products share with them. */
  private static final double MOST_BIAS = 1 << 30;

  /**
   * Rounds weights.
   *
   * @param weights channel after channel
   * @param channels how many
   */
  static Int8Weights of(float[] weights, int channels) {
    return of(weights, new float[channels], 1);
  }

  /**
   * Rounds weights so that biases can be whole numbers of 32 bits too.
   *
   * @param weights channel after channel
   * @param biases one a channel
   * @param inputScale the scale of what the weights are multiplied with
   */
  static Int8Weights of(float[] weights, float[] biases, float inputScale) {
    int channels = biases.length;
    int each = weights.length / channels;
    byte[] values = new byte[weights.length];
    float[] scales = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      float highest = 0;
      for (int i = channel * each; i < (channel + 1) * each; i++) {
        highest = Math.max(highest, Math.abs(weights[i]));
      }
      double scale =
          Math.max((double) highest / MOST, Math.abs(biases[channel]) / (inputScale * MOST_BIAS));
      scales[channel] = scale >= Float.MIN_NORMAL ? (float) scale : 1; // a channel of zeros
      for (int i = channel * each; i < (channel + 1) * each; i++) {
        values[i] = (byte) Math.round(weights[i] / scales[channel]);
      }
    }
    return new Int8Weights(values, scales);
  }

  /** Biases in units of the products that they are added to. */
  int[] biases(float[] biases, float inputScale) {
    int[] rounded = new int[biases.length];
    for (int channel = 0; channel < rounded.length; channel++) {
      rounded[channel] =
          Math.toIntExact(Math.round(biases[channel] / ((double) inputScale * scales[channel])));
    }
    return rounded;
  }
}
