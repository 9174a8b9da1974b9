package dev.dogvision.benchmarks;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.CrossValidation;
import dev.dogvision.train.Trainer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * What a frozen backbone is worth on few photographs: the accuracy of a warm-started head on
 * photographs that it was not trained on, each of five stratified folds kept aside in turn, for
 * three seeds of the folds.
 */
public final class BackboneExperiment {

  private BackboneExperiment() {}

  /**
   * Prints the table.
   *
   * @param arguments a labels file; its folder of images; files of ImageNet weights, one or more
   */
  public static void main(String[] arguments) {
    Dataset dogs =
        DatasetBuilder.fromCsv(Path.of(arguments[0])).images(Path.of(arguments[1])).build();
    List<String> files = Arrays.asList(arguments).subList(2, arguments.length);
    System.out.printf(
        Locale.ROOT, "%d photographs, %d breeds%n%n", dogs.size(), dogs.labels().size());
    System.out.println("| backbone | pixels | warm | seed 1 | seed 2 | seed 3 | mean | log-loss |");
    System.out.println("|---|---|---|---|---|---|---|---|");
    for (String file : files) {
      TransferModel model =
          TransferModel.of(Backbone.read(Path.of(file)))
              .labels(dogs.labels())
              .freezeBackbone()
              .warmStart()
              .build();
      double sum = 0;
      double logLoss = 0;
      StringBuilder seeds = new StringBuilder();
      for (long seed = 1; seed <= 3; seed++) {
        Evaluation evaluation =
            CrossValidation.of(
                    Trainer.of(model).epochs(100).batchSize(32).learningRate(1e-3).seed(13))
                .folds(5)
                .seed(seed)
                .run(dogs)
                .outOfFold();
        sum += evaluation.accuracy();
        logLoss += evaluation.logLoss();
        seeds.append(String.format(Locale.ROOT, " %.1f %% |", 100 * evaluation.accuracy()));
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %d | %d of %d |%s %.1f %% | %.3f |%n",
          model.backbone().architecture().title(),
          model.plan().inputSize(),
          model.warmLabels().size(),
          dogs.labels().size(),
          seeds,
          100 * sum / 3,
          logLoss / 3);
    }
  }
}
