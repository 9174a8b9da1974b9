package dev.dogvision.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * What adding breeds to a trained model costs and gives: five breeds of the data set are left out
 * of a model's training and added from ten photographs each, without a photograph of the others.
 * For comparison a model that is trained on all photographs together. Several draws of five breeds.
 * Photographs of another source, which are trained on nowhere, say what is found elsewhere.
 *
 * <p>The backbone stays frozen, so that each photograph is embedded once and kept on disk.
 */
public final class AddedBreedsExperiment {
  private static final int LEFT_OUT = 5;
  private static final int OF_EACH = 10;
  private static final int TESTED = 10;

  private AddedBreedsExperiment() {}

  /**
   * Prints the table.
   *
   * @param arguments ImageNet weights; a labels file; its folder of images; a folder where
   *     embeddings are kept; how many photographs of each breed are used, ten of them to test; how
   *     many draws; a labels file of another source and its folder of images
   */
  public static void main(String[] arguments) {
    Backbone backbone = Backbone.read(Path.of(arguments[0]));
    Dataset dogs =
        DatasetBuilder.fromCsv(Path.of(arguments[1])).images(Path.of(arguments[2])).build();
    Path cache = Path.of(arguments[3]);
    int ofEach = Integer.parseInt(arguments[4]);
    int draws = Integer.parseInt(arguments[5]);
    Dataset elsewhere =
        DatasetBuilder.fromCsv(Path.of(arguments[6]))
            .images(Path.of(arguments[7]))
            .build()
            .withLabels(dogs.labels(), ProblemPolicy.SKIP);
    Dataset training = photographs(dogs, TESTED, ofEach);
    Dataset test = photographs(dogs, 0, TESTED);
    System.out.printf(
        Locale.ROOT,
        "%s, frozen; %d breeds, %d photographs to train and %d to test, %d of another source%n%n",
        backbone.architecture().title(),
        dogs.labels().size(),
        training.size(),
        test.size(),
        elsewhere.size());
    System.out.println(
        "| draw | new found | of the others right, before | after | lost, points |"
            + " trained together: new found | others lost | elsewhere: new found | others right |");
    System.out.println("|---|---|---|---|---|---|---|---|---|");
    double[] sums = new double[4];
    int newElsewhere = 0;
    int newFoundElsewhere = 0;
    for (long seed = 1; seed <= draws; seed++) {
      List<String> breeds = new ArrayList<>(dogs.labels().names());
      Collections.shuffle(breeds, new Random(seed));
      List<String> added = breeds.subList(0, LEFT_OUT);
      List<String> others = breeds.subList(LEFT_OUT, breeds.size());
      Dataset ofOthers = of(training, others);
      Dataset ofAdded = photographs(of(training, added), 0, OF_EACH);
      Labels known = Labels.sorted(others);

      Outcome before = fit(head(backbone, known), ofOthers, of(test, others), cache, seed);
      Outcome after =
          fit(
              Trainer.of(TransferModel.from(before.run().model()).adding(added).build()),
              ofAdded,
              test,
              cache,
              seed);
      Outcome together =
          fit(head(backbone, dogs.labels()), ofOthers.concat(ofAdded), test, cache, seed);

      double right = before.found(others);
      double[] figures = {
        after.found(added),
        right - after.found(others),
        together.found(added),
        right - together.found(others)
      };
      for (int i = 0; i < figures.length; i++) {
        sums[i] += figures[i] / draws;
      }
      Evaluation ofElsewhere = after.run().evaluate(elsewhere);
      Found there = Found.of(ofElsewhere, added);
      Found othersThere = Found.of(ofElsewhere, others);
      newElsewhere += there.photographs();
      newFoundElsewhere += there.right();
      System.out.printf(
          Locale.ROOT,
          "| %d | %.0f %% | %.2f %% | %.2f %% | %.2f | %.0f %% | %.2f | %d of %d | %d of %d |%n",
          seed,
          figures[0],
          right,
          after.found(others),
          figures[1],
          figures[2],
          figures[3],
          there.right(),
          there.photographs(),
          othersThere.right(),
          othersThere.photographs());
    }
    System.out.printf(
        Locale.ROOT,
        "| mean | %.1f %% | | | %.2f | %.1f %% | %.2f | %d of %d | |%n",
        sums[0],
        sums[1],
        sums[2],
        sums[3],
        newFoundElsewhere,
        newElsewhere);
  }

  /** How many of some breeds' photographs there are, and how many of these are found. */
  private record Found(int photographs, int right) {
    static Found of(Evaluation evaluation, Collection<String> breeds) {
      Set<String> wanted = new HashSet<>(breeds);
      int count = 0;
      int right = 0;
      for (int row = 0; row < evaluation.size(); row++) {
        if (wanted.contains(evaluation.labels().name(evaluation.truth(row)))) {
          count++;
          right += evaluation.isRight(row) ? 1 : 0;
        }
      }
      return new Found(count, right);
    }
  }

  private record Outcome(TrainingRun run, Evaluation evaluation) {
    /** The share of some breeds' photographs that is found, in percent. */
    double found(Collection<String> breeds) {
      Found found = Found.of(evaluation, breeds);
      return 100.0 * found.right() / found.photographs();
    }
  }

  private static Trainer head(Backbone backbone, Labels labels) {
    return Trainer.of(TransferModel.of(backbone).labels(labels).warmStart().build())
        .learningRate(3e-4);
  }

  /** Trains, validating on what is tested: embeddings of both are then kept on disk. */
  private static Outcome fit(
      Trainer trainer, Dataset training, Dataset test, Path cache, long seed) {
    AtomicReference<Evaluation> last = new AtomicReference<>();
    TrainingRun run =
        trainer
            .seed(seed)
            .embeddingCache(cache)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochFinished finished) {
                    last.set(finished.outcome().validation().orElseThrow());
                  }
                })
            .fit(training, test);
    return new Outcome(run, requireNonNull(last.get(), "no epoch was finished"));
  }

  private static Dataset of(Dataset dogs, Collection<String> breeds) {
    return dogs.filter(example -> breeds.contains(example.label()));
  }

  /** Each breed's photographs from one to another, in the data set's order. */
  private static Dataset photographs(Dataset dogs, int from, int to) {
    Map<String, Integer> seen = new HashMap<>();
    return dogs.filter(
        (Example example) -> {
          int place = seen.merge(String.valueOf(example.label()), 1, Integer::sum) - 1;
          return place >= from && place < to;
        });
  }
}
