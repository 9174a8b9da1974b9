package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.ImageSource;
import dev.dogvision.spi.contract.ColouredPictures;
import dev.dogvision.spi.contract.CountingEngine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run remembers what it has computed: each photograph is read and goes forward once. */
class ComputedOnceTest {
  @TempDir private Path folder;

  /** How often each photograph was opened, that is, read and decoded. */
  private final Map<String, Integer> opened = new ConcurrentHashMap<>();

  private Dataset training;
  private Dataset validation;
  private int before;

  @BeforeEach
  void draw() {
    training = counted("training", 13, 1);
    validation = counted("validation", 7, 2);
    before = CountingEngine.pictures();
  }

  /** Photographs that count how often they are opened. */
  private Dataset counted(String part, int count, long seed) {
    Dataset drawn = ColouredPictures.draw(folder.resolve(part), count, seed);
    List<Example> examples = new ArrayList<>();
    for (Example example : drawn) {
      Path file = example.image().path().orElseThrow();
      String name = part + "/" + example.id();
      examples.add(
          Example.of(
              ImageSource.of(
                  name,
                  () -> {
                    opened.merge(name, 1, Integer::sum);
                    try {
                      return Files.newInputStream(file);
                    } catch (IOException e) {
                      throw new UncheckedIOException(e);
                    }
                  }),
              example.label()));
    }
    return DatasetBuilder.fromSources(examples).build();
  }

  private int embedded() {
    return CountingEngine.pictures() - before;
  }

  private static Trainer frozen() {
    return Trainer.of(ColouredPictures.network().build())
        .epochs(4)
        .batchSize(4)
        .learningRate(0.05)
        .seed(13);
  }

  private static Map<String, Integer> once(Dataset... datasets) {
    Map<String, Integer> counts = new TreeMap<>();
    for (Dataset dataset : datasets) {
      dataset.forEach(example -> counts.put(example.id(), 1));
    }
    return counts;
  }

  @Test
  void training_evaluation_calibration_and_report_read_and_embed_each_photograph_once() {
    TrainingRun run = frozen().fit(training, validation);
    Evaluation evaluation = run.evaluate(validation);
    TrainingRun calibrated = run.calibrate(validation);
    Evaluation again = calibrated.evaluate(validation);
    float[][] logits = calibrated.logits(training.examples());

    assertThat(opened).containsExactlyInAnyOrderEntriesOf(once(training, validation));
    assertThat(embedded()).isEqualTo(20);
    assertThat(again.accuracy()).isEqualTo(evaluation.accuracy());
    assertThat(logits).hasDimensions(13, 3);
  }

  @Test
  void what_was_evaluated_once_is_known_also_after_all_layers_were_trained() {
    TrainingRun run =
        Trainer.of(ColouredPictures.network().fineTuneAll().build())
            .epochs(1)
            .batchSize(8)
            .learningRate(0.01)
            .augmentation(Augmentation.none())
            .fit(training);
    opened.clear();
    before = CountingEngine.pictures();

    Evaluation evaluation = run.evaluate(validation);
    TrainingRun calibrated = run.calibrate(validation);

    assertThat(opened).containsExactlyInAnyOrderEntriesOf(once(validation));
    assertThat(embedded()).isEqualTo(7);
    assertThat(calibrated.evaluate(validation).accuracy()).isEqualTo(evaluation.accuracy());
  }

