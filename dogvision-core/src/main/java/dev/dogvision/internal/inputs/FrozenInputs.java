package dev.dogvision.internal.inputs;

import static java.util.Objects.requireNonNull;

import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.spi.ActivationBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a frozen part gives for photographs: some rows in memory, the others computed in each pass.
 */
public final class FrozenInputs implements Inputs {
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
  public FrozenInputs(FrozenPart part, List<Example> examples, float[] @Nullable [] rows) {
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
    if (missing.isEmpty()) {
      return new RowStream(order, batchSize, chosen -> batch(chosen, null), () -> {});
    }
    FrozenPart.Rows computed = part.compute(missing);
    return new RowStream(order, batchSize, chosen -> batch(chosen, computed), computed::close);
  }

  private ActivationBatch batch(int[] chosen, FrozenPart.@Nullable Rows computed) {
    float[] values = new float[0];
    for (int i = 0; i < chosen.length; i++) {
      float[] kept = rows[chosen[i]];
      float[] row = kept != null ? kept : requireNonNull(computed, "nothing was missing").next();
      if (i == 0) {
        values = new float[chosen.length * row.length];
      }
      System.arraycopy(row, 0, values, i * row.length, row.length);
    }
    return new ActivationBatch(values, chosen.length);
  }
}
