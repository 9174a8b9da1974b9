package dev.dogvision.examples;

import dev.dogvision.data.FolderPictures;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Labelled;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/**
 * Breeds of all pictures in a folder and the folders in it, as they come: neither pictures nor
 * predictions are held. The command line's {@code predict} does the same, with tables.
 */
@Command(
    name = "predict-folder",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Breeds of all pictures in a folder.")
public final class PredictFolder implements Callable<Integer> {
  private static final int TOLD = 3;

  @Mixin private final GivenModel model = new GivenModel();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "FOLDER",
      description = "A folder of pictures. Without it, some are drawn.")
  private @Nullable Path folder;

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new PredictFolder(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    FolderPictures pictures =
        FolderPictures.below(folder == null ? DrawnCompetition.insteadOf("folder", 6) : folder);
    try (Predictor predictor = Predictor.of(model.load())) {
      for (Labelled<Prediction> one : predictor.stream(pictures)) {
        one.problem()
            .ifPresentOrElse(
                problem -> System.out.println(problem.getMessage()),
                () -> print(one.name(), one.value()));
      }
    }
    System.out.println(pictures.passedOver() + " files are no pictures");
    return 0;
  }

  private static void print(String name, Prediction prediction) {
    System.out.println(name + (prediction.isUnsure() ? "  (the model is unsure)" : ""));
    for (Classification breed : prediction.top(TOLD)) {
      System.out.printf(Locale.ROOT, "  %5.1f %% %s%n", 100 * breed.probability(), breed.label());
    }
  }
}
