package dev.dogvision.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Split;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TransferModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictor;
import dev.dogvision.train.EarlyStopping;
import dev.dogvision.train.Metric;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way on the real engine and the embedded model, as an application would write it. */
class ContractTest {

  @Test
  void trains_saves_loads_and_predicts(@TempDir Path folder) throws Exception {
    DrawnDogs.draw(folder.resolve("drawn"), 8, 1);
    StringBuilder csv = new StringBuilder("id,breed\n");
    Files.createDirectories(folder.resolve("train"));
    for (var example : DatasetBuilder.fromFolders(folder.resolve("drawn")).build().examples()) {
      Path drawn = example.image().path().orElseThrow();
      String name = drawn.getFileName().toString();
      Files.copy(drawn, folder.resolve("train").resolve(name));
      csv.append(name, 0, name.length() - ".png".length())
          .append(',')
          .append(example.label())
          .append('\n');
    }
    Files.writeString(folder.resolve("labels.csv"), csv);

    Dataset dogs =
        DatasetBuilder.fromCsv(folder.resolve("labels.csv"))
            .images(folder.resolve("train"))
            .build();
    assertThat(dogs.summary().toString()).contains("64 images", "8 breeds");
    Split split = dogs.limit(1000).split(0.8, 13);

    TransferModel model =
        TransferModel.mobileNetV2().labels(dogs.labels()).freezeBackbone().build();
    assertThat(model.summary().toString()).contains("features.18", "frozen");

    TrainingRun run =
        Trainer.of(model)
            .epochs(100)
            .batchSize(32)
            .learningRate(1e-3)
            .seed(13)
            .earlyStopping(EarlyStopping.on(Metric.VALIDATION_ACCURACY).patience(3))
            .tensorBoard(folder.resolve("runs"))
            .progress()
            .fit(split.train(), split.validation());

    Evaluation evaluation = run.evaluate(split.validation());
    assertThat(evaluation.accuracy()).isGreaterThan(0.5);
    assertThat(evaluation.topAccuracy(5)).isGreaterThan(0.8);
    assertThat(evaluation.logLoss()).isPositive();
    assertThat(evaluation.confusion()).isNotNull();
    assertThat(evaluation.perBreed()).hasSize(8);
    Path saved = run.model().save(folder.resolve("models/dogs"));

    Path teo = split.validation().examples().get(0).image().path().orElseThrow();
    try (Predictor predictor = Predictor.load(saved)) {
      List<Classification> best = predictor.top(3).predict(teo);
      assertThat(best).hasSize(3);
      assertThat(best.get(0).probability()).isBetween(0.125, 1.0);
      Prediction all = predictor.predict(teo);
      assertThat(all.best()).isEqualTo(best.get(0));
      assertThat(all.top(3)).isEqualTo(best);
      assertThat(all.probabilities()).hasSize(8).containsKey(best.get(0).label());
      byte[] bytes = Files.readAllBytes(teo);
      assertThat(predictor.top(3).predict(bytes)).isEqualTo(best);
      assertThat(predictor.top(3).predict(new ByteArrayInputStream(bytes))).isEqualTo(best);
      assertThat(predictor.top(3).predict(ImageIO.read(teo.toFile()))).isEqualTo(best);

      Path submission = folder.resolve("submission.csv");
      predictor
          .predictAll(DatasetBuilder.fromImages(folder.resolve("train")).build())
          .writeCsv(submission);
      List<String> lines = Files.readAllLines(submission);
      assertThat(lines).hasSize(65);
      assertThat(lines.get(0)).isEqualTo("id," + String.join(",", dogs.labels().names()));
    }
  }

  @Test
  void the_embedded_model_needs_no_training() throws Exception {
    Path folder = DrawnDogs.draw(Files.createTempDirectory("drawn"), 1, 1);
    ImageSource picture = DatasetBuilder.fromFolders(folder).build().examples().get(0).image();

    try (Predictor predictor = Predictor.pretrained()) {
      assertThat(predictor.top(3).predict(picture)).hasSize(3);
    }
  }
}
