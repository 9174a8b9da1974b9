package dev.dogvision.report;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fonts and captions. */
final class TextDrawing {
  private static final String ELLIPSIS = "…";
  private static final String NO_BREAK_SPACE = "\u00a0";

  private static final Logger LOG = LoggerFactory.getLogger(TextDrawing.class);
  private static final Set<Character.UnicodeScript> TOLD = ConcurrentHashMap.newKeySet();

  private TextDrawing() {}

  static Font plain(float size) {
    return new Font(Font.SANS_SERIF, Font.PLAIN, Math.round(size));
  }

  static Font bold(float size) {
    return new Font(Font.SANS_SERIF, Font.BOLD, Math.round(size));
  }

  /**
   * Fails clearly where Java finds no font at all, as on a slim container image. Java itself then
   * throws errors that name neither fonts nor a remedy.
   */
  static void checkFonts() {
    checkFonts(TextDrawing::measure);
  }

  static void checkFonts(Runnable measuring) {
    try {
      measuring.run();
    } catch (OutOfMemoryError | StackOverflowError e) {
      throw e;
    } catch (RuntimeException | Error e) {
      throw new DogVisionException(
          "Cannot draw text: Java finds no fonts on this machine ("
              + e
              + "). Install fontconfig and a font: 'apt-get install fontconfig fonts-dejavu-core'"
              + " on Debian and Ubuntu, 'apk add fontconfig ttf-dejavu' on Alpine, 'dnf install"
              + " fontconfig dejavu-sans-fonts' on Fedora.",
          e);
    }
  }

  /** Measures a letter, which is when Java looks for fonts. */
  private static void measure() {
    metrics(plain(12)).stringWidth("a");
  }

  /** A font's measures outside of any drawing. */
  static FontMetrics metrics(Font font) {
    BufferedImage scratch = new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = scratch.createGraphics();
    try {
      return graphics.getFontMetrics(font);
    } finally {
      graphics.dispose();
    }
  }

  /**
   * A label as people write it: {@code scottish_deerhound} becomes {@code scottish deerhound};
   * control characters, which a font cannot draw, become spaces.
   */
  static String readable(String label) {
    StringBuilder readable = new StringBuilder(label.length());
    label
        .codePoints()
        .map(
            point ->
                point == '_'
                        || Character.isISOControl(point)
                        || Character.getType(point) == Character.FORMAT
                    ? ' '
                    : point)
        .forEach(readable::appendCodePoint);
    String stripped = readable.toString().strip().replaceAll("\\s+", " ");
    return stripped.isEmpty() ? "?" : stripped;
  }

  /** A probability in whole percent, rounded half up; not 0 % for what is possible. */
  static String percent(double probability) {
    if (probability > 0 && probability < 0.01) {
      return "<1" + NO_BREAK_SPACE + "%";
    }
    return Math.round(probability * 100) + NO_BREAK_SPACE + "%";
  }

  /** A share in percent with one decimal. */
  static String precisePercent(double share) {
    return Double.isNaN(share)
        ? "–"
        : String.format(Locale.ROOT, "%.1f", share * 100) + NO_BREAK_SPACE + "%";
  }

  /**
   * Says, once a script, which letters none of this machine's fonts has: they come out as boxes.
   *
   * @return the letters, empty where all can be drawn
   */
  @CanIgnoreReturnValue
  static String tellUndrawable(String text, Font font) {
    String letters =
        text.codePoints()
            .filter(point -> !font.canDisplay(point))
            .distinct()
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    if (!letters.isEmpty() && TOLD.add(Character.UnicodeScript.of(letters.codePointAt(0)))) {
      LOG.warn(
          "No font of this machine has {} of \"{}\" ({}): boxes are drawn in place of such letters."
              + " Install a font that has them, such as 'apt-get install fonts-noto-core"
              + " fonts-noto-cjk' on Debian and Ubuntu, and start again",
          letters,
          text,
          Character.UnicodeScript.of(letters.codePointAt(0)));
    }
    return letters;
  }

  /** The text, or its beginning and an ellipsis where it is too wide. */
  static String fit(String text, FontMetrics metrics, int width) {
    tellUndrawable(text, metrics.getFont());
    if (metrics.stringWidth(text) <= width) {
      return text;
    }
    int low = 0;
    int high = text.length();
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (metrics.stringWidth(text.substring(0, middle) + ELLIPSIS) <= width) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (low > 0 && Character.isHighSurrogate(text.charAt(low - 1))) {
      low--;
    }
    return text.substring(0, low).stripTrailing() + ELLIPSIS;
  }

  /** The text in at most so many lines, broken between words, each of them fitted. */
  static List<String> wrap(String text, FontMetrics metrics, int width, int maximumLines) {
    List<String> lines = new ArrayList<>();
    String rest = text;
    while (lines.size() < maximumLines - 1 && metrics.stringWidth(rest) > width) {
      int end = -1;
      for (int space = rest.indexOf(' ');
          space >= 0 && metrics.stringWidth(rest.substring(0, space)) <= width;
          space = rest.indexOf(' ', space + 1)) {
        end = space;
      }
      if (end <= 0) {
        break;
      }
      lines.add(rest.substring(0, end));
      rest = rest.substring(end + 1);
    }
    lines.add(fit(rest, metrics, width));
    return lines;
  }

  static int widest(List<String> texts, FontMetrics metrics) {
    return texts.stream().mapToInt(metrics::stringWidth).max().orElse(0);
  }
}
