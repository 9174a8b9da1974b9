package dev.dogvision.data;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import com.google.common.primitives.Doubles;
import dev.dogvision.internal.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV of ids and labels. */
final class LabelTable {
  /** How a spreadsheet is told that digits are text. */
  private static final Pattern TEXT_FORMULA = Pattern.compile("=\"(.*)\"", Pattern.DOTALL);

  /** What programs write for a missing value, and a spreadsheet for a formula that failed. */
  private static final Set<String> MISSING =
      Set.of(
          "NaN",
          "nan",
          "NAN",
          "-NaN",
          "-nan",
          "N/A",
          "n/a",
          "<NA>",
          "NaT",
          "NULL",
          "null",
          "None",
          "#NA",
          "#N/A",
          "#N/A N/A",
          "#NV");

  /** A formula that failed, in whatever language, or a cell that was too narrow for its date. */
  private static final Pattern FAILED_FORMULA =
      Pattern.compile("#\u00A1?\\p{Lu}[\\p{Lu}\\d/ _]*[!?]|#{3,}");

  private static final int MOST_COLUMNS = 20;
  static final CharMatcher BLANK = CharMatcher.whitespace().or(CharMatcher.anyOf("\uFEFF"));

  /**
   * A row of data.
   *
   * @param line the line it begins at, from 1
   */
  record Row(int line, String id, String label) {}

  private final Path file;
  private final ImmutableList<Row> rows;
  private final ImmutableList<String> unlabelled;

  private LabelTable(Path file, List<Row> rows, List<String> unlabelled) {
    this.file = file;
    this.rows = ImmutableList.copyOf(rows);
    this.unlabelled = ImmutableList.copyOf(unlabelled);
  }

  Path file() {
    return file;
  }

  List<Row> rows() {
    return rows;
  }

  /** Ids of the rows that were left out for want of a label. */
  List<String> unlabelled() {
    return unlabelled;
  }

  /** Removes white space of every kind from both ends. */
  static String trim(String text) {
    return BLANK.trimFrom(text);
  }

  /** What makes a text unfit to be an id or a label, or null. */
  static @Nullable String controlCharacter(String text) {
    int at = CharMatcher.javaIsoControl().indexIn(text);
    return at < 0
        ? null
        : String.format(Locale.ROOT, "the control character U+%04X", (int) text.charAt(at));
  }

  /**
   * Reads a file.
   *
   * @param charset its encoding; null for UTF-8, or what a byte order mark says
   * @param missingLabels what to do about rows without a label
   * @param isImage whether there is an image of an id, for messages
   */
  static LabelTable read(
      Path file,
      String idColumn,
      String labelColumn,
      char delimiter,
      @Nullable Charset charset,
      ProblemPolicy missingLabels,
      Predicate<String> isImage) {
    TableText table = TableText.ofLabels(file, charset);
    return parse(
        new Content(file, table.text(), table.linesBefore(), isImage),
        idColumn,
        labelColumn,
        table.separator(delimiter),
        missingLabels);
  }

  /**
   * A file's text.
   *
   * @param linesBefore how many lines are not part of it
   * @param isImage whether there is an image of an id
   */
  private record Content(Path file, String text, int linesBefore, Predicate<String> isImage) {}

  /** The first row that says anything; null where none does. */
  static @Nullable CSVRecord header(Iterator<CSVRecord> records) {
    while (records.hasNext()) {
      CSVRecord row = records.next();
      if (!isBlank(row)) {
        return row;
      }
    }
    return null;
  }

  private static LabelTable parse(
      Content content,
      String idColumn,
      String labelColumn,
      char delimiter,
      ProblemPolicy missingLabels) {
    Path file = content.file();
    try (CSVParser parser = TableText.parser(content.text(), delimiter)) {
      Iterator<CSVRecord> records = parser.iterator();
      CSVRecord header = header(records);
      if (header == null) {
        throw new DatasetException(
            file + " is empty; expected a first line of column names such as id,breed");
      }
      List<String> columns = named(header.stream().map(LabelTable::name).toList());
      Header names = new Header(content, columns, idColumn, labelColumn, delimiter);
      int id = names.column(idColumn, records);
      int label = names.column(labelColumn, records);
      return rows(content, parser, records, columns, id, label, delimiter, missingLabels);
    } catch (IOException | UncheckedIOException e) {
      throw TableText.unparseable(file, e);
    }
  }

  static String name(String cell) {
    String name = trim(cell);
    return controlCharacter(name) == null ? VisibleText.of(name) : name; // a tab may separate
  }

