package dev.dogvision.image;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Targets;
import java.util.SplittableRandom;

/**
 * Mixes the pictures of a batch with one another, and their targets in the same proportion.
 *
 * <ul>
 *   <li>Mixup (Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: Beyond Empirical Risk Minimization",
 *       2018): {@code lambda * a + (1 - lambda) * b}, pixel by pixel.
 *   <li>CutMix (Yun, Han, Oh, Chun, Choe and Yoo, "CutMix: Regularization Strategy to Train Strong
 *       Classifiers with Localizable Features", 2019): a rectangle of {@code b}, of {@code 1 -
 *       lambda} of the area, is laid over {@code a}; {@code lambda} is then what was really kept,
 *       since the rectangle ends at the picture's edge.
 * </ul>
 *
 * <p>{@code lambda} is drawn once a batch from the distribution Beta(alpha, alpha), partners are a
 * random permutation of the batch. Where both are asked for, each batch gets one of them, by turns
 * of a coin. Immutable; the same seed gives the same result on every machine.
 */
public final class BatchMixing {
  private final double mixupAlpha;
  private final double cutMixAlpha;

  /**
   * A mixed batch.
   *
   * @param pixels the pictures
   * @param targets what they should give
   */
  public record Mixed(PixelBatch pixels, Targets targets) {}

  private BatchMixing(double mixupAlpha, double cutMixAlpha) {
    this.mixupAlpha = mixupAlpha;
    this.cutMixAlpha = cutMixAlpha;
  }

  /**
   * The mixing that an augmentation asks for.
   *
   * @param augmentation says both alphas
   * @return the mixing
   */
  public static BatchMixing of(Augmentation augmentation) {
    return new BatchMixing(augmentation.mixupAlpha(), augmentation.cutMixAlpha());
  }

  /**
   * Whether batches stay as they are.
   *
   * @return true if neither mixup nor CutMix is asked for
   */
  public boolean isNone() {
    return mixupAlpha == 0 && cutMixAlpha == 0;
  }

  /**
   * Mixes a batch.
   *
   * @param pixels the pictures; not changed
   * @param targets their targets, without a teacher: a teacher has to see the mixed pictures
   * @param seed the same seed, the same mixture
   * @return the mixed batch, or the given one where {@link #isNone()}
   * @throws IllegalArgumentException if there are not as many targets as pictures, or they have a
   *     teacher
   */
  public Mixed apply(PixelBatch pixels, Targets targets, long seed) {
    checkArgument(
        targets.size() == pixels.size(),
        "%s targets for a batch of %s pictures",
        targets.size(),
        pixels.size());
    checkArgument(
        targets.teacher() == null,
        "targets must not have a teacher yet: it has to see the mixed pictures");
    if (isNone()) {
      return new Mixed(pixels, targets);
    }
    SplittableRandom random = new SplittableRandom(seed);
    boolean cut = cutMixAlpha > 0 && (mixupAlpha == 0 || random.nextInt(2) == 1);
    double lambda = beta(cut ? cutMixAlpha : mixupAlpha, random);
    int[] partners = permutation(pixels.size(), random);
    byte[] mixed = pixels.pixels().clone();
    if (cut) {
      lambda = cut(pixels, partners, lambda, random, mixed);
    } else {
      blend(pixels, partners, lambda, mixed);
    }
    return new Mixed(
        new PixelBatch(mixed, pixels.size(), pixels.side()), mix(targets, partners, lambda));
  }

  private static void blend(PixelBatch batch, int[] partners, double lambda, byte[] mixed) {
    int length = batch.side() * batch.side() * 3;
    byte[] pixels = batch.pixels();
    int own = (int) Math.round(lambda * 65536);
    int other = 65536 - own;
    for (int i = 0; i < partners.length; i++) {
      int from = partners[i] * length;
      int to = i * length;
      for (int k = 0; k < length; k++) {
        mixed[to + k] =
            (byte)
                ((own * (pixels[to + k] & 0xff) + other * (pixels[from + k] & 0xff) + 32768) >> 16);
      }
    }
  }

  /** Lays rectangles over the pictures; gives back the part of each that is still its own. */
  private static double cut(
      PixelBatch batch, int[] partners, double lambda, SplittableRandom random, byte[] mixed) {
    int side = batch.side();
    double half = side * Math.sqrt(1 - lambda) / 2;
    double centerX = random.nextDouble() * side;
    double centerY = random.nextDouble() * side;
    int left = (int) Math.max(0, Math.round(centerX - half));
    int right = (int) Math.min(side, Math.round(centerX + half));
    int top = (int) Math.max(0, Math.round(centerY - half));
    int bottom = (int) Math.min(side, Math.round(centerY + half));
    int length = side * side * 3;
    for (int i = 0; i < partners.length; i++) {
      for (int y = top; y < bottom; y++) {
        int at = (y * side + left) * 3;
        System.arraycopy(
            batch.pixels(),
            partners[i] * length + at,
            mixed,
            i * length + at,
            Math.max(0, right - left) * 3);
      }
    }
    return 1
        - (double) Math.max(0, right - left) * Math.max(0, bottom - top) / ((double) side * side);
  }

  /**
   * Targets that give the loss {@code lambda * loss(a) + (1 - lambda) * loss(b)}, whatever the
   * weights of a and b.
   */
  private static Targets mix(Targets targets, int[] partners, double lambda) {
    int classes = targets.classes();
    float[] before = targets.probabilities();
    float[] probabilities = new float[before.length];
    float[] weights = new float[partners.length];
    for (int i = 0; i < partners.length; i++) {
      double own = lambda * targets.weights()[i];
      double other = (1 - lambda) * targets.weights()[partners[i]];
      double sum = own + other;
      weights[i] = (float) sum;
      double share = sum > 0 ? own / sum : lambda;
      for (int k = 0; k < classes; k++) {
        probabilities[i * classes + k] =
            (float)
                (share * before[i * classes + k] + (1 - share) * before[partners[i] * classes + k]);
      }
    }
    return new Targets(probabilities, weights, null);
  }

  private static int[] permutation(int size, SplittableRandom random) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      int j = random.nextInt(i + 1);
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  /** Beta(alpha, alpha) as the share of one of two gamma variates. */
  private static double beta(double alpha, SplittableRandom random) {
    double x = gamma(alpha, random);
    double y = gamma(alpha, random);
    return x + y > 0 ? x / (x + y) : random.nextInt(2);
  }

  /**
   * Marsaglia and Tsang, "A Simple Method for Generating Gamma Variables", 2000. StrictMath gives
   * the same bits everywhere.
   */
  private static double gamma(double shape, SplittableRandom random) {
    if (shape < 1) {
      double boost = StrictMath.pow(1 - random.nextDouble(), 1 / shape);
      return gamma(shape + 1, random) * boost;
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double normal =
          Math.sqrt(-2 * StrictMath.log(1 - random.nextDouble()))
              * StrictMath.cos(2 * Math.PI * random.nextDouble());
      double cubeRoot = 1 + c * normal;
      if (cubeRoot <= 0) {
        continue;
      }
      double v = cubeRoot * cubeRoot * cubeRoot;
      double limit = 0.5 * normal * normal + d - d * v + d * StrictMath.log(v);
      if (StrictMath.log(1 - random.nextDouble()) < limit) {
        return d * v;
      }
    }
  }

  @Override
  public String toString() {
    return "BatchMixing[mixupAlpha=" + mixupAlpha + ", cutMixAlpha=" + cutMixAlpha + "]";
  }
}
