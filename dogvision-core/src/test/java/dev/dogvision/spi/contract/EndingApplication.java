package dev.dogvision.spi.contract;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.RgbImage;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingEvent;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

/**
 * An application that ends while several of its threads are in native code, for tests that start it
 * in a process of its own: {@link ProcessEndContract}.
 */
final class EndingApplication {
  /** What is printed once every thread is at work, or a library is being loaded. */
  static final String AT_WORK = "at work";

  /** What {@link End#EXIT} leaves with. */
  static final int STATUS = 7;

  private static final int THREADS = 3;
  private static final Labels LABELS = Labels.of("chow", "pug");

  @SuppressWarnings("unused") // keeps results in use
  private static volatile Object kept = "";

  private EndingApplication() {}

  /** What the threads do, for ever. */
  enum Work {
    PREDICT,
    EMBED,
    /** Opens a predictor, asks it once, closes it, again and again. */
    OPEN,
    TRAIN,
    /** Loads the engine's libraries, and then as {@link #PREDICT}. */
    LOAD
  }

  /** How it ends. */
  enum End {
    /** By a signal from outside. */
    SIGNAL,
    /** By {@code System.exit} in another thread. */
    EXIT,
    /** Since its main method returns, and all other threads are daemons. */
    RETURN
  }

  private static TransferModel model(int inputSize) {
    return TransferModel.mobileNetV2()
        .untrained(1)
        .inputSize(inputSize)
        .labels(LABELS)
        .fineTuneLast(3)
        .build();
  }

  private static TrainedModel trained(int inputSize) {
    return model(inputSize).trained(Map.of(), Map.of());
  }

  private static BufferedImage picture(int seed) {
    BufferedImage image = new BufferedImage(240, 230, BufferedImage.TYPE_INT_RGB);
    image.setRGB(seed, seed, 0xFFFFFF);
    return image;
  }

  private static Dataset pictures() {
    return Dataset.of(
        IntStream.range(0, 12)
            .mapToObj(
                i ->
                    new Example(
                        "picture-" + i, ImageSource.of(picture(i)), LABELS.name(i % LABELS.size())))
            .toList(),
        LABELS);
  }

  @SuppressWarnings("InfiniteLoopStatement")
  private static void work(Work work, Runnable begun) {
    RgbImage picture = new RgbImage(64, 64, new byte[64 * 64 * 3]);
    switch (work) {
      case PREDICT, EMBED -> {
        Predictor predictor = Predictor.of(trained(224));
        while (true) {
          if (work == Work.EMBED) {
            keep(predictor.embedding(picture));
          } else {
            keep(predictor.predict(picture));
          }
          begun.run();
        }
      }
      case OPEN -> {
        TrainedModel model = trained(96);
        while (true) {
          try (Predictor predictor = Predictor.of(model)) {
            keep(predictor.predict(picture));
            begun.run();
          }
        }
      }
      case TRAIN ->
          keep(
              Trainer.of(model(224))
                  .epochs(1_000_000)
                  .batchSize(4)
                  .listener(
                      (event, control) -> {
                        if (event instanceof TrainingEvent.BatchFinished) {
                          begun.run();
                        }
                      })
                  .fit(pictures()));
      case LOAD -> {
        begun.run();
        work(Work.PREDICT, () -> {});
      }
    }
  }

  private static void keep(Object result) {
    kept = result;
  }

  /**
   * Waits until the system has begun to load an engine's library, which then initialises itself.
   */
  private static void awaitLibrary() throws IOException, InterruptedException {
    while (Files.readAllLines(Path.of("/proc/self/maps")).stream()
        .noneMatch(line -> line.contains("torch_cpu") || line.contains("libonnxruntime."))) {
      Thread.sleep(1);
    }
  }

  /** Two names: of the {@link Work}, and of the {@link End}; and after how many milliseconds. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Work work = Work.valueOf(arguments[0]);
    End end = End.valueOf(arguments[1]);
    CountDownLatch started = new CountDownLatch(THREADS);
    for (int i = 0; i < THREADS; i++) {
      AtomicBoolean first = new AtomicBoolean(true);
      Thread thread =
          new Thread(
              () ->
                  work(
                      work,
                      () -> {
                        if (first.getAndSet(false)) {
                          started.countDown();
                        }
                      }));
      thread.setDaemon(true);
      thread.start();
    }
    started.await();
    if (work == Work.LOAD) {
      awaitLibrary();
    }
    System.out.println(AT_WORK);
    Thread.sleep(Long.parseLong(arguments[2]));
    switch (end) {
      case EXIT -> {
        Thread other = new Thread(() -> System.exit(STATUS));
        other.start();
        other.join();
      }
      case SIGNAL -> new CountDownLatch(1).await();
      case RETURN -> {}
    }
  }
}
