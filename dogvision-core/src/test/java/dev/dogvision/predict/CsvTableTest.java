package dev.dogvision.predict;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Labels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CsvTableTest {
  private static final float[] LOGITS = {0, 0};

  private static String row(TableStyle style, String id) {
    String row = new CsvTable(Labels.of("a", "b"), 1, style).row(id, LOGITS);
    assertThat(row).endsWith(",0.5,0.5\n");
    return row.substring(0, row.length() - ",0.5,0.5\n".length());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "=1+1|'=1+1",
        "+a|'+a",
        "-b|'-b",
        "@c|'@c",
        " =1|' =1",
        "\u00a0=1|'\u00a0=1",
        "\u200b=1|'\u200b=1",
        "\uff1d1|'\uff1d1",
        "\uff0b1|'\uff0b1",
        "x;=1|x;'=1",
        "x\t=1|x\t'=1",
        "\tx|'\tx",
        "a=b|a=b",
        "a-b|a-b",
        "a;b|a;b",
      })
  void a_spreadsheet_runs_nothing_in_a_cell(String id, String cell) {
    assertThat(row(TableStyle.SPREADSHEET, id).replaceAll("^\"(.*)\"$", "$1")).isEqualTo(cell);
    assertThat(row(TableStyle.SUBMISSION, id).replaceAll("^\"(.*)\"$", "$1")).isEqualTo(id);
  }

  @Test
  void lines_within_a_cell_are_looked_at_each() {
    assertThat(row(TableStyle.SPREADSHEET, "x\r\n=1")).isEqualTo("\"x\r\n'=1\"");
    assertThat(row(TableStyle.SPREADSHEET, "\r=1")).isEqualTo("\"'\r=1\"");
  }
}
