package dev.dogvision.internal.inputs;

import dev.dogvision.spi.PixelBatch;

/** Preprocessed pictures in memory, ready to be put together into batches. */
public final class PixelRows implements Inputs {
  private final int side;
  private final byte[][] rows;

  /**
   * Inputs over the given pictures.
   *
   * @param side height and width
   * @param rows {@code side * side * 3} bytes an image; not copied
   */
  public PixelRows(int side, byte[][] rows) {
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
    return new RowStream(order, batchSize, this::batch, () -> {});
  }

  private PixelBatch batch(int[] chosen) {
    int length = side * side * 3;
    byte[] pixels = new byte[chosen.length * length];
    for (int i = 0; i < chosen.length; i++) {
      System.arraycopy(rows[chosen[i]], 0, pixels, i * length, length);
    }
    return new PixelBatch(pixels, chosen.length, side);
  }
}
