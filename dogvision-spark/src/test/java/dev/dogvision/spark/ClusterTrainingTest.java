package dev.dogvision.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageSource;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.Tensor;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A head that is trained on a cluster's embeddings is the one that one machine trains. */
class ClusterTrainingTest {
  private static final int PICTURES = 90;

  /**
   * What docs/spark.md promises of probabilities where the cluster computed embeddings on ONNX
   * Runtime and one machine on PyTorch, which trains on both.
   */
  private static final double BOUND = 1e-4;

  private static final TransferModel START = DrawnPictures.start(7);
  private static SparkSession spark;
  private static Dataset photographs;
  private static TrainingRun ofPhotographs;

  @BeforeAll
  static void start() {
    spark = SparkSessions.threads();
    List<Example> examples = new ArrayList<>();
    for (int i = 0; i < PICTURES; i++) {
      examples.add(
          Example.of(
              ImageSource.of(DrawnPictures.name(i), DrawnPictures.content(i)),
              DrawnPictures.colour(i)));
    }
    photographs = DatasetBuilder.fromSources(examples).build();
    ofPhotographs = trainer().fit(photographs);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Trainer trainer() {
    return Trainer.of(START).epochs(30).learningRate(0.02).seed(13);
  }

  private static Embeddings embeddings(BreedPredictions predictions) {
    org.apache.spark.sql.Dataset<Row> answers =
        predictions.embeddings().transform(DrawnPictures.frame(spark, PICTURES, 5));
    return predictions.collectEmbeddings(answers, "path", "colour");
  }

  private static Tensor head(TrainedModel model) {
    return model.weights().get(model.plan().headName() + ".weight");
  }

  @Test
  void to_the_last_bit_where_the_same_engine_computes() {
    TrainingRun ofEmbeddings =
        trainer().fit(embeddings(BreedPredictions.of(DrawnPictures.model(7)).engine("PyTorch")));

    assertThat(head(ofEmbeddings.model()).values()).isEqualTo(head(ofPhotographs.model()).values());
    assertThat(ofPhotographs.evaluate(photographs).accuracy()).isGreaterThan(0.6);
  }

  @Test
  void within_the_bound_where_another_engine_computes() {
    TrainingRun ofEmbeddings =
        trainer()
            .fit(embeddings(BreedPredictions.of(DrawnPictures.model(7)).engine("ONNX Runtime")));

    List<String> labels = START.labels().names();
    try (var one = dev.dogvision.predict.Predictor.of(ofPhotographs.model());
        var other = dev.dogvision.predict.Predictor.of(ofEmbeddings.model())) {
      for (int i = 0; i < PICTURES; i++) {
        byte[] picture = DrawnPictures.content(i);
        for (String label : labels) {
          assertThat(other.predict(picture).probability(label))
              .isCloseTo(one.predict(picture).probability(label), offset(BOUND));
        }
      }
    }
  }
}
