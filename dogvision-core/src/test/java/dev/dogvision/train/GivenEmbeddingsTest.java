package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dogvision.MismatchException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.contract.ColouredPictures;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A head is trained on embeddings, without any photograph. */
class GivenEmbeddingsTest {
  @TempDir private Path folder;

  private final TransferModel model = ColouredPictures.network().build();
  private Dataset photographs;
  private Dataset others;
  private Embeddings training;
  private Embeddings validation;

  @BeforeEach
  void embed() {
    photographs = ColouredPictures.draw(folder.resolve("training"), 21, 1);
    others = ColouredPictures.draw(folder.resolve("validation"), 7, 2);
    TrainedModel start = model.trained(model.initialWeights(), Map.of());
    try (Predictor predictor = Predictor.of(start)) {
      training = predictor.embedAll(photographs);
      validation = predictor.embedAll(others);
    }
  }

  private Trainer trainer() {
    return Trainer.of(model).epochs(4).batchSize(4).learningRate(0.05).seed(13);
  }

  private static void assertSameWeights(TrainedModel one, TrainedModel other) {
    one.weights()
        .forEach(
            (name, tensor) ->
                assertThat(other.weights().get(name).values()).as(name).isEqualTo(tensor.values()));
  }

  @Test
  void gives_the_weights_that_the_photographs_give_to_the_last_bit() {
    TrainingRun ofPhotographs = trainer().fit(photographs, others);
    TrainingRun ofEmbeddings = trainer().fit(training, validation);

    assertSameWeights(ofPhotographs.model(), ofEmbeddings.model());
    assertThat(ofEmbeddings.history().epochs())
        .extracting(EpochOutcome::values)
        .isEqualTo(ofPhotographs.history().epochs().stream().map(EpochOutcome::values).toList());
    assertThat(ofEmbeddings.model().statistics()).isPresent();
  }

  @Test
  void needs_no_memory_set_aside_for_activations() {
    TrainingRun without = trainer().cacheMemory(0).fit(training);

    assertSameWeights(trainer().fit(photographs).model(), without.model());
  }

  @Test
  void goes_on_and_is_taken_up_again_as_with_photographs() {
    TrainedModel whole = trainer().fit(photographs, others).model();
    Path checkpoints = folder.resolve("checkpoints");
    TrainingRun half =
        Trainer.of(model)
            .epochs(2)
            .batchSize(4)
            .learningRate(0.05)
            .seed(13)
            .checkpoints(checkpoints, 1)
            .fit(training, validation);

    assertSameWeights(whole, half.continueFor(2).model());
    assertThatThrownBy(() -> Trainer.resume(checkpoints).fit(photographs, others))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(Trainer.resume(checkpoints).fit(training, validation).history().size()).isEqualTo(4);
  }

  @Test
  void its_run_answers_about_them_and_about_photographs() {
    TrainingRun run = trainer().fit(training, validation);

    assertThat(run.evaluate(run.trainingData()).logLoss())
        .isEqualTo(run.evaluate(photographs).logLoss());
    assertThat(run.embeddings(run.trainingData()).row(3)).isEqualTo(training.row(3));
    assertThat(run.trainingData().examples()).extracting(Example::id).isEqualTo(training.ids());
    Example first = run.trainingData().examples().get(0);
    try (Predictor predictor = Predictor.of(run.model())) {
      assertThatThrownBy(() -> predictor.predict(first.image()))
          .isInstanceOf(UnreadableImageException.class)
          .hasMessageContaining(first.id());
    }
  }

  @Test
  void refuses_embeddings_of_another_network() {
    Embeddings foreign =
        Embeddings.of("0".repeat(64), List.of("a"), List.of("b"), new float[][] {training.row(0)});
    Embeddings narrow = Embeddings.of("", List.of("a"), List.of("b"), new float[][] {{1, 2}});

    assertThatThrownBy(() -> trainer().fit(foreign))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("the training embeddings are of another network")
        .hasMessageContaining("000000000000");
    assertThatThrownBy(() -> trainer().fit(training, narrow))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("the validation embeddings")
        .hasMessageContaining("2 values of an unknown network");
  }

  @Test
  void takes_embeddings_of_which_nobody_knows_the_network() {
    Embeddings unknown = renamed("", training.ids());

    assertSameWeights(trainer().fit(training).model(), trainer().fit(unknown).model());
  }

  private Embeddings renamed(String network, List<String> ids) {
    List<String> labels = ids.stream().map(id -> "").toList();
    float[][] rows = new float[ids.size()][];
    String[] given = labels.toArray(String[]::new);
    for (int i = 0; i < rows.length; i++) {
      rows[i] = training.row(i);
      given[i] = training.label(i).orElseThrow();
    }
    return Embeddings.of(network, ids, List.of(given), rows);
  }

  @Test
  void refuses_an_id_that_occurs_twice_and_rows_without_labels() {
    Embeddings twice = renamed("", Collections.nCopies(training.size(), "one"));
    Embeddings unlabelled;
    try (Predictor predictor = Predictor.of(model.trained(model.initialWeights(), Map.of()))) {
      unlabelled = predictor.embedAll(photographs.examples().stream().map(Example::image).toList());
    }

    assertThatThrownBy(() -> trainer().fit(twice))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("two rows of the id 'one', row 1 the second");
    assertThatThrownBy(() -> trainer().fit(unlabelled))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the training data has no labels");
    assertThatThrownBy(() -> trainer().fit(training, training))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the same 21 embeddings");
  }

  @Test
  void refuses_settings_that_need_photographs() {
    TransferModel fineTuned = ColouredPictures.network().fineTuneLast(1).build();
    TrainedModel teacher = model.trained(model.initialWeights(), Map.of());

    assertThatThrownBy(() -> Trainer.of(fineTuned).fit(training))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("phase 'last stage' trains the backbone");
    assertThatThrownBy(() -> trainer().augmentation(Augmentation.light()).fit(training))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("augmentation changes photographs");
    assertThatThrownBy(() -> trainer().distilFrom(teacher, 2, 0.5).fit(training))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("distilFrom");
  }
}
