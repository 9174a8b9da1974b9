package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The document about reliability names tests that there are, and its last table is theirs. */
class ReliabilityTableTest {
  private static final Path ROOT = Path.of("..");

  @TempDir private Path folder;

  @Test
  void each_test_that_the_document_names_exists() throws IOException {
    String document = Files.readString(ROOT.resolve("docs/reliability.md"));
    Set<String> there;
    try (Stream<Path> modules = Files.list(ROOT)) {
      there =
          modules
              .map(module -> module.resolve("src/test/java"))
              .filter(Files::isDirectory)
              .flatMap(ReliabilityTableTest::sources)
              .map(file -> file.getFileName().toString().replace(".java", ""))
              .collect(Collectors.toSet());
    }

    assertThat(ReliabilityTable.named(document)).hasSizeGreaterThan(20).isSubsetOf(there);
    assertThat(ReliabilityTable.filled(document, "|")).contains("ProcessEndTest");
  }

  private static Stream<Path> sources(Path tests) {
    try (Stream<Path> all = Files.walk(tests)) {
      return all.filter(file -> file.toString().endsWith(".java")).toList().stream();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void the_table_has_what_tests_noted_and_what_came_of_it() throws IOException {
    Path reports = Files.createDirectories(folder.resolve("module/target/surefire-reports"));
    Files.writeString(
        reports.resolve("TEST-a.GoodTest.xml"),
        "<testsuite name='a.GoodTest' tests='3' errors='0' skipped='1' failures='0'/>");
    Files.writeString(
        reports.resolve("TEST-a.BadTest.xml"),
        "<testsuite name='a.BadTest' tests='2' errors='1' skipped='0' failures='1'/>");
    Path tried = Files.createDirectories(folder.resolve("target/tried"));
    Files.writeString(tried.resolve("GoodTest.txt"), "20,000 mutations\n5 kills\n");
    String document =
        "| p | `GoodTest`, `BadTest` | i | o |\n| p | `OtherTest` | i | o |\n"
            + ReliabilityTable.BEGIN
            + "\nold\n"
            + ReliabilityTable.END
            + "\nrest";

    String filled =
        ReliabilityTable.filled(
            document, ReliabilityTable.table(folder, ReliabilityTable.named(document)));

    assertThat(filled)
        .contains("| `GoodTest` | 3 | 20,000 mutations; 5 kills | held, 1 skipped |")
        .contains("| `BadTest` | 2 |  | 2 failed |")
        .contains("| `OtherTest` |  |  | not run |")
        .endsWith(ReliabilityTable.END + "\nrest")
        .doesNotContain("old");
  }
}
