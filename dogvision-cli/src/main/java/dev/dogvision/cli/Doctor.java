package dev.dogvision.cli;

import static java.util.stream.Collectors.joining;

import ai.djl.util.Utils;
import com.google.common.base.CharMatcher;
import dev.dogvision.Device;
import dev.dogvision.DogVision;
import dev.dogvision.EngineInfo;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.onnx.Onnx;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.EmbeddedModel;
import dev.dogvision.spi.JpegDecoder;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Looks at all that DogVision needs, the cheap first. Each check is by itself: what one of them
 * fails by is a finding, and the others go on.
 */
final class Doctor {
  private static final long MEGABYTE = 1L << 20;

  /** Below that, training runs out of memory with pictures of usual size. */
  private static final long SMALL_HEAP = 700 * MEGABYTE;

  /** All native libraries together take about as much, unpacked. */
  private static final long ROOM = 500 * MEGABYTE;

  /** How far a sum of probabilities may be from 1. */
  private static final double SAME = 1e-3;

  /** Two engines' probabilities may differ by so much: their sums are in another order. */
  private static final double AGREEMENT = 1e-2;

  private static final List<String> MODULES =
      List.of(
          "dogvision-core",
          "dogvision-djl",
          "dogvision-onnx",
          "dogvision-models",
          "dogvision-report",
          "dogvision-turbo",
          "dogvision-web",
          "dogvision-cli");

  private final Machine machine;

  /** A check; what it throws is a finding. */
  private interface Check {
    void find(Consumer<Finding> findings) throws Exception;
  }

  Doctor(Machine machine) {
    this.machine = machine;
  }

  /**
   * Looks at everything.
   *
   * @param findings is told of each finding as soon as it is made
   */
  void examine(Consumer<Finding> findings) {
    checks().forEach((topic, check) -> examine(topic, check, findings));
  }

  /** Looks at some things only. */
  void examine(Set<String> topics, Consumer<Finding> findings) {
    checks()
        .forEach(
            (topic, check) -> {
              if (topics.contains(topic)) {
                examine(topic, check, findings);
              }
            });
  }

  private Map<String, Check> checks() {
    Map<String, Check> checks = new LinkedHashMap<>();
    checks.put("java", this::java);
    checks.put("system", this::system);
    checks.put("names", Doctor::names);
    checks.put("memory", this::memory);
    checks.put("versions", Doctor::versions);
    checks.put("temporary", this::temporaryFiles);
    checks.put("caches", this::caches);
    checks.put("jpeg", Doctor::jpeg);
    checks.put("engines", Doctor::engines);
    checks.put("devices", this::devices);
    checks.put("models", Doctor::models);
    checks.put("libraries", this::libraries);
    return checks;
  }

  /** Errors too: a native library that can't be linked is one of them. */
  private static void examine(String topic, Check check, Consumer<Finding> findings) {
    try {
      check.find(findings);
    } catch (Exception | LinkageError | OutOfMemoryError | AssertionError e) {
      findings.accept(Finding.wrong(topic, "this could not be looked at: " + e, "see the message"));
    }
  }

  private void java(Consumer<Finding> findings) {
    findings.accept(
        Finding.fine(
            "java",
            System.getProperty("java.version")
                + ", "
                + System.getProperty("java.vm.name")
                + ", "
                + System.getProperty("java.vendor")
                + ", "
                + System.getProperty("java.home")));
  }

  private void system(Consumer<Finding> findings) {
    String library = machine.cLibrary().orElse("");
    String system =
        System.getProperty("os.name")
            + " "
            + System.getProperty("os.version")
            + ", "
            + System.getProperty("os.arch")
            + (library.isEmpty() ? "" : ", " + library);
    if (library.equals("musl")) {
      findings.accept(
          Finding.wrong(
              "system",
              system + ": PyTorch's and ONNX Runtime's libraries are built for glibc",
              "take an image with glibc, such as eclipse-temurin:17-jre, in place of an Alpine one"));
    } else {
      findings.accept(Finding.fine("system", system));
    }
  }

