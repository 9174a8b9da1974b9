package dev.dogvision.image;

/** How a picture of any shape becomes a square one. */
public enum ResizeRule {

  /** The whole picture, squeezed into the square; nothing is lost, proportions are. */
  STRETCH,

  /**
   * The centred square whose side is {@link Preprocessing#cropFraction()} of the picture's shorter
   * side; proportions are kept, the ends of a long picture are lost.
   */
  CENTER_CROP,

  /**
   * The whole picture in its proportions, centred, with bars of the channels' mean colour along the
   * two short ends.
   */
  PAD
}
