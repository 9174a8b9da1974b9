package dev.dogvision.cli;

import java.util.Locale;

/**
 * What the doctor found.
 *
 * @param topic what it is about, in a word
 * @param level how it is
 * @param text what there is
 * @param advice what to do about it; empty where there is nothing to do
 */
record Finding(String topic, Level level, String text, String advice) {

  /** How it is. */
  enum Level {
    /** As it should be. */
    FINE,
    /** Worth knowing; all works, if not as well as it could. */
    NOTE,
    /** Something does not work. */
    WRONG;

    String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static Finding fine(String topic, String text) {
    return new Finding(topic, Level.FINE, text, "");
  }

  static Finding note(String topic, String text, String advice) {
    return new Finding(topic, Level.NOTE, text, advice);
  }

  static Finding wrong(String topic, String text, String advice) {
    return new Finding(topic, Level.WRONG, text, advice);
  }
}
