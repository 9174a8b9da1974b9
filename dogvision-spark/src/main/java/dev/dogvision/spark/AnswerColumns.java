package dev.dogvision.spark;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableList;
import dev.dogvision.predict.Classification;
import dev.dogvision.predict.Doubt;
import dev.dogvision.predict.Prediction;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;

/**
 * Which columns there are, and which come after them.
 *
 * @param schema all columns, those that were there first
 * @param column where the pictures' bytes are
 * @param columnName the name of that column
 * @param path where the pictures' names are; -1 for nowhere
 * @param embeddings whether there is a column of embeddings
 */
record AnswerColumns(StructType schema, int column, String columnName, int path, boolean embeddings)
    implements Serializable {
  static final String LABEL = "label";
  static final String PROBABILITY = "probability";
  static final String TOP = "top";
  static final String UNSURE = "unsure";
  static final String DOUBTS = "doubts";
  static final String EMBEDDING = "embedding";
  static final String ERROR = "error";
  private static final String PATH = "path";

  /**
   * Decides on the columns.
   *
   * @param before those that are there
   * @throws IllegalArgumentException if the pictures' column is missing or is none of bytes, or
   *     names clash
   */
  static AnswerColumns of(StructType before, String column, String prefix, boolean embeddings) {
    StructType classification =
        new StructType()
            .add(LABEL, DataTypes.StringType, /* nullable= */ false)
            .add(PROBABILITY, DataTypes.DoubleType, /* nullable= */ false);
    StructType answers =
        new StructType()
            .add(prefix + LABEL, DataTypes.StringType)
            .add(prefix + PROBABILITY, DataTypes.DoubleType)
            .add(prefix + TOP, DataTypes.createArrayType(classification, false))
            .add(prefix + UNSURE, DataTypes.BooleanType)
            .add(prefix + DOUBTS, DataTypes.createArrayType(DataTypes.StringType, false));
    if (embeddings) {
      answers =
          answers.add(prefix + EMBEDDING, DataTypes.createArrayType(DataTypes.FloatType, false));
    }
    answers = answers.add(prefix + ERROR, DataTypes.StringType);
    List<String> names = List.of(before.fieldNames());
    List<String> clashes = new ArrayList<>();
    for (String answer : answers.fieldNames()) {
      names.stream().filter(answer::equalsIgnoreCase).forEach(clashes::add);
    }
    checkArgument(
        clashes.isEmpty(),
        "the DataFrame has columns already that the answers are to have: %s. Rename them, or set"
            + " prefix(\"dog_\") or another one",
        clashes);
    StructType all = before;
    for (StructField field : answers.fields()) {
      all = all.add(field);
    }
    int place = place(before, column);
    int path = indexOf(names, PATH);
    return new AnswerColumns(
        all,
        place,
        names.get(place),
        path >= 0 && before.fields()[path].dataType().equals(DataTypes.StringType) ? path : -1,
        embeddings);
  }

  /** Of the pictures. */
  private static int place(StructType before, String column) {
    List<String> names = List.of(before.fieldNames());
    int place = indexOf(names, column);
    checkArgument(
        place >= 0,
        "the DataFrame has no column '%s' that could hold pictures; it has %s: name another one with"
            + " column(...)",
        column,
        names);
    long same = names.stream().filter(names.get(place)::equals).count();
    checkArgument(same == 1, "the DataFrame has %s columns '%s': rename them", same, column);
    StructField field = before.fields()[place];
    checkArgument(
        field.dataType() instanceof BinaryType,
        "the column '%s' is of %s, and pictures are bytes (binary): name one of%s",
        column,
        field.dataType().simpleString(),
        Arrays.stream(before.fields())
            .filter(other -> other.dataType() instanceof BinaryType)
            .map(other -> " '" + other.name() + "'")
            .collect(
                Collectors.collectingAndThen(
                    Collectors.joining(","),
                    some -> some.isEmpty() ? " those, there is none" : some)));
    return place;
  }

  /** As it is spelled, or else as Spark takes names. */
  private static int indexOf(List<String> names, String name) {
    int exact = names.indexOf(name);
    if (exact >= 0) {
      return exact;
    }
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equalsIgnoreCase(name)) {
        return i;
      }
    }
    return -1;
  }

  /** The picture of a row; null for none. */
  byte @Nullable [] picture(Row row) {
    return row.isNullAt(column) ? null : (byte[]) row.get(column);
  }

  /** What the picture of a row is called in errors. */
  String name(Row row) {
    String name = path < 0 || row.isNullAt(path) ? "" : row.getString(path);
    return name.isBlank() ? columnName : name;
  }

  /** A row with its answer. */
  Row answered(Row row, Prediction prediction, int top, float @Nullable [] embedding) {
    List<Classification> best = prediction.top(top);
    List<Object> answers = new ArrayList<>();
    answers.add(best.get(0).label());
    answers.add(best.get(0).probability());
    answers.add(
        best.stream().map(one -> RowFactory.create(one.label(), one.probability())).toArray());
    answers.add(prediction.isUnsure());
    answers.add(prediction.doubts().stream().map(Doubt::kind).map(Doubt.Kind::text).toArray());
    if (embedding != null) {
      Float[] values = new Float[embedding.length]; // Spark takes no array of primitives here
      for (int i = 0; i < values.length; i++) {
        values[i] = embedding[i];
      }
      answers.add(values);
    }
    return with(row, answers, null);
  }

  /** A row without an answer. */
  Row failed(Row row, String error) {
    return with(row, ImmutableList.of(), error);
  }

  private Row with(Row row, List<Object> answers, @Nullable String error) {
    @Nullable Object[] values = new Object[schema.size()];
    for (int i = 0; i < row.size(); i++) {
      values[i] = row.get(i);
    }
    for (int i = 0; i < answers.size(); i++) {
      values[row.size() + i] = answers.get(i);
    }
    values[values.length - 1] = error;
    return RowFactory.create(values);
  }
}
