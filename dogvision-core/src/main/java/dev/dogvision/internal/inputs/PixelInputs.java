package dev.dogvision.internal.inputs;

import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.internal.pipeline.PixelBatches;
import dev.dogvision.spi.Batch;
import java.util.List;

/** Photographs that are read anew in every pass, in parallel and ahead of the network. */
public final class PixelInputs implements Inputs {
  private final List<Example> examples;
  private final Preprocessing preprocessing;
  private final Augmentation augmentation;
  private final long seed;

  /**
   * Inputs over the given photographs.
   *
   * @param examples where they are
   * @param preprocessing what makes them fit the network
   * @param augmentation what happens to them besides, anew in every epoch
   * @param seed the run's
   */
  public PixelInputs(
      List<Example> examples, Preprocessing preprocessing, Augmentation augmentation, long seed) {
    this.examples = List.copyOf(examples);
    this.preprocessing = preprocessing;
    this.augmentation = augmentation;
    this.seed = Seeds.derive(seed, Seeds.Purpose.AUGMENTATION, 0);
  }

  @Override
  public int size() {
    return examples.size();
  }

  @Override
  public int position() {
    return 0;
  }

  @Override
  public BatchStream open(int[] order, int batchSize, int epoch) {
    ImageDecoder decoder = ImageDecoder.standard();
    PixelBatches batches =
        PixelBatches.ahead(
            order.length,
            batchSize,
            preprocessing.size(),
            (index, destination, offset) -> {
              int image = order[index];
              decoder.<Void>decode(
                  examples.get(image).image(),
                  picture -> {
                    augmentation.apply(
                        picture,
                        preprocessing,
                        Augmentation.seed(seed, epoch, image),
                        destination,
                        offset);
                    return null;
                  });
            });
    return new BatchStream() {
      @Override
      public boolean hasNext() {
        return batches.hasNext();
      }

      @Override
      public Batch next() {
        return batches.next();
      }

      @Override
      public void close() {
        batches.close();
      }
    };
  }
}
