package dev.dogvision.examples.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.io.Resources;
import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.browser.Chromium;
import dev.dogvision.data.Breeds;
import dev.dogvision.image.ImageSource;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** The application as it is, with the embedded model, over HTTP and in a browser. */
class WebApplicationTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static final Path SCREENSHOTS = Path.of("target", "screenshots");

  private static ConfigurableApplicationContext application;
  private static URI address;

  @BeforeAll
  static void start() {
    application =
        SpringApplication.run(
            WebApplication.class,
            "--server.port=0",
            "--spring.main.banner-mode=off",
            "--dogvision.calls-at-once=1",
            "--dogvision.waiting-calls=0");
    address =
        URI.create(
            "http://127.0.0.1:"
                + application.getEnvironment().getProperty("local.server.port")
                + "/");
  }

  @AfterAll
  static void stop() {
    application.close();
  }

  /** A drawn dog, which the project may ship. */
  private static byte[] drawnDog() throws IOException {
    return Resources.toByteArray(Resources.getResource(WebApplicationTest.class, "drawn-dog.png"));
  }

  private static HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(address.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static HttpResponse<String> post(String path, byte[] body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(address.resolve(path))
            .header("Content-Type", "application/octet-stream")
            .POST(HttpRequest.BodyPublishers.ofByteArray(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static void isProblem(HttpResponse<String> response, int status, String name) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("application/problem+json");
    assertThat(response.body()).contains("\"status\":" + status, name);
  }

  @Test
  void problems_are_json_whoever_finds_them() throws Exception {
    byte[] text = "no dog".getBytes(StandardCharsets.UTF_8);
    isProblem(post("api/predictions", text), 415, "dogvision:format-not-read");
    isProblem(post("api/predictions", new byte[0]), 400, "dogvision:bad-request");
    isProblem(post("api/predictions", new byte[(16 << 20) + 1]), 413, "dogvision:too-large");
    isProblem(get("api/predictions"), 405, "Method Not Allowed");
    isProblem(get("nothing"), 404, "Not Found");
    assertThat(get("actuator/health").body()).contains("\"dogvision\":{\"status\":\"UP\"");
    assertThat(get("").headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("frame-ancestors 'none'");
  }

  /** A call that holds the one place there is. */
  private static final class Busy implements AutoCloseable {
    private final ExecutorService caller = Executors.newSingleThreadExecutor();
    private final CountDownLatch end = new CountDownLatch(1);
    private final Future<Prediction> call;

    Busy() throws IOException {
      byte[] dog = drawnDog();
      CountDownLatch began = new CountDownLatch(1);
      Predictor predictor = application.getBean(Predictor.class);
      ImageSource slow =
          ImageSource.of(
              "slow",
              () -> {
                began.countDown();
                Uninterruptibles.awaitUninterruptibly(end);
                return new ByteArrayInputStream(dog);
              });
      call = caller.submit(() -> predictor.predict(slow));
      Uninterruptibles.awaitUninterruptibly(began);
    }

    @Override
    public void close() throws Exception {
      end.countDown();
      assertThat(call.get()).isNotNull();
      caller.shutdown();
    }
  }

  @Test
  void overload_is_told_and_passes() throws Exception {
    try (Busy busy = new Busy()) {
      HttpResponse<String> refused = post("api/predictions", drawnDog());
      isProblem(refused, 429, "dogvision:overloaded");
      assertThat(refused.headers().firstValue("Retry-After").orElseThrow()).matches("[1-9][0-9]*");
      assertThat(busy.call.isDone()).isFalse();
    }
    assertThat(post("api/predictions", drawnDog()).statusCode()).isEqualTo(200);
    assertThat(get("actuator/metrics/dogvision.calls.refused").body()).contains("\"value\":");
  }

  private static void await(Chromium browser, String condition) throws Exception {
    String outcome =
        browser.await(
            """
            new Promise(done => {
              const end = Date.now() + 60000;
              const look = () => {
                if (%s) done('seen');
                else if (Date.now() > end) done('never seen, status: ' + document.getElementById('status').textContent);
                else setTimeout(look, 20);
              };
              look();
            })
            """
                .formatted(condition));
    assertThat(outcome).as(condition).isEqualTo("seen");
  }

  private static void drop(Chromium browser, byte[] file, String name, String type)
      throws Exception {
    browser.evaluate(
        """
        (() => {
          const bytes = Uint8Array.from(atob('%s'), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], '%s', { type: '%s' }));
          document.body.dispatchEvent(new DragEvent('drop',
            { dataTransfer: data, bubbles: true, cancelable: true }));
        })()
        """
            .formatted(Base64.getEncoder().encodeToString(file), name, type));
    await(browser, "document.querySelector('article figcaption')?.textContent === '" + name + "'");
  }

  private static String newest(String selector) {
    return "document.querySelector('article " + selector + "')";
  }

  @Test
  void a_dog_is_dropped_on_the_page_and_its_breeds_are_seen() throws Exception {
    Optional<Path> program = Chromium.find();
    Assumptions.assumeTrue(program.isPresent(), "no Chromium on this machine");
    try (Chromium browser = new Chromium(program.get())) {
      browser.size(1000, 640);
      browser.colours("light");
      browser.open(address);
      await(browser, "document.getElementById('model').textContent.includes('breeds')");
      drop(browser, "Teo".getBytes(StandardCharsets.UTF_8), "notes.txt", "text/plain");
      assertThat(browser.evaluate(newest("h2") + ".textContent"))
          .isEqualTo("Not a picture that can be read here");
      browser.open(address);
      await(browser, "document.getElementById('model').textContent.includes('breeds')");

      drop(browser, drawnDog(), "teo.png", "image/png");

      Prediction expected = application.getBean(Predictor.class).predict(drawnDog());
      String best = Breeds.displayName(expected.best().label(), Locale.ENGLISH);
      assertThat(browser.evaluate(newest(".breeds li span") + ".textContent")).isEqualTo(best);
      browser.evaluate(newest(".looked") + ".click()");
      assertThat(browser.evaluate(newest("canvas") + ".hidden")).isEqualTo("false");
      browser.screenshot(SCREENSHOTS.resolve("web-light.png"));
      browser.colours("dark");
      browser.screenshot(SCREENSHOTS.resolve("web-dark.png"));
      browser.size(360, 780);
      assertThat(browser.evaluate("document.documentElement.scrollWidth <= 360")).isEqualTo("true");
      browser.screenshot(SCREENSHOTS.resolve("web-phone.png"));

      try (Busy busy = new Busy()) {
        dropWithoutWaiting(browser);
        await(
            browser,
            "document.getElementById('status').textContent.startsWith('The server is busy.')");
        assertThat(busy.call.isDone()).isFalse();
      }
      await(browser, newest("figcaption") + ".textContent === 'later.png'");
      // the browser's own lines about 415 and 429
      assertThat(browser.complaints())
          .allSatisfy(one -> assertThat(one).containsAnyOf("415", "429"));
      assertThat(browser.requests())
          .allSatisfy(one -> assertThat(one).matches("(blob:)?" + address + ".*"));
    }
  }

  private static void dropWithoutWaiting(Chromium browser) throws Exception {
    browser.evaluate(
        """
        (() => {
          const bytes = Uint8Array.from(atob('%s'), c => c.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], 'later.png', { type: 'image/png' }));
          document.body.dispatchEvent(new DragEvent('drop',
            { dataTransfer: data, bubbles: true, cancelable: true }));
        })()
        """
            .formatted(Base64.getEncoder().encodeToString(drawnDog())));
  }

  @Test
  void real_photographs_have_their_breeds() throws Exception {
    Path pets = Path.of(System.getProperty("dogvision.shared", "none"), "data", "pets");
    Assumptions.assumeTrue(Files.exists(pets.resolve("labels.csv")), "no photographs in " + pets);
    List<String> rows = Files.readAllLines(pets.resolve("labels.csv")).subList(1, 21);
    int right = 0;
    for (String row : rows) {
      String[] cells = row.split(",", -1);
      byte[] photograph = Files.readAllBytes(pets.resolve("train").resolve(cells[0] + ".jpg"));
      HttpResponse<String> answer = post("api/predictions?top=1", photograph);
      assertThat(answer.statusCode()).isEqualTo(200);
      String label = Breeds.find(cells[1]).map(Breeds.Breed::label).orElse(cells[1]);
      if (answer.body().contains("\"top\":[{\"label\":\"" + label + "\"")) {
        right++;
      }
    }
    assertThat(right).as("right, of 20").isGreaterThanOrEqualTo(16);
  }
}
