package dev.dogvision.data;

import com.google.common.base.CharMatcher;
import com.google.common.collect.ImmutableList;
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
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** The rows of a CSV of ids and labels. */
final class LabelTable {
  /** A gibibyte: some 20 million rows. What is larger is not a file of labels. */
  private static final long MAXIMUM_BYTES = 1L << 30;

  private static final CharMatcher BLANK = CharMatcher.whitespace().or(CharMatcher.anyOf("\uFEFF"));

  /**
   * A row of data.
   *
   * @param line the line it begins at, from 1
   */
  record Row(int line, String id, String label) {}

  private final Path file;
  private final ImmutableList<Row> rows;

  private LabelTable(Path file, List<Row> rows) {
    this.file = file;
    this.rows = ImmutableList.copyOf(rows);
  }

  Path file() {
    return file;
  }

  List<Row> rows() {
    return rows;
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

  static LabelTable read(
      Path file, String idColumn, String labelColumn, char delimiter, Charset charset) {
    String text = decode(file, bytes(file), charset);
    CSVFormat format =
        CSVFormat.RFC4180
            .builder()
            .setDelimiter(delimiter)
            .setIgnoreEmptyLines(true)
            .setIgnoreSurroundingSpaces(true)
            .get();
    try (CSVParser parser =
        CSVParser.builder().setReader(new StringReader(text)).setFormat(format).get()) {
      Iterator<CSVRecord> records = parser.iterator();
      CSVRecord header = null;
      while (records.hasNext() && (header == null || isBlank(header))) {
        header = records.next();
      }
      if (header == null || isBlank(header)) {
        throw new DatasetException(
            file + " is empty; expected a first line of column names such as id,breed");
      }
      List<String> columns = header.stream().map(LabelTable::trim).toList();
      int id = column(file, columns, idColumn, idColumn, labelColumn, delimiter);
      int label = column(file, columns, labelColumn, idColumn, labelColumn, delimiter);
      return new LabelTable(file, rows(file, parser, records, columns, id, label));
    } catch (IOException | UncheckedIOException e) {
      throw unparseable(file, e);
    }
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
    String listed = String.join("', '", columns);
    throw new DatasetException(
        file
            + ", line 1: no column '"
            + wanted
            + "' among '"
            + listed
            + "'; "
            + expected
            + ", or name others with .columns(\""
            + suggestion(columns, 0, idColumn)
            + "\", \""
            + suggestion(columns, 1, labelColumn)
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

  private static List<Row> rows(
      Path file,
      CSVParser parser,
      Iterator<CSVRecord> records,
      List<String> columns,
      int idColumn,
      int labelColumn) {
    List<Row> rows = new ArrayList<>();
    List<String> problems = new ArrayList<>();
    while (records.hasNext()) {
      CSVRecord row = records.next();
      if (isBlank(row)) {
        continue;
      }
      int line = line(parser, row);
      if (row.size() != columns.size()) {
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
      String id = trim(row.get(idColumn));
      String label = trim(row.get(labelColumn));
      String problem = problem(id, columns.get(idColumn));
      if (problem == null) {
        problem = problem(label, columns.get(labelColumn));
      }
      if (problem == null) {
        problem = refusal(id);
      }
      if (problem == null) {
        rows.add(new Row(line, id, label));
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
              + (problems.size() == 1 ? "it:" : "them:")
              + Problems.lines(problems),
          problems,
          null);
    }
    if (rows.isEmpty()) {
      throw new DatasetException(
          file + " has a header (" + String.join(", ", columns) + ") but no rows");
    }
    return rows;
  }

  /** The line a record begins at; the parser tells the one it ends at. */
  private static int line(CSVParser parser, CSVRecord row) {
    long line = parser.getCurrentLineNumber();
    for (String field : row) {
      line -= CharMatcher.is('\n').countIn(field);
    }
    return (int) line;
  }

  private static boolean isBlank(CSVRecord row) {
    return row.size() == 1 && BLANK.matchesAllOf(row.get(0));
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