  private static void names(Consumer<Finding> findings) {
    Charset charset = Charset.defaultCharset();
    String names = System.getProperty("sun.jnu.encoding", charset.name());
    String home = System.getProperty("user.home", "");
    String text =
        "files' names in "
            + names
            + ", text in "
            + charset
            + ", language "
            + Locale.getDefault().toLanguageTag()
            + ", home "
            + home;
    boolean ascii = names.startsWith("ANSI_X3.4") || names.equalsIgnoreCase("US-ASCII");
    if (!CharMatcher.ascii().matchesAllOf(home) && (ascii || isWindows())) {
      findings.accept(
          Finding.note(
              "names",
              text
                  + ": native libraries can't be loaded from a home of that name, so another"
                  + " folder is taken",
              "set LC_ALL=C.UTF-8, or name a folder with DJL_CACHE_DIR"));
    } else if (ascii) {
      findings.accept(
          Finding.note(
              "names",
              text + ": files whose names have accents can't be told or made",
              "set LC_ALL=C.UTF-8"));
    } else {
      findings.accept(Finding.fine("names", text));
    }
  }

  private static boolean isWindows() {
    return System.getProperty("os.name", "").startsWith("Windows");
  }

  private void memory(Consumer<Finding> findings) {
    long heap = Runtime.getRuntime().maxMemory();
    StringBuilder text = new StringBuilder();
    int processors = Runtime.getRuntime().availableProcessors();
    text.append(processors).append(processors == 1 ? " processor" : " processors");
    text.append(", heap at most ").append(megabytes(heap));
    machine.memory().ifPresent(all -> text.append(" of ").append(megabytes(all)));
    long limit = machine.memoryLimit().orElse(Long.MAX_VALUE);
    if (limit < Long.MAX_VALUE) {
      text.append(", the container's limit ").append(megabytes(limit));
    }
    if (heap > limit) {
      findings.accept(
          Finding.wrong(
              "memory",
              text + ": the heap may grow beyond the limit, and then the system kills the process",
              "start Java with -XX:MaxRAMPercentage=50, which leaves room for native memory"));
    } else if (heap < SMALL_HEAP) {
      findings.accept(
          Finding.note(
              "memory",
              text + ": enough to predict, little to train",
              "start Java with -Xmx2g, or give the container more memory"));
    } else {
      findings.accept(Finding.fine("memory", text.toString()));
    }
  }

  /** Jars of different versions on one class path are the cause of the oddest failures. */
  private static void versions(Consumer<Finding> findings) throws IOException {
    Map<String, TreeSet<String>> modules = new LinkedHashMap<>();
    for (String module : MODULES) {
      TreeSet<String> versions = new TreeSet<>();
      String file = "META-INF/maven/dev.dogvision/" + module + "/pom.properties";
      for (URL url : Collections.list(Doctor.class.getClassLoader().getResources(file))) {
        Properties properties = new Properties();
        try (InputStream in = url.openStream()) {
          properties.load(in);
        }
        versions.add(properties.getProperty("version", "unknown"));
      }
      if (!versions.isEmpty()) {
        modules.put(module, versions);
      }
    }
    findings.accept(versions(Versions.dogVision(), modules));
  }

  /**
   * Whether all are of one version.
   *
   * @param own the command line's version
   * @param modules each with the versions that are on the class path
   */
  static Finding versions(String own, Map<String, ? extends Iterable<String>> modules) {
    TreeSet<String> all = new TreeSet<>(List.of(own));
    modules.values().forEach(versions -> versions.forEach(all::add));
    if (all.size() > 1) {
      return Finding.wrong(
          "versions",
          "DogVision "
              + own
              + " with "
              + modules.entrySet().stream()
                  .map(entry -> entry.getKey() + " " + String.join(" and ", entry.getValue()))
                  .collect(joining(", ")),
          "take all modules of one version: dependencies without a version under dogvision's"
              + " dependencyManagement, and no second jar of a module");
    }
    return Finding.fine(
        "versions",
        "DogVision "
            + own
            + (modules.isEmpty() ? ", not from jars" : ": " + String.join(", ", modules.keySet())));
  }

  private void temporaryFiles(Consumer<Finding> findings) {
    Path folder = Path.of(System.getProperty("java.io.tmpdir", ""));
    String variable = "name another with -Djava.io.tmpdir=FOLDER (JAVA_TOOL_OPTIONS)";
    long room;
    try {
      Path probe = Files.createTempFile(folder, "dogvision-doctor", null);
      Files.delete(probe);
      room = Files.getFileStore(folder).getUsableSpace();
    } catch (IOException | RuntimeException e) {
      findings.accept(
          Finding.wrong("temporary", "files can't be written to " + folder + ": " + e, variable));
      return;
    }
    String text = folder + ", " + megabytes(room) + " free";
    if (room < ROOM) {
      findings.accept(
          Finding.wrong(
              "temporary", text + ": unpacked libraries may not fit", "make room, or " + variable));
    } else if (machine.forbidsPrograms(folder)) {
      findings.accept(
          Finding.note("temporary", text + ", but no programs may run from it (noexec)", variable));
    } else {
      findings.accept(Finding.fine("temporary", text));
    }
  }

