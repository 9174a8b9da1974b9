package dev.dogvision.data;

import dev.dogvision.internal.Excerpt;
import java.util.ArrayList;
import java.util.List;

/** Ids and labels as text for people, in columns that stand under each other. */
final class LabelsAsTable {
  private static final String BETWEEN = "  ";
  private static final int LONGEST = 60;

  private LabelsAsTable() {}

  static String head(Dataset dataset, int rows) {
    List<List<String>> lines = new ArrayList<>();
    lines.add(line(dataset, "", "id", "breed"));
    for (int i = 0; i < Math.min(rows, dataset.size()); i++) {
      Example example = dataset.example(i);
      lines.add(
          line(
              dataset,
              String.valueOf(i),
              visible(example.id()),
              visible(String.valueOf(example.label()))));
    }
    return text(lines);
  }

  static String describe(Dataset dataset) {
    DatasetSummary summary = dataset.summary();
    long breeds = summary.counts().values().stream().filter(images -> images > 0).count();
    LabelCount most = summary.mostCommon().orElse(new LabelCount("none", 0));
    return text(
        List.of(
            line(dataset, "", "id", "breed"),
            line(dataset, "count", number(dataset.size()), number(dataset.size())),
            line(dataset, "unique", number(dataset.size()), number(breeds)),
            line(dataset, "top", visible(dataset.example(0).id()), visible(most.label())),
            line(dataset, "freq", "1", number(most.images()))));
  }

  private static String visible(String text) {
    return Excerpt.of(VisibleText.of(text), LONGEST);
  }

  private static String number(long number) {
    return Problems.number(number);
  }

  private static List<String> line(Dataset dataset, String name, String id, String breed) {
    return dataset.isLabelled() ? List.of(name, id, breed) : List.of(name, id);
  }

  private static String text(List<List<String>> lines) {
    StringBuilder text = new StringBuilder();
    for (List<String> line : lines) {
      StringBuilder row = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        int place = column;
        int width = lines.stream().mapToInt(other -> other.get(place).length()).max().orElse(0);
        row.append(line.get(column)).append(" ".repeat(width - line.get(column).length()));
        row.append(column == line.size() - 1 ? "" : BETWEEN);
      }
      text.append(text.isEmpty() ? "" : "\n").append(row.toString().stripTrailing());
    }
    return text.toString();
  }
}
