package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Ints;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.Device;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.internal.BreedNames;
import dev.dogvision.internal.SetOnce;
import dev.dogvision.model.ModelSummary.Row;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A classifier about to be trained: a backbone, a new head for the labels, and what of both is
 * trained.
 *
 * <p>The new head starts from zeros, so that every label is equally probable at first; a linear
 * head needs no random start. After {@link Builder#warmStart()} a label that the weights know
 * starts from their row of the head instead, and every other from the mean of those rows: from a
 * dog of no breed in particular.
 *
 * <p>Immutable and safe from many threads at once.
 */
public final class TransferModel {
  private static final Logger LOG = LoggerFactory.getLogger(TransferModel.class);

  private final Backbone backbone;
  private final Labels labels;
  private final NetworkPlan plan;
  private final ImmutableMap<String, Tensor> initialWeights;
  private final int firstTrainableStage;
  private final boolean warmStarted;
  private final ImmutableMap<String, String> warmLabels;
  private final List<String> notices;
  private final @Nullable String device;

  /** The model that breeds are added to, or null. */
  private final @Nullable TrainedModel extended;

  private TransferModel(Builder builder, Backbone backbone, Labels labels) {
    this.backbone = backbone;
    this.labels = labels;
    this.plan = backbone.plan().withClasses(labels.size());
    int stages = plan.stages().size();
    this.firstTrainableStage = Math.max(stages - builder.trainableStages, 0);
    this.device = builder.device;
    this.extended = null;
    this.warmStarted = builder.warmStart;
    ImmutableMap<String, Integer> rows =
        warmStarted ? BreedNames.match(labels.names(), backbone.classNames()) : ImmutableMap.of();
    ImmutableMap.Builder<String, String> warm = ImmutableMap.builder();
    rows.forEach((label, row) -> warm.put(label, backbone.classNames().get(row)));
    this.warmLabels = warm.buildOrThrow();
    this.notices =
        warmStarted && rows.isEmpty()
            ? List.of(
                String.format(
                    Locale.ROOT,
                    "warmStart(): none of the %s labels is among the %s classes of %s; the head"
                        + " starts from zeros",
                    labels.size(),
                    backbone.classNames().size(),
                    backbone.name()))
            : List.of();
    notices.forEach(LOG::warn);
    this.initialWeights = weights(rows);
  }

  /** The model with further rows of the head: each a dog of no breed in particular. */
  private TransferModel(TrainedModel extended, Labels labels, @Nullable String device) {
    this.backbone = Backbone.of(extended);
    this.labels = labels;
    this.plan = backbone.plan().withClasses(labels.size());
    this.firstTrainableStage = plan.stages().size();
    this.device = device;
    this.extended = extended;
    this.warmStarted = false;
    this.warmLabels = ImmutableMap.of();
    this.notices = List.of();
    ImmutableMap.Builder<String, Integer> rows = ImmutableMap.builder();
    for (int row = 0; row < extended.labels().size(); row++) {
      rows.put(extended.labels().name(row), row);
    }
    this.initialWeights = weights(rows.buildOrThrow());
  }

  /**
   * Starts a model on MobileNetV2: the embedded one unless the builder is given other weights.
   *
   * @return a builder
   */
  public static Builder mobileNetV2() {
    return new Builder(Architectures.mobileNetV2(1));
  }

  /**
   * Starts a model on any backbone.
   *
   * @param backbone what to start from, of {@link Backbone#read} for instance
   * @return a builder
   */
  public static Builder of(Backbone backbone) {
    Builder builder = new Builder(backbone.architecture());
    builder.backbone = backbone;
    return builder;
  }

  /**
   * Starts from a trained model, to which breeds are to be added without the photographs of those
   * that it knows.
   *
   * <pre>{@code
   * TransferModel more = TransferModel.from(trained).adding("xoloitzcuintli").build();
   * TrainingRun run = Trainer.of(more).fit(photographsOfTheNewBreeds);
   * }</pre>
   *
   * <p>The backbone and the head's rows of the breeds that it {@linkplain TrainedModel#statistics()
   * remembers} stay as they are. Beside the photographs of the new breeds a run draws embeddings of
   * the old ones, from their means and their spread, so that new rows learn to leave them alone.
   * Ten photographs of a breed do.
   *
   * @param trained the model; breeds that it knows but does not remember are trained like new ones
   * @return a builder, to be told which breeds are added
   * @throws MismatchException if the model remembers nothing of its breeds' photographs, saying
   *     what to do
   */
  public static Extension from(TrainedModel trained) {
    if (trained.statistics().isEmpty()) {
      throw new MismatchException(
          trained.toString(),
          String.format(
              Locale.ROOT,
              "%s remembers nothing of the photographs of its breeds, as models saved by earlier"
                  + " versions, so that adding breeds would make it forget them. Give it some"
                  + " photographs of each breed once, 10 to 20 do:"
                  + " trained.remembering(Predictor.of(trained).embedAll(photographs)); or, where"
                  + " it has just been trained, run.rememberBreeds().model(). Without any, train a"
                  + " model on the old and the new breeds together",
              trained));
    }
    return new Extension(trained);
  }

  private ImmutableMap<String, Tensor> weights(Map<String, Integer> rows) {
    String weight = plan.headName() + ".weight";
    String bias = plan.headName() + ".bias";
    int size = plan.embeddingSize();
    Tensor head = Tensor.zeros(labels.size(), size);
    Tensor offsets = Tensor.zeros(labels.size());
    if (!rows.isEmpty()) {
      fillFromRows(head.values(), size, rows, required(backbone.weights(), weight).values());
      fillFromRows(offsets.values(), 1, rows, required(backbone.weights(), bias).values());
    }
    ImmutableMap.Builder<String, Tensor> all = ImmutableMap.builder();
    backbone
        .weights()
        .forEach(
            (name, tensor) -> {
              if (!name.equals(weight) && !name.equals(bias)) {
                all.put(name, tensor);
              }
            });
    return all.put(weight, head).put(bias, offsets).buildOrThrow();
  }

  private void fillFromRows(float[] target, int width, Map<String, Integer> rows, float[] source) {
    double[] mean = new double[width];
    for (int row : rows.values()) {
      for (int i = 0; i < width; i++) {
        mean[i] += source[row * width + i];
      }
    }
    for (int label = 0; label < labels.size(); label++) {
      Integer row = rows.get(labels.name(label));
      for (int i = 0; i < width; i++) {
        target[label * width + i] =
            row == null ? (float) (mean[i] / rows.size()) : source[row * width + i];
      }
    }
  }

  private static Tensor required(Map<String, Tensor> weights, String name) {
    Tensor tensor = weights.get(name);
    checkState(tensor != null, "the backbone has no tensor %s", name);
    return tensor;
  }

  /**
   * What it starts from.
   *
   * @return the backbone, with the preprocessing as overridden
   */
  public Backbone backbone() {
    return backbone;
  }

  /**
   * What it tells apart.
   *
   * @return the labels, in the order of the head's rows
   */
  public Labels labels() {
    return labels;
  }

  /**
   * Its network, with as many classes as there are labels.
   *
   * @return the plan
   */
  public NetworkPlan plan() {
    return plan;
  }

  /**
   * The weights that training starts from.
   *
   * @return every tensor of {@link #plan()}
   */
  public ImmutableMap<String, Tensor> initialWeights() {
    return initialWeights;
  }

  /**
   * From which stage on training changes the weights; the head is always trained.
   *
   * @return a stage's index, the number of stages when the whole backbone is frozen
   */
  public int firstTrainableStage() {
    return firstTrainableStage;
  }

  /**
   * The labels that start warm.
   *
   * @return label to the class's name as the weights have it, in the labels' order; empty without a
   *     warm start
   */
  public ImmutableMap<String, String> warmLabels() {
    return warmLabels;
  }

  /**
   * What is known of breeds whose photographs are not needed: see {@link #from}. Their rows of the
   * head, which are the first, stay as they are.
   *
   * @return empty for a model that is trained on photographs of all of its labels
   */
  public Optional<BreedStatistics> remembered() {
    return extended == null ? Optional.empty() : extended.statistics();
  }

  /**
   * What may not be as it was meant: a warm start that knew none of the labels.
   *
   * @return sentences for the user, which the log has too; empty where there is nothing to say
   */
  public List<String> notices() {
    return notices;
  }

  /**
   * What happens to a picture before the network sees it.
   *
   * @return the backbone's, as overridden
   */
  public Preprocessing preprocessing() {
    return backbone.preprocessing();
  }

  /**
   * Where it is to run.
   *
   * @return the device that was insisted on; empty for the best that the engine has
   */
  public Optional<String> device() {
    return Optional.ofNullable(device);
  }

  /**
   * The model that training made of this one.
   *
   * @param weights every tensor of {@link #plan()}; those that are missing are taken from {@link
   *     #initialWeights()}, surplus ones are ignored
   * @param provenance how it came to be: data fingerprint, seed, versions, settings, figures
   * @return the trained model, with the temperature 1 and without an unsure threshold; one that was
   *     {@linkplain #from extended} keeps both, and what it remembers
   * @throws IllegalArgumentException if a tensor has another shape
   */
  public TrainedModel trained(Map<String, Tensor> weights, Map<String, String> provenance) {
    ImmutableMap.Builder<String, Tensor> all = ImmutableMap.builder();
    plan.tensorShapes(plan.whole())
        .forEach(
            (name, shape) -> {
              Tensor tensor =
                  weights.containsKey(name) ? weights.get(name) : initialWeights.get(name);
              checkArgument(
                  tensor != null && tensor.shape().equals(shape),
                  "weights: %s is %s, expected %s",
                  name,
                  tensor,
                  shape);
              all.put(name, tensor);
            });
    TrainedModel trained =
        new TrainedModel(
            labels,
            backbone.architecture(),
            preprocessing(),
            backbone.config().origin(),
            all.buildOrThrow(),
            provenance);
    return extended == null
        ? trained
        : new TrainedModel(
                labels,
                trained.architecture(),
                trained.preprocessing(),
                trained.origin(),
                trained.weights(),
                extended.temperature(),
                extended.confidenceThreshold(),
                provenance)
            .remembering(extended.statistics().orElseThrow());
  }

  /**
   * The network as a table.
   *
   * @return stages, shapes, parameters, what is trainable and what frozen
   */
  public ModelSummary summary() {
    List<Row> rows = new ArrayList<>();
    rows.add(new Row("pixels", "RGB bytes", Ints.asList(plan.shapeAt(0)), 0, false));
    for (int i = 0; i < plan.stages().size(); i++) {
      Stage stage = plan.stages().get(i);
      long parameters = 0;
      for (Convolution convolution : stage.convolutions()) {
        parameters +=
            (long) convolution.inputChannels()
                    / convolution.groups()
                    * convolution.outputChannels()
                    * convolution.kernelSize()
                    * convolution.kernelSize()
                + convolution.outputChannels();
      }
      rows.add(
          new Row(
              stage.name(),
              describe(stage),
              Ints.asList(plan.shapeAt(i + 1)),
              parameters,
              i >= firstTrainableStage));
    }
    rows.add(
        new Row(
            "embedding",
            plan.module().isPresent() ? "published module, frozen" : "mean over both sides",
            Ints.asList(plan.shapeAt(plan.embeddingPosition())),
            0,
            false));
    String head =
        extended != null
            ? "linear, " + fixedRows() + " labels fixed"
            : warmLabels.isEmpty() ? "linear" : "linear, " + warmLabels.size() + " labels warm";
    rows.add(
        new Row(
            plan.headName(),
            head,
            Ints.asList(plan.shapeAt(plan.logitsPosition())),
            (long) plan.classes() * plan.embeddingSize() + plan.classes(),
            true));
    return new ModelSummary(
        String.format(
            Locale.ROOT,
            "%s, %s x %s pixels, %s labels, from %s",
            backbone.architecture().title(),
            plan.inputSize(),
            plan.inputSize(),
            labels.size(),
            backbone.name()),
        rows);
  }

  private int fixedRows() {
    return remembered().map(known -> known.labels().size()).orElse(0);
  }

  private static String describe(Stage stage) {
    if (stage.convolutions().size() == 1) {
      int side = stage.convolutions().get(0).kernelSize();
      return "convolution " + side + " x " + side;
    }
    return stage.residual() ? "inverted residual, added" : "inverted residual";
  }

  @Override
  public String toString() {
    int stages = plan.stages().size();
    return String.format(
        Locale.ROOT,
        "TransferModel[%s; %s labels; %s of %s stages trainable%s]",
        backbone,
        labels.size(),
        stages - firstTrainableStage,
        stages,
        extended != null
            ? "; " + fixedRows() + " labels fixed"
            : warmStarted ? "; " + warmLabels.size() + " labels warm" : "");
  }

  /** Collects what is added to a model. Not for several threads at once. */
  public static final class Extension {
    private final SetOnce once = new SetOnce();
    private final TrainedModel trained;
    private final List<String> added = new ArrayList<>();
    private @Nullable String device;

    private Extension(TrainedModel trained) {
      this.trained = trained;
    }

    /**
     * Adds breeds, whose photographs the training data will hold.
     *
     * @param labels their names, new to the model in any spelling
     * @return this
     * @throws IllegalArgumentException if the model knows one of them, or one was added before
     */
    @CanIgnoreReturnValue
    public Extension adding(String... labels) {
      return adding(List.of(labels));
    }

    /**
     * Adds breeds, whose photographs the training data will hold.
     *
     * @param labels their names, new to the model in any spelling
     * @return this
     * @throws IllegalArgumentException if the model knows one of them, or one was added before
     */
    @CanIgnoreReturnValue
    public Extension adding(Collection<String> labels) {
      for (String label : labels) {
        List<String> known = new ArrayList<>(trained.labels().names());
        known.addAll(added);
        String meant =
            known.contains(label) ? label : BreedNames.meant(List.of(label), known).get(label);
        checkArgument(
            meant == null,
            "adding: the model has '%s' already%s",
            label,
            label.equals(meant) ? "" : ", as '" + meant + "'");
        added.add(label);
      }
      return this;
    }

    /**
     * Insists on a device for training.
     *
     * @param name {@code cpu}, {@code cuda} or {@code cuda:<index>}; the best there is unless set
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Extension device(String name) {
      String parsed = Device.parse(name).toString();
      once.set("device", parsed);
      device = parsed;
      return this;
    }

    /**
     * Makes the model: the old labels first, as they were, then the added ones in their order.
     *
     * @return the model
     * @throws IllegalStateException if no breed was added
     */
    public TransferModel build() {
      List<String> labels = new ArrayList<>(trained.labels().names());
      labels.addAll(added);
      checkState(
          labels.size() > trained.statistics().orElseThrow().labels().size(),
          "adding(...) is missing: which breeds are to be added?");
      return new TransferModel(trained, Labels.of(labels), device);
    }
  }

  /** Collects what a model is made of. Not for several threads at once. */
  public static final class Builder {
    private final SetOnce once = new SetOnce();

    /** What weights must be of, or differ from only in their variant. */
    private final Architecture architecture;

    private @Nullable Path weights;
    private @Nullable Backbone backbone;
    private @Nullable Long untrainedSeed;
    private @Nullable Double width;
    private @Nullable Integer inputSize;
    private @Nullable ResizeRule resizeRule;
    private @Nullable Double cropFraction;
    private @Nullable Labels labels;
    private @Nullable String trainablePart;
    private int trainableStages;
    private boolean warmStart;
    private @Nullable String device;

    private Builder(Architecture architecture) {
      this.architecture = architecture;
    }

    /**
     * Starts from weights of one's own instead of those on the class path.
     *
     * @param path a {@code .safetensors} file, as {@link Backbone#read} takes it, or the folder of
     *     a saved model
     * @return this
     * @throws IllegalStateException if it was said before what to start from
     */
    @CanIgnoreReturnValue
    public Builder weights(Path path) {
      checkSource("weights(" + path + ")");
      weights = path;
      return this;
    }

    /**
     * Starts from a backbone that is in memory already.
     *
     * @param backbone the backbone
     * @return this
     * @throws IllegalStateException if it was said before what to start from
     */
    @CanIgnoreReturnValue
    public Builder backbone(Backbone backbone) {
      checkSource("backbone(" + backbone.name() + ")");
      this.backbone = backbone;
      return this;
    }

    /**
     * Starts from a network that has learnt nothing, as {@link Backbone#untrained} makes it.
     *
     * @param seed decides the weights
     * @return this
     * @throws IllegalStateException if it was said before what to start from
     */
    @CanIgnoreReturnValue
    public Builder untrained(long seed) {
      checkSource("untrained(" + seed + ")");
      untrainedSeed = seed;
      return this;
    }

    /**
     * The width multiplier of an {@link #untrained} network; other weights have their own.
     *
     * @param width 0.05 to 4; 1 unless set
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder width(double width) {
      checkArgument(width >= 0.05 && width <= 4, "width must be in 0.05..4, got %s", width);
      once.set("width", width);
      this.width = width;
      return this;
    }

    /**
     * Height and width of the network's input. Larger shows more and costs more; weights work best
     * near the size that they were trained with.
     *
     * @param inputSize in pixels, 16 to 512; the weights' own unless set, 224 for an untrained
     *     network
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder inputSize(int inputSize) {
      InputSize.check(inputSize);
      once.set("inputSize", inputSize);
      this.inputSize = inputSize;
      return this;
    }

    /**
     * How a picture of any shape becomes a square.
     *
     * @param resizeRule the rule; the weights' own unless set
     * @return this
     * @throws IllegalStateException if already set, or clashes with a crop fraction
     */
    @CanIgnoreReturnValue
    public Builder resizeRule(ResizeRule resizeRule) {
      once.set("resizeRule", resizeRule);
      this.resizeRule = resizeRule;
      checkCrop();
      return this;
    }

    /**
     * How much of a picture's shorter side {@link ResizeRule#CENTER_CROP} keeps.
     *
     * @param cropFraction above 0, at most 1; the weights' own unless set
     * @return this
     * @throws IllegalStateException if already set, or clashes with a resize rule
     */
    @CanIgnoreReturnValue
    public Builder cropFraction(double cropFraction) {
      checkArgument(
          cropFraction > 0 && cropFraction <= 1,
          "cropFraction must be in (0, 1], got %s",
          cropFraction);
      once.set("cropFraction", cropFraction);
      this.cropFraction = cropFraction;
      checkCrop();
      return this;
    }

    private void checkCrop() {
      // 1 is the whole picture, which the other rules take anyway.
      checkState(
          cropFraction == null
              || cropFraction == 1
              || resizeRule == null
              || resizeRule == ResizeRule.CENTER_CROP,
          "cropFraction(%s) clashes with resizeRule(%s), which does not crop: leave one of them"
              + " out",
          cropFraction,
          resizeRule);
    }

    /**
     * What to tell apart. Needed.
     *
     * @param labels two or more
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder labels(Labels labels) {
      checkArgument(
          labels.size() >= 2, "labels: a classifier needs two or more, got %s", labels.names());
      once.set("labels", labels);
      this.labels = labels;
      return this;
    }

    /**
     * Trains the head alone. This is the default.
     *
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder freezeBackbone() {
      return train("freezeBackbone()", 0);
    }

    /**
     * Trains the head and the last stages of the backbone.
     *
     * @param stages how many, at least 1, at most as many as the architecture has, see {@link
     *     Architecture#stages()}
     * @return this
     * @throws IllegalStateException if the backbone is a published module
     */
    @CanIgnoreReturnValue
    public Builder fineTuneLast(int stages) {
      checkNotModule("fineTuneLast(" + stages + ")");
      checkArgument(
          stages >= 1 && stages <= architecture.stages(),
          "fineTuneLast: stages must be in 1..%s, got %s",
          architecture.stages(),
          stages);
      return train("fineTuneLast(" + stages + ")", stages);
    }

    /**
     * Trains everything.
     *
     * @return this
     * @throws IllegalStateException if the backbone is a published module
     */
    @CanIgnoreReturnValue
    public Builder fineTuneAll() {
      checkNotModule("fineTuneAll()");
      return train("fineTuneAll()", architecture.stages());
    }

    private void checkNotModule(String setting) {
      checkState(
          !(architecture instanceof ModuleArchitecture),
          "%s: %s is a published module, of which nothing but the head above it can be trained:"
              + " leave %s out, or take a backbone of weights (Backbone.read)",
          setting,
          architecture.title(),
          setting);
    }

    private Builder train(String part, int stages) {
      checkState(
          trainablePart == null,
          "%s clashes with %s: choose one of them, once",
          part,
          trainablePart);
      trainablePart = part;
      trainableStages = stages;
      return this;
    }

    /**
     * Lets a label that the weights know by name start from their row of the head. Breeds may be
     * written in any common way; {@link TransferModel#warmLabels()} tells which were recognised,
     * and {@link TransferModel#notices()} if none was.
     *
     * @return this
     * @throws IllegalStateException if already set
     */
    @CanIgnoreReturnValue
    public Builder warmStart() {
      once.set("warmStart");
      warmStart = true;
      return this;
    }

    /**
     * Insists on a device for training.
     *
     * @param name {@code cpu}, {@code cuda} or {@code cuda:<index>}; the best there is unless set
     * @return this
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
     * Makes the model, reading the weights.
     *
     * @return the model
     * @throws IllegalStateException if labels are missing or settings clash
     * @throws dev.dogvision.DogVisionException if the weights can't be read, or there are none on
     *     the class path
     */
    public TransferModel build() {
      Labels chosen = labels;
      checkState(chosen != null, "labels(...) is missing: what is to be told apart?");
      checkState(
          width == null || untrainedSeed != null,
          "width(%s) goes with untrained(seed) only: other weights have a width of their own",
          width);
      Backbone start = overridden(start());
      if (!start.architecture().name().equals(architecture.name())) {
        throw new MismatchException(
            start.name(),
            String.format(
                Locale.ROOT,
                "%s is %s, and %s was asked for: build on it with"
                    + " TransferModel.of(Backbone.read(file))",
                start.name(),
                start.architecture().title(),
                architecture.name()));
      }
      checkState(
          !warmStart || !start.classNames().isEmpty(),
          "warmStart() needs weights whose classes have names, and %s has %s, or leave warmStart()"
              + " out",
          start.name(),
          start.config().classifier().isEmpty()
              ? "no head: take weights with the head they were trained with"
              : "none: put the file that its metadata's class_names says beside it");
      return new TransferModel(this, start, chosen);
    }

    private void checkSource(String second) {
      String first = null;
      if (weights != null) {
        first = "weights(" + weights + ")";
      } else if (backbone != null) {
        first = "backbone(" + backbone.name() + ")";
      } else if (untrainedSeed != null) {
        first = "untrained(" + untrainedSeed + ")";
      }
      checkState(
          first == null, "%s clashes with %s: choose once what to start from", second, first);
    }

    private Backbone start() {
      if (backbone != null) {
        return backbone;
      }
      if (untrainedSeed != null) {
        return Backbone.untrained(
            width == null ? 1 : width, inputSize == null ? 224 : inputSize, untrainedSeed);
      }
      if (weights == null) {
        return Backbone.of(EmbeddedModels.onClassPath().ofArchitecture(architecture.name()))
            .named("the embedded model");
      }
      return Files.isDirectory(weights)
          ? Backbone.of(TrainedModel.load(weights)).named(weights.toString())
          : Backbone.read(weights);
    }

    private Backbone overridden(Backbone start) {
      Preprocessing old = start.preprocessing();
      Preprocessing changed = old;
      if (inputSize != null) {
        changed = changed.withSize(inputSize);
      }
      if (resizeRule != null) {
        changed = changed.withResizeRule(resizeRule);
      }
      if (cropFraction != null) {
        changed = changed.withCropFraction(cropFraction);
      }
      return changed.equals(old) ? start : start.withPreprocessing(changed);
    }
  }
}