  private void caches(Consumer<Finding> findings) {
    cache("PyTorch's libraries", Utils.getEngineCacheDir(), "DJL_CACHE_DIR=FOLDER", findings);
    Path onnx = Onnx.libraryFolder().orElse(null);
    if (onnx == null) {
      findings.accept(
          Finding.note(
              "caches",
              "ONNX Runtime's libraries are kept nowhere, and copied anew at each start",
              "name a folder with -Ddogvision.onnx.libraries=FOLDER (JAVA_TOOL_OPTIONS)"));
    } else {
      cache(
          "ONNX Runtime's libraries",
          onnx,
          "-Ddogvision.onnx.libraries=FOLDER (JAVA_TOOL_OPTIONS)",
          findings);
    }
    String javacpp = System.getProperty("org.bytedeco.javacpp.cachedir");
    cache(
        "libjpeg-turbo",
        javacpp == null
            ? Path.of(System.getProperty("user.home", ""), ".javacpp", "cache")
            : Path.of(javacpp),
        "-Dorg.bytedeco.javacpp.cachedir=FOLDER (JAVA_TOOL_OPTIONS)",
        findings);
  }

  private void cache(String what, Path folder, String setting, Consumer<Finding> findings) {
    Path there = folder.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    String text = what + ": " + folder;
    if (Files.exists(folder)) {
      Machine.Contents contents = Machine.Contents.of(folder);
      text +=
          String.format(
              Locale.ROOT, ", %d files, %s", contents.files(), megabytes(contents.bytes()));
    } else {
      text += ", not there yet";
    }
    if (!Files.isWritable(there) || !Files.isDirectory(there)) {
      findings.accept(
          Finding.wrong(
              "caches", text + "; " + there + " can't be written to", "name another: " + setting));
    } else if (machine.forbidsPrograms(there)) {
      findings.accept(
          Finding.wrong(
              "caches",
              text + "; no programs may run from it (noexec)",
              "name another: " + setting));
    } else {
      findings.accept(Finding.fine("caches", text));
    }
  }

  private static void jpeg(Consumer<Finding> findings) {
    boolean found = false;
    for (JpegDecoder decoder :
        ServiceLoader.load(JpegDecoder.class, JpegDecoder.class.getClassLoader())) {
      found = true;
      try {
        decoder.load();
        findings.accept(Finding.fine("jpeg", "JPEGs are decoded by " + decoder.name()));
      } catch (IOException | RuntimeException | LinkageError e) {
        findings.accept(
            Finding.note(
                "jpeg",
                decoder.name() + " can't be used, and Java's own reader is: " + e,
                "docs/platforms.md lists the systems that it is there for"));
      }
    }
    if (!found) {
      findings.accept(
          Finding.note(
              "jpeg",
              "JPEGs are decoded by Java's own reader",
              "dev.dogvision:dogvision-turbo is faster"));
    }
  }

  private static void engines(Consumer<Finding> findings) {
    List<EngineInfo> engines = DogVision.engines();
    for (EngineInfo engine : engines) {
      String failure = engine.failure().map(Throwable::getMessage).orElse("");
      if (engine.failure().isPresent()) {
        findings.accept(
            Finding.wrong(
                "engines",
                engine.name() + " can't be used",
                failure == null ? "no reason was given" : failure));
      } else {
        findings.accept(
            Finding.fine(
                "engines",
                engine.name()
                    + engine.version().map(version -> " (" + version + ")").orElse("")
                    + (engine.trains() ? ", trains and predicts" : ", predicts")));
      }
    }
    if (engines.isEmpty()) {
      findings.accept(
          Finding.wrong(
              "engines",
              "none on the class path",
              "add dev.dogvision:dogvision-djl to train, dev.dogvision:dogvision-onnx to predict"));
    } else if (engines.stream().noneMatch(e -> e.trains() && e.failure().isEmpty())) {
      findings.accept(
          Finding.note(
              "engines",
              "none that can be used trains",
              "dev.dogvision:dogvision-djl does, where PyTorch can be loaded"));
    }
  }

