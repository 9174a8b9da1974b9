package dev.dogvision.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.assertj.core.data.Offset.offset;

import dev.dogvision.data.Embeddings;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Doubt;
import dev.dogvision.predict.Prediction;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that needs no processes of its own: tasks are threads here. */
class BreedPredictionsTest {
  private static final int PICTURES = 45;

  private static final TrainedModel MODEL = DrawnPictures.model(7);
  private static SparkSession spark;
  private static Dataset<Row> pictures;

  @BeforeAll
  static void start() {
    spark = SparkSessions.threads();
    pictures = DrawnPictures.frame(spark, PICTURES, 3).cache();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Map<String, Row> byPath(Dataset<Row> answers) {
    Map<String, Row> rows = new TreeMap<>();
    answers.collectAsList().forEach(row -> rows.put(row.getAs("path"), row));
    return rows;
  }

  private static void assertAnswer(Row row, Prediction expected, int top) {
    List<Classification> best = expected.top(top);
    assertThat(row.<String>getAs("label")).isEqualTo(best.get(0).label());
    assertThat(row.<Double>getAs("probability")).isEqualTo(best.get(0).probability());
    assertThat(row.<Row>getList(row.fieldIndex("top")))
        .extracting(one -> new Classification(one.getString(0), one.getDouble(1)))
        .isEqualTo(best);
    assertThat(row.<Boolean>getAs("unsure")).isEqualTo(expected.isUnsure());
    assertThat(row.<String>getList(row.fieldIndex("doubts")))
        .isEqualTo(expected.doubts().stream().map(Doubt::kind).map(Doubt.Kind::text).toList());
    assertThat(row.<String>getAs("error")).isNull();
  }

  @Test
  void answers_as_one_process_does_and_keeps_the_other_columns() {
    Map<String, Row> rows =
        byPath(pictures.transform(BreedPredictions.of(MODEL).top(2)::transform));

    assertThat(rows).hasSize(PICTURES);
    try (Predictor predictor = Predictor.of(MODEL)) {
      Predictions expected = predictor.predictAll(DrawnPictures.sources(PICTURES));
      for (int i = 0; i < PICTURES; i++) {
        Row row = rows.get(DrawnPictures.name(i));
        assertAnswer(row, expected.get(i), 2);
        assertThat(row.<String>getAs("colour")).isEqualTo(DrawnPictures.colour(i));
        assertThat(row.<byte[]>getAs("content")).isEqualTo(DrawnPictures.content(i));
      }
    }
  }

  @Test
  void reads_files_as_spark_does_and_answers_with_an_embedded_model(@TempDir Path folder)
      throws Exception {
    for (int i = 0; i < 5; i++) {
      Files.write(folder.resolve(DrawnPictures.name(i) + ".bin"), DrawnPictures.content(i));
    }
    Dataset<Row> files = spark.read().format("binaryFile").load(folder.toString());
    List<Row> rows = BreedPredictions.pretrained().transform(files).collectAsList();

    assertThat(rows).hasSize(5);
    try (Predictor predictor = Predictor.pretrained()) {
      for (Row row : rows) {
        assertAnswer(row, predictor.predict(row.<byte[]>getAs("content")), 5);
        assertThat(row.<Long>getAs("length")).isEqualTo(row.<byte[]>getAs("content").length);
      }
    }
  }

  @Test
  void gives_embeddings_to_the_last_bit_and_brings_them_to_the_driver() {
    BreedPredictions predictions = BreedPredictions.of(MODEL).embeddings();
    Dataset<Row> answers = predictions.transform(pictures).cache();
    Embeddings collected = predictions.collectEmbeddings(answers, "path", "colour");

    try (Predictor predictor = Predictor.of(MODEL)) {
      Embeddings expected = predictor.embedAll(DrawnPictures.sources(PICTURES));
      assertThat(collected.ids()).isEqualTo(expected.ids());
      assertThat(collected.network()).isEqualTo(expected.network());
      for (int i = 0; i < PICTURES; i++) {
        assertThat(collected.row(i)).isEqualTo(expected.row(i));
        assertThat(collected.label(i)).contains(DrawnPictures.colour(i));
      }
      Predictions predicted = predictor.predictAll(DrawnPictures.sources(PICTURES));
      Map<String, Row> rows = byPath(answers);
      for (int i = 0; i < PICTURES; i++) {
        Row row = rows.get(DrawnPictures.name(i));
        assertThat(row.<Double>getAs("probability"))
            .isCloseTo(predicted.get(i).best().probability(), offset(1e-5));
      }
    }
    assertThat(predictions.collectEmbeddings(answers, "path").label(0)).isEmpty();
    assertThatThrownBy(() -> predictions.collectEmbeddings(answers, "colour"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'colour' names two rows 'blue'");
    assertThatThrownBy(() -> predictions.collectEmbeddings(pictures, "path", "colour"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("transform with embeddings()");
    assertThatThrownBy(() -> predictions.collectEmbeddings(answers, "paht", "colour"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("id: there is no column 'paht'");
  }

  @Test
  void a_bad_picture_is_a_row_with_its_error() {
    byte[] whole = DrawnPictures.content(0);
    byte[] bomb = DrawnPictures.content(1); // a PNG that says to be 50,000 pixels wide and high
    for (int at : new int[] {16, 20}) {
      bomb[at + 2] = (byte) 0xC3;
      bomb[at + 3] = 0x50;
    }
    List<Row> odd =
        List.of(
            RowFactory.create("null", "", null),
            RowFactory.create("empty", "", new byte[0]),
            RowFactory.create("cut", "", Arrays.copyOf(whole, whole.length / 2)),
            RowFactory.create("text", "", "a dog".getBytes(StandardCharsets.UTF_8)),
            RowFactory.create("bomb", "", bomb),
            RowFactory.create("whole", "", whole));
    for (BreedPredictions predictions :
        List.of(BreedPredictions.of(MODEL), BreedPredictions.of(MODEL).embeddings())) {
      Map<String, Row> rows =
          byPath(
              predictions.transform(
                  spark.createDataFrame(odd, DrawnPictures.SCHEMA).repartition(2)));

      assertThat(rows.get("whole").<String>getAs("error")).isNull();
      assertThat(rows.get("null").<String>getAs("error"))
          .isEqualTo("null: no picture, the column is null");
      assertThat(rows.get("empty").<String>getAs("error")).contains("empty: empty, 0 bytes");
      for (String name : List.of("null", "empty", "cut", "text", "bomb")) {
        Row row = rows.get(name);
        assertThat(row.<String>getAs("error")).startsWith(name + ": ");
        for (String column : List.of("label", "probability", "top", "unsure", "doubts")) {
          assertThat(row.isNullAt(row.fieldIndex(column))).as(column).isTrue();
        }
      }
    }
  }

  @Test
  void a_partition_of_bad_pictures_alone_is_no_failure_either() {
    List<Row> bad =
        List.of(RowFactory.create("a", "", null), RowFactory.create("b", "", new byte[] {1, 2, 3}));
    Dataset<Row> frame = spark.createDataFrame(bad, DrawnPictures.SCHEMA).coalesce(1);

    assertThat(byPath(BreedPredictions.of(MODEL).embeddings().transform(frame)).values())
        .allMatch(row -> !row.isNullAt(row.fieldIndex("error")));
  }

  @Test
  void odd_files_of_the_world_fail_no_job() {
    Path odd = Path.of(System.getProperty("dogvision.shared", "none"), "data", "odd");
    assumeThat(odd).isDirectory();
    Dataset<Row> files =
        spark
            .read()
            .format("binaryFile")
            .option("recursiveFileLookup", "true")
            .load(odd.toString());
    List<Row> rows = BreedPredictions.of(MODEL).transform(files).drop("content").collectAsList();

    assertThat(rows).hasSizeGreaterThan(100);
    assertThat(rows)
        .allSatisfy(
            row ->
                assertThat(row.isNullAt(row.fieldIndex("label")))
                    .isNotEqualTo(row.isNullAt(row.fieldIndex("error"))));
    assertThat(rows).anyMatch(row -> row.isNullAt(row.fieldIndex("label")));
  }

  @Test
  void refuses_columns_that_do_not_fit_before_a_job_starts() {
    BreedPredictions predictions = BreedPredictions.of(MODEL);
    assertThatThrownBy(() -> predictions.column("picture").transform(pictures))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no column 'picture'")
        .hasMessageContaining("[path, colour, content]");
    assertThatThrownBy(() -> predictions.column("path").transform(pictures))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'path' is of string")
        .hasMessageContaining("'content'");
    Dataset<Row> clashing =
        pictures.withColumnRenamed("colour", "Label").withColumn("error", functions.lit(1));
    assertThatThrownBy(() -> predictions.transform(clashing))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[Label, error]")
        .hasMessageContaining("prefix");
    assertThatThrownBy(() -> predictions.top(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("top must be at least 1");
    assertThat(predictions.prefix("dog_").transform(clashing).columns())
        .contains("Label", "error", "dog_label", "dog_error");
  }

  @Test
  void several_models_answer_beside_each_other() {
    TrainedModel other = DrawnPictures.model(8);
    Dataset<Row> both =
        BreedPredictions.of(other)
            .prefix("other_")
            .transform(BreedPredictions.of(MODEL).column("CONTENT").transform(pictures));
    Map<String, Row> rows = byPath(both);

    try (Predictor predictor = Predictor.of(MODEL);
        Predictor second = Predictor.of(other)) {
      for (int i = 0; i < PICTURES; i++) {
        Row row = rows.get(DrawnPictures.name(i));
        byte[] content = DrawnPictures.content(i);
        assertAnswer(row, predictor.predict(content), 5);
        assertThat(row.<Double>getAs("other_probability"))
            .isEqualTo(second.predict(content).best().probability());
      }
    }
  }

  @Test
  void the_model_is_sent_once_and_opened_once() {
    BroadcastModel sent = new BroadcastModel(DrawnPictures.model(9));
    BreedPredictions predictions = BreedPredictions.of(DrawnPictures.model(9));
    predictions.transform(pictures).count();
    int open = ExecutorPredictors.ofProcess().size();
    predictions.top(1).embeddings().transform(pictures).count();

    assertThat(sent.in(spark.sparkContext())).isSameAs(sent.in(spark.sparkContext()));
    assertThat(ExecutorPredictors.ofProcess().size()).isEqualTo(open).isLessThanOrEqualTo(2);
  }

  /** In local mode tasks are threads of this process, so they can count here. */
  private static final AtomicInteger TAKEN = new AtomicInteger();

  private static final AtomicInteger GIVEN = new AtomicInteger();
  private static final AtomicInteger MOST = new AtomicInteger();

  @Test
  void a_task_holds_the_rows_of_a_few_batches_at_most() {
    TAKEN.set(0);
    GIVEN.set(0);
    MOST.set(0);
    MapFunction<Row, Row> counting =
        row -> {
          TAKEN.incrementAndGet();
          return row;
        };
    MapFunction<Row, Boolean> given =
        row -> {
          MOST.accumulateAndGet(TAKEN.get() - GIVEN.getAndIncrement(), Math::max);
          return true;
        };
    Dataset<Row> many =
        DrawnPictures.frame(spark, 200, 1).map(counting, Encoders.row(DrawnPictures.SCHEMA));
    long rows = BreedPredictions.of(MODEL).transform(many).map(given, Encoders.BOOLEAN()).count();

    assertThat(rows).isEqualTo(200);
    assertThat(GIVEN).hasValue(200);
    assertThat(MOST.get()).isBetween(1, 40);
  }

  @Test
  void a_task_that_stops_early_gives_its_predictor_back() {
    BreedPredictions.of(DrawnPictures.model(10)).transform(pictures).limit(1).collectAsList();
    BreedPredictions.of(DrawnPictures.model(11)).transform(pictures).limit(1).collectAsList();
    BreedPredictions.of(DrawnPictures.model(12)).transform(pictures).limit(1).collectAsList();

    assertThat(ExecutorPredictors.ofProcess().size()).isLessThanOrEqualTo(2);
  }

  @Test
  void an_empty_frame_gives_an_empty_frame() {
    Dataset<Row> none = spark.createDataFrame(List.of(), DrawnPictures.SCHEMA);
    Dataset<Row> answers = BreedPredictions.of(MODEL).embeddings().transform(none);

    assertThat(answers.collectAsList()).isEmpty();
    assertThat(answers.columns())
        .containsExactly(
            "path",
            "colour",
            "content",
            "label",
            "probability",
            "top",
            "unsure",
            "doubts",
            "embedding",
            "error");
  }

  @Test
  void an_engine_that_is_not_there_fails_the_job_and_says_so() {
    Dataset<Row> answers = BreedPredictions.of(MODEL).engine("Abacus").transform(pictures);

    assertThatThrownBy(answers::collectAsList).hasStackTraceContaining("Abacus");
  }

  @Test
  void a_column_is_found_by_a_name_with_dots() {
    StructType dotted = new StructType();
    Iterator<String> names = List.of("path", "the.label", "content").iterator();
    for (var field : DrawnPictures.SCHEMA.fields()) {
      dotted = dotted.add(names.next(), field.dataType());
    }
    Dataset<Row> frame = spark.createDataFrame(pictures.collectAsList(), dotted);
    BreedPredictions predictions = BreedPredictions.of(MODEL).embeddings();

    assertThat(
            predictions
                .collectEmbeddings(predictions.transform(frame), "path", "the.label")
                .label(0))
        .contains("blue");
  }
}
