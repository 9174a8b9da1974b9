package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Floats;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.Precision;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.RgbImage;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.internal.pipeline.InferencePipeline;
import dev.dogvision.internal.pipeline.PictureQuality;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.PredictionEvent.Call;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A predictor that runs a network on an engine. Safe from many threads at once. */
final class NetworkPredictor implements Predictor {
  private final TrainedModel model;
  private final ImageDecoder decoder;
  private final InferencePipeline single;
  private final Engine engine;
  private final Device device;
  private final Precision precision;
  private final Views views;
  private final Network network;
  private final @Nullable CallLimit limit;
  private final @Nullable PredictionEvents events;
  private volatile boolean closed;

  /** For {@link Predictor#embedAll}; softly, so that it costs nobody else memory that is needed. */
  private final RunMemory embeddingMemory =
      new RunMemory(Runtime.getRuntime().maxMemory() / REMEMBERED_SHARE);

  private final Object lock = new Object();

  /** From pixels to the embedding; opened when it is first asked for. */
  @GuardedBy("lock")
  private @Nullable Network embedder;

  /** From the embedding to logits; opened when it is first asked for. */
  @GuardedBy("lock")
  private @Nullable Network head;

  /** From pixels to the last feature map; opened when it is first asked for. */
  @GuardedBy("lock")
  private @Nullable Network featureMapper;

  NetworkPredictor(Predictor.Builder builder) {
    this.model = builder.model;
    this.decoder = builder.decoder == null ? ImageDecoder.standard() : builder.decoder;
    this.single = InferencePipeline.of(decoder, model.preprocessing(), 1);
    this.precision = builder.precision == null ? Precision.FLOAT32 : builder.precision;
    this.views = builder.views == null ? Views.ONE : builder.views;
    this.limit = builder.limit();
    this.events = builder.events();
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

  @Override
  public Prediction predict(ImageSource image) {
    return call(
        Call.PREDICTION,
        Optional::of,
        () -> single.decode(image),
        pixels -> predict(pixels, image.name()));
  }

  /**
   * A call for one picture, which takes its turn before the picture is decoded.
   *
   * @param prediction what an answer says of the picture, where it says something
   * @param decode reads the picture
   * @param compute makes an answer of it
   */
  private <T> T call(
      Call call,
      Function<T, Optional<Prediction>> prediction,
      Supplier<RgbImage> decode,
      Function<RgbImage, T> compute) {
    checkOpen();
    if (events == null) {
      return limited(() -> compute.apply(decode.get()));
    }
    PredictionEvents.Watch watch = events.arrived(call);
    T answer;
    try {
      answer =
          limited(
              () -> {
                watch.started();
                RgbImage pixels = decode.get();
                watch.decoded();
                return compute.apply(pixels);
              });
    } catch (RuntimeException | Error e) {
      watch.failed(e);
      throw e;
    }
    watch.ended(PredictionEvents.outcome(prediction.apply(answer)));
    return answer;
  }

  private <T> T limited(Supplier<T> call) {
    if (limit == null) {
      return call.get();
    }
    return limit.within(
        () -> {
          checkOpen(); // it may have been closed while this waited
          return call.get();
        });
  }

  private Prediction predict(RgbImage image, String source) {
    checkOpen();
    PixelBatch batch = single.batch(image);
    return new Prediction(
        model,
        finite(logits(batch), source),
        PictureQuality.of(image, batch.pixels(), 0, batch.pixels().length));
  }

  @Override
  public BatchPredictor inBatches() {
    return new BatchPredictor(this);
  }

  @Override
  public float[] embedding(ImageSource image) {
    return call(
        Call.EMBEDDING,
        embedding -> Optional.empty(),
        () -> single.decode(image),
        pixels -> embedder().forward(single.batch(pixels)).values().clone());
  }

  @Override
  public Explanation explain(ImageSource image) {
    return explained(image, null);
  }

  @Override
  public Explanation explain(ImageSource image, String label) {
    return explained(image, requireNonNull(label, "label"));
  }

  private Explanation explained(ImageSource image, @Nullable String label) {
    return call(
        Call.EXPLANATION,
        explanation -> Optional.of(explanation.prediction()),
        () -> single.decode(image, EXPLAINED_SIDE),
        pixels -> explain(pixels, label, image.name()));
  }

  @Override
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

  private Network head() {
    synchronized (lock) {
      checkOpen();
      if (head == null) {
        NetworkPlan plan = model.plan();
        head =
            engine.open(
                plan,
                new Segment(plan.embeddingPosition(), plan.logitsPosition()),
                model.weights(),
                device,
                precision);
      }
      return head;
    }
  }

  @Override
  public TrainedModel model() {
    return model;
  }

  @Override
  public Device device() {
    return device;
  }

  @Override
  public Optional<String> engine() {
    return Optional.of(engine.name() + " " + engine.version());
  }

  @Override
  public void close() {
    closed = true;
    network.close();
    synchronized (lock) {
      if (embedder != null) {
        embedder.close();
      }
      if (head != null) {
        head.close();
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

  /** What tells listeners; null where there are none. */
  @Nullable PredictionEvents events() {
    return events;
  }

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
    return views == Views.MIRRORED
        ? mean(logits, network.forward(batch.mirrored()).values())
        : logits;
  }

  /**
   * Runs a batch to its logits, as the mean of all views.
   *
   * @param embeddings what {@link #embeddings} gave for the batch
   */
  float[] logits(PixelBatch batch, float[] embeddings) {
    float[] logits = head().forward(new ActivationBatch(embeddings, batch.size())).values();
    return views == Views.MIRRORED
        ? mean(logits, head().forward(embedder().forward(batch.mirrored())).values())
        : logits;
  }

  private static float[] mean(float[] first, float[] second) {
    float[] means = new float[first.length];
    for (int i = 0; i < means.length; i++) {
      means[i] = (first[i] + second[i]) / 2;
    }
    return means;
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
}
