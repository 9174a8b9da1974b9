package dev.dogvision.examples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/**
 * Fills the last table of {@code docs/reliability.md} with what the tests that the document names
 * tried in the build before, and what came of it: from what they noted in {@code target/tried} and
 * from surefire's reports. {@code mvn -B -Pnightly verify} runs the tests, and then this.
 */
public final class ReliabilityTable {
  static final String BEGIN = "<!-- filled by mvn -B -Pnightly verify -->";
  static final String END = "<!-- up to here -->";
  private static final Pattern TEST = Pattern.compile("`([A-Z]\\w*Test)`");

  private ReliabilityTable() {}

  /** The names of tests in the document's rows, in their order. */
  static Set<String> named(String document) {
    Set<String> names = new LinkedHashSet<>();
    int end = document.indexOf(BEGIN);
    document
        .substring(0, end < 0 ? document.length() : end)
        .lines()
        .filter(line -> line.startsWith("|"))
        .forEach(
            line -> {
              Matcher matcher = TEST.matcher(line);
              while (matcher.find()) {
                names.add(matcher.group(1));
              }
            });
    return names;
  }

  /** What became of the tests of a class. */
  private record Outcome(int tests, int failed, int skipped) {
    Outcome plus(Outcome other) {
      return new Outcome(tests + other.tests, failed + other.failed, skipped + other.skipped);
    }

    @Override
    public String toString() {
      return (failed > 0 ? failed + " failed" : "held")
          + (skipped > 0 ? ", " + skipped + " skipped" : "");
    }
  }

  private static Map<String, Outcome> outcomes(Path root) throws IOException {
    Map<String, Outcome> outcomes = new TreeMap<>();
    List<Path> reports;
    try (Stream<Path> modules = Files.list(root)) {
      reports = modules.map(module -> module.resolve("target/surefire-reports")).toList();
    }
    for (Path folder : reports) {
      if (!Files.isDirectory(folder)) {
        continue;
      }
      List<Path> files;
      try (Stream<Path> all = Files.list(folder)) {
        files = all.filter(file -> file.getFileName().toString().matches("TEST-.*\\.xml")).toList();
      }
      for (Path file : files) {
        Element suite = suite(file);
        String name = suite.getAttribute("name").replaceAll(".*\\.", "");
        Outcome outcome =
            new Outcome(
                number(suite, "tests"),
                number(suite, "failures") + number(suite, "errors"),
                number(suite, "skipped"));
        outcomes.merge(name, outcome, Outcome::plus);
      }
    }
    return outcomes;
  }

  private static Element suite(Path report) throws IOException {
    try (InputStream in = Files.newInputStream(report)) {
      return DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(in)
          .getDocumentElement();
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException(e);
    } catch (SAXException e) {
      throw new IOException(report + " is no report of surefire", e);
    }
  }

  private static int number(Element suite, String attribute) {
    return Integer.parseInt(suite.getAttribute(attribute));
  }

  /** The table as text. */
  static String table(Path root, Set<String> named) throws IOException {
    Map<String, Outcome> outcomes = outcomes(root);
    StringBuilder table =
        new StringBuilder("| test | tests | tried | outcome |\n|---|---|---|---|\n");
    for (String test : new TreeSet<>(named)) {
      Outcome outcome = outcomes.get(test);
      table.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s | %s | %s |%n",
              test,
              outcome == null ? "" : outcome.tests(),
              tried(root.resolve("target/tried").resolve(test + ".txt")),
              outcome == null ? "not run" : outcome));
    }
    return table.toString().replace(System.lineSeparator(), "\n");
  }

  private static String tried(Path notes) throws IOException {
    if (!Files.exists(notes)) {
      return "";
    }
    return String.join("; ", new ArrayList<>(new LinkedHashSet<>(Files.readAllLines(notes))));
  }

  /** The document with another table. */
  static String filled(String document, String table) {
    int begin = document.indexOf(BEGIN);
    int end = document.indexOf(END);
    if (begin < 0 || end < begin) {
      throw new IllegalArgumentException(
          "docs/reliability.md lacks the lines that the table stands between: "
              + BEGIN
              + ", "
              + END);
    }
    return document.substring(0, begin + BEGIN.length())
        + "\n\n"
        + table
        + "\n"
        + document.substring(end);
  }

  /** One argument: the folder of the whole project. */
  public static void main(String[] arguments) throws IOException {
    Path root = Path.of(arguments[0]);
    Path file = root.resolve("docs/reliability.md");
    String document = Files.readString(file);
    Files.writeString(file, filled(document, table(root, named(document))));
  }
}
