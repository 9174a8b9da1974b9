package dev.dogvision.site;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** Javadoc of all that users call, of several modules in one. */
final class ApiDocs {
  private static final List<String> MODULES =
      List.of("dogvision-core", "dogvision-report", "dogvision-onnx");

  private ApiDocs() {}

  /**
   * Writes it.
   *
   * @param root the repository's folder
   * @param output the folder of the Javadoc
   * @throws IllegalStateException if the tool fails, with what it says
   */
  static void write(Path root, Path output) throws IOException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-quiet",
                "-notimestamp",
                "-Xdoclint:none",
                "-protected",
                "-encoding",
                "UTF-8",
                "-charset",
                "UTF-8",
                "-locale",
                "en",
                "-windowtitle",
                "DogVision",
                "-doctitle",
                "DogVision",
                "-top",
                "<a href=\"{@docRoot}/../index.html\" target=\"_top\">Documents</a>",
                "-classpath",
                classPath(),
                "-d",
                output.toString()));
    for (String module : MODULES) {
      Path sources = root.resolve(module).resolve("src/main/java");
      try (Stream<Path> files = Files.walk(sources)) {
        files
            .filter(path -> path.toString().endsWith(".java"))
            .filter(path -> !path.endsWith("module-info.java"))
            .filter(path -> !path.toString().contains(File.separator + "internal" + File.separator))
            .map(Path::toString)
            .sorted()
            .forEach(arguments::add);
      }
    }
    ToolProvider javadoc =
        ToolProvider.findFirst("javadoc")
            .orElseThrow(
                () -> new IllegalStateException("this Java has no javadoc: use a JDK, not a JRE"));
    StringWriter said = new StringWriter();
    PrintWriter printer = new PrintWriter(said);
    int status = javadoc.run(printer, printer, arguments.toArray(String[]::new));
    printer.flush();
    if (status != 0) {
      throw new IllegalStateException("javadoc ended with status " + status + ":\n" + said);
    }
  }

  /** Of Maven's process, where a goal of it runs this, or of this one. */
  private static String classPath() {
    if (ApiDocs.class.getClassLoader() instanceof URLClassLoader loader) {
      List<String> paths = new ArrayList<>();
      for (URL url : loader.getURLs()) {
        try {
          paths.add(Path.of(url.toURI()).toString());
        } catch (URISyntaxException e) {
          throw new IllegalStateException(url + " on the class path is no file", e);
        }
      }
      return String.join(File.pathSeparator, paths);
    }
    return System.getProperty("java.class.path");
  }
}
