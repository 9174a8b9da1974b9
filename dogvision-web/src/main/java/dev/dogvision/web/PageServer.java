package dev.dogvision.web;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.dogvision.DogVisionException;
import dev.dogvision.predict.Predictor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page and what answers it, on the JDK's own server: for a machine of one's own, and
 * behind a proxy for others, since it speaks plain HTTP.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.pretrained();
 *     PageServer server = PageServer.builder(predictor).port(8080).start()) {
 *   System.out.println(server.uri());
 *   server.awaitClose();
 * }
 * }</pre>
 *
 * <p>There is the page at {@code /}; {@code POST /api/predictions}, a picture's file as the body,
 * which is {@link PredictionService#predict}; and {@code GET /api/model}, which is {@link
 * PredictionService#model}. Nothing else is read, least of all from disk. A request that takes too
 * long to arrive is cut off, as is one whose answer is not taken. Safe from many threads at once.
 */
public final class PageServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PageServer.class);
  private static final String PREDICTIONS = "/api/predictions";
  private static final String MODEL = "/api/model";

  private static final Map<String, String> SECURITY_HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
              + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Referrer-Policy",
          "no-referrer",
          "Cross-Origin-Opener-Policy",
          "same-origin",
          "Cross-Origin-Resource-Policy",
          "same-origin");

  private final PredictionService service;
  private final Duration grace;
  private final HttpServer server;
  private final ExecutorService threads;
  private final SlowClients slowClients;
  private final PageFiles files = new PageFiles();
  private final AtomicInteger answering = new AtomicInteger();
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile boolean closing;

  private PageServer(Builder builder) {
    this.service = builder.service;
    this.grace = builder.grace;
    InetSocketAddress address = new InetSocketAddress(builder.host, builder.port);
    if (address.isUnresolved()) {
      throw new DogVisionException(
          "host " + builder.host + " is no address of this machine: give one, such as 127.0.0.1");
    }
    try {
      this.server = HttpServer.create(address, 0);
    } catch (IOException e) {
      throw new DogVisionException(
          "can't listen on "
              + builder.host
              + ", port "
              + builder.port
              + ": "
              + e.getMessage()
              + ". Choose another port, or 0 for any that is free",
          e);
    }
    AtomicInteger number = new AtomicInteger();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            builder.threads,
            builder.threads,
            1,
            TimeUnit.MINUTES,
            new LinkedBlockingQueue<>(),
            task -> new Thread(task, "dogvision-page-" + number.incrementAndGet()));
    pool.allowCoreThreadTimeOut(true);
    this.threads = pool;
    this.slowClients = new SlowClients(builder.patience);
    server.setExecutor(slowClients.watching(threads));
    server.createContext("/", this::handle);
    server.start();
  }

  /**
   * Starts a server's settings.
   *
   * @param predictor stays its owner's to close, after the server
   * @return a builder
   */
  public static Builder builder(Predictor predictor) {
    return builder(PredictionService.of(predictor));
  }

  /**
   * Starts the settings of a server for a service with limits of its own.
   *
   * @param service what answers
   * @return a builder
   */
  public static Builder builder(PredictionService service) {
    return new Builder(service);
  }

  /**
   * Headers that hold browsers to what the page does: it fetches from its own server alone, runs no
   * script but its own, and is no part of another page. For those that serve the page by other
   * means.
   *
   * @return name to value
   */
  public static Map<String, String> securityHeaders() {
    return SECURITY_HEADERS;
  }

  /**
   * Where the page is.
   *
   * @return with the port that was chosen; of a server on all addresses this machine's own
   */
  public URI uri() {
    InetAddress address = server.getAddress().getAddress();
    String host = address.isAnyLocalAddress() ? "localhost" : address.getHostAddress();
    if (address instanceof Inet6Address && !address.isAnyLocalAddress()) {
      host = "[" + host.replaceFirst("%.*", "") + "]";
    }
    return URI.create("http://" + host + ":" + server.getAddress().getPort() + "/");
  }

  /**
   * Waits until another thread closes the server, such as one that the process's end starts.
   *
   * @throws InterruptedException if the thread is interrupted
   */
  public void awaitClose() throws InterruptedException {
    closed.await();
  }

  /**
   * Ends: what is worked on is answered, for as long as the grace lasts; who comes meanwhile gets
   * status 503. May be called twice.
   */
  @Override
  public void close() {
    closing = true;
    long end = System.nanoTime() + grace.toNanos();
    boolean interrupted = false;
    while (answering.get() > 0 && System.nanoTime() < end && !interrupted) {
      try {
        Thread.sleep(10);
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    server.stop(0);
    threads.shutdownNow();
    slowClients.close();
    closed.countDown();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public String toString() {
    return "PageServer[" + uri() + (closing ? ", closed]" : "]");
  }

  private void handle(HttpExchange exchange) throws IOException {
    answering.incrementAndGet();
    try {
      if (closing) {
        exchange.getResponseHeaders().set("Connection", "close");
        send(exchange, Problem.UNAVAILABLE.answer("It is closing."));
        return;
      }
      answer(exchange);
    } catch (IOException e) {
      LOG.debug("A client went away or was too slow", e);
      throw e;
    } catch (RuntimeException
        | Error e) { // memory may run out, and the client is told all the same
      LOG.error("A request was not answered", e);
      if (exchange.getResponseCode() < 0) {
        send(
            exchange,
            Problem.FAILED.answer("The request was not answered. The server's log says why."));
      }
    } finally {
      exchange.close();
      answering.decrementAndGet();
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    Headers headers = exchange.getRequestHeaders();
    if (PREDICTIONS.equals(path)) {
      if (allowed(exchange, "POST")) {
        String query = exchange.getRequestURI().getRawQuery();
        send(
            exchange,
            service.predict(
                new PictureRequest(
                    new ArrivingBody(exchange.getRequestBody(), slowClients::arrived),
                    length(headers),
                    query,
                    headers.getFirst("Accept-Language"))));
      }
      return;
    }
    if (MODEL.equals(path)) {
      if (allowed(exchange, "GET", "HEAD")) {
        send(exchange, service.model(headers.getFirst("Accept-Language")));
      }
      return;
    }
    PageFiles.PageFile file = path == null ? null : files.get(path);
    if (file == null) {
      send(
          exchange,
          Problem.NOT_FOUND.answer("The page is at /, the service at " + PREDICTIONS + "."));
    } else if (allowed(exchange, "GET", "HEAD")) {
      send(exchange, 200, file.type(), file.content());
    }
  }

  private boolean allowed(HttpExchange exchange, String... methods) throws IOException {
    if (List.of(methods).contains(exchange.getRequestMethod())) {
      return true;
    }
    String allowed = String.join(", ", methods);
    send(
        exchange,
        Problem.METHOD_NOT_ALLOWED.answer("It takes " + allowed + ".", Map.of("Allow", allowed)));
    return false;
  }

  private static long length(Headers headers) {
    String length = headers.getFirst("Content-Length");
    try {
      return length == null ? -1 : Long.parseLong(length.strip());
    } catch (NumberFormatException e) {
      return -1; // the server itself has refused such a request by now
    }
  }

  private void send(HttpExchange exchange, Answer answer) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    send(exchange, answer.status(), answer.contentType(), answer.bytes());
  }

  private void send(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    slowClients.answering();
    Headers headers = exchange.getResponseHeaders();
    SECURITY_HEADERS.forEach(headers::set);
    headers.set("Content-Type", type);
    headers.set("Cache-Control", type.endsWith("json") ? "no-store" : "no-cache");
    if (exchange.getRequestMethod().equals("HEAD")) {
      headers.set("Content-Length", String.valueOf(body.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }

  /** Collects a server's settings. Not for several threads at once. */
  public static final class Builder {
    private final PredictionService service;
    private String host = "127.0.0.1";
    private int port = 8080;
    private int threads = 64;
    private Duration patience = Duration.ofSeconds(20);
    private Duration grace = Duration.ofSeconds(20);

    private Builder(PredictionService service) {
      this.service = requireNonNull(service, "service");
    }

    /**
     * From where it can be reached.
     *
     * @param address a name or address of this machine; {@code 0.0.0.0} for all its addresses, by
     *     which others can ask too; {@code 127.0.0.1} unless set
     * @return this
     * @throws IllegalArgumentException if it is blank
     */
    @CanIgnoreReturnValue
    public Builder host(String address) {
      checkArgument(!address.isBlank(), "host must not be blank");
      host = address;
      return this;
    }

    /**
     * The port.
     *
     * @param number 1 to 65535, or 0 for any that is free; 8080 unless set
     * @return this
     * @throws IllegalArgumentException if it is out of that range
     */
    @CanIgnoreReturnValue
    public Builder port(int number) {
      checkArgument(number >= 0 && number <= 65535, "port must be in 0..65535, got %s", number);
      port = number;
      return this;
    }

    /**
     * How many requests are read, worked on or answered at once; others wait. How many pictures are
     * predicted at once is the predictor's to say.
     *
     * @param count at least 1; 64 unless set
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    @CanIgnoreReturnValue
    public Builder threads(int count) {
      checkArgument(count >= 1, "threads must be at least 1, got %s", count);
      threads = count;
      return this;
    }

    /**
     * How long a request may take to arrive, from its first byte to its last, and its answer to be
     * taken.
     *
     * @param duration positive; 20 seconds unless set
     * @return this
     * @throws IllegalArgumentException if it is not positive
     */
    @CanIgnoreReturnValue
    public Builder patience(Duration duration) {
      checkArgument(
          !duration.isNegative() && !duration.isZero(),
          "patience must be positive, got %s",
          duration);
      patience = duration;
      return this;
    }

    /**
     * How long closing waits for what is worked on.
     *
     * @param duration not negative; 20 seconds unless set
     * @return this
     * @throws IllegalArgumentException if it is negative
     */
    @CanIgnoreReturnValue
    public Builder grace(Duration duration) {
      checkArgument(!duration.isNegative(), "grace must not be negative, got %s", duration);
      grace = duration;
      return this;
    }

    /**
     * Listens and serves.
     *
     * @return the server, to be closed by the caller
     * @throws DogVisionException if the port is taken or the host is none of this machine
     */
    public PageServer start() {
      return new PageServer(this);
    }
  }
}
