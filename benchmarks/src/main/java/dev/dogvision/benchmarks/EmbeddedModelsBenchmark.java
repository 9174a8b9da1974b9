package dev.dogvision.benchmarks;

import static java.util.Objects.requireNonNull;

import dev.dogvision.DogVision;
import dev.dogvision.EngineInfo;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How many pictures a second each embedded model predicts on each engine: medians of passes that
 * take turns, so that what else the machine does meets all alike.
 */
public final class EmbeddedModelsBenchmark {
  private static final int PASSES = 5;

  private EmbeddedModelsBenchmark() {}

  /**
   * Measures and prints.
   *
   * @param arguments a folder of pictures
   */
  public static void main(String[] arguments) {
    Dataset pictures = DatasetBuilder.fromImages(Path.of(arguments[0])).build();
    Map<String, Predictor> predictors = new LinkedHashMap<>();
    for (String model : List.of("accurate", "fast")) {
      for (EngineInfo engine : DogVision.engines()) {
        predictors.put(
            model + " on " + engine.name(),
            Predictor.builder(TrainedModel.pretrained(model)).engine(engine.name()).open());
      }
    }
    Map<String, double[]> rates = new LinkedHashMap<>();
    predictors.keySet().forEach(name -> rates.put(name, new double[PASSES]));
    for (int pass = -1; pass < PASSES; pass++) { // the first one warms up
      for (Map.Entry<String, Predictor> entry : predictors.entrySet()) {
        long start = System.nanoTime();
        int predicted = entry.getValue().predictAll(pictures).size();
        double rate = predicted / ((System.nanoTime() - start) / 1e9);
        if (pass >= 0) {
          requireNonNull(rates.get(entry.getKey()))[pass] = rate;
        }
      }
    }
    rates.forEach(
        (name, all) -> {
          Arrays.sort(all);
          System.out.printf(
              Locale.ROOT,
              "%-40s %6.1f pictures a second (%.1f to %.1f)%n",
              name,
              all[PASSES / 2],
              all[0],
              all[PASSES - 1]);
        });
    predictors.values().forEach(Predictor::close);
  }
}
