package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.common.primitives.Ints;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.spi.EmbeddedModel;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * A classifier that is ready to predict: network, weights, preprocessing, labels, and how it came
 * to be.
 *
 * <p>Stored, it is a folder: {@code config.json}, {@code model.safetensors} and {@code README.md},
 * the model card. Nothing in it can execute.
 *
 * <p>Immutable and safe from many threads at once.
 */
public final class TrainedModel {
  private final Labels labels;
  private final Architecture architecture;
  private final NetworkPlan plan;
  private final Preprocessing preprocessing;
  private final WeightsOrigin origin;
  private final ImmutableMap<String, Tensor> weights;
  private final double temperature;
  private final Optional<ConfidenceThreshold> confidenceThreshold;
  private final ImmutableMap<String, String> provenance;
  private final Optional<BreedStatistics> statistics;

  TrainedModel(
      Labels labels,
      Architecture architecture,
      Preprocessing preprocessing,
      WeightsOrigin origin,
      ImmutableMap<String, Tensor> weights,
      Map<String, String> provenance) {
    this(labels, architecture, preprocessing, origin, weights, 1, Optional.empty(), provenance);
  }

  TrainedModel(
      Labels labels,
      Architecture architecture,
      Preprocessing preprocessing,
      WeightsOrigin origin,
      ImmutableMap<String, Tensor> weights,
      double temperature,
      Optional<ConfidenceThreshold> confidenceThreshold,
      Map<String, String> provenance) {
    this(
        labels,
        architecture,
        preprocessing,
        origin,
        weights,
        temperature,
        confidenceThreshold,
        provenance,
        Optional.empty());
  }

  private TrainedModel(
      Labels labels,
      Architecture architecture,
      Preprocessing preprocessing,
      WeightsOrigin origin,
      ImmutableMap<String, Tensor> weights,
      double temperature,
      Optional<ConfidenceThreshold> confidenceThreshold,
      Map<String, String> provenance,
      Optional<BreedStatistics> statistics) {
    this.labels = labels;
    this.architecture = architecture;
    this.preprocessing = preprocessing;
    this.origin = origin;
    this.plan = architecture.plan(preprocessing, labels.size());
    this.weights = weights;
    this.temperature = temperature;
    this.confidenceThreshold = confidenceThreshold;
    this.provenance = ImmutableMap.copyOf(provenance);
    this.statistics = statistics;
  }

  /**
   * Loads a model that was saved, and checks it: the format's version, the checksum, the tensors,
   * the labels.
   *
   * @param folder the model's folder
   * @return the model
   * @throws dev.dogvision.ModelNotFoundException if there is none
   * @throws dev.dogvision.DamagedFileException if a file of it is missing or broken
   * @throws dev.dogvision.MismatchException if its files don't fit together, it is of a format that
   *     this version does not read, or it needs a published backbone, see {@link #load(Path,
   *     Backbone)}
   */
  public static TrainedModel load(Path folder) {
    return ModelFolder.load(folder, null);
  }

  /**
   * Loads a model that was trained on a published backbone, see {@link
   * Backbone#torchScript(String)}. That backbone is code, so a model's folder only says which it
   * is, and whoever loads the model has it opened.
   *
   * @param folder the model's folder
   * @param backbone the published backbone that it was trained on
   * @return the model
   * @throws dev.dogvision.ModelNotFoundException if there is none
   * @throws dev.dogvision.DamagedFileException if a file of it is missing or broken
   * @throws dev.dogvision.MismatchException if it was trained on something else, its files don't
   *     fit together, or it is of a format that this version does not read
   */
  public static TrainedModel load(Path folder, Backbone backbone) {
    return ModelFolder.load(folder, requireNonNull(backbone, "backbone"));
  }

  /**
   * The most accurate of the models that jars on the class path bring along.
   *
   * @return the embedded model
   * @throws dev.dogvision.ModelNotFoundException if there is none, naming the dependency to add
   */
  public static TrainedModel pretrained() {
    return load(EmbeddedModels.onClassPath().mostAccurate());
  }

