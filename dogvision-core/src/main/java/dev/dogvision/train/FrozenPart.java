package dev.dogvision.train;

import dev.dogvision.spi.Network;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Runs images once through the part of a network that does not change, and keeps what comes out.
 */
final class FrozenPart {
  /** Small batches are the fastest on a processor: the activations stay in its caches. */
  static final int BATCH_ON_CPU = 8;

  static final int BATCH_ON_GPU = 64;

  private FrozenPart() {}

  /** Takes rows as soon as there are any. */
  @FunctionalInterface
  interface RowSink {

    /**
     * Called row after row.
     *
     * @param index its place among the chosen images
     * @param row its values, not to be changed
     */
    void add(int index, float[] row);
  }

  /**
   * What a network gives for the chosen images.
   *
   * @param network from the inputs' position to wherever the values are wanted
   * @param inputs the images
   * @param chosen which of them
   * @param what for progress: {@code embeddings}, {@code activations}, {@code teacher}
   * @param dispatcher is told the progress
   * @return one row a chosen image, in their order; null if a listener asked for the end
   */
  static float @Nullable [][] run(
      Network network, Inputs inputs, int[] chosen, String what, EventDispatcher dispatcher) {
    return run(network, inputs, chosen, what, dispatcher, (index, row) -> {});
  }

  /** As above, and tells a sink of every row. */
  static float @Nullable [][] run(
      Network network,
      Inputs inputs,
      int[] chosen,
      String what,
      EventDispatcher dispatcher,
      RowSink sink) {
    int batchSize = network.device().type().equals("cpu") ? BATCH_ON_CPU : BATCH_ON_GPU;
    int length = network.plan().sizeAt(network.segment().to());
    float[][] rows = new float[chosen.length][];
    int done = 0;
    try (BatchStream batches = inputs.open(chosen, batchSize, 0)) {
      while (batches.hasNext()) {
        float[] values = network.forward(batches.next()).values();
        for (int offset = 0; offset < values.length; offset += length) {
          rows[done] = Arrays.copyOfRange(values, offset, offset + length);
          sink.add(done, rows[done]);
          done++;
        }
        dispatcher.dispatch(new TrainingEvent.CacheProgress(what, done, chosen.length));
        if (dispatcher.isStopRequested()) {
          return null;
        }
      }
    }
    return rows;
  }
}
