package dev.dogvision.spi;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * The numbers of one update of the weights, which the core chooses anew for every step.
 *
 * @param stageLearningRates one learning rate for each stage of the whole plan, by stage index;
 *     frozen stages' are ignored
 * @param headLearningRate the head's learning rate
 * @param weightDecay times the learning rate, what weights lose in a step; biases are spared
 * @param maximumGradientNorm the gradients of all trainable tensors together are scaled down to
 *     this Euclidean norm when theirs is larger; infinity for never
 * @param movingAverageDecay d of the exponential moving average {@code a = d * a + (1 - d) * w}
 *     kept of the trainable weights; 0 for none
 */
public record UpdateRule(
    List<Double> stageLearningRates,
    double headLearningRate,
    double weightDecay,
    double maximumGradientNorm,
    double movingAverageDecay) {

  /** Checks the numbers. */
  public UpdateRule {
    stageLearningRates = List.copyOf(stageLearningRates);
    checkArgument(
        stageLearningRates.stream().allMatch(rate -> rate >= 0) && headLearningRate >= 0,
        "learning rates must not be negative");
    checkArgument(weightDecay >= 0, "weightDecay must not be negative, got %s", weightDecay);
    checkArgument(
        maximumGradientNorm > 0,
        "maximumGradientNorm must be positive, got %s",
        maximumGradientNorm);
    checkArgument(
        movingAverageDecay >= 0 && movingAverageDecay < 1,
        "movingAverageDecay must be in [0, 1), got %s",
        movingAverageDecay);
  }
}
