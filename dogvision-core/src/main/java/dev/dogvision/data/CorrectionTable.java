package dev.dogvision.data;

import static com.google.common.collect.ImmutableMap.toImmutableMap;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Correction.Action;
import dev.dogvision.internal.Excerpt;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.jspecify.annotations.Nullable;

/** Corrections as a CSV. The page of the report module writes the same, in JavaScript. */
final class CorrectionTable {
  private static final List<String> COLUMNS = List.of("id", "action", "label");
  private static final char[] DELIMITERS = {',', ';', '\t'};
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  private static final ImmutableMap<String, Action> ACTIONS =
      Arrays.stream(Action.values()).collect(toImmutableMap(Action::word, action -> action));

  /** What a spreadsheet takes for a formula, after blanks that it passes over. */
  private static final String FORMULA = "[ \\x0B\\f\\p{Z}\\p{Cf}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]";

  /** What begins as one; with apostrophes before it as well, so that each text has its own form. */
  private static final Pattern TO_GUARD = Pattern.compile("^(?='*(?:" + FORMULA + "|[\\t\\r\\n]))");

  /** The same after what separates cells where a comma stands in numbers. */
  private static final Pattern TO_GUARD_INSIDE =
      Pattern.compile("([;\\t]|\\r\\n?|\\n)(?='*" + FORMULA + ")");

  private static final Pattern GUARDED = Pattern.compile("^'(?='*(?:" + FORMULA + "|[\\t\\r\\n]))");

  private static final Pattern GUARDED_INSIDE =
      Pattern.compile("([;\\t]|\\r\\n?|\\n)'(?='*" + FORMULA + ")");

  private CorrectionTable() {}

  /** The whole file. */
  static String csv(List<Correction> corrections) {
    StringBuilder csv = new StringBuilder(BYTE_ORDER_MARK);
    csv.append(String.join(",", COLUMNS)).append('\n');
    for (Correction one : corrections) {
      String label = one.label() == null ? "" : one.label();
      csv.append(cell(one.id())).append(',').append(one.action().word()).append(',');
      csv.append(cell(label)).append('\n');
    }
    return csv.toString();
  }

  /** Quoted wherever a reader could take it for something else, blanks at its ends included. */
  private static String cell(String text) {
    String inside = TO_GUARD_INSIDE.matcher(text).replaceAll("$1'");
    String guarded = TO_GUARD.matcher(inside).replaceFirst("'");
    boolean plain =
        guarded
            .chars()
            .allMatch(
                character ->
                    (character >= '0' && character <= '9')
                        || (character >= 'A' && character <= 'Z')
                        || (character >= 'a' && character <= 'z')
                        || "_-/.".indexOf(character) >= 0);
    return plain ? guarded : '"' + guarded.replace("\"", "\"\"") + '"';
  }

  /** What was meant by a cell. */
  private static String content(String cell) {
    String text = GUARDED.matcher(LabelTable.text(cell)).replaceFirst("");
    return GUARDED_INSIDE.matcher(text).replaceAll("$1");
  }

  static Corrections read(Path file) {
    TableText table = TableText.ofCorrections(file);
    char delimiter = table.separator(delimiter(table.text()));
    try (CSVParser parser = TableText.parser(table.text(), delimiter)) {
      Iterator<CSVRecord> records = parser.iterator();
      CSVRecord header = LabelTable.header(records);
      if (header == null) {
        throw new DatasetException(
            file + " is empty; expected a first line " + String.join(",", COLUMNS));
      }
      List<String> columns = LabelTable.named(header.stream().map(LabelTable::name).toList());
      Map<String, Integer> places = places(file, columns);
      Rows rows = new Rows(columns, places);
      while (records.hasNext()) {
        CSVRecord row = records.next();
        if (!LabelTable.isBlank(row)) {
          rows.add(TableText.line(parser, row) + table.linesBefore(), row);
        }
      }
      return rows.corrections(file);
    } catch (IOException | UncheckedIOException e) {
      throw TableText.unparseable(file, e);
    }
  }

