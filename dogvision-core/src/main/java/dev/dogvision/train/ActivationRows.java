package dev.dogvision.train;

import dev.dogvision.spi.ActivationBatch;

/** Activations in memory, one row an image, ready to be put together into batches. */
final class ActivationRows implements Inputs {
  private final int position;
  private final float[][] rows;

  /**
   * Inputs over the given rows.
   *
   * @param position where in the network they belong
   * @param rows one row an image; not copied
   */
  ActivationRows(int position, float[][] rows) {
    this.position = position;
    this.rows = rows;
  }

  float[][] rows() {
    return rows;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int position() {
    return position;
  }

  @Override
  public BatchStream open(int[] order, int batchSize, int epoch) {
    return new RowStream(order, batchSize, this::batch);
  }

  private ActivationBatch batch(int[] chosen) {
    int length = rows[chosen[0]].length;
    float[] values = new float[chosen.length * length];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(rows[chosen[i]], 0, values, i * length, length);
    }
    return new ActivationBatch(values, chosen.length);
  }
}
