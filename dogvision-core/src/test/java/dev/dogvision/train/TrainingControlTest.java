package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.DogVisionException;
import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.contract.ColouredPictures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Early stopping, listeners, divergence, phases, distillation. */
class TrainingControlTest {
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
    return frozen(5, 0.05);
  }

  private static Trainer frozen(int epochs, double learningRate) {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(epochs)
        .batchSize(4)
        .learningRate(learningRate)
        .seed(13);
  }

  @Test
  void early_stopping_gives_back_the_best_epochs_weights_and_not_the_lasts() {
    Trainer trainer = frozen(40, 2).optimizer(Optimizer.sgd(0.95)); // jumps about
    TrainingRun run =
        trainer
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).patience(3))
            .fit(training, validation);

    EpochOutcome best = run.history().best(Metric.VALIDATION_LOSS).orElseThrow();
    TrainingRun upToTheBest =
        frozen(best.epoch(), 2).optimizer(Optimizer.sgd(0.95)).fit(training, validation);
    assertThat(run.chosenEpoch()).isEqualTo(best.epoch());
    assertThat(run.history().size()).isEqualTo(best.epoch() + 3);
    assertThat(run.end()).isEqualTo(new TrainingEnd.StoppedEarly("validation loss", 3));
    assertThat(run.end().description())
        .isEqualTo("early stopping: no better validation loss in 3 epochs");
    assertThat(ColouredPictures.bits(run)).isEqualTo(ColouredPictures.bits(upToTheBest));
  }

  @Test
  void a_minimum_delta_lets_small_gains_not_count() {
    TrainingRun run =
        frozen(9, 0.05)
            .earlyStopping(EarlyStopping.on(Metric.TRAINING_LOSS).patience(2).minimumDelta(100))
            .fit(training);

    assertThat(run.history().size()).isEqualTo(3);
    assertThat(run.chosenEpoch()).isEqualTo(1);
  }

  @Test
  void a_listener_can_stop_in_the_middle_of_an_epoch() {
    TrainingRun run =
        frozen()
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.BatchFinished batch
                      && batch.epoch() == 2
                      && batch.batch() == 2) {
                    control.stop("enough");
                    control.stop("too late");
                  }
                })
            .fit(training, validation);

    assertThat(run.end()).isEqualTo(new TrainingEnd.StoppedByListener("enough"));
    assertThat(run.history().size()).isEqualTo(2);
    assertThat(run.history().epochs())
        .extracting(EpochOutcome::complete)
        .containsExactly(true, false);
    assertThat(run.chosenEpoch()).isEqualTo(2);
  }

  @Test
  void a_listener_can_stop_before_anything_is_trained() {
    TransferModel model = ColouredPictures.network().build();
    TrainingRun run =
        Trainer.of(model)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.CacheProgress) {
                    control.stop("never mind");
                  }
                })
            .fit(training);

    assertThat(run.chosenEpoch()).isZero();
    assertThat(run.chosen()).isEmpty();
    assertThat(run.end()).isEqualTo(new TrainingEnd.StoppedByListener("never mind"));
    assertThat(run.model().weights()).isEqualTo(model.initialWeights());
  }

  @Test
  void a_listeners_exception_reaches_the_caller_and_every_listener_hears_of_it() {
    IllegalStateException mine = new IllegalStateException("mine");
    List<TrainingEvent> events = new ArrayList<>();
    Trainer trainer =
        frozen()
            .listener((event, control) -> events.add(event))
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.EpochStarted) {
                    throw mine;
                  }
                });

    assertThatThrownBy(() -> trainer.fit(training)).isSameAs(mine);
    assertThat(events.get(events.size() - 1)).isEqualTo(new TrainingEvent.RunFailed(mine));
  }

  @Test
  void events_come_in_order() {
    List<String> names = new ArrayList<>();
    TrainingRun unused =
        Trainer.of(ColouredPictures.network().build())
            .epochs(1)
            .batchSize(10)
            .listener((event, control) -> names.add(event.getClass().getSimpleName()))
            .fit(training, validation);

    assertThat(names)
        .containsExactly(
            "RunStarted",
            "PhaseStarted",
            "CacheProgress",
            "CacheProgress",
            "CacheProgress",
            "EpochStarted",
            "BatchFinished",
            "BatchFinished",
            "EpochFinished",
            "RunFinished");
  }

  @Test
  void should_say_that_there_is_nothing_to_go_back_to_if_the_first_epoch_runs_away() {
    Trainer trainer =
        frozen(5, 1e300).optimizer(Optimizer.sgd(0)).weightDecay(0).checkpoints(folder, 1);

    assertThatThrownBy(() -> trainer.fit(training))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> {
              assertThat(e.epoch()).isEqualTo(1);
              assertThat(e.batch()).isPositive();
              assertThat(e.learningRate()).isEqualTo(1e300);
              assertThat(e.lastCheckpoint()).isEmpty();
              assertThat(e.end().what()).startsWith("the loss became ");
              assertThat(e)
                  .hasMessage(
                      "%s in epoch 1, batch %s, at learning rate 1.0E300; lower the learning rate,"
                          + " or set gradientClipping(1). There is no epoch before to go back to",
                      e.end().what(), e.batch());
            });
  }

  @Test
  void should_name_the_checkpoint_to_resume_from_if_a_later_epoch_runs_away() {
    assertThatThrownBy(() -> runningAwayInEpoch3().checkpoints(folder, 1).fit(training))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> {
              assertThat(e.epoch()).isEqualTo(3);
              assertThat(e.lastCheckpoint()).contains(folder);
              assertThat(e)
                  .hasMessageEndingWith(
                      ". The epochs before are kept in the checkpoints of " + folder);
              assertThat(ColouredPictures.bits(before(Trainer.resume(e.lastCheckpoint().get()))))
                  .isEqualTo(ColouredPictures.bits(before(runningAwayInEpoch3())));
            });
    assertThatThrownBy(() -> runningAwayInEpoch3().fit(training))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> {
              assertThat(e.lastCheckpoint()).isEmpty();
              assertThat(e)
                  .hasMessageEndingWith(
                      ". No checkpoint was written: checkpoints(folder, keep) would keep the epochs"
                          + " before");
            });
  }

  @Test
  void should_end_if_only_the_validation_shows_that_the_last_step_ran_away() {
    Trainer oneStep =
        Trainer.of(ColouredPictures.network().build())
            .epochs(1)
            .batchSize(14)
            .learningRate(1e300)
            .optimizer(Optimizer.sgd(0))
            .weightDecay(0);

    assertThatThrownBy(() -> oneStep.fit(training, validation))
        .isInstanceOfSatisfying(
            DivergedException.class,
            e -> assertThat(e.end().what()).startsWith("the validation loss became "));
  }

  private static Trainer runningAwayInEpoch3() {
    return Trainer.of(ColouredPictures.network().build())
        .batchSize(4)
        .seed(13)
        .optimizer(Optimizer.sgd(0))
        .weightDecay(0)
        .gradualUnfreeze(Phase.head(2, 0.05), Phase.head(1, 1e300));
  }

  /** The run up to its third epoch. */
  private static TrainingRun before(Trainer trainer) {
    TrainingRun run =
        trainer
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.PhaseStarted started
                      && started.phase().learningRate() == 1e300) {
                    control.stop("here it would run away");
                  }
                })
            .fit(training);
    assertThat(run.history().size()).isEqualTo(2);
    return run;
  }

  @Test
  void the_head_comes_first_and_then_the_chosen_stages() {
    TransferModel model = ColouredPictures.network().fineTuneLast(1).build();
    List<String> phases = new ArrayList<>();
    TrainingRun run =
        Trainer.of(model)
            .batchSize(8)
            .epochs(1)
            .learningRate(0.01)
            .gradualUnfreeze(2, 0.05)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.PhaseStarted phase) {
                    phases.add(phase.phase().name() + " " + phase.phase().epochs());
                  }
                })
            .fit(training);

    assertThat(phases).containsExactly("head 2", "last stage 1");
    assertThat(run.history().epochs())
        .extracting(EpochOutcome::phase)
        .containsExactly("head", "head", "last stage");
    String last = model.plan().stages().get(18).convolutions().get(0).weightName();
    String before = model.plan().stages().get(17).convolutions().get(0).weightName();
    assertThat(run.model().weights().get(last)).isNotEqualTo(model.initialWeights().get(last));
    assertThat(run.model().weights().get(before)).isEqualTo(model.initialWeights().get(before));
  }

  @Test
  void should_come_closer_to_the_teacher_than_a_model_that_learns_from_labels() {
    TrainingRun teacher = frozen(20, 0.01).fit(training); // knows more than chance, and is not sure
    TrainingRun taught = frozen(80, 0.01).distilFrom(teacher.model(), 2, 1).fit(training);
    TrainingRun untaught = frozen(80, 0.01).fit(training);

    assertThat(teacher.evaluate(training).accuracy()).isBetween(0.7, 0.95);
    assertThat(divergence(teacher.model(), taught.model()))
        .isLessThan(divergence(teacher.model(), untaught.model()) / 100);
  }

  @Test
  void should_learn_a_teachers_errors_as_far_as_the_teacher_counts() {
    TrainedModel teacher = frozen(40, 0.05).fit(oneLabelFurther(training)).model();
    Dataset asTheTeacher = oneLabelFurther(training);

    TrainingRun obedient = frozen(80, 0.05).distilFrom(teacher, 2, 1).fit(training);
    TrainingRun stubborn = frozen(80, 0.05).distilFrom(teacher, 2, 0).fit(training);

    assertThat(obedient.evaluate(asTheTeacher).accuracy()).isEqualTo(1);
    assertThat(stubborn.evaluate(training).accuracy()).isEqualTo(1);
  }

  @Test
  void two_teachers_teach_the_mean_of_what_they_say() {
    TrainedModel right = frozen(15, 0.01).fit(training).model();
    TrainedModel wrong = frozen(10, 0.01).fit(oneLabelFurther(training)).model();

    TrainedModel taught = taughtBy(List.of(right, wrong));

    float[][] together = together(right, wrong);
    assertThat(divergence(together, taught))
        .isLessThan(divergence(together, taughtBy(List.of(right))) / 10)
        .isLessThan(divergence(together, taughtBy(List.of(wrong))) / 10);
    assertThat(taughtBy(List.of(right, right)).weights())
        .isEqualTo(taughtBy(List.of(right)).weights());
  }

  private static TrainedModel taughtBy(List<TrainedModel> teachers) {
    return frozen(80, 0.01).distilFrom(teachers, 2, 1).fit(training).model();
  }

  /** The probabilities that belong to the mean of two models' logits. */
  private static float[][] together(TrainedModel one, TrainedModel other) {
    try (Predictor first = Predictor.of(one);
        Predictor second = Predictor.of(other)) {
      float[][] mean = first.predictAll(validation).logits();
      float[][] more = second.predictAll(validation).logits();
      for (int i = 0; i < mean.length; i++) {
        double sum = 0;
        for (int label = 0; label < mean[i].length; label++) {
          mean[i][label] = (float) Math.exp((mean[i][label] + more[i][label]) / 2);
          sum += mean[i][label];
        }
        for (int label = 0; label < mean[i].length; label++) {
          mean[i][label] /= (float) sum;
        }
      }
      return mean;
    }
  }

  @Test
  void fails_without_a_teacher() {
    assertThatThrownBy(() -> frozen().distilFrom(List.of(), 2, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("distilFrom takes at least one teacher, got none");
  }

  /** Calls blue green, green red and red blue. */
  private static Dataset oneLabelFurther(Dataset dataset) {
    Labels labels = ColouredPictures.LABELS;
    return Dataset.of(
        dataset.examples().stream()
            .map(
                example ->
                    new Example(
                        example.id(),
                        example.image(),
                        labels.name((labels.index(example.label()) + 1) % labels.size())))
            .toList(),
        labels);
  }

  /** The mean Kullback-Leibler divergence of a model's probabilities from its teacher's. */
  private static double divergence(TrainedModel teacher, TrainedModel pupil) {
    try (Predictor predictor = Predictor.of(teacher)) {
      return divergence(predictor.evaluate(validation).probabilities(), pupil);
    }
  }

  private static double divergence(float[][] expected, TrainedModel pupil) {
    try (Predictor predictor = Predictor.of(pupil)) {
      float[][] actual = predictor.evaluate(validation).probabilities();
      double sum = 0;
      for (int i = 0; i < expected.length; i++) {
        for (int label = 0; label < expected[i].length; label++) {
          sum += expected[i][label] * Math.log(expected[i][label] / actual[i][label]);
        }
      }
      return sum / expected.length;
    }
  }

  @Test
  void fails_if_the_teacher_has_other_labels() {
    TransferModel other =
        TransferModel.mobileNetV2()
            .untrained(1)
            .width(0.1)
            .inputSize(32)
            .labels(Labels.of("green", "blue", "red"))
            .build();

    assertThatThrownBy(() -> frozen().distilFrom(other.trained(Map.of(), Map.of()), 2, 0.5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the teacher's labels must be the model's, in the same order: it has [green, blue,"
                + " red], the model [blue, green, red]");
  }

  /** A teacher whose pictures are twice as large as those of {@link #frozen}'s. */
  private static TrainedModel largerTeacher() {
    TransferModel larger =
        TransferModel.mobileNetV2()
            .untrained(2)
            .width(0.1)
            .inputSize(64)
            .labels(ColouredPictures.LABELS)
            .build();
    return Trainer.of(larger).epochs(40).learningRate(0.05).fit(oneLabelFurther(training)).model();
  }

  @Test
  void a_teacher_that_takes_larger_pictures_is_asked_about_such() {
    TrainedModel teacher = largerTeacher();

    TrainingRun taught = frozen(80, 0.05).distilFrom(teacher, 2, 1).fit(training);
    TrainingRun untaught = frozen(80, 0.05).fit(training);

    // What it was taught is the teacher's error, which no label of its own says.
    assertThat(taught.evaluate(oneLabelFurther(training)).accuracy()).isGreaterThan(0.9);
    assertThat(untaught.evaluate(oneLabelFurther(training)).accuracy()).isZero();
  }

  @Test
  void fails_if_a_teacher_that_takes_larger_pictures_would_have_to_look_at_augmented_ones() {
    Trainer trainer =
        frozen().augmentation(Augmentation.light()).distilFrom(largerTeacher(), 2, 0.5);

    assertThatThrownBy(() -> trainer.fit(training))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the teacher takes pictures of 64 pixels, the model of 32, and phase 'head' shows both"
                + " the same changed pictures: set augmentation(Augmentation.none()), or take a"
                + " teacher of the same size");
  }

  @Test
  void a_frozen_backbone_can_be_trained_on_augmented_pictures() {
    TrainingRun run = frozen(2, 0.05).augmentation(Augmentation.light()).fit(training);

    assertThat(run.history().size()).isEqualTo(2);
  }

  @Test
  void embeddings_on_disk_are_found_again_and_damage_costs_only_time() throws IOException {
    List<Integer> first =
        ColouredPictures.bits(frozen().embeddingCache(folder).fit(training, validation));
    Path file;
    try (Stream<Path> files = Files.list(folder)) {
      file = files.toList().get(0);
    }
    byte[] whole = Files.readAllBytes(file);
    for (int damage = 0; damage < 5; damage++) {
      byte[] content = whole.clone();
      if (damage == 1) {
        content = Arrays.copyOf(whole, whole.length - 3);
      } else if (damage > 1) {
        content[(damage - 2) * 700] ^= 1;
      }
      Files.write(file, content);
      int[] computed = {0};

      List<Integer> again =
          ColouredPictures.bits(
              frozen()
                  .embeddingCache(folder)
                  .listener(
                      (event, control) -> {
                        if (event instanceof TrainingEvent.CacheProgress progress) {
                          computed[0] = progress.total();
                        }
                      })
                  .fit(training, validation));

      assertThat(again).isEqualTo(first);
      assertThat(computed[0]).isEqualTo(damage == 0 ? 0 : damage == 2 ? 23 : 1);
      assertThat(Files.readAllBytes(file)).hasSameSizeAs(whole);
    }
  }

  @Test
  void a_cache_that_cannot_be_written_ends_no_run_and_is_told_once() throws IOException {
    Path noFolder = Files.writeString(folder.resolve("file"), "in the way");
    List<String> notices = new ArrayList<>();
    Dataset many = ColouredPictures.draw(folder.resolve("many"), 300, 3); // more than one part

    TrainingRun run =
        frozen(1, 0.05)
            .embeddingCache(noFolder.resolve("embeddings"))
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(many);

    assertThat(notices)
        .singleElement()
        .asString()
        .startsWith("the embedding cache " + noFolder.resolve("embeddings"))
        .contains("can't be written", "training goes on");
    assertThat(ColouredPictures.bits(run))
        .isEqualTo(ColouredPictures.bits(frozen(1, 0.05).fit(many)));
  }

  @Test
  void an_interruption_costs_few_embeddings(@TempDir Path many) throws IOException {
    Dataset pictures = ColouredPictures.draw(many, 300, 3);
    TrainingListener interruption =
        (event, control) -> {
          if (event instanceof TrainingEvent.CacheProgress progress && progress.done() >= 280) {
            throw new IllegalStateException("interrupted");
          }
        };
    assertThatThrownBy(() -> frozen().embeddingCache(folder).listener(interruption).fit(pictures))
        .hasMessage("interrupted");
    int[] computed = {0};

    TrainingRun run =
        frozen(1, 0.05)
            .embeddingCache(folder)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.CacheProgress progress) {
                    computed[0] = progress.total();
                  }
                })
            .fit(pictures);

    assertThat(computed[0]).isEqualTo(300 - 256);
    assertThat(ColouredPictures.bits(run))
        .isEqualTo(ColouredPictures.bits(frozen(1, 0.05).fit(pictures)));
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).as("one file in the end").hasSize(1);
    }
  }

  @Test
  void embeddings_are_kept_where_a_listener_stops_the_run() {
    TrainingRun stopped =
        frozen()
            .embeddingCache(folder)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.CacheProgress) {
                    control.stop("enough");
                  }
                })
            .fit(training);
    int[] computed = {0};

    TrainingRun unused =
        frozen()
            .embeddingCache(folder)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.CacheProgress progress) {
                    computed[0] = progress.total();
                  }
                })
            .fit(training);

    assertThat(stopped.end()).isEqualTo(new TrainingEnd.StoppedByListener("enough"));
    assertThat(computed[0]).isEqualTo(14 - 8);
  }

  @Test
  void tensorboard_names_the_dependency_that_it_needs() {
    assertThatThrownBy(() -> frozen().tensorBoard(folder))
        .isInstanceOf(DogVisionException.class)
        .hasMessageContaining("dev.dogvision:dogvision-report");
  }

  @Test
  void settings_name_every_learning_rate() {
    Trainer oneRate = frozen(5, 0.02);
    Trainer phases =
        Trainer.of(ColouredPictures.network().build())
            .gradualUnfreeze(
                Phase.head(2, 0.05), Phase.last(1, 2, 0.01).backboneLearningRate(0.002));

    assertThat(oneRate.fit(training).settings())
        .containsEntry("phases", "head, 5 epochs at 0.02")
        .containsEntry("learningRate", "0.02");
    assertThat(phases.fit(training).settings())
        .containsEntry(
            "phases", "head, 2 epochs at 0.05; last stage, 2 epochs at 0.01, the backbone at 0.002")
        .containsEntry("learningRate", "0.05; 0.01");
  }

  @Test
  void a_trainer_can_be_used_again() {
    Trainer trainer = frozen();

    List<Integer> first = ColouredPictures.bits(trainer.fit(training));
    assertThat(ColouredPictures.bits(trainer.fit(validation))).isNotEqualTo(first);
    assertThat(ColouredPictures.bits(trainer.fit(training))).isEqualTo(first);
  }
}
