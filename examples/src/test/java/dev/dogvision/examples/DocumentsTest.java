package dev.dogvision.examples;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every block of Java in the documents, and on the pages of packages, compiles against the code as
 * it is, and runs.
 */
class DocumentsTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Path TRANSLATIONS = ROOT.resolve("docs/pt-BR");
  private static final Pattern FENCED =
      Pattern.compile("(?m)^```[^\\n]*\\n(.*?)^```", Pattern.DOTALL);
  private static final Pattern HEADING = Pattern.compile("(?m)^#{1,6} ");
  private static final String PACKAGE = "package-info.java";
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern EXAMPLE =
      Pattern.compile("<pre>\\{@code\n(.*?)}</pre>", Pattern.DOTALL);
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
              "dev.dogvision.spi.*",
              "dev.dogvision.tensorboard.*",
              "dev.dogvision.train.*",
              "java.nio.file.*",
              "java.time.*",
              "java.util.*")
          .map(name -> "import " + name + ";\n")
          .reduce("", String::concat);

  /** Real names, so that the embedded model knows the breeds of what is drawn. */
  private static final List<String> NAMES = List.of("beagle", "chow", "pug");

  private static final List<DrawnBreed> BREEDS = List.of(DrawnBreed.values());
  private static final int PICTURES_A_BREED = 5;

  /** What cannot be run here, and why; everything else is. */
  private static final Map<String, String> ONLY_COMPILED =
      Map.of(
          "docs/guide.md, block 11",
          "downloads a network; the engine's tests do the same from a repository of their own");

  /** What this module lacks the dependency for, and who compiles and runs it. */
  private static final Map<String, String> ELSEWHERE =
      Map.of(
          "docs/export.md",
          "ExportDocumentTest of dogvision-onnx",
          "docs/tutorial.md",
          "TutorialTest, as one program",
          "docs/spark.md",
          "SparkDocumentTest of dogvision-spark",
          "docs/servers.md",
          "ServerDocumentsTest of example-web, which compiles it",
          "docs/spring.md",
          "ServerDocumentsTest of example-web, which compiles it");

  @TempDir static Path folder;
  private static List<Block> blocks = List.of();

  /**
   * A block of Java.
   *
   * @param document where it stands
   * @param name the document and the block's number
   * @param className the class that it is compiled into
   * @param code the block
   */
  private record Block(Path document, String name, String className, String code) {
    /** As a class; lines of imports at the block's top stay on top. */
    String source() {
      String imports =
          code.lines().takeWhile(line -> line.startsWith("import ")).collect(joining("\n"));
      return IMPORTS
          + imports
          + "\npublic class "
          + className
          + " {\n  public static void run() throws Exception {\n"
          + code.substring(imports.length())
          + "\n}\n}\n";
    }
  }

  @BeforeAll
  static void find_blocks() throws IOException {
    List<Block> found = new ArrayList<>();
    for (Path document : documentsAndPackages()) {
      if (document.startsWith(TRANSLATIONS) // which show the same programs
          || ELSEWHERE.containsKey(ROOT.relativize(document).toString().replace('\\', '/'))) {
        continue;
      }
      Matcher matcher =
          document.endsWith(PACKAGE)
              ? EXAMPLE.matcher(Files.readString(document).replaceAll("(?m)^ \\* ?", ""))
              : BLOCK.matcher(Files.readString(document));
      for (int i = 1; matcher.find(); i++) {
        found.add(
            new Block(
                document,
                ROOT.relativize(document) + ", block " + i,
                "Block" + (found.size() + 1),
                matcher.group(1)));
      }
    }
    blocks = List.copyOf(found);
  }

  @TestFactory
  List<DynamicTest> blocks_of_java_compile_and_run() throws Exception {
    ListMultimap<String, String> errors = compile();
    Path results = Files.createDirectories(folder.resolve("results"));
    Map<Path, String> output = new HashMap<>();
    if (errors.isEmpty()) {
      Map<Path, List<String>> programs = new LinkedHashMap<>();
      for (Block block : blocks) {
        if (!ONLY_COMPILED.containsKey(block.name())) {
          programs
              .computeIfAbsent(program(block.document()), program -> new ArrayList<>())
              .add(block.className());
        }
      }
      for (Map.Entry<Path, List<String>> program : programs.entrySet()) {
        Path work = draw(folder.resolve("work-" + output.size()));
        output.put(program.getKey(), run(program.getValue(), work, results));
      }
    }
    List<DynamicTest> tests = new ArrayList<>();
    for (Block block : blocks) {
      tests.add(
          DynamicTest.dynamicTest(
              block.name() + " compiles",
              () ->
                  assertThat(errors.get(block.className())).as("in:%n%s", block.code()).isEmpty()));
      if (ONLY_COMPILED.containsKey(block.name())) {
        continue;
      }
      tests.add(
          DynamicTest.dynamicTest(
              block.name() + " runs",
              () -> {
                assumeThat(errors.isEmpty()).as("every block compiles").isTrue();
                Path result = results.resolve(block.className());
                assertThat(result)
                    .as(
                        "the program ended before this block: %s",
                        output.get(program(block.document())))
                    .exists();
                assertThat(Files.readString(result)).as("in:%n%s", block.code()).isEmpty();
              }));
    }
    assertThat(blocks).extracting(Block::name).containsAll(ONLY_COMPILED.keySet());
    assertThat(tests).isNotEmpty();
    return tests;
  }

  /** Short pages are run by one process together, others by one each. */
  private static Path program(Path document) {
    Path howTo = ROOT.resolve("docs/how-to");
    boolean isShort =
        document.startsWith(howTo)
            || document.endsWith("index.md")
            || document.endsWith("contamination.md");
    return isShort ? howTo : document;
  }

  /** Pictures under all the names that the documents give theirs. */
  private static Path draw(Path work) throws IOException {
    SplittableRandom random = new SplittableRandom(13);
    StringBuilder labels = new StringBuilder("id,breed\n");
    for (int i = 0; i < NAMES.size() * PICTURES_A_BREED; i++) {
      int breed = i % NAMES.size();
      BufferedImage picture = DrawnDogs.picture(BREEDS.get(breed), random.split());
      String name = NAMES.get(breed);
      write(picture, work.resolve("dogs/" + name + "/" + i + ".png"));
      write(picture, work.resolve("train/" + i + ".jpg"));
      if (i < 3) {
        write(picture, work.resolve("test/" + i + ".jpg"));
      }
      labels.append(i).append(',').append(name).append('\n');
    }
    Files.writeString(work.resolve("labels.csv"), labels);
    Files.copy(work.resolve("train/0.jpg"), work.resolve("teo.jpg"));
    return work;
  }

  private static void write(BufferedImage picture, Path file) throws IOException {
    Files.createDirectories(file.getParent());
    String name = file.getFileName().toString();
    ImageIO.write(picture, name.substring(name.lastIndexOf('.') + 1), file.toFile());
  }

  /** Runs blocks as a program of their own, in a folder of its own. */
  private static String run(List<String> classNames, Path work, Path results) throws Exception {
    Path output = results.resolve(work.getFileName() + ".txt");
    Path arguments = results.resolve(work.getFileName() + ".arguments");
    String classPath =
        folder.resolve("classes") + File.pathSeparator + System.getProperty("java.class.path");
    List<String> lines =
        new ArrayList<>(
            List.of(
                "-Xmx1g",
                "-XX:TieredStopAtLevel=1", // most of it runs once
                "-Djava.awt.headless=true",
                "-Dai.djl.offline=true",
                "-cp",
                "\"" + classPath.replace("\\", "\\\\") + "\"",
                DocumentProgram.class.getName(),
                "\"" + results.toString().replace("\\", "\\\\") + "\""));
    lines.addAll(classNames);
    Files.write(arguments, lines);
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + arguments)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(15, TimeUnit.MINUTES)) {
      process.destroyForcibly();
    }
    return Files.readString(output);
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
    assertThat(bytes).isLessThan(1_800_000);
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>();
    for (String name : List.of("README.md", "CONTRIBUTING.md", "SECURITY.md")) {
      documents.add(ROOT.resolve(name));
    }
    try (Stream<Path> files = Files.walk(ROOT.resolve("docs"))) {
      files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
    }
    return documents;
  }

  /** The documents, and the packages that an application sees: each of them shows an example. */
  private static List<Path> documentsAndPackages() throws IOException {
    List<Path> found = new ArrayList<>(documents());
    for (String module : List.of("dogvision-core", "dogvision-report", "dogvision-turbo")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(module + "/src/main/java"))) {
        files
            .filter(file -> file.endsWith(PACKAGE) && !file.toString().contains("internal"))
            .sorted()
            .forEach(found::add);
      }
    }
    return found;
  }

  @TestFactory
  List<DynamicTest> translations_show_the_same_programs() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    for (Path document : documents()) {
      if (document.startsWith(TRANSLATIONS)) {
        Path original = ROOT.resolve("docs").resolve(TRANSLATIONS.relativize(document));
        tests.add(
            DynamicTest.dynamicTest(
                ROOT.relativize(document).toString(),
                () -> {
                  assertThat(blocks(document)).isEqualTo(blocks(original));
                  assertThat(headings(document)).isEqualTo(headings(original));
                }));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests;
  }

  /** What stands in a document's blocks, without comments, which are translated. */
  private static List<String> blocks(Path document) throws IOException {
    List<String> found = new ArrayList<>();
    Matcher matcher = FENCED.matcher(Files.readString(document));
    while (matcher.find()) {
      found.add(matcher.group(1).replaceAll("(?m) *(//|#|<!--).*$", ""));
    }
    return found;
  }

  private static long headings(Path document) throws IOException {
    String withoutBlocks = FENCED.matcher(Files.readString(document)).replaceAll("");
    return HEADING.matcher(withoutBlocks).results().count();
  }

  @Test
  void every_package_has_a_page_with_an_example() throws IOException {
    for (Path file : documentsAndPackages()) {
      if (file.endsWith(PACKAGE)) {
        assertThat(file).content(StandardCharsets.UTF_8).containsPattern(EXAMPLE);
      }
    }
  }

  /** Compiles all blocks. */
  private static ListMultimap<String, String> compile() throws IOException {
    Path sources = Files.createDirectories(folder.resolve("sources"));
    List<Path> files = new ArrayList<>();
    for (Block block : blocks) {
      files.add(Files.writeString(sources.resolve(block.className() + ".java"), block.source()));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    ListMultimap<String, String> errors = ArrayListMultimap.create();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(diagnostics, null, StandardCharsets.UTF_8)) {
      boolean unused =
          compiler
              .getTask(
                  null,
                  manager,
                  diagnostics,
                  List.of(
                      "-classpath",
                      System.getProperty("java.class.path"),
                      "-d",
                      Files.createDirectories(folder.resolve("classes")).toString(),
                      "-proc:none"),
                  null,
                  manager.getJavaFileObjectsFromPaths(files))
              .call();
    }
    for (Diagnostic<? extends JavaFileObject> diagnostic : diagnostics.getDiagnostics()) {
      JavaFileObject file = diagnostic.getSource();
      if (diagnostic.getKind() == Diagnostic.Kind.ERROR) {
        String name = file == null ? "" : Path.of(file.toUri()).getFileName().toString();
        errors.put(name.replace(".java", ""), diagnostic.getMessage(Locale.ROOT));
      }
    }
    return errors;
  }
}
