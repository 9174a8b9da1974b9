package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.examples.TutorialProgram.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** The tutorial is one program that runs, and prints what the page says that it prints. */
class TutorialTest {
  private static final Path PAGE = Path.of("..", "docs", "tutorial.md");
  private static final Path PORTUGUESE = Path.of("..", "docs", "pt-BR", "tutorial.md");
  private static final Pattern NUMBER = Pattern.compile("\\d+([.,]\\d+)*(E-\\d+)?");
  private static final Pattern BREED =
      Pattern.compile(
          DrawnCompetition.breeds().stream()
              .sorted((one, other) -> other.length() - one.length())
              .map(Pattern::quote)
              .collect(Collectors.joining("|")));

  @TempDir static Path folder;

  @TestFactory
  List<DynamicTest> each_step_prints_what_the_page_says() throws Exception {
    List<Step> steps = TutorialProgram.steps(Files.readString(PAGE));
    Path work = TutorialProgram.draw(folder.resolve("work"));
    List<String> outputs = TutorialProgram.run(steps, work, folder.resolve("classes"));
    List<DynamicTest> tests = new ArrayList<>();
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      String printed = outputs.get(i).replace('\\', '/').stripTrailing();
      String name = step.code().lines().findFirst().orElse("");
      tests.add(DynamicTest.dynamicTest(name, () -> compare(step, printed)));
    }
    assertThat(tests).hasSizeGreaterThan(22);
    for (String picture : List.of("batch", "learning-curves", "right", "wrong", "bars", "grid")) {
      assertThat(work.resolve(picture + ".png")).isNotEmptyFile();
    }
    assertThat(work.resolve("submission.csv")).isNotEmptyFile();
    assertThat(work.resolve("logs")).isNotEmptyDirectory();
    return tests;
  }

  private static void compare(Step step, String printed) {
    String said = step.output() == null ? "" : step.output().stripTrailing();
    switch (step.kind()) {
      case "" -> assertThat(printed).as("the page shows no output").isEmpty();
      case "text" -> assertThat(printed).isEqualTo(said);
      // Figures, and the breeds that they lead to, differ a little from processor to processor.
      case "text one-run" ->
          assertThat(said.lines().map(TutorialTest::words).toList())
              .isNotEmpty()
              .allSatisfy(
                  line -> assertThat(printed.lines().map(TutorialTest::words)).contains(line));
      case "text one-machine" -> assertThat(printed).isNotBlank();
      default -> throw new AssertionError("unknown kind of output: " + step.kind());
    }
  }

  private static String words(String line) {
    return NUMBER.matcher(BREED.matcher(line).replaceAll("#")).replaceAll("#");
  }

  @Test
  void both_languages_show_the_same_program_and_outputs() throws IOException {
    List<Step> english = TutorialProgram.steps(Files.readString(PAGE));
    List<Step> portuguese = TutorialProgram.steps(Files.readString(PORTUGUESE));

    assertThat(portuguese.stream().map(TutorialTest::withoutComments))
        .containsExactlyElementsOf(english.stream().map(TutorialTest::withoutComments).toList());
    assertThat(portuguese.stream().map(Step::output))
        .containsExactlyElementsOf(english.stream().map(Step::output).toList());
    assertThat(headings(PORTUGUESE)).isEqualTo(headings(PAGE));
  }

  /** Names and strings count, comments and what stands before them do not. */
  private static String withoutComments(Step step) {
    return step.code().lines().map(line -> line.replaceAll("\\s*//.*", "")).toList().toString();
  }

  private static long headings(Path page) throws IOException {
    try (var lines = Files.lines(page)) {
      return lines.filter(line -> line.startsWith("#")).count();
    }
  }

  @Test
  void an_output_belongs_to_the_block_before_it() {
    List<Step> steps =
        TutorialProgram.steps("```java\na();\n```\n\n```text\n1\n```\n```java\nb();\n```\n");

    assertThat(steps).extracting(Step::code).containsExactly("a();\n", "b();\n");
    assertThat(steps).extracting(Step::output).containsExactly("1\n", null);
    assertThatThrownBy(
            () -> TutorialProgram.steps("```java\na();\n```\n```text\n```\n```text\n```"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