  /**
   * A model that a jar on the class path brings along, by its name.
   *
   * @param name for example {@code fast}
   * @return the embedded model
   * @throws dev.dogvision.ModelNotFoundException if there is none of that name, naming those there
   *     are
   */
  public static TrainedModel pretrained(String name) {
    return load(EmbeddedModels.onClassPath().named(name));
  }

  /**
   * The models that jars on the class path bring along. None of them is loaded by this; {@link
   * #load(EmbeddedModel)} does that.
   *
   * @return the most accurate first, which is what {@link #pretrained()} gives; empty if there is
   *     none
   */
  public static List<EmbeddedModel> embedded() {
    return EmbeddedModels.onClassPath().all();
  }

  /**
   * Loads an embedded model, with the same checks as {@link #load(Path)}.
   *
   * @param embedded where its files are
   * @return the model
   * @throws DogVisionException if something in it is wrong
   */
  public static TrainedModel load(EmbeddedModel embedded) {
    return ModelFolder.load(embedded.description(), embedded::open, null);
  }

  /**
   * Saves the model in single precision, whole or not at all.
   *
   * @param folder the model's folder. A model that is there is replaced, and stays as it was if
   *     this fails; other files in it are kept. A folder that holds other things but no model is
   *     refused
   * @return the folder
   * @throws DogVisionException if it can't be written
   */
  @CanIgnoreReturnValue
  public Path save(Path folder) {
    return save(folder, ElementType.F32);
  }

  /**
   * Saves the model, whole or not at all.
   *
   * @param folder as for {@link #save(Path)}
   * @param precision {@code F32}, or {@code F16} for half the size at a rounding of the weights;
   *     what it {@linkplain #statistics() remembers} of its breeds is then rounded to bytes
   * @return the folder
   * @throws DogVisionException if it can't be written
   * @throws IllegalArgumentException if the precision is another one, or a weight too large for
   *     half precision
   */
  @CanIgnoreReturnValue
  public Path save(Path folder, ElementType precision) {
    checkArgument(
        precision == ElementType.F32 || precision == ElementType.F16,
        "precision must be F32 or F16, got %s",
        precision);
    ModelFolder.save(this, folder, precision);
    return folder;
  }

  /**
   * Saves the model in single precision under a name of date, time and suffix, as in {@code
   * 20241105-142356-frozen-1000}. Where the name is taken, a number is added.
   *
   * @param parent the folder that holds the models; made where it is missing
   * @param suffix letters, digits, dots, hyphens and underscores; empty for none
   * @return the new folder
   * @throws DogVisionException if it can't be written
   */
  public Path saveIn(Path parent, String suffix) {
    return saveIn(parent, suffix, LocalDateTime.now(ZoneId.systemDefault()));
  }

  Path saveIn(Path parent, String suffix, LocalDateTime now) {
    checkArgument(
        suffix.matches("[A-Za-z0-9._-]{0,100}"),
        "suffix may hold letters, digits, '.', '-' and '_', at most 100, got \"%s\"",
        suffix);
    return ModelFolder.saveIn(this, parent, suffix, now);
  }

  /**
   * What it tells apart.
   *
   * @return the labels, in the order of the logits
   */
  public Labels labels() {
    return labels;
  }

  /**
   * Its architecture.
   *
   * @return blocks, channels and padding
   */
  public Architecture architecture() {
    return architecture;
  }

  /**
   * Its network.
   *
   * @return the plan
   */
  public NetworkPlan plan() {
    return plan;
  }

  /**
   * What happens to a picture before the network sees it.
   *
   * @return the preprocessing that it was trained with
   */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /**
   * Where the weights that it started from come from.
   *
   * @return source and licence, as far as they are known
   */
  public WeightsOrigin origin() {
    return origin;
  }

  /**
   * Its tensors.
   *
   * @return every tensor of {@link #plan()}, in the plan's order
   */
  public ImmutableMap<String, Tensor> weights() {
    return weights;
  }

  /**
   * What logits are divided by before they become probabilities.
   *
   * @return above 0; 1 for a model that was not calibrated
   */
  public double temperature() {
    return temperature;
  }

  /**
   * Below which score a prediction is called unsure.
   *
   * @return empty where none was fitted
   */
  public Optional<ConfidenceThreshold> confidenceThreshold() {
    return confidenceThreshold;
  }

