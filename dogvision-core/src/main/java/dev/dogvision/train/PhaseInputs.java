package dev.dogvision.train;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.HashCode;
import dev.dogvision.Precision;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageSource;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Decides how the images of a phase reach the part of the network that is trained: as activations
 * computed once, as pictures kept in memory, or read anew in every epoch.
 */
final class PhaseInputs {
  private final PhaseLoop.ExecutionContext context;
  private final StartingPoint start;
  private final TrainingSettings settings;
  private final EventDispatcher dispatcher;
  private final @Nullable Path embeddingFolder;

  /** Embeddings by photograph of the backbone that the run starts from. */
  private final Map<ImageSource, float[]> knownEmbeddings;

  PhaseInputs(
      PhaseLoop.ExecutionContext context,
      StartingPoint start,
      TrainingSettings settings,
      EventDispatcher dispatcher,
      @Nullable Path embeddingFolder,
      Map<ImageSource, float[]> knownEmbeddings) {
    this.context = context;
    this.start = start;
    this.settings = settings;
    this.dispatcher = dispatcher;
    this.embeddingFolder = embeddingFolder;
    this.knownEmbeddings = knownEmbeddings;
  }

  /**
   * The images of a phase.
   *
   * @param training the training images
   * @param validation the validation images, at the same position; null without
   */
  record Prepared(Inputs training, @Nullable Inputs validation) {}

  /** What happens to the pictures in a phase. */
  static Augmentation augmentation(TrainingSettings settings, Phase phase) {
    boolean frozen = phase.stages() == 0;
    if (frozen && settings.phases().size() > 1) {
      return Augmentation.none(); // the head first, on embeddings that are computed once
    }
    return settings.augmentationFor(frozen);
  }

  /**
   * Prepares a phase.
   *
   * @param phase which
   * @param state its weights are those that the phase starts from
   * @return null if a listener asked for the end meanwhile
   */
  @Nullable Prepared prepare(
      Phase phase, RunState state, LabelledImages training, @Nullable LabelledImages validation) {
    NetworkPlan plan = context.plan();
    Augmentation augmentation = augmentation(settings, phase);
    int first = phase.firstTrainableStage(plan.stages().size());
    int boundary = phase.stages() == 0 ? plan.embeddingPosition() : first;
    int images = training.size() + (validation == null ? 0 : validation.size());
    long pixelBytes = 3L * plan.inputSize() * plan.inputSize();
    if (augmentation.isNone() && boundary > 0) {
      long bytes = 4L * plan.sizeAt(boundary) * images;
      if (bytes <= settings.cacheBytes()) {
        return activations(boundary, state, training, validation);
      }
      dispatcher.dispatch(
          new TrainingEvent.Notice(
              String.format(
                  Locale.ROOT,
                  "activations of %s images would take %s MB, more than the %s MB set aside for"
                      + " them: they are computed anew in every epoch. Give the JVM more memory"
                      + " (-Xmx) or set cacheMemory(bytes)",
                  images,
                  bytes >> 20,
                  settings.cacheBytes() >> 20)));
    }
    boolean keepTraining =
        augmentation.keepsPictures() && pixelBytes * images <= settings.cacheBytes();
    boolean keepValidation =
        validation != null && pixelBytes * validation.size() <= settings.cacheBytes();
    Inputs trainingInputs = pixels(training, augmentation, keepTraining, "pictures");
    if (trainingInputs == null) {
      return null;
    }
    Inputs validationInputs = null;
    if (validation != null) {
      validationInputs =
          pixels(validation, Augmentation.none(), keepValidation, "validation pictures");
      if (validationInputs == null) {
        return null;
      }
    }
    return new Prepared(trainingInputs, validationInputs);
  }

