package dev.dogvision.spark;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.data.Embeddings;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.predict.Predictions;
import dev.dogvision.predict.Predictor;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * On two executors, each a process of its own. Where they can't be started this fails: it is the
 * only test that sends a model from one process to another.
 */
class LocalClusterTest {
  private static final int PICTURES = 64;
  private static final int PARTITIONS = 8;
  private static final int MEGABYTES = 512;

  /**
   * An executor with one processor computes a batch at a time, a process with more an image at a
   * time, which some processors' arithmetic rounds otherwise.
   */
  private static final double ROUNDING = 1e-5;

  private static SparkSession spark;
  private static TrainedModel model;
  private static Predictions expected;
  private static Embeddings embedded;

  @BeforeAll
  static void start() {
    spark = SparkSessions.processes(MEGABYTES);
    model = TrainedModel.pretrained("fast");
    try (Predictor predictor = Predictor.of(model)) {
      expected = predictor.predictAll(DrawnPictures.sources(PICTURES));
      embedded = predictor.embedAll(DrawnPictures.sources(PICTURES));
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static final StructType WITH_PROCESS =
      DrawnPictures.SCHEMA.add("process", DataTypes.LongType);

  /** Says which process had a row, and does something there first. */
  private static Dataset<Row> inProcesses(MapFunction<Row, Row> first) {
    MapFunction<Row, Row> process =
        row -> {
          Row there = first.call(row);
          return RowFactory.create(
              there.get(0), there.get(1), there.get(2), ProcessHandle.current().pid());
        };
    return DrawnPictures.frame(spark, PICTURES, PARTITIONS)
        .map(process, Encoders.row(WITH_PROCESS));
  }

  private static void assertAllRight(List<Row> rows) {
    TreeMap<String, Row> byPath = new TreeMap<>();
    rows.forEach(row -> byPath.put(row.getAs("path"), row));
    assertThat(rows).hasSize(PICTURES);
    assertThat(byPath).hasSize(PICTURES);
    for (int i = 0; i < PICTURES; i++) {
      Row row = byPath.get(DrawnPictures.name(i));
      assertThat(row.<String>getAs("error")).isNull();
      assertThat(row.<String>getAs("label")).isEqualTo(expected.get(i).best().label());
      assertThat(row.<Double>getAs("probability")).isEqualTo(expected.get(i).best().probability());
      assertThat(row.<Boolean>getAs("unsure")).isEqualTo(expected.get(i).isUnsure());
    }
  }

  private static Set<Long> processes(List<Row> rows) {
    Set<Long> processes = new HashSet<>();
    rows.forEach(row -> processes.add(row.getAs("process")));
    return processes;
  }

  @Test
  void executors_answer_as_one_process_does() {
    List<Row> rows = BreedPredictions.of(model).transform(inProcesses(row -> row)).collectAsList();

    assertAllRight(rows);
    assertThat(processes(rows)).hasSize(2).doesNotContain(ProcessHandle.current().pid());
  }

  @Test
  void an_executor_that_is_killed_in_the_middle_costs_time_and_no_row(@TempDir Path folder) {
    String marker = folder.resolve("killed").toString();
    MapFunction<Row, Row> killing =
        row -> {
          if (row.getString(0).equals(DrawnPictures.name(37))) {
            try {
              Files.writeString(
                  Files.createFile(Path.of(marker)), String.valueOf(ProcessHandle.current().pid()));
              new ProcessBuilder("kill", "-9", String.valueOf(ProcessHandle.current().pid()))
                  .start()
                  .waitFor();
              Thread.sleep(60_000); // the signal comes first
            } catch (FileAlreadyExistsException e) {
              return row; // the second try
            }
          }
          return row;
        };
    List<Row> rows = BreedPredictions.of(model).transform(inProcesses(killing)).collectAsList();

    assertAllRight(rows);
    assertThat(folder.resolve("killed"))
        .content()
        .satisfies(
            pid ->
                assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive))
                    .isEmpty());
  }

  @Test
  void embeddings_of_executors_are_those_of_one_process() {
    BreedPredictions predictions = BreedPredictions.of(model).embeddings();
    Embeddings collected =
        predictions.collectEmbeddings(
            predictions.transform(DrawnPictures.frame(spark, PICTURES, PARTITIONS)),
            "path",
            "colour");

    assertThat(collected.ids()).isEqualTo(embedded.ids());
    for (int i = 0; i < PICTURES; i++) {
      assertThat(collected.row(i))
          .usingComparatorWithPrecision((float) ROUNDING)
          .containsExactly(embedded.row(i));
    }
  }
}
