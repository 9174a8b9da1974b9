package dev.dogvision.model;

import java.util.List;
import java.util.Locale;

/**
 * What a model is made of, stage by stage. {@link #toString} is a table for a terminal.
 *
 * @param title what the table is headed with
 * @param rows one for the input, each stage, the embedding and the head
 */
public record ModelSummary(String title, List<Row> rows) {
  private static final int BYTES = Float.BYTES;

  /**
   * A line of the table.
   *
   * @param name the stage's name
   * @param description what it does, in a few words
   * @param outputShape height, width and channels, or the number of values, of one image
   * @param parameters how many numbers it holds that training could change
   * @param trainable whether training changes them
   */
  public record Row(
      String name,
      String description,
      List<Integer> outputShape,
      long parameters,
      boolean trainable) {
    /** Copies the shape. */
    public Row {
      outputShape = List.copyOf(outputShape);
    }

    private String state() {
      return parameters == 0 ? "" : trainable ? "trainable" : "frozen";
    }
  }

  /** Copies the rows. */
  public ModelSummary {
    rows = List.copyOf(rows);
  }

  /**
   * All parameters.
   *
   * @return how many there are
   */
  public long parameters() {
    return rows.stream().mapToLong(Row::parameters).sum();
  }

  /**
   * The parameters that training changes.
   *
   * @return how many there are
   */
  public long trainableParameters() {
    return rows.stream().filter(Row::trainable).mapToLong(Row::parameters).sum();
  }

  /**
   * The parameters that stay as they are.
   *
   * @return how many there are
   */
  public long frozenParameters() {
    return parameters() - trainableParameters();
  }

  /**
   * What all parameters need in memory.
   *
   * @return in bytes, 4 a parameter
   */
  public long bytes() {
    return BYTES * parameters();
  }

  /** A table: stage, output shape, parameters, trainable or frozen; totals below it. */
  @Override
  public String toString() {
    StringBuilder table = new StringBuilder();
    int width = rows.stream().mapToInt(row -> row.name().length()).max().orElse(0);
    int description = rows.stream().mapToInt(row -> row.description().length()).max().orElse(0);
    String format = "%-" + (width + 2) + "s%-" + (description + 2) + "s%-18s%12s  %s%n";
    String head = String.format(Locale.ROOT, format, "Stage", "", "Output shape", "Parameters", "");
    String line = "-".repeat(width + description + 4 + 18 + 12 + 2 + 9);
    table.append(title).append(System.lineSeparator());
    table.append(line).append(System.lineSeparator());
    table.append(head.stripTrailing()).append(System.lineSeparator());
    table.append(line).append(System.lineSeparator());
    for (Row row : rows) {
      String text =
          String.format(
              Locale.ROOT,
              format,
              row.name(),
              row.description(),
              row.outputShape(),
              String.format(Locale.ROOT, "%,d", row.parameters()),
              row.state());
      table.append(text.stripTrailing()).append(System.lineSeparator());
    }
    table.append(line).append(System.lineSeparator());
    table.append(total("All parameters", parameters()));
    table.append(total("Trainable", trainableParameters()));
    table.append(total("Frozen", frozenParameters()));
    return table.toString().stripTrailing();
  }

  private static String total(String name, long parameters) {
    return String.format(
        Locale.ROOT,
        "%-16s%,12d (%.1f MB)%n",
        name + ":",
        parameters,
        parameters * BYTES / (1024.0 * 1024));
  }
}
