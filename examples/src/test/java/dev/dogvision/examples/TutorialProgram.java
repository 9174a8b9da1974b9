package dev.dogvision.examples;

import static java.util.stream.Collectors.joining;

import com.google.common.base.Splitter;
import java.awt.image.BufferedImage;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;

/** The tutorial's blocks of Java, put together into one program that is run on drawn pictures. */
final class TutorialProgram {
  /** Printed before each block: nothing that a block prints. */
  private static final String MARK = "\u001d\n";

  private static final Pattern FENCE =
      Pattern.compile("^```([^\\n]*)\\n(.*?)^```$", Pattern.DOTALL | Pattern.MULTILINE);

  private TutorialProgram() {}

  /**
   * A block of Java and the output that stands behind it.
   *
   * @param code the block
   * @param kind how the page calls the output: {@code text}, {@code text one-run} where another
   *     machine may print other figures, {@code text one-machine} where it may print anything
   * @param output what the page says; null where it shows none
   * @param start where in the page that begins
   */
  record Step(String code, String kind, @Nullable String output, int start) {
    boolean isImports() {
      return code.lines().allMatch(line -> line.isBlank() || line.startsWith("import "));
    }
  }

  static List<Step> steps(String page) {
    List<Step> steps = new ArrayList<>();
    Matcher matcher = FENCE.matcher(page);
    while (matcher.find()) {
      String kind = matcher.group(1);
      if (kind.equals("java")) {
        steps.add(new Step(matcher.group(2), "", null, -1));
      } else if (kind.startsWith("text")) {
        Step last = steps.remove(steps.size() - 1);
        if (last.output() != null) {
          throw new IllegalArgumentException("two outputs behind one block:\n" + last.code());
        }
        steps.add(new Step(last.code(), kind, matcher.group(2), matcher.start(2)));
      }
    }
    return steps;
  }

  /** The folder in which the tutorial is run. */
  static Path draw(Path work) throws IOException {
    DrawnCompetition.drawAllBreeds(
        work.resolve("dog-breed-identification"),
        DrawCompetition.PICTURES_PER_BREED,
        DrawCompetition.TEST_PICTURES,
        DrawCompetition.SEED);
    Path mine = Files.createDirectories(work.resolve("my-dogs"));
    BufferedImage teo = DrawnDogs.picture(DrawnBreed.LOW_RUSTY, new SplittableRandom(1));
    ImageIO.write(teo, "jpg", mine.resolve("teo.jpg").toFile());
    return work;
  }

  /**
   * Compiles and runs it.
   *
   * @param work the folder to run it in
   * @return what each block printed
   */
  static List<String> run(List<Step> steps, Path work, Path classes)
      throws IOException, InterruptedException {
    compile(steps, classes);
    Path output = classes.resolve("output.txt");
    String path = (classes + File.pathSeparator + classPath()).replace("\\", "\\\\");
    Path arguments =
        Files.writeString(
            classes.resolve("arguments"),
            """
            -Xmx1g
            -XX:TieredStopAtLevel=1
            -Djava.awt.headless=true
            -Dai.djl.offline=true
            -Dorg.slf4j.simpleLogger.defaultLogLevel=error
            -cp
            "%s"
            Tutorial
            """
                .formatted(path));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "@" + arguments)
            .directory(work.toFile())
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(45, TimeUnit.MINUTES)) {
      process.destroyForcibly().waitFor();
    }
    return outputs(steps, Files.readString(output), process.exitValue());
  }

  private static List<String> outputs(List<Step> steps, String printed, int status) {
    String text = printed.replace("\r\n", "\n");
    List<String> outputs = new ArrayList<>(Splitter.on(MARK).splitToList(text));
    outputs.remove(0);
    if (status != 0 || outputs.size() != steps.size()) {
      throw new IllegalStateException(
          "the tutorial ended with status "
              + status
              + " in block "
              + outputs.size()
              + ":\n"
              + text);
    }
    return outputs;
  }

  private static void compile(List<Step> steps, Path classes) throws IOException {
    String imports = steps.stream().filter(Step::isImports).map(Step::code).collect(joining());
    String body =
        steps.stream()
            .map(
                step ->
                    "    System.out.print(\"\\u001d\\n\");\n"
                        + (step.isImports() ? "" : step.code()))
            .collect(joining());
    Path source =
        Files.writeString(
            Files.createDirectories(classes).resolve("Tutorial.java"),
            imports
                + "public class Tutorial {\n"
                + "  public static void main(String[] arguments) throws Exception {\n"
                + body
                + "  }\n}\n");
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter errors = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      boolean compiled =
          compiler
              .getTask(
                  errors,
                  manager,
                  null,
                  List.of("-classpath", classPath(), "-d", classes.toString(), "-proc:none"),
                  null,
                  manager.getJavaFileObjects(source))
              .call();
      if (!compiled) {
        throw new IllegalStateException("the tutorial doesn't compile:\n" + errors);
      }
    }
  }

  /** Of Surefire's process, or of Maven's where a goal of it runs a program. */
  private static String classPath() {
    if (TutorialProgram.class.getClassLoader() instanceof URLClassLoader loader) {
      List<String> paths = new ArrayList<>();
      for (URL url : loader.getURLs()) {
        try {
          paths.add(Path.of(url.toURI()).toString());
        } catch (URISyntaxException e) {
          throw new IllegalStateException(e);
        }
      }
      return String.join(File.pathSeparator, paths);
    }
    return System.getProperty("java.class.path");
  }
}
