package dev.dogvision.examples;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * Draws a folder like that of the competition "Dog Breed Identification", for whoever has not
 * downloaded it: {@code labels.csv}, {@code train/}, {@code test/} and {@code
 * sample_submission.csv}, with the competition's 120 names of breeds. The tutorial's outputs are
 * those of such a folder.
 *
 * <pre>
 * mvn -q -B -pl examples -am test-compile exec:java \
 *   -Dexec.mainClass=dev.dogvision.examples.DrawCompetition
 * </pre>
 */
@Command(
    name = "draw-competition",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Draws a folder like that of the competition \"Dog Breed Identification\".")
public final class DrawCompetition implements Callable<Integer> {
  static final int PICTURES_PER_BREED = 10;
  static final int TEST_PICTURES = 60;
  static final long SEED = 13;

  @Option(names = "--output", description = "The folder; what is in it already stays.")
  private Path output = Path.of("dog-breed-identification");

  private DrawCompetition() {}

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new DrawCompetition(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    DrawnCompetition.drawAllBreeds(output, PICTURES_PER_BREED, TEST_PICTURES, SEED);
    System.out.println(
        "Drawn dogs of invented looks are in " + output.toAbsolutePath().normalize());
    return 0;
  }
}
