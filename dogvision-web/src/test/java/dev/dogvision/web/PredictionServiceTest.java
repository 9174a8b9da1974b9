package dev.dogvision.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.util.concurrent.Uninterruptibles;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.dogvision.DogVisionException;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is answered to a picture, and to what is none. */
class PredictionServiceTest {
  private static final byte[] JPEG = Pictures.drawn("jpg", 320, 240);

  private static Predictor predictor;
  private static PredictionService service;

  @BeforeAll
  static void open() {
    predictor = Predictor.of(TrainedModel.pretrained("fast"));
    service = PredictionService.builder(predictor).largestPicture(100_000).build();
  }

  @AfterAll
  static void close() {
    predictor.close();
  }

  private static Answer ask(PredictionService service, byte[] body, String query)
      throws IOException {
    return service.predict(
        new PictureRequest(new ByteArrayInputStream(body), body.length, query, null));
  }

  private static JsonObject json(Answer answer) {
    return JsonParser.parseString(answer.body()).getAsJsonObject();
  }

  /** The problem's own name, its status being the answer's. */
  private static String problem(Answer answer) {
    assertThat(answer.contentType()).isEqualTo("application/problem+json");
    JsonObject json = json(answer);
    assertThat(json.get("status").getAsInt()).isEqualTo(answer.status());
    assertThat(json.get("title").getAsString()).isNotBlank();
    assertThat(json.get("detail").getAsString()).endsWith(".");
    return answer.status() + " " + json.get("type").getAsString().replace(Problem.TYPE, "");
  }

  private static String detail(Answer answer) {
    return json(answer).get("detail").getAsString();
  }

  @Test
  void a_picture_has_breeds_with_names() throws Exception {
    Answer answer = ask(service, JPEG, null);

    assertThat(answer.status()).isEqualTo(200);
    assertThat(answer.contentType()).isEqualTo("application/json");
    JsonObject json = json(answer);
    assertThat(json.getAsJsonArray("top")).hasSize(5);
    assertThat(json.getAsJsonArray("top").get(0).getAsJsonObject().get("label"))
        .isEqualTo(json.get("label"));
    assertThat(json.get("probability").getAsDouble())
        .isEqualTo(predictor.predict(JPEG).best().probability());
    assertThat(json.get("unsure").getAsBoolean()).isEqualTo(predictor.predict(JPEG).isUnsure());
    assertThat(json.has("doubts")).isTrue();
    assertThat(json.has("explanation")).isFalse();
    assertThat(json(ask(service, JPEG, "top=2")).getAsJsonArray("top")).hasSize(2);
  }

  @Test
  void what_the_model_looked_at_is_a_square_of_strengths() throws Exception {
    JsonObject explanation =
        json(ask(service, JPEG, "explain=true&top=1")).getAsJsonObject("explanation");

    int side = explanation.get("side").getAsInt();
    assertThat(explanation.getAsJsonArray("strengths")).hasSize(side * side);
    assertThat(
            StreamSupport.stream(explanation.getAsJsonArray("strengths").spliterator(), false)
                .mapToDouble(JsonElement::getAsDouble))
        .allMatch(strength -> strength >= 0 && strength <= 1)
        .contains(1.0);
    assertThat(explanation.get("seen").getAsString())
        .isEqualTo(
            predictor
                .model()
                .preprocessing()
                .resizeRule()
                .name()
                .toLowerCase(Locale.ROOT)
                .replace('_', '-'));
    assertThat(explanation.toString().length()).isLessThan(800);
  }

  @Test
  void names_are_in_the_language_that_is_asked_for() {
    assertThat(service.model("pt-BR,pt;q=0.9,en;q=0.5").body())
        .contains("{\"label\":\"german_shepherd\",\"name\":\"Pastor Alemão\"}");
    for (String other : Arrays.asList(null, "", "de", "en-GB", "x;;q=", "*")) {
      assertThat(service.model(other).body())
          .contains("{\"label\":\"german_shepherd\",\"name\":\"German Shepherd\"}");
    }
  }

  @Test
  void the_model_tells_what_there_is_to_ask() {
    JsonObject json = json(service.model(null));

    assertThat(json.getAsJsonArray("breeds")).hasSize(predictor.model().labels().size());
    assertThat(json.get("largestPicture").getAsLong()).isEqualTo(100_000);
    assertThat(json.get("device").getAsString()).isEqualTo(predictor.device().toString());
    assertThat(json.get("engine").getAsString()).contains("ONNX Runtime");
    assertThat(json.get("explains").getAsBoolean()).isTrue();
  }

