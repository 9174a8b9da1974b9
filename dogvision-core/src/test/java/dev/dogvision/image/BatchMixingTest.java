package dev.dogvision.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Targets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class BatchMixingTest {
  private static final int SIDE = 16;
  private static final int LENGTH = SIDE * SIDE * 3;
  private static final int SIZE = 8;

  /** Picture i has the value 30 * i everywhere and belongs to class i. */
  private static PixelBatch batch() {
    byte[] pixels = new byte[SIZE * LENGTH];
    for (int i = 0; i < SIZE; i++) {
      Arrays.fill(pixels, i * LENGTH, (i + 1) * LENGTH, (byte) (30 * i));
    }
    return new PixelBatch(pixels, SIZE, SIDE);
  }

  private static Targets targets(float... weights) {
    float[] probabilities = new float[SIZE * SIZE];
    for (int i = 0; i < SIZE; i++) {
      probabilities[i * SIZE + i] = 1;
    }
    return new Targets(probabilities, weights.length > 0 ? weights : ones(), null);
  }

  private static float[] ones() {
    float[] ones = new float[SIZE];
    Arrays.fill(ones, 1);
    return ones;
  }

  private static BatchMixing mixing(double mixup, double cutMix) {
    return BatchMixing.of(Augmentation.builder().mixup(mixup).cutMix(cutMix).build());
  }

  @Test
  void none_gives_back_what_it_got() {
    PixelBatch batch = batch();
    Targets targets = targets();

    BatchMixing.Mixed mixed = BatchMixing.of(Augmentation.light()).apply(batch, targets, 1);

    assertThat(BatchMixing.of(Augmentation.light()).isNone()).isTrue();
    assertThat(mixed.pixels()).isSameAs(batch);
    assertThat(mixed.targets()).isSameAs(targets);
  }

  @Test
  void mixup_blends_pixels_as_it_blends_targets() {
    double least = 1;
    for (int seed = 0; seed < 50; seed++) {
      BatchMixing.Mixed mixed = mixing(1, 0).apply(batch(), targets(), seed);
      for (int i = 0; i < SIZE; i++) {
        float[] target = targetOf(mixed, i);
        double expected = 0;
        for (int k = 0; k < SIZE; k++) {
          expected += target[k] * 30 * k;
        }
        int first = mixed.pixels().pixels()[i * LENGTH] & 0xff;
        assertThat((double) first).isCloseTo(expected, within(0.6));
        assertThat(Arrays.copyOfRange(mixed.pixels().pixels(), i * LENGTH, (i + 1) * LENGTH))
            .containsOnly((byte) first);
        least = Math.min(least, target[i]);
      }
    }
    assertThat(least).isLessThan(0.3);
  }

  @Test
  void cutmix_replaces_a_rectangle_of_the_area_that_the_targets_say() {
    for (int seed = 0; seed < 100; seed++) {
      BatchMixing.Mixed mixed = mixing(0, 1).apply(batch(), targets(), seed);
      for (int i = 0; i < SIZE; i++) {
        float[] target = targetOf(mixed, i);
        int kept = 0;
        for (int pixel = 0; pixel < SIDE * SIDE; pixel++) {
          int value = mixed.pixels().pixels()[i * LENGTH + pixel * 3] & 0xff;
          kept += value == 30 * i ? 1 : 0;
          assertThat(target[value / 30]).isPositive();
        }
        assertThat((double) target[i]).isCloseTo(kept / 256.0, within(1e-6));
      }
    }
  }

  @Test
  void targets_sum_to_one_and_the_given_ones_stay_as_they_are() {
    PixelBatch batch = batch();
    Targets targets = targets();
    for (int seed = 0; seed < 100; seed++) {
      BatchMixing.Mixed mixed = mixing(0.2, 1).apply(batch, targets, seed);
      for (int i = 0; i < SIZE; i++) {
        double sum = 0;
        for (float value : targetOf(mixed, i)) {
          assertThat(value).isBetween(0f, 1f);
          sum += value;
        }
        assertThat(sum).isCloseTo(1, within(1e-6));
        assertThat(mixed.targets().weights()[i]).isEqualTo(1);
      }
    }
    assertThat(batch.pixels()).isEqualTo(batch().pixels());
    assertThat(targets.probabilities()).isEqualTo(targets().probabilities());
  }

  @Test
  void weights_mix_so_that_the_loss_does() {
    float[] weights = {1, 2, 3, 4, 5, 6, 7, 8};

    BatchMixing.Mixed plain = mixing(1, 0).apply(batch(), targets(), 3);
    BatchMixing.Mixed weighted = mixing(1, 0).apply(batch(), targets(weights), 3);

    for (int i = 0; i < SIZE; i++) {
      for (int k = 0; k < SIZE; k++) {
        float share = targetOf(weighted, i)[k] * weighted.targets().weights()[i];
        assertThat(share).isCloseTo(targetOf(plain, i)[k] * weights[k], within(1e-5f));
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_mixture() {
    BatchMixing mixing = mixing(0.2, 1);

    assertThat(mixing.apply(batch(), targets(), 7).pixels().pixels())
        .isEqualTo(mixing.apply(batch(), targets(), 7).pixels().pixels())
        .isNotEqualTo(mixing.apply(batch(), targets(), 8).pixels().pixels());
  }

  @Test
  void small_alphas_mostly_keep_one_picture_and_large_ones_halve() {
    double smallAlpha = 0;
    double largeAlpha = 0;
    for (int seed = 0; seed < 200; seed++) {
      smallAlpha += distanceFromHalf(mixing(0.2, 0).apply(batch(), targets(), seed));
      largeAlpha += distanceFromHalf(mixing(50, 0).apply(batch(), targets(), seed));
    }
    assertThat(smallAlpha / 200).isBetween(0.3, 0.5);
    assertThat(largeAlpha / 200).isLessThan(0.06);
  }

  /** How far lambda is from one half, read from a picture that was not mixed with itself. */
  private static double distanceFromHalf(BatchMixing.Mixed mixed) {
    for (int i = 0; i < SIZE; i++) {
      float[] target = targetOf(mixed, i);
      long classes = 0;
      for (float value : target) {
        classes += value > 0 ? 1 : 0;
      }
      if (classes == 2) {
        return Math.abs(target[i] - 0.5);
      }
    }
    return 0.5;
  }

  private static float[] targetOf(BatchMixing.Mixed mixed, int index) {
    return Arrays.copyOfRange(mixed.targets().probabilities(), index * SIZE, (index + 1) * SIZE);
  }

  @Test
  void should_fail_if_targets_do_not_fit() {
    Targets few = new Targets(new float[SIZE], new float[] {1}, null);
    Targets taught =
        new Targets(
            new float[SIZE * SIZE], ones(), new Targets.Teacher(new float[SIZE * SIZE], 1, 0.5));

    assertThatThrownBy(() -> mixing(1, 0).apply(batch(), few, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("1 targets for a batch of 8 pictures");
    assertThatThrownBy(() -> mixing(1, 0).apply(batch(), taught, 1))
        .hasMessage("targets must not have a teacher yet: it has to see the mixed pictures");
  }
}
