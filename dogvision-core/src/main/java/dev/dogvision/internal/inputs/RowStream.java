package dev.dogvision.internal.inputs;

import dev.dogvision.spi.Batch;
import java.util.Arrays;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Goes through rows in a given order, a batch of them at a time. */
final class RowStream implements BatchStream {
  private final int[] order;
  private final int batchSize;
  private final Function<int[], Batch> gather;
  private final Runnable closing;
  private int next;

  /**
   * A pass.
   *
   * @param order which row comes when
   * @param batchSize how many rows a batch has; the last may have fewer
   * @param gather makes a batch of the rows that it is given
   * @param closing is done when the pass is closed
   */
  RowStream(int[] order, int batchSize, Function<int[], Batch> gather, Runnable closing) {
    this.order = order;
    this.batchSize = batchSize;
    this.gather = gather;
    this.closing = closing;
  }

  @Override
  public boolean hasNext() {
    return next < order.length;
  }

  @Override
  public Batch next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    int end = Math.min(order.length, next + batchSize);
    Batch batch = gather.apply(Arrays.copyOfRange(order, next, end));
    next = end;
    return batch;
  }

  @Override
  public void close() {
    closing.run();
  }
}
