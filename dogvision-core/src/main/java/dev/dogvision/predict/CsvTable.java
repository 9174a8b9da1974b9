package dev.dogvision.predict;

import dev.dogvision.data.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;

/** The competition's table, line by line: a header of {@code id} and the labels, then pictures. */
final class CsvTable {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /**
   * Where a formula begins, also in letters of full width, after blanks that a program passes over,
   * and after what separates cells where a comma stands in numbers.
   */
  private static final Pattern BEGINS_A_FORMULA =
      Pattern.compile(
          "(^|[;\\t]|\\r\\n?|\\n)(?=[\\s\\p{Z}\\p{Cf}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20])|^(?=[\\t\\r\\n])");

  private final Labels labels;
  private final double temperature;
  private final TableStyle style;

  CsvTable(Labels labels, double temperature, TableStyle style) {
    this.labels = labels;
    this.temperature = temperature;
    this.style = style;
  }

  /** The first line, with its end. */
  String header() {
    List<String> header = new ArrayList<>();
    header.add("id");
    labels.names().forEach(label -> header.add(cell(label)));
    String line = line(header.toArray());
    return style == TableStyle.SPREADSHEET ? BYTE_ORDER_MARK + line : line;
  }

  /** A picture's line, with its end: probabilities of single precision, in the labels' order. */
  String row(String id, float[] logits) {
    double[] probabilities = Prediction.softmax(logits, temperature);
    Object[] record = new Object[probabilities.length + 1];
    record[0] = cell(id);
    for (int i = 0; i < probabilities.length; i++) {
      record[i + 1] = (float) probabilities[i];
    }
    return line(record);
  }

  private String cell(String text) {
    return style == TableStyle.SUBMISSION ? text : BEGINS_A_FORMULA.matcher(text).replaceAll("$0'");
  }

  private static String line(Object[] record) {
    return CSVFormat.RFC4180.format(record) + '\n';
  }
}
