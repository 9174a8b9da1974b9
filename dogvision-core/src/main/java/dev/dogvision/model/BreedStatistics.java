package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.Floats;
import com.google.common.primitives.Ints;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Labels;
import dev.dogvision.internal.BreedNames;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a model remembers of the photographs of its breeds, so that others can be added to it
 * without them: for each breed how many there were and the mean of their embeddings, and how far
 * embeddings spread around the mean of their breed, value by value, over all breeds together.
 *
 * <p>No photograph can be made of it. It takes one row of an embedding's length for each breed and
 * one more, and travels in the model's folder. {@link TransferModel#from(TrainedModel)} uses it.
 *
 * <p>Immutable.
 */
public final class BreedStatistics {
  static final String MEANS = "statistics.means";
  static final String SPREAD = "statistics.spread";
  static final String PHOTOGRAPHS = "statistics.photographs";

  /** Where means are stored as bytes: what a breed's are multiples of, and where they begin. */
  static final String STEPS = "statistics.steps";

  static final String LEAST = "statistics.least";
  private static final int MOST_STEPS = 255;

  private final ImmutableList<String> labels;
  private final int[] photographs;
  private final float[][] means;
  private final float[] spread;
  private final boolean rectified;

  /**
   * Takes the arrays.
   *
   * @param labels the breeds
   * @param photographs how many of each
   * @param means one row a breed
   * @param spread the standard deviation of each value
   */
  BreedStatistics(List<String> labels, int[] photographs, float[][] means, float[] spread) {
    this.labels = ImmutableList.copyOf(labels);
    this.photographs = photographs;
    this.means = means;
    this.spread = spread;
    this.rectified = isRectified(means);
  }

