package dev.dogvision.spark;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import dev.dogvision.MismatchException;
import dev.dogvision.data.Embeddings;
import dev.dogvision.model.TrainedModel;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.jspecify.annotations.Nullable;

/**
 * Tells the breeds of the pictures in a DataFrame, on the executors of a cluster.
 *
 * <pre>{@code
 * Dataset<Row> pictures = spark.read().format("binaryFile").load("s3a://dogs/*.jpg");
 * Dataset<Row> breeds = BreedPredictions.of(model).top(3).transform(pictures);
 * breeds.drop("content").write().parquet("breeds");
 * }</pre>
 *
 * <p>The columns of the DataFrame stay. After them come:
 *
 * <ul>
 *   <li>{@code label} (string) and {@code probability} (double, 0..1): the most probable label
 *   <li>{@code top} (array of struct of {@code label} and {@code probability}): the most probable
 *       labels, the first of them included
 *   <li>{@code unsure} (boolean): as {@link dev.dogvision.predict.Prediction#isUnsure()}
 *   <li>{@code doubts} (array of string): why the answer is better not relied on, as {@link
 *       dev.dogvision.predict.Doubt.Kind#text()}; empty where nothing was found
 *   <li>{@code embedding} (array of float): what the model's head sees; with {@link #embeddings()}
 *       only
 *   <li>{@code error} (string): why there is no answer; null where there is one
 * </ul>
 *
 * <p>A picture that is missing or can't be read is a row with its {@code error}, and null in the
 * other new columns. It fails no job.
 *
 * <p>The model goes to each executor once, however often it is used, and each executor opens one
 * predictor of it, which its tasks share. A task holds the rows of a few batches at a time, never a
 * partition.
 *
 * <p>Immutable: each setting gives a changed copy. Safe from many threads at once.
 */
public final class BreedPredictions {
  private static final String CONTENT = "content";
  private static final int TOP = 5;

  private final BroadcastModel model;
  private final String column;
  private final int top;
  private final boolean embeddings;
  private final String prefix;
  private final @Nullable String engine;

  private BreedPredictions(
      BroadcastModel model,
      String column,
      int top,
      boolean embeddings,
      String prefix,
      @Nullable String engine) {
    this.model = model;
    this.column = column;
    this.top = top;
    this.embeddings = embeddings;
    this.prefix = prefix;
    this.engine = engine;
  }

  /**
   * Predictions of a model.
   *
   * @param model what predicts; loaded on the driver, sent to the executors as bytes
   * @return with all settings as they are unless set
   * @throws MismatchException if the model is on a published backbone, which is code and is sent
   *     nowhere
   */
  public static BreedPredictions of(TrainedModel model) {
    return new BreedPredictions(
        new BroadcastModel(requireNonNull(model, "model")), CONTENT, TOP, false, "", null);
  }

  /**
   * Predictions of the most accurate model that comes with the library.
   *
   * @return with all settings as they are unless set
   * @throws dev.dogvision.ModelNotFoundException if there is none on the driver's class path
   */
  public static BreedPredictions pretrained() {
    return of(TrainedModel.pretrained());
  }

  /**
   * Where the pictures are.
   *
   * @param name a column of bytes, each value a whole JPEG, PNG, GIF, BMP or WebP file; {@code
   *     content} unless set, as Spark's {@code binaryFile} calls it
   * @return the changed copy
   */
  public BreedPredictions column(String name) {
    return new BreedPredictions(
        model, requireNonNull(name, "name"), top, embeddings, prefix, engine);
  }

  /**
   * How many labels the column {@code top} has.
   *
   * @param k at least 1; 5 unless set. A model with fewer labels gives all of them
   * @return the changed copy
   * @throws IllegalArgumentException if it is not positive
   */
  public BreedPredictions top(int k) {
    checkArgument(k >= 1, "top must be at least 1, got %s", k);
    return new BreedPredictions(model, column, k, embeddings, prefix, engine);
  }

  /**
   * Adds the column {@code embedding}. A picture is still read once and goes through the network
   * once.
   *
   * @return the changed copy
   */
  public BreedPredictions embeddings() {
    return new BreedPredictions(model, column, top, true, prefix, engine);
  }

  /**
   * What the names of the new columns begin with, for a DataFrame that has such names already, and
   * for the answers of several models.
   *
   * @param beginning such as {@code dog_}; nothing unless set
   * @return the changed copy
   */
  public BreedPredictions prefix(String beginning) {
    return new BreedPredictions(
        model, column, top, embeddings, requireNonNull(beginning, "beginning"), engine);
  }

  /**
   * Insists on an engine on the executors.
   *
   * @param name its name or the first words of it, such as {@code PyTorch}, which the application
   *     brings; unless set, that which is preferred of those on the executors' class path: ONNX
   *     Runtime comes along
   * @return the changed copy
   */
  public BreedPredictions engine(String name) {
    return new BreedPredictions(
        model, column, top, embeddings, prefix, requireNonNull(name, "name"));
  }

  /**
   * Adds the answers to a DataFrame. Nothing is computed before somebody asks for rows, as usual in
   * Spark.
   *
   * @param pictures has a column of bytes. Where it has a column {@code path} of strings too, its
   *     values name the pictures in errors
   * @return the same rows in the same partitions and order, with further columns
   * @throws IllegalArgumentException if there is no such column of bytes, or a column that is there
   *     has the name of a new one
   */
  public Dataset<Row> transform(Dataset<Row> pictures) {
    AnswerColumns columns = AnswerColumns.of(pictures.schema(), column, prefix, embeddings);
    Broadcast<byte[]> sent = model.in(pictures.sparkSession().sparkContext());
    return pictures.mapPartitions(
        new PredictPartition(
            sent, new ExecutorPredictors.Key(model.fingerprint(), engine), columns, top),
        Encoders.row(columns.schema()));
  }

  /**
   * Brings embeddings that the cluster computed to the driver, for {@code Trainer.fit(Embeddings)}.
   * Rows with an error are {@linkplain Embeddings#skipped() skipped}.
   *
   * <p>Sorted by id, so that what is trained on them does not depend on partitions. They take some
   * 5 kB a row, and must be within Spark's {@code spark.driver.maxResultSize}.
   *
   * @param answers what {@link #transform} of these settings gave, or as it was read again from
   *     where it was written
   * @param id a column that names the rows, each by another name
   * @param label a column of labels, null where none is known
   * @return a row for each picture that could be read
   * @throws IllegalArgumentException if a column is missing, an id is null or occurs twice, or an
   *     embedding is not of this model's length
   */
  public Embeddings collectEmbeddings(Dataset<Row> answers, String id, String label) {
    return new EmbeddingsCollection(model.model(), prefix)
        .collect(answers, requireNonNull(id, "id"), requireNonNull(label, "label"));
  }

  /**
   * Brings embeddings that the cluster computed to the driver, without labels.
   *
   * @param answers as for {@link #collectEmbeddings(Dataset, String, String)}
   * @param id a column that names the rows, each by another name
   * @return a row for each picture that could be read
   * @throws IllegalArgumentException as there
   */
  public Embeddings collectEmbeddings(Dataset<Row> answers, String id) {
    return new EmbeddingsCollection(model.model(), prefix)
        .collect(answers, requireNonNull(id, "id"), null);
  }

  @Override
  public String toString() {
    return "BreedPredictions[" + model.model() + " of column '" + column + "']";
  }
}