  @Test
  void what_is_no_picture_or_of_another_format_is_told() throws Exception {
    Answer text = ask(service, "Teo is a good dog".getBytes(StandardCharsets.UTF_8), null);
    assertThat(problem(text)).isEqualTo("415 format-not-read");
    assertThat(detail(text))
        .isEqualTo("JPEG, PNG, GIF, BMP and WebP are read, and this is none of them.");

    byte[] heic = "\0\0\0\u0018ftypheic\0\0\0\0mif1heic".getBytes(StandardCharsets.ISO_8859_1);
    Answer photograph = ask(service, heic, "explain=true");
    assertThat(problem(photograph)).isEqualTo("415 format-not-read");
    assertThat(detail(photograph)).startsWith("It is a HEIC picture, as iPhones take them");

    Answer cut = ask(service, Arrays.copyOf(JPEG, JPEG.length / 2), null);
    assertThat(problem(cut)).isEqualTo("422 unreadable");

    assertThat(problem(ask(service, new byte[0], null))).isEqualTo("400 bad-request");
  }

  @Test
  void a_query_that_can_not_be_understood_is_told() throws Exception {
    assertThat(detail(ask(service, JPEG, "top=0")))
        .isEqualTo("top says how many breeds are wanted: a number from 1, not '0'.");
    assertThat(detail(ask(service, JPEG, "explain=yes")))
        .isEqualTo("explain must be true or false, not 'yes'.");
    assertThat(detail(ask(service, JPEG, "tpo=3")))
        .isEqualTo("The query may hold top and explain, and not 'tpo'.");
    assertThat(problem(ask(service, JPEG, "top=%zz"))).isEqualTo("400 bad-request");
  }

  @Test
  void what_is_too_large_is_refused_whatever_it_announces() throws Exception {
    byte[] large = new byte[100_001];
    for (long announced : new long[] {large.length, -1, 7, Long.MAX_VALUE}) {
      Answer answer =
          service.predict(
              new PictureRequest(new ByteArrayInputStream(large), announced, null, null));
      assertThat(problem(answer)).isEqualTo("413 too-large");
      assertThat(detail(answer)).contains("up to 100000 bytes");
    }
    InputStream endless =
        new InputStream() {
          @Override
          public int read() {
            return 7;
          }
        };
    assertThat(service.predict(new PictureRequest(endless, -1, null, null)).status())
        .isEqualTo(413);
  }

  @Test
  void many_uploads_at_once_are_held_to_their_memory_and_give_it_back() throws Exception {
    Uploads uploads = new Uploads(200_000, 400_000);
    InputStream some = new ByteArrayInputStream(new byte[200_000]);
    Uploads.Upload first = uploads.read(some, -1);
    assertThat(first.bytes()).hasSize(200_000);
    assertThatThrownBy(() -> uploads.read(new ByteArrayInputStream(new byte[200_000]), -1))
        .isInstanceOf(Uploads.FullException.class);
    first.close();
    try (Uploads.Upload second =
        uploads.read(new ByteArrayInputStream(new byte[200_000]), 200_000)) {
      assertThat(second.bytes()).hasSize(200_000);
    }
  }

  @Test
  void overload_says_when_to_try_again() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    ExecutorService callers = Executors.newCachedThreadPool();
    try (Predictor busy =
        Predictor.builder(predictor.model()).callsAtOnce(1).waitingCalls(0).open()) {
      Future<?> slow =
          callers.submit(
              () ->
                  busy.predict(
                      ImageSource.of(
                          "slow",
                          () -> {
                            reading.countDown();
                            Uninterruptibles.awaitUninterruptibly(end);
                            return new ByteArrayInputStream(JPEG);
                          })));
      Uninterruptibles.awaitUninterruptibly(reading);

      Answer answer = ask(PredictionService.of(busy), JPEG, null);

      assertThat(problem(answer)).isEqualTo("429 overloaded");
      assertThat(answer.headers()).containsExactly(java.util.Map.entry("Retry-After", "1"));
      end.countDown();
      assertThat(slow.get()).isNotNull();
      assertThat(ask(PredictionService.of(busy), JPEG, null).status()).isEqualTo(200);
    } finally {
      end.countDown();
      callers.shutdownNow();
    }
  }

  @Test
  void what_fails_inside_stays_inside() throws Exception {
    Predictor failing =
        (Predictor)
            Proxy.newProxyInstance(
                Predictor.class.getClassLoader(),
                new Class<?>[] {Predictor.class},
                (proxy, method, arguments) -> {
                  throw new DogVisionException("the secret path /srv/models is gone");
                });
    Answer failed = ask(PredictionService.of(failing), JPEG, null);
    assertThat(problem(failed)).isEqualTo("500 failed");
    assertThat(failed.body()).doesNotContain("secret");
    assertThat(problem(PredictionService.of(failing).model(null))).isEqualTo("500 failed");

    Predictor closed = Predictor.of(predictor.model());
    closed.close();
    assertThat(problem(ask(PredictionService.of(closed), JPEG, null))).isEqualTo("503 unavailable");
  }

  @Test
  void settings_that_mean_nothing_are_refused() {
    assertThatThrownBy(() -> PredictionService.builder(predictor).top(0))
        .hasMessage("top must be at least 1, got 0");
    assertThatThrownBy(() -> PredictionService.builder(predictor).largestPicture(0))
        .hasMessage("largestPicture must be in 1..536870912, got 0");
  }
}
