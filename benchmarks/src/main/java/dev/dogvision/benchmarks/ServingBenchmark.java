package dev.dogvision.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import com.google.gson.GsonBuilder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * What an application gets of the fast embedded model, in this library on each engine and with each
 * decoder, and in what one would write oneself with the same network: plain Java around ONNX
 * Runtime, Deep Java Library as its documentation shows it and, where Python is named, PyTorch,
 * ONNX Runtime and Keras. Each way runs in a process of its own with what it needs on its class
 * path; they take turns, and what is printed is the median of the turns.
 */
@Command(name = "serving", mixinStandardHelpOptions = true, showDefaultValues = true)
public final class ServingBenchmark implements Callable<Integer> {
  static final Pattern ANOTHER_ENGINE =
      Pattern.compile("ai.djl|dogvision-djl|net.java.dev.jna|commons-compress");
  static final Pattern ANOTHER_DECODER = Pattern.compile("org.bytedeco|dogvision-turbo");
  static final Pattern PLAIN = Pattern.compile("onnxruntime|gson|benchmarks");

  /** A name for people, and how it is started. */
  private record Way(String title, Starter starter) {}

  private interface Starter {
    ProcessBuilder start(String... arguments);
  }

  @Option(names = "--photographs", required = true, description = "A folder of JPEGs.")
  private Path photographs = Path.of("");

  @Option(names = "--larger", required = true, description = "A folder of larger JPEGs.")
  private Path larger = Path.of("");

  @Option(names = "--count", description = "How many of the first folder.")
  private int count = 500;

  @Option(names = "--turns", description = "How often each way is measured.")
  private int turns = 3;

  @Option(names = "--seconds", description = "How long callers call.")
  private double seconds = 3;

  @Option(
      names = "--python",
      description = "Python with what benchmarks/python/requirements.txt names.")
  private @Nullable Path python;

  @Option(names = "--weights", description = "MobileNetV2's weights as safetensors, for Python.")
  private @Nullable Path weights;

  @Option(names = "--only", description = "Ways whose title has this in it, for a quick look.")
  private String only = "";

  @Option(names = "--json", description = "Where all figures go, too.")
  private @Nullable Path json;

