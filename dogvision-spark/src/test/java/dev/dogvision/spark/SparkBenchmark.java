package dev.dogvision.spark;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.data.Split;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Labelled;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/**
 * The figures of docs/spark.md: rows a second of Spark beside one process that streams the same
 * files, in turns; memory of executors; how far a head trained on the cluster's embeddings is from
 * one trained on one machine; and what 100 million pictures come to.
 *
 * <pre>{@code
 * mvn -B -pl dogvision-spark -am test-compile exec:exec@benchmark -Ddogvision.data=FOLDER
 * }</pre>
 */
public final class SparkBenchmark {
  private static final int ROUNDS = 3;
  private static final double MANY = 100e6;

  private final List<Path> files;
  private final TrainedModel model = TrainedModel.pretrained();

  private SparkBenchmark(Path folder, int most) throws IOException {
    List<Path> found;
    try (Stream<Path> all = Files.walk(folder)) {
      found = all.filter(file -> file.toString().matches("(?i).*\\.(jpe?g|png)")).sorted().toList();
    }
    this.files = found.stream().limit(most).toList();
  }

  /**
   * Runs everything.
   *
   * @param arguments a folder of photographs, or of folders, one a breed, on which a head is
   *     trained, too; how many of them at most; and the megabytes of an executor's heap
   */
  public static void main(String[] arguments) throws Exception {
    new SparkBenchmark(Path.of(arguments[0]), Integer.parseInt(arguments[1]))
        .run(Integer.parseInt(arguments[2]));
  }

  private void run(int megabytes) throws Exception {
    long bytes = 0;
    for (Path file : files) {
      bytes += Files.size(file);
    }
    print("%d photographs, %,d bytes each on average", files.size(), bytes / files.size());
    print("%s on %d processors", model, Runtime.getRuntime().availableProcessors());
    double coreSeconds;
    try (Predictor predictor = Predictor.of(model)) {
      SparkSession processes = SparkSessions.processes(megabytes);
      coreSeconds = beside("local-cluster[2,1]", predictor, processes);
      executors(megabytes);
      processes.stop();
      SparkSession threads = SparkSessions.threads();
      double unused = beside("local[2]", predictor, threads);
      if (files.stream().map(Path::getParent).distinct().count() < 2) {
        print("no head is trained: the photographs are in one folder, and not in one a breed");
      } else {
        training(threads);
      }
      threads.stop();
    }
    print(
        "100 million: %,.0f core hours, %.2f TB read, %.1f GB of labels or %.2f TB of embeddings",
        MANY * coreSeconds / 3600,
        MANY * bytes / files.size() / 1e12,
        MANY * 100 / 1e9,
        MANY * 4 * model.plan().embeddingSize() / 1e12);
    print("the model is sent as %,d bytes", PackedModel.pack(model).length);
  }

  /** What a pass over all pictures took, on the clock and of processors. */
  private record Pass(double rate, double processorSeconds) {}

  /** All in turns; the seconds of processors that Spark takes for a picture. */
  private double beside(String name, Predictor predictor, SparkSession spark) throws Exception {
    List<Pass> alone = new ArrayList<>();
    List<Pass> together = new ArrayList<>();
    List<Pass> embedding = new ArrayList<>();
    for (int round = -1; round < ROUNDS; round++) {
      Pass one = pass(() -> stream(predictor));
      Pass other = pass(() -> transform(spark, BreedPredictions.of(model)));
      Pass embedded = pass(() -> transform(spark, BreedPredictions.of(model).embeddings()));
      if (round >= 0) { // the first is for warming up
        alone.add(one);
        together.add(other);
        embedding.add(embedded);
      }
    }
    print(
        "one process %.1f, %s %.1f, with embeddings %.1f pictures a second; of processors %.1f, %.1f"
            + " and %.1f ms a picture",
        median(alone, Pass::rate),
        name,
        median(together, Pass::rate),
        median(embedding, Pass::rate),
        1000 * median(alone, Pass::processorSeconds),
        1000 * median(together, Pass::processorSeconds),
        1000 * median(embedding, Pass::processorSeconds));
    return median(together, Pass::processorSeconds);
  }

  private Pass pass(Callable<Long> work) throws Exception {
    double before = processorSeconds();
    double rate = rate(work);
    return new Pass(rate, (processorSeconds() - before) / files.size());
  }

  /** Of this process and of the executors, which are its children. */
  private static double processorSeconds() {
    return Stream.concat(Stream.of(ProcessHandle.current()), ProcessHandle.current().descendants())
        .mapToDouble(
            process -> process.info().totalCpuDuration().map(Duration::toNanos).orElse(0L) / 1e9)
        .sum();
  }

