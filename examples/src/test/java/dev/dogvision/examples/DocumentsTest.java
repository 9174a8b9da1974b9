package dev.dogvision.examples;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every block of Java in the documents compiles against the code as it is. */
class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\((?!https?:|#)([^)#]+)(#[^)]*)?\\)");
  private static final Pattern PICTURE = Pattern.compile("!\\[([^]]*)]\\(([^)]+)\\)");
  private static final String IMPORTS =
      Stream.of(
              "dev.dogvision.*",
              "dev.dogvision.data.*",
              "dev.dogvision.evaluate.*",
              "dev.dogvision.image.*",
              "dev.dogvision.model.*",
              "dev.dogvision.predict.*",
              "dev.dogvision.report.*",
              "dev.dogvision.train.*",
              "java.nio.file.*",
              "java.util.*")
          .map(name -> "import " + name + ";\n")
          .reduce("", String::concat);

  @TempDir Path classes;

  @TestFactory
  List<DynamicTest> blocks_of_java_compile() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents()) {
      Matcher matcher = BLOCK.matcher(Files.readString(document));
      for (int i = 1; matcher.find(); i++) {
        String code = matcher.group(1);
        tests.add(
            DynamicTest.dynamicTest(
                ROOT.relativize(document) + ", block " + i,
                () -> assertThat(errors(code)).as("in:%n%s", code).isEmpty()));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  @TestFactory
  List<DynamicTest> links_lead_to_files() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents()) {
      Matcher matcher = LINK.matcher(Files.readString(document));
      while (matcher.find()) {
        Path target = document.resolveSibling(matcher.group(1));
        tests.add(
            DynamicTest.dynamicTest(
                ROOT.relativize(document) + " -> " + matcher.group(1),
                () -> assertThat(target).exists()));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  @Test
  void every_picture_is_shown_somewhere_and_all_are_small() throws IOException {
    Set<Path> shown = new TreeSet<>();
    for (Path document : documents()) {
      Matcher matcher = PICTURE.matcher(Files.readString(document));
      while (matcher.find()) {
        assertThat(matcher.group(1)).as("what a reader hears, in %s", document).isNotBlank();
        shown.add(document.resolveSibling(matcher.group(2)).normalize());
      }
    }
    List<Path> pictures;
    try (Stream<Path> files = Files.list(ROOT.resolve("docs/pictures"))) {
      pictures = files.sorted().toList();
    }
    assertThat(shown).containsExactlyElementsOf(pictures);
    long bytes = 0;
    for (Path picture : pictures) {
      assertThat(ImageIO.read(picture.toFile())).as("%s", picture).isNotNull();
      bytes += Files.size(picture);
    }
    assertThat(bytes).isLessThan(1_000_000);
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }

  /** Compiles a block; lines of imports at its top stay on top. */
  private List<String> errors(String block) throws IOException {
    String imports =
        block.lines().takeWhile(line -> line.startsWith("import ")).collect(joining("\n"));
    String code = block.substring(imports.length());
    String source =
        IMPORTS
            + imports
            + "\nclass Snippet {\n  void run() throws Exception {\n"
            + code
            + "\n}\n}\n";
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    JavaFileObject file =
        new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    compiler
        .getTask(
            null,
            null,
            diagnostics,
            List.of(
                "-classpath",
                System.getProperty("java.class.path"),
                "-d",
                classes.toString(),
                "-proc:none"),
            null,
            List.of(file))
        .call();
    return diagnostics.getDiagnostics().stream()
        .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .map(diagnostic -> diagnostic.getMessage(null))
        .toList();
  }
}
