package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.Optimizer;
import dev.dogvision.data.Dataset;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.contract.ColouredPictures;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SettingsInWordsTest {
  private static final TransferModel FROZEN = ColouredPictures.network().build();
  private static final TransferModel PARTLY = ColouredPictures.network().fineTuneLast(3).build();

  @TempDir static Path folder;

  private static TrainingRun run(TransferModel model, UnaryOperator<Trainer> settings) {
    Dataset few = ColouredPictures.draw(folder.resolve("training"), 3, 1);
    Dataset others = ColouredPictures.draw(folder.resolve("validation"), 3, 2);
    return settings.apply(Trainer.of(model).batchSize(3)).fit(few, others);
  }

  private static Map<String, String> words(TransferModel model, UnaryOperator<Trainer> settings) {
    Map<String, String> words = new LinkedHashMap<>();
    run(model, settings)
        .settingsInWords()
        .forEach(setting -> words.put(setting.name(), setting.words()));
    return words;
  }

  @Test
  void what_nobody_set_is_said_to_be_as_usual() {
    List<DescribedSetting> all = run(FROZEN, t -> t.epochs(1)).settingsInWords();

    assertThat(all.stream().filter(setting -> !setting.usual()))
        .containsExactly(
            new DescribedSetting("Training", "Trains the head alone, 1 epoch", false),
            new DescribedSetting("Learning rate", "0.001, the same throughout", false),
            new DescribedSetting("Optimiser", "AdamW", false),
            new DescribedSetting("Batch", "3 photographs an update", false),
            new DescribedSetting("Augmentation", "none, as the backbone is frozen", false));
    assertThat(all.stream().filter(DescribedSetting::usual).map(DescribedSetting::name))
        .containsExactly(
            "Early stopping",
            "Weight decay",
            "Gradient clipping",
            "Moving average",
            "Label smoothing",
            "Weights of breeds",
            "Distillation",
            "Further figures",
            "Seed",
            "Memory for what is computed once");
  }

  @Test
  void no_words_are_those_of_a_record() {
    assertThat(
            words(
                PARTLY,
                t ->
                    t.epochs(2)
                        .accumulate(2)
                        .backboneLearningRate(3e-5)
                        .stageDecay(0.5)
                        .schedule(Schedule.cosine())
                        .optimizer(new Optimizer.AdamW(0.8, 0.99, 1e-8))
                        .weightDecay(0)
                        .gradientClipping(1)
                        .movingAverage(0.999)
                        .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS).minimumDelta(0.01))
                        .augmentation(Augmentation.strong())
                        .labelSmoothing(0.1)
                        .classWeights(Map.of("red", 2.0))
                        .metrics(new MacroF1())
                        .seed(13)))
        .containsEntry("Training", "Fine-tunes the last 3 stages, 2 epochs at most")
        .containsEntry(
            "Learning rate",
            "0.001, falling as a cosine to 1 % of it, after a rise over the first tenth")
        .containsEntry(
            "Learning rate of the backbone",
            "0.00003 in the last stage, in each stage before it 0.5 times as much")
        .containsEntry("Optimiser", "AdamW, beta 0.8 and 0.99, epsilon 1e-8")
        .containsEntry("Batch", "2 batches of 3 photographs an update")
        .containsEntry(
            "Augmentation",
            "strong: crops of at least 25 % of the picture, 50 % mirrored, turns of up to 12"
                + " degrees, brightness and contrast and saturation up to 40 % more or less, 25 %"
                + " with up to 20 % of them erased, mixup with alpha 0.2, CutMix with alpha 1")
        .containsEntry(
            "Early stopping",
            "after 5 epochs without a better validation loss by more than 0.01; the best epoch's"
                + " weights are kept")
        .containsEntry("Weight decay", "none")
        .containsEntry("Gradient clipping", "to a norm of 1")
        .containsEntry("Moving average", "of the weights, with a decay of 0.999")
        .containsEntry("Label smoothing", "10 % of each target spread over all breeds")
        .containsEntry("Weights of breeds", "red 2, others 1")
        .containsEntry("Further figures", "validation macro F1")
        .containsEntry("Seed", "13")
        .allSatisfy((name, words) -> assertThat(words).doesNotContain("[", "=", "{"));
  }

  @Test
  void schedules_optimisers_and_phases_are_told_apart() {
    assertThat(words(FROZEN, t -> t.epochs(1).schedule(Schedule.cosine(1))))
        .containsEntry(
            "Learning rate", "0.001, falling as a cosine to 1 % of it, after a rise over 1 epoch");
    assertThat(
            words(
                FROZEN,
                t -> t.epochs(1).schedule(Schedule.oneCycle()).optimizer(Optimizer.sgd(0.9))))
        .containsEntry(
            "Learning rate",
            "0.001, reached from 1/25 of it over the first 30 %, then falling to 1/250000 (one"
                + " cycle)")
        .containsEntry("Optimiser", "SGD with momentum 0.9");
    assertThat(
            words(
                FROZEN,
                t ->
                    t.epochs(1)
                        .balancedClasses()
                        .optimizer(Optimizer.sgd(0))
                        .schedule(Schedule.reduceOnPlateau(Metric.TRAINING_LOSS, 0.5, 3))))
        .containsEntry(
            "Learning rate", "0.001, times 0.5 whenever 3 epochs bring no better training loss")
        .containsEntry("Optimiser", "SGD without momentum")
        .containsEntry(
            "Weights of breeds", "rare breeds count more, so that all breeds count alike");
    assertThat(words(FROZEN, t -> t.gradualUnfreeze(Phase.head(1, 0.01), Phase.all(1, 0.001))))
        .containsEntry(
            "Training",
            "First trains the head alone, 1 epoch; then fine-tunes the whole network, 1 epoch")
        .containsEntry("Learning rate", "0.01, then 0.001, the same throughout")
        .containsEntry("Learning rate of the backbone", "0.0001 in all trained stages")
        .containsEntry(
            "Augmentation",
            "none for the head alone, then light: crops of at least 50 % of the picture, 50 %"
                + " mirrored, brightness and contrast and saturation up to 20 % more or less");
  }

  @Test
  void a_fitted_temperature_comes_after_the_settings() {
    TrainingRun run = run(FROZEN, t -> t.epochs(1));

    assertThat(run.calibrate(run.trainingData()).settingsInWords())
        .last()
        .satisfies(
            setting -> {
              assertThat(setting.name()).isEqualTo("Temperature");
              assertThat(setting.words()).contains("fitted on 3 validation photographs");
            });
  }
}
