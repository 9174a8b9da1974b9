package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Floats;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.Precision;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.SetOnce;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.internal.pipeline.InferencePipeline;
import dev.dogvision.internal.pipeline.PictureQuality;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.awt.image.BufferedImage;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
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
 */
public final class Predictor implements AutoCloseable {
  private final TrainedModel model;
  private final ImageDecoder decoder;
  private final InferencePipeline single;
  private final Engine engine;
  private final Device device;
  private final Precision precision;
  private final Views views;
  private final Network network;
  private volatile boolean closed;

  /** For {@link #embedAll}; softly, so that it costs nobody else memory that is needed. */
  private final RunMemory embeddingMemory =
      new RunMemory(Runtime.getRuntime().maxMemory() / REMEMBERED_SHARE);

  private final Object lock = new Object();

  /** From pixels to the embedding; opened when it is first asked for. */
  @GuardedBy("lock")
  private @Nullable Network embedder;

  /** From pixels to the last feature map; opened when it is first asked for. */
  @GuardedBy("lock")
  private @Nullable Network featureMapper;

  private Predictor(Builder builder) {
    this.model = builder.model;
    this.decoder = builder.decoder == null ? ImageDecoder.standard() : builder.decoder;
    this.single = InferencePipeline.of(decoder, model.preprocessing(), 1);
    this.precision = builder.precision == null ? Precision.FLOAT32 : builder.precision;
    this.views = builder.views == null ? Views.ONE : builder.views;
    this.engine = Engines.forPrediction(model.plan(), builder.engine);
    this.device = Engines.chooseDevice(engine, builder.device);
    checkState(
        precision == Precision.FLOAT32 || device.type().equals("cuda"),
        "precision(%s) needs a CUDA device, and this is %s",
        precision,
        device);
    this.network =
        engine.open(model.plan(), model.plan().whole(), model.weights(), device, precision);
  }

