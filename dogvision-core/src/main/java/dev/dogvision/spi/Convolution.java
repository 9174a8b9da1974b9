package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * One convolution with a bias, a square kernel and an optional ReLU6: the only operation a network
 * needs here besides addition, mean and the linear head.
 *
 * <p>Its weights are the tensors {@code name + ".weight"}, shaped {@code [outputChannels,
 * inputChannels / groups, kernelSize, kernelSize]}, and {@code name + ".bias"}, shaped {@code
 * [outputChannels]}.
 *
 * @param name the prefix of its tensors' names
 * @param inputChannels channels in
 * @param outputChannels channels out
 * @param kernelSize height and width of the kernel
 * @param stride the step, the same in both directions
 * @param groups 1 for a full convolution, {@code inputChannels} for a depthwise one
 * @param padBefore zeros added at the top and at the left
 * @param padAfter zeros added at the bottom and at the right; differs from {@code padBefore} in
 *     TensorFlow's "same" padding
 * @param relu6 whether the result is clamped to 0..6
 */
public record Convolution(
    String name,
    int inputChannels,
    int outputChannels,
    int kernelSize,
    int stride,
    int groups,
    int padBefore,
    int padAfter,
    boolean relu6) {

  /** Checks the numbers. */
  public Convolution {
    checkArgument(inputChannels > 0 && outputChannels > 0, "%s: channels must be positive", name);
    checkArgument(kernelSize > 0 && stride > 0, "%s: kernel and stride must be positive", name);
    checkArgument(
        groups > 0 && inputChannels % groups == 0 && outputChannels % groups == 0,
        "%s: %s groups do not divide %s channels in and %s out",
        name,
        groups,
        inputChannels,
        outputChannels);
    checkArgument(padBefore >= 0 && padAfter >= 0, "%s: padding must not be negative", name);
  }

  /**
   * The name of the kernel's tensor.
   *
   * @return {@code name + ".weight"}
   */
  public String weightName() {
    return name + ".weight";
  }

  /**
   * The name of the bias's tensor.
   *
   * @return {@code name + ".bias"}
   */
  public String biasName() {
    return name + ".bias";
  }

  /**
   * The kernel's shape.
   *
   * @return {@code [outputChannels, inputChannels / groups, kernelSize, kernelSize]}
   */
  public int[] weightShape() {
    return new int[] {outputChannels, inputChannels / groups, kernelSize, kernelSize};
  }

  /**
   * The length of the result's side.
   *
   * @param inputSize the side before
   * @return the side after
   */
  public int outputSize(int inputSize) {
    return (inputSize + padBefore + padAfter - kernelSize) / stride + 1;
  }
}
