package dev.dogvision.data;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
import dev.dogvision.internal.Excerpt;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV of ids and labels. */
final class LabelTable {
  /** A gibibyte: some 20 million rows. What is larger is not a file of labels. */
  private static final long MAXIMUM_BYTES = 1L << 30;

  /** How Excel is told what separates the columns. */
  private static final Pattern SEPARATOR_LINE =
      Pattern.compile("\\A\"?sep=([^\"\\r\\n])\"?[ \\t]*(\\R|\\z)", Pattern.CASE_INSENSITIVE);

  /** How a spreadsheet is told that digits are text. */
  private static final Pattern TEXT_FORMULA = Pattern.compile("=\"(.*)\"", Pattern.DOTALL);

  /** What programs write for a missing value, and a spreadsheet for a formula that failed. */
  private static final Set<String> MISSING =
      Set.of(
          "NaN", "nan", "NAN", "-nan", "N/A", "n/a", "<NA>", "NaT", "#N/A", "#NV", "#NAME?",
          "#VALUE!", "#REF!", "#DIV/0!", "#NULL!", "#NUM!");

  private static final int MOST_COLUMNS = 20;
  private static final CharMatcher BLANK = CharMatcher.whitespace().or(CharMatcher.anyOf("\uFEFF"));

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
   * @param missingLabels what to do about rows without a label
   */
  static LabelTable read(
      Path file,
      String idColumn,
      String labelColumn,
      char delimiter,
      Charset charset,
      ProblemPolicy missingLabels) {
    String text = decode(file, bytes(file), charset);
    Matcher separator = SEPARATOR_LINE.matcher(text);
    return separator.find()
        ? parse(
            new Content(file, text.substring(separator.end()), 1),
            idColumn,
            labelColumn,
            separator.group(1).charAt(0),
            missingLabels)
        : parse(new Content(file, text, 0), idColumn, labelColumn, delimiter, missingLabels);
  }

  /**
   * A file's text.
   *
   * @param linesBefore how many lines are not part of it
   */
  private record Content(Path file, String text, int linesBefore) {}

  private static LabelTable parse(
      Content content,
      String idColumn,
      String labelColumn,
      char delimiter,
      ProblemPolicy missingLabels) {
    Path file = content.file();
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(true)
            .get();
    try (CSVParser parser =
        CSVParser.builder().setReader(new StringReader(content.text())).setFormat(format).get()) {
      Iterator<CSVRecord> records = parser.iterator();
      CSVRecord header = null;
      while (records.hasNext() && (header == null || isBlank(header))) {
        header = records.next();
      }
      if (header == null || isBlank(header)) {
        throw new DatasetException(
            file + " is empty; expected a first line of column names such as id,breed");
      }
      List<String> columns = named(header.stream().map(LabelTable::trim).toList());
      int id = column(file, columns, idColumn, idColumn, labelColumn, delimiter);
      int label = column(file, columns, labelColumn, idColumn, labelColumn, delimiter);
      return rows(content, parser, records, columns, id, label, missingLabels);
    } catch (IOException | UncheckedIOException e) {
      throw unparseable(file, e);
    }
  }

  /** The columns up to the last that has a name: a spreadsheet writes empty ones after them. */
  private static List<String> named(List<String> columns) {
    int end = columns.size();
    while (end > 0 && columns.get(end - 1).isEmpty()) {
      end--;
    }
    return columns.subList(0, end);
  }

  private static DatasetException unparseable(Path file, Exception cause) {
    return new DatasetException(
        file
            + " is not well-formed CSV: "
            + cause.getMessage()
            + "; look for a quote (\") that is not closed, or text after a closing quote",
        cause);
  }

  private static byte[] bytes(Path file) {
    if (!Files.exists(file)) {
      throw new DatasetException("there is no file " + file.toAbsolutePath());
    }
    if (!Files.isRegularFile(file)) {
      throw new DatasetException(
          file
              + " is not a file; expected a CSV such as labels.csv (for folders, one a breed, use"
              + " DatasetBuilder.fromFolders)");
    }
    try {
      long size = Files.size(file);
      if (size > MAXIMUM_BYTES) {
        throw new DatasetException(
            file + " has " + Problems.number(size) + " bytes; expected at most 1 GiB of labels");
      }
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new DatasetException(file + " cannot be read: " + e, e);
    }
  }

