package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Augmentation;
import dev.dogvision.internal.SetOnce;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Trains a model: says how, and does it.
 *
 * <pre>{@code
 * TrainingRun run = Trainer.of(model)
 *     .epochs(100).batchSize(32).learningRate(1e-3).seed(13)
 *     .earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(3))
 *     .progress()
 *     .fit(split.train(), split.validation());
 * }</pre>
 *
 * <p><b>What it computes.</b> With a frozen backbone each photograph goes through it once and the
 * head is trained on the embeddings. With stages unfrozen and no augmentation the activations that
 * reach the first of them are computed once. With augmentation the photographs are read and changed
 * anew in every epoch.
 *
 * <p><b>What it gives back.</b> With early stopping the weights of the best epoch by its metric;
 * without, those of the last epoch.
 *
 * <p><b>The same again.</b> The same model, data, settings and seed give the same weights to the
 * last bit on one machine, run after run. Every epoch's order is drawn from the seed and the
 * epoch's number alone.
 *
 * <p><b>Interrupted</b> ({@link Thread#interrupt()}), a run ends after the batch under way, and
 * {@code fit} returns it with {@link TrainingEnd.Interrupted}: the epoch under way is dropped, the
 * weights are those that the epochs before give, the last checkpoint is whole, and the thread is
 * still interrupted when {@code fit} returns.
 *
 * <p>A trainer may be used for several runs, one after the other or at the same time; each {@code
 * fit} takes the settings as they are when it is called and starts from the model as it was given.
 * Setting up a trainer is for one thread. Each setting is made once, in any order; only listeners
 * add up.
 */
public final class Trainer {
  /** Unless another is set. */
  static final double WEIGHT_DECAY = 0.01;

  private static final String PHASES_HAVE_THEIR_OWN = "each phase has its own";
  private static final String CLASSES_ONCE = "say once how classes count";

  private final StartingPoint start;
  private final @Nullable Checkpoint resumed;
  private final SetOnce once = new SetOnce();

  private int epochs = 10;
  private double learningRate = 1e-3;
  private int batchSize = 32;
  private int accumulate = 1;
  private long seed;
  private Optimizer optimizer = Optimizer.adamW();
  private OptionalDouble backboneLearningRate = OptionalDouble.empty();
  private double stageDecay = 1;
  private double weightDecay = WEIGHT_DECAY;
  private double gradientClipping = Double.POSITIVE_INFINITY;
  private double movingAverage;
  private Schedule schedule = Schedule.constant();
  private @Nullable EarlyStopping earlyStopping;
  private @Nullable Augmentation augmentation;
  private List<Metric> metrics = List.of();
  private int furtherEpochs;
  private double labelSmoothing;
  private ClassWeights classWeights = ClassWeights.EQUAL;
  private List<Phase> phases = List.of();
  private @Nullable Phase headPhase;
  private TrainingSettings.@Nullable Distillation distillation;
  private List<TrainedModel> teachers = List.of();
  private long cacheBytes = -1;
  private @Nullable Path embeddingFolder;
  private @Nullable Path checkpointFolder;
  private int checkpointsKept;
  private @Nullable Dataset notDogs;
  private final List<Supplier<TrainingListener>> listeners = new ArrayList<>();

  private Trainer(StartingPoint start, @Nullable Checkpoint resumed) {
    this.start = start;
    this.resumed = resumed;
  }

  /**
   * A trainer of a model.
   *
   * @param model what to start from; never changed
   * @return a trainer with default settings
   */
  public static Trainer of(TransferModel model) {
    return new Trainer(StartingPoint.of(model), null);
  }

  /**
   * Takes up a run that was interrupted, from its last whole checkpoint. Call {@code fit} with the
   * same data to go on: the run arrives at the same weights, to the last bit, as if it had never
   * been interrupted. Model and settings come from the checkpoint and can't be changed; listeners,
   * progress and TensorBoard are not part of it and can be set again, and metrics of one's own have
   * to be: give them to {@link #metrics}. A run that has ended gives what it gave, or goes on with
   * {@link #continueFor}.
   *
   * @param folder as given to {@link #checkpoints}, as {@link TrainingEvent.CheckpointWritten} and
   *     {@link DivergedException#lastCheckpoint()} name it
   * @return a trainer that goes on
   * @throws dev.dogvision.DogVisionException if the folder has no whole checkpoint
   */
  public static Trainer resume(Path folder) {
    return resume(folder, Checkpoint.readLatest(folder, null));
  }

  /**
   * Takes up a run on a published backbone, as {@link #resume(Path)} does other runs. The backbone
   * is code, so a checkpoint only says which it is.
   *
   * @param folder as there
   * @param backbone the published backbone that the run is on
   * @return a trainer that goes on
   * @throws dev.dogvision.DogVisionException if the folder has no whole checkpoint
   * @throws dev.dogvision.MismatchException if the run is on another backbone
   */
  public static Trainer resume(Path folder, Backbone backbone) {
    return resume(folder, Checkpoint.readLatest(folder, requireNonNull(backbone, "backbone")));
  }

  private static Trainer resume(Path folder, Checkpoint checkpoint) {
    Trainer trainer = new Trainer(checkpoint.start(), checkpoint);
    trainer.checkpointFolder = folder;
    trainer.checkpointsKept = checkpoint.kept();
    trainer.teachers = checkpoint.teachers();
    return trainer;
  }

  /**
   * Whether a folder holds a run that {@link #resume} can take up. It may have ended already; then
   * resuming it gives what it gave.
   *
   * @param folder as given to {@link #checkpoints}; need not be there
   * @return false where there is no run
   */
  public static boolean canResume(Path folder) {
    return CheckpointFolder.holdsRun(folder);
  }

  /**
   * Trains a resumed run for longer than it was to: so many epochs from where its last checkpoint
   * stands, as {@link TrainingRun#continueFor} does.
   *
   * @param epochs how many further epochs at most, at least 1
   * @return this
   * @throws IllegalStateException if already set, or if this trainer was not made by {@link
   *     #resume}
   */
  @CanIgnoreReturnValue
  public Trainer continueFor(int epochs) {
    checkState(
        resumed != null,
        "continueFor takes a run to go on with: Trainer.resume(folder).continueFor(%s), or"
            + " run.continueFor(%s); a new run has epochs(%s)",
        epochs,
        epochs,
        epochs);
    TrainingChecks.furtherEpochs(epochs);
    once.set("continueFor", epochs);
    furtherEpochs = epochs;
    return this;
  }

  /**
   * Records further metrics in every epoch: history, progress, TensorBoard and checkpoints have
   * them. Those that early stopping or the schedule watches, and the standard ones of {@link
   * Metric}, are recorded anyway.
   *
   * <p>A resumed run wants those of its metrics again that are not DogVision's.
   *
   * @param further the metrics; those that need validation data are left out without it
   * @return this
   * @throws IllegalArgumentException if two different metrics have one name
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer metrics(Metric... further) {
    List<Metric> given = List.of(further);
    RecordedMetrics all = new RecordedMetrics();
    given.forEach(all::add);
    once.set("metrics", given.stream().map(Metric::name).toArray());
    metrics = given;
    return this;
  }

  /**
   * How many passes over the training data. Default 10.
   *
   * @param count at least 1
   * @return this
   * @throws IllegalStateException if already set, or if {@link #gradualUnfreeze(Phase, Phase...)}
   *     was
   */
  @CanIgnoreReturnValue
  public Trainer epochs(int count) {
    beforeChange("epochs");
    checkArgument(count >= 1, "epochs must be at least 1, got %s", count);
    checkNoPhases("epochs(" + count + ")");
    once.set("epochs", count);
    epochs = count;
    return this;
  }

  /**
   * How many images a step has. Default 32. The last batch of an epoch may have fewer.
   *
   * @param images at least 1
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer batchSize(int images) {
    beforeChange("batchSize");
    checkArgument(images >= 1, "batchSize must be at least 1, got %s", images);
    once.set("batchSize", images);
    batchSize = images;
    return this;
  }

  /**
   * The head's learning rate before the schedule. Default 1e-3.
   *
   * @param rate above 0
   * @return this
   * @throws IllegalStateException if already set, or if {@link #gradualUnfreeze(Phase, Phase...)}
   *     was
   */
  @CanIgnoreReturnValue
  public Trainer learningRate(double rate) {
    beforeChange("learningRate");
    TrainingChecks.learningRate("learningRate", rate);
    checkNoPhases("learningRate(" + rate + ")");
    once.set("learningRate", rate);
    learningRate = rate;
    return this;
  }

  /**
   * The learning rate of the backbone's last stage, where it is trained. Default a tenth of the
   * head's: the backbone has learned already. A run that trains nothing of the backbone is refused
   * with it.
   *
   * @param rate above 0
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer backboneLearningRate(double rate) {
    beforeChange("backboneLearningRate");
    TrainingChecks.learningRate("backboneLearningRate", rate);
    once.set("backboneLearningRate", rate);
    backboneLearningRate = OptionalDouble.of(rate);
    return this;
  }

  /**
   * What a stage's learning rate is multiplied by for the stage before it, towards the input.
   * Default 1: all stages have the same rate. A run that trains nothing of the backbone is refused
   * with it.
   *
   * @param factor above 0, at most 1
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer stageDecay(double factor) {
    beforeChange("stageDecay");
    checkArgument(factor > 0 && factor <= 1, "stageDecay must be in (0, 1], got %s", factor);
    once.set("stageDecay", factor);
    stageDecay = factor;
    return this;
  }

  /**
   * What everything random is drawn from: the order of the images, augmentation, mixing. Default 0.
   *
   * @param value any number
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer seed(long value) {
    beforeChange("seed");
    once.set("seed", value);
    seed = value;
    return this;
  }

  /**
   * The rule of the updates. Default {@link Optimizer#adamW()}.
   *
   * @param rule AdamW, Adam or stochastic gradient descent
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer optimizer(Optimizer rule) {
    beforeChange("optimizer");
    once.set("optimizer", rule);
    optimizer = rule;
    return this;
  }

  /**
   * How much weights shrink in an update, times the learning rate. Biases are spared. Default 0.01.
   *
   * @param decay 0 for none
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer weightDecay(double decay) {
    beforeChange("weightDecay");
    checkArgument(
        decay >= 0 && Double.isFinite(decay),
        "weightDecay must be finite and not negative, got %s",
        decay);
    once.set("weightDecay", decay);
    weightDecay = decay;
    return this;
  }

  /**
   * Scales the gradients of all weights together down to a Euclidean norm where theirs is larger.
   * Default: never.
   *
   * @param norm above 0
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer gradientClipping(double norm) {
    beforeChange("gradientClipping");
    checkArgument(norm > 0, "gradientClipping must be positive, got %s", norm);
    once.set("gradientClipping", norm);
    gradientClipping = norm;
    return this;
  }

  /**
   * Adds up the gradients of several batches before the weights change, so that a large effective
   * batch, {@code batchSize * batches}, fits in small memory. Default 1.
   *
   * @param batches at least 1
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer accumulate(int batches) {
    beforeChange("accumulate");
    checkArgument(batches >= 1, "accumulate must be at least 1, got %s", batches);
    once.set("accumulate", batches);
    accumulate = batches;
    return this;
  }

  /**
   * Keeps an exponential moving average of the weights, which is what is validated and given back.
   * The decay of update {@code t}, from 0, is {@code min(decay, (1 + t) / (10 + t))}. Default:
   * none.
   *
   * @param decay for example 0.998; 0 for none, below 1
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer movingAverage(double decay) {
    beforeChange("movingAverage");
    checkArgument(decay >= 0 && decay < 1, "movingAverage must be in [0, 1), got %s", decay);
    once.set("movingAverage", decay);
    movingAverage = decay;
    return this;
  }

  /**
   * How the learning rates change in the course of each phase. Default {@link Schedule#constant()}.
   *
   * @param rates the schedule
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer schedule(Schedule rates) {
    beforeChange("schedule");
    once.set("schedule", rates);
    schedule = rates;
    return this;
  }

  /**
   * Stops when a metric gets no better, and gives back the best epoch's weights. Default: none.
   *
   * @param rule what to watch and for how long
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer earlyStopping(EarlyStopping rule) {
    beforeChange("earlyStopping");
    once.set("earlyStopping", rule);
    earlyStopping = rule;
    return this;
  }

  /**
   * What happens to the training photographs, anew in every epoch. Default: none where the backbone
   * is frozen, so that embeddings are computed once, and {@link Augmentation#light()} otherwise.
   *
   * @param changes {@link Augmentation#none()} for none
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer augmentation(Augmentation changes) {
    beforeChange("augmentation");
    once.set("augmentation", changes);
    augmentation = changes;
    return this;
  }

  /**
   * The share of a target that is spread over all labels alike. Default 0.
   *
   * @param share 0..1, usually 0.1
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer labelSmoothing(double share) {
    beforeChange("labelSmoothing");
    TrainingChecks.share("labelSmoothing", share);
    once.set("labelSmoothing", share);
    labelSmoothing = share;
    return this;
  }

  /**
   * How much an image counts in the training loss, by its label.
   *
   * @param weights label to weight, above 0; labels that are not named count 1
   * @return this
   * @throws IllegalArgumentException if a weight is not positive or a label is not one of the
   *     model's
   * @throws IllegalStateException if already set, or if {@link #balancedClasses} was
   */
  @CanIgnoreReturnValue
  public Trainer classWeights(Map<String, Double> weights) {
    beforeChange("classWeights");
    ClassWeights explicit = new ClassWeights(false, weights);
    var unused = explicit.of(start.labels(), new int[0]);
    once.refuse("classWeights(" + weights + ")", CLASSES_ONCE, "balancedClasses");
    once.set("classWeights", weights);
    classWeights = explicit;
    return this;
  }

  /**
   * Lets all labels count alike in the training loss, however many images each has: an image of
   * label {@code c} counts {@code images / (labels * images of c)}.
   *
   * @return this
   * @throws IllegalStateException if already set, or if {@link #classWeights} was
   */
  @CanIgnoreReturnValue
  public Trainer balancedClasses() {
    beforeChange("balancedClasses");
    once.refuse("balancedClasses()", CLASSES_ONCE, "classWeights");
    once.set("balancedClasses");
    classWeights = ClassWeights.BALANCED;
    return this;
  }

  /**
   * Trains the head alone first, on embeddings, for 10 epochs at 1e-3; then what the model says is
   * to be trained, for {@link #epochs} at {@link #learningRate}.
   *
   * @return this
   * @throws IllegalStateException if already set, or if the model's backbone is frozen
   */
  @CanIgnoreReturnValue
  public Trainer gradualUnfreeze() {
    gradualUnfreeze(10, 1e-3);
    return this;
  }

  /**
   * Trains the head alone first, on embeddings; then what the model says is to be trained, for
   * {@link #epochs} at {@link #learningRate}.
   *
   * @param headEpochs at least 1
   * @param headLearningRate above 0
   * @return this
   * @throws IllegalStateException if already set, or if the model's backbone is frozen
   */
  @CanIgnoreReturnValue
  public Trainer gradualUnfreeze(int headEpochs, double headLearningRate) {
    beforeChange("gradualUnfreeze");
    checkState(
        start.stages() > 0,
        "gradualUnfreeze has nothing to unfreeze: the model's backbone is frozen; build it with"
            + " fineTuneLast(n) or fineTuneAll()");
    Phase head = Phase.head(headEpochs, headLearningRate);
    once.set("gradualUnfreeze", headEpochs, headLearningRate);
    headPhase = head;
    return this;
  }

  /**
   * Trains in phases of one's own choice, one after the other, whatever the model says is to be
   * trained. Each phase starts from the weights that the one before it arrived at: with early
   * stopping the best so far. Patience counts anew in each phase.
   *
   * @param first the first phase
   * @param more the others
   * @return this
   * @throws IllegalStateException if already set, or if epochs or learningRate were set
   */
  @CanIgnoreReturnValue
  public Trainer gradualUnfreeze(Phase first, Phase... more) {
    beforeChange("gradualUnfreeze");
    List<Phase> all = ImmutableList.<Phase>builder().add(first).add(more).build();
    String call = "gradualUnfreeze(" + names(all) + ")";
    once.refuse(call, PHASES_HAVE_THEIR_OWN, "epochs", "learningRate");
    once.set("gradualUnfreeze", names(all));
    phases = all;
    return this;
  }

  /**
   * Mixes a teacher's word into the loss: Hinton, Vinyals and Dean, "Distilling the Knowledge in a
   * Neural Network", 2015. The teacher sees the same pictures as the model, augmented and mixed,
   * and has to take pictures of the same size for that. Where nothing augments it is asked once
   * about each photograph, at its own size.
   *
   * @param trained the teacher, with the same labels in the same order
   * @param temperature by which the teacher's and the model's logits are divided, above 0, usually
   *     2 to 5
   * @param share the teacher's part of the loss, 0..1
   * @return this
   * @throws IllegalArgumentException if the teacher's labels are others
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer distilFrom(TrainedModel trained, double temperature, double share) {
    return distilFrom(List.of(trained), temperature, share);
  }

  /**
   * Several teachers, of which the mean of the logits counts: networks of different kinds err on
   * different photographs, so that together they are better teachers than the best of them alone.
   * Otherwise as {@link #distilFrom(TrainedModel, double, double)}; each of them costs its time.
   *
   * @param trained the teachers, at least one, each with the same labels in the same order
   * @param temperature as there
   * @param share all teachers' part of the loss together, 0..1
   * @return this
   * @throws IllegalArgumentException if there is none, or one's labels are others
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer distilFrom(List<TrainedModel> trained, double temperature, double share) {
    beforeChange("distilFrom");
    checkArgument(
        temperature > 0 && Double.isFinite(temperature),
        "temperature must be positive and finite, got %s",
        temperature);
    TrainingChecks.share("share", share);
    checkArgument(!trained.isEmpty(), "distilFrom takes at least one teacher, got none");
    trained.forEach(this::checkTeacher);
    once.set("distilFrom", trained.size() == 1 ? trained.get(0) : trained, temperature, share);
    teachers = List.copyOf(trained);
    distillation = new TrainingSettings.Distillation(temperature, share);
    return this;
  }

  /**
   * Photographs of other things than the model's breeds: cats, people, sofas, breeds that are not
   * to be told apart. They are not trained on. When the run ends, the model's threshold of {@code
   * Prediction.isUnsure()}, which calls 5 % of the validation photographs unsure, is that of the
   * score (energy or highest probability) that catches more of them; {@link TrainingRun#toString}
   * and the model's provenance say how many.
   *
   * @param others photographs, labelled or not
   * @return this
   * @throws IllegalStateException if already set; {@code fit} throws it if there is no validation
   *     data
   */
  @CanIgnoreReturnValue
  public Trainer notDogs(Dataset others) {
    once.set("notDogs", others.size() + " photographs");
    notDogs = others;
    return this;
  }

  /**
   * How much memory activations and pictures may take that are computed once and kept. Where it
   * does not suffice for all, the others are computed anew in every epoch, and a {@link
   * TrainingEvent.Notice} says so; the outcome is the same to the last bit. What is kept serves
   * {@link TrainingRun#evaluate} and the like afterwards. Default: half of what the JVM has left.
   *
   * @param bytes 0 for none
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer cacheMemory(long bytes) {
    beforeChange("cacheMemory");
    checkArgument(bytes >= 0, "cacheMemory must not be negative, got %s", bytes);
    once.set("cacheMemory", bytes);
    cacheBytes = bytes;
    return this;
  }

  /**
   * Keeps embeddings on disk, for runs to come, and for this one should it be interrupted: those of
   * a frozen backbone, and those of a teacher that is asked once about each photograph. They are
   * found again by the weights, the preprocessing and the bytes of the photographs; a damaged file
   * costs time, not results.
   *
   * @param folder made if it is missing
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer embeddingCache(Path folder) {
    once.set("embeddingCache", folder);
    embeddingFolder = folder;
    return this;
  }

  /**
   * Keeps what it takes to resume the run, after every epoch: weights, optimiser, schedule, moving
   * average, history. A checkpoint is written whole or not at all, so whenever the JVM is killed,
   * the last one is good.
   *
   * @param folder a new or empty folder, made if it is missing
   * @param keep how many of the last checkpoints stay, at least 1
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer checkpoints(Path folder, int keep) {
    beforeChange("checkpoints");
    checkArgument(keep >= 1, "keep must be at least 1, got %s", keep);
    once.set("checkpoints", folder, keep);
    checkpointFolder = folder;
    checkpointsKept = keep;
    return this;
  }

  /**
   * Adds a listener. Listeners are called in the order they were added.
   *
   * @param listener sees what happens, and may stop the run
   * @return this
   */
  @CanIgnoreReturnValue
  public Trainer listener(TrainingListener listener) {
    listeners.add(() -> listener);
    return this;
  }

  /**
   * Shows progress on standard error: a bar on a terminal, a line an epoch elsewhere. Without it a
   * run is silent.
   *
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer progress() {
    once.set("progress");
    listeners.add(ProgressDisplay::new);
    return this;
  }

  /**
   * Writes what TensorBoard shows: loss, learning rate and gradients' norm of every batch, all
   * metrics of every epoch, the settings, a sheet of training pictures, and the confusions of the
   * chosen weights on the validation data. Each run gets a folder of its own, named by date and
   * time. {@code tensorboard --logdir runs} shows them.
   *
   * @param folder the folder of all runs, made if it is missing
   * @return this
   * @throws DogVisionException if {@code dogvision-report}, which writes these files, is not on the
   *     class path
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public Trainer tensorBoard(Path folder) {
    once.set("tensorBoard", folder);
    TensorBoardProvider provider =
        ServiceLoader.load(TensorBoardProvider.class, Trainer.class.getClassLoader())
            .findFirst()
            .orElseThrow(
                () ->
                    new DogVisionException(
                        "tensorBoard(...) needs what writes TensorBoard's files, and nothing on the"
                            + " class path does: add the dependency dev.dogvision:dogvision-report,"
                            + " of the same version as dogvision-core"));
    listeners.add(() -> provider.listener(folder));
    return this;
  }

  /**
   * Trains without validation data.
   *
   * @param training labelled photographs
   * @return the run
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks
   * @throws IllegalStateException if early stopping or the schedule watches a validation metric, a
   *     learning rate of the backbone is set and nothing of it is trained, or the teacher takes
   *     pictures of another size and photographs are augmented
   * @throws DivergedException if the numbers ran away
   * @throws dev.dogvision.DogVisionException if a photograph can't be read, or there is no engine
   */
  public TrainingRun fit(Dataset training) {
    return fit(training, null, memory());
  }

  /**
   * Trains, and validates after each epoch.
   *
   * @param training labelled photographs
   * @param validation labelled photographs that are never trained on
   * @return the run
   * @throws NullPointerException if there is no validation data: call {@link #fit(Dataset)}
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks, or if both are the same data
   * @throws IllegalStateException if a learning rate of the backbone is set and nothing of it is
   *     trained, or the teacher takes pictures of another size and photographs are augmented
   * @throws DivergedException if the numbers ran away
   * @throws dev.dogvision.DogVisionException if a photograph can't be read, or there is no engine
   */
  public TrainingRun fit(Dataset training, Dataset validation) {
    requireNonNull(validation, "validation; call fit(training) to train without validation data");
    checkArgument(
        !training.equals(validation),
        "training and validation are the same %s photographs, and figures on what was trained on say"
            + " nothing: split the data, dataset.split(0.8, seed), or call fit(training)",
        training.size());
    return fit(training, validation, memory());
  }

  /**
   * Trains the head on embeddings that were computed elsewhere: by {@link
   * dev.dogvision.predict.Predictor#embedAll}, by a cluster, on another day. Photographs are not
   * needed. Where the engine and kind of device that trains has computed them, the run arrives at
   * the same weights, to the last bit, as {@link #fit(Dataset)} does with the photographs in the
   * same order; where another has, the weights differ by what the engines round otherwise.
   *
   * <p>Whatever needs photographs is refused: training of the backbone, augmentation, a teacher.
   * {@link TrainingRun#trainingData()} has the ids and labels, and pictures that can't be read.
   *
   * @param training labelled embeddings of the model's backbone, each with an id of its own
   * @return the run
   * @throws dev.dogvision.MismatchException if they are of another network
   * @throws IllegalArgumentException if there are none, an id occurs twice, they have no labels or
   *     labels that the model lacks
   * @throws IllegalStateException as for {@link #fit(Dataset)}, and if a setting needs photographs
   * @throws DivergedException if the numbers ran away
   * @throws dev.dogvision.DogVisionException if there is no engine
   */
  public TrainingRun fit(Embeddings training) {
    return fit(GivenEmbeddings.of(start, training, null));
  }

  /**
   * Trains the head on embeddings that were computed elsewhere, as {@link #fit(Embeddings)} does,
   * and validates after each epoch.
   *
   * @param training labelled embeddings of the model's backbone, each with an id of its own
   * @param validation labelled embeddings that are never trained on
   * @return the run
   * @throws NullPointerException if there are no validation embeddings: call {@link
   *     #fit(Embeddings)}
   * @throws dev.dogvision.MismatchException if they are of another network
   * @throws IllegalArgumentException as for {@link #fit(Embeddings)}, and if both are the same
   * @throws IllegalStateException as for {@link #fit(Embeddings)}
   * @throws DivergedException if the numbers ran away
   * @throws dev.dogvision.DogVisionException if there is no engine
   */
  public TrainingRun fit(Embeddings training, Embeddings validation) {
    requireNonNull(validation, "validation; call fit(training) to train without validation data");
    checkArgument(
        training != validation,
        "training and validation are the same %s embeddings, and figures on what was trained on say"
            + " nothing: call fit(training)",
        training.size());
    return fit(GivenEmbeddings.of(start, training, validation));
  }

  private TrainingRun fit(GivenEmbeddings given) {
    TrainingSession session = fitting();
    given.check(session.settings(), !teachers.isEmpty());
    return session.fit(
        given.training(), given.validation(), given.memory(session.settings().cacheBytes()));
  }

  private TrainingSession fitting() {
    return new TrainingSession(
        start,
        resumed == null ? settings() : resumed.settings().withMetrics(metrics),
        teachers,
        resumed,
        embeddingFolder,
        checkpointFolder,
        checkpointsKept,
        furtherEpochs,
        notDogs,
        List.copyOf(listeners));
  }

  TrainingRun fit(Dataset training, @Nullable Dataset validation, RunMemory memory) {
    return fitting().fit(training, validation, memory);
  }

  LearningRateCurve findLearningRate(Dataset training, RateSearch search) {
    checkState(resumed == null, "a resumed run has its learning rate already");
    return fitting().findLearningRate(training, search);
  }

  void checkNoCheckpoints(String what) {
    checkState(
        checkpointFolder == null,
        "checkpoints can't be kept in a %s: its runs would share one folder",
        what);
  }

  private TrainingSettings settings() {
    Phase chosen =
        new Phase(
            start.stages() == 0
                ? "head"
                : start.stages() >= start.plan().stages().size()
                    ? "all stages"
                    : start.stages() == 1 ? "last stage" : "last " + start.stages() + " stages",
            start.stages(),
            epochs,
            learningRate,
            OptionalDouble.empty());
    List<Phase> all =
        !phases.isEmpty()
            ? phases
            : headPhase == null ? List.of(chosen) : List.of(headPhase, chosen);
    for (Phase phase : all) {
      checkState(
          phase.stages() == Phase.ALL || phase.stages() <= start.plan().stages().size(),
          "phase '%s' trains %s stages, but the backbone has %s",
          phase.name(),
          phase.stages(),
          start.plan().stages().size());
    }
    checkBackboneIsTrained(all);
    TrainingSettings settings =
        new TrainingSettings(
            all,
            batchSize,
            seed,
            new TrainingSettings.Updates(
                optimizer, accumulate, weightDecay, gradientClipping, movingAverage),
            new TrainingSettings.LearningRates(backboneLearningRate, stageDecay, schedule),
            new TrainingSettings.Loss(labelSmoothing, classWeights, distillation),
            earlyStopping,
            metrics,
            augmentation,
            cacheBytes());
    if (start.model().remembered().isPresent()) {
      RememberedBreeds.check(settings);
    }
    checkTeacherSees(settings);
    return settings;
  }

  /** Refuses rates of a backbone that no phase trains: they would do nothing, without a word. */
  private void checkBackboneIsTrained(List<Phase> all) {
    List<Phase> training = all.stream().filter(phase -> phase.stages() > 0).toList();
    for (String setting : List.of("backboneLearningRate", "stageDecay")) {
      String call = once.call(setting);
      checkState(
          call == null || !training.isEmpty(),
          "%s has nothing to act on: %s; leave it out, or %s",
          call,
          phases.isEmpty() ? "the model's backbone is frozen" : "each phase trains the head alone",
          phases.isEmpty()
              ? "build the model with fineTuneLast(n) or fineTuneAll()"
              : "add a Phase.last(stages, epochs, rate) or Phase.all(epochs, rate)");
    }
    String rate = once.call("backboneLearningRate");
    checkState(
        rate == null || training.stream().anyMatch(phase -> phase.backboneLearningRate().isEmpty()),
        "%s has nothing to act on: each phase that trains the backbone has a rate of its own",
        rate);
  }

  /** What a run, or several from the same start, keep of what they compute. */
  RunMemory memory() {
    return new RunMemory(resumed == null ? cacheBytes() : resumed.settings().cacheBytes());
  }

  private long cacheBytes() {
    return cacheBytes >= 0 ? cacheBytes : halfOfTheMemoryLeft();
  }

  private static long halfOfTheMemoryLeft() {
    Runtime runtime = Runtime.getRuntime();
    return (runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory())) / 2;
  }

  private void checkTeacher(TrainedModel trained) {
    checkArgument(
        trained.labels().equals(start.labels()),
        "the teacher's labels must be the model's, in the same order: it has %s, the model %s",
        describe(trained.labels()),
        describe(start.labels()));
  }

  /** Refuses a teacher that would have to look at pictures of another size than it takes. */
  private void checkTeacherSees(TrainingSettings settings) {
    for (TrainedModel teacher : teachers) {
      if (teacher.plan().inputSize() != start.plan().inputSize()) {
        checkNothingAugments(settings, teacher.plan().inputSize());
      }
    }
  }

  private void checkNothingAugments(TrainingSettings settings, int teachersSize) {
    for (Phase phase : settings.phases()) {
      checkState(
          PhaseInputs.augmentation(settings, phase).isNone(),
          "the teacher takes pictures of %s pixels, the model of %s, and phase '%s' shows both the"
              + " same changed pictures: set augmentation(Augmentation.none()), or take a teacher of"
              + " the same size",
          teachersSize,
          start.plan().inputSize(),
          phase.name());
    }
  }

  private static String describe(Labels labels) {
    return labels.size() <= 5
        ? labels.names().toString()
        : labels.size() + " (" + String.join(", ", labels.names().subList(0, 3)) + ", ...)";
  }

  private static String names(List<Phase> phases) {
    return phases.stream().map(Phase::name).collect(Collectors.joining(", "));
  }

  private void checkNoPhases(String second) {
    if (!phases.isEmpty()) {
      once.refuse(second, PHASES_HAVE_THEIR_OWN, "gradualUnfreeze");
    }
  }

  private void beforeChange(String name) {
    checkState(
        resumed == null,
        "%s can't be changed: the settings of a resumed run come from its checkpoint",
        name);
  }
}
