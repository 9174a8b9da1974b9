package dev.dogvision.spark;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Embeddings;
import dev.dogvision.data.Labels;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.train.Trainer;
import dev.dogvision.train.TrainingRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What docs/spark.md shows of Java is compiled here, word for word, and runs. */
class SparkDocumentTest {
  private static final Pattern JAVA = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final List<String> BREEDS = List.of("beagle", "chow", "pug");
  private static final Path SOURCE =
      Path.of("src/test/java/dev/dogvision/spark/SparkDocumentTest.java");

  /** The document's first program. */
  private static void predict(SparkSession spark, String dogs, String breeds) {
    Dataset<Row> pictures = spark.read().format("binaryFile").load(dogs);
    TrainedModel model = TrainedModel.pretrained("fast");
    BreedPredictions.of(model).top(3).transform(pictures).drop("content").write().parquet(breeds);
  }

  /** The document's second program. */
  private static Path train(SparkSession spark, String dogs, String embedded, Path folder) {
    TrainedModel model = TrainedModel.pretrained("fast");
    BreedPredictions predictions = BreedPredictions.of(model).embeddings();
    predictions
        .transform(spark.read().format("binaryFile").load(dogs))
        .withColumn("breed", functions.element_at(functions.split(functions.col("path"), "/"), -2))
        .select("path", "breed", "embedding", "error")
        .write()
        .parquet(embedded);

    Embeddings embeddings =
        predictions.collectEmbeddings(spark.read().parquet(embedded), "path", "breed");
    TransferModel head =
        TransferModel.of(Backbone.of(model)).labels(Labels.of("beagle", "chow", "pug")).build();
    TrainingRun run = Trainer.of(head).epochs(30).seed(13).fit(embeddings);
    return run.model().save(folder);
  }

  @Test
  void the_document_shows_the_programs() throws Exception {
    String document = Files.readString(Path.of("../docs/spark.md"));
    String source = lines(Files.readString(SOURCE));
    Matcher block = JAVA.matcher(document);
    int blocks = 0;
    for (; block.find(); blocks++) {
      assertThat(source).contains(lines(block.group(1)));
    }

    assertThat(blocks).isEqualTo(2);
  }

  @Test
  void the_programs_run(@TempDir Path folder) throws Exception {
    for (int i = 0; i < 12; i++) {
      Path breed = Files.createDirectories(folder.resolve("dogs/" + BREEDS.get(i % 3)));
      Files.write(breed.resolve(DrawnPictures.name(i)), DrawnPictures.content(i));
    }
    try (SparkSession spark = SparkSessions.threads()) {
      String dogs = folder.resolve("dogs") + "/*/*";
      predict(spark, dogs, folder.resolve("breeds").toString());
      Path saved =
          train(spark, dogs, folder.resolve("embedded").toString(), folder.resolve("model"));

      assertThat(spark.read().parquet(folder.resolve("breeds").toString()).count()).isEqualTo(12);
      assertThat(TrainedModel.load(saved).labels().names()).isEqualTo(BREEDS);
    }
  }

  /** Without indentation, and without imports. */
  private static String lines(String code) {
    return code.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("import "))
        .collect(joining("\n"));
  }
}
