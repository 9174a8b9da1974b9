package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonArray;
import com.google.gson.JsonParser;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.dogvision.browser.Chromium;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Runs a written model in a real browser, on onnxruntime-web, with the JavaScript that
 * docs/export.md shows. The page gets pictures as the network takes them, so that networks are
 * compared and not ways to resize. Skipped where there is no Chromium or no onnxruntime-web.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OnnxBrowserTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path DOCUMENT = Path.of("../docs/export.md");
  private static final String VERSION = "1.27.0";

  /** No repository of Maven has it. */
  private static final URI ADDRESS =
      URI.create(
          "https://registry.npmjs.org/onnxruntime-web/-/onnxruntime-web-" + VERSION + ".tgz");

  private static final String SHA_512 =
      "a200cbb2a228cc767089f3ee377ecea6ba00a346f25fab78dff6cff06cde6560"
          + "560fa30e184c6cc05031deea78352fefbd604e836bb63d7a260eddeb3267504a";
  private static final Path RUNTIME = Path.of("target", "onnxruntime-web-" + VERSION + ".tgz");
  private static final Pattern JAVASCRIPT = Pattern.compile("```js\n(.*?)```", Pattern.DOTALL);
  private static final int MOST_PHOTOGRAPHS = 12;

  private static final String PAGE =
      """
      <!DOCTYPE html>
      <link rel="icon" href="data:,">
      <script type="module">
      window.answers = async (count, size) => {
        const { probabilities } = await import('./dogs.js');
        const pixels = await (await fetch('pixels')).arrayBuffer();
        const answer = await probabilities(new Uint8Array(pixels), count, size);
        return JSON.stringify(Array.from(answer));
      };
      </script>
      """;

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private Map<String, byte[]> runtime = Map.of();
  private final TrainedModel model = TrainedModel.pretrained("fast");
  private Chromium browser;
  private HttpServer server;
  private ExecutorService threads;

  /** Before each test and not before all: only a test that is skipped shows why. */
  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    if (browser != null) {
      return;
    }
    Optional<Path> program = Chromium.find();
    assumeTrue(program.isPresent(), "no Chromium on this machine");
    try {
      NpmPackage.fetch(ADDRESS, SHA_512, RUNTIME);
    } catch (IOException e) {
      abort("onnxruntime-web can't be fetched from the npm registry: " + e);
    }
    runtime = runtime();
    serve("/", Onnx.write(model, folder.resolve("dogs.onnx")));
    serve(
        "/static/",
        Onnx.writer(model).staticInt8(TwoEnginesTest.drawn()).write(folder.resolve("static.onnx")));
    serve("/dynamic/", Onnx.writer(model).dynamicInt8().write(folder.resolve("dynamic.onnx")));
    // WebAssembly is fetched over http only, not from files.
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    threads = Executors.newFixedThreadPool(2);
    server.setExecutor(threads);
    server.start();
    browser = new Chromium(program.get());
  }

  private static Map<String, byte[]> runtime() throws IOException {
    String folder = "package/dist/";
    Set<String> names =
        Set.of(
            folder + "ort.wasm.min.mjs",
            folder + "ort-wasm-simd-threaded.mjs",
            folder + "ort-wasm-simd-threaded.wasm");
    Map<String, byte[]> found = NpmPackage.files(RUNTIME, names);
    assertThat(found).containsOnlyKeys(names);
    return found.entrySet().stream()
        .collect(
            Collectors.toMap(
                file -> file.getKey().substring(folder.length()), Map.Entry::getValue));
  }

  /**
   * Lays a page, the document's JavaScript, a model and the runtime into a folder of the server.
   */
  private void serve(String place, Path onnx) throws IOException {
    files.put(place, PAGE.getBytes(StandardCharsets.UTF_8));
    files.put(place + "dogs.js", javaScript().getBytes(StandardCharsets.UTF_8));
    files.put(place + "dogs.onnx", Files.readAllBytes(onnx));
    runtime.forEach((name, content) -> files.put(place + "onnxruntime-web/" + name, content));
  }

  @AfterAll
  void stop() throws Exception {
    if (browser != null) {
      browser.close();
    }
    if (server != null) {
      server.stop(0);
      threads.shutdown();
    }
  }

  @Test
  void a_browser_gives_our_answers_on_drawn_pictures() throws Exception {
    assertSameAnswers(TwoEnginesTest.drawn());
  }

  @Test
  void a_browser_gives_our_answers_on_photographs() throws Exception {
    Path pets = Path.of(System.getProperty("dogvision.shared", "../shared"), "data/pets/train");
    assumeTrue(Files.isDirectory(pets), "no photographs in " + pets);
    try (Stream<Path> all = Files.list(pets)) {
      assertSameAnswers(
          all.filter(file -> file.toString().endsWith(".jpg"))
              .sorted()
              .limit(MOST_PHOTOGRAPHS)
              .map(ImageSource::of)
              .toList());
    }
  }

  @Test
  void a_browser_runs_static_and_dynamic_int8() throws Exception {
    List<ImageSource> pictures = TwoEnginesTest.drawn();
    for (String place : List.of("/static/", "/dynamic/")) {
      assertThat(meanOfLargestDifferences(place, pictures)).as(place).isBetween(1e-6, 0.1);
    }
  }

  private void assertSameAnswers(List<ImageSource> pictures) throws Exception {
    List<Double> found = answers("/", pictures);
    List<Double> expected = expected(pictures);
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i)).isCloseTo(expected.get(i), within(TOLERANCE));
    }
  }

  private double meanOfLargestDifferences(String place, List<ImageSource> pictures)
      throws Exception {
    List<Double> found = answers(place, pictures);
    List<Double> expected = expected(pictures);
    int labels = model.labels().size();
    double sum = 0;
    for (int picture = 0; picture < pictures.size(); picture++) {
      double most = 0;
      for (int i = picture * labels; i < (picture + 1) * labels; i++) {
        most = Math.max(most, Math.abs(found.get(i) - expected.get(i)));
      }
      sum += most;
    }
    return sum / pictures.size();
  }

  /** What a page of the server says, picture after picture. */
  private List<Double> answers(String place, List<ImageSource> pictures) throws Exception {
    files.put(place + "pixels", pixels(pictures));
    browser.open(URI.create("http://127.0.0.1:" + server.getAddress().getPort() + place));
    JsonArray numbers =
        JsonParser.parseString(
                browser.await(
                    "window.answers("
                        + pictures.size()
                        + ", "
                        + model.preprocessing().size()
                        + ")"))
            .getAsJsonArray();
    assertThat(browser.complaints()).isEmpty();
    List<Double> answers = new ArrayList<>();
    numbers.forEach(number -> answers.add(number.getAsDouble()));
    return answers;
  }

  private List<Double> expected(List<ImageSource> pictures) {
    List<Double> expected = new ArrayList<>();
    try (Predictor predictor = Predictor.of(model)) {
      for (Prediction prediction : predictor.predictAll(pictures)) {
        expected.addAll(prediction.probabilities().values());
      }
    }
    return expected;
  }

  private byte[] pixels(List<ImageSource> pictures) {
    Preprocessing preprocessing = model.preprocessing();
    int each = preprocessing.size() * preprocessing.size() * 3;
    byte[] pixels = new byte[pictures.size() * each];
    for (int i = 0; i < pictures.size(); i++) {
      preprocessing.apply(
          ImageDecoder.standard().decode(pictures.get(i), preprocessing), pixels, i * each);
    }
    return pixels;
  }

  private static String javaScript() {
    try {
      Matcher block = JAVASCRIPT.matcher(Files.readString(DOCUMENT));
      assertThat(block.find()).as("a block of JavaScript in %s", DOCUMENT).isTrue();
      return block.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] content = files.get(path);
    try (exchange) {
      if (content == null) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      exchange.getResponseHeaders().set("Content-Type", type(path));
      exchange.sendResponseHeaders(200, content.length);
      exchange.getResponseBody().write(content);
    }
  }

  private static String type(String path) {
    if (path.endsWith("js")) {
      return "text/javascript";
    }
    if (path.endsWith(".wasm")) {
      return "application/wasm";
    }
    return path.endsWith("/") ? "text/html; charset=utf-8" : "application/octet-stream";
  }
}
