package dev.dogvision.predict;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.dogvision.data.Labels;
import dev.dogvision.internal.pipeline.PictureQuality;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.TrainedModel;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a model says of one picture. Immutable and safe from many threads at once.
 *
 * <p>With the logits {@code z} and the model's temperature {@code T} the probabilities are {@code
 * softmax(z / T)}.
 */
public final class Prediction {
  /** Of the network's input: a picture that is smaller was blown up more than fourfold. */
  private static final double SMALLEST = 0.25;

  /** Of 255; what is left of a photograph there is noise. */
  private static final double DARKEST = 12;

  private static final double BRIGHTEST = 252;

  /** Of the most probable label's probability. */
  private static final double RIVAL = 0.5;

  private final Labels labels;
  private final float[] logits;
  private final double temperature;
  private final Optional<ConfidenceThreshold> threshold;
  private final double[] probabilities;
  private final PictureQuality quality;
  private final int inputSize;

  Prediction(TrainedModel model, float[] logits, PictureQuality quality) {
    this(
        model.labels(),
        logits,
        model.temperature(),
        model.confidenceThreshold(),
        quality,
        model.preprocessing().size());
  }

  private Prediction(
      Labels labels,
      float[] logits,
      double temperature,
      Optional<ConfidenceThreshold> threshold,
      PictureQuality quality,
      int inputSize) {
    checkArgument(
        logits.length == labels.size(), "logits: %s for %s labels", logits.length, labels.size());
    this.labels = labels;
    this.logits = logits;
    this.temperature = temperature;
    this.threshold = threshold;
    this.probabilities = softmax(logits, temperature);
    this.quality = quality;
    this.inputSize = inputSize;
  }

  /**
   * A prediction of one's own, for tests and for what stands in a predictor's place.
   *
   * @param labels what was told apart
   * @param logits one finite number a label; copied
   * @return the prediction at a temperature of 1, of a picture that nothing is wrong with, and
   *     never unsure
   * @throws IllegalArgumentException if there is not one finite number for each label
   */
  public static Prediction of(Labels labels, float[] logits) {
    for (float logit : logits) {
      checkArgument(Float.isFinite(logit), "logits must be finite, got %s", logit);
    }
    return new Prediction(
        labels, logits.clone(), 1, Optional.empty(), PictureQuality.UNKNOWN, /* inputSize= */ 0);
  }

  /** {@code softmax(logits / temperature)}, without overflow whatever the logits. */
  static double[] softmax(float[] logits, double temperature) {
    double highest = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      highest = Math.max(highest, logit);
    }
    double[] probabilities = new double[logits.length];
    double sum = 0;
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = Math.exp((logits[i] - highest) / temperature);
      sum += probabilities[i];
    }
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }

  /**
   * The most probable label.
   *
   * @return it and its probability
   */
  public Classification best() {
    return top(1).get(0);
  }

  /**
   * The most probable labels.
   *
   * @param k how many, at least 1; all of them if there are fewer
   * @return an immutable list, the most probable first; equals in the labels' order
   * @throws IllegalArgumentException if k is not positive
   */
  public List<Classification> top(int k) {
    checkArgument(k >= 1, "k must be at least 1, got %s", k);
    return IntStream.range(0, probabilities.length)
        .boxed()
        .sorted((a, b) -> Double.compare(probabilities[b], probabilities[a]))
        .limit(k)
        .map(i -> new Classification(labels.name(i), probabilities[i]))
        .toList();
  }

  /**
   * All probabilities.
   *
   * @return label to probability in the labels' order; they sum to 1
   */
  public ImmutableMap<String, Double> probabilities() {
    ImmutableMap.Builder<String, Double> map = ImmutableMap.builder();
    for (int i = 0; i < probabilities.length; i++) {
      map.put(labels.name(i), probabilities[i]);
    }
    return map.buildOrThrow();
  }

  /**
   * How probable one label is.
   *
   * @param label one of the model's labels
   * @return 0..1
   * @throws IllegalArgumentException if the model has no such label
   */
  public double probability(String label) {
    return probabilities[labels.index(label)];
  }

  /**
   * What the network gave before temperature and softmax.
   *
   * @return a copy, in the labels' order
   */
  public float[] logits() {
    return logits.clone();
  }

  /**
   * What the model tells apart.
   *
   * @return the labels, in the order of the logits
   */
  public Labels labels() {
    return labels;
  }

  /**
   * How much all classes together like the picture: {@code log(sum(exp(logits)))}. Low for pictures
   * unlike those that the model has learnt from.
   *
   * @return the energy score of Liu et al., 2020; higher is surer
   */
  public double energy() {
    return Score.ENERGY.of(logits, temperature);
  }

  /**
   * What {@link #isUnsure()} compares with the model's threshold.
   *
   * @return the score that the threshold was fitted for, the highest probability where there is
   *     none; higher is surer
   */
  public double score() {
    return threshold
        .map(ConfidenceThreshold::score)
        .orElse(Score.MAXIMUM_PROBABILITY)
        .of(logits, temperature);
  }

  /**
   * Whether the picture may well hold no dog, or none that the model knows.
   *
   * @return whether {@link #score()} is below the model's threshold; false for a model without one
   */
  public boolean isUnsure() {
    return threshold.isPresent() && threshold.get().isUnsure(score());
  }

  /**
   * Why the answer is better not relied on.
   *
   * @return the gravest reason first; empty where none was found
   */
  public List<Doubt> doubts() {
    ImmutableList.Builder<Doubt> doubts = ImmutableList.builder();
    if (quality.brightness() < DARKEST) {
      doubts.add(new Doubt(Doubt.Kind.TOO_DARK));
    }
    if (quality.brightness() > BRIGHTEST) {
      doubts.add(new Doubt(Doubt.Kind.TOO_BRIGHT));
    }
    if (quality.shorterSide() < inputSize * SMALLEST) {
      doubts.add(new Doubt(Doubt.Kind.TOO_SMALL));
    }
    if (isUnsure()) {
      doubts.add(new Doubt(Doubt.Kind.NOT_ONE_OF_THESE));
    }
    List<Classification> ranked = top(labels.size());
    double least = RIVAL * ranked.get(0).probability();
    List<Classification> rivals =
        ranked.stream().takeWhile(label -> label.probability() >= least).toList();
    if (rivals.size() > 1) {
      doubts.add(new Doubt(Doubt.Kind.BETWEEN_BREEDS, rivals));
    }
    return doubts.build();
  }

  /**
   * The answer for other programs: an object of {@code label} and {@code probability} of the most
   * probable label; {@code top}, the {@code k} most probable as objects of {@code label} and {@code
   * probability}; {@code unsure}; and {@code doubts}, objects of {@code kind} ({@link
   * Doubt.Kind#text()}), {@code text} for people and {@code breeds} as in {@code top}. Names stay
   * what they are from version to version; others may be added.
   *
   * @param k how many labels, at least 1; all of them if there are fewer
   * @return JSON in one line
   * @throws IllegalArgumentException if k is not positive
   */
  public String toJson(int k) {
    return PredictionJson.of(this, k);
  }

  /**
   * The answer for other programs, with the five most probable labels.
   *
   * @return JSON in one line
   * @see #toJson(int)
   */
  public String toJson() {
    return toJson(5);
  }

  @Override
  public String toString() {
    return "Prediction" + top(3) + (isUnsure() ? " (unsure)" : "");
  }
}
