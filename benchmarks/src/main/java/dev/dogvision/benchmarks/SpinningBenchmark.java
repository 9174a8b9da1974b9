package dev.dogvision.benchmarks;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * For how long threads of ONNX Runtime that share an image had better spin before they sleep: bare
 * passes of one image, a millisecond apart, on a quiet machine and beside busy loops.
 */
public final class SpinningBenchmark {
  private static final int TURNS = 5;
  private static final int WARM_UPS = 5;
  private static final int PASSES = 30;
  private static final int[] BUSY_LOOPS = {0, 2, 4};

  private SpinningBenchmark() {}

  /**
   * Prints the table.
   *
   * @param arguments the embedded model's name
   */
  public static void main(String[] arguments)
      throws IOException, OrtException, InterruptedException {
    TrainedModel model = TrainedModel.pretrained(arguments[0]);
    Path file = Files.createTempFile("model", ".onnx");
    Map<String, OrtSession> sessions = new LinkedHashMap<>();
    try {
      Onnx.write(model, file);
      sessions.put("not at all", session(file, "session.intra_op.allow_spinning", "0"));
      for (String duration : new String[] {"20", "50", "200"}) {
        sessions.put(
            duration + " microseconds",
            session(file, "session.intra_op.spin_duration_us", duration));
      }
      sessions.put("as it is set", session(file, "session.intra_op.allow_spinning", "1"));
      measure(sessions, model.preprocessing().size());
    } finally {
      for (OrtSession session : sessions.values()) {
        session.close();
      }
      Files.delete(file);
    }
  }

  private static OrtSession session(Path file, String setting, String value) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Runtime.getRuntime().availableProcessors());
      options.addConfigEntry(setting, value);
      return OrtEnvironment.getEnvironment().createSession(file.toString(), options);
    }
  }

  private static void measure(Map<String, OrtSession> sessions, int side)
      throws OrtException, InterruptedException {
    Map<String, List<Double>> figures = new LinkedHashMap<>();
    for (int loops : BUSY_LOOPS) {
      BusyLoops busy = new BusyLoops(loops);
      try {
        for (int turn = 0; turn < TURNS; turn++) {
          for (Map.Entry<String, OrtSession> session : sessions.entrySet()) {
            figures
                .computeIfAbsent(session.getKey() + " " + loops, name -> new ArrayList<>())
                .add(median(session.getValue(), side));
          }
        }
      } finally {
        busy.stop();
      }
    }
    System.out.println("| spinning | no busy loops, ms | 2, ms | 4, ms |\n|---|---|---|---|");
    for (String way : sessions.keySet()) {
      StringBuilder row = new StringBuilder("| ").append(way).append(" |");
      for (int loops : BUSY_LOOPS) {
        double median = SideBySide.middle(figures.getOrDefault(way + " " + loops, List.of()));
        row.append(String.format(Locale.ROOT, " %.1f |", median));
      }
      System.out.println(row);
    }
  }

  private static double median(OrtSession session, int side)
      throws OrtException, InterruptedException {
    ByteBuffer pixels = ByteBuffer.allocateDirect(side * side * 3);
    double[] millis = new double[PASSES];
    try (OnnxTensor input =
        OnnxTensor.createTensor(
            OrtEnvironment.getEnvironment(),
            pixels,
            new long[] {1, side, side, 3},
            OnnxJavaType.UINT8)) {
      for (int i = -WARM_UPS; i < PASSES; i++) {
        long start = System.nanoTime();
        session.run(Map.of("input", input), Set.of("logits")).close();
        if (i >= 0) {
          millis[i] = (System.nanoTime() - start) / 1e6;
        }
        Thread.sleep(1);
      }
    }
    Arrays.sort(millis);
    return millis[PASSES / 2];
  }
}
