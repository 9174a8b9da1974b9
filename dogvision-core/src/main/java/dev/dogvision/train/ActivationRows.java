package dev.dogvision.train;

import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import java.util.NoSuchElementException;

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
    return new BatchStream() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < order.length;
      }

      @Override
      public Batch next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        int size = Math.min(batchSize, order.length - next);
        int length = rows[order[next]].length;
        float[] values = new float[size * length];
        for (int i = 0; i < size; i++) {
          System.arraycopy(rows[order[next + i]], 0, values, i * length, length);
        }
        next += size;
        return new ActivationBatch(values, size);
      }

      @Override
      public void close() {}
    };
  }
}
