package dev.dogvision.benchmarks;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The notebook's experiment with our library: a frozen backbone, up to 100 epochs, early stopping
 * on validation accuracy with patience 3; on 1,000 photographs and on all of them, with a head that
 * starts cold and one that starts warm.
 */
public final class NotebookExperiment {

  private NotebookExperiment() {}

  /**
   * Prints the table.
   *
   * @param arguments ImageNet weights; a labels file; its folder of images; {@code 1000} for those
   *     photographs only
   */
  public static void main(String[] arguments) {
    Path weights = Path.of(arguments[0]);
    Dataset dogs =
        DatasetBuilder.fromCsv(Path.of(arguments[1])).images(Path.of(arguments[2])).build();
    System.out.println(dogs.summary());
    System.out.println("| photographs | head | epochs | top-1 | top-5 | log-loss | seconds |");
    System.out.println("|---|---|---|---|---|---|---|");
    int[] limits = arguments.length > 3 ? new int[] {1000} : new int[] {1000, dogs.size()};
    for (int limit : limits) {
      Split split = dogs.limit(limit).split(0.8, 13);
      for (boolean warm : new boolean[] {false, true}) {
        TransferModel.Builder builder =
            TransferModel.mobileNetV2().weights(weights).labels(dogs.labels()).freezeBackbone();
        TransferModel model = (warm ? builder.warmStart() : builder).build();
        long start = System.nanoTime();
        TrainingRun run =
            Trainer.of(model)
                .epochs(100)
                .batchSize(32)
                .learningRate(1e-3)
                .seed(13)
                .earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(3))
                .fit(split.train(), split.validation());
        double seconds = (System.nanoTime() - start) / 1e9;
        Evaluation evaluation = run.evaluate(split.validation());
        System.out.printf(
            Locale.ROOT,
            "| %,d | %s | %d | %.1f %% | %.1f %% | %.3f | %.0f |%n",
            limit,
            warm ? "warm" : "cold",
            run.history().epochs().size(),
            100 * evaluation.accuracy(),
            100 * evaluation.topAccuracy(5),
            evaluation.logLoss(),
            seconds);
      }
    }
  }
}
