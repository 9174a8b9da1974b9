package dev.dogvision.train;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import java.util.List;
import java.util.Map;

/**
 * What cross-validation gave.
 *
 * @param runs one run a fold
 * @param folds each run's figures on the fold that it has not seen
 * @param outOfFold the figures over all photographs, each predicted by the run that has not seen it
 * @param logits the logits behind {@code outOfFold}, one row a photograph in the data set's order,
 *     one number a label; not to be changed
 */
@SuppressWarnings("ArrayRecordComponent") // a matrix for further evaluation, never compared
public record CrossValidationResult(
    List<TrainingRun> runs, List<Evaluation> folds, Evaluation outOfFold, float[][] logits) {

  /** Copies the lists. */
  public CrossValidationResult {
    runs = List.copyOf(runs);
    folds = List.copyOf(folds);
  }

  static CrossValidationResult of(
      Dataset dataset, List<Split> splits, List<TrainingRun> runs, Map<Example, float[]> logits) {
    Labels labels = runs.get(0).model().labels();
    ImmutableList.Builder<Evaluation> folds = ImmutableList.builder();
    splits.forEach(split -> folds.add(evaluate(split.validation(), labels, logits)));
    float[][] all =
        dataset.examples().stream()
            .map(example -> requireNonNull(logits.get(example)))
            .toArray(float[][]::new);
    return new CrossValidationResult(runs, folds.build(), evaluate(dataset, labels, logits), all);
  }

  private static Evaluation evaluate(Dataset dataset, Labels labels, Map<Example, float[]> logits) {
    LabelledImages images = LabelledImages.of("evaluation", dataset, labels);
    return Evaluation.ofLogits(
        labels,
        images.examples().stream().map(Example::id).toList(),
        images.labels(),
        dataset.examples().stream()
            .map(example -> requireNonNull(logits.get(example)))
            .toArray(float[][]::new));
  }

  /**
   * The folds' mean accuracy.
   *
   * @return 0..1
   */
  public double meanAccuracy() {
    return folds.stream().mapToDouble(Evaluation::accuracy).average().orElseThrow();
  }

  /**
   * How much the folds' accuracies differ: their standard deviation, divided by {@code folds - 1}.
   *
   * @return 0 or more
   */
  public double accuracyDeviation() {
    double mean = meanAccuracy();
    double squares = folds.stream().mapToDouble(fold -> Math.pow(fold.accuracy() - mean, 2)).sum();
    return Math.sqrt(squares / (folds.size() - 1));
  }
}
