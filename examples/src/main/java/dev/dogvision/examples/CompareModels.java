package dev.dogvision.examples;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.BreedScore;
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
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Two models on the same labelled pictures, in plain words: which is better, whether by more than
 * chance, where they disagree, and how quick each is.
 *
 * <p>Models that are not named are trained on one half of the pictures and compared on the other: a
 * head of the breeds, against the embedded model where that knows all breeds, and otherwise against
 * one whose last stage is trained as well.
 */
@Command(
    name = "compare-models",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Which of two models is better on the same pictures, and is it chance?")
public final class CompareModels implements Callable<Integer> {
  private static final double CONFIDENCE = 0.95;
  private static final double SIGNIFICANT = 0.05;
  private static final int WARM_UP = 16;

  @Mixin private final LabelledPictures pictures = new LabelledPictures();

  @Option(
      names = "--first",
      description = "A model's folder; unless named, the embedded model where it knows the breeds.")
  private @Nullable Path first;

  @Option(
      names = "--second",
      description = "A model's folder; unless named, a head trained on half of the pictures.")
  private @Nullable Path second;

  @Option(names = "--examples", description = "How many disagreements to name.")
  private int examples = 10;

  @Option(names = "--epochs", description = "How many epochs to train at most.")
  private int epochs = 30;

  @Option(names = "--seed", description = "What chance depends on.")
  private long seed = 13;

  /** A model and what to call it. */
  private record Contestant(String name, TrainedModel model) {}

  /** What a model did. */
  private record Outcome(String name, Evaluation evaluation, double picturesPerSecond) {}

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
    Dataset test = dogs;
    Contestant one;
    Contestant other;
    if (first != null && second != null) {
      one = new Contestant(first.toString(), TrainedModel.load(first));
      other = new Contestant(second.toString(), TrainedModel.load(second));
    } else {
      Split split = dogs.split(0.5, seed);
      split.notes().forEach(System.out::println);
      test = split.validation();
      TrainedModel known = first == null ? TrainedModel.pretrained() : TrainedModel.load(first);
      Contestant head =
          second == null
              ? new Contestant("a new head", train("a new head", split, model -> model))
              : new Contestant(second.toString(), TrainedModel.load(second));
      if (first != null) {
        one = new Contestant(first.toString(), known);
      } else if (known.labels().names().containsAll(dogs.labels().names())) {
        System.out.println(
            "The embedded model has learnt from photographs of the Kaggle competition and of the"
                + " Oxford-IIIT Pet Dataset: should these be among yours, it is flattered.");
        one = new Contestant("the embedded model", known);
      } else {
        System.out.println(
            "The embedded model does not know "
                + String.join(
                    ", ",
                    dogs.labels().names().stream()
                        .filter(name -> !known.labels().contains(name))
                        .toList())
                + ": it can't be compared.");
        one =
            new Contestant(
                "head and last stage",
                train("head and last stage", split, model -> model.fineTuneLast(1)));
      }
      other = head;
    }
    if (first != null) {
      checkNotTrainedOn(one, test);
    }
    if (second != null) {
      checkNotTrainedOn(other, test);
    }
    compare(outcome(one, test), outcome(other, test));
    return 0;
  }

  /** A model knows what it was trained on by a fingerprint of the pictures' content and labels. */
  private static void checkNotTrainedOn(Contestant contestant, Dataset test) {
    String data = contestant.model().provenance().get("training.data");
    if (test.fingerprint().equals(data)) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "%s was trained on exactly these %d pictures, and how it does on them says nothing:"
                  + " compare the models on pictures that neither has seen",
              contestant.name(),
              test.size()));
    }
    if (data != null) {
      System.out.printf(
          Locale.ROOT,
          "%s was trained on %s pictures: should some of these be among them, it is flattered.%n",
          contestant.name(),
          contestant.model().provenance().getOrDefault("training.images", "some"));
    }
  }

  private TrainedModel train(
      String name, Split split, UnaryOperator<TransferModel.Builder> change) {
    System.out.printf(Locale.ROOT, "%nTraining %s on %d pictures%n", name, split.train().size());
    TransferModel model =
        change.apply(TransferModel.mobileNetV2().labels(split.train().labels())).build();
    return Trainer.of(model)
        .epochs(epochs)
        .seed(seed)
        .augmentation(Augmentation.none()) // what is frozen is then computed once
        .earlyStopping(EarlyStopping.on(Metric.TRAINING_LOSS).patience(3))
        .progress()
        .fit(split.train())
        .model();
  }

  /** Evaluates a model, after a few pictures that only warm it up. */
  private static Outcome outcome(Contestant contestant, Dataset test) {
    try (Predictor predictor = Predictor.of(contestant.model())) {
      var unused = predictor.evaluate(test.limit(WARM_UP));
      long start = System.nanoTime();
      Evaluation evaluation = predictor.evaluate(test);
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Outcome(contestant.name(), evaluation, evaluation.size() / seconds);
    }
  }

  private void compare(Outcome one, Outcome other) {
    System.out.printf(Locale.ROOT, "%n%d pictures, the same for both%n%n", one.evaluation().size());
    System.out.printf(
        Locale.ROOT,
        "%-26s %9s  %-17s %9s %11s  %s%n",
        "",
        "accuracy",
        "95 % sure between",
        "log-loss",
        "breeds",
        "pictures a second");
    for (Outcome outcome : List.of(one, other)) {
      Evaluation evaluation = outcome.evaluation();
      System.out.printf(
          Locale.ROOT,
          "%-26s %7.1f %%  %-17s %9.3f %11d  %.1f%n",
          outcome.name(),
          100 * evaluation.accuracy(),
          evaluation.accuracyInterval(CONFIDENCE),
          evaluation.logLoss(),
          evaluation.labels().size(),
          outcome.picturesPerSecond());
    }
    if (one.evaluation().labels().size() != other.evaluation().labels().size()) {
      System.out.println(
          "One of them chooses from more breeds, which is harder and lowers its figures.");
    }
    System.out.printf(Locale.ROOT, "%n%s%n", verdict(one, other));
    disagreements(one, other);
    breeds(one, other);
  }

  private static String verdict(Outcome one, Outcome other) {
    McNemar test = McNemar.test(one.evaluation(), other.evaluation());
    if (test.onlyFirstRight() == test.onlySecondRight()) {
      return "Both are right equally often"
          + (test.onlyFirstRight() == 0 ? ", and on the same pictures." : ", on other pictures.");
    }
    boolean firstIsBetter = test.onlyFirstRight() > test.onlySecondRight();
    Outcome better = firstIsBetter ? one : other;
    Outcome worse = firstIsBetter ? other : one;
    return String.format(
        Locale.ROOT,
        "Only %s is right on %s, only %s on %s. Two models of the same quality would differ as much"
            + " in %s (McNemar's test, p = %.3g): %s",
        better.name(),
        pictures(Math.max(test.onlyFirstRight(), test.onlySecondRight())),
        worse.name(),
        pictures(Math.min(test.onlyFirstRight(), test.onlySecondRight())),
        often(test.pValue()),
        test.pValue(),
        test.pValue() < SIGNIFICANT
            ? better.name() + " is the better one."
            : "that may well be chance; more pictures would tell.");
  }

  private static String often(double share) {
    return share < 0.001
        ? "less than one of 1,000 comparisons"
        : String.format(Locale.ROOT, "%.1f of 100 comparisons", 100 * share);
  }

  private static String pictures(int count) {
    return count == 1 ? "1 picture" : count + " pictures";
  }

  private void disagreements(Outcome one, Outcome other) {
    Evaluation first = one.evaluation();
    Evaluation second = other.evaluation();
    List<Integer> rows = new ArrayList<>();
    int differing = 0;
    for (int row = 0; row < first.size(); row++) {
      if (!said(first, row).equals(said(second, row))) {
        differing++;
        rows.add(row);
      }
    }
    System.out.printf(Locale.ROOT, "%nThey disagree on %d of %d pictures", differing, first.size());
    rows.sort(
        Comparator.comparingDouble(
            row -> -Math.min(first.confidence(row), second.confidence(row))));
    List<Integer> shown = rows.subList(0, Math.min(examples, rows.size()));
    System.out.println(shown.isEmpty() ? "." : "; where both are sure of themselves:");
    for (int row : shown) {
      System.out.printf(
          Locale.ROOT,
          "  %-34s is %-24s %s: %s %.0f %%; %s: %s %.0f %%%n",
          first.id(row),
          first.labels().name(first.truth(row)),
          one.name(),
          said(first, row),
          100 * first.confidence(row),
          other.name(),
          said(second, row),
          100 * second.confidence(row));
    }
  }

  private static String said(Evaluation evaluation, int row) {
    return evaluation.labels().name(evaluation.predicted(row));
  }

  /** Names the breeds in which the shares of recognised pictures differ most. */
  private void breeds(Outcome one, Outcome other) {
    Map<String, BreedScore> scores = new HashMap<>();
    one.evaluation().perBreed().forEach(score -> scores.put(score.label(), score));
    record Difference(String breed, int pictures, double first, double second) {}
    List<Difference> differences = new ArrayList<>();
    for (BreedScore score : other.evaluation().perBreed()) {
      BreedScore before = scores.get(score.label());
      if (before != null && score.support() > 0 && before.recall() != score.recall()) {
        differences.add(
            new Difference(score.label(), score.support(), before.recall(), score.recall()));
      }
    }
    differences.sort(
        Comparator.comparingDouble(
            difference -> -Math.abs(difference.first() - difference.second())));
    if (!differences.isEmpty()) {
      System.out.println("\nBreeds in which they differ most (share recognised):");
    }
    for (Difference difference : differences.subList(0, Math.min(examples, differences.size()))) {
      System.out.printf(
          Locale.ROOT,
          "  %-24s %3d pictures  %s %.0f %%, %s %.0f %%%n",
          difference.breed(),
          difference.pictures(),
          one.name(),
          100 * difference.first(),
          other.name(),
          100 * difference.second());
    }
  }
}
