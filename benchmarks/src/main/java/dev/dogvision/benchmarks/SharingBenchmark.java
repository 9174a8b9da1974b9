package dev.dogvision.benchmarks;

import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How images had better share the processors in ONNX Runtime: all processors for one call, or one
 * each; images one by one, in batches that callers have, or in batches that are gathered from calls
 * that are there at the same time. Bare passes of an embedded model; callers call without a pause.
 */
public final class SharingBenchmark {
  private static final int TURNS = 5;
  private static final long NANOS = 700_000_000;
  private static final int BATCH = 8;
  private static final int[] CALLERS = {1, 2, 4, 8};

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final int side;

  private SharingBenchmark(int side) {
    this.side = side;
  }

  /**
   * Prints the table.
   *
   * @param arguments the embedded model's name
   */
  public static void main(String[] arguments) throws Exception {
    TrainedModel model = TrainedModel.pretrained(arguments[0]);
    Path file = Files.createTempFile("model", ".onnx");
    try {
      new SharingBenchmark(model.preprocessing().size()).measure(Onnx.write(model, file));
    } finally {
      Files.delete(file);
    }
  }

  /** Computes so many images. */
  private interface Way {
    void compute(int images) throws OrtException, InterruptedException;
  }

  private OrtSession session(Path file, int threads) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return environment.createSession(file.toString(), options);
    }
  }

  private void run(OrtSession session, int images) throws OrtException {
    ByteBuffer pixels = ByteBuffer.allocateDirect(images * side * side * 3);
    try (OnnxTensor input =
        OnnxTensor.createTensor(
            environment, pixels, new long[] {images, side, side, 3}, OnnxJavaType.UINT8)) {
      session.run(Map.of("input", input), Set.of("logits")).close();
    }
  }

  private void measure(Path file) throws OrtException, InterruptedException, IOException {
    int processors = Runtime.getRuntime().availableProcessors();
    try (OrtSession one = session(file, 1);
        OrtSession all = session(file, processors)) {
      Map<String, Way> ways = new LinkedHashMap<>();
      ways.put("a processor each, images one by one", images -> runSingly(one, images));
      ways.put("a processor each, batches of " + BATCH, images -> run(one, images));
      ways.put("all processors, images one by one", images -> runSingly(all, images));
      ways.put("all processors, batches of " + BATCH, images -> run(all, images));
      Gathering gathering = new Gathering(all);
      ways.put("all processors, gathered", gathering::compute);
      Map<String, List<Double>> figures = new LinkedHashMap<>();
      for (int turn = -1; turn < TURNS; turn++) {
        for (Map.Entry<String, Way> way : ways.entrySet()) {
          int images = way.getKey().contains("batches") ? BATCH : 1;
          for (int callers : CALLERS) {
            double millis = millis(way.getValue(), callers, images);
            if (turn >= 0) {
              figures
                  .computeIfAbsent(way.getKey() + " " + callers, name -> new ArrayList<>())
                  .add(millis);
            }
          }
        }
      }
      System.out.printf(
          Locale.ROOT,
          "%d processors, ms a photograph, medians of %d turns%n%n",
          processors,
          TURNS);
      System.out.println("| callers | 1 | 2 | 4 | 8 |\n|---|---|---|---|---|");
      for (String way : ways.keySet()) {
        StringBuilder row = new StringBuilder("| ").append(way).append(" |");
        for (int callers : CALLERS) {
          double median = SideBySide.middle(requireNonNull(figures.get(way + " " + callers)));
          row.append(String.format(Locale.ROOT, " %.2f |", median));
        }
        System.out.println(row);
      }
    }
  }

  private void runSingly(OrtSession session, int images) throws OrtException {
    for (int i = 0; i < images; i++) {
      run(session, 1);
    }
  }

  private static double millis(Way way, int callers, int images) throws InterruptedException {
    AtomicLong computed = new AtomicLong();
    long start = System.nanoTime();
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  while (System.nanoTime() - start < NANOS) {
                    way.compute(images);
                    computed.addAndGet(images);
                  }
                } catch (OrtException | InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              });
      thread.start();
      threads.add(thread);
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return (System.nanoTime() - start) / 1e6 / computed.get();
  }

  /**
   * One batch at a time. Who comes while it is computed is in the next, so nobody waits for others
   * to come, and a batch is as large as it is busy.
   */
  private final class Gathering {
    private final OrtSession session;

    @GuardedBy("this")
    private final ArrayDeque<boolean[]> waiting = new ArrayDeque<>();

    @GuardedBy("this")
    private boolean busy;

    Gathering(OrtSession session) {
      this.session = session;
    }

    void compute(int images) throws OrtException, InterruptedException {
      boolean[] done = new boolean[1];
      synchronized (this) {
        waiting.add(done);
      }
      while (true) {
        List<boolean[]> batch = new ArrayList<>();
        synchronized (this) {
          while (busy && !done[0]) {
            wait();
          }
          if (done[0]) {
            return;
          }
          busy = true;
          while (!waiting.isEmpty() && batch.size() < BATCH) {
            batch.add(waiting.remove());
          }
        }
        run(session, batch.size() * images);
        synchronized (this) {
          batch.forEach(one -> one[0] = true);
          busy = false;
          notifyAll();
        }
      }
    }
  }
}
