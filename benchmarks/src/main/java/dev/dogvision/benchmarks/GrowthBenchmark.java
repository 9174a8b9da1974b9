package dev.dogvision.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * What ten times as many photographs and ten times as many breeds cost: a folder to CSV, on the
 * engine that is preferred. The models' heads are new and all zeros, which changes no time.
 */
public final class GrowthBenchmark {
  private static final int BREEDS = 135;
  private static final int TIMES = 10;

  private GrowthBenchmark() {}

  /**
   * Measures and prints.
   *
   * @param arguments a folder of JPEGs; how many of them at first
   */
  public static void main(String[] arguments) throws IOException {
    int few = Integer.parseInt(arguments[1]);
    Path folder = Files.createTempDirectory("growth");
    try {
      List<Dataset> sizes = new ArrayList<>();
      for (int count : new int[] {few, TIMES * few}) {
        Path some =
            ServingBenchmark.sample(
                Path.of(arguments[0]), count, folder.resolve("photographs-" + count));
        sizes.add(DatasetBuilder.fromImages(some).build());
      }
      System.out.println("| photographs | breeds | ms a photograph | heap in use then, MB |");
      System.out.println("|---|---|---|---|");
      for (int breeds : new int[] {BREEDS, TIMES * BREEDS}) {
        try (Predictor predictor = Predictor.of(model(breeds))) {
          Path table = folder.resolve("warm-up-" + breeds + ".csv");
          predictor.inBatches().writeCsv(sizes.get(0), table);
          for (Dataset dataset : sizes) {
            Path file = folder.resolve(breeds + "-" + dataset.size() + ".csv");
            long start = System.nanoTime();
            predictor.inBatches().writeCsv(dataset, file);
            double millis = (System.nanoTime() - start) / 1e6 / dataset.size();
            System.out.printf(
                Locale.ROOT,
                "| %,d | %,d | %.2f | %d |%n",
                dataset.size(),
                breeds,
                millis,
                heapMegabytes());
          }
        }
      }
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static TrainedModel model(int breeds) {
    List<String> names = IntStream.range(0, breeds).mapToObj(i -> "breed_" + i).toList();
    return TransferModel.mobileNetV2().labels(Labels.of(names)).build().trained(Map.of(), Map.of());
  }

  /** After a collection, which is asked for. */
  private static long heapMegabytes() {
    Runtime runtime = Runtime.getRuntime();
    runtime.gc();
    return (runtime.totalMemory() - runtime.freeMemory()) >> 20;
  }
}
