package dev.dogvision.examples;

import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Predictor;
import dev.dogvision.report.ActivationOverlay;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What the model says of pictures, and which places of them speak for it: a PNG of each, with the
 * picture and what the model looked at side by side.
 */
@Command(
    name = "explain-prediction",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Which places of a picture speak for a breed.")
public final class ExplainPrediction implements Callable<Integer> {
  @Mixin private final GivenModel model = new GivenModel();

  @Parameters(
      arity = "0..*",
      paramLabel = "PICTURE",
      description = "Pictures, or folders of pictures. Without any, three are drawn.")
  private List<Path> given = new ArrayList<>();

  @Option(
      names = "--breed",
      description = "The breed to explain; the most probable one of each picture unless named.")
  private @Nullable String breed;

  @Option(names = "--top", description = "How many breeds to tell of each picture.")
  private int top = 3;

  @Option(names = "--output", description = "The folder for the PNG files.")
  private Path output = Path.of("runs", "explain-prediction");

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new ExplainPrediction(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    List<Path> pictures = pictures();
    try (Predictor predictor = Predictor.of(model.load())) {
      for (Path picture : pictures) {
        Explanation explanation =
            breed == null ? predictor.explain(picture) : predictor.explain(picture, breed);
        System.out.println(
            picture + (explanation.prediction().isUnsure() ? "  (the model is unsure)" : ""));
        for (Classification classification : explanation.prediction().top(top)) {
          System.out.printf(
              Locale.ROOT,
              "  %5.1f %% %s%n",
              100 * classification.probability(),
              classification.label());
        }
        String name = picture.getFileName() + "-" + explanation.label() + ".png";
        Path file =
            ActivationOverlay.sideBySide(explanation)
                .writePng(output.resolve(name.replaceAll("[^\\p{L}\\p{N}._-]", "_")));
        System.out.println("  what speaks for " + explanation.label() + ": " + file);
      }
    }
    return 0;
  }

  private List<Path> pictures() throws IOException {
    List<Path> folders = given;
    if (given.isEmpty()) {
      folders = List.of(DrawnCompetition.insteadOf("picture", 3));
    }
    List<Path> pictures = new ArrayList<>();
    for (Path path : folders) {
      if (Files.isDirectory(path)) {
        DatasetBuilder.fromImages(path).build().examples().stream()
            .flatMap(example -> example.image().path().stream())
            .forEach(pictures::add);
      } else {
        pictures.add(path);
      }
    }
    return pictures;
  }
}
