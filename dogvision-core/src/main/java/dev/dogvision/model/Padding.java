package dev.dogvision.model;

import java.util.Locale;

/** Where a convolution adds its zeros. */
public enum Padding {
  /**
   * TensorFlow's "same": as many zeros as the output size {@code ceil(input / stride)} needs, and
   * where their number is odd one more at the bottom and at the right. With a stride of 2 it
   * depends on the input's parity.
   */
  TF_SAME,
  /** Half the kernel's side all round, as torchvision and timm do it. */
  SYMMETRIC;

  /**
   * The name that files give it.
   *
   * @return {@code tf_same} or {@code symmetric}
   */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  private static int total(int inputSize, int kernelSize, int stride) {
    int outputSize = (inputSize + stride - 1) / stride;
    return Math.max((outputSize - 1) * stride + kernelSize - inputSize, 0);
  }

  int before(int inputSize, int kernelSize, int stride) {
    return this == SYMMETRIC ? kernelSize / 2 : total(inputSize, kernelSize, stride) / 2;
  }

  int after(int inputSize, int kernelSize, int stride) {
    return this == SYMMETRIC
        ? kernelSize / 2
        : total(inputSize, kernelSize, stride) - before(inputSize, kernelSize, stride);
  }
}
