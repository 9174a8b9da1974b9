package dev.dogvision.report;

import java.awt.Color;
import java.util.List;

/** The colours of all pictures. */
final class Palette {
  static final Color PAPER = Color.WHITE;
  static final Color INK = new Color(0x1f2328);
  static final Color MUTED = new Color(0x59636e);
  static final Color RULE = new Color(0xd1d9e0);
  static final Color RIGHT = new Color(0x1a7f37);
  static final Color WRONG = new Color(0xc62828);
  static final Color BAR = new Color(0x8a99ab);
  static final Color EMPTY = new Color(0xeceff2);

  /** Okabe and Ito's colours, which people who see fewer colours can tell apart. */
  static final List<Color> SERIES =
      List.of(
          new Color(0x0072b2),
          new Color(0xd55e00),
          new Color(0x009e73),
          new Color(0xcc79a7),
          new Color(0xe69f00),
          new Color(0x56b4e9));

  /** White to dark blue through one hue, so that darker is more for every reader and printer. */
  private static final int[] HEAT = {
    0xf7fbff, 0xdeebf7, 0xc6dbef, 0x9ecae1, 0x6baed6, 0x4292c6, 0x2171b5, 0x08519c, 0x08306b
  };

  private Palette() {}

  /** The colour of a share, 0..1; values outside are clamped. */
  static Color heat(double share) {
    return between(HEAT, share);
  }

  /** A colour on a scale of evenly spaced stops; the share is clamped to 0..1. */
  static Color between(int[] stops, double share) {
    double place = Math.max(0, Math.min(1, share)) * (stops.length - 1);
    int below = Math.min(stops.length - 2, (int) place);
    double part = place - below;
    return new Color(
        mix(stops[below] >> 16, stops[below + 1] >> 16, part),
        mix(stops[below] >> 8, stops[below + 1] >> 8, part),
        mix(stops[below], stops[below + 1], part));
  }

  private static int mix(int first, int second, double part) {
    return (int) Math.round((first & 0xff) * (1 - part) + (second & 0xff) * part);
  }

  /** Black or white, whichever is read better on a colour. */
  static Color inkOn(Color background) {
    double luminance =
        0.299 * background.getRed() + 0.587 * background.getGreen() + 0.114 * background.getBlue();
    return luminance > 140 ? INK : PAPER;
  }
}
