package dev.dogvision.web;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.dogvision.OverloadedException;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.predict.Explanation;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the page, whatever the web framework: a picture's bytes in, JSON out. What goes wrong is
 * an answer too, a problem of RFC 9457, and says nothing of the server's insides.
 *
 * <table>
 * <caption>Statuses of {@link #predict}</caption>
 * <tr><th>status</th><th>when</th></tr>
 * <tr><td>200</td><td>there is an answer</td></tr>
 * <tr><td>400</td><td>the query can't be understood, or there is no picture</td></tr>
 * <tr><td>413</td><td>the picture has more bytes than are taken</td></tr>
 * <tr><td>415</td><td>it is no picture, or of a format that is not read, such as HEIC</td></tr>
 * <tr><td>422</td><td>it is damaged, cut short, or has too many pixels</td></tr>
 * <tr><td>429</td><td>the predictor has too much to do; {@code Retry-After} says for how long</td></tr>
 * <tr><td>500</td><td>anything else, which the log tells</td></tr>
 * <tr><td>503</td><td>the predictor is closed, or not ready</td></tr>
 * </table>
 *
 * <p>Pictures are held in memory until they are answered, and written nowhere. Safe from many
 * threads at once; usable until the predictor is closed.
 */
public final class PredictionService {
  private static final Logger LOG = LoggerFactory.getLogger(PredictionService.class);
  private static final List<Locale> LOCALES = List.of(Locale.ENGLISH, Locale.forLanguageTag("pt"));
  private static final List<String> FORMATS =
      List.of("image/jpeg", "image/png", "image/gif", "image/bmp", "image/webp");
  private static final Set<String> PARAMETERS = Set.of("top", "explain");
  private static final long LONGEST_RETRY_SECONDS = 60;
  private static final int UPLOADS_SHARE = 8;

  private final Predictor predictor;
  private final int top;
  private final long largestPicture;
  private final Uploads uploads;

  /** How long a call took lately. */
  private final AtomicLong recentNanos = new AtomicLong();

  private PredictionService(Builder builder) {
    this.predictor = builder.predictor;
    this.top = builder.top;
    this.largestPicture = builder.largestPicture;
    this.uploads = new Uploads(largestPicture, Runtime.getRuntime().maxMemory() / UPLOADS_SHARE);
  }

  /**
   * A service with the usual limits.
   *
   * @param predictor stays its owner's to close
   * @return the service
   */
  public static PredictionService of(Predictor predictor) {
    return builder(predictor).build();
  }

  /**
   * Starts a service with settings of its own.
   *
   * @param predictor stays its owner's to close
   * @return a builder
   */
  public static Builder builder(Predictor predictor) {
    return new Builder(predictor);
  }

  /**
   * Predicts a picture. The query may hold {@code top}, how many breeds are wanted, and {@code
   * explain=true}, which asks for what the model looked at too.
   *
   * @param request the picture
   * @return an object of {@code label}, {@code name} for people and {@code probability} of the most
   *     probable breed; {@code top}, a list of such; {@code unsure}; {@code doubts}, as {@link
   *     Prediction#toJson} has them, with names; and {@code explanation} where it was asked for and
   *     the model can be explained. Or a problem
   * @throws IOException if the picture can't be read from the client, who is gone then
   */
  public Answer predict(PictureRequest request) throws IOException {
    Map<String, String> parameters;
    int wanted;
    boolean explain;
    try {
      parameters = parameters(request.query());
      wanted = top(parameters.get("top"));
      explain = flag(parameters.get("explain"));
    } catch (IllegalArgumentException e) {
      return Problem.BAD_REQUEST.answer(String.valueOf(e.getMessage()));
    }
    try (Uploads.Upload upload = uploads.read(request.body(), request.length())) {
      byte[] bytes = upload.bytes();
      if (bytes.length == 0) {
        return Problem.BAD_REQUEST.answer(
            "There is no picture: send a JPEG, PNG, GIF, BMP or WebP file as the request's body.");
      }
      return predict(
          ImageSource.of("picture", bytes), wanted, explain, locale(request.acceptLanguage()));
    } catch (Uploads.TooLargeException e) {
      return Problem.TOO_LARGE.answer(
          String.format(
              Locale.ROOT,
              "This server takes pictures of up to %s bytes. Send a smaller one.",
              largestPicture));
    } catch (Uploads.FullException e) {
      return overloaded(1);
    }
  }

  private Answer predict(ImageSource picture, int wanted, boolean explain, Locale locale) {
    try {
      long start = System.nanoTime();
      JsonObject json;
      if (explain && predictor.explains()) {
        Explanation explanation = predictor.explain(picture);
        json = Json.prediction(explanation.prediction(), wanted, locale);
        json.add(
            "explanation",
            Json.explanation(explanation, predictor.model().preprocessing(), locale));
      } else {
        json = Json.prediction(predictor.predict(picture), wanted, locale);
      }
      tookNanos(System.nanoTime() - start);
      return new Answer(200, "application/json", Map.of(), Json.text(json));
    } catch (UnreadableImageException e) {
      ImageDecoder decoder = ImageDecoder.standard();
      if (decoder.problemAtFirstSight(picture).isEmpty()) {
        return Problem.UNREADABLE.answer(sentence(e.problem()));
      }
      return Problem.FORMAT_NOT_READ.answer(
          decoder
              .formatNotRead(picture)
              .map(format -> "It is " + format + ".")
              .orElse("JPEG, PNG, GIF, BMP and WebP are read, and this is none of them."));
    } catch (OverloadedException e) {
      return overloaded(retrySeconds(e));
    } catch (RuntimeException e) {
      return failure(e);
    }
  }

  private static Answer failure(RuntimeException e) {
    if (e instanceof IllegalStateException) {
      LOG.warn("A request was not answered: {}", e.getMessage());
      return Problem.UNAVAILABLE.answer("It is closing or not ready. Try again later.");
    }
    LOG.error("A request was not answered", e);
    return Problem.FAILED.answer("The request was not answered. The server's log says why.");
  }

  /**
   * What there is to ask.
   *
   * @param acceptLanguage the header {@code Accept-Language}; null where there is none
   * @return an object of {@code model}, {@code engine} and {@code device} for people, {@code
   *     breeds} with labels and names, {@code explains}, {@code largestPicture} in bytes and {@code
   *     formats}, media types that are read. Or a problem
   */
  public Answer model(@Nullable String acceptLanguage) {
    try {
      JsonObject json = new JsonObject();
      json.addProperty("model", predictor.model().architecture().title());
      predictor.engine().ifPresent(engine -> json.addProperty("engine", engine));
      json.addProperty("device", predictor.device().toString());
      json.add("breeds", Json.labels(predictor.model().labels().names(), locale(acceptLanguage)));
      json.addProperty("explains", predictor.explains());
      json.addProperty("largestPicture", largestPicture);
      JsonArray formats = new JsonArray();
      FORMATS.forEach(formats::add);
      json.add("formats", formats);
      return new Answer(200, "application/json", Map.of(), Json.text(json));
    } catch (RuntimeException e) {
      return failure(e);
    }
  }

  private static Answer overloaded(long seconds) {
    return Problem.OVERLOADED.answer(
        "It has as many pictures to answer as it takes on. Try again in "
            + (seconds == 1 ? "a second." : seconds + " seconds."),
        Map.of("Retry-After", String.valueOf(seconds)));
  }

  /** How long those that wait and run are likely to take. */
  private long retrySeconds(OverloadedException e) {
    double calls = (double) (e.waiting() + e.running()) / Math.max(1, e.running());
    long seconds = (long) Math.ceil(calls * recentNanos.get() / 1e9);
    return Math.max(1, Math.min(LONGEST_RETRY_SECONDS, seconds));
  }

  private void tookNanos(long nanos) {
    recentNanos.accumulateAndGet(
        nanos, (before, now) -> before == 0 ? now : (7 * before + now) / 8);
  }

  private static String sentence(String problem) {
    String text = problem.strip();
    return Character.toUpperCase(text.charAt(0))
        + text.substring(1)
        + (text.endsWith(".") ? "" : ".");
  }

  private static Map<String, String> parameters(@Nullable String query) {
    Map<String, String> parameters = new TreeMap<>();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    for (String pair : query.split("&", -1)) {
      int equals = pair.indexOf('=');
      String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
      checkArgument(
          PARAMETERS.contains(name), "The query may hold top and explain, and not '%s'.", name);
      parameters.put(name, equals < 0 ? "" : decoded(pair.substring(equals + 1)));
    }
    return parameters;
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("The query is not encoded as URLs are.", e);
    }
  }

  private int top(@Nullable String value) {
    if (value == null) {
      return top;
    }
    try {
      int wanted = Integer.parseInt(value);
      if (wanted >= 1) {
        return wanted;
      }
    } catch (NumberFormatException e) {
      // told of below
    }
    throw new IllegalArgumentException(
        "top says how many breeds are wanted: a number from 1, not '" + value + "'.");
  }

  private static boolean flag(@Nullable String value) {
    checkArgument(
        value == null || value.equals("true") || value.equals("false"),
        "explain must be true or false, not '%s'.",
        value);
    return "true".equals(value);
  }

  /** The language of names; English where nothing better is asked for. */
  static Locale locale(@Nullable String acceptLanguage) {
    if (acceptLanguage == null || acceptLanguage.isBlank()) {
      return Locale.ENGLISH;
    }
    try {
      Locale found = Locale.lookup(Locale.LanguageRange.parse(acceptLanguage), LOCALES);
      return found == null ? Locale.ENGLISH : found;
    } catch (IllegalArgumentException e) {
      return Locale.ENGLISH;
    }
  }

  /** Collects a service's settings. Not for several threads at once. */
  public static final class Builder {
    private final Predictor predictor;
    private int top = 5;
    private long largestPicture = 16 << 20;

    private Builder(Predictor predictor) {
      this.predictor = requireNonNull(predictor, "predictor");
    }

    /**
     * How many breeds are answered where the query does not say.
     *
     * @param breeds at least 1; 5 unless set
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    @CanIgnoreReturnValue
    public Builder top(int breeds) {
      checkArgument(breeds >= 1, "top must be at least 1, got %s", breeds);
      top = breeds;
      return this;
    }

    /**
     * How large a picture's file may be.
     *
     * @param bytes 1 to 512 MiB; 16 MiB unless set
     * @return this
     * @throws IllegalArgumentException if it is out of that range
     */
    @CanIgnoreReturnValue
    public Builder largestPicture(long bytes) {
      checkArgument(
          bytes >= 1 && bytes <= 512 << 20,
          "largestPicture must be in 1..536870912, got %s",
          bytes);
      largestPicture = bytes;
      return this;
    }

    /**
     * Makes the service.
     *
     * @return it
     */
    public PredictionService build() {
      return new PredictionService(this);
    }
  }
}
