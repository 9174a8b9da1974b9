package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.predict.WrittenPredictions;
import java.awt.image.BufferedImage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** As many rows as the competition has, in memory that does not grow with them. */
class SubmissionMemoryTest {
  private static final int ROWS = 10_357;

  /** More than the competition has, so that the rows outweigh what the heap varies by anyway. */
  private static final int BREEDS = 400;

  /** Half of what the rows would take if they were kept as floats; as text they take more. */
  private static final long ALLOWED_BYTES = 4L * ROWS * BREEDS / 2;

  @TempDir Path folder;

  /** The least of a second: what was kept stays, and what other threads are at goes away. */
  private static long heapInUse() {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < 10; i++) {
      Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(100));
      System.gc();
      least =
          Math.min(least, Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory());
    }
    return least;
  }

  private static BufferedImage picture(int seed) {
    SplittableRandom random = new SplittableRandom(seed);
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int pixel = 0; pixel < 32 * 32; pixel++) {
      image.setRGB(pixel % 32, pixel / 32, random.nextInt(1 << 24));
    }
    return image;
  }

  @Test
  void rows_are_not_kept() throws Exception {
    List<Path> pictures = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      pictures.add(folder.resolve("picture" + i + ".png"));
      ImageIO.write(picture(i), "png", pictures.get(i).toFile());
    }
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < ROWS; i++) {
      examples.add(new Example("picture-" + i, pictures.get(i % pictures.size()), null));
    }
    Dataset test = Dataset.of(examples);
    TransferModel model =
        TransferModel.mobileNetV2()
            .untrained(1)
            .width(0.1)
            .inputSize(32)
            .labels(Labels.of(IntStream.range(0, BREEDS).mapToObj(i -> "breed" + i).toList()))
            .build();
    Path table = folder.resolve("submission.csv");
    Map<String, Long> inUse = new HashMap<>();

    WrittenPredictions written;
    try (Predictor predictor = Predictor.of(model.trained(model.initialWeights(), Map.of()))) {
      written =
          predictor
              .inBatches()
              .batchSize(32)
              .onProgress(
                  (done, total) -> {
                    if (done == 32 * 32) {
                      inUse.put("early", heapInUse());
                    } else if (done == total) {
                      inUse.put("late", heapInUse());
                    }
                  })
              .writeCsv(test, table);
    }

    assertThat(inUse.get("late") - inUse.get("early")).isLessThan(ALLOWED_BYTES);
    assertThat(written.size()).isEqualTo(ROWS);
    assertThat(Files.size(table)).isGreaterThan(2 * ALLOWED_BYTES);
    try (Stream<String> lines = Files.lines(table)) {
      assertThat(lines.mapToInt(line -> line.split(",", -1).length).distinct().toArray())
          .containsExactly(BREEDS + 1);
    }
    try (Stream<String> lines = Files.lines(table)) {
      assertThat(lines.count()).isEqualTo(ROWS + 1L);
    }
  }
}