  /** The columns up to the last that has a name: a spreadsheet writes empty ones after them. */
  static List<String> named(List<String> columns) {
    int end = columns.size();
    while (end > 0 && columns.get(end - 1).isEmpty()) {
      end--;
    }
    return columns.subList(0, end);
  }

  /** The first line, and what was to be found in it. */
  private record Header(
      Content content, List<String> columns, String idColumn, String labelColumn, char delimiter) {

    int column(String wanted, Iterator<CSVRecord> records) {
      Path file = content.file();
      List<Integer> exact = places(columns, wanted, false);
      List<Integer> found = exact.isEmpty() ? places(columns, wanted, true) : exact;
      if (found.size() == 1) {
        return found.get(0);
      }
      String expected = "expected the columns '" + idColumn + "' and '" + labelColumn + "'";
      if (found.size() > 1) {
        throw new DatasetException(
            file
                + ", line 1: the column '"
                + wanted
                + "' occurs "
                + found.size()
                + " times; "
                + expected
                + " once each");
      }
      for (char other : new char[] {';', '\t', '|', ','}) {
        if (columns.size() == 1 && other != delimiter && columns.get(0).indexOf(other) >= 0) {
          String shown = other == '\t' ? "\\t" : String.valueOf(other);
          throw new DatasetException(
              file
                  + ", line 1: the columns seem to be separated by '"
                  + shown
                  + "', not by '"
                  + delimiter
                  + "'; call .delimiter('"
                  + shown
                  + "')");
        }
      }
      String other = otherwise(records);
      if (other != null) {
        throw new DatasetException(file + ", line " + (content.linesBefore() + 1) + ": " + other);
      }
      String listed =
          String.join("', '", columns.stream().limit(MOST_COLUMNS).map(Excerpt::of).toList())
              + (columns.size() > MOST_COLUMNS ? "', ..., '" + columns.size() + " in all" : "");
      throw new DatasetException(
          file
              + ", line 1: no column '"
              + wanted
              + "' among '"
              + listed
              + "'; "
              + expected
              + ", or name others with .columns(\""
              + Excerpt.of(suggestion(columns, 0, idColumn))
              + "\", \""
              + Excerpt.of(suggestion(columns, 1, labelColumn))
              + "\")");
    }

    /** What the table is, if it is not one whose columns have other names. */
    private @Nullable String otherwise(Iterator<CSVRecord> records) {
      String first = columns.get(0);
      String write = "write " + idColumn + delimiter + labelColumn + " as its first line";
      if (columns.size() == 1) {
        return first.indexOf(delimiter) >= 0
            ? "the whole line is one quoted cell, '"
                + Excerpt.of(first)
                + "'; remove the quotes"
                + " around the lines"
            : null;
      }
      if (content.isImage().test(first)) {
        return "there are no names of columns, and '"
            + Excerpt.of(first)
            + "' is an image: "
            + write;
      }
      if (places(columns, idColumn, true).size() == 1 && isOneColumnABreed(records)) {
        return "this is a table of numbers with one column a breed ("
            + Excerpt.names(columns.subList(1, Math.min(columns.size(), 4)))
            + " ...), such as a submission; expected one column '"
            + labelColumn
            + "' that names the breed, as in the competition's labels.csv";
      }
      return null;
    }

    private boolean isOneColumnABreed(Iterator<CSVRecord> records) {
      if (columns.size() < 3 || !records.hasNext()) {
        return false;
      }
      CSVRecord row = records.next();
      int id = places(columns, idColumn, true).get(0);
      for (int i = 0; i < columns.size(); i++) {
        if (i != id && (i >= row.size() || Doubles.tryParse(trim(row.get(i))) == null)) {
          return false;
        }
      }
      return true;
    }

    private static String suggestion(List<String> columns, int place, String otherwise) {
      return columns.size() > place && !columns.get(place).isEmpty()
          ? columns.get(place)
          : otherwise;
    }

    private static List<Integer> places(List<String> columns, String wanted, boolean anyCase) {
      List<Integer> places = new ArrayList<>();
      for (int i = 0; i < columns.size(); i++) {
        String column = columns.get(i);
        if (anyCase ? column.equalsIgnoreCase(wanted) : column.equals(wanted)) {
          places.add(i);
        }
      }
      return places;
    }
  }