  /**
   * How it came to be: data fingerprint, seed, versions, settings, figures.
   *
   * @return names and values, in the order in which they were given
   */
  public ImmutableMap<String, String> provenance() {
    return provenance;
  }

  /**
   * What tells this model from others: a hash of all that its predictions depend on, which are
   * labels, preprocessing, network, weights, temperature and threshold. Provenance does not count,
   * nor does what it remembers of photographs.
   *
   * @return 64 hexadecimal digits; those of a SHA-256
   */
  public String fingerprint() {
    Hasher hasher = Hashing.sha256().newHasher();
    Fingerprints.putText(hasher, labels.names().toString());
    Fingerprints.putText(hasher, preprocessing.toString());
    Fingerprints.putText(hasher, plan.toString());
    Fingerprints.putText(hasher, temperature + " " + confidenceThreshold);
    for (Tensor tensor : weights.values()) { // names and shapes are the plan's
      Fingerprints.putValues(hasher, tensor.values());
    }
    return hasher.hash().toString();
  }

  /**
   * The same model with another temperature.
   *
   * @param newTemperature above 0; above 1 makes it less sure of itself, below 1 more
   * @return the changed model
   */
  public TrainedModel withTemperature(double newTemperature) {
    checkArgument(
        newTemperature > 0 && newTemperature < Double.POSITIVE_INFINITY,
        "temperature must be positive and finite, got %s",
        newTemperature);
    return with(newTemperature, confidenceThreshold, provenance, statistics);
  }

  /**
   * The same model narrowed to some of its labels: it tells only these apart, in the order given,
   * and their probabilities are renewed among them, so that they sum to 1. Nothing is trained. A
   * photograph of something else is answered with one of these too; the temperature and the
   * threshold stay, so that it may be called unsure.
   *
   * <pre>{@code
   * TrainedModel ours = TrainedModel.pretrained().only(Labels.of("pug", "beagle", "dalmatian"));
   * }</pre>
   *
   * @param kept two or more, among the model's, be it in another spelling, as {@code
   *     Dataset.withLabels} matches them; the narrowed model has them as they are spelled here
   * @return the narrowed model
   * @throws IllegalArgumentException if there are fewer than two, two of them mean the same label
   *     of the model, or the model does not know one, naming all that it does not know
   */
  public TrainedModel only(Labels kept) {
    checkArgument(kept.size() >= 2, "labels: a classifier needs two or more, got %s", kept.names());
    return new TrainedModel(
            kept,
            architecture,
            preprocessing,
            origin,
            HeadRows.of(plan, weights, labels, kept),
            temperature,
            confidenceThreshold,
            provenance)
        .withProvenance(
            Map.of(
                "narrowed",
                String.format(Locale.ROOT, "to %s of %s labels", kept.size(), labels.size())));
  }

  /**
   * The same model with a threshold for {@code Prediction.isUnsure()}.
   *
   * @param threshold fitted on photographs
   * @return the changed model
   */
  public TrainedModel withConfidenceThreshold(ConfidenceThreshold threshold) {
    return with(temperature, Optional.of(threshold), provenance, statistics);
  }