  /** What separates the columns in the first line that says anything. */
  private static char delimiter(String text) {
    String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
    for (char delimiter : DELIMITERS) {
      if (first.indexOf(delimiter) >= 0) {
        return delimiter;
      }
    }
    return ',';
  }

  private static Map<String, Integer> places(Path file, List<String> columns) {
    List<String> lower = columns.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
    Map<String, Integer> places = new LinkedHashMap<>();
    List<String> problems = new ArrayList<>();
    for (String column : COLUMNS) {
      int first = lower.indexOf(column);
      if (first < 0) {
        problems.add("no column '" + column + "'");
      } else if (first != lower.lastIndexOf(column)) {
        problems.add("the column '" + column + "' more than once");
      }
      places.put(column, first);
    }
    if (!problems.isEmpty()) {
      throw new DatasetException(
          file
              + ", line 1: "
              + String.join(", ", problems)
              + " among '"
              + Excerpt.names(columns)
              + "'; expected the columns id, action and label, as a page of LabelCleaner writes"
              + " them");
    }
    return places;
  }

  /** Rows as they are read, and what is wrong with them. */
  private static final class Rows {
    private final List<String> columns;
    private final Map<String, Integer> places;
    private final Map<String, Correction> corrections = new LinkedHashMap<>();
    private final Map<String, Integer> lines = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();

    Rows(List<String> columns, Map<String, Integer> places) {
      this.columns = columns;
      this.places = places;
    }

    void add(int line, CSVRecord row) {
      String problem = use(line, row);
      if (problem != null) {
        problems.add("line " + line + ": " + problem);
      }
    }

    private String cell(CSVRecord row, String column) {
      return content(row.get(places.getOrDefault(column, 0)));
    }

    private @Nullable String use(int line, CSVRecord row) {
      if (!LabelTable.fits(row, columns)) {
        return Problems.count(row.size(), "field", "fields")
            + ", expected "
            + columns.size()
            + " ("
            + Excerpt.names(columns)
            + "); are all ids quoted that hold what separates the columns?";
      }
      if (columns.equals(row.stream().map(LabelTable::name).limit(columns.size()).toList())) {
        return "it repeats the first line, as files do that were joined; remove it";
      }
      String id = cell(row, "id");
      if (id.isBlank()) {
        return "the id is blank";
      }
      String about = "'" + Excerpt.of(id) + "': ";
      String word = LabelTable.trim(cell(row, "action"));
      Action action = ACTIONS.get(word.toLowerCase(Locale.ROOT));
      if (action == null) {
        return about
            + (word.isEmpty() ? "the action is blank" : "no action '" + Excerpt.of(word) + "'")
            + "; expected "
            + ACTIONS.keySet().stream().collect(Collectors.joining(", "));
      }
      String written = cell(row, "label");
      String label = written.isBlank() ? null : written;
      if (action == Action.DROP && label != null) {
        return about
            + "the action is drop, but there is a label, '"
            + Excerpt.of(label)
            + "'; leave it blank, or write relabel";
      }
      if (action != Action.DROP && action != Action.KEEP && label == null) {
        return about + "the action is " + action.word() + ", but the label is blank; name it";
      }
      if (action == Action.NEW_LABEL && label != null) {
        String control = LabelTable.controlCharacter(label);
        String visible = VisibleText.of(label);
        if (control != null || visible.isEmpty()) {
          return about
              + "the new label "
              + (control == null ? "shows nothing" : "holds " + control)
              + "; write one that can be read";
        }
        label = visible;
      }
      Correction correction = new Correction(id, action, label);
      Correction first = corrections.putIfAbsent(id, correction);
      if (first != null && !first.equals(correction)) {
        return about
            + CorrectedExamples.told(correction)
            + ", and line "
            + lines.get(id)
            + " says "
            + CorrectedExamples.told(first)
            + "; keep one of the rows";
      }
      lines.putIfAbsent(id, line);
      return null;
    }

    Corrections corrections(Path file) {
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
      return new Corrections(corrections, file, lines);
    }
  }
}
