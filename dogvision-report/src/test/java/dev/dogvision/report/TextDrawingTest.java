package dev.dogvision.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TextDrawingTest {
  /** A letter of a script that is not in use any more, of which few machines have a font. */
  private static final String LYDIAN = "\ud802\udd20";

  @Test
  void letters_that_no_font_has_are_told_once_a_script() {
    Font font = TextDrawing.plain(12);
    assertThat(TextDrawing.tellUndrawable("scottish deerhound \u00e9", font)).isEmpty();
    org.junit.jupiter.api.Assumptions.assumeFalse(font.canDisplay(LYDIAN.codePointAt(0)));

    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
    try {
      String fitted = TextDrawing.fit("dog " + LYDIAN, TextDrawing.metrics(font), 500);
      assertThat(fitted).isEqualTo("dog " + LYDIAN);
      assertThat(TextDrawing.tellUndrawable(LYDIAN + LYDIAN, font)).isEqualTo(LYDIAN);
    } finally {
      System.setErr(before);
    }

    assertThat(log.toString(StandardCharsets.UTF_8))
        .containsOnlyOnce("No font of this machine has")
        .contains("LYDIAN", "fonts-noto");
  }
}
