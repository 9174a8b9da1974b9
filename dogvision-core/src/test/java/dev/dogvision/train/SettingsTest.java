package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.contract.ColouredPictures;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What can be set, once, and what can't be set together. */
class SettingsTest {
  private static final TransferModel FROZEN = ColouredPictures.network().build();
  private static final TransferModel PARTLY = ColouredPictures.network().fineTuneLast(1).build();
  @TempDir Path folder;

  private static Arguments setting(String message, UnaryOperator<Trainer> setting) {
    return Arguments.of(message, setting);
  }

  static Stream<Arguments> settings() {
    TrainedModel teacher = FROZEN.trained(Map.of(), Map.of());
    Path folder = Path.of("somewhere");
    return Stream.of(
        setting("epochs was already set to 3", t -> t.epochs(3)),
        setting("batchSize was already set to 8", t -> t.batchSize(8)),
        setting("learningRate was already set to 0.01", t -> t.learningRate(0.01)),
        setting("backboneLearningRate was already set to 0.01", t -> t.backboneLearningRate(0.01)),
        setting("stageDecay was already set to 0.5", t -> t.stageDecay(0.5)),
        setting("seed was already set to 13", t -> t.seed(13)),
        setting(
            "optimizer was already set to " + Optimizer.sgd(0.9),
            t -> t.optimizer(Optimizer.sgd(0.9))),
        setting("weightDecay was already set to 0.1", t -> t.weightDecay(0.1)),
        setting("gradientClipping was already set to 1.0", t -> t.gradientClipping(1)),
        setting("accumulate was already set to 2", t -> t.accumulate(2)),
        setting("movingAverage was already set to 0.9", t -> t.movingAverage(0.9)),
        setting(
            "schedule was already set to " + Schedule.cosine(), t -> t.schedule(Schedule.cosine())),
        setting(
            "earlyStopping was already set to EarlyStopping[metric=training loss, patience=5,"
                + " minimumDelta=0.0]",
            t -> t.earlyStopping(EarlyStopping.on(Metric.TRAINING_LOSS))),
        setting(
            "augmentation was already set to " + Augmentation.light(),
            t -> t.augmentation(Augmentation.light())),
        setting("labelSmoothing was already set to 0.1", t -> t.labelSmoothing(0.1)),
        setting(
            "classWeights was already set to {red=2.0}", t -> t.classWeights(Map.of("red", 2.0))),
        setting("balancedClasses was already set", Trainer::balancedClasses),
        setting("gradualUnfreeze was already set to 10, 0.001", Trainer::gradualUnfreeze),
        setting("gradualUnfreeze was already set to 2, 0.01", t -> t.gradualUnfreeze(2, 0.01)),
        setting(
            "gradualUnfreeze was already set to head, all stages",
            t -> t.gradualUnfreeze(Phase.head(1, 0.01), Phase.all(1, 0.01))),
        setting(
            "distilFrom was already set to " + teacher + ", 2.0, 0.5",
            t -> t.distilFrom(teacher, 2, 0.5)),
        setting("cacheMemory was already set to 5", t -> t.cacheMemory(5)),
        setting("embeddingCache was already set to somewhere", t -> t.embeddingCache(folder)),
        setting("checkpoints was already set to somewhere, 2", t -> t.checkpoints(folder, 2)),
        setting("metrics was already set to validation macro F1", t -> t.metrics(new MacroF1())),
        setting("progress was already set", Trainer::progress));
  }

  @ParameterizedTest
  @MethodSource("settings")
  void should_refuse_a_second_time_and_name_the_first_value(
      String message, UnaryOperator<Trainer> setting) {
    Trainer trainer = setting.apply(Trainer.of(PARTLY));

    assertThatThrownBy(() -> setting.apply(trainer))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(message);
  }

  @Test
  void should_take_further_epochs_once() {
    Dataset dataset = ColouredPictures.draw(folder.resolve("pictures"), 4, 1);
    Path checkpoints = folder.resolve("checkpoints");
    TrainingRun unused = Trainer.of(FROZEN).epochs(1).checkpoints(checkpoints, 1).fit(dataset);

    assertThatThrownBy(() -> Trainer.resume(checkpoints).continueFor(2).continueFor(3))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("continueFor was already set to 2");
  }

  @Test
  void should_take_any_number_of_listeners() {
    TrainingListener listener = (event, control) -> {};

    assertThat(Trainer.of(FROZEN).listener(listener).listener(listener)).isNotNull();
  }

