package dev.dogvision.train;

import dev.dogvision.internal.inputs.BatchStream;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.internal.inputs.Seeds;
import dev.dogvision.spi.Network;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How a network does on images it is not trained on.
 *
 * @param loss the mean cross-entropy
 * @param accuracy the share whose most probable label is right
 * @param top5Accuracy the share whose label is among the five most probable
 * @param logits one row an image
 */
@SuppressWarnings("ArrayRecordComponent") // made once for an epoch, never compared
record ValidationFigures(double loss, double accuracy, double top5Accuracy, float[][] logits) {
  private static final int TOP = 5;

  /**
   * Runs a network over images, in order.
   *
   * @param network one that ends at the logits and starts where the inputs do
   * @param inputs the images
   * @param labels the right label of each
   * @param batchSize images a batch
   * @param ended asked before each batch
   * @return null if it ended
   */
  static @Nullable ValidationFigures measure(
      Network network, Inputs inputs, int[] labels, int batchSize, BooleanSupplier ended) {
    int classes = network.plan().classes();
    double loss = 0;
    int right = 0;
    int rightInTop = 0;
    int done = 0;
    float[][] rows = new float[labels.length][];
    try (BatchStream batches = inputs.open(Seeds.identity(labels.length), batchSize, 0)) {
      while (batches.hasNext()) {
        if (ended.getAsBoolean()) {
          return null;
        }
        float[] logits = network.forward(batches.next()).values();
        for (int offset = 0; offset < logits.length; offset += classes) {
          rows[done] = Arrays.copyOfRange(logits, offset, offset + classes);
          int label = labels[done++];
          int rank = Logits.rank(logits, offset, classes, label);
          loss += Logits.crossEntropy(logits, offset, classes, label);
          right += rank == 0 ? 1 : 0;
          rightInTop += rank < TOP ? 1 : 0;
        }
      }
    }
    return new ValidationFigures(
        loss / labels.length,
        (double) right / labels.length,
        (double) rightInTop / labels.length,
        rows);
  }
}
