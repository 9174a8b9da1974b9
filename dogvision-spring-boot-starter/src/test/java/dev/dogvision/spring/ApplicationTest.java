package dev.dogvision.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.predict.Predictor;
import dev.dogvision.web.Answer;
import dev.dogvision.web.PictureRequest;
import dev.dogvision.web.PredictionService;
import jakarta.servlet.http.HttpServletRequest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * A web application with the starter, the actuator and the page's service. It runs here on Spring
 * Boot 3.5 and, from the module spring-boot-4, on Spring Boot 4.
 */
class ApplicationTest {
  private static final HttpClient CLIENT = HttpClient.newHttpClient();

  private ConfigurableApplicationContext application;
  private URI address;

  /** The application. */
  @Configuration(proxyBeanMethods = false)
  @EnableAutoConfiguration
  @Import(Dogs.class)
  static class Application {}

  /** What it answers. */
  @RestController
  static class Dogs {
    private final PredictionService service;
    final CountDownLatch asked = new CountDownLatch(1);
    final CountDownLatch end = new CountDownLatch(1);

    Dogs(PredictionService service) {
      this.service = service;
    }

    @PostMapping("/api/predictions")
    ResponseEntity<byte[]> predict(HttpServletRequest request) throws IOException {
      Answer answer =
          service.predict(
              new PictureRequest(
                  request.getInputStream(),
                  request.getContentLengthLong(),
                  request.getQueryString(),
                  request.getHeader("Accept-Language")));
      ResponseEntity.BodyBuilder response =
          ResponseEntity.status(answer.status())
              .contentType(MediaType.parseMediaType(answer.contentType()));
      answer.headers().forEach(response::header);
      return response.body(answer.bytes());
    }

    @PostMapping("/slow")
    ResponseEntity<byte[]> slow(HttpServletRequest request)
        throws IOException, InterruptedException {
      asked.countDown();
      end.await();
      return predict(request);
    }
  }

  @BeforeEach
  void start() {
    SpringApplication spring = new SpringApplication(Application.class);
    application =
        spring.run(
            "--server.port=0",
            "--server.shutdown=graceful",
            "--spring.main.banner-mode=off",
            "--spring.jmx.enabled=false",
            "--management.endpoints.web.exposure.include=health,metrics",
            "--management.endpoint.health.show-details=always",
            "--dogvision.model=fast",
            "--dogvision.web.top=3",
            "--dogvision.web.largest-picture=100KB");
    address =
        URI.create(
            "http://127.0.0.1:"
                + application.getEnvironment().getProperty("local.server.port")
                + "/");
  }

  @AfterEach
  void stop() {
    application.close();
  }

  private HttpResponse<String> get(String path) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(address.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private HttpRequest post(String path, byte[] body) {
    return HttpRequest.newBuilder(address.resolve(path))
        .header("Content-Type", "application/octet-stream")
        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
        .build();
  }

  private HttpResponse<String> send(String path, byte[] body) throws Exception {
    return CLIENT.send(post(path, body), HttpResponse.BodyHandlers.ofString());
  }

  private static byte[] picture() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(90, 60, BufferedImage.TYPE_INT_RGB), "png", bytes);
    return bytes.toByteArray();
  }

  @Test
  void it_predicts_is_measured_and_tells_its_health() throws Exception {
    System.out.println("Spring Boot " + SpringBootVersion.getVersion());
    HttpResponse<String> answer = send("api/predictions?explain=true", picture());
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).contains("\"top\":[{", "\"strengths\":[");
    assertThat(answer.body().split("\"probability\"", -1)).hasSizeGreaterThan(4);

    HttpResponse<String> text = send("api/predictions", "no dog".getBytes(StandardCharsets.UTF_8));
    assertThat(text.statusCode()).isEqualTo(415);
    assertThat(text.headers().firstValue("Content-Type")).contains("application/problem+json");
    assertThat(send("api/predictions", new byte[200_000]).statusCode()).isEqualTo(413);

    assertThat(get("actuator/health").body())
        .contains("\"dogvision\":{", "\"status\":\"UP\"", "\"device\":\"cpu\"", "ONNX Runtime");
    assertThat(get("actuator/metrics/dogvision.predictions?tag=call:explanation").body())
        .contains("{\"statistic\":\"COUNT\",\"value\":1.0}");
    assertThat(get("actuator/metrics/dogvision.pictures.unreadable").body())
        .contains("\"value\":1.0");
    assertThat(get("actuator/metrics/dogvision.calls.running").body()).contains("\"value\":0.0");
  }

  @Test
  void what_it_has_taken_on_is_answered_before_its_predictor_closes() throws Exception {
    Dogs dogs = application.getBean(Dogs.class);
    Predictor predictor = application.getBean(Predictor.class);
    CompletableFuture<HttpResponse<String>> answer =
        CLIENT.sendAsync(post("slow", picture()), HttpResponse.BodyHandlers.ofString());
    dogs.asked.await();
    Thread closing = new Thread(application::close);
    closing.start();
    while (application.isRunning() && closing.getState() != Thread.State.TERMINATED) {
      try {
        HttpRequest late =
            HttpRequest.newBuilder(address.resolve("actuator/health"))
                .timeout(Duration.ofSeconds(5))
                .build();
        if (CLIENT.send(late, HttpResponse.BodyHandlers.ofString()).statusCode() == 503) {
          break;
        }
      } catch (IOException e) {
        break; // it takes on nothing more
      }
    }
    assertThat(answer.isDone()).isFalse();
    dogs.end.countDown();

    assertThat(answer.get().statusCode()).isEqualTo(200);
    closing.join();
    assertThatThrownBy(() -> predictor.predict(new BufferedImage(9, 9, BufferedImage.TYPE_INT_RGB)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("this predictor is closed");
  }
}
