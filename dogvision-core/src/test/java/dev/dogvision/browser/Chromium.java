package dev.dogvision.browser;

import static java.util.concurrent.TimeUnit.SECONDS;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/**
 * A headless Chromium that is driven over its DevTools protocol. In core's test jar: all modules'
 * tests use it.
 */
public final class Chromium implements AutoCloseable {
  private static final long PATIENCE = 180;

  private final Path profile;
  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> calls = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<JsonObject>> events = new ConcurrentHashMap<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();

  /** Where the machine has a Chromium, if it has one. */
  public static Optional<Path> find() {
    return Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
        .flatMap(
            folder ->
                Stream.of("chromium", "chromium-browser", "google-chrome")
                    .map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  public Chromium(Path program) throws Exception {
    profile = Files.createTempDirectory("chromium");
    List<String> command =
        new ArrayList<>(
            List.of(
                program.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--user-data-dir=" + profile,
                "--remote-debugging-port=0",
                "about:blank"));
    process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      HttpClient http = HttpClient.newHttpClient();
      socket =
          http.newWebSocketBuilder()
              .buildAsync(pageAddress(http), new Listener())
              .get(PATIENCE, SECONDS);
      for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
        call(domain + ".enable", Map.of());
      }
    } catch (Exception e) {
      process.destroyForcibly();
      throw e;
    }
  }

  private URI pageAddress(HttpClient http) throws Exception {
    Path portFile = profile.resolve("DevToolsActivePort");
    long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE);
    while (System.nanoTime() < deadline) {
      if (!process.isAlive()) {
        throw new IOException("Chromium ended with code " + process.exitValue());
      }
      if (Files.exists(portFile) && Files.readAllLines(portFile).size() > 1) {
        String port = Files.readAllLines(portFile).get(0);
        HttpRequest request =
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/list")).build();
        JsonArray pages =
            JsonParser.parseString(http.send(request, HttpResponse.BodyHandlers.ofString()).body())
                .getAsJsonArray();
        for (JsonElement page : pages) {
          if (page.getAsJsonObject().get("type").getAsString().equals("page")) {
            return URI.create(page.getAsJsonObject().get("webSocketDebuggerUrl").getAsString());
          }
        }
      }
      Thread.sleep(50);
    }
    throw new IOException("Chromium opened no page within " + PATIENCE + " seconds");
  }

  @CanIgnoreReturnValue
  JsonObject call(String method, Map<String, ?> parameters) throws Exception {
    int id = lastId.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    calls.put(id, answer);
    JsonObject message = new JsonObject();
    message.addProperty("id", id);
    message.addProperty("method", method);
    message.add("params", new Gson().toJsonTree(parameters));
    socket.sendText(message.toString(), true).get(PATIENCE, SECONDS);
    JsonObject reply = answer.get(PATIENCE, SECONDS);
    if (reply.has("error")) {
      throw new IOException(method + ": " + reply.get("error"));
    }
    return reply.getAsJsonObject("result");
  }

  public void open(Path file) throws Exception {
    open(file.toUri());
  }

  public void open(URI address) throws Exception {
    CompletableFuture<JsonObject> loaded = new CompletableFuture<>();
    events.put("Page.loadEventFired", loaded);
    call("Page.navigate", Map.of("url", address.toString()));
    loaded.get(PATIENCE, SECONDS);
  }

  /** The value of a JavaScript expression, as text. */
  @CanIgnoreReturnValue
  public String evaluate(String expression) throws Exception {
    return result(Map.of("expression", "String(" + expression + ")"));
  }

  /** What a JavaScript expression promises, as text. */
  public String await(String promise) throws Exception {
    return result(Map.of("expression", "(" + promise + ").then(String)", "awaitPromise", true));
  }

  private String result(Map<String, ?> parameters) throws Exception {
    JsonObject result = call("Runtime.evaluate", parameters);
    if (result.has("exceptionDetails")) {
      throw new IOException(parameters.get("expression") + ": " + result.get("exceptionDetails"));
    }
    return result.getAsJsonObject("result").get("value").getAsString();
  }

  public void press(String key, int code, String text) throws Exception {
    call(
        "Input.dispatchKeyEvent",
        Map.of(
            "type",
            "keyDown",
            "key",
            key,
            "code",
            key,
            "windowsVirtualKeyCode",
            code,
            "text",
            text));
    call(
        "Input.dispatchKeyEvent",
        Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
  }

  /** Where files go that pages offer for download. */
  public void downloads(Path folder) throws Exception {
    call(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", Files.createDirectories(folder).toString()));
  }

  /** Waits for a file that a page offered. */
  public static Path downloaded(Path folder, String name) throws Exception {
    Path file = folder.resolve(name);
    long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE);
    // It is written under another name and renamed.
    while (!Files.exists(file)) {
      if (System.nanoTime() > deadline) {
        throw new IOException("no " + name + " came within " + PATIENCE + " seconds");
      }
      Thread.sleep(50);
    }
    return file;
  }

  public void type(String text) throws Exception {
    call("Input.insertText", Map.of("text", text));
  }

  public void size(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
  }

  public void colours(String scheme) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
  }

  public void screenshot(Path file) throws Exception {
    Files.createDirectories(file.getParent());
    String data =
        call("Page.captureScreenshot", Map.of("captureBeyondViewport", true, "format", "png"))
            .get("data")
            .getAsString();
    Files.write(file, Base64.getDecoder().decode(data));
  }

  /** Errors and warnings that the page or the browser logged. */
  public List<String> complaints() {
    return complaints;
  }

  /** The addresses that were fetched, but for data inside the page. */
  public List<String> requests() {
    return requests;
  }

  @Override
  public void close() throws Exception {
    socket.abort();
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    if (!process.waitFor(20, SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    deleteProfile();
  }

  /** As far as possible: a process that is ending may still write to it. */
  private void deleteProfile() throws IOException {
    try (Stream<Path> files = Files.walk(profile)) {
      files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
    } catch (UncheckedIOException e) {
      // Files went away while they were listed, which is what this is for.
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        receive(message);
      }
      webSocket.request(1);
      return null;
    }

    private void receive(JsonObject message) {
      if (message.has("id")) {
        calls.remove(message.get("id").getAsInt()).complete(message);
        return;
      }
      String method = message.get("method").getAsString();
      JsonObject parameters = message.getAsJsonObject("params");
      switch (method) {
        case "Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled" ->
            complaints.add(parameters.toString());
        case "Network.requestWillBeSent" -> {
          String url = parameters.getAsJsonObject("request").get("url").getAsString();
          if (!url.startsWith("data:") && !url.startsWith("about:")) {
            requests.add(url);
          }
        }
        default -> {
          CompletableFuture<JsonObject> waiting = events.remove(method);
          if (waiting != null) {
            waiting.complete(parameters);
          }
        }
      }
    }
  }
}
