package dev.dogvision.train;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Floats;
import com.google.errorprone.annotations.CheckReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.Precision;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.evaluate.TemperatureScaling;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.inputs.ExecutionContext;
import dev.dogvision.internal.inputs.FrozenPart;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.model.BreedStatistics;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a run gave: the trained model and how it came to be. Immutable.
 *
 * <p>A run remembers what it has computed of photographs, within {@link Trainer#cacheMemory}: what
 * it was trained and validated on with a frozen backbone is neither decoded nor embedded again by
 * {@link #evaluate}, {@link #calibrate} and a report, and what one of these has computed serves the
 * others. It goes by the photographs' content, and the JVM may take the memory back.
 */
public final class TrainingRun {
  /** Bounds the embeddings that are held besides those that are remembered. */
  private static final int EVALUATED_AT_ONCE = 4096;

  private static final int HEAD_BATCH = 64;

  private final TrainedModel model;
  private final History history;
  private final int chosenEpoch;
  private final TrainingEnd end;
  private final Map<String, String> settings;
  private final ExecutionContext context;
  private final RunMemory memory;
  private final Origin origin;

  /**
   * What the run came from, so that it can go on.
   *
   * @param session how it was trained
   * @param state where it stands; copied by whoever goes on
   * @param training the training data
   * @param validation the validation data, or null
   */
  record Origin(
      TrainingSession session, RunState state, Dataset training, @Nullable Dataset validation) {}

  private TrainingRun(
      TrainedModel model,
      History history,
      int chosenEpoch,
      TrainingEnd end,
      Map<String, String> settings,
      ExecutionContext context,
      RunMemory memory,
      Origin origin) {
    this.model = model;
    this.history = history;
    this.chosenEpoch = chosenEpoch;
    this.end = end;
    this.settings = settings;
    this.context = context;
    this.memory = memory;
    this.origin = origin;
  }

  /**
   * A run that has ended.
   *
   * @param statistics how the training photographs' embeddings lie, where that is known
   */
  static TrainingRun of(
      Origin origin,
      TrainingEnd end,
      ExecutionContext context,
      RunMemory memory,
      @Nullable BreedStatistics statistics) {
    RunState state = origin.state();
    StartingPoint start = origin.session().start();
    TrainingSettings settings = origin.session().settings();
    RunState.Chosen chosen = state.chosen;
    History history = state.history();
    ImmutableMap.Builder<String, String> provenance = ImmutableMap.builder();
    settings.describe().forEach((name, value) -> provenance.put("training." + name, value));
    provenance.put("training.images", String.valueOf(origin.training().size()));
    provenance.put("training.data", origin.training().fingerprint());
    provenance.put("training.engine", context.engine().name() + " " + context.engine().version());
    provenance.put("training.device", context.device().toString());
    provenance.put("training.epochs", String.valueOf(history.size()));
    provenance.put("training.ended", end.description());
    if (chosen != null) {
      provenance.put("training.chosenEpoch", String.valueOf(chosen.epoch()));
      history
          .epochs()
          .get(chosen.epoch() - 1)
          .values()
          .forEach(
              (name, value) -> provenance.put(name, String.format(Locale.ROOT, "%.4f", value)));
    }
    provenance.putAll(start.provenance());
    TrainedModel trained =
        start
            .model()
            .trained(
                chosen == null ? start.weights() : chosen.weights(), provenance.buildKeepingLast());
    ConfidenceThreshold threshold = chosen == null ? null : chosen.threshold();
    Dataset validation = origin.validation();
    TrainedModel unsure =
        threshold == null || validation == null
            ? trained
            : UnsurePredictions.with(trained, threshold, validation.size());
    return new TrainingRun(
        statistics == null ? unsure : remembering(unsure, statistics),
        history,
        chosen == null ? 0 : chosen.epoch(),
        end,
        settings.describe(),
        context,
        memory,
        origin);
  }

  private TrainingRun with(TrainedModel changed, String setting, String value) {
    return new TrainingRun(
        changed,
        history,
        chosenEpoch,
        end,
        ImmutableMap.<String, String>builder()
            .putAll(settings)
            .put(setting, value)
            .buildKeepingLast(),
        context,
        memory,
        origin);
  }

  /** The same with a threshold that was tried on photographs of other things. */
  TrainingRun triedOn(Dataset others, Dataset validation) {
    TrainedModel tried =
        UnsurePredictions.with(model, logits(validation.examples()), logits(others.examples()));
    return with(tried, "unsure", UnsurePredictions.describe(tried).orElseThrow());
  }

  /**
   * The trained model. Trained with 20 validation photographs or more, it calls predictions unsure
   * whose score is below that of 95 % of them: the energy where the head {@linkplain
   * dev.dogvision.model.TransferModel.Builder#warmStart() started warm}, the highest probability
   * where it did not, and with {@link Trainer#notDogs} whichever catches more of other things. Its
   * provenance and {@link #toString} say so.
   *
   * @return with the weights of the {@link #chosenEpoch()}
   */
  public TrainedModel model() {
    return model;
  }

  /**
   * Every epoch's figures.
   *
   * @return one outcome an epoch
   */
  public History history() {
    return history;
  }

  /**
   * The epoch whose weights {@link #model()} has: with early stopping the best by its metric,
   * otherwise the last.
   *
   * @return from 1; 0 if the run was stopped or interrupted before the first epoch's end
   */
  public int chosenEpoch() {
    return chosenEpoch;
  }

  /**
   * The figures of the epoch whose weights {@link #model()} has.
   *
   * @return empty if the run was stopped or interrupted before the first epoch's end
   */
  public Optional<EpochOutcome> chosen() {
    return chosenEpoch == 0 ? Optional.empty() : Optional.of(history.epochs().get(chosenEpoch - 1));
  }

  /**
   * Why the run ended.
   *
   * @return a value to look at; {@link TrainingEnd#description()} is for people
   */
  public TrainingEnd end() {
    return end;
  }

  /**
   * Trains on: the same data and settings, from where the run stands. Epoch numbers, history,
   * optimiser, moving average and everything random go on, so that 10 epochs and {@code
   * continueFor(10)} give what 20 epochs give, to the last bit.
   *
   * <p>That is so where the schedule does not know the length of the run, as {@link
   * Schedule#constant()} and {@link Schedule#reduceOnPlateau}. One that does ({@link
   * Schedule#cosine()}, {@link Schedule#oneCycle()}) goes on as that of the longer run would from
   * this epoch: its rate, which had come down, is up again.
   *
   * <p>Listeners, checkpoints and TensorBoard's folder go on too. The weights start from the last
   * epoch's, not from the chosen one's, and early stopping still remembers the best; where it ended
   * the run, patience counts anew. A run of several phases that ended before the last first does
   * what it had left. A {@link #calibrate fitted} temperature does not go on: the weights change.
   *
   * @param epochs how many further epochs at most, at least 1
   * @return a new run, this one's epochs included; this one stays as it is
   * @throws IllegalArgumentException if the number is not positive
   * @throws DivergedException if the numbers ran away
   * @throws dev.dogvision.DogVisionException if a photograph can't be read any more
   */
  public TrainingRun continueFor(int epochs) {
    TrainingChecks.furtherEpochs(epochs);
    return origin.session().goOn(origin, epochs, memory);
  }

  /**
   * Every setting of the run by name, for people.
   *
   * @return name to value
   */
  public Map<String, String> settings() {
    return settings;
  }

  /**
   * Every setting of the run in words, the most telling first, and then what was done to the model
   * after the training, such as a {@link #calibrate fitted} temperature.
   *
   * @return one description a setting; those that are as usual say so
   */
  public List<DescribedSetting> settingsInWords() {
    TrainingSettings trained = origin.session().settings();
    List<DescribedSetting> words = new ArrayList<>(SettingsInWords.of(trained));
    Set<String> said = trained.describe().keySet();
    settings.forEach(
        (name, value) -> {
          if (!said.contains(name)) {
            words.add(
                new DescribedSetting(
                    Ascii.toUpperCase(name.charAt(0)) + name.substring(1), value, false));
          }
        });
    return List.copyOf(words);
  }

  /**
   * Measures the trained model on labelled photographs, on the device that it was trained on.
   *
   * @param dataset photographs whose labels are among the model's, be it in another spelling, as
   *     {@link Dataset#withLabels(dev.dogvision.data.Labels)} matches them
   * @return the figures
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks
   * @throws dev.dogvision.DogVisionException if a photograph can't be read, or the thread is
   *     interrupted; it stays so
   */
  public Evaluation evaluate(Dataset dataset) {
    LabelledImages images = LabelledImages.of("evaluation", dataset, model.labels());
    return Evaluation.ofLogits(
        model.labels(),
        images.examples().stream().map(Example::id).toList(),
        images.labels(),
        logits(images.examples()),
        model.temperature());
  }

  /**
   * Makes the trained model's percentages honest: fits the temperature that its logits are divided
   * by. Which breed is the most probable stays the same, and so do accuracy and F1; log-loss,
   * calibration and reports are then those at the temperature, with those before beside them.
   *
   * <pre>{@code
   * run.calibrate(split.validation()).model().save(folder);
   * }</pre>
   *
   * <p>The model is made surer of itself only as far as the photographs insist on it, see {@link
   * TemperatureScaling}. What the temperature was fitted on is kept with the model, and whether
   * these photographs also chose the epoch: then take others, {@code dogs.split(0.7, 0.15, seed)}
   * gives some, or the predictions of a {@link CrossValidation}.
   *
   * @param validation photographs that the run was not trained on, with labels among the model's.
   *     Log-loss and calibration on the same photographs lean a little towards the good side
   *     afterwards, by what one fitted number can do
   * @return this run, with {@link TrainedModel#withTemperature} applied to its model
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks
   * @throws dev.dogvision.DogVisionException if a photograph can't be read, or the thread is
   *     interrupted; it stays so
   * @see TemperatureScaling
   */
  @CheckReturnValue
  public TrainingRun calibrate(Dataset validation) {
    LabelledImages images = LabelledImages.of("validation", validation, model.labels());
    float[][] logits = logits(images.examples());
    double temperature = TemperatureScaling.temperature(logits, images.labels());
    String fitted =
        String.format(
            Locale.ROOT,
            "%.3f, fitted on %d validation photographs%s",
            temperature,
            images.size(),
            choseTheEpoch(images) ? ", which also chose the epoch" : "");
    TrainedModel scaled =
        model.withTemperature(temperature).withProvenance(Map.of("temperature", fitted));
    boolean probability =
        model.confidenceThreshold().isPresent()
            && model.confidenceThreshold().get().score() == Score.MAXIMUM_PROBABILITY;
    return with(
        // A probability is another one at another temperature; an energy stays what it was.
        probability ? UnsurePredictions.refitted(scaled, logits) : scaled, "temperature", fitted);
  }

  private boolean choseTheEpoch(LabelledImages images) {
    EarlyStopping early = origin.session().settings().earlyStopping();
    Dataset validation = origin.validation();
    return early != null
        && early.metric().needsValidation()
        && validation != null
        && images
            .fingerprint()
            .equals(LabelledImages.of("validation", validation, model.labels()).fingerprint());
  }

  /** What a model remembered before goes before what this run has seen. */
  private static TrainedModel remembering(TrainedModel model, BreedStatistics seen) {
    return model.remembering(model.statistics().map(known -> known.with(seen)).orElse(seen));
  }

  /**
   * Lets the trained model remember the photographs that it was trained on, so that {@link
   * dev.dogvision.model.TransferModel#from breeds can be added} to it without them. Where the
   * backbone was frozen and nothing augmented, it does already; otherwise each photograph goes
   * through the trained backbone once.
   *
   * @return this run, with {@link TrainedModel#statistics()} in its model
   * @throws IllegalArgumentException if there are no two photographs of one breed
   * @throws dev.dogvision.DogVisionException if a photograph can't be read any more
   */
  @CheckReturnValue
  public TrainingRun rememberBreeds() {
    if (model.statistics().isPresent()
        && model.statistics().orElseThrow().labels().size() == model.labels().size()) {
      return this;
    }
    TrainedModel remembering =
        remembering(model, BreedStatistics.of(model.labels(), embeddings(trainingData())));
    return new TrainingRun(
        remembering, history, chosenEpoch, end, settings, context, memory, origin);
  }

  /**
   * The embeddings that the trained backbone gives for photographs. What of them was computed
   * before is not computed again.
   *
   * @param dataset photographs, labelled or not
   * @return a row for each, in the data set's order
   * @throws dev.dogvision.DogVisionException if a photograph can't be read
   */
  public Embeddings embeddings(Dataset dataset) {
    FrozenPart backbone =
        backbone(new ExecutionContext(context.engine(), model.plan(), context.device()));
    List<Example> examples = dataset.examples();
    return Embeddings.of(
        Fingerprints.embedding(model.plan(), model.preprocessing(), model.weights()),
        model.plan().embeddingSize(),
        examples.stream().map(Example::id).toList(),
        labels(examples),
        requireNonNull(backbone.rows(examples, null, (done, total) -> true), "embeddings"),
        List.of());
  }

  private static List<@Nullable String> labels(List<Example> examples) {
    List<@Nullable String> labels = new ArrayList<>();
    examples.forEach(example -> labels.add(example.label()));
    return labels;
  }

  /**
   * The photographs that it was trained on.
   *
   * @return with the model's labels; ids that a CSV gave are still binding
   */
  public Dataset trainingData() {
    return origin.training().withLabels(model.labels());
  }

  ExecutionContext context() {
    return context;
  }

  /**
   * The trained model's logits. What of the photographs was computed before is not computed again.
   *
   * @param examples photographs
   * @return one row a photograph
   */
  float[][] logits(List<Example> examples) {
    NetworkPlan plan = model.plan();
    ExecutionContext trained = new ExecutionContext(context.engine(), plan, context.device());
    FrozenPart backbone = backbone(trained);
    float[][] logits = new float[examples.size()][];
    try (Network head =
        context
            .engine()
            .open(
                plan,
                new Segment(plan.embeddingPosition(), plan.logitsPosition()),
                model.weights(),
                context.device(),
                Precision.FLOAT32)) {
      for (int start = 0; start < logits.length; start += EVALUATED_AT_ONCE) {
        int end = Math.min(logits.length, start + EVALUATED_AT_ONCE);
        List<Example> some = examples.subList(start, end);
        float[][] embeddings =
            backbone.rows(some, null, (done, total) -> !Thread.currentThread().isInterrupted());
        if (embeddings == null) {
          throw interrupted(start, logits.length);
        }
        int row = start;
        for (int i = 0; i < embeddings.length; i += HEAD_BATCH) {
          if (Thread.currentThread().isInterrupted()) {
            throw interrupted(row, logits.length);
          }
          int size = Math.min(HEAD_BATCH, embeddings.length - i);
          float[] values =
              head.forward(
                      new ActivationBatch(
                          Floats.concat(Arrays.copyOfRange(embeddings, i, i + size)), size))
                  .values();
          for (int k = 0; k < size; k++) {
            logits[row++] =
                Arrays.copyOfRange(values, k * plan.classes(), (k + 1) * plan.classes());
          }
        }
      }
    }
    return logits;
  }

  private static DogVisionException interrupted(int done, int all) {
    return new DogVisionException(
        String.format(
            Locale.ROOT, "interrupted when %d of %d photographs were evaluated", done, all),
        new InterruptedException());
  }

  /** The trained backbone, from where its training began: up to there much may be remembered. */
  private FrozenPart backbone(ExecutionContext trained) {
    NetworkPlan plan = model.plan();
    TrainingSettings settings = origin.session().settings();
    int lastPhase = Math.min(origin.state().phase, settings.phases().size() - 1);
    int boundary = PhaseInputs.boundary(settings, settings.phases().get(lastPhase), plan);
    int embedding = plan.embeddingPosition();
    FrozenPart part =
        new FrozenPart(
            trained,
            model.weights(),
            model.preprocessing(),
            boundary == 0 ? embedding : boundary,
            memory);
    return part.position() == embedding ? part : part.upTo(embedding);
  }

  @Override
  public String toString() {
    return "TrainingRun["
        + history.size()
        + " epochs, "
        + end.description()
        + ", weights of epoch "
        + chosenEpoch
        + UnsurePredictions.describe(model).map(text -> "; unsure " + text).orElse("")
        + "]";
  }
}
