package dev.dogvision.predict;

/** In how many ways a predictor looks at a picture before it answers. */
public enum Views {
  /** The picture as it is. */
  ONE,

  /**
   * The picture and its mirror image; the answer is the mean of their logits. It costs twice the
   * time in the network, and is worth a point of accuracy at most: docs/choosing.md has figures.
   */
  MIRRORED
}