  private void devices(Consumer<Finding> findings) {
    List<Device> devices = DogVision.devices();
    String text = devices.stream().map(Device::toString).collect(joining(", "));
    boolean gpu = devices.stream().anyMatch(device -> device.type().equals("cuda"));
    if (gpu) {
      findings.accept(Finding.fine("devices", text));
    } else if (machine.hasNvidiaDevice()) {
      findings.accept(
          Finding.note(
              "devices",
              text + ": the system has a GPU of NVIDIA's that no engine can use",
              "PyTorch's CUDA libraries take the place of those for processors: see"
                  + " docs/platforms.md"));
    } else {
      findings.accept(Finding.fine("devices", text + "; the system lists no GPU of NVIDIA's"));
    }
  }

  /** Each model is loaded and asked, on each engine, and they have to agree. */
  private static void models(Consumer<Finding> findings) {
    List<EmbeddedModel> models = TrainedModel.embedded();
    if (models.isEmpty()) {
      findings.accept(
          Finding.wrong(
              "models", "none is embedded", "add the dependency dev.dogvision:dogvision-models"));
    }
    for (EmbeddedModel embedded : models) {
      examine("models", to -> model(embedded, to), findings);
    }
  }

  private static void model(EmbeddedModel embedded, Consumer<Finding> findings) {
    TrainedModel model = TrainedModel.load(embedded); // checks its sum
    RgbImage picture = drawn(320, 240);
    Map<String, Prediction> answers = new LinkedHashMap<>();
    StringBuilder text =
        new StringBuilder(embedded.name() + " (" + embedded.description() + "), intact");
    for (EngineInfo engine : DogVision.engines()) {
      if (engine.failure().isPresent()) {
        continue;
      }
      long start = System.nanoTime();
      try (Predictor predictor = Predictor.builder(model).engine(engine.name()).open()) {
        answers.put(engine.name(), predictor.predict(picture));
      }
      text.append(
          String.format(
              Locale.ROOT,
              ", opened and asked on %s in %d ms",
              engine.name(),
              (System.nanoTime() - start) / 1_000_000));
    }
    String wrong = disagreement(answers);
    findings.accept(
        wrong == null
            ? Finding.fine("models", text.toString())
            : Finding.wrong(
                "models",
                embedded.name() + ": " + wrong,
                "one of the engines computes wrongly here; insist on the other with"
                    + " -Ddogvision.engine=NAME, and please report it"));
  }

  /** What is wrong with answers to one picture, or null. */
  static @Nullable String disagreement(Map<String, Prediction> answers) {
    String firstName = null;
    Prediction first = null;
    for (Map.Entry<String, Prediction> answer : answers.entrySet()) {
      Prediction one = answer.getValue();
      double sum = one.probabilities().values().stream().mapToDouble(value -> value).sum();
      if (!(Math.abs(sum - 1) < SAME)) { // NaN as well
        return answer.getKey() + " gives probabilities that sum to " + sum;
      }
      if (first == null) {
        first = one;
        firstName = answer.getKey();
        continue;
      }
      for (String label : first.labels().names()) {
        if (Math.abs(first.probability(label) - one.probability(label)) > AGREEMENT) {
          return String.format(
              Locale.ROOT,
              "%s gives %s a probability of %.4f, %s of %.4f",
              firstName,
              label,
              first.probability(label),
              answer.getKey(),
              one.probability(label));
        }
      }
    }
    return null;
  }

  /** Something to look at: a disc on a gradient. */
  private static RgbImage drawn(int width, int height) {
    byte[] rgb = new byte[3 * width * height];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int place = 3 * (y * width + x);
        boolean disc = Math.hypot(x - width / 2.0, y - height / 2.0) < height / 3.0;
        rgb[place] = (byte) (disc ? 180 : 255 * x / width);
        rgb[place + 1] = (byte) (disc ? 130 : 255 * y / height);
        rgb[place + 2] = (byte) (disc ? 80 : 160);
      }
    }
    return new RgbImage(width, height, rgb);
  }

  private void libraries(Consumer<Finding> findings) {
    Map<Path, Long> loaded = machine.loadedLibraries();
    if (loaded.isEmpty()) {
      findings.accept(
          Finding.note("libraries", "which are loaded is told on Linux alone, or none is", ""));
    }
    loaded.forEach(
        (file, bytes) ->
            findings.accept(Finding.fine("libraries", file + ", " + megabytes(bytes))));
  }

  private static String megabytes(long bytes) {
    return bytes < MEGABYTE
        ? String.format(Locale.ROOT, "%.1f MB", bytes / (double) MEGABYTE)
        : String.format(Locale.ROOT, "%,d MB", bytes / MEGABYTE);
  }
}
