package dev.dogvision.train;

import dev.dogvision.spi.Batch;
import dev.dogvision.spi.PixelBatch;
import java.util.NoSuchElementException;

/** Preprocessed pictures in memory, ready to be put together into batches. */
final class PixelRows implements Inputs {
  private final int side;
  private final byte[][] rows;

  /**
   * Inputs over the given pictures.
   *
   * @param side height and width
   * @param rows {@code side * side * 3} bytes an image; not copied
   */
  PixelRows(int side, byte[][] rows) {
    this.side = side;
    this.rows = rows;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int position() {
    return 0;
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
        int length = side * side * 3;
        byte[] pixels = new byte[size * length];
        for (int i = 0; i < size; i++) {
          System.arraycopy(rows[order[next + i]], 0, pixels, i * length, length);
        }
        next += size;
        return new PixelBatch(pixels, size, side);
      }

      @Override
      public void close() {}
    };
  }
}
