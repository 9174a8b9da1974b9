package dev.dogvision.internal.inputs;

import java.util.SplittableRandom;

/**
 * Where a run's random numbers come from. Nothing random has a state that lasts: each use gets a
 * seed of its own from the run's seed, what it is for, and the epoch or batch. So a resumed run
 * needs to remember no generator, and what one thing draws never shifts another.
 *
 * <p>The derivation is {@code finish(seed + GOLDEN_GAMMA * (purpose.number * 2^40 + index + 1))},
 * with the constant and the finishing function of SplitMix64: Steele, Lea and Flood, "Fast
 * Splittable Pseudorandom Number Generators", 2014.
 */
public final class Seeds {
  private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  /** What a seed is for. */
  public enum Purpose {
    ORDER(0),
    AUGMENTATION(1),
    MIXING(2),
    DRAWING(3);

    private final long number;

    Purpose(long number) {
      this.number = number;
    }
  }

  private Seeds() {}

  public static long derive(long seed, Purpose purpose, long index) {
    long z = seed + GOLDEN_GAMMA * ((purpose.number << 40) + index + 1);
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** The images' order in an epoch: Fisher and Yates' shuffle of 0, 1, 2, ... */
  public static int[] order(int size, long seed, int epoch) {
    int[] order = identity(size);
    SplittableRandom random = new SplittableRandom(derive(seed, Purpose.ORDER, epoch));
    for (int i = size - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[other];
      order[other] = kept;
    }
    return order;
  }

  public static int[] identity(int size) {
    int[] order = new int[size];
    for (int i = 0; i < size; i++) {
      order[i] = i;
    }
    return order;
  }
}
