package dev.dogvision.examples;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ObjectArrays;
import com.google.common.primitives.Ints;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import dev.dogvision.predict.Views;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What a model says of labelled photographs, and figures of it.
 *
 * @param labels the breeds, in the logits' order
 * @param ids the photographs
 * @param truths the true breeds' indices
 * @param logits one row a photograph
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record HeldOutFigures(Labels labels, List<String> ids, int[] truths, float[][] logits) {

  static HeldOutFigures of(TrainedModel model, Dataset dataset) {
    return of(model, dataset, Views.ONE);
  }

  /** The photographs' mirror images are looked at too, and both answers averaged. */
  static HeldOutFigures mirrored(TrainedModel model, Dataset dataset) {
    return of(model, dataset, Views.MIRRORED);
  }

  private static HeldOutFigures of(TrainedModel model, Dataset dataset, Views views) {
    try (Predictor predictor = Predictor.builder(model).views(views).open()) {
      Predictions predictions = predictor.predictAll(dataset);
      return new HeldOutFigures(
          model.labels(), predictions.ids(), dataset.labelIndices(), predictions.logits());
    }
  }

  HeldOutFigures and(HeldOutFigures more) {
    return new HeldOutFigures(
        labels,
        ImmutableList.<String>builder().addAll(ids).addAll(more.ids).build(),
        Ints.concat(truths, more.truths),
        ObjectArrays.concat(logits, more.logits, float[].class));
  }

  /** The sum of both logits of each photograph. */
  HeldOutFigures plus(HeldOutFigures other) {
    float[][] sums = new float[logits.length][];
    for (int row = 0; row < sums.length; row++) {
      sums[row] = logits[row].clone();
      for (int breed = 0; breed < sums[row].length; breed++) {
        sums[row][breed] += other.logits[row][breed];
      }
    }
    return new HeldOutFigures(labels, ids, truths, sums);
  }

  HeldOutFigures dividedBy(double divisor) {
    float[][] parts = new float[logits.length][];
    for (int row = 0; row < parts.length; row++) {
      parts[row] = logits[row].clone();
      for (int breed = 0; breed < parts[row].length; breed++) {
        parts[row][breed] /= (float) divisor;
      }
    }
    return new HeldOutFigures(labels, ids, truths, parts);
  }

  /** Those photographs alone that show one of some breeds. */
  HeldOutFigures showing(Set<String> breeds) {
    List<Integer> rows = new ArrayList<>();
    for (int row = 0; row < truths.length; row++) {
      if (breeds.contains(labels.name(truths[row]))) {
        rows.add(row);
      }
    }
    return new HeldOutFigures(
        labels,
        rows.stream().map(ids::get).toList(),
        rows.stream().mapToInt(row -> truths[row]).toArray(),
        rows.stream().map(row -> logits[row]).toArray(float[][]::new));
  }

  /** Those photographs that show one of some breeds, with an answer from among these. */
  HeldOutFigures narrowedTo(Labels breeds) {
    HeldOutFigures theirs = showing(Set.copyOf(breeds.names()));
    float[][] narrowed = new float[theirs.logits.length][breeds.size()];
    for (int row = 0; row < narrowed.length; row++) {
      for (int breed = 0; breed < breeds.size(); breed++) {
        narrowed[row][breed] = theirs.logits[row][labels.index(breeds.name(breed))];
      }
    }
    int[] places = new int[theirs.truths.length];
    for (int row = 0; row < places.length; row++) {
      places[row] = breeds.index(labels.name(theirs.truths[row]));
    }
    return new HeldOutFigures(breeds, theirs.ids, places, narrowed);
  }

  Evaluation evaluation(double temperature) {
    return Evaluation.ofLogits(labels, ids, truths, logits, temperature);
  }

  /** One line for people. */
  String line(String name, double temperature) {
    if (truths.length == 0) {
      return name + ": none";
    }
    Evaluation evaluation = evaluation(temperature);
    return String.format(
        Locale.ROOT,
        "%-44s %5d images  top-1 %5.1f %%  top-5 %5.1f %%  log-loss %.3f  calibration error %4.1f"
            + " %%",
        name,
        evaluation.size(),
        100 * evaluation.accuracy(),
        100 * evaluation.topAccuracy(5),
        evaluation.logLoss(),
        100 * evaluation.calibration().expectedError());
  }
}