  /**
   * Measures and prints.
   *
   * @param arguments see {@code --help}
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new ServingBenchmark()).execute(arguments));
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("serving");
    try {
      compare(folder);
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
    return 0;
  }

  private static Way java(String title, String name, Predicate<String> classPath) {
    return new Way(
        title,
        arguments -> {
          arguments[0] = name;
          return OwnProcess.of(ServedProcess.class, classPath, arguments);
        });
  }

  private static Predicate<String> without(Pattern... patterns) {
    return entry -> Stream.of(patterns).noneMatch(pattern -> pattern.matcher(entry).find());
  }

  private List<Way> ways() {
    List<Way> ways = new ArrayList<>();
    ways.add(
        java("DogVision, ONNX Runtime", "ONNX Runtime", without(ANOTHER_ENGINE, ANOTHER_DECODER)));
    ways.add(java("DogVision, ONNX Runtime, turbo", "ONNX Runtime", without(ANOTHER_ENGINE)));
    ways.add(java("DogVision, PyTorch", "PyTorch", without(ANOTHER_DECODER)));
    ways.add(java("plain Java, ONNX Runtime", "plain", entry -> PLAIN.matcher(entry).find()));
    ways.add(java("the same, not spinning", "plain-asleep", entry -> PLAIN.matcher(entry).find()));
    ways.add(java("DJL as documented", "djl", without(ANOTHER_DECODER)));
    if (python != null) {
      String script = Path.of("benchmarks", "python", "serving.py").toAbsolutePath().toString();
      for (String peer : new String[] {"pytorch", "onnxruntime", "keras"}) {
        ways.add(
            new Way(
                "Python, " + peer,
                arguments -> {
                  arguments[0] = peer;
                  List<String> command = new ArrayList<>();
                  command.add(String.valueOf(python));
                  command.add(script);
                  command.addAll(List.of(arguments));
                  command.add(String.valueOf(weights));
                  return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
                }));
      }
    }
    return ways.stream().filter(way -> way.title().contains(only)).toList();
  }

  private void compare(Path folder) throws IOException, InterruptedException {
    Path onnx = Onnx.write(TrainedModel.pretrained("fast"), folder.resolve("fast.onnx"));
    Path some = sample(photographs, count, folder.resolve("photographs"));
    Path large = folder.resolve("large.jpg");
    Files.write(large, LargePhotographs.of(ImageSource.of(first(larger))));
    List<Way> ways = ways();
    Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();
    for (int turn = 0; turn < turns; turn++) {
      for (Way way : ways) {
        child(
                way,
                "",
                onnx.toString(),
                some.toString(),
                larger.toString(),
                large.toString(),
                String.valueOf(seconds))
            .forEach(
                (figure, value) ->
                    all.computeIfAbsent(figure, name -> new LinkedHashMap<>())
                        .computeIfAbsent(way.title(), name -> new ArrayList<>())
                        .add(value));
      }
    }
    print(ways, all);
    if (json != null) {
      Files.writeString(json, new GsonBuilder().setPrettyPrinting().create().toJson(all) + "\n");
    }
  }

  static Path first(Path folder) throws IOException {
    try (Stream<Path> listed = Files.list(folder)) {
      return listed.sorted().findFirst().orElseThrow();
    }
  }

  /** From all over a folder. */
  static Path sample(Path from, int count, Path to) throws IOException {
    Files.createDirectory(to);
    try (Stream<Path> listed = Files.list(from)) {
      List<Path> files = listed.sorted().toList();
      int taken = Math.min(count, files.size());
      for (int i = 0; i < taken; i++) {
        Path file = files.get((int) ((long) i * files.size() / taken));
        Files.copy(file, to.resolve(String.valueOf(file.getFileName())));
      }
    }
    return to;
  }

  private void print(List<Way> ways, Map<String, Map<String, List<Double>>> all) {
    System.out.printf(
        Locale.ROOT,
        "%d processors, Java %s; medians of %d turns, and the range%n%n",
        Runtime.getRuntime().availableProcessors(),
        Runtime.version(),
        turns);
    StringBuilder head = new StringBuilder("| |");
    ways.forEach(way -> head.append(' ').append(way.title()).append(" |"));
    System.out.println(head);
    System.out.println("|---|" + "---|".repeat(ways.size()));
    all.forEach(
        (figure, values) -> {
          StringBuilder row = new StringBuilder("| ").append(figure).append(" |");
          for (Way way : ways) {
            row.append(' ').append(cell(values.getOrDefault(way.title(), List.of()))).append(" |");
          }
          System.out.println(row);
        });
  }

  private static String cell(List<Double> values) {
    if (values.isEmpty()) {
      return "";
    }
    List<Double> sorted = new ArrayList<>(values);
    Collections.sort(sorted);
    double median = sorted.get(sorted.size() / 2);
    String form = median < 100 ? "%.1f" : "%.0f";
    String range =
        sorted.size() == 1
            ? ""
            : String.format(
                Locale.ROOT,
                " (" + form + "-" + form + ")",
                sorted.get(0),
                sorted.get(sorted.size() - 1));
    return String.format(Locale.ROOT, form, median) + range;
  }

  /** Starts a process, and takes the time to its first answer and what it prints. */
  private static Map<String, Double> child(Way way, String... arguments)
      throws IOException, InterruptedException {
    Map<String, Double> figures = new LinkedHashMap<>();
    long start = System.nanoTime();
    Process process = way.starter().start(arguments).start();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        int equals = line.lastIndexOf('=');
        if (line.equals(ServedProcess.READY)) {
          figures.put(
              "start of the process to first answer, ms", (System.nanoTime() - start) / 1e6);
        } else if (equals > 0) {
          figures.put(line.substring(0, equals), Double.valueOf(line.substring(equals + 1)));
        }
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException(way.title() + ": the process ended with " + process.exitValue());
    }
    return figures;
  }
}