  private double rate(Callable<Long> work) throws Exception {
    long start = System.nanoTime();
    long rows = work.call();
    if (rows != files.size()) {
      throw new IllegalStateException(rows + " answers for " + files.size() + " pictures");
    }
    return rows / ((System.nanoTime() - start) / 1e9);
  }

  private long stream(Predictor predictor) {
    long rows = 0;
    for (Labelled<Prediction> one :
        predictor.stream(files.stream().map(ImageSource::of).toList())) {
      rows += one.isReadable() ? 1 : 0;
    }
    return rows;
  }

  private org.apache.spark.sql.Dataset<Row> pictures(SparkSession spark) {
    return spark
        .read()
        .format("binaryFile")
        .load(files.stream().map(file -> file.toUri().toString()).toArray(String[]::new));
  }

  private long transform(SparkSession spark, BreedPredictions predictions) {
    return predictions.transform(pictures(spark)).drop("content").collectAsList().stream()
        .filter(row -> row.isNullAt(row.fieldIndex("error")))
        .count();
  }

  /** A head of this folder's breeds, on embeddings of Spark and on photographs. */
  private void training(SparkSession spark) throws IOException {
    BreedPredictions predictions = BreedPredictions.of(model).engine("ONNX Runtime").embeddings();
    Embeddings all =
        predictions.collectEmbeddings(
            predictions
                .transform(pictures(spark))
                .withColumn(
                    "breed", functions.element_at(functions.split(functions.col("path"), "/"), -2)),
            "path",
            "breed");
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      examples.add(
          new Example(
              all.id(i), Path.of(java.net.URI.create(all.id(i))), all.label(i).orElseThrow()));
    }
    Dataset photographs = DatasetBuilder.fromSources(examples).build();
    Split split = photographs.split(0.8, 13);
    TransferModel start = TransferModel.of(Backbone.of(model)).labels(photographs.labels()).build();
    TrainingRun one = Trainer.of(start).epochs(20).seed(13).fit(split.train(), split.validation());
    TrainingRun other =
        Trainer.of(start)
            .epochs(20)
            .seed(13)
            .fit(of(all, split.train()), of(all, split.validation()));
    double most = 0;
    double mostWeight = 0;
    float[] weights = head(one.model());
    float[] others = head(other.model());
    for (int i = 0; i < weights.length; i++) {
      mostWeight = Math.max(mostWeight, Math.abs(weights[i] - others[i]));
    }
    int same = 0;
    try (Predictor first = Predictor.of(one.model());
        Predictor second = Predictor.of(other.model())) {
      for (Example example : split.validation()) {
        Prediction expected = first.predict(example.image());
        Prediction found = second.predict(example.image());
        same += expected.best().label().equals(found.best().label()) ? 1 : 0;
        for (String label : start.labels().names()) {
          most = Math.max(most, Math.abs(expected.probability(label) - found.probability(label)));
        }
      }
    }
    print(
        "a head trained on them: probabilities differ by %.1e at most, weights by %.1e; %d of %d"
            + " validation answers are the same; %.1f %% and %.1f %% right",
        most,
        mostWeight,
        same,
        split.validation().size(),
        100 * one.evaluate(split.validation()).accuracy(),
        100 * other.evaluate(split.validation()).accuracy());
  }

  private static Embeddings of(Embeddings all, Dataset some) {
    List<String> ids = some.examples().stream().map(Example::id).toList();
    return Embeddings.of(
        all.network(),
        ids,
        some.examples().stream().map(Example::label).toList(),
        ids.stream().map(id -> all.row(all.index(id))).toArray(float[][]::new));
  }

  private static float[] head(TrainedModel model) {
    return model.weights().get(model.plan().headName() + ".weight").values();
  }

  /** What Linux says of the executors' memory. */
  private static void executors(int megabytes) throws IOException {
    List<ProcessHandle> executors =
        ProcessHandle.current()
            .descendants()
            .filter(process -> process.info().command().orElse("").endsWith("java"))
            .sorted(Comparator.comparing(ProcessHandle::pid))
            .toList();
    for (ProcessHandle executor : executors) {
      Path status = Path.of("/proc", String.valueOf(executor.pid()), "status");
      if (Files.exists(status)) {
        String peak =
            Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("VmHWM: unknown");
        print("an executor of %d MB heap: %s", megabytes, peak.replaceAll("\\s+", " "));
      }
    }
  }

  private static double median(List<Pass> passes, ToDoubleFunction<Pass> figure) {
    double[] sorted = passes.stream().mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static void print(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
