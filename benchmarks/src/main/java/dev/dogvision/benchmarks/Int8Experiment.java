package dev.dogvision.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.data.Split;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * What quantizing the embedded models to int8 costs and gains, on the competition's photographs
 * that were kept aside from their training. Calibrated on others, of those that they were trained
 * on.
 */
public final class Int8Experiment {
  /** As the embedded models were trained, see docs/model-card.md. */
  private static final double TRAINED_ON = 0.95;

  private static final long SEED = 13;
  private static final int CALIBRATION = 100;
  private static final int WARM_UPS = 5;
  private static final int ROUNDS = 41;

  private final TrainedModel model;
  private final Dataset judges;
  private final byte[][] pictures;

  private Int8Experiment(TrainedModel model, Dataset judges) {
    this.model = model;
    this.judges = judges;
    Preprocessing preprocessing = model.preprocessing();
    this.pictures =
        judges.examples().parallelStream()
            .map(
                dog ->
                    ImageDecoder.standard()
                        .decode(
                            dog.image(), preprocessing, image -> preprocessing.apply(image).rgb()))
            .toArray(byte[][]::new);
  }

  /**
   * Prints the table.
   *
   * @param arguments the competition's table of labels, beside its folder {@code train}
   * @throws IOException if models can't be written
   * @throws OrtException if they can't be run
   */
  public static void main(String[] arguments) throws IOException, OrtException {
    Path table = Path.of(arguments[0]);
    Split split =
        DatasetBuilder.fromCsv(table)
            .images(table.resolveSibling("train"))
            .build()
            .split(TRAINED_ON, SEED);
    Dataset calibration = split.train().sample(CALIBRATION, SEED);
    System.out.printf(
        Locale.ROOT,
        "%d photographs kept aside, %d others to calibrate on%n%n| | file, MB | accuracy |"
            + " log-loss | same answer | largest difference of a probability, mean | batch of 1, ms"
            + " | times as fast | batch of 8, ms | times as fast |%n|---|%s%n",
        split.validation().size(),
        calibration.size(),
        "---|".repeat(9));
    for (String name : List.of("accurate", "fast")) {
      new Int8Experiment(TrainedModel.pretrained(name), split.validation())
          .run(name, calibration, Files.createTempDirectory("int8"));
    }
  }

  private void run(String name, Dataset calibration, Path folder) throws IOException, OrtException {
    Map<String, Path> files = new LinkedHashMap<>();
    files.put("float", Onnx.write(model, folder.resolve("float.onnx")));
    files.put(
        "static int8",
        Onnx.writer(model).staticInt8(calibration).write(folder.resolve("static.onnx")));
    files.put(
        "dynamic int8", Onnx.writer(model).dynamicInt8().write(folder.resolve("dynamic.onnx")));
    Map<String, OrtSession> sessions = new LinkedHashMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      sessions.put(file.getKey(), session(file.getValue()));
    }
    Map<String, Double> single = times(sessions, 1);
    Map<String, Double> eight = times(sessions, 8);
    float[][] expected = null;
    for (Map.Entry<String, OrtSession> each : sessions.entrySet()) {
      String way = each.getKey();
      float[][] found = new float[pictures.length][];
      for (int i = 0; i < found.length; i++) {
        found[i] = probabilities(each.getValue(), i, 1)[0];
      }
      expected = expected == null ? found : expected;
      System.out.printf(
          Locale.ROOT,
          "| %s, %s | %.1f | %s | %s |%n",
          name,
          way,
          Files.size(files.getOrDefault(way, folder)) / 1e6,
          figures(expected, found),
          speed(single, way) + " | " + speed(eight, way));
      each.getValue().close();
    }
  }

  private static OrtSession session(Path file) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return OrtEnvironment.getEnvironment().createSession(file.toString(), options);
    }
  }

  private Map<String, Double> times(Map<String, OrtSession> sessions, int batch) {
    SideBySide ways = new SideBySide();
    sessions.forEach((way, session) -> ways.add(way, () -> probabilities(session, 0, batch)));
    return ways.run(WARM_UPS, ROUNDS);
  }

  private static String speed(Map<String, Double> medians, String way) {
    double own = medians.getOrDefault(way, Double.NaN);
    return String.format(
        Locale.ROOT, "%.1f | %.2f", own, medians.getOrDefault("float", Double.NaN) / own);
  }

  /** Accuracy and log-loss are among the competition's breeds, as in docs/model-card.md. */
  private String figures(float[][] expected, float[][] found) {
    Labels known = judges.labels();
    int[] places = known.names().stream().mapToInt(model.labels()::index).toArray();
    int right = 0;
    int same = 0;
    double loss = 0;
    double differences = 0;
    for (int i = 0; i < found.length; i++) {
      float[] of = found[i];
      float[] among = new float[places.length];
      double sum = 0;
      for (int label = 0; label < places.length; label++) {
        among[label] = of[places[label]];
        sum += among[label];
      }
      int truth = judges.labelIndex(i);
      right += best(among) == truth ? 1 : 0;
      loss -= Math.log(Math.max(Float.MIN_NORMAL, among[truth] / sum));
      same += best(of) == best(expected[i]) ? 1 : 0;
      float[] before = expected[i];
      differences +=
          IntStream.range(0, of.length)
              .mapToDouble(label -> Math.abs(of[label] - before[label]))
              .max()
              .orElse(0);
    }
    return String.format(
        Locale.ROOT,
        "%.1f %% | %.3f | %d of %d | %.3f",
        100.0 * right / found.length,
        loss / found.length,
        same,
        found.length,
        differences / found.length);
  }

  private static int best(float[] probabilities) {
    int best = 0;
    for (int label = 1; label < probabilities.length; label++) {
      best = probabilities[label] > probabilities[best] ? label : best;
    }
    return best;
  }

  private float[][] probabilities(OrtSession session, int first, int batch) {
    int size = model.preprocessing().size();
    ByteBuffer pixels = ByteBuffer.allocateDirect(batch * size * size * 3);
    for (int i = 0; i < batch; i++) {
      pixels.put(pictures[first + i]);
    }
    try (OnnxTensor input =
            OnnxTensor.createTensor(
                OrtEnvironment.getEnvironment(),
                pixels.flip(),
                new long[] {batch, size, size, 3},
                OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("input", input), Set.of("probabilities"))) {
      return (float[][]) result.get(0).getValue();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
