package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.Precision;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.internal.SetOnce;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.Engines;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a picture shows. One predictor may be shared by any number of threads; several may be
 * open at once. It holds native memory and is to be closed.
 *
 * <pre>{@code
 * try (Predictor predictor = Predictor.load(Path.of("models/dogs"))) {
 *   List<Classification> best = predictor.top(3).predict(Path.of("teo.jpg"));
 * }
 * }</pre>
 *
 * <p>A picture that can't be read is an {@link UnreadableImageException}, wherever it comes from; a
 * call after {@link #close()} is an {@link IllegalStateException}.
 *
 * <p>It is an interface so that applications can put something in front of it or, in their tests,
 * in its place; {@link Prediction#of} makes what such a one answers.
 */
public interface Predictor extends AutoCloseable {
  /**
   * Loads a model that was saved, on the best device there is.
   *
   * @param folder the model's folder
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no such model, it is damaged, or there is no engine
   */
  static Predictor load(Path folder) {
    return of(TrainedModel.load(folder));
  }

  /**
   * Loads a model that was saved.
   *
   * @param folder the model's folder
   * @param device {@code cpu}, {@code cuda} or {@code cuda:<index>}
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no such model, it is damaged, or there is no engine or
   *     no such device
   */
  static Predictor load(Path folder, String device) {
    return of(TrainedModel.load(folder), device);
  }

  /**
   * A predictor for a model in memory, on the best device there is.
   *
   * @param model the model
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no engine
   */
  static Predictor of(TrainedModel model) {
    return builder(model).open();
  }

  /**
   * A predictor for a model in memory.
   *
   * @param model the model
   * @param device {@code cpu}, {@code cuda} or {@code cuda:<index>}
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no engine or no such device
   */
  static Predictor of(TrainedModel model, String device) {
    return builder(model).device(device).open();
  }

  /**
   * A predictor for the model that comes with the library: 135 breeds, nothing to train and nothing
   * to download.
   *
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no such model on the class path, naming the dependency
   *     to add, or no engine
   */
  static Predictor pretrained() {
    return of(TrainedModel.pretrained());
  }

  /**
   * A predictor for the model that comes with the library.
   *
   * @param device {@code cpu}, {@code cuda} or {@code cuda:<index>}
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no such model on the class path, no engine or no such
   *     device
   */
  static Predictor pretrained(String device) {
    return of(TrainedModel.pretrained(), device);
  }

  /**
   * Starts a predictor with settings of its own.
   *
   * @param model the model
   * @return a builder
   */
  static Builder builder(TrainedModel model) {
    return new Builder(model);
  }

  /**
   * Predicts a picture, wherever it is.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  Prediction predict(ImageSource image);

  /**
   * Predicts a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  default Prediction predict(Path image) {
    return predict(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  default Prediction predict(byte[] image) {
    return predict(inMemory(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  default Prediction predict(InputStream image) {
    return predict(fromStream(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return the prediction
   */
  default Prediction predict(BufferedImage image) {
    return predict(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture that is decoded already.
   *
   * @param image of any size
   * @return the prediction
   */
  default Prediction predict(RgbImage image) {
    return predict(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * A view of this predictor that gives the most probable labels only.
   *
   * @param k how many, at least 1; a model with fewer labels gives all of them
   * @return the view; it lives as long as this predictor and need not be closed
   * @throws IllegalArgumentException if k is not positive
   */
  default TopPredictor top(int k) {
    return new TopPredictor(this, k);
  }

  /**
   * Predicts all pictures of a data set, in batches, reading pictures in parallel and ahead. Labels
   * of the data set have no part in it.
   *
   * @param dataset the pictures
   * @return the predictions, in the data set's order
   * @throws DogVisionException if pictures can't be read, naming them; see {@link #inBatches()} for
   *     leaving them out
   */
  default Predictions predictAll(Dataset dataset) {
    return inBatches().predict(dataset);
  }

  /**
   * Predicts pictures from anywhere, in batches, reading them in parallel and ahead.
   *
   * @param sources the pictures
   * @return the predictions, in the pictures' order; their ids are the sources' names
   * @throws DogVisionException if pictures can't be read, naming them; see {@link #inBatches()} for
   *     leaving them out
   */
  default Predictions predictAll(Collection<ImageSource> sources) {
    return inBatches().predict(sources);
  }

  /**
   * Predicts pictures from anywhere, in batches, reading them in parallel and ahead.
   *
   * @param sources the pictures; read to its end, and not closed
   * @return the predictions, in the pictures' order; their ids are the sources' names
   * @throws DogVisionException if pictures can't be read, naming them; see {@link #inBatches()} for
   *     leaving them out
   */
  default Predictions predictAll(Stream<ImageSource> sources) {
    return inBatches().predict(sources);
  }

  /**
   * Predicts pictures one after the other as somebody asks for them, without ever holding more than
   * a few batches. A picture that can't be read is an outcome and not an end.
   *
   * @param sources the pictures; gone through anew by each iterator, in the thread that uses it
   * @return in the pictures' order; nothing needs to be closed
   * @see BatchPredictor#stream(Iterable)
   */
  default Iterable<Labelled<Prediction>> stream(Iterable<ImageSource> sources) {
    return inBatches().stream(sources);
  }

  /**
   * As {@link #stream(Iterable)}, over pictures that can be gone through once: so can the result.
   *
   * @param sources the pictures
   * @return in the pictures' order; a second iterator is an {@link IllegalStateException}
   */
  default Iterable<Labelled<Prediction>> stream(Iterator<ImageSource> sources) {
    return inBatches().stream(sources);
  }

  /**
   * As {@link #stream(Iterable)}, over pictures that can be gone through once: so can the result.
   *
   * @param sources the pictures; not closed
   * @return in the pictures' order; a second iterator is an {@link IllegalStateException}
   */
  default Iterable<Labelled<Prediction>> stream(Stream<ImageSource> sources) {
    return inBatches().stream(sources);
  }

  /**
   * The embeddings of all pictures of a data set, in batches, reading pictures in parallel and
   * ahead: for {@link dev.dogvision.data.Neighbours}, or for a file that other tools read. What
   * this predictor has computed of a picture it remembers while there is memory.
   *
   * @param dataset the pictures
   * @return a row for each, in the data set's order, with its ids and labels
   * @throws DogVisionException if pictures can't be read, naming them; see {@link #inBatches()} for
   *     leaving them out
   * @see #embedding(ImageSource)
   */
  default Embeddings embedAll(Dataset dataset) {
    return inBatches().embed(dataset);
  }

  /**
   * The embeddings of pictures from anywhere, as {@link #embedAll(Dataset)} gives them.
   *
   * @param sources the pictures
   * @return a row for each, in the pictures' order; their ids are the sources' names
   * @throws DogVisionException if pictures can't be read, naming them; see {@link #inBatches()} for
   *     leaving them out
   */
  default Embeddings embedAll(Collection<ImageSource> sources) {
    return inBatches().embed(sources);
  }

  /**
   * Predicts data sets with settings of its own: progress, unreadable pictures, batch size.
   *
   * @return a view of this predictor; it lives as long as this predictor and need not be closed
   */
  BatchPredictor inBatches();

  /**
   * Measures the model on labelled pictures, read as {@link #predictAll} does.
   *
   * @param dataset pictures that the model has not seen in training, with labels among the model's,
   *     be it in another spelling; {@link Dataset#withLabels(dev.dogvision.data.Labels,
   *     dev.dogvision.data.ProblemPolicy)} tells how they are matched, and leaves others out
   * @return the figures, at the model's {@linkplain TrainedModel#temperature() temperature}
   * @throws dev.dogvision.data.DatasetException if a label is not among the model's
   * @throws IllegalStateException if the data set is unlabelled
   * @throws DogVisionException if pictures can't be read, naming them
   */
  default Evaluation evaluate(Dataset dataset) {
    Dataset known = dataset.withLabels(model().labels());
    Predictions predictions = predictAll(known);
    return Evaluation.ofLogits(
        model().labels(),
        predictions.ids(),
        known.labelIndices(),
        predictions.logits(),
        model().temperature());
  }

  /**
   * Finds the temperature at which the model's percentages are most honest. This predictor goes on
   * with the temperature that it has; a model with the new one is made by
   *
   * <pre>{@code
   * predictor.model().withTemperature(predictor.calibrate(dataset).temperature())
   * }</pre>
   *
   * @param dataset pictures that the model has not seen in training, with labels among the model's
   * @return the temperature, with the figures without and with it
   * @throws dev.dogvision.data.DatasetException if a label is not among the model's
   * @throws IllegalStateException if the data set is unlabelled
   * @throws DogVisionException if pictures can't be read, naming them
   * @see TemperatureScaling
   */
  default TemperatureScaling calibrate(Dataset dataset) {
    Dataset known = dataset.withLabels(model().labels());
    Predictions predictions = predictAll(known);
    return TemperatureScaling.fit(
        model().labels(), predictions.ids(), known.labelIndices(), predictions.logits());
  }

  /**
   * The embedding of a picture, wherever it is: the values that the head sees. Pictures that look
   * alike to the network have embeddings that point in similar directions.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @throws UnreadableImageException if it can't be read
   */
  float[] embedding(ImageSource image);

  /**
   * The embedding of a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @throws UnreadableImageException if it can't be read
   * @see #embedding(ImageSource)
   */
  default float[] embedding(Path image) {
    return embedding(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * The embedding of a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @throws UnreadableImageException if it can't be read
   * @see #embedding(ImageSource)
   */
  default float[] embedding(byte[] image) {
    return embedding(inMemory(requireNonNull(image, "image")));
  }

  /**
   * The embedding of a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @throws UnreadableImageException if it can't be read
   * @see #embedding(ImageSource)
   */
  default float[] embedding(InputStream image) {
    return embedding(fromStream(requireNonNull(image, "image")));
  }

  /**
   * The embedding of a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @see #embedding(ImageSource)
   */
  default float[] embedding(BufferedImage image) {
    return embedding(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * The embedding of a picture that is decoded already.
   *
   * @param image of any size
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @see #embedding(ImageSource)
   */
  default float[] embedding(RgbImage image) {
    return embedding(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Explains the most probable label of a picture, wherever it is: which places speak for it.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  Explanation explain(ImageSource image);

  /**
   * Explains a label of a picture, wherever it is: which places speak for it, though the model may
   * prefer another.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @param label one of the model's labels
   * @return the prediction and the label's map
   * @throws IllegalArgumentException if the model has no such label, naming similar ones
   * @throws UnreadableImageException if the picture can't be read
   */
  Explanation explain(ImageSource image, String label);

  /**
   * Explains the most probable label of a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  default Explanation explain(Path image) {
    return explain(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Explains a label of a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @param label one of the model's labels
   * @return the prediction and the label's map
   * @throws IllegalArgumentException if the model has no such label, naming similar ones
   * @throws UnreadableImageException if the picture can't be read
   */
  default Explanation explain(Path image, String label) {
    return explain(ImageSource.of(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  default Explanation explain(byte[] image) {
    return explain(inMemory(requireNonNull(image, "image")));
  }

  /**
   * Explains a label of a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @param label one of the model's labels
   * @return the prediction and the label's map
   * @throws IllegalArgumentException if the model has no such label, naming similar ones
   * @throws UnreadableImageException if the picture can't be read
   */
  default Explanation explain(byte[] image, String label) {
    return explain(inMemory(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  default Explanation explain(InputStream image) {
    return explain(fromStream(requireNonNull(image, "image")));
  }

  /**
   * Explains a label of a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @param label one of the model's labels
   * @return the prediction and the label's map
   * @throws IllegalArgumentException if the model has no such label, naming similar ones
   * @throws UnreadableImageException if the picture can't be read
   */
  default Explanation explain(InputStream image, String label) {
    return explain(fromStream(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return the prediction and its map
   */
  default Explanation explain(BufferedImage image) {
    return explain(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Explains a label of a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @param label one of the model's labels
   * @return the prediction and the label's map
   * @throws IllegalArgumentException if the model has no such label, naming similar ones
   */
  default Explanation explain(BufferedImage image, String label) {
    return explain(ImageSource.of(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture that is decoded already.
   *
   * @param image of any size
   * @return the prediction and its map
   */
  default Explanation explain(RgbImage image) {
    return explain(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Explains a label of a picture that is decoded already.
   *
   * @param image of any size
   * @param label one of the model's labels
   * @return the prediction and the label's map
   * @throws IllegalArgumentException if the model has no such label, naming similar ones
   */
  default Explanation explain(RgbImage image, String label) {
    return explain(ImageSource.of(requireNonNull(image, "image")), label);
  }

  /**
   * Whether this model's predictions can be explained: not those of one on a published module, of
   * which nothing is known but the embedding.
   *
   * @return whether {@link #explain} works
   */
  boolean explains();

  /**
   * The model that predicts.
   *
   * @return as given or loaded
   */
  TrainedModel model();

  /**
   * Where it runs.
   *
   * @return the device chosen
   */
  Device device();

  /**
   * What computes.
   *
   * @return the engine's name and versions; empty where something stands in a predictor's place
   *     that does not say
   */
  default Optional<String> engine() {
    return Optional.empty();
  }

  /** Frees native memory, after waiting for calls under way. May be called twice. */
  @Override
  void close();

  private static ImageSource inMemory(byte[] image) {
    return ImageSource.of("picture in memory", image);
  }

  private static ImageSource fromStream(InputStream image) {
    return ImageSource.once("picture from a stream", image);
  }

  /** Collects a predictor's settings. Not for several threads at once. */
  final class Builder {
    private static final Duration FOR_EVER = Duration.ofSeconds(Long.MAX_VALUE);

    private final SetOnce once = new SetOnce();
    final TrainedModel model;
    @Nullable String engine;
    @Nullable String device;
    @Nullable Precision precision;
    @Nullable ImageDecoder decoder;
    @Nullable Views views;
    private int callsAtOnce;
    private int waitingCalls = Integer.MAX_VALUE;
    private Duration longestWait = FOR_EVER;
    private final List<PredictionListener> listeners = new ArrayList<>();

    private Builder(TrainedModel model) {
      this.model = requireNonNull(model, "model");
    }

    /**
     * Insists on an engine.
     *
     * @param name its name or the first words of it, such as {@code PyTorch}; unless set, the
     *     system property {@value Engines#PROPERTY}, and without that the one that is preferred
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder engine(String name) {
      once.set("engine", requireNonNull(name, "name"));
      engine = name;
      return this;
    }

    /**
     * Insists on a device.
     *
     * @param name {@code cpu}, {@code cuda} or {@code cuda:<index>}; the best there is unless set
     * @return this
     * @throws IllegalArgumentException if it is none of these
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder device(String name) {
      String parsed = Device.parse(name).toString();
      once.set("device", parsed);
      device = parsed;
      return this;
    }

    /**
     * The arithmetic inside the network.
     *
     * @param precision half precision is for CUDA devices only; single precision unless set
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder precision(Precision precision) {
      once.set("precision", requireNonNull(precision, "precision"));
      this.precision = precision;
      return this;
    }

    /**
     * In how many ways a picture is looked at, for all that predicts. Embeddings and maps are those
     * of the picture as it is.
     *
     * @param views the picture as it is unless set
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder views(Views views) {
      once.set("views", requireNonNull(views, "views"));
      this.views = views;
      return this;
    }

    /**
     * What reads pictures.
     *
     * @param decoder for example one that allows more pixels; the standard one unless set
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder decoder(ImageDecoder decoder) {
      once.set("decoder", requireNonNull(decoder, "decoder"));
      this.decoder = decoder;
      return this;
    }

    /**
     * How many calls for one picture are worked on at once, its decoding included: predictions,
     * embeddings and explanations. Others wait, in the order in which they came. What goes in
     * batches is not counted; it has a bound of its own.
     *
     * <p>More calls at once than processors answer no more pictures a second, and each takes
     * longer.
     *
     * @param calls at least 1; unless set, any number
     * @return this
     * @throws IllegalArgumentException if it is not positive
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder callsAtOnce(int calls) {
      checkArgument(calls >= 1, "callsAtOnce must be at least 1, got %s", calls);
      once.set("callsAtOnce", calls);
      callsAtOnce = calls;
      return this;
    }

    /**
     * How many calls may wait for their turn. One more is an {@link
     * dev.dogvision.OverloadedException}, at once.
     *
     * @param calls at least 0, by which no call waits; unless set, any number
     * @return this
     * @throws IllegalArgumentException if it is negative
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder waitingCalls(int calls) {
      checkArgument(calls >= 0, "waitingCalls must not be negative, got %s", calls);
      once.set("waitingCalls", calls);
      waitingCalls = calls;
      return this;
    }

    /**
     * For how long a call may wait for its turn. Then it is an {@link
     * dev.dogvision.OverloadedException}.
     *
     * @param duration positive; unless set, for as long as it takes
     * @return this
     * @throws IllegalArgumentException if it is not positive
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder longestWait(Duration duration) {
      checkArgument(
          !duration.isNegative() && !duration.isZero(),
          "longestWait must be positive, got %s",
          duration);
      once.set("longestWait", duration);
      longestWait = duration;
      return this;
    }

    /**
     * Tells a listener what becomes of each call, for metrics and for logs. Where there is none,
     * nothing is measured.
     *
     * @param listener told by the calling threads; one more at each call of this
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder listener(PredictionListener listener) {
      listeners.add(requireNonNull(listener, "listener"));
      return this;
    }

    /** What tells listeners; null where there are none. */
    @Nullable PredictionEvents events() {
      return listeners.isEmpty() ? null : new PredictionEvents(listeners);
    }

    /** What limits calls; null for nothing. */
    @Nullable CallLimit limit() {
      checkState(
          callsAtOnce > 0 || (waitingCalls == Integer.MAX_VALUE && longestWait.equals(FOR_EVER)),
          "waitingCalls and longestWait are for calls that wait: set callsAtOnce too, without"
              + " which none does");
      return callsAtOnce == 0 ? null : new CallLimit(callsAtOnce, waitingCalls, longestWait);
    }

    /**
     * Opens the network.
     *
     * @return a predictor, to be closed by the caller
     * @throws IllegalStateException if settings clash
     * @throws DogVisionException if there is no engine or no such device
     */
    public Predictor open() {
      return new NetworkPredictor(this);
    }
  }
}
