package dev.dogvision.examples;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.McNemar;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Two models on the same labelled pictures: which is better, and whether by more than chance.
 * Models that are not named are trained on one half of the pictures and compared on the other. The
 * command line's {@code compare} tells more of models that are saved.
 */
@Command(
    name = "compare-models",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Which of two models is better on the same pictures, and is it chance?")
public final class CompareModels implements Callable<Integer> {
  @Mixin private final LabelledPictures pictures = new LabelledPictures();

  @Option(
      names = "--first",
      description = "A model's folder; unless named, a head trained on half of the pictures.")
  private @Nullable Path first;

  @Option(
      names = "--second",
      description = "A model's folder; unless named, head and last stage trained on that half.")
  private @Nullable Path second;

  @Option(names = "--epochs", description = "How many epochs to train at most.")
  private int epochs = 30;

  @Option(names = "--seed", description = "What chance depends on.")
  private long seed = 13;

  /**
   * Runs it.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    Program.run(new CompareModels(), arguments);
  }

  @Override
  public Integer call() throws IOException {
    Dataset dogs = pictures.read(seed);
    Split split = dogs.split(0.5, seed);
    Dataset test = first != null && second != null ? dogs : split.validation();
    TrainedModel one = first == null ? train(split.train(), 0) : TrainedModel.load(first);
    TrainedModel other = second == null ? train(split.train(), 1) : TrainedModel.load(second);
    Dataset known =
        test.withLabels(one.labels(), ProblemPolicy.SKIP)
            .withLabels(other.labels(), ProblemPolicy.SKIP);

    Evaluation oneDid = evaluate("first", one, known);
    Evaluation otherDid = evaluate("second", other, known);
    McNemar difference = McNemar.test(oneDid, otherDid);
    System.out.println(difference);
    System.out.println(
        difference.pValue() < 0.05
            ? "The difference is more than chance."
            : "The difference may well be chance; more pictures would tell.");
    return 0;
  }

  private TrainedModel train(Dataset training, int stages) {
    TransferModel.Builder model = TransferModel.mobileNetV2().labels(training.labels());
    if (stages > 0) {
      model.fineTuneLast(stages);
    }
    return Trainer.of(model.build())
        .epochs(epochs)
        .seed(seed)
        .augmentation(Augmentation.none()) // what is frozen is then computed once
        .earlyStopping(EarlyStopping.on(Metric.TRAINING_LOSS).patience(3))
        .progress()
        .fit(training)
        .model();
  }

  private static Evaluation evaluate(String name, TrainedModel model, Dataset known) {
    try (Predictor predictor = Predictor.of(model)) {
      Evaluation evaluation = predictor.evaluate(known);
      System.out.println("The " + name + " model: " + evaluation);
      return evaluation;
    }
  }
}