  private static String decode(Path file, byte[] bytes, Charset charset) {
    if (charset.equals(StandardCharsets.UTF_8) && bytes.length >= 2) {
      int mark = ((bytes[0] & 0xFF) << 8) | (bytes[1] & 0xFF);
      if (mark == 0xFEFF || mark == 0xFFFE) {
        throw new DatasetException(
            file
                + " is UTF-16 (by its byte order mark), expected UTF-8; save it as UTF-8, or call"
                + " .charset(StandardCharsets.UTF_16)");
      }
    }
    CharsetDecoder decoder =
        charset
            .newDecoder()
            .onMalformedInput(CodingErrorAction.REPORT)
            .onUnmappableCharacter(CodingErrorAction.REPORT);
    ByteBuffer input = ByteBuffer.wrap(bytes);
    CharBuffer output =
        CharBuffer.allocate((int) Math.ceil(bytes.length * (double) decoder.maxCharsPerByte()));
    CoderResult result = decoder.decode(input, output, true);
    if (!result.isError()) {
      result = decoder.flush(output);
    }
    if (result.isError()) {
      int line = 1;
      for (int i = 0; i < input.position(); i++) {
        if (bytes[i] == '\n') {
          line++;
        }
      }
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s, line %d: byte 0x%02X is not %s; save the file as UTF-8, or name its encoding"
                  + " with .charset(...)",
              file,
              line,
              bytes[input.position()],
              charset));
    }
    String text = output.flip().toString();
    return text.startsWith("\uFEFF") ? text.substring(1) : text;
  }

  private static int column(
      Path file,
      List<String> columns,
      String wanted,
      String idColumn,
      String labelColumn,
      char delimiter) {
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

  private static String suggestion(List<String> columns, int place, String otherwise) {
    return columns.size() > place && !columns.get(place).isEmpty() ? columns.get(place) : otherwise;
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

  private static LabelTable rows(
      Content content,
      CSVParser parser,
      Iterator<CSVRecord> records,
      List<String> columns,
      int idColumn,
      int labelColumn,
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
      int line = line(parser, row) + content.linesBefore();
      if (!fits(row, columns)) {
        problems.add(
            "line "
                + line
                + ": "
                + Problems.count(row.size(), "field", "fields")
                + ", expected "
                + columns.size()
                + " ("
                + String.join(", ", columns)
                + ")");
        continue;
      }
      String id = trim(text(trim(row.get(idColumn))));
      String label = trim(text(trim(row.get(labelColumn))));
      String problem = problem(id, columns.get(idColumn));
      if (problem == null) {
        problem = refusal(id);
      }
      String visible = VisibleText.of(label);
      if (problem == null && (visible.isEmpty() || MISSING.contains(visible))) {
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
              + String.join(", ", columns)
              + ") but no rows"
              + (unlabelled.isEmpty() ? "" : " with a breed"));
    }
    return new LabelTable(file, rows, unlabelled);
  }

  /** Whether a row has all columns that have a name, and nothing but blanks beyond them. */
  private static boolean fits(CSVRecord row, List<String> columns) {
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

  private static String text(String cell) {
    Matcher formula = TEXT_FORMULA.matcher(cell);
    return formula.matches() ? formula.group(1) : cell;
  }

  /** The line a record begins at; the parser tells the one it ends at. */
  private static int line(CSVParser parser, CSVRecord row) {
    long line = parser.getCurrentLineNumber();
    for (String field : row) {
      line -= CharMatcher.is('\n').countIn(field);
    }
    return (int) line;
  }

  /** Whether nothing is in a row: a spreadsheet writes commas for cells that were once used. */
  private static boolean isBlank(CSVRecord row) {
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
