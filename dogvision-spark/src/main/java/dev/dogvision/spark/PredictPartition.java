package dev.dogvision.spark;

import static java.util.Objects.requireNonNull;

import dev.dogvision.image.ImageSource;
import dev.dogvision.predict.BatchPredictor;
import dev.dogvision.predict.EmbeddedPrediction;
import dev.dogvision.predict.Labelled;
import dev.dogvision.predict.Prediction;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.function.BiFunction;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.TaskCompletionListener;

/** What a task does with its partition: rows come, answers go, and a few batches are in between. */
final class PredictPartition implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1;
  private static final byte[] NOTHING = {};

  private final Broadcast<byte[]> model;
  private final ExecutorPredictors.Key key;
  private final AnswerColumns columns;
  private final int top;

  PredictPartition(
      Broadcast<byte[]> model, ExecutorPredictors.Key key, AnswerColumns columns, int top) {
    this.model = model;
    this.key = key;
    this.columns = columns;
    this.top = top;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return Collections.emptyIterator(); // which needs no predictor
    }
    ExecutorPredictors.Lease lease = ExecutorPredictors.ofProcess().lease(key, () -> model.value());
    TaskContext task = requireNonNull(TaskContext.get(), "this runs in Spark's tasks only");
    // Not at the last row, which a task with a limit never asks for.
    TaskCompletionListener end = context -> lease.close();
    TaskContext unused = task.addTaskCompletionListener(end);
    return answers(rows, lease.predictor().inBatches());
  }

  private Iterator<Row> answers(Iterator<Row> rows, BatchPredictor predictor) {
    Deque<Row> asked = new ArrayDeque<>();
    Iterator<ImageSource> pictures =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return rows.hasNext();
          }

          @Override
          public ImageSource next() {
            Row row = rows.next();
            asked.add(row);
            byte[] picture = columns.picture(row);
            byte[] content = picture == null ? NOTHING : picture;
            // Not copied before it is decoded: there may be many large ones ahead.
            return ImageSource.of(columns.name(row), () -> new ByteArrayInputStream(content));
          }
        };
    return columns.embeddings()
        ? new Answers<>(
            predictor.streamWithEmbeddings(() -> pictures).iterator(), asked, this::embedded)
        : new Answers<>(predictor.stream(pictures).iterator(), asked, this::predicted);
  }

  private Row predicted(Row row, Prediction prediction) {
    return columns.answered(row, prediction, top, null);
  }

  private Row embedded(Row row, EmbeddedPrediction outcome) {
    return columns.answered(row, outcome.prediction(), top, outcome.embedding());
  }

  /** Answers in the order in which they were asked for. */
  private final class Answers<T> implements Iterator<Row> {
    private final Iterator<Labelled<T>> outcomes;
    private final Deque<Row> asked;
    private final BiFunction<Row, T, Row> answer;

    Answers(Iterator<Labelled<T>> outcomes, Deque<Row> asked, BiFunction<Row, T, Row> answer) {
      this.outcomes = outcomes;
      this.asked = asked;
      this.answer = answer;
    }

    @Override
    public boolean hasNext() {
      return outcomes.hasNext();
    }

    @Override
    public Row next() {
      Labelled<T> outcome = outcomes.next();
      Row row = asked.remove();
      if (columns.picture(row) == null) {
        return columns.failed(row, columns.name(row) + ": no picture, the column is null");
      }
      return outcome
          .problem()
          .map(problem -> columns.failed(row, String.valueOf(problem.getMessage())))
          .orElseGet(() -> answer.apply(row, outcome.value()));
    }
  }
}