  /**
   * Part of the way from this model to another: every weight is this one's and the other's, mixed.
   * Between a model and what fine-tuning made of it, the way often has places that are better than
   * both ends on photographs unlike those that were trained on: Wortsman and others, "Robust
   * fine-tuning of zero-shot models", 2022. Temperature and threshold are lost, since they belong
   * to the weights that they were fitted on.
   *
   * @param other a model of the same network, labels and preprocessing, of the same origin if the
   *     outcome is to be of any use
   * @param share of the other model, 0..1: 0 gives this model's weights, 1 the other's
   * @return the mixed model, with this one's provenance
   * @throws IllegalArgumentException if the models differ in network, labels or preprocessing
   */
  public TrainedModel towards(TrainedModel other, double share) {
    checkArgument(share >= 0 && share <= 1, "share must be in 0..1, got %s", share);
    checkArgument(
        plan.equals(other.plan)
            && labels.equals(other.labels)
            && preprocessing.equals(other.preprocessing),
        "%s can't be mixed with %s: their networks, labels or preprocessing differ",
        this,
        other);
    ImmutableMap.Builder<String, Tensor> mixed = ImmutableMap.builder();
    weights.forEach(
        (name, tensor) -> {
          float[] from = tensor.values();
          float[] to = requireNonNull(other.weights.get(name)).values();
          float[] values = new float[from.length];
          for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((1 - share) * from[i] + share * to[i]);
          }
          mixed.put(name, Tensor.of(values, Ints.toArray(tensor.shape())));
        });
    return new TrainedModel(
        labels, architecture, preprocessing, origin, mixed.buildOrThrow(), provenance);
  }

  /**
   * The same model with more said about how it came to be.
   *
   * @param more names and values; those that are there already are replaced
   * @return the changed model
   */
  public TrainedModel withProvenance(Map<String, String> more) {
    ImmutableMap<String, String> merged =
        ImmutableMap.<String, String>builder().putAll(provenance).putAll(more).buildKeepingLast();
    return with(temperature, confidenceThreshold, merged, statistics);
  }

  /**
   * What it remembers of the photographs of its breeds, so that {@link
   * TransferModel#from(TrainedModel) others can be added} without these. A run whose backbone is
   * frozen sees to it; {@code TrainingRun.rememberBreeds()} and {@link #remembering} do for others.
   *
   * @return empty for a model that remembers nothing
   */
  public Optional<BreedStatistics> statistics() {
    return statistics;
  }

  /**
   * The same model, remembering photographs of its breeds. Predictions are not changed by it.
   *
   * <pre>{@code
   * try (Predictor predictor = Predictor.of(model)) {
   *   model.remembering(predictor.embedAll(photographs)).save(folder);
   * }
   * }</pre>
   *
   * @param embeddings of photographs of all of its breeds, made with this very model: 10 to 20 a
   *     breed are enough, those that it was trained on are fine
   * @return the changed model
   * @throws MismatchException if another model made the embeddings
   * @throws IllegalArgumentException if a photograph's label is missing or not among the model's,
   *     or a breed has no photograph
   */
  public TrainedModel remembering(Embeddings embeddings) {
    String network = Fingerprints.embedding(plan, preprocessing, weights);
    if (!embeddings.network().equals(network)) {
      throw new MismatchException(
          "embeddings",
          "the embeddings were made with another network than this model's: make them with"
              + " Predictor.of(model).embedAll(photographs)");
    }
    BreedStatistics gathered = BreedStatistics.of(labels, embeddings);
    List<String> missing =
        IntStream.range(0, labels.size())
            .filter(label -> gathered.photographs(label) == 0)
            .mapToObj(labels::name)
            .toList();
    checkArgument(
        missing.isEmpty(),
        "embeddings: %s of the model's %s breeds have no photograph among these, and would be"
            + " forgotten: %s",
        missing.size(),
        labels.size(),
        Excerpt.names(missing));
    return remembering(gathered);
  }

  /**
   * The same model with statistics that were gathered before.
   *
   * @param gathered of embeddings of this model's network, for its labels from the first on
   * @return the changed model
   * @throws IllegalArgumentException if they are not of this model's labels or embeddings
   */
  public TrainedModel remembering(BreedStatistics gathered) {
    checkArgument(
        gathered.dimension() == plan.embeddingSize()
            && gathered.labels().size() <= labels.size()
            && gathered.labels().equals(labels.names().subList(0, gathered.labels().size())),
        "gathered: %s of embeddings of %s values don't fit this model of %s labels and embeddings"
            + " of %s values",
        gathered,
        gathered.dimension(),
        labels.size(),
        plan.embeddingSize());
    return with(temperature, confidenceThreshold, provenance, Optional.of(gathered));
  }

  /** The same network with the same weights and labels, and all else as given. */
  private TrainedModel with(
      double newTemperature,
      Optional<ConfidenceThreshold> newThreshold,
      Map<String, String> newProvenance,
      Optional<BreedStatistics> newStatistics) {
    return new TrainedModel(
        labels,
        architecture,
        preprocessing,
        origin,
        weights,
        newTemperature,
        newThreshold,
        newProvenance,
        newStatistics);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "TrainedModel[%s, %s x %s pixels, %s labels]",
        architecture.title(),
        plan.inputSize(),
        plan.inputSize(),
        labels.size());
  }
}
