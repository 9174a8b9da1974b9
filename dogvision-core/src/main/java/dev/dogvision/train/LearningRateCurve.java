package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;

/**
 * How the training loss went while the learning rate rose, as {@link LearningRateFinder} found it.
 *
 * @param rates the head's learning rate of each step, rising
 * @param losses the loss of each step, smoothed; as many as rates
 * @param suggestion a learning rate to train with: where the loss fell most steeply over the
 *     logarithm of the rate
 */
public record LearningRateCurve(List<Double> rates, List<Double> losses, double suggestion) {

  /** Copies the lists. */
  public LearningRateCurve {
    rates = List.copyOf(rates);
    losses = List.copyOf(losses);
    checkArgument(rates.size() == losses.size(), "rates and losses differ in number");
  }
}
