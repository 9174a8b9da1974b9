package dev.dogvision.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.dogvision.MismatchException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Augmentation;
import dev.dogvision.model.BreedStatistics;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Predictor;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.contract.ColouredPictures;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AddedBreedsTest {
  @TempDir static Path pictures;
  @TempDir Path folder;
  private static Dataset old;
  private static Dataset oldTest;
  private static Dataset yellow;
  private static Dataset yellowTest;
  private static TrainingRun base;

  @BeforeAll
  static void train() throws IOException {
    old = ColouredPictures.draw(pictures.resolve("old"), 45, 1);
    oldTest = ColouredPictures.draw(pictures.resolve("old-test"), 45, 2);
    yellow = yellow(pictures.resolve("yellow"), 8, 3, "yellow");
    yellowTest = yellow(pictures.resolve("yellow-test"), 15, 4, "yellow");
    base =
        Trainer.of(ColouredPictures.network().build())
            .epochs(60)
            .batchSize(8)
            .learningRate(0.05)
            .seed(13)
            .fit(old);
  }

  /** Pictures that are as much red as green. */
  private static Dataset yellow(Path folder, int count, long seed, String label)
      throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    Files.createDirectories(folder);
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      BufferedImage image = new BufferedImage(36, 32, BufferedImage.TYPE_INT_RGB);
      for (int y = 0; y < 32; y++) {
        for (int x = 0; x < 36; x++) {
          int red = 150 + random.nextInt(90);
          int green = 150 + random.nextInt(90);
          image.setRGB(x, y, red << 16 | green << 8 | random.nextInt(90));
        }
      }
      Path file = folder.resolve("yellow-" + i + ".png");
      ImageIO.write(image, "png", file.toFile());
      examples.add(new Example("yellow-" + i, file, label));
    }
    return Dataset.of(examples, Labels.of(label));
  }

  private static Trainer adding(TrainedModel trained, String... labels) {
    return Trainer.of(TransferModel.from(trained).adding(labels).build())
        .epochs(4)
        .learningRate(0.02)
        .seed(5);
  }

  private static double accuracy(TrainedModel model, Dataset dataset) {
    try (Predictor predictor = Predictor.of(model)) {
      return predictor.evaluate(dataset).accuracy();
    }
  }

  @Test
  void a_breed_is_added_without_a_photograph_of_the_others() {
    double before = accuracy(base.model(), oldTest);
    assertThat(before).isGreaterThan(0.8);

    TrainingRun run = adding(base.model(), "yellow").fit(yellow);

    TrainedModel more = run.model();
    assertThat(more.labels().names()).containsExactly("blue", "green", "red", "yellow");
    assertThat(accuracy(more, yellowTest)).isGreaterThan(0.7);
    assertThat(accuracy(more, oldTest)).isGreaterThanOrEqualTo(before - 0.05);
    assertThat(run.evaluate(oldTest.union(yellowTest)).accuracy()).isGreaterThan(0.75);
    String head = more.plan().headName() + ".weight";
    float[] rows = more.weights().get(head).values();
    float[] oldRows = base.model().weights().get(head).values();
    assertThat(Arrays.copyOf(rows, oldRows.length)).isEqualTo(oldRows);
    assertThat(Arrays.copyOfRange(rows, oldRows.length, rows.length))
        .isNotEqualTo(Arrays.copyOf(oldRows, rows.length - oldRows.length));
    for (Map.Entry<String, Tensor> tensor : base.model().weights().entrySet()) {
      if (!tensor.getKey().startsWith(more.plan().headName())) {
        assertThat(more.weights()).containsEntry(tensor.getKey(), tensor.getValue());
      }
    }
  }

  @Test
  void the_same_seed_gives_the_same_bits_and_so_does_a_run_that_was_resumed() {
    TrainingRun whole = adding(base.model(), "yellow").movingAverage(0.9).fit(yellow, yellowTest);

    assertThat(
            ColouredPictures.bits(
                adding(base.model(), "yellow").movingAverage(0.9).fit(yellow, yellowTest)))
        .isEqualTo(ColouredPictures.bits(whole));
    Trainer trainer =
        adding(base.model(), "yellow")
            .movingAverage(0.9)
            .checkpoints(folder, 2)
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.BatchFinished batch && batch.epoch() == 3) {
                    throw new IllegalStateException("killed");
                  }
                });
    assertThatThrownBy(() -> trainer.fit(yellow, yellowTest)).hasMessage("killed");
    TrainingRun resumed = Trainer.resume(folder).fit(yellow, yellowTest);
    assertThat(ColouredPictures.bits(resumed)).isEqualTo(ColouredPictures.bits(whole));
    assertThat(resumed.model().labels()).isEqualTo(whole.model().labels());
  }

  @Test
  void what_was_added_is_remembered_too_and_travels_with_the_model() throws IOException {
    TrainedModel more = adding(base.model().withTemperature(1.5), "yellow").fit(yellow).model();
    TrainedModel read = TrainedModel.load(more.save(folder.resolve("more")));

    BreedStatistics known = read.statistics().orElseThrow();
    assertThat(known.labels()).containsExactly("blue", "green", "red", "yellow");
    assertThat(known.photographs(0)).isEqualTo(15);
    assertThat(known.photographs(3)).isEqualTo(8);
    for (int i = 0; i < 4; i++) {
      assertThat(known.mean(i)).isEqualTo(more.statistics().orElseThrow().mean(i));
    }
    assertThat(known.spread()).isEqualTo(more.statistics().orElseThrow().spread());
    assertThat(read.temperature()).isEqualTo(1.5);
    Dataset white = yellow(folder.resolve("lemon"), 4, 9, "lemon");
    assertThat(adding(read, "lemon").fit(white).model().labels().size()).isEqualTo(5);
  }

  @Test
  void the_mean_and_the_spread_are_those_of_the_photographs_and_drawn_rows_follow_them() {
    BreedStatistics known = base.model().statistics().orElseThrow();
    var embeddings = base.embeddings(old);
    int width = embeddings.dimension();
    double[] mean = new double[width];
    for (int i = 0; i < embeddings.size(); i++) {
      for (int k = 0; k < width && embeddings.label(i).orElseThrow().equals("green"); k++) {
        mean[k] += embeddings.row(i)[k] / 15;
      }
    }
    double[] drawn = new double[width];
    for (int draw = 0; draw < 2000; draw++) {
      float[] row = known.draw(1, draw);
      for (int k = 0; k < width; k++) {
        drawn[k] += row[k] / 2000;
        assertThat(row[k]).isGreaterThanOrEqualTo(0);
      }
    }
    for (int k = 0; k < width; k++) {
      assertThat(known.mean(1)[k]).isCloseTo((float) mean[k], within(1e-4f));
      // What would be negative is 0, which lifts the mean of a small one.
      double spread = known.spread()[k];
      double lifted = mean[k] < 3 * spread ? 0.5 * spread : 0;
      assertThat(drawn[k])
          .isBetween(mean[k] - 0.1 * spread - 1e-6, mean[k] + lifted + 0.1 * spread + 1e-6);
    }
    assertThat(known.draw(1, 7)).isEqualTo(known.draw(1, 7)).isNotEqualTo(known.draw(1, 8));
  }

  @Test
  void a_model_that_remembers_nothing_says_what_to_do_and_can_be_given_photographs() {
    TrainedModel forgetful =
        ColouredPictures.network().build().trained(base.model().weights(), Map.of());
    assertThat(forgetful.statistics()).isEmpty();
    assertThatThrownBy(() -> TransferModel.from(forgetful))
        .isInstanceOf(MismatchException.class)
        .hasMessageContaining("remembers nothing of the photographs of its breeds")
        .hasMessageContaining("trained.remembering(Predictor.of(trained).embedAll(photographs))");

    try (Predictor predictor = Predictor.of(forgetful)) {
      TrainedModel remembering = forgetful.remembering(predictor.embedAll(old));
      assertThat(remembering.statistics().orElseThrow().mean(2))
          .isEqualTo(base.model().statistics().orElseThrow().mean(2));
      assertThat(remembering.fingerprint()).isEqualTo(forgetful.fingerprint());
      Dataset blue = old.filter(example -> "blue".equals(example.label()));
      assertThatThrownBy(() -> forgetful.remembering(predictor.embedAll(blue)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("2 of the model's 3 breeds have no photograph")
          .hasMessageContaining("green, red");
      assertThatThrownBy(() -> forgetful.remembering(predictor.embedAll(yellow)))
          .hasMessageContaining("the model has no breed [yellow]");
    }
    try (Predictor other =
        Predictor.of(
            TransferModel.mobileNetV2()
                .untrained(8)
                .width(0.1)
                .inputSize(32)
                .labels(ColouredPictures.LABELS)
                .build()
                .trained(Map.of(), Map.of()))) {
      assertThatThrownBy(() -> forgetful.remembering(other.embedAll(old)))
          .isInstanceOf(MismatchException.class)
          .hasMessageContaining("another network");
    }
  }

  @Test
  void a_run_that_trained_the_backbone_remembers_when_it_is_asked_to() {
    TrainingRun run =
        Trainer.of(ColouredPictures.network().fineTuneLast(1).build())
            .epochs(1)
            .batchSize(8)
            .learningRate(0.01)
            .fit(old);
    assertThat(run.model().statistics()).isEmpty();

    TrainingRun remembering = run.rememberBreeds();

    assertThat(remembering.model().statistics().orElseThrow().photographs(1)).isEqualTo(15);
    assertThat(remembering.rememberBreeds()).isSameAs(remembering);
    assertThat(ColouredPictures.bits(remembering)).isEqualTo(ColouredPictures.bits(run));
    assertThat(adding(remembering.model(), "yellow").fit(yellow).model().labels().size())
        .isEqualTo(4);
  }

  @Test
  void should_fail_if_what_is_asked_for_can_not_be() {
    TrainedModel trained = base.model();
    assertThatThrownBy(() -> TransferModel.from(trained).build())
        .hasMessage("adding(...) is missing: which breeds are to be added?");
    assertThatThrownBy(() -> TransferModel.from(trained).adding("Red"))
        .hasMessage("adding: the model has 'Red' already, as 'red'");
    assertThatThrownBy(() -> TransferModel.from(trained).adding("pink", "pink"))
        .hasMessage("adding: the model has 'pink' already");
    assertThatThrownBy(
            () -> adding(trained, "yellow").augmentation(Augmentation.strong()).fit(yellow))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("augmentation has nothing to act on where breeds are added");
    assertThatThrownBy(() -> adding(trained, "yellow").gradualUnfreeze(1, 0.1).fit(yellow))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void only_added_breeds_without_photographs_are_told_of() {
    List<String> notices = new ArrayList<>();
    TrainingRun run =
        adding(base.model(), "yellow", "pink")
            .listener(
                (event, control) -> {
                  if (event instanceof TrainingEvent.Notice notice) {
                    notices.add(notice.message());
                  }
                })
            .fit(yellow);

    assertThat(notices)
        .containsExactly("1 label has no training photograph, so the model can't learn it: pink");
    assertThat(run.model().statistics().orElseThrow().photographs(4)).isZero();
  }
}
