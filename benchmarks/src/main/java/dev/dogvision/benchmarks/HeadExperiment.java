package dev.dogvision.benchmarks;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the head's settings are worth on few photographs: mean accuracy and log-loss over five folds
 * kept aside in turn, for three seeds of the folds. Each row changes one above it in one respect.
 */
public final class HeadExperiment {

  private record Variant(
      String name,
      boolean warm,
      ResizeRule resizeRule,
      double cropFraction,
      double learningRate,
      double weightDecay,
      int epochs,
      double labelSmoothing) {

    Variant resized(String newName, ResizeRule rule, double fraction) {
      return new Variant(
          newName, warm, rule, fraction, learningRate, weightDecay, epochs, labelSmoothing);
    }

    Variant with(String newName, double rate, double decay, int newEpochs, double smoothing) {
      return new Variant(
          newName, warm, resizeRule, cropFraction, rate, decay, newEpochs, smoothing);
    }

    Variant warm(String newName) {
      return new Variant(
          newName,
          true,
          resizeRule,
          cropFraction,
          learningRate,
          weightDecay,
          epochs,
          labelSmoothing);
    }
  }

  private HeadExperiment() {}

  /**
   * Prints the table.
   *
   * @param arguments ImageNet weights; a labels file; its folder of images
   * @throws IOException if embeddings can't be kept
   */
  public static void main(String[] arguments) throws IOException {
    Path weights = Path.of(arguments[0]);
    Dataset dogs =
        DatasetBuilder.fromCsv(Path.of(arguments[1])).images(Path.of(arguments[2])).build();
    Path cache = Files.createTempDirectory("embeddings");
    Variant plain =
        new Variant("plain head, stretched", false, ResizeRule.STRETCH, 0.875, 1e-3, 0.01, 100, 0);
    Variant crop = plain.resized("centre crop, all of the short side", ResizeRule.CENTER_CROP, 1);
    List<Variant> variants =
        List.of(
            plain,
            crop,
            plain.resized("centre crop, 0.875 of it", ResizeRule.CENTER_CROP, 0.875),
            plain.resized("padded", ResizeRule.PAD, 1),
            crop.with("crop, rate 3e-4", 3e-4, 0.01, 100, 0),
            crop.with("crop, rate 3e-3", 3e-3, 0.01, 100, 0),
            crop.with("crop, weight decay 0", 1e-3, 0, 100, 0),
            crop.with("crop, weight decay 0.1", 1e-3, 0.1, 100, 0),
            crop.with("crop, 30 epochs", 1e-3, 0.01, 30, 0),
            crop.with("crop, label smoothing 0.1", 1e-3, 0.01, 100, 0.1),
            plain.warm("warm start, stretched"),
            crop.warm("warm start, crop"),
            crop.warm("x").with("warm start, crop, rate 3e-4", 3e-4, 0.01, 100, 0),
            crop.warm("x").with("warm start, crop, 30 epochs", 1e-3, 0.01, 30, 0));
    System.out.printf(
        Locale.ROOT, "%d photographs, %d breeds%n%n", dogs.size(), dogs.labels().size());
    System.out.println("| head | seed 1 | seed 2 | seed 3 | mean | log-loss |");
    System.out.println("|---|---|---|---|---|---|");
    for (Variant variant : variants) {
      List<Double> accuracies = new ArrayList<>();
      double logLoss = 0;
      for (long seed = 1; seed <= 3; seed++) {
        double right = 0;
        for (Split fold : dogs.kFold(5, seed)) {
          Evaluation evaluation = evaluate(weights, dogs, fold, variant, cache);
          right += evaluation.accuracy() * evaluation.size();
          logLoss += evaluation.logLoss() * evaluation.size() / dogs.size() / 3;
        }
        accuracies.add(100 * right / dogs.size());
      }
      System.out.printf(
          Locale.ROOT,
          "| %s | %.1f %% | %.1f %% | %.1f %% | %.1f %% | %.3f |%n",
          variant.name(),
          accuracies.get(0),
          accuracies.get(1),
          accuracies.get(2),
          accuracies.stream().mapToDouble(Double::doubleValue).average().orElseThrow(),
          logLoss);
    }
  }

  private static Evaluation evaluate(
      Path weights, Dataset dogs, Split fold, Variant variant, Path cache) {
    TransferModel.Builder builder =
        TransferModel.mobileNetV2()
            .weights(weights)
            .labels(dogs.labels())
            .resizeRule(variant.resizeRule())
            .cropFraction(variant.cropFraction());
    TransferModel model = (variant.warm() ? builder.warmStart() : builder).build();
    return Trainer.of(model)
        .epochs(variant.epochs())
        .batchSize(32)
        .learningRate(variant.learningRate())
        .weightDecay(variant.weightDecay())
        .labelSmoothing(variant.labelSmoothing())
        .seed(13)
        .embeddingCache(cache)
        .fit(fold.train())
        .evaluate(fold.validation());
  }
}
