package dev.dogvision.train;

import dev.dogvision.Precision;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.internal.inputs.BatchStream;
import dev.dogvision.internal.inputs.EmbeddingCache;
import dev.dogvision.internal.inputs.ExecutionContext;
import dev.dogvision.internal.inputs.FrozenInputs;
import dev.dogvision.internal.inputs.FrozenPart;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.internal.inputs.PixelInputs;
import dev.dogvision.internal.inputs.PixelRows;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.internal.inputs.Seeds;
import dev.dogvision.model.BreedStatistics;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Decides how the images of a phase reach the part of the network that is trained: as activations
 * computed once, as pictures kept in memory, or read anew in every epoch.
 */
final class PhaseInputs {
  private static final int PIXEL_BATCH = 8;

  private final ExecutionContext context;
  private final StartingPoint start;
  private final TrainingSettings settings;
  private final EventDispatcher dispatcher;
  private final @Nullable Path embeddingFolder;

  private final RunMemory memory;

  /** Of the training images in the phase that was prepared last, where all were embedded. */
  private @Nullable BreedStatistics statistics;

  PhaseInputs(
      ExecutionContext context,
      StartingPoint start,
      TrainingSettings settings,
      EventDispatcher dispatcher,
      @Nullable Path embeddingFolder,
      RunMemory memory) {
    this.context = context;
    this.start = start;
    this.settings = settings;
    this.dispatcher = dispatcher;
    this.embeddingFolder = embeddingFolder;
    this.memory = memory;
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
   * Where activations are computed once in a phase.
   *
   * @return a position; 0 where nothing is frozen, or pictures change from epoch to epoch
   */
  static int boundary(TrainingSettings settings, Phase phase, NetworkPlan plan) {
    if (!augmentation(settings, phase).isNone()) {
      return 0;
    }
    return phase.stages() == 0
        ? plan.embeddingPosition()
        : phase.firstTrainableStage(plan.stages().size());
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
    statistics = null;
    Augmentation augmentation = augmentation(settings, phase);
    int boundary = boundary(settings, phase, plan);
    int images = training.size() + (validation == null ? 0 : validation.size());
    long pixelBytes = 3L * plan.inputSize() * plan.inputSize();
    if (boundary > 0) {
      return activations(boundary, state, training, validation);
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

  /** As many activations as the memory takes, once; the others in every epoch. */
  private @Nullable Prepared activations(
      int boundary, RunState state, LabelledImages training, @Nullable LabelledImages validation) {
    FrozenPart part =
        new FrozenPart(context, state.weights, start.preprocessing(), boundary, memory);
    List<Example> examples = new ArrayList<>(training.examples());
    if (validation != null) {
      examples.addAll(validation.examples());
    }
    boolean embeddings = boundary == context.plan().embeddingPosition();
    int kept = kept(boundary, examples.size());
    float[][] rows =
        part.rows(
            examples.subList(0, kept),
            embeddings && kept > 0 ? diskCache(part, context.plan()) : null,
            progress(embeddings ? "embeddings" : "activations"));
    if (rows == null) {
      return null;
    }
    float[] @Nullable [] all = Arrays.copyOf(rows, examples.size());
    int split = training.size();
    if (embeddings && kept >= split) {
      statistics = statistics(training, Arrays.copyOf(rows, split));
    }
    return new Prepared(
        new FrozenInputs(part, examples.subList(0, split), Arrays.copyOf(all, split)),
        validation == null
            ? null
            : new FrozenInputs(
                part,
                examples.subList(split, all.length),
                Arrays.copyOfRange(all, split, all.length)));
  }

  private @Nullable BreedStatistics statistics(LabelledImages training, float[][] rows) {
    boolean spreads =
        training.size() > Arrays.stream(training.labels()).distinct().count(); // two of one breed
    return spreads ? BreedStatistics.of(start.labels(), training.labels(), rows) : null;
  }

  /**
   * How the training images' embeddings lie.
   *
   * @return null where the phase that was prepared last had not all of them in memory
   */
  @Nullable BreedStatistics statistics() {
    return statistics;
  }

  /**
   * What a teacher says of photographs that nothing happens to, each made to fit the teacher, which
   * may take larger pictures than its pupil.
   *
   * @return a row of logits for each; null if a listener asked for the end meanwhile
   */
  float @Nullable [][] teacherLogits(
      TrainingProcess.TeacherModel teacher, LabelledImages training) {
    NetworkPlan plan = teacher.plan();
    ExecutionContext itsContext = new ExecutionContext(context.engine(), plan, context.device());
    int end = embeddingFolder == null ? plan.logitsPosition() : plan.embeddingPosition();
    FrozenPart part =
        new FrozenPart(itsContext, teacher.weights(), teacher.preprocessing(), end, memory);
    float[][] rows =
        part.rows(
            training.examples(),
            embeddingFolder == null ? null : diskCache(part, plan),
            progress("teacher"));
    return rows == null || end == plan.logitsPosition() ? rows : throughHead(teacher, rows);
  }

  private float[][] throughHead(TrainingProcess.TeacherModel teacher, float[][] embeddings) {
    NetworkPlan plan = teacher.plan();
    Segment head = new Segment(plan.embeddingPosition(), plan.logitsPosition());
    float[][] logits = new float[embeddings.length][];
    try (Network network =
        context.engine().open(plan, head, teacher.weights(), context.device(), Precision.FLOAT32)) {
      for (int i = 0; i < logits.length; i++) {
        logits[i] = network.forward(new ActivationBatch(embeddings[i], 1)).values();
      }
    }
    return logits;
  }

  private FrozenPart.Progress progress(String what) {
    return (done, total) -> {
      dispatcher.dispatch(new TrainingEvent.CacheProgress(what, done, total));
      return !dispatcher.isStopRequested();
    };
  }

  private int kept(int boundary, int images) {
    if (memory.holdsGiven()) {
      return images; // nothing here could compute them anew
    }
    long rowBytes = 4L * context.plan().sizeAt(boundary);
    int kept = (int) Math.min(images, settings.cacheBytes() / rowBytes);
    if (kept < images) {
      dispatcher.dispatch(
          new TrainingEvent.Notice(
              String.format(
                  Locale.ROOT,
                  "activations of %s images would take %s MB, more than the %s MB set aside for"
                      + " them: those of %s are computed anew in every epoch. Give the JVM more"
                      + " memory (-Xmx) or set cacheMemory(bytes)",
                  images,
                  (rowBytes * images) >> 20,
                  settings.cacheBytes() >> 20,
                  images - kept)));
    }
    return kept;
  }

  private @Nullable EmbeddingCache diskCache(FrozenPart part, NetworkPlan plan) {
    return embeddingFolder == null
        ? null
        : EmbeddingCache.open(
            embeddingFolder,
            part.name(),
            plan.embeddingSize(),
            notice -> dispatcher.dispatch(new TrainingEvent.Notice(notice)));
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
    try (BatchStream batches = inputs.open(Seeds.identity(images.size()), PIXEL_BATCH, 0)) {
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
