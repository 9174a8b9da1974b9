package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How the training loss went while the learning rate rose, as {@link LearningRateFinder} found it.
 *
 * @param rates the head's learning rate of each step, rising
 * @param losses the loss of each step, smoothed; as many as rates
 * @param suggestion a learning rate to train with: where the loss fell most steeply over the
 *     logarithm of the rate. Empty where nothing can be suggested: the search ended before three
 *     steps, since the loss blew up or a listener stopped it, or the loss fell nowhere
 */
public record LearningRateCurve(
    List<Double> rates, List<Double> losses, OptionalDouble suggestion) {

  /** Copies the lists. */
  public LearningRateCurve {
    rates = List.copyOf(rates);
    losses = List.copyOf(losses);
    checkArgument(rates.size() == losses.size(), "rates and losses differ in number");
  }
}
