package dev.dogvision.spi;

/** What goes into a network: pixels at position 0, activations anywhere else. */
public sealed interface Batch permits PixelBatch, ActivationBatch {

  /**
   * The number of images.
   *
   * @return at least 1
   */
  int size();
}
