package dev.dogvision.train;

import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * What a frozen part gives for photographs: some rows in memory, the others computed in each pass.
 */
final class FrozenInputs implements Inputs {
  private final FrozenPart part;
  private final List<Example> examples;
  private final float[] @Nullable [] rows;

  /**
   * Inputs.
   *
   * @param part computes the rows that are missing
   * @param examples the photographs
   * @param rows one row a photograph, null where it is missing; not copied
   */
  FrozenInputs(FrozenPart part, List<Example> examples, float[] @Nullable [] rows) {
    this.part = part;
    this.examples = examples;
    this.rows = rows;
  }

  @Override
  public int size() {
    return rows.length;
  }

  @Override
  public int position() {
    return part.position();
  }

  @Override
  public BatchStream open(int[] order, int batchSize, int epoch) {
    List<ImageSource> missing = new ArrayList<>();
    for (int index : order) {
      if (rows[index] == null) {
        missing.add(examples.get(index).image());
      }
    }
    return new Pass(order, batchSize, missing.isEmpty() ? null : part.compute(missing));
  }

  private final class Pass implements BatchStream {
    private final int[] order;
    private final int batchSize;
    private final FrozenPart.@Nullable Rows computed;
    private int next;

    Pass(int[] order, int batchSize, FrozenPart.@Nullable Rows computed) {
      this.order = order;
      this.batchSize = batchSize;
      this.computed = computed;
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
      int[] chosen = Arrays.copyOfRange(order, next, Math.min(order.length, next + batchSize));
      float[] values = new float[0];
      for (int i = 0; i < chosen.length; i++) {
        float[] row = row(chosen[i]);
        if (i == 0) {
          values = new float[chosen.length * row.length];
        }
        System.arraycopy(row, 0, values, i * row.length, row.length);
      }
      next += chosen.length;
      return new ActivationBatch(values, chosen.length);
    }

    private float[] row(int index) {
      float[] row = rows[index];
      if (row != null) {
        return row;
      }
      if (computed == null) {
        throw new IllegalStateException("nothing was missing");
      }
      return computed.next();
    }

    @Override
    public void close() {
      if (computed != null) {
        computed.close();
      }
    }
  }
}
