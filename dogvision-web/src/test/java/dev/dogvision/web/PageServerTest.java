package dev.dogvision.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.DogVisionException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The server on the JDK's own. */
class PageServerTest {
  private static final byte[] JPEG = Pictures.drawn("jpg", 320, 240);
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private static Predictor predictor;
  private static PageServer server;

  @BeforeAll
  static void open() {
    predictor = Predictor.of(TrainedModel.pretrained("fast"));
    server =
        PageServer.builder(PredictionService.builder(predictor).largestPicture(100_000).build())
            .port(0)
            .start();
  }

  @AfterAll
  static void close() {
    server.close();
    predictor.close();
  }

  private static HttpResponse<String> send(URI uri, String method, byte[] body) throws Exception {
    return CLIENT.send(request(uri, method, body), HttpResponse.BodyHandlers.ofString());
  }

  private static HttpRequest request(URI uri, String method, byte[] body) {
    return HttpRequest.newBuilder(uri)
        .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  private static HttpResponse<String> send(String path, String method, byte[] body)
      throws Exception {
    return send(server.uri().resolve(path), method, body);
  }

  /** What a server sends to a request as it stands. */
  private static String raw(String request) throws Exception {
    try (Socket socket = new Socket(server.uri().getHost(), server.uri().getPort())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void the_page_and_its_files_are_there() throws Exception {
    HttpResponse<String> page = send("/", "GET", new byte[0]);
    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(page.body())
        .contains("What breed is this dog?")
        .doesNotContain("<script>", "style=");
    assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
    assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
        .startsWith("default-src 'none'; script-src 'self'; style-src 'self';");
    assertThat(page.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    assertThat(send("/index.html", "GET", new byte[0]).body()).isEqualTo(page.body());
    assertThat(send("/page.js", "GET", new byte[0]).headers().firstValue("Content-Type"))
        .contains("text/javascript; charset=utf-8");
    assertThat(send("/page.css", "GET", new byte[0]).statusCode()).isEqualTo(200);
    assertThat(send("/icon.svg", "GET", new byte[0]).statusCode()).isEqualTo(200);
  }

  @Test
  void a_picture_is_answered() throws Exception {
    HttpResponse<String> answer = send("/api/predictions?top=3&explain=true", "POST", JPEG);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
    assertThat(answer.body())
        .contains(
            "\"label\":\"" + predictor.predict(JPEG).best().label() + "\"", "\"strengths\":[");
    assertThat(send("/api/model", "GET", new byte[0]).body()).contains("\"largestPicture\":100000");
  }

  @Test
  void problems_are_json() throws Exception {
    assertThat(send("/api/predictions", "POST", new byte[300_000]).statusCode()).isEqualTo(413);
    HttpResponse<String> text =
        send("/api/predictions", "POST", "no dog".getBytes(StandardCharsets.UTF_8));
    assertThat(text.statusCode()).isEqualTo(415);
    assertThat(text.headers().firstValue("Content-Type")).contains("application/problem+json");
  }

  @Test
  void other_methods_and_paths_are_refused() throws Exception {
    HttpResponse<String> get = send("/api/predictions", "GET", new byte[0]);
    assertThat(get.statusCode()).isEqualTo(405);
    assertThat(get.headers().firstValue("Allow")).contains("POST");
    assertThat(send("/", "POST", JPEG).statusCode()).isEqualTo(405);
    assertThat(send("/api/model", "DELETE", new byte[0]).headers().firstValue("Allow"))
        .contains("GET, HEAD");
    for (String path :
        List.of(
            "/nothing",
            "/../pom.xml",
            "/..%2f..%2fetc/passwd",
            "/%2e%2e/page.js",
            "//etc/passwd",
            "/META-INF/resources/dogvision/page.js",
            "/page.js/..",
            "/index.html%00",
            "/api/predictions/")) {
      assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
          .as(path)
          .startsWith("HTTP/1.1 40");
    }
  }

  @Test
  void a_head_has_no_body() throws Exception {
    String page = raw("HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

    assertThat(page).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n").doesNotContain("<html");
    assertThat(page.toLowerCase(java.util.Locale.ROOT))
        .contains(
            "content-length: "
                + send("/", "GET", new byte[0]).body().getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void half_requests_block_nobody_and_are_ended() throws Exception {
    try (PageServer small =
        PageServer.builder(predictor).port(0).threads(2).patience(Duration.ofMillis(400)).start()) {
      List<Socket> slow = new ArrayList<>();
      for (String half :
          List.of(
              "POST /api/predictions HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nhalf",
              "POST /api/predictions HTTP/1.1\r\nHo",
              "POST /api/predictions HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
              "G")) {
        Socket socket = new Socket(small.uri().getHost(), small.uri().getPort());
        socket.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
        slow.add(socket);
      }

      assertThat(send(small.uri().resolve("api/predictions"), "POST", JPEG).statusCode())
          .isEqualTo(200);

      for (Socket socket : slow) {
        socket.setSoTimeout(60_000);
        assertThat(ended(socket)).isTrue();
        socket.close();
      }
      assertThat(send(small.uri(), "GET", new byte[0]).statusCode()).isEqualTo(200);
    }
  }

  /** Whether the other side closes. */
  private static boolean ended(Socket socket) {
    try (InputStream in = socket.getInputStream()) {
      while (in.read() >= 0) {}
      return true;
    } catch (java.net.SocketTimeoutException e) {
      return false;
    } catch (java.io.IOException e) {
      return true; // a reset
    }
  }

  @Test
  void what_is_worked_on_is_answered_before_the_end() throws Exception {
    SlowPredictor slow = new SlowPredictor();
    PageServer ending = PageServer.builder(slow.of(predictor)).port(0).start();
    URI uri = ending.uri();
    CompletableFuture<HttpResponse<String>> answer =
        CLIENT.sendAsync(
            request(uri.resolve("api/predictions"), "POST", JPEG),
            HttpResponse.BodyHandlers.ofString());
    Uninterruptibles.awaitUninterruptibly(slow.began);
    Thread closing = new Thread(ending::close);
    closing.start();
    HttpResponse<String> late = send(uri, "GET", new byte[0]);
    while (late.statusCode() != 503) {
      late = send(uri, "GET", new byte[0]);
    }
    slow.end.countDown();

    assertThat(answer.get().statusCode()).isEqualTo(200);
    closing.join();
    ending.awaitClose();
    ending.close();
    assertThatThrownBy(() -> new Socket(uri.getHost(), uri.getPort()).close())
        .isInstanceOf(java.net.ConnectException.class);
  }

  @Test
  void an_error_inside_is_a_problem_too() throws Exception {
    Predictor failing =
        (Predictor)
            java.lang.reflect.Proxy.newProxyInstance(
                Predictor.class.getClassLoader(),
                new Class<?>[] {Predictor.class},
                (proxy, method, arguments) -> {
                  throw new OutOfMemoryError("as it may");
                });
    try (PageServer broken = PageServer.builder(failing).port(0).start()) {
      HttpResponse<String> answer = send(broken.uri().resolve("api/predictions"), "POST", JPEG);
      assertThat(answer.statusCode()).isEqualTo(500);
      assertThat(answer.body()).doesNotContain("as it may");
      assertThat(send(broken.uri(), "GET", new byte[0]).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_port_that_is_taken_and_a_host_that_is_none_are_told() {
    int port = server.uri().getPort();
    assertThatThrownBy(() -> PageServer.builder(predictor).port(port).start())
        .isInstanceOf(DogVisionException.class)
        .hasMessageStartingWith("can't listen on 127.0.0.1, port " + port)
        .hasMessageEndingWith("Choose another port, or 0 for any that is free");
    assertThatThrownBy(() -> PageServer.builder(predictor).host("no such host.invalid").start())
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("is no address of this machine");
    assertThatThrownBy(() -> PageServer.builder(predictor).port(70_000))
        .hasMessage("port must be in 0..65535, got 70000");
    assertThatThrownBy(() -> PageServer.builder(predictor).patience(Duration.ZERO))
        .hasMessage("patience must be positive, got PT0S");
  }
}
