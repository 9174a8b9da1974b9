package dev.dogvision.benchmarks;

import ai.onnxruntime.OrtException;
import com.google.gson.GsonBuilder;
import dev.dogvision.DogVision;
import dev.dogvision.EngineInfo;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What an application gets of the fast embedded model, in this library on each engine and in plain
 * Java around ONNX Runtime with the same network and weights: one photograph, many callers at once,
 * a busy machine, a folder, the start, the memory. Each way runs in a process of its own; they take
 * turns, and what is printed is the median of the turns.
 */
@Command(name = "serving", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class ServingBenchmark implements java.util.concurrent.Callable<Integer> {
  private static final String PLAIN = "plain Java around ONNX Runtime";
  private static final String READY = "first answer";
  private static final int[] CALLERS = {1, 2, 8, 32};
  private static final int BUSY_LOOPS = 2;

  @Option(names = "--photographs", required = true, description = "A folder of JPEGs.")
  private Path photographs = Path.of("");

  @Option(names = "--turns", description = "How often each way is measured.")
  private int turns = 3;

  @Option(names = "--seconds", description = "How long callers call.")
  private double seconds = 4;

  @Option(names = "--json", description = "Where all figures go, too.")
  private @Nullable Path json;

  @Option(names = "--one", hidden = true, description = "What the processes are that it starts.")
  private @Nullable String one;

  @Option(names = "--onnx", hidden = true)
  private Path onnx = Path.of("");

  /**
   * Measures and prints.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ServingBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException, ExecutionException, OrtException {
    if (one != null) {
      measure(one);
      return 0;
    }
    Path file = Files.createTempFile("fast", ".onnx");
    try {
      compare(Onnx.write(TrainedModel.pretrained("fast"), file));
    } finally {
      Files.deleteIfExists(file);
    }
    return 0;
  }

  private void compare(Path file) throws IOException, InterruptedException {
    List<String> ways = new ArrayList<>();
    for (EngineInfo engine : DogVision.engines()) {
      ways.add(engine.name());
    }
    ways.add(PLAIN);
    Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
    for (int turn = 0; turn < turns; turn++) {
      for (String way : ways) {
        child(way, file)
            .forEach(
                (figure, value) ->
                    all.computeIfAbsent(figure, name -> new LinkedHashMap<>())
                        .computeIfAbsent(way, name -> new ArrayList<>())
                        .add(value));
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s; medians of %d turns%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        turns);
    StringBuilder head = new StringBuilder("| |");
    ways.forEach(
        way -> head.append(way.equals(PLAIN) ? " " : " DogVision, ").append(way).append(" |"));
    System.out.println(head);
    System.out.println("|---|" + "---|".repeat(ways.size()));
    all.forEach(
        (figure, values) -> {
          StringBuilder row = new StringBuilder("| ").append(figure).append(" |");
          for (String way : ways) {
            row.append(
                String.format(Locale.ROOT, " %.1f |", median(values.getOrDefault(way, List.of()))));
          }
          System.out.println(row);
        });
    if (json != null) {
      Files.writeString(json, new GsonBuilder().setPrettyPrinting().create().toJson(all) + "\n");
    }
  }

  private static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
  }

  /** Starts a process, and takes the time to its first answer and what it prints. */
  private Map<String, Double> child(String way, Path file)
      throws IOException, InterruptedException {
    Map<String, Double> figures = new LinkedHashMap<>();
    long start = System.nanoTime();
    Process process =
        OwnProcess.of(
                ServingBenchmark.class,
                "--photographs",
                photographs.toString(),
                "--seconds",
                String.valueOf(seconds),
                "--onnx",
                file.toString(),
                "--one",
                way)
            .start();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(READY)) {
          figures.put(
              "start of the process to first answer, ms", (System.nanoTime() - start) / 1e6);
        } else {
          int equals = line.lastIndexOf('=');
          figures.put(line.substring(0, equals), Double.valueOf(line.substring(equals + 1)));
        }
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException(way + ": the process ended with " + process.exitValue());
    }
    return figures;
  }

  private void measure(String way)
      throws IOException, InterruptedException, ExecutionException, OrtException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> listed = Files.list(photographs)) {
      for (Path file : listed.sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    try (ServedModel model =
        way.equals(PLAIN) ? new PlainOnnxRuntime(onnx) : new DogVisionServed(way)) {
      List<String> unused = model.top3(files.get(0));
      System.out.println(READY);
      tell("resident memory then, MB", residentMegabytes());
      double[] millis = new double[200];
      for (int i = -50; i < millis.length; i++) {
        long start = System.nanoTime();
        List<String> unusedToo = model.top3(files.get(Math.floorMod(i, files.size())));
        if (i >= 0) {
          millis[i] = (System.nanoTime() - start) / 1e6;
        }
      }
      Arrays.sort(millis);
      tell("one photograph, JPEG to top 3, ms", millis[millis.length / 2]);
      for (int callers : CALLERS) {
        tell(callers + " callers, photographs a second", rate(model, files, callers));
      }
      BusyLoops busy = new BusyLoops(BUSY_LOOPS);
      try {
        tell("1 caller beside 2 busy loops, photographs a second", rate(model, files, 1));
        tell("32 callers beside 2 busy loops, photographs a second", rate(model, files, 32));
      } finally {
        busy.stop();
      }
      Path table = Files.createTempFile("table", ".csv");
      Files.delete(table);
      model.predict(photographs, table);
      Files.delete(table);
      long start = System.nanoTime();
      model.predict(photographs, table);
      tell(
          "folder to CSV, photographs a second",
          files.size() / ((System.nanoTime() - start) / 1e9));
      Files.delete(table);
      tell("resident memory at the end, MB", residentMegabytes());
    }
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

  /** How many photographs a second so many callers get answered together. */
  private double rate(ServedModel model, List<byte[]> files, int callers)
      throws InterruptedException, ExecutionException {
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
}
