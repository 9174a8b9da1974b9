package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How runs end, and how they go on. */
class TrainingEndTest {
  @TempDir static Path pictures;
  @TempDir Path folder;
  private static Dataset training;
  private static Dataset validation;

  @BeforeAll
  static void draw() {
    training = ColouredPictures.draw(pictures.resolve("training"), 14, 1);
    validation = ColouredPictures.draw(pictures.resolve("validation"), 9, 2);
  }

  private static Trainer frozen() {
    return Trainer.of(ColouredPictures.network().build()).batchSize(4).learningRate(0.05).seed(13);
  }

  private static Trainer demanding() {
    return Trainer.of(ColouredPictures.network().fineTuneLast(1).build())
        .batchSize(4)
        .accumulate(2)
        .learningRate(0.02)
        .seed(5)
        .movingAverage(0.9)
        .schedule(Schedule.reduceOnPlateau(Metric.VALIDATION_LOSS, 0.5, 1));
  }

  private static TrainingListener interruptingIn(int epoch) {
    return (event, control) -> {
      if (event instanceof TrainingEvent.BatchFinished batch
          && batch.epoch() == epoch
          && batch.batch() == 2) {
        Thread.currentThread().interrupt();
      }
    };
  }

  @Test
  void an_interrupted_run_says_so_and_has_the_weights_of_the_epoch_before() {
    TrainingRun two = frozen().epochs(2).fit(training, validation);

    TrainingRun run =
        frozen()
            .epochs(9)
            .checkpoints(folder, 1)
            .listener(interruptingIn(3))
            .fit(training, validation);
    boolean interrupted = Thread.interrupted();

    assertThat(interrupted).isTrue();
    assertThat(run.end()).isEqualTo(new TrainingEnd.Interrupted());
    assertThat(run.history().size()).isEqualTo(2);
    assertThat(ColouredPictures.bits(run)).isEqualTo(ColouredPictures.bits(two));
    assertThat(ColouredPictures.bits(Trainer.resume(folder).fit(training, validation)))
        .as("resumed from the last checkpoint")
        .isEqualTo(ColouredPictures.bits(frozen().epochs(9).fit(training, validation)));
  }

  @Test
  @Timeout(60)
  void a_run_ends_soon_after_another_thread_interrupts_it() throws Exception {
    CompletableFuture<Boolean> started = new CompletableFuture<>();
    CompletableFuture<TrainingRun> ended = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () ->
                ended.complete(
                    frozen()
                        .epochs(1_000_000)
                        .listener((event, control) -> started.complete(true))
                        .fit(training, validation)));
    thread.start();
    assertThat(started.get(30, TimeUnit.SECONDS)).isTrue();
    thread.interrupt();