  private @Nullable Prepared activations(
      int boundary, RunState state, LabelledImages training, @Nullable LabelledImages validation) {
    List<Example> examples = new ArrayList<>(training.examples());
    if (validation != null) {
      examples.addAll(validation.examples());
    }
    boolean embeddings = boundary == context.plan().embeddingPosition();
    float[][] rows =
        embeddings && state.phase == 0
            ? startEmbeddings(examples)
            : compute(
                boundary,
                state.weights,
                examples,
                embeddings ? "embeddings" : "activations",
                (index, row) -> {});
    if (rows == null) {
      return null;
    }
    int split = training.size();
    return new Prepared(
        new ActivationRows(boundary, Arrays.copyOf(rows, split)),
        validation == null
            ? null
            : new ActivationRows(boundary, Arrays.copyOfRange(rows, split, rows.length)));
  }

  /**
   * Embeddings of the backbone that the run starts from, as far as possible from memory or disk.
   */
  private float @Nullable [][] startEmbeddings(List<Example> examples) {
    EmbeddingCache cache =
        embeddingFolder == null
            ? null
            : EmbeddingCache.open(
                embeddingFolder,
                context.plan(),
                start.weights(),
                start.preprocessing(),
                context.engine());
    HashCode[] hashes = cache == null ? new HashCode[0] : EmbeddingCache.hashes(examples);
    List<Example> missing = new ArrayList<>();
    List<HashCode> missingHashes = new ArrayList<>();
    Map<ImageSource, Boolean> asked = new HashMap<>();
    for (int i = 0; i < examples.size(); i++) {
      ImageSource image = examples.get(i).image();
      if (knownEmbeddings.containsKey(image) || asked.put(image, true) != null) {
        continue;
      }
      float[] kept = cache == null ? null : cache.get(hashes[i]);
      if (kept != null) {
        knownEmbeddings.put(image, kept);
      } else {
        missing.add(examples.get(i));
        if (cache != null) {
          missingHashes.add(hashes[i]);
        }
      }
    }
    if (!missing.isEmpty()) {
      int position = context.plan().embeddingPosition();
      float[][] computed =
          compute(
              position,
              start.weights(),
              missing,
              "embeddings",
              (index, row) -> {
                if (cache != null) {
                  cache.put(missingHashes.get(index), row);
                }
              });
      if (cache != null) {
        cache.write(); // also where a listener asked for the end
      }
      if (computed == null) {
        return null;
      }
      for (int i = 0; i < computed.length; i++) {
        knownEmbeddings.put(missing.get(i).image(), computed[i]);
      }
    }
    float[][] rows = new float[examples.size()][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = requireNonNull(knownEmbeddings.get(examples.get(i).image()));
    }
    return rows;
  }

  private float @Nullable [][] compute(
      int position,
      Map<String, Tensor> weights,
      List<Example> examples,
      String what,
      FrozenPart.RowSink sink) {
    PixelInputs pixels =
        new PixelInputs(examples, start.preprocessing(), Augmentation.none(), settings.seed());
    try (Network frozen =
        context
            .engine()
            .open(
                context.plan(),
                new Segment(0, position),
                weights,
                context.device(),
                Precision.FLOAT32)) {
      return FrozenPart.run(
          frozen, pixels, Seeds.identity(examples.size()), what, dispatcher, sink);
    }
  }

  private @Nullable Inputs pixels(
      LabelledImages images, Augmentation augmentation, boolean keep, String what) {
    PixelInputs inputs =
        new PixelInputs(images.examples(), start.preprocessing(), augmentation, settings.seed());
    if (!keep) {
      return inputs;
    }
    byte[][] rows = new byte[images.size()][];
    int done = 0;
    int length = 3 * context.plan().inputSize() * context.plan().inputSize();
    try (BatchStream batches =
        inputs.open(Seeds.identity(images.size()), FrozenPart.BATCH_ON_CPU, 0)) {
      while (batches.hasNext()) {
        byte[] pixels = ((PixelBatch) batches.next()).pixels();
        for (int offset = 0; offset < pixels.length; offset += length) {
          rows[done++] = Arrays.copyOfRange(pixels, offset, offset + length);
        }
        dispatcher.dispatch(new TrainingEvent.CacheProgress(what, done, rows.length));
        if (dispatcher.isStopRequested()) {
          return null;
        }
      }
    }
    return new PixelRows(context.plan().inputSize(), rows);
  }
}
