package dev.dogvision.benchmarks;

import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * One pass over photographs (decode, resize, embed) beside the engine's bare forward pass at its
 * best batch size, and 100 epochs of the head on the embeddings, all in one run.
 */
public final class PassBenchmark {
  private static final int ROUNDS = 5;

  private PassBenchmark() {}

  /**
   * Prints the figures.
   *
   * @param arguments ImageNet weights; a labels file; its folder of images; how many of them
   */
  public static void main(String[] arguments) {
    Path weights = Path.of(arguments[0]);
    Dataset dogs =
        DatasetBuilder.fromCsv(Path.of(arguments[1])).images(Path.of(arguments[2])).build();
    int limit = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 800;
    Dataset photographs = dogs.sample(Math.min(limit, dogs.size()), 13);
    Backbone backbone = Backbone.read(weights);
    Engine engine = Engines.forTraining();

    List<Double> bare = new ArrayList<>();
    List<Double> pass = new ArrayList<>();
    List<Double> epochs = new ArrayList<>();
    for (int round = 0; round <= ROUNDS; round++) {
      double forward = bareForward(engine, backbone);
      long[] firstEpoch = {0};
      long start = System.nanoTime();
      TrainingRun run =
          Trainer.of(TransferModel.mobileNetV2().weights(weights).labels(dogs.labels()).build())
              .epochs(100)
              .listener(
                  (event, control) -> {
                    if (event instanceof TrainingEvent.EpochStarted && firstEpoch[0] == 0) {
                      firstEpoch[0] = System.nanoTime();
                    }
                  })
              .fit(photographs);
      long end = System.nanoTime();
      checkState(run.history().size() == 100, "the run ended early: %s", run.end().description());
      if (round > 0) {
        bare.add(forward);
        pass.add((firstEpoch[0] - start) / 1e6 / photographs.size());
        epochs.add((end - firstEpoch[0]) / 1e6 / photographs.size());
      }
    }
    System.out.printf(
        Locale.ROOT,
        "%d photographs, medians of %d rounds, ms an image%n",
        photographs.size(),
        ROUNDS);
    System.out.printf(
        Locale.ROOT, "bare forward pass, best batch size   %8.2f%n", SideBySide.middle(bare));
    System.out.printf(
        Locale.ROOT,
        "decode, resize and embed             %8.2f   %.2f of the bare forward pass%n",
        SideBySide.middle(pass),
        SideBySide.middle(pass) / SideBySide.middle(bare));
    System.out.printf(
        Locale.ROOT,
        "100 epochs of the head               %8.2f   %.2f of such a pass%n",
        SideBySide.middle(epochs),
        SideBySide.middle(epochs) / SideBySide.middle(pass));
  }

  private static double bareForward(Engine engine, Backbone backbone) {
    double best = Double.POSITIVE_INFINITY;
    Segment segment = new Segment(0, backbone.plan().embeddingPosition());
    try (Network network =
        engine.open(backbone.plan(), segment, backbone.weights(), Device.CPU, Precision.FLOAT32)) {
      for (int size : new int[] {4, 8, 16, 32}) {
        byte[] pixels = new byte[size * 224 * 224 * 3];
        new Random(1).nextBytes(pixels);
        PixelBatch batch = new PixelBatch(pixels, size, 224);
        double millis =
            SideBySide.median(
                    4,
                    11,
                    () -> {
                      ActivationBatch unused = network.forward(batch);
                    })
                / size;
        best = Math.min(best, millis);
      }
    }
    return best;
  }
}
