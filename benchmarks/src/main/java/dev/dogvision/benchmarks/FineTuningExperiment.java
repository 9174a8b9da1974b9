package dev.dogvision.benchmarks;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Schedule;
import dev.dogvision.train.Trainer;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What unfreezing is worth and what it costs: accuracy, log-loss, wall time and peak memory with a
 * number of stages trained at the end of the backbone, always after the head by itself. One process
 * a row, so that the peak is the row's own.
 */
public final class FineTuningExperiment {
  private static final int HEAD_EPOCHS = 30;
  private static final double HEAD_RATE = 1e-3;

  /** What is trained, for how many epochs, with which augmentation. */
  private static final List<List<String>> ROWS =
      List.of(
          List.of("0", String.valueOf(HEAD_EPOCHS), "plain"),
          List.of("2", "8", "plain"),
          List.of("2", "5", "augment"),
          List.of("19", "5", "augment"));

  private FineTuningExperiment() {}

  /**
   * Prints the table, or one row of it.
   *
   * @param arguments ImageNet weights; a labels file; its folder of images; {@code folds} for five
   *     folds or {@code split} for 80/20; and, for one row in this process: how many stages to
   *     train; epochs; {@code augment} or {@code plain}; how many of the photographs, 0 for all
   * @throws IOException if a row's process can't be started or the system does not tell the memory
   * @throws InterruptedException if this thread is interrupted while a row is measured
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length > 4) {
      row(arguments);
      return;
    }
    System.out.println(
        "| trained | epochs | augmentation | images | accuracy | log-loss | seconds | MiB |");
    for (List<String> row : ROWS) {
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
      command.addAll(List.of("-Xmx2g", "-cp", classPath(), FineTuningExperiment.class.getName()));
      command.addAll(List.of(arguments));
      command.addAll(row);
      command.add("0");
      int status =
          new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.INHERIT)
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start()
              .waitFor();
      if (status != 0) {
        throw new IOException("the process of row " + row + " ended with status " + status);
      }
    }
  }

  /** Maven runs programs in its own process, with a class loader of their own. */
  private static String classPath() {
    if (!(FineTuningExperiment.class.getClassLoader() instanceof URLClassLoader loader)) {
      return System.getProperty("java.class.path");
    }
    return Arrays.stream(loader.getURLs())
        .map(url -> Path.of(URI.create(url.toString())).toString())
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static void row(String[] arguments) throws IOException {
    Path weights = Path.of(arguments[0]);
    Dataset all =
        DatasetBuilder.fromCsv(Path.of(arguments[1])).images(Path.of(arguments[2])).build();
    int stages = Integer.parseInt(arguments[4]);
    int epochs = Integer.parseInt(arguments[5]);
    boolean augment = arguments[6].equals("augment");
    int limit = Integer.parseInt(arguments[7]);
    Dataset dogs = limit == 0 ? all : all.sample(limit, 13);
    List<Split> splits =
        arguments[3].equals("folds") ? dogs.kFold(5, 1) : List.of(dogs.split(0.8, 13));
    long start = System.nanoTime();
    int images = 0;
    double right = 0;
    double logLoss = 0;
    for (Split split : splits) {
      Evaluation evaluation = evaluate(weights, dogs, split, stages, epochs, augment);
      images += evaluation.size();
      right += evaluation.accuracy() * evaluation.size();
      logLoss += evaluation.logLoss() * evaluation.size();
    }
    System.out.printf(
        Locale.ROOT,
        "| %s | %d | %s | %d | %.1f %% | %.3f | %.0f | %d |%n",
        stages == 0 ? "frozen" : stages == 19 ? "all stages" : "last " + stages + " stages",
        epochs,
        augment ? "light" : "none",
        images,
        100 * right / images,
        logLoss / images,
        (System.nanoTime() - start) / 1e9,
        peakMebibytes());
  }

  private static Evaluation evaluate(
      Path weights, Dataset dogs, Split split, int stages, int epochs, boolean augment) {
    TransferModel.Builder builder =
        TransferModel.mobileNetV2().weights(weights).labels(dogs.labels()).warmStart();
    TransferModel model =
        (stages == 0 ? builder.freezeBackbone() : builder.fineTuneLast(stages)).build();
    Trainer trainer = Trainer.of(model).epochs(epochs).seed(13);
    if (stages == 0) {
      trainer.batchSize(32).learningRate(HEAD_RATE);
    } else {
      trainer
          .batchSize(16)
          .gradualUnfreeze(HEAD_EPOCHS, HEAD_RATE)
          .learningRate(2e-4)
          .backboneLearningRate(5e-5)
          .gradientClipping(1)
          .schedule(Schedule.cosine(0.3));
      if (!augment) {
        trainer.augmentation(Augmentation.none());
      }
    }
    return trainer.fit(split.train()).evaluate(split.validation());
  }

  /** The largest resident set of this process so far, native memory included. */
  private static long peakMebibytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024;
      }
    }
    throw new IOException("/proc/self/status does not tell VmHWM");
  }
}
