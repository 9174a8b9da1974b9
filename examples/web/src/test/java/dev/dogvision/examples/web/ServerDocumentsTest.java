package dev.dogvision.examples.web;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every block of Java in docs/spring.md and docs/servers.md compiles against the code as it is. */
class ServerDocumentsTest {
  private static final Pattern BLOCK = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final String IMPORTS =
      Stream.of(
              "dev.dogvision.*",
              "dev.dogvision.model.*",
              "dev.dogvision.predict.*",
              "dev.dogvision.web.*",
              "jakarta.servlet.http.*",
              "java.io.*",
              "java.nio.file.*",
              "java.time.*",
              "org.springframework.context.annotation.*",
              "org.springframework.http.*",
              "org.springframework.stereotype.*",
              "org.springframework.web.bind.annotation.*")
          .map(name -> "import " + name + ";\n")
          .collect(joining());

  @TempDir Path classes;

  /** A block in memory, as a class: annotated ones are members, others statements. */
  private static final class Block extends SimpleJavaFileObject {
    private final String code;

    Block(int number, String block) {
      super(URI.create("string:///Block" + number + ".java"), Kind.SOURCE);
      String body =
          block.startsWith("@") ? block : "void run() throws Exception {\n" + block + "}\n";
      code = IMPORTS + "class Block" + number + " {\n" + body + "}\n";
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return code;
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"spring.md", "servers.md"})
  void blocks_of_java_compile(String document) throws Exception {
    List<Block> blocks = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(Files.readString(Path.of("../../docs", document)));
    while (matcher.find()) {
      blocks.add(new Block(blocks.size() + 1, matcher.group(1)));
    }
    assertThat(blocks).hasSizeGreaterThanOrEqualTo(2);

    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(diagnostics, null, StandardCharsets.UTF_8)) {
      List<String> options =
          List.of(
              "-classpath",
              System.getProperty("java.class.path"),
              "-d",
              classes.toString(),
              "-proc:none");
      boolean unused = compiler.getTask(null, manager, diagnostics, options, null, blocks).call();
    }
    assertThat(diagnostics.getDiagnostics())
        .filteredOn(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
        .extracting(
            diagnostic -> diagnostic.getSource() + ": " + diagnostic.getMessage(Locale.ROOT))
        .isEmpty();
  }
}