  /**
   * Loads a model that was saved, on the best device there is.
   *
   * @param folder the model's folder
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no such model, it is damaged, or there is no engine
   */
  public static Predictor load(Path folder) {
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
  public static Predictor load(Path folder, String device) {
    return of(TrainedModel.load(folder), device);
  }

  /**
   * A predictor for a model in memory, on the best device there is.
   *
   * @param model the model
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no engine
   */
  public static Predictor of(TrainedModel model) {
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
  public static Predictor of(TrainedModel model, String device) {
    return builder(model).device(device).open();
  }

  /**
   * A predictor for the model that comes with the library: 120 breeds, nothing to train and nothing
   * to download.
   *
   * @return a predictor, to be closed by the caller
   * @throws DogVisionException if there is no such model on the class path, naming the dependency
   *     to add, or no engine
   */
  public static Predictor pretrained() {
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
  public static Predictor pretrained(String device) {
    return of(TrainedModel.pretrained(), device);
  }

  /**
   * Starts a predictor with settings of its own.
   *
   * @param model the model
   * @return a builder
   */
  public static Builder builder(TrainedModel model) {
    return new Builder(model);
  }

  /**
   * Predicts a picture, wherever it is.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  public Prediction predict(ImageSource image) {
    checkOpen();
    return predict(single.decode(image), image.name());
  }

  /**
   * Predicts a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  public Prediction predict(Path image) {
    return predict(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  public Prediction predict(byte[] image) {
    return predict(inMemory(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @return the prediction
   * @throws UnreadableImageException if it can't be read
   */
  public Prediction predict(InputStream image) {
    return predict(fromStream(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return the prediction
   */
  public Prediction predict(BufferedImage image) {
    return predict(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Predicts a picture that is decoded already.
   *
   * @param image of any size
   * @return the prediction
   */
  public Prediction predict(RgbImage image) {
    return predict(ImageSource.of(requireNonNull(image, "image")));
  }

  private Prediction predict(RgbImage image, String source) {
    checkOpen();
    PixelBatch batch = single.batch(image);
    return new Prediction(
        model,
        finite(logits(batch), source),
        PictureQuality.of(image, batch.pixels(), 0, batch.pixels().length));
  }

  /**
   * A view of this predictor that gives the most probable labels only.
   *
   * @param k how many, at least 1; a model with fewer labels gives all of them
   * @return the view; it lives as long as this predictor and need not be closed
   * @throws IllegalArgumentException if k is not positive
   */
  public TopPredictor top(int k) {
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
  public Predictions predictAll(Dataset dataset) {
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
  public Predictions predictAll(Collection<ImageSource> sources) {
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
  public Predictions predictAll(Stream<ImageSource> sources) {
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
  public Iterable<Labelled<Prediction>> stream(Iterable<ImageSource> sources) {
    return inBatches().stream(sources);
  }

  /**
   * As {@link #stream(Iterable)}, over pictures that can be gone through once: so can the result.
   *
   * @param sources the pictures
   * @return in the pictures' order; a second iterator is an {@link IllegalStateException}
   */
  public Iterable<Labelled<Prediction>> stream(Iterator<ImageSource> sources) {
    return inBatches().stream(sources);
  }

  /**
   * As {@link #stream(Iterable)}, over pictures that can be gone through once: so can the result.
   *
   * @param sources the pictures; not closed
   * @return in the pictures' order; a second iterator is an {@link IllegalStateException}
   */
  public Iterable<Labelled<Prediction>> stream(Stream<ImageSource> sources) {
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
  public Embeddings embedAll(Dataset dataset) {
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
  public Embeddings embedAll(Collection<ImageSource> sources) {
    return inBatches().embed(sources);
  }

  /**
   * Predicts data sets with settings of its own: progress, unreadable pictures, batch size.
   *
   * @return a view of this predictor; it lives as long as this predictor and need not be closed
   */
  public BatchPredictor inBatches() {
    return new BatchPredictor(this);
  }

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
  public Evaluation evaluate(Dataset dataset) {
    Dataset known = dataset.withLabels(model.labels());
    Predictions predictions = predictAll(known);
    return Evaluation.ofLogits(
        model.labels(),
        predictions.ids(),
        known.labelIndices(),
        predictions.logits(),
        model.temperature());
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
  public TemperatureScaling calibrate(Dataset dataset) {
    Dataset known = dataset.withLabels(model.labels());
    Predictions predictions = predictAll(known);
    return TemperatureScaling.fit(
        model.labels(), predictions.ids(), known.labelIndices(), predictions.logits());
  }

  /**
   * The embedding of a picture, wherever it is: the values that the head sees. Pictures that look
   * alike to the network have embeddings that point in similar directions.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @throws UnreadableImageException if it can't be read
   */
  public float[] embedding(ImageSource image) {
    checkOpen();
    return embedder().forward(single.batch(single.decode(image))).values().clone();
  }

  /**
   * The embedding of a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @throws UnreadableImageException if it can't be read
   * @see #embedding(ImageSource)
   */
  public float[] embedding(Path image) {
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
  public float[] embedding(byte[] image) {
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
  public float[] embedding(InputStream image) {
    return embedding(fromStream(requireNonNull(image, "image")));
  }

  /**
   * The embedding of a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @see #embedding(ImageSource)
   */
  public float[] embedding(BufferedImage image) {
    return embedding(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * The embedding of a picture that is decoded already.
   *
   * @param image of any size
   * @return {@code model().plan().embeddingSize()} values, a new array
   * @see #embedding(ImageSource)
   */
  public float[] embedding(RgbImage image) {
    return embedding(ImageSource.of(requireNonNull(image, "image")));
  }

  /**
   * Explains the most probable label of a picture, wherever it is: which places speak for it.
   *
   * @param image a file, bytes, a stream's supplier, a URI or pixels
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  public Explanation explain(ImageSource image) {
    checkOpen();
    return explain(single.decode(image), null, image.name());
  }

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
  public Explanation explain(ImageSource image, String label) {
    checkOpen();
    return explain(single.decode(image), requireNonNull(label, "label"), image.name());
  }

  /**
   * Explains the most probable label of a picture in a file.
   *
   * @param image JPEG, PNG, GIF, BMP or WebP, whatever its name
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  public Explanation explain(Path image) {
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
  public Explanation explain(Path image, String label) {
    return explain(ImageSource.of(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture in memory.
   *
   * @param image a whole JPEG, PNG, GIF, BMP or WebP file
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  public Explanation explain(byte[] image) {
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
  public Explanation explain(byte[] image, String label) {
    return explain(inMemory(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture from a stream.
   *
   * @param image a JPEG, PNG, GIF, BMP or WebP file; read to its end, not closed
   * @return the prediction and its map
   * @throws UnreadableImageException if it can't be read
   */
  public Explanation explain(InputStream image) {
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
  public Explanation explain(InputStream image, String label) {
    return explain(fromStream(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture that is decoded already.
   *
   * @param image of any type; what is transparent is taken for white
   * @return the prediction and its map
   */
  public Explanation explain(BufferedImage image) {
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
  public Explanation explain(BufferedImage image, String label) {
    return explain(ImageSource.of(requireNonNull(image, "image")), label);
  }

  /**
   * Explains the most probable label of a picture that is decoded already.
   *
   * @param image of any size
   * @return the prediction and its map
   */
  public Explanation explain(RgbImage image) {
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
  public Explanation explain(RgbImage image, String label) {
    return explain(ImageSource.of(requireNonNull(image, "image")), label);
  }

  /**
   * Whether this model's predictions can be explained: not those of one on a published module, of
   * which nothing is known but the embedding.
   *
   * @return whether {@link #explain} works
   */
  public boolean explains() {
    return model.plan().module().isEmpty();
  }

  private Explanation explain(RgbImage image, @Nullable String label, String source) {
    checkOpen();
    if (!explains()) {
      throw new MismatchException(
          model.architecture().title(),
          model.architecture().title()
              + " is a published module that gives an embedding and no feature map, from which a"
              + " map is made: explain needs a model on another backbone");
    }
    // First, so that an unknown label fails before any work.
    int asked = label == null ? -1 : model.labels().index(label);
    Prediction prediction = predict(image, source);
    String explained = label == null ? prediction.best().label() : label;
    int index = asked < 0 ? model.labels().index(explained) : asked;
    NetworkPlan plan = model.plan();
    Tensor head = requireNonNull(model.weights().get(plan.headName() + ".weight"), "head");
    float[] featureMap = featureMapper().forward(single.batch(image)).values();
    return new Explanation(
        prediction, explained, ActivationMap.of(featureMap, head, index), sharper(image));
  }

  /** What the network sees of a picture, in more pixels. */
  private RgbImage sharper(RgbImage image) {
    Preprocessing preprocessing = model.preprocessing();
    return preprocessing.withSize(Math.max(preprocessing.size(), EXPLAINED_SIDE)).apply(image);
  }

  private Network featureMapper() {
    synchronized (lock) {
      checkOpen();
      if (featureMapper == null) {
        NetworkPlan plan = model.plan();
        featureMapper =
            engine.open(
                plan,
                new Segment(0, plan.featureMapPosition()),
                model.weights(),
                device,
                precision);
      }
      return featureMapper;
    }
  }

  private Network embedder() {
    synchronized (lock) {
      checkOpen();
      if (embedder == null) {
        NetworkPlan plan = model.plan();
        embedder =
            engine.open(
                plan, new Segment(0, plan.embeddingPosition()), model.weights(), device, precision);
      }
      return embedder;
    }
  }

  /**
   * The model that predicts.
   *
   * @return as given or loaded
   */
  public TrainedModel model() {
    return model;
  }

  /**
   * Where it runs.
   *
   * @return the device chosen
   */
  public Device device() {
    return device;
  }

  /** Frees native memory, after waiting for calls under way. May be called twice. */
  @Override
  public void close() {
    closed = true;
    network.close();
    synchronized (lock) {
      if (embedder != null) {
        embedder.close();
      }
      if (featureMapper != null) {
        featureMapper.close();
      }
    }
  }

  @Override
  public String toString() {
    return "Predictor[" + model + " on " + device + (closed ? ", closed]" : "]");
  }

  private static final int EXPLAINED_SIDE = 448;
  private static final int REMEMBERED_SHARE = 8;

  /** How many pictures reach the network. */
  InferencePipeline pipeline(int batchSize) {
    return InferencePipeline.of(decoder, model.preprocessing(), batchSize);
  }

  /** What probabilities depend on to their last bit, besides the picture. */
  Map<String, String> settings(int batchSize) {
    return ImmutableMap.of(
        "model", model.fingerprint(),
        "engine", engine.name() + " " + engine.version(),
        "device", device.toString(),
        "precision", precision + (views == Views.ONE ? "" : ", " + views),
        "batch size", String.valueOf(batchSize));
  }

  void checkOpen() {
    checkState(!closed, "this predictor is closed");
  }

  /** Runs a batch to its logits, image by image, as the mean of all views. */
  float[] logits(PixelBatch batch) {
    checkOpen();
    float[] logits = network.forward(batch).values();
    if (views == Views.MIRRORED) {
      float[] mirrored = network.forward(batch.mirrored()).values();
      float[] means = new float[logits.length];
      for (int i = 0; i < means.length; i++) {
        means[i] = (logits[i] + mirrored[i]) / 2;
      }
      return means;
    }
    return logits;
  }

  /** Runs a batch to its embeddings, image by image. */
  float[] embeddings(PixelBatch batch) {
    return embedder().forward(batch).values();
  }

  /** What embeddings were computed of pictures, as long as there is memory for it. */
  RunMemory embeddingMemory() {
    return embeddingMemory;
  }

  /** What tells the part of the network that gives embeddings from that of other models. */
  String embeddingNetwork() {
    return Fingerprints.embedding(model.plan(), model.preprocessing(), model.weights());
  }

  /** Refuses logits that are no numbers, which half precision may bring about. */
  float[] finite(float[] logits, String source) {
    if (!Floats.asList(logits).stream().allMatch(Float::isFinite)) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "the network's answer for %s holds values that are no numbers: %s... (%s on %s)%s",
              source,
              Arrays.toString(Arrays.copyOf(logits, Math.min(3, logits.length))),
              precision,
              device,
              precision == Precision.FLOAT16 ? "; use FLOAT32" : ""));
    }
    return logits;
  }

  private static ImageSource inMemory(byte[] image) {
    return ImageSource.of("picture in memory", image);
  }

  private static ImageSource fromStream(InputStream image) {
    return ImageSource.once("picture from a stream", image);
  }

  /** Collects a predictor's settings. Not for several threads at once. */
  public static final class Builder {
    private final SetOnce once = new SetOnce();
    private final TrainedModel model;
    private @Nullable String engine;
    private @Nullable String device;
    private @Nullable Precision precision;
    private @Nullable ImageDecoder decoder;
    private @Nullable Views views;

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
     * Opens the network.
     *
     * @return a predictor, to be closed by the caller
     * @throws IllegalStateException if settings clash
     * @throws DogVisionException if there is no engine or no such device
     */
    public Predictor open() {
      return new Predictor(this);
    }
  }
}