  @Test
  void what_is_frozen_of_a_partly_trained_backbone_serves_its_evaluation() {
    TrainingRun run =
        Trainer.of(ColouredPictures.network().fineTuneLast(2).build())
            .epochs(2)
            .batchSize(8)
            .learningRate(0.01)
            .augmentation(Augmentation.none())
            .gradualUnfreeze(1, 0.05)
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_LOSS))
            .fit(training, validation);
    opened.clear();
    before = CountingEngine.pictures();

    Evaluation evaluation = run.evaluate(validation);
    TrainingRun calibrated = run.calibrate(validation);

    assertThat(opened).isEmpty();
    assertThat(embedded()).isZero();
    assertThat(calibrated.evaluate(validation).accuracy()).isEqualTo(evaluation.accuracy());
    assertThat(evaluation.accuracy())
        .isEqualTo(run.chosen().orElseThrow().value(Metric.VALIDATION_ACCURACY).orElseThrow());
    assertThat(evaluation.logLoss())
        .isCloseTo(
            run.chosen().orElseThrow().value(Metric.VALIDATION_LOSS).orElseThrow(), offset(1e-4));
  }

  @Test
  void what_is_frozen_runs_batches_of_one_size_whatever_is_remembered() {
    // An engine rounds otherwise in batches of another size; large networks show it, tiny ones may
    // not.
    for (long memory : new long[] {Long.MAX_VALUE, 100_000, 0}) {
      var unusedBefore = CountingEngine.batchSizes();
      TrainingRun run = partly(memory);
      float[][] unused = run.logits(validation.examples().subList(0, 3));

      assertThat(CountingEngine.batchSizes()).as("%s bytes", memory).containsExactly(8);
    }
  }

  @Test
  void an_evaluation_from_the_boundary_has_the_same_bits_whatever_is_remembered() {
    float[][] remembered = partly(Long.MAX_VALUE).logits(validation.examples());
    float[][] some = partly(100_000).logits(validation.examples());
    float[][] none = partly(0).logits(validation.examples());

    assertThat(some).isDeepEqualTo(remembered);
    assertThat(none).isDeepEqualTo(remembered);
  }

  private TrainingRun partly(long memory) {
    return Trainer.of(ColouredPictures.network().fineTuneLast(2).build())
        .epochs(1)
        .batchSize(8)
        .learningRate(0.01)
        .augmentation(Augmentation.none())
        .cacheMemory(memory)
        .fit(training, validation);
  }

  @Test
  void cross_validation_embeds_each_photograph_once_for_all_folds() {
    CrossValidationResult result = CrossValidation.of(frozen()).folds(3).seed(4).run(training);

    assertThat(result.runs()).hasSize(3);
    assertThat(opened).containsExactlyInAnyOrderEntriesOf(once(training));
    assertThat(embedded()).isEqualTo(13);
  }

  @Test
  void a_photograph_is_known_by_its_content_and_not_by_its_name() {
    TrainingRun run = frozen().fit(training, validation);
    List<Example> renamed = new ArrayList<>();
    for (Example example : ColouredPictures.draw(folder.resolve("elsewhere"), 7, 2)) {
      renamed.add(new Example("other " + example.id(), example.image(), example.label()));
    }

    Evaluation evaluation = run.evaluate(Dataset.of(renamed, ColouredPictures.LABELS));

    assertThat(embedded()).isEqualTo(20);
    assertThat(evaluation.accuracy()).isEqualTo(run.evaluate(validation).accuracy());
  }

  @Test
  void without_memory_everything_is_computed_anew_and_nothing_else_changes() {
    TrainingRun remembering = frozen().fit(training, validation);
    int withMemory = embedded();
    TrainingRun forgetting = frozen().cacheMemory(0).fit(training, validation);

    assertThat(embedded() - withMemory).isEqualTo(4 * 20);
    assertThat(ColouredPictures.bits(forgetting)).isEqualTo(ColouredPictures.bits(remembering));
    assertThat(forgetting.evaluate(validation).logLoss())
        .isEqualTo(remembering.evaluate(validation).logLoss());
  }

  @Test
  void with_memory_for_some_only_the_others_are_computed_anew() {
    long row = 4L * ColouredPictures.network().build().plan().embeddingSize();
    List<String> notices = new ArrayList<>();
    TrainingRun some =
        frozen()
            .cacheMemory(15 * row)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(training, validation);

    assertThat(embedded()).isEqualTo(15 + 4 * 5);
    assertThat(notices)
        .singleElement()
        .asString()
        .contains("activations of 20 images", "those of 5 are computed anew in every epoch");
    assertThat(ColouredPictures.bits(some))
        .isEqualTo(ColouredPictures.bits(frozen().fit(training, validation)));
  }

  @Test
  void a_teacher_is_asked_once_about_each_photograph() {
    TrainingRun teacher = frozen().fit(training);
    before = CountingEngine.pictures();
    TrainingRun unused = frozen().distilFrom(teacher.model(), 2, 0.5).fit(training);

    assertThat(embedded()).isEqualTo(2 * 13); // once by the pupil's backbone, once by the teacher
  }
}
