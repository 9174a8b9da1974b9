package dev.dogvision.examples;

import dev.dogvision.examples.TutorialProgram.Step;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/**
 * Runs the tutorial on drawn pictures and writes into it what its blocks print, in both languages,
 * and the pictures that they make.
 *
 * <pre>
 * mvn -q -B -pl examples -am test-compile exec:java -Dexec.classpathScope=test \
 *   -Dexec.mainClass=dev.dogvision.examples.WriteTutorial
 * </pre>
 */
public final class WriteTutorial {
  /** What the program makes, what the documents call it, and how much smaller. */
  private static final Map<String, Double> PICTURES =
      Map.of(
          "batch", 0.5,
          "learning-curves", 0.6,
          "right", 0.75,
          "wrong", 0.75,
          "bars", 0.75,
          "grid", 0.5);

  private WriteTutorial() {}

  /**
   * Runs it.
   *
   * @param arguments the repository's folder; the working directory unless given
   */
  public static void main(String[] arguments) throws Exception {
    Path documents = Path.of(arguments.length == 0 ? "" : arguments[0]).resolve("docs");
    Path page = documents.resolve("tutorial.md");
    Path work = TutorialProgram.draw(Files.createTempDirectory("tutorial"));
    List<Step> steps = TutorialProgram.steps(Files.readString(page));
    List<String> outputs = TutorialProgram.run(steps, work, work.resolve("classes"));
    write(page, outputs);
    write(documents.resolve("pt-BR").resolve("tutorial.md"), outputs);
    for (Map.Entry<String, Double> picture : PICTURES.entrySet()) {
      SmallPicture.write(
          ImageIO.read(work.resolve(picture.getKey() + ".png").toFile()),
          picture.getValue(),
          documents.resolve("pictures").resolve("tutorial-" + picture.getKey() + ".png"));
    }
  }

  private static void write(Path page, List<String> outputs) throws IOException {
    StringBuilder text = new StringBuilder(Files.readString(page));
    List<Step> steps = TutorialProgram.steps(text.toString());
    for (int i = steps.size() - 1; i >= 0; i--) { // from the end, so that places stay
      Step step = steps.get(i);
      if (step.output() != null) {
        text.replace(
            step.start(),
            step.start() + step.output().length(),
            outputs.get(i).replace('\\', '/').stripTrailing() + "\n");
      }
    }
    Files.writeString(page, text);
  }
}
