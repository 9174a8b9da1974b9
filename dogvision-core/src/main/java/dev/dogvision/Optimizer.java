package dev.dogvision;

import static com.google.common.base.Preconditions.checkArgument;

/** The rule by which gradients change weights, with the constants that stay the same for a run. */
public sealed interface Optimizer {

  /**
   * Adam with decoupled weight decay: Loshchilov and Hutter, "Decoupled Weight Decay
   * Regularization", 2019. With a weight decay of 0 it is Adam (Kingma and Ba, 2015). Moments are
   * corrected for their bias towards 0.
   *
   * @param beta1 decay of the first moment, 0..1
   * @param beta2 decay of the second moment, 0..1
   * @param epsilon added to the root of the second moment, above 0
   */
  record AdamW(double beta1, double beta2, double epsilon) implements Optimizer {
    /** Checks the numbers. */
    public AdamW {
      checkArgument(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1), got %s", beta1);
      checkArgument(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1), got %s", beta2);
      checkArgument(epsilon > 0, "epsilon must be positive, got %s", epsilon);
    }
  }

  /**
   * Adam with weight decay added to the gradient (L2), as Kingma and Ba's Adam is usually extended.
   *
   * @param beta1 decay of the first moment, 0..1
   * @param beta2 decay of the second moment, 0..1
   * @param epsilon added to the root of the second moment, above 0
   */
  record Adam(double beta1, double beta2, double epsilon) implements Optimizer {
    /** Checks the numbers. */
    public Adam {
      checkArgument(beta1 >= 0 && beta1 < 1, "beta1 must be in [0, 1), got %s", beta1);
      checkArgument(beta2 >= 0 && beta2 < 1, "beta2 must be in [0, 1), got %s", beta2);
      checkArgument(epsilon > 0, "epsilon must be positive, got %s", epsilon);
    }
  }

  /**
   * Stochastic gradient descent: {@code v = momentum * v + g; w -= rate * v}, with weight decay
   * decoupled as in {@link AdamW}.
   *
   * @param momentum 0..1, 0 for none
   */
  record Sgd(double momentum) implements Optimizer {
    /** Checks the number. */
    public Sgd {
      checkArgument(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got %s", momentum);
    }
  }

  /**
   * AdamW with its authors' constants.
   *
   * @return beta1 0.9, beta2 0.999, epsilon 1e-8
   */
  static Optimizer adamW() {
    return new AdamW(0.9, 0.999, 1e-8);
  }

  /**
   * Adam with its authors' constants.
   *
   * @return beta1 0.9, beta2 0.999, epsilon 1e-8
   */
  static Optimizer adam() {
    return new Adam(0.9, 0.999, 1e-8);
  }

  /**
   * Stochastic gradient descent with momentum.
   *
   * @param momentum 0..1, 0 for none
   * @return the rule
   */
  static Optimizer sgd(double momentum) {
    return new Sgd(momentum);
  }
}
