package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Through the whole library: memory that the garbage collector does not see stays where it is. */
class NativeMemoryTest {
  private static final Path STATUS = Path.of("/proc/self/statm");

  /** Half of what 500 images of 64 x 64 pixels would take as floats if each were kept. */
  private static final long ALLOWED_BYTES = 12L << 20;

  @TempDir Path folder;

  /** What the process holds besides Java's heap, which grows and shrinks as it likes. */
  private static long outsideOfTheHeap() {
    System.gc();
    try {
      return Long.parseLong(Files.readString(STATUS).split(" ", -1)[1]) * 4096
          - Runtime.getRuntime().totalMemory();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void is_flat_over_2000_predictions() throws Exception {
    assumeTrue(Files.isReadable(STATUS), "resident memory can be read on Linux only");
    Dataset dogs = DatasetBuilder.fromFolders(DrawnDogs.draw(folder, 1, 3)).build();
    byte[] picture = Files.readAllBytes(dogs.examples().get(0).image().path().orElseThrow());
    TransferModel model = tiny(dogs);
    try (Predictor predictor = Predictor.of(model.trained(model.initialWeights(), Map.of()))) {
      List<Long> sizes = new ArrayList<>();
      for (int i = 1; i <= 2500; i++) {
        assertThat(predictor.top(1).predict(picture)).hasSize(1);
        if (i % 500 == 0) {
          sizes.add(outsideOfTheHeap());
        }
      }
      assertThat(leastGrowth(sizes)).isLessThan(ALLOWED_BYTES);
    }
  }

  @Test
  void is_flat_over_50_epochs_of_all_layers() throws Exception {
    assumeTrue(Files.isReadable(STATUS), "resident memory can be read on Linux only");
    Dataset dogs = DatasetBuilder.fromFolders(DrawnDogs.draw(folder, 4, 3)).build();
    List<Long> sizes = new ArrayList<>();
    var run =
        Trainer.of(tiny(dogs))
            .epochs(60)
            .batchSize(8)
            .augmentation(Augmentation.none())
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochFinished finished
                      && finished.outcome().epoch() % 10 == 0) {
                    sizes.add(outsideOfTheHeap());
                  }
                })
            .fit(dogs);
    assertThat(run.history().size()).isEqualTo(60);
    assertThat(leastGrowth(sizes)).isLessThan(ALLOWED_BYTES);
  }

  /**
   * What leaks grows in every stretch. In some of them so does what does not leak: Java touches
   * parts of its heap for the first time, an allocator takes more in advance.
   */
  private static long leastGrowth(List<Long> sizes) {
    return IntStream.range(1, sizes.size())
        .mapToLong(i -> sizes.get(i) - sizes.get(i - 1))
        .min()
        .orElseThrow();
  }

  private static TransferModel tiny(Dataset dogs) {
    return TransferModel.mobileNetV2()
        .untrained(1)
        .width(0.35)
        .inputSize(64)
        .labels(dogs.labels())
        .fineTuneAll()
        .build();
  }
}
