package dev.dogvision.examples;

import dev.dogvision.examples.DrawnLooks.Ears;
import dev.dogvision.examples.DrawnLooks.Pattern;
import dev.dogvision.examples.DrawnLooks.Tail;
import java.awt.Color;
import java.util.Locale;

/** The invented breeds of {@link DrawnDogs}. */
enum DrawnBreed {
  BLACK_SADDLE(
      new Color(0xB98A4E),
      new Color(0x2A2623),
      Pattern.SADDLE,
      Ears.PRICKED,
      Tail.SABRE,
      0.35,
      1,
      1),
  BROWN_LONGEAR(
      new Color(0x7A4A24),
      new Color(0x5A3418),
      Pattern.PLAIN,
      Ears.LONG,
      Tail.SABRE,
      0.55,
      0.95,
      1),
  GREY_POINTER(
      new Color(0x858A93),
      new Color(0x6A6F78),
      Pattern.PLAIN,
      Ears.FOLDED,
      Tail.WHIP,
      0.05,
      1.18,
      0.98),
  LOW_RUSTY(
      new Color(0xA9522A),
      new Color(0x7E3B1C),
      Pattern.PLAIN,
      Ears.LONG,
      Tail.SABRE,
      0.3,
      0.5,
      1.22),
  PATCHED_RUNNER(
      new Color(0xF1ECE2),
      new Color(0x7B4526),
      Pattern.PATCHES,
      Ears.FOLDED,
      Tail.WHIP,
      0.1,
      1.1,
      1),
  SILVER_FOX(
      new Color(0x9A9DA1),
      new Color(0xEDEBE6),
      Pattern.PALE_BELLY,
      Ears.PRICKED,
      Tail.CURLED,
      0.9,
      0.85,
      0.94),
  SNOW_FOX(
      new Color(0xF2EFE8),
      new Color(0xE0DBD0),
      Pattern.PLAIN,
      Ears.PRICKED,
      Tail.CURLED,
      0.95,
      0.85,
      0.94),
  SPOTTED_RUNNER(
      new Color(0xF4F1EA),
      new Color(0x2C2A2A),
      Pattern.SPOTS,
      Ears.FOLDED,
      Tail.WHIP,
      0.05,
      1.1,
      1);

  final DrawnLooks looks;

  DrawnBreed(
      Color coat,
      Color second,
      Pattern pattern,
      Ears ears,
      Tail tail,
      double hair,
      double legs,
      double body) {
    this.looks = new DrawnLooks(coat, second, pattern, ears, tail, hair, legs, body);
  }

  /** What data sets call it. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
