package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Each message that docs/troubleshooting.md quotes is one that the sources have. */
class TroubleshootingTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final List<String> MODULES =
      List.of("dogvision-core", "dogvision-djl", "dogvision-onnx", "dogvision-report");
  private static final Pattern QUOTE = Pattern.compile("(?:^> .*\\R)+", Pattern.MULTILINE);
  private static final Pattern CONCATENATION = Pattern.compile("\"\\s*\\+\\s*\"");
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\\\n]|\\\\.)*)\"");

  @TestFactory
  List<DynamicTest> quoted_messages_stand_in_the_sources() throws IOException {
    String messages = literals();
    String page = Files.readString(ROOT.resolve("docs/troubleshooting.md"));
    List<DynamicTest> tests = new ArrayList<>();
    for (MatchResult found : QUOTE.matcher(page).results().toList()) {
      String quote = found.group().replaceAll("(?m)^> ", "").replaceAll("\\s+", " ").strip();
      tests.add(
          DynamicTest.dynamicTest(
              quote,
              () -> {
                // What stands between dots in the page is put in as the message is made.
                for (String part :
                    Splitter.on("...").trimResults().omitEmptyStrings().split(quote)) {
                  assertThat(messages.contains(part)).as("in the sources: %s", part).isTrue();
                }
              }));
    }
    assertThat(tests).hasSizeGreaterThan(20);
    return tests;
  }

  /** The sources' texts, those put together from several as one, each in a line. */
  private static String literals() throws IOException {
    StringBuilder text = new StringBuilder();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module).resolve("src/main/java"))) {
        for (Path file : files.filter(path -> path.toString().endsWith(".java")).toList()) {
          String source = CONCATENATION.matcher(Files.readString(file)).replaceAll("");
          LITERAL
              .matcher(source)
              .results()
              .forEach(literal -> text.append(literal.group(1)).append('\n'));
        }
      }
    }
    return text.toString().replace("\\\"", "\"").replace("\\n", " ");
  }
}
