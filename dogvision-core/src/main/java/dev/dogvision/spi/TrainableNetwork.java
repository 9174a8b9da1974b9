package dev.dogvision.spi;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.Map;

/**
 * A part of a network, ending at the logits, whose weights can be trained. Not for more than one
 * thread at a time, {@link #forward} included, which runs with the present weights.
 */
public interface TrainableNetwork extends Network {

  /**
   * One forward and backward pass. Gradients add up over calls until {@link #update}.
   *
   * @param batch as for {@link #forward}
   * @param targets as many as the batch has images
   * @param scale what the loss is multiplied by before its gradient is taken, usually 1 divided by
   *     the weights' sum over all the batches that one update covers
   * @return the loss and the logits
   */
  @CanIgnoreReturnValue
  StepResult accumulate(Batch batch, Targets targets, double scale);

  /**
   * Changes the weights by the gradients that have added up, and clears these.
   *
   * @param rule this update's numbers
   * @return the Euclidean norm of all gradients together, before clipping; NaN or infinite when the
   *     numbers ran away, in which case no weight was changed
   */
  @CanIgnoreReturnValue
  double update(UpdateRule rule);

  /**
   * The trainable weights as they are.
   *
   * @return a copy: name to tensor, in the plan's order
   */
  Map<String, Tensor> trainableWeights();

  /**
   * The moving average of the trainable weights. It starts as the weights are before the first
   * update that asks for averaging; an update that does not ask for it leaves it as it is.
   *
   * @return a copy; the weights themselves as long as no update has asked for averaging
   */
  Map<String, Tensor> averagedWeights();

  /**
   * Puts other values into the trainable weights.
   *
   * @param weights every trainable tensor; others are ignored
   * @throws dev.dogvision.MismatchException if a tensor is missing or has another shape; none was
   *     changed then
   */
  void setTrainableWeights(Map<String, Tensor> weights);

  /**
   * All that the optimiser remembers: moments, the moving average, the count of updates. With it
   * and the weights a later run continues to the same last bit.
   *
   * @return a copy, by names of the engine's own
   */
  Map<String, Tensor> optimizerState();

  /**
   * Gives back what {@link #optimizerState} returned, and clears the gradients.
   *
   * @param state the whole of it
   * @throws dev.dogvision.MismatchException if a tensor is missing or has another shape
   */
  void restoreOptimizerState(Map<String, Tensor> state);
}
