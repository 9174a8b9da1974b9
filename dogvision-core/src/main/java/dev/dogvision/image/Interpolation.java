package dev.dogvision.image;

import java.util.Locale;

/**
 * How pixels are weighed when a picture is resized, always with antialiasing, in the arithmetic of
 * the Python imaging library.
 */
public enum Interpolation {
  /** Weights that fall off linearly, over a pixel to each side. */
  BILINEAR(1) {
    @Override
    double weight(double distance) {
      return Math.max(0, 1 - distance);
    }
  },

  /** The cubic convolution with a = -0.5, over two pixels to each side; a little sharper. */
  BICUBIC(2) {
    @Override
    double weight(double distance) {
      double a = -0.5;
      if (distance < 1) {
        return ((a + 2) * distance - (a + 3)) * distance * distance + 1;
      }
      return distance < 2 ? (((distance - 5) * distance + 8) * distance - 4) * a : 0;
    }
  };

  private final int support;

  Interpolation(int support) {
    this.support = support;
  }

  /**
   * The name that files give it.
   *
   * @return {@code bilinear} or {@code bicubic}
   */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** How far the weights reach, in pixels of the larger of the two pictures. */
  int support() {
    return support;
  }

  /** The weight at a distance of at least 0. */
  abstract double weight(double distance);
}
