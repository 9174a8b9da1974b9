package dev.dogvision.predict;

import dev.dogvision.data.Labels;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.csv.CSVFormat;

/** The competition's table, line by line: a header of {@code id} and the labels, then pictures. */
final class CsvTable {
  private final Labels labels;
  private final double temperature;

  CsvTable(Labels labels, double temperature) {
    this.labels = labels;
    this.temperature = temperature;
  }

  /** The first line, with its end. */
  String header() {
    List<String> header = new ArrayList<>();
    header.add("id");
    header.addAll(labels.names());
    return line(header.toArray());
  }

  /** A picture's line, with its end: probabilities of single precision, in the labels' order. */
  String row(String id, float[] logits) {
    double[] probabilities = Prediction.softmax(logits, temperature);
    Object[] record = new Object[probabilities.length + 1];
    record[0] = id;
    for (int i = 0; i < probabilities.length; i++) {
      record[i + 1] = (float) probabilities[i];
    }
    return line(record);
  }

  private static String line(Object[] record) {
    return CSVFormat.RFC4180.format(record) + '\n';
  }
}
