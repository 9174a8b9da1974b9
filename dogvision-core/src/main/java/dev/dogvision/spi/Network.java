package dev.dogvision.spi;

import dev.dogvision.Device;

/**
 * A part of a network with weights, ready to run. {@link #forward} is safe from many threads at
 * once; {@link #close} waits for calls under way, frees native memory and may be called twice.
 */
public interface Network extends AutoCloseable {

  /**
   * The whole network's plan.
   *
   * @return as given when opened
   */
  NetworkPlan plan();

  /**
   * Which part this is.
   *
   * @return as given when opened
   */
  Segment segment();

  /**
   * Where it runs.
   *
   * @return as given when opened
   */
  Device device();

  /**
   * Runs it, without gradients. On a CPU the same batch gives the same bits in every call, whatever
   * other threads do; the same image in a batch of another size may be rounded otherwise.
   *
   * @param batch pixels when the segment starts at 0, otherwise activations of the shape that the
   *     plan gives for the segment's start
   * @return the values at the segment's end, feature maps in NHWC order
   * @throws IllegalArgumentException if the batch does not have the segment's input shape
   * @throws IllegalStateException if the network is closed
   */
  ActivationBatch forward(Batch batch);

  @Override
  void close();
}
