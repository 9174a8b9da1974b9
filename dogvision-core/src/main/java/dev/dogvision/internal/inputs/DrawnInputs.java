package dev.dogvision.internal.inputs;

import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import java.util.Arrays;

/**
 * Photographs' embeddings, followed by others that are drawn anew in each epoch: of breeds of which
 * there is no photograph, but of which is known how their embeddings lie.
 */
public final class DrawnInputs implements Inputs {
  private final Inputs photographs;
  private final int repeats;
  private final int drawn;
  private final Drawing drawing;
  private final long seed;

  /** Draws an embedding. */
  @FunctionalInterface
  public interface Drawing {

    /**
     * Draws.
     *
     * @param index which of those that are drawn, from 0
     * @param seed decides it
     */
    float[] draw(int index, long seed);
  }

  /**
   * Inputs.
   *
   * @param photographs embeddings that stay the same
   * @param repeats how often each of them comes in an epoch: picture {@code i} is photograph {@code
   *     i % photographs.size()}
   * @param drawn how many come after them
   * @param drawing draws these
   * @param seed the run's
   */
  public DrawnInputs(Inputs photographs, int repeats, int drawn, Drawing drawing, long seed) {
    this.photographs = photographs;
    this.repeats = repeats;
    this.drawn = drawn;
    this.drawing = drawing;
    this.seed = seed;
  }

  @Override
  public int size() {
    return repeats * photographs.size() + drawn;
  }

  @Override
  public int position() {
    return photographs.position();
  }

  @Override
  public BatchStream open(int[] order, int batchSize, int epoch) {
    int real = repeats * photographs.size();
    int[] realOrder =
        Arrays.stream(order)
            .filter(index -> index < real)
            .map(index -> index % photographs.size())
            .toArray();
    BatchStream rows = photographs.open(realOrder, 1, epoch);
    return new RowStream(order, batchSize, chosen -> batch(chosen, rows, epoch), rows::close);
  }

  private Batch batch(int[] chosen, BatchStream rows, int epoch) {
    float[] values = new float[0];
    for (int i = 0; i < chosen.length; i++) {
      int index = chosen[i] - repeats * photographs.size();
      float[] row =
          index < 0
              ? ((ActivationBatch) rows.next()).values()
              : drawing.draw(
                  index, Seeds.derive(seed, Seeds.Purpose.DRAWING, ((long) epoch << 24) + index));
      if (i == 0) {
        values = new float[chosen.length * row.length];
      }
      System.arraycopy(row, 0, values, i * row.length, row.length);
    }
    return new ActivationBatch(values, chosen.length);
  }
}