    assertThat(ended.get(10, TimeUnit.SECONDS).end()).isEqualTo(new TrainingEnd.Interrupted());
    thread.join();
  }

  @Test
  void an_interrupt_while_photographs_of_both_parts_are_compared_ends_the_run() throws IOException {
    AtomicBoolean started = new AtomicBoolean();
    Thread caller = Thread.currentThread();
    List<Example> examples = new ArrayList<>();
    for (Example example : training) {
      byte[] content = Files.readAllBytes(example.image().path().orElseThrow());
      examples.add(
          new Example(
              example.id(),
              ImageSource.of(
                  example.id(),
                  () -> {
                    if (started.getAndSet(false)) {
                      caller.interrupt();
                    }
                    return new ByteArrayInputStream(content);
                  }),
              example.label()));
    }
    Dataset opened = Dataset.of(examples, training.labels());
    TrainingRun run =
        frozen()
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.RunStarted) {
                    started.set(true);
                  }
                })
            .fit(opened, validation);
    boolean interrupted = Thread.interrupted();

    assertThat(interrupted).isTrue();
    assertThat(run.end()).isEqualTo(new TrainingEnd.Interrupted());
    assertThat(run.chosenEpoch()).isZero();
  }

  @Test
  void a_thread_that_is_interrupted_already_trains_nothing_and_stays_interrupted() {
    TransferModel model = ColouredPictures.network().build();
    Thread.currentThread().interrupt();
    TrainingRun run = Trainer.of(model).fit(training, validation);
    boolean interrupted = Thread.interrupted();

    assertThat(interrupted).isTrue();
    assertThat(run.end()).isEqualTo(new TrainingEnd.Interrupted());
    assertThat(run.chosenEpoch()).isZero();
    assertThat(run.model().weights()).isEqualTo(model.initialWeights());
  }

  @Test
  void a_cross_validation_that_is_interrupted_gives_no_figures() {
    Trainer trainer = frozen().epochs(5).listener(interruptingIn(2));

    assertThatThrownBy(() -> CrossValidation.of(trainer).folds(2).run(training))
        .isInstanceOf(DogVisionException.class)
        .hasMessage("cross-validation was interrupted in fold 1 of 2");
    assertThat(Thread.interrupted()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void ten_epochs_and_ten_more_are_twenty(boolean calibrated) {
    TrainingRun whole = demanding().epochs(6).fit(training, validation);
    TrainingRun half = demanding().epochs(3).fit(training, validation);

    TrainingRun further = (calibrated ? half.calibrate(validation) : half).continueFor(3);

    assertThat(ColouredPictures.bits(further)).isEqualTo(ColouredPictures.bits(whole));
    assertThat(further.settings()).isEqualTo(whole.settings());
    assertThat(further.model().provenance()).isEqualTo(whole.model().provenance());
    assertThat(further.history().series().get("validation loss"))
        .isEqualTo(whole.history().series().get("validation loss"));
    assertThat(half.history().size()).as("the first run stays as it is").isEqualTo(3);
    assertThat(ColouredPictures.bits(half.continueFor(3)))
        .as("and can be continued again")
        .isEqualTo(ColouredPictures.bits(whole));
  }

  @Test
  void a_finished_run_is_continued_from_its_checkpoints_and_its_counters_go_on() {
    TrainingRun whole = demanding().epochs(6).fit(training, validation);
    List<TrainingEvent.RunStarted> starts = new ArrayList<>();
    TrainingListener listener =
        (event, control) -> {
          if (event instanceof TrainingEvent.RunStarted started) {
            starts.add(started);
          }
        };
    TrainingRun half =
        demanding().epochs(3).checkpoints(folder, 2).listener(listener).fit(training, validation);

    TrainingRun resumed =
        Trainer.resume(folder).continueFor(2).listener(listener).fit(training, validation);
    TrainingRun further = Trainer.resume(folder).continueFor(1).fit(training, validation);
    TrainingRun continued = half.continueFor(3);

    assertThat(resumed.history().size()).isEqualTo(5);
    for (TrainingRun run : List.of(further, continued)) {
      assertThat(ColouredPictures.bits(run)).isEqualTo(ColouredPictures.bits(whole));
      assertThat(run.settings()).isEqualTo(whole.settings());
    }
    assertThat(starts)
        .extracting(TrainingEvent.RunStarted::batchesBefore)
        .containsExactly(0L, 12L, 12L);
    assertThat(starts)
        .extracting(TrainingEvent.RunStarted::resumedAfter)
        .containsExactly(OptionalInt.empty(), OptionalInt.of(3), OptionalInt.of(3));
    assertThat(starts)
        .extracting(TrainingEvent.RunStarted::runName)
        .containsOnly(starts.get(0).runName());
  }

  @Test
  void a_run_that_stopped_early_can_go_on() {
    Trainer trainer =
        frozen()
            .epochs(9)
            .earlyStopping(EarlyStopping.on(Metric.TRAINING_LOSS).patience(2).minimumDelta(100));
    TrainingRun run = trainer.fit(training);
    assertThat(run.end()).isEqualTo(new TrainingEnd.StoppedEarly("training loss", 2));

    TrainingRun further = run.continueFor(4);

    assertThat(further.history().size()).isEqualTo(5);
    assertThat(further.end()).isEqualTo(new TrainingEnd.StoppedEarly("training loss", 2));
  }

  @Test
  void a_cosine_goes_on_as_that_of_the_longer_run() {
    TrainingRun whole = frozen().epochs(6).schedule(Schedule.cosine(0)).fit(training);
    TrainingRun half = frozen().epochs(3).schedule(Schedule.cosine(0)).fit(training);

    List<Double> rates = half.continueFor(3).history().series().get("learning rate");

    assertThat(rates.subList(3, 6))
        .isEqualTo(whole.history().series().get("learning rate").subList(3, 6));
    assertThat(rates.get(3)).isGreaterThan(rates.get(2));
  }

  @Test
  void only_a_resumed_run_takes_further_epochs() {
    assertThatThrownBy(() -> frozen().continueFor(5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "continueFor takes a run to go on with: Trainer.resume(folder).continueFor(5), or"
                + " run.continueFor(5); a new run has epochs(5)");
    assertThatThrownBy(() -> frozen().epochs(1).fit(training).continueFor(0))
        .hasMessage("epochs must be at least 1, got 0");
  }

  @Test
  void a_checkpoint_and_a_divergence_name_the_folder_that_resume_takes() {
    List<Path> folders = new ArrayList<>();
    Trainer trainer =
        frozen()
            .epochs(4)
            .checkpoints(folder, 1)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.CheckpointWritten written) {
                    folders.add(written.folder());
                  }
                });
    TrainingRun run = trainer.fit(training);

    assertThat(folders).hasSize(4).containsOnly(folder);
    assertThat(ColouredPictures.bits(Trainer.resume(folders.get(3)).fit(training)))
        .isEqualTo(ColouredPictures.bits(run));
    assertThatThrownBy(
            () -> {
              TrainingRun unused =
                  Trainer.resume(folder).continueFor(2).listener(poison()).fit(training);
            })
        .isInstanceOf(IllegalStateException.class);
  }

  private static TrainingListener poison() {
    return (event, control) -> {
      if (event instanceof TrainingEvent.BatchFinished) {
        throw new IllegalStateException("poisoned");
      }
    };
  }

  @Test
  void a_divergence_that_stays_finite_is_one() {
    Trainer trainer = frozen().epochs(10).weightDecay(0).optimizer(Optimizer.sgd(0.9));
    Trainer wild =
        Trainer.of(ColouredPictures.network().build())
            .epochs(10)
            .batchSize(4)
            .seed(13)
            .learningRate(1000)
            .checkpoints(folder, 1);

    assertThat(trainer.fit(training).end()).isEqualTo(new TrainingEnd.Finished());
    assertThatThrownBy(() -> wild.fit(training, validation))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> {
              assertThat(e.end().what()).startsWith("the loss has left its first value, ");
              assertThat(e.learningRate()).isEqualTo(1000);
              assertThat(e.lastCheckpoint()).isEmpty();
            });
  }

  @Test
  void spikes_are_no_divergence() {
    DivergenceWatch watch = new DivergenceWatch(120, DivergenceWatch.State.START);

    assertThat(watch.see(0.05)).as("a good start").isNull();
    for (int i = 0; i < 500; i++) {
      assertThat(watch.see(60)).as("a thousand times a small first loss").isNull();
    }
    for (int spike = 0; spike < 20; spike++) {
      for (int batch = 0; batch < 9; batch++) {
        assertThat(watch.see(1e9)).isNull();
      }
      assertThat(watch.isFarOff()).isTrue();
      assertThat(watch.see(2)).isNull();
      assertThat(watch.end(2)).isNull();
    }
    for (int batch = 0; batch < 9; batch++) {
      assertThat(watch.see(1e9)).isNull();
    }
    assertThat(watch.end(1e9)).isNotNull();
    assertThat(watch.see(1e9))
        .isEqualTo(
            "the loss has left its first value, 0.05, and stays over 1000 times as high for 10"
                + " batches; it is 1.0E9");
  }
}
