package dev.dogvision.benchmarks;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarOutputStream;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * How long an application takes from its start to its first answer, with an archive of its classes
 * (class-data sharing) and without: with this library on ONNX Runtime and in plain Java around
 * that, each with what it needs on its class path. They take turns; medians.
 */
public final class StartBenchmark {
  private StartBenchmark() {}

  /**
   * Measures and prints.
   *
   * @param arguments a folder of JPEGs; how many turns
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("start");
    try {
      compare(Path.of(arguments[0]), Integer.parseInt(arguments[1]), folder);
    } finally {
      MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
    }
  }

  private static void compare(Path photographs, int turns, Path folder)
      throws IOException, InterruptedException {
    Path onnx = Onnx.write(TrainedModel.pretrained("fast"), folder.resolve("fast.onnx"));
    Path one = ServingBenchmark.sample(photographs, 1, folder.resolve("photographs"));
    List<String> entries = inJars(folder);
    Map<String, List<String>> ways = new LinkedHashMap<>();
    for (String way : new String[] {"ONNX Runtime", "plain"}) {
      String classPath =
          entries.stream()
              .filter(
                  entry ->
                      way.equals("plain")
                          ? ServingBenchmark.PLAIN.matcher(entry).find()
                          : !ServingBenchmark.ANOTHER_ENGINE.matcher(entry).find()
                              && !ServingBenchmark.ANOTHER_DECODER.matcher(entry).find())
              .collect(Collectors.joining(File.pathSeparator));
      List<String> rest =
          List.of(
              "-Dorg.slf4j.simpleLogger.defaultLogLevel=error",
              "-cp",
              classPath,
              ServedProcess.class.getName(),
              way,
              onnx.toString(),
              one.toString(),
              one.toString(),
              onnx.toString(),
              "0");
      String title = way.equals("plain") ? "plain Java, ONNX Runtime" : "DogVision, ONNX Runtime";
      Path archive = folder.resolve(way.replace(' ', '-') + ".jsa");
      start(Stream.concat(Stream.of("-XX:ArchiveClassesAtExit=" + archive), rest.stream()));
      ways.put(title, rest);
      ways.put(
          title + ", classes archived",
          Stream.concat(Stream.of("-XX:SharedArchiveFile=" + archive), rest.stream()).toList());
    }
    Map<String, List<double[]>> all = new LinkedHashMap<>();
    for (int turn = 0; turn < turns; turn++) {
      for (Map.Entry<String, List<String>> way : ways.entrySet()) {
        all.computeIfAbsent(way.getKey(), name -> new ArrayList<>())
            .add(start(way.getValue().stream()));
      }
    }
    System.out.println("| | to the first answer, ms | processor's time, ms | memory then, MB |");
    System.out.println("|---|---|---|---|");
    all.forEach(
        (title, figures) ->
            System.out.printf(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f |%n",
                title,
                median(figures, 0),
                median(figures, 1),
                median(figures, 2)));
  }

  private static double median(List<double[]> figures, int column) {
    return SideBySide.middle(figures.stream().map(row -> row[column]).toList());
  }

  /** Time to the first answer, the processor's time in all, resident memory. */
  private static double[] start(Stream<String> arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    arguments.forEach(command::add);
    double[] figures = new double[3];
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    try (BufferedReader lines = process.inputReader()) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.equals(ServedProcess.READY)) {
          figures[0] = (System.nanoTime() - start) / 1e6;
        } else if (line.startsWith("processor's time")) {
          figures[1] = Double.parseDouble(line.substring(line.lastIndexOf('=') + 1));
        } else if (line.startsWith("resident memory")) {
          figures[2] = Double.parseDouble(line.substring(line.lastIndexOf('=') + 1));
        }
      }
    }
    if (process.waitFor() != 0) {
      throw new IOException(command + " ended with " + process.exitValue());
    }
    return figures;
  }

  /** The class path, its folders as jars: an archive of classes is for those only. */
  private static List<String> inJars(Path folder) throws IOException {
    List<String> entries = new ArrayList<>();
    for (String entry : OwnProcess.classPath(StartBenchmark.class.getClassLoader())) {
      Path path = Path.of(entry);
      entries.add(
          Files.isDirectory(path)
              ? jar(path, folder.resolve(entry.replaceAll("[^A-Za-z-]", "-") + ".jar")).toString()
              : entry);
    }
    return entries;
  }

  private static Path jar(Path from, Path to) throws IOException {
    try (OutputStream file = Files.newOutputStream(to);
        JarOutputStream jar = new JarOutputStream(file);
        Stream<Path> all = Files.walk(from)) {
      jar.setLevel(0);
      for (Path path : all.filter(Files::isRegularFile).sorted().toList()) {
        jar.putNextEntry(new ZipEntry(from.relativize(path).toString()));
        Files.copy(path, jar);
        jar.closeEntry();
      }
    }
    return to;
  }
}