  @Test
  void should_refuse_what_clashes_when_the_second_comes_and_name_both() {
    Phase phase = Phase.all(2, 0.01);

    assertThatThrownBy(() -> Trainer.of(PARTLY).learningRate(0.5).gradualUnfreeze(phase))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "gradualUnfreeze(all stages) clashes with learningRate(0.5): each phase has its own");
    assertThatThrownBy(() -> Trainer.of(PARTLY).gradualUnfreeze(phase).learningRate(0.5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "learningRate(0.5) clashes with gradualUnfreeze(all stages): each phase has its own");
    assertThatThrownBy(() -> Trainer.of(PARTLY).gradualUnfreeze(phase).epochs(5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("epochs(5) clashes with gradualUnfreeze(all stages): each phase has its own");
    assertThatThrownBy(() -> Trainer.of(PARTLY).gradualUnfreeze(2, 0.01).gradualUnfreeze(phase))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("gradualUnfreeze was already set to 2, 0.01");
    assertThatThrownBy(() -> Trainer.of(FROZEN).balancedClasses().classWeights(Map.of("red", 2.0)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "classWeights({red=2.0}) clashes with balancedClasses(): say once how classes count");
    assertThatThrownBy(() -> Trainer.of(FROZEN).classWeights(Map.of("red", 2.0)).balancedClasses())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "balancedClasses() clashes with classWeights({red=2.0}): say once how classes count");
  }

  @Test
  void should_refuse_rates_of_a_backbone_that_is_not_trained() {
    Dataset dataset = ColouredPictures.draw(folder, 4, 1);

    assertThatThrownBy(() -> Trainer.of(FROZEN).backboneLearningRate(1e-4).fit(dataset))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "backboneLearningRate(1.0E-4) has nothing to act on: the model's backbone is frozen;"
                + " leave it out, or build the model with fineTuneLast(n) or fineTuneAll()");
    assertThatThrownBy(() -> Trainer.of(FROZEN).stageDecay(0.5).fit(dataset))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("stageDecay(0.5) has nothing to act on: ");
    assertThatThrownBy(
            () -> LearningRateFinder.of(Trainer.of(FROZEN).backboneLearningRate(1e-4)).run(dataset))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith("backboneLearningRate(1.0E-4) has nothing to act on: ");
    assertThatThrownBy(
            () ->
                Trainer.of(PARTLY)
                    .backboneLearningRate(1e-4)
                    .gradualUnfreeze(Phase.head(1, 0.01))
                    .fit(dataset))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "backboneLearningRate(1.0E-4) has nothing to act on: each phase trains the head alone;"
                + " leave it out, or add a Phase.last(stages, epochs, rate) or"
                + " Phase.all(epochs, rate)");
    assertThatThrownBy(
            () ->
                Trainer.of(PARTLY)
                    .backboneLearningRate(1e-4)
                    .gradualUnfreeze(
                        Phase.head(1, 0.01), Phase.all(1, 0.01).backboneLearningRate(0.001))
                    .fit(dataset))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "backboneLearningRate(1.0E-4) has nothing to act on: each phase that trains the"
                + " backbone has a rate of its own");
    assertThatThrownBy(() -> Phase.head(1, 0.01).backboneLearningRate(1e-4))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(
            "backboneLearningRate(1.0E-4) has nothing to act on in phase 'head'");
  }

  @Test
  void should_take_a_backbones_rate_where_a_phase_unfreezes_it() {
    Dataset dataset = ColouredPictures.draw(folder, 4, 1);

    TrainingRun run =
        Trainer.of(FROZEN)
            .backboneLearningRate(1e-4)
            .stageDecay(0.5)
            .gradualUnfreeze(Phase.head(1, 0.01), Phase.last(1, 1, 0.01))
            .fit(dataset);

    assertThat(run.settings().get("phases")).endsWith("the backbone at 1.0E-4");
  }

  @Test
  void should_set_a_learning_rate_finder_once() {
    Trainer trainer = Trainer.of(FROZEN);

    assertThatThrownBy(() -> LearningRateFinder.of(trainer).steps(20).steps(30))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("steps was already set to 20");
    assertThatThrownBy(() -> LearningRateFinder.of(trainer).range(1e-3, 1).range(1e-3, 2))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("range was already set to 0.001, 1.0");
  }
}
