package dev.dogvision.cli;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintWriter;
import java.util.Locale;

/** Results, on standard output, each of them as soon as it is there. */
final class Output {
  private static final char LAST_OF_ASCII = '~';

  private final PrintWriter writer;

  Output(PrintWriter writer) {
    this.writer = writer;
  }

  /**
   * Writes text and ends the line.
   *
   * @throws BrokenPipeException if nobody reads it
   */
  void line(String text) {
    writer.println(text);
    if (writer.checkError()) { // which flushes
      throw new BrokenPipeException();
    }
  }

  /** Writes formatted text, the same on every machine, and ends the line. */
  @FormatMethod
  void line(String format, Object... arguments) {
    line(String.format(Locale.ROOT, format, arguments));
  }

  /**
   * Writes JSON and ends the line. Only ASCII is written, so that it is read rightly whatever
   * character set the reader expects: all else stands inside of strings, where JSON has escapes.
   */
  void json(String json) {
    StringBuilder ascii = new StringBuilder(json.length());
    for (int i = 0; i < json.length(); i++) {
      char character = json.charAt(i);
      if (character > LAST_OF_ASCII) {
        ascii.append(String.format(Locale.ROOT, "\\u%04x", (int) character));
      } else {
        ascii.append(character);
      }
    }
    line(ascii.toString());
  }
}