  /**
   * Gathers what is to be remembered.
   *
   * @param labels the breeds, in the order of the model's
   * @param embeddings of photographs of these breeds, of the model that is to remember them; labels
   *     may be spelled otherwise
   * @return a breed without a photograph is not remembered, though it is among the labels
   * @throws IllegalArgumentException if a photograph has no label or one that is not among these,
   *     or no breed has two photographs, so that nothing spreads
   */
  public static BreedStatistics of(Labels labels, Embeddings embeddings) {
    Set<String> unknown = new TreeSet<>();
    for (int i = 0; i < embeddings.size(); i++) {
      String id = embeddings.id(i);
      String label =
          embeddings
              .label(i)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "embeddings: photograph '"
                              + id
                              + "' has no label, so nobody knows which breed to remember it for"));
      if (!labels.contains(label)) {
        unknown.add(label);
      }
    }
    Map<String, String> meant = BreedNames.meant(unknown, labels.names());
    unknown.removeAll(meant.keySet());
    checkArgument(
        unknown.isEmpty(),
        "embeddings: the model has no breed %s: leave these photographs out with"
            + " dataset.withLabels(labels, ProblemPolicy.SKIP)",
        unknown);
    int[] places = new int[embeddings.size()];
    float[][] rows = new float[places.length][];
    for (int i = 0; i < places.length; i++) {
      String label = embeddings.label(i).orElseThrow();
      places[i] = labels.index(meant.getOrDefault(label, label));
      rows[i] = embeddings.row(i);
    }
    return of(labels, places, rows);
  }

  /**
   * Gathers what is to be remembered.
   *
   * @param labels the breeds
   * @param places the place of each row's breed among them
   * @param rows embeddings, one at least; not changed
   * @return what is remembered
   * @throws IllegalArgumentException if no breed has two photographs
   */
  public static BreedStatistics of(Labels labels, int[] places, float[][] rows) {
    int width = rows.length == 0 ? 0 : rows[0].length;
    double[][] sums = new double[labels.size()][width];
    int[] counts = new int[labels.size()];
    for (int i = 0; i < rows.length; i++) {
      counts[places[i]]++;
      for (int k = 0; k < width; k++) {
        sums[places[i]][k] += rows[i][k];
      }
    }
    float[][] means = new float[sums.length][width];
    int present = 0;
    for (int label = 0; label < sums.length; label++) {
      present += counts[label] > 0 ? 1 : 0;
      for (int k = 0; k < width && counts[label] > 0; k++) {
        means[label][k] = (float) (sums[label][k] / counts[label]);
      }
    }
    checkArgument(
        rows.length > present,
        "there must be two photographs of a breed at least, or nothing is known of how far they"
            + " spread: got %s of %s breeds",
        rows.length,
        present);
    double[] squares = new double[width];
    for (int i = 0; i < rows.length; i++) {
      float[] mean = means[places[i]];
      for (int k = 0; k < width; k++) {
        double difference = rows[i][k] - mean[k];
        squares[k] += difference * difference;
      }
    }
    float[] spread = new float[width];
    for (int k = 0; k < width; k++) {
      spread[k] = (float) Math.sqrt(squares[k] / (rows.length - present));
    }
    return new BreedStatistics(labels.names(), counts, means, spread);
  }

  /**
   * These and what is known of further breeds.
   *
   * @param others of embeddings of the same network; breeds that are among these stay as they are
   * @return these breeds first, the spread that of all photographs together
   * @throws IllegalArgumentException if the embeddings differ in length
   */
  public BreedStatistics with(BreedStatistics others) {
    checkArgument(
        others.dimension() == dimension(),
        "others: embeddings of %s values, these have %s",
        others.dimension(),
        dimension());
    List<String> allLabels = new ArrayList<>(labels);
    List<Integer> allCounts = new ArrayList<>(Ints.asList(photographs));
    List<float[]> allMeans = new ArrayList<>(Arrays.asList(means));
    int further = 0;
    int furtherBreeds = 0;
    for (int i = 0; i < others.labels.size(); i++) {
      if (!labels.contains(others.labels.get(i))) {
        allLabels.add(others.labels.get(i));
        allCounts.add(others.photographs[i]);
        allMeans.add(others.means[i]);
        further += others.photographs[i];
        furtherBreeds += others.photographs[i] > 0 ? 1 : 0;
      }
    }
    double freedom = Math.max(0, further - furtherBreeds);
    double known = Math.max(1, photographs() - remembered());
    float[] together = new float[spread.length];
    for (int k = 0; k < together.length; k++) {
      double variance =
          (known * spread[k] * spread[k] + freedom * others.spread[k] * others.spread[k])
              / (known + freedom);
      together[k] = (float) Math.sqrt(variance);
    }
    return new BreedStatistics(
        allLabels, Ints.toArray(allCounts), allMeans.toArray(float[][]::new), together);
  }

  /**
   * The breeds.
   *
   * @return in the order of the model's labels, from the first on
   */
  public List<String> labels() {
    return labels;
  }

  /**
   * How many photographs a breed is remembered by.
   *
   * @param label its place, from 0
   * @return 0 for one that nothing is remembered of
   */
  public int photographs(int label) {
    return photographs[label];
  }

  private int photographs() {
    return Arrays.stream(photographs).sum();
  }

  /** How many breeds something is remembered of. */
  private int remembered() {
    return (int) Arrays.stream(photographs).filter(count -> count > 0).count();
  }

  /**
   * How many values an embedding has.
   *
   * @return such as 1,280
   */
  public int dimension() {
    return spread.length;
  }

  /**
   * A breed's mean embedding.
   *
   * @param label its place, from 0
   * @return a new array; zeros for a breed that nothing is remembered of
   */
  public float[] mean(int label) {
    return means[label].clone();
  }

  /**
   * How far embeddings spread around the mean of their breed.
   *
   * @return a new array: a standard deviation for each value
   */
  public float[] spread() {
    return spread.clone();
  }

  /**
   * An embedding as one of a breed's might be: normally distributed around the mean, each value on
   * its own. Where no mean is negative (behind a rectified network), no drawn value is.
   *
   * @param label the breed's place, from 0
   * @param seed decides it, on every machine alike
   * @return a new array
   */
  public float[] draw(int label, long seed) {
    // Its algorithm is specified, that of nextGaussian included.
    Random random = new Random(scattered(seed));
    float[] drawn = new float[spread.length];
    for (int k = 0; k < drawn.length; k++) {
      float value = means[label][k] + spread[k] * (float) random.nextGaussian();
      drawn[k] = rectified ? Math.max(0, value) : value;
    }
    return drawn;
  }

  /** Random's first values for neighbouring seeds are alike: SplitMix64's finishing function. */
  private static long scattered(long seed) {
    long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  private static boolean isRectified(float[][] means) {
    for (float[] mean : means) {
      for (float value : mean) {
        if (value < 0) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * The tensors that it is stored as, by name.
   *
   * @param small whether the means are whole numbers of 0..255, with a step and a least value for
   *     each breed: a 510th of what a breed's means span is far less than they spread
   */
  Map<String, Tensor> tensors(boolean small) {
    int width = dimension();
    Tensor meanRows = Tensor.zeros(labels.size(), width);
    Tensor counts = Tensor.zeros(labels.size());
    Tensor deviations = Tensor.zeros(width);
    for (int label = 0; label < means.length; label++) {
      System.arraycopy(means[label], 0, meanRows.values(), label * width, width);
      counts.values()[label] = photographs[label];
    }
    System.arraycopy(spread, 0, deviations.values(), 0, width);
    ImmutableMap.Builder<String, Tensor> all = ImmutableMap.builder();
    if (small) {
      all.putAll(rounded(meanRows));
    }
    return all.put(MEANS, meanRows).put(SPREAD, deviations).put(PHOTOGRAPHS, counts).buildOrThrow();
  }

  /** Makes whole numbers of means, and says what to make means of them by. */
  private static Map<String, Tensor> rounded(Tensor means) {
    int rows = means.shape().get(0);
    int width = means.shape().get(1);
    Tensor steps = Tensor.zeros(rows);
    Tensor least = Tensor.zeros(rows);
    for (int row = 0; row < rows; row++) {
      float[] values = Arrays.copyOfRange(means.values(), row * width, (row + 1) * width);
      // Both are stored in half precision, so whole numbers are taken of what is read again.
      float from = HalfFloat.toFloat(HalfFloat.fromFloat(Floats.min(values)));
      float step = HalfFloat.toFloat(HalfFloat.fromFloat((Floats.max(values) - from) / MOST_STEPS));
      for (int k = 0; k < width; k++) {
        int whole = step > 0 ? Math.round((values[k] - from) / step) : 0;
        means.values()[row * width + k] = Math.min(MOST_STEPS, Math.max(0, whole));
      }
      steps.values()[row] = step;
      least.values()[row] = from;
    }
    return Map.of(STEPS, steps, LEAST, least);
  }

  /**
   * Takes stored tensors.
   *
   * @param labels the breeds
   * @param tensors by name, of the shapes that these need
   * @return what is remembered
   * @throws IllegalArgumentException if a value can't be what it stands for, saying which
   */
  static BreedStatistics of(List<String> labels, Map<String, Tensor> tensors) {
    float[] meanRows = values(tensors, MEANS);
    float[] deviations = values(tensors, SPREAD);
    float[] counts = values(tensors, PHOTOGRAPHS);
    int width = deviations.length;
    for (float deviation : deviations) {
      checkArgument(deviation >= 0, "%s holds %s, a deviation below 0", SPREAD, deviation);
    }
    float[][] means = new float[labels.size()][];
    int[] photographs = new int[labels.size()];
    for (int i = 0; i < means.length; i++) {
      checkArgument(counts[i] >= 0, "%s holds %s, a number below 0", PHOTOGRAPHS, counts[i]);
      means[i] = Arrays.copyOfRange(meanRows, i * width, (i + 1) * width);
      photographs[i] = (int) counts[i];
    }
    if (tensors.containsKey(STEPS)) {
      float[] steps = values(tensors, STEPS);
      float[] least = values(tensors, LEAST);
      for (int i = 0; i < means.length; i++) {
        for (int k = 0; k < width; k++) {
          means[i][k] = least[i] + steps[i] * means[i][k];
        }
      }
    }
    return new BreedStatistics(labels, photographs, means, deviations.clone());
  }

  private static float[] values(Map<String, Tensor> tensors, String name) {
    Tensor tensor = tensors.get(name);
    checkArgument(tensor != null, "%s is missing", name);
    for (float value : tensor.values()) {
      if (!Float.isFinite(value)) { // a check with arguments would make an object of each value
        throw new IllegalArgumentException(name + " holds a value that is no number: " + value);
      }
    }
    return tensor.values();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "BreedStatistics[%d of %d breeds, %d photographs]",
        remembered(),
        labels.size(),
        photographs());
  }
}
