package dev.dogvision.examples;

import com.google.errorprone.annotations.Immutable;
import java.awt.Color;
import java.util.List;

/**
 * What a drawn dog looks like.
 *
 * @param coat its first colour
 * @param second its second colour
 * @param pattern where the second colour is
 * @param ears how they are carried
 * @param tail what it is like
 * @param hair how long the hair is, 0..1
 * @param legs how long the legs are, 1 for most
 * @param body how long the body is, 1 for most
 */
@Immutable
record DrawnLooks(
    Color coat,
    Color second,
    Pattern pattern,
    Ears ears,
    Tail tail,
    double hair,
    double legs,
    double body) {
  private static final List<Color> COATS =
      List.of(
          new Color(0xB98A4E),
          new Color(0x7A4A24),
          new Color(0x858A93),
          new Color(0xA9522A),
          new Color(0xF1ECE2),
          new Color(0x3A3532),
          new Color(0xD9B98A),
          new Color(0x9A9DA1));
  private static final List<Color> SECONDS =
      List.of(new Color(0x2A2623), new Color(0xEDEBE6), new Color(0x7B4526));
  private static final double[] LEGS = {0.5, 0.8, 1, 1.18};

  /** Where the second colour is. */
  enum Pattern {
    PLAIN,
    SADDLE,
    SPOTS,
    PATCHES,
    PALE_BELLY
  }

  /** How ears are carried. */
  enum Ears {
    PRICKED,
    FOLDED,
    LONG
  }

  /** What the tail is like. */
  enum Tail {
    WHIP,
    SABRE,
    CURLED
  }

  /**
   * The looks of one of many invented breeds. Each differs from all others, most of them plainly.
   *
   * @param number from 0 to 119
   */
  static DrawnLooks invented(int number) {
    Pattern[] patterns = Pattern.values();
    Ears[] ears = Ears.values();
    Tail[] tails = Tail.values();
    double legs = LEGS[(number / 2 + number / 8) % LEGS.length];
    return new DrawnLooks(
        COATS.get(number % COATS.size()), // with the next two lines all of 120 differ
        SECONDS.get(number / 8 % SECONDS.size()),
        patterns[number / 24 % patterns.length],
        ears[(number + number / 24) % ears.length],
        tails[(number / 3 + number / 8) % tails.length],
        0.05 + 0.15 * (number * 5 % 7),
        legs,
        legs < 0.7 ? 1.2 : 0.92 + 0.04 * (number % 5));
  }
}
