package dev.dogvision.data;

import com.google.common.base.CharMatcher;
import java.text.Normalizer;

/**
 * What a person sees of a text: two that look the same for want of anything visible between them
 * are one.
 */
final class VisibleText {
  /**
   * Soft hyphens, spaces of no width, marks of direction, fillers of Hangul, variation selectors,
   * byte order marks. The joiners U+200C and U+200D are not among them: in some scripts they change
   * what one sees.
   */
  private static final CharMatcher INVISIBLE =
      CharMatcher.anyOf("\u00AD\u034F\u061C\u115F\u1160\u180E\u200B\u200E\u200F\u3164\uFEFF\uFFA0")
          .or(CharMatcher.inRange('\u202A', '\u202E'))
          .or(CharMatcher.inRange('\u2060', '\u2064'))
          .or(CharMatcher.inRange('\u2066', '\u206F'))
          .or(CharMatcher.inRange('\uFE00', '\uFE0F'));

  private static final CharMatcher SPACE = CharMatcher.whitespace();

  private VisibleText() {}

  /**
   * Whether a character shows nothing by itself: those that are removed, and those that change what
   * stands before them in some scripts and are seen in no other.
   */
  static boolean isInvisible(int character) {
    return (character <= 0xFFFF && INVISIBLE.matches((char) character))
        || (character >= 0x180B && character <= 0x180F)
        || character == 0x17B4
        || character == 0x17B5
        || (character >= 0xE0000 && character <= 0xE0FFF);
  }

  /**
   * The text composed (NFC), without characters that can't be seen, with plain spaces for spaces of
   * other kinds and none at its ends.
   */
  static String of(String text) {
    String visible = INVISIBLE.removeFrom(Normalizer.normalize(text, Normalizer.Form.NFC));
    return SPACE.replaceFrom(SPACE.trimFrom(visible), ' ');
  }
}
