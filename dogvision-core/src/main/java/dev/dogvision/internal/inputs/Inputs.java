package dev.dogvision.internal.inputs;

/** Images on their way into a network, as batches that start at one position of it. */
public interface Inputs {

  /** How many images there are. */
  int size();

  /** Where in the network their batches start: 0 for pixels. */
  int position();

  /**
   * One pass.
   *
   * @param order the images' indices in the order wanted
   * @param batchSize images a batch; the last may have fewer
   * @param epoch which epoch of the run, from 1; what is random about the images depends on it
   */
  BatchStream open(int[] order, int batchSize, int epoch);
}