  /** How many fields a row has, and what separates them if not what was expected. */
  private static String fields(CSVRecord row, List<String> columns, char delimiter) {
    String fields =
        Problems.count(row.size(), "field", "fields")
            + ", expected "
            + columns.size()
            + " ("
            + Excerpt.names(columns)
            + ")";
    for (char other : new char[] {';', '\t', '|', ','}) {
      if (row.size() == 1
          && other != delimiter
          && CharMatcher.is(other).countIn(row.get(0)) == columns.size() - 1
          && columns.size() > 1) {
        return fields
            + "; it seems to be separated by '"
            + (other == '\t' ? "\\t" : other)
            + "', and the first line by '"
            + (delimiter == '\t' ? "\\t" : delimiter)
            + "': make them the same";
      }
    }
    return fields;
  }

  private static LabelTable rows(
      Content content,
      CSVParser parser,
      Iterator<CSVRecord> records,
      List<String> columns,
      int idColumn,
      int labelColumn,
      char delimiter,
      ProblemPolicy missingLabels) {
    Path file = content.file();
    List<Row> rows = new ArrayList<>();
    List<String> unlabelled = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    boolean mayBeSkipped = false;
    while (records.hasNext()) {
      CSVRecord row = records.next();
      if (isBlank(row)) {
        continue;
      }
      int line = TableText.line(parser, row) + content.linesBefore();
      if (!fits(row, columns)) {
        problems.add("line " + line + ": " + fields(row, columns, delimiter));
        continue;
      }
      if (columns.equals(row.stream().map(LabelTable::name).limit(columns.size()).toList())) {
        problems.add("line " + line + ": it repeats the first line, as files do that were joined");
        continue;
      }
      String id = trim(text(trim(row.get(idColumn))));
      String label = trim(text(trim(row.get(labelColumn))));
      String problem = problem(id, columns.get(idColumn));
      if (problem == null) {
        problem = refusal(id);
      }
      String visible = VisibleText.of(label);
      if (problem == null
          && (visible.isEmpty()
              || MISSING.contains(visible)
              || FAILED_FORMULA.matcher(visible).matches())) {
        if (missingLabels == ProblemPolicy.SKIP) {
          unlabelled.add(id);
          continue;
        }
        mayBeSkipped = true;
        problem =
            visible.isEmpty()
                ? "the " + columns.get(labelColumn) + " is blank"
                : "the "
                    + columns.get(labelColumn)
                    + " is '"
                    + visible
                    + "', which stands for a missing value";
      }
      if (problem == null) {
        problem = problem(label, columns.get(labelColumn));
      }
      if (problem == null) {
        rows.add(new Row(line, id, visible));
      } else {
        problems.add("line " + line + ": " + problem);
      }
    }
    if (!problems.isEmpty()) {
      throw new DatasetException(
          file
              + ": "
              + Problems.count(problems.size(), "row", "rows")
              + " cannot be used; correct or remove "
              + (problems.size() == 1 ? "it" : "them")
              + (mayBeSkipped
                  ? ", or leave out what has no breed with .missingLabels(ProblemPolicy.SKIP):"
                  : ":")
              + Problems.lines(problems),
          problems,
          null);
    }
    if (rows.isEmpty()) {
      throw new DatasetException(
          file
              + " has a header ("
              + Excerpt.names(columns)
              + ") but no rows"
              + (unlabelled.isEmpty() ? "" : " with a breed"));
    }
    return new LabelTable(file, rows, unlabelled);
  }

  /** Whether a row has all columns that have a name, and nothing but blanks beyond them. */
  static boolean fits(CSVRecord row, List<String> columns) {
    if (row.size() < columns.size()) {
      return false;
    }
    for (int i = columns.size(); i < row.size(); i++) {
      if (!BLANK.matchesAllOf(row.get(i))) {
        return false;
      }
    }
    return true;
  }

  static String text(String cell) {
    Matcher formula = TEXT_FORMULA.matcher(cell);
    return formula.matches() ? formula.group(1) : cell;
  }

  /** Whether nothing is in a row: a spreadsheet writes commas for cells that were once used. */
  static boolean isBlank(CSVRecord row) {
    return row.stream().allMatch(BLANK::matchesAllOf);
  }

  private static @Nullable String problem(String text, String column) {
    if (text.isEmpty()) {
      return "the " + column + " is blank";
    }
    String control = controlCharacter(text);
    return control == null ? null : "the " + column + " holds " + control;
  }

  /** Why an id may not name a file below a folder, or null. */
  private static @Nullable String refusal(String id) {
    String reason = ImageFolder.refusal(id);
    return reason == null ? null : "the id '" + id + "' " + reason;
  }
}
