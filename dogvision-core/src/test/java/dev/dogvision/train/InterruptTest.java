package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetReport;
import dev.dogvision.data.Example;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageSource;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Labelled;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.contract.ColouredPictures;
import dev.dogvision.spi.contract.Interruption;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * An interrupt ends whatever takes long within a batch, with what its documentation says, and the
 * thread stays interrupted.
 */
class InterruptTest {
  private static final int TRAINING = 48;
  private static final int VALIDATION = 36;

  @TempDir static Path pictures;
  @TempDir Path folder;
  private static Interruption interruption;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    interruption = new Interruption();
    training =
        interruption.watched(ColouredPictures.draw(pictures.resolve("training"), TRAINING, 1));
    validation =
        interruption.watched(ColouredPictures.draw(pictures.resolve("validation"), VALIDATION, 2));
  }

  private static Trainer trainer(int stages) {
    TransferModel.Builder network = ColouredPictures.network();
    return Trainer.of((stages == 0 ? network : network.fineTuneLast(stages)).build())
        .epochs(2)
        .batchSize(4)
        .learningRate(0.02)
        .seed(13);
  }

  private static TrainedModel model() {
    return ColouredPictures.network().build().trained(Map.of(), Map.of());
  }

  /** What {@code fit} goes through, each by another trainer. */
  @SuppressWarnings("ImmutableEnumChecker") // what they do is nobody's to change
  enum Training {
    FROZEN_BACKBONE(() -> trainer(0)),
    FROZEN_BACKBONE_WITHOUT_MEMORY(() -> trainer(0).cacheMemory(0)),
    CACHED_AT_A_BOUNDARY(() -> trainer(1)),
    AT_A_BOUNDARY_WITHOUT_MEMORY(() -> trainer(1).cacheMemory(0)),
    ALL_STAGES(() -> trainer(19)),
    AUGMENTED(() -> trainer(1).augmentation(Augmentation.light())),
    AUGMENTED_AND_FROZEN(() -> trainer(0).augmentation(Augmentation.light())),
    ACCUMULATED(() -> trainer(1).accumulate(10)),
    TWO_PHASES(() -> trainer(2).gradualUnfreeze()),
    DISTILLED(() -> trainer(1).distilFrom(model(), 2, 0.5)),
    DISTILLED_AND_AUGMENTED(
        () ->
            trainer(0)
                .augmentation(Augmentation.light())
                .distilFrom(model(), 2, 0.5)
                .accumulate(5)),
    AVERAGED(() -> trainer(0).movingAverage(0.9));

    private final Supplier<Trainer> trainer;

    Training(Supplier<Trainer> trainer) {
      this.trainer = trainer;
    }
  }

  @ParameterizedTest
  @EnumSource
  void fit_ends_within_a_batch_and_its_last_checkpoint_goes_on_to_the_same_bits(Training kind)
      throws Exception {
    List<Integer> whole = ColouredPictures.bits(kind.trainer.get().fit(training, validation));
    Path[] checkpoints = new Path[1];
    int[] tried = {0};

    interruption.tryMoments(
        () -> {
          checkpoints[0] = folder.resolve("run-" + tried[0]++);
          Trainer trainer = kind.trainer.get().checkpoints(checkpoints[0], 2);
          return () -> trainer.fit(training, validation);
        },
        result -> {
          if (result instanceof TrainingRun run && run.history().size() > 0 && tried[0] % 4 == 0) {
            assertThat(
                    ColouredPictures.bits(Trainer.resume(checkpoints[0]).fit(training, validation)))
                .isEqualTo(whole);
          }
        });
  }

  @Test
  void a_run_that_is_continued_ends_within_a_batch() throws Exception {
    interruption.tryMoments(
        () -> {
          TrainingRun run = trainer(1).cacheMemory(0).fit(training, validation);
          return () -> run.continueFor(2);
        },
        result -> {});
  }

  @Test
  void a_checkpoint_that_is_being_written_is_written_to_its_end() throws IOException {
    Path file = folder.resolve("checkpoint");
    List<TrainingEvent> told = new ArrayList<>();
    EventDispatcher dispatcher = new EventDispatcher(List.of((event, control) -> told.add(event)));
    int[] times = {0};

    boolean written =
        dispatcher.write(
            "checkpoints",
            "the checkpoint",
            () ->
                WholeFile.write(
                    file,
                    out -> {
                      if (times[0]++ == 0) {
                        Thread.currentThread().interrupt();
                      }
                      out.write(new byte[1 << 17]);
                    }));
    dispatcher.restoreInterruption();

    assertThat(Thread.interrupted()).isTrue();
    assertThat(written).isTrue();
    assertThat(told).isEmpty();
    assertThat(file).hasSize(1 << 17);
    assertThat(times[0]).isEqualTo(2);
  }

  @Test
  void an_interrupt_makes_no_photograph_unreadable() throws IOException {
    Path file = Files.write(folder.resolve("photograph.png"), new byte[9]);
    ImageSource supplied =
        ImageSource.of(
            "supplied",
            () -> {
              try (FileChannel channel = FileChannel.open(file)) {
                ByteBuffer bytes = ByteBuffer.allocate(9);
                assertThat(channel.read(bytes)).isEqualTo(9);
                return new ByteArrayInputStream(bytes.array());
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
    ImageSource fetched =
        ImageSource.of(
            file.toUri(),
            uri -> {
              throw new InterruptedIOException("the network's client was interrupted");
            });

    for (ThrowingCallable reading :
        List.<ThrowingCallable>of(
            supplied::contentHash,
            supplied::loaded,
            fetched::contentHash,
            fetched::loaded,
            () -> Fingerprints.contents(List.of(supplied), one -> one, one -> "unreadable"))) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(reading)
          .isExactlyInstanceOf(DogVisionException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  /** What can be done with a run. */
  @SuppressWarnings("ImmutableEnumChecker") // what they do is nobody's to change
  enum AfterRun {
    EVALUATE(run -> run.evaluate(validation)),
    EVALUATE_WHAT_IS_REMEMBERED(run -> run.evaluate(training)),
    CALIBRATE(run -> run.calibrate(validation).model().temperature());

    private final Function<TrainingRun, Object> work;

    AfterRun(Function<TrainingRun, Object> work) {
      this.work = work;
    }
  }

  @ParameterizedTest
  @EnumSource
  void what_is_done_with_a_run_ends_within_a_batch(AfterRun kind) throws Exception {
    for (int stages : new int[] {0, 3}) {
      interruption.tryMoments(
          () -> {
            TrainingRun run = trainer(stages).fit(training);
            return () -> kind.work.apply(run);
          },
          result -> {});
    }
  }

  /** What can be done with a predictor. */
  @SuppressWarnings("ImmutableEnumChecker") // what they do is nobody's to change
  enum Asked {
    PREDICT_ALL(predictor -> predictor.predictAll(training)),
    STREAM(
        predictor -> {
          List<Labelled<Prediction>> all = new ArrayList<>();
          predictor.stream(training.examples().stream().map(Example::image).toList())
              .forEach(all::add);
          return all;
        }),
    EVALUATE(predictor -> predictor.evaluate(training)),
    CALIBRATE(predictor -> predictor.calibrate(training)),
    SKIP(predictor -> predictor.inBatches().unreadableImages(ProblemPolicy.SKIP).predict(training));

    private final Function<Predictor, Object> work;

    Asked(Function<Predictor, Object> work) {
      this.work = work;
    }
  }

  @ParameterizedTest
  @EnumSource
  void prediction_ends_within_a_batch(Asked kind) throws Exception {
    try (Predictor predictor = Predictor.of(model())) {
      interruption.tryMoments(() -> () -> kind.work.apply(predictor), result -> {});
    }
  }

  /** What else takes long. */
  @SuppressWarnings("ImmutableEnumChecker") // what they do is nobody's to change
  enum Other {
    CROSS_VALIDATION(() -> CrossValidation.of(trainer(1)).folds(3).run(training)),
    RATE_SEARCH(() -> LearningRateFinder.of(trainer(1)).steps(20).run(fresh())),
    RATE_SEARCH_WITHOUT_MEMORY(
        () -> LearningRateFinder.of(trainer(0).cacheMemory(0)).steps(20).run(fresh())),
    DATASET_REPORT(() -> DatasetReport.of(fresh())),
    DATA_DOCTOR(() -> DataDoctor.examine(fresh(), trainer(0))),
    FINGERPRINT(() -> fresh().fingerprint());

    private final Callable<Object> work;

    Other(Callable<Object> work) {
      this.work = work;
    }
  }

  /** Photographs that nobody has read. */
  private static Dataset fresh() {
    return interruption.watched(ColouredPictures.draw(pictures.resolve("training"), TRAINING, 1));
  }

  @ParameterizedTest
  @EnumSource
  void other_work_ends_within_a_batch(Other kind) throws Exception {
    interruption.tryMoments(() -> kind.work, result -> {});
  }
}
