package dev.dogvision.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/**
 * One of the ways that {@link ServingBenchmark} compares, in a process of its own. It prints lines
 * {@code figure=value}. Without a library for its command line, which would be a part of its start.
 */
final class ServedProcess {
  /** What is printed as soon as there is an answer. */
  static final String READY = "first answer";

  private static final int[] CALLERS = {1, 2, 8, 32};
  private static final int[] BUSY_LOOPS = {2, 4, 8};
  private static final int[] BATCHES = {1, 8, 32};

  private final ServedModel model;
  private final List<byte[]> files;
  private final double seconds;

  private ServedProcess(ServedModel model, List<byte[]> files, double seconds) {
    this.model = model;
    this.files = files;
    this.seconds = seconds;
  }

  /**
   * Measures.
   *
   * @param arguments the way; an ONNX file; a folder of photographs; one of larger ones; a
   *     photograph of 12 megapixels; for how many seconds callers call, 0 to end with the first
   *     answer
   */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[2]);
    List<byte[]> files = contents(folder);
    try (ServedModel model = open(arguments[0], Path.of(arguments[1]))) {
      List<String> unused = model.top3(files.get(0));
      System.out.println(READY);
      tell("resident memory then, MB", residentMegabytes());
      double seconds = Double.parseDouble(arguments[5]);
      if (seconds == 0) {
        tell(
            "processor's time, ms",
            ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime()
                / 1e6);
        return;
      }
      ServedProcess served = new ServedProcess(model, files, seconds);
      served.alone(contents(Path.of(arguments[3])), Files.readAllBytes(Path.of(arguments[4])));
      served.together();
      served.folder(folder);
      tell("resident memory at the end, MB", residentMegabytes());
    }
  }

  private static ServedModel open(String way, Path onnx) throws Exception {
    return switch (way) {
      case "plain" -> new PlainOnnxRuntime(onnx, /* spins= */ true);
      case "plain-asleep" -> new PlainOnnxRuntime(onnx, /* spins= */ false);
      case "djl" -> PlainDjl.ofFast();
      default -> new DogVisionServed(way);
    };
  }

  private static List<byte[]> contents(Path folder) throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> listed = Files.list(folder)) {
      for (Path file : listed.sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    return files;
  }

  /** One call after the other. */
  private void alone(List<byte[]> larger, byte[] large) throws IOException {
    int[] next = {0};
    tell("one photograph, JPEG to top 3, ms", median(50, 300, () -> top3(files, next)));
    Runnable fromPixels = model.fromPixels(files.get(0));
    tell("the same from pixels in memory, ms", median(30, 200, fromPixels));
    tell("a larger photograph, JPEG to top 3, ms", median(30, 150, () -> top3(larger, next)));
    tell(
        "a photograph of 12 megapixels, JPEG to top 3, ms",
        median(3, 9, () -> top3(List.of(large), next)));
    for (int images : BATCHES) {
      Runnable pass = model.pass(images);
      tell(
          "bare forward pass, batches of " + images + ", ms a photograph",
          median(5, images == 1 ? 60 : 15, pass) / images);
    }
    tell("allocated a photograph, kB", allocated());
  }

  private void top3(List<byte[]> some, int[] next) {
    try {
      List<String> unused = model.top3(some.get(next[0]++ % some.size()));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static double median(int warmUps, int count, Runnable call) {
    double[] millis = new double[count];
    for (int i = -warmUps; i < count; i++) {
      long start = System.nanoTime();
      call.run();
      if (i >= 0) {
        millis[i] = (System.nanoTime() - start) / 1e6;
      }
    }
    Arrays.sort(millis);
    return millis[count / 2];
  }

  private double allocated() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    int[] next = {0};
    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < 50; i++) {
      top3(files, next);
    }
    return (threads.getCurrentThreadAllocatedBytes() - before) / 50.0 / 1024;
  }

  /** Many calls at once, on a quiet machine and beside other work. */
  private void together() throws InterruptedException, ExecutionException {
    for (int callers : CALLERS) {
      tell(name(callers) + ", photographs a second", rate(callers));
    }
    for (int loops : BUSY_LOOPS) {
      BusyLoops busy = new BusyLoops(loops);
      try {
        for (int callers : new int[] {1, 32}) {
          tell(
              name(callers) + " beside " + loops + " busy loops, photographs a second",
              rate(callers));
        }
      } finally {
        busy.stop();
      }
    }
  }

  private static String name(int callers) {
    return callers + (callers == 1 ? " caller" : " callers");
  }

  /** How many photographs a second so many callers get answered together. */
  private double rate(int callers) throws InterruptedException, ExecutionException {
    ExecutorService pool = Executors.newFixedThreadPool(callers);
    try {
      AtomicLong next = new AtomicLong();
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      List<Future<Long>> counts = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        counts.add(
            pool.submit(
                () -> {
                  long count = 0;
                  for (; System.nanoTime() < end; count++) {
                    List<String> unused =
                        model.top3(files.get((int) (next.getAndIncrement() % files.size())));
                  }
                  return count;
                }));
      }
      long sum = 0;
      for (Future<Long> count : counts) {
        sum += count.get();
      }
      return sum / ((System.nanoTime() - start) / 1e9);
    } finally {
      pool.shutdownNow();
    }
  }

  private void folder(Path folder) throws IOException {
    Path table = Files.createTempFile("table", ".csv");
    double rate = 0;
    for (int i = 0; i < 2; i++) { // the first warms up
      Files.delete(table);
      long start = System.nanoTime();
      model.predict(folder, table);
      rate = files.size() / ((System.nanoTime() - start) / 1e9);
    }
    Files.delete(table);
    tell("folder to CSV, photographs a second", rate);
  }

  private static void tell(String figure, double value) {
    System.out.println(figure + "=" + value);
  }

  private static double residentMegabytes() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    return Double.NaN;
  }
}
