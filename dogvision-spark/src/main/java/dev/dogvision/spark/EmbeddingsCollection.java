package dev.dogvision.spark;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.data.Embeddings;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.model.TrainedModel;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Brings embeddings from a cluster to the driver, as bytes: rows of boxed numbers take fivefold.
 */
final class EmbeddingsCollection {
  private static final StructType PACKED =
      new StructType()
          .add("id", DataTypes.StringType)
          .add("label", DataTypes.StringType)
          .add("bytes", DataTypes.BinaryType);

  private final TrainedModel model;
  private final String prefix;

  EmbeddingsCollection(TrainedModel model, String prefix) {
    this.model = model;
    this.prefix = prefix;
  }

  /**
   * Collects.
   *
   * @param label null for none
   */
  Embeddings collect(Dataset<Row> answers, String id, @Nullable String label) {
    List<String> names = List.of(answers.columns());
    String embedding = prefix + AnswerColumns.EMBEDDING;
    checkArgument(
        names.contains(embedding),
        "there is no column '%s', only %s: transform with embeddings()",
        embedding,
        names);
    checkColumn(names, "id", id);
    if (label != null) {
      checkColumn(names, "label", label);
    }
    int size = model.plan().embeddingSize();
    List<Row> packed = new ArrayList<>(packed(answers, id, label, embedding).collectAsList());
    for (Row row : packed) {
      checkArgument(!row.isNullAt(0), "the column '%s' of ids has a row of null", id);
    }
    packed.sort(Comparator.comparing(row -> row.getString(0)));
    List<String> ids = new ArrayList<>();
    List<@Nullable String> labels = new ArrayList<>();
    List<float[]> rows = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    String before = null;
    for (Row row : packed) {
      String name = row.getString(0);
      checkArgument(
          !name.equals(before),
          "the column '%s' names two rows '%s': ids tell rows apart",
          id,
          name);
      before = name;
      if (row.isNullAt(2)) {
        skipped.add(name);
        continue;
      }
      float[] values = values((byte[]) row.get(2));
      checkArgument(
          values.length == size,
          "the embedding of '%s' has %s values, the model's have %s: it is another model's",
          name,
          values.length,
          size);
      ids.add(name);
      labels.add(row.isNullAt(1) ? null : row.getString(1));
      rows.add(values);
    }
    return Embeddings.of(
        Fingerprints.embedding(model.plan(), model.preprocessing(), model.weights()),
        size,
        ids,
        labels,
        rows.toArray(float[][]::new),
        skipped);
  }

  private static void checkColumn(List<String> names, String what, String name) {
    checkArgument(names.contains(name), "%s: there is no column '%s', only %s", what, name, names);
  }

  private static Dataset<Row> packed(
      Dataset<Row> answers, String id, @Nullable String label, String embedding) {
    Column none = functions.lit(null);
    MapFunction<Row, Row> pack =
        row ->
            RowFactory.create(
                row.get(0), row.get(1), row.isNullAt(2) ? null : bytes(row.getList(2)));
    return answers
        .select(
            answers.col(quoted(id)).cast(DataTypes.StringType),
            (label == null ? none : answers.col(quoted(label))).cast(DataTypes.StringType),
            answers.col(quoted(embedding)))
        .map(pack, Encoders.row(PACKED));
  }

  /** A name with dots is a name, and no way into a struct. */
  private static String quoted(String name) {
    return "`" + name.replace("`", "``") + "`";
  }

  private static byte[] bytes(List<Float> values) {
    ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.size());
    values.forEach(bytes::putFloat);
    return bytes.array();
  }

  private static float[] values(byte[] bytes) {
    float[] values = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
    return values;
  }
}
