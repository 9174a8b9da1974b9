package dev.dogvision.predict;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Labels;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.internal.pipeline.PictureQuality;
import dev.dogvision.model.TrainedModel;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * What a model says of the pictures of a data set, in the data set's order. Immutable and safe from
 * many threads at once; it holds one float for each picture and label.
 */
public final class Predictions implements Iterable<Prediction> {
  private final TrainedModel model;
  private final ImmutableList<String> ids;
  private final float[][] logits;
  private final ImmutableList<PictureQuality> qualities;
  private final ImmutableList<String> skipped;

  Predictions(
      TrainedModel model,
      List<String> ids,
      float[][] logits,
      List<PictureQuality> qualities,
      List<String> skipped) {
    this.model = model;
    this.ids = ImmutableList.copyOf(ids);
    this.logits = logits;
    this.qualities = ImmutableList.copyOf(qualities);
    this.skipped = ImmutableList.copyOf(skipped);
  }

  /**
   * How many pictures were predicted.
   *
   * @return without the skipped ones
   */
  public int size() {
    return logits.length;
  }

  /**
   * What the columns stand for.
   *
   * @return the model's labels
   */
  public Labels labels() {
    return model.labels();
  }

  /**
   * The pictures' ids.
   *
   * @return as the data set has them, in its order, without the skipped ones
   */
  public List<String> ids() {
    return ids;
  }

  /**
   * What the model says of one picture.
   *
   * @param index which one, from 0
   * @return its prediction
   */
  public Prediction get(int index) {
    return new Prediction(model, logits[index].clone(), qualities.get(index));
  }

  /**
   * All probabilities.
   *
   * @return a new array, picture by picture, in the labels' order; each row sums to 1
   */
  public float[][] probabilities() {
    float[][] probabilities = new float[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = row(i);
    }
    return probabilities;
  }

  private float[] row(int index) {
    double[] exact = Prediction.softmax(logits[index], model.temperature());
    float[] row = new float[exact.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) exact[i];
    }
    return row;
  }

  /**
   * All logits, before temperature and softmax.
   *
   * @return a new array, picture by picture, in the labels' order
   */
  public float[][] logits() {
    float[][] copy = new float[logits.length][];
    for (int i = 0; i < logits.length; i++) {
      copy[i] = logits[i].clone();
    }
    return copy;
  }

  /**
   * The ids of the pictures that could not be read and were skipped.
   *
   * @return empty unless skipping was asked for
   */
  public List<String> skipped() {
    return skipped;
  }

  @Override
  public Iterator<Prediction> iterator() {
    return new Iterator<>() {
      private int next;

      @Override
      public boolean hasNext() {
        return next < size();
      }

      @Override
      public Prediction next() {
        if (!hasNext()) {
          throw new NoSuchElementException("all " + size() + " predictions were given");
        }
        return get(next++);
      }
    };
  }

  /**
   * Writes a table as the Kaggle competition takes it: a header of {@code id} and the labels, then
   * a row for each picture in the data set's order; each row's probabilities sum to 1 within 1e-5
   * as they are written. UTF-8, lines end in a newline. Whole or not at all. {@link
   * BatchPredictor#writeCsv} writes the same without holding it all in memory, and goes on after an
   * interruption.
   *
   * @param file the place; a file that is there is replaced
   * @return the file
   * @throws DogVisionException if it can't be written; the place is then as it was before
   */
  @CanIgnoreReturnValue
  public Path writeCsv(Path file) {
    return writeCsv(file, TableStyle.SUBMISSION);
  }

  /**
   * Writes a table as {@link #writeCsv(Path)} does, for programs or for spreadsheets.
   *
   * @param file the place; a file that is there is replaced
   * @param style for whom it is
   * @return the file
   * @throws DogVisionException if it can't be written; the place is then as it was before
   */
  @CanIgnoreReturnValue
  public Path writeCsv(Path file, TableStyle style) {
    CsvTable table = new CsvTable(labels(), model.temperature(), style);
    try {
      WholeFile.write(
          file,
          out -> {
            Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
            write(table, writer);
            writer.flush();
          });
    } catch (IOException e) {
      throw new DogVisionException(file + " can't be written: " + e, e);
    }
    return file;
  }

  private void write(CsvTable table, Writer writer) throws IOException {
    writer.append(table.header());
    for (int i = 0; i < size(); i++) {
      writer.append(table.row(ids.get(i), logits[i]));
    }
  }

  @Override
  public String toString() {
    return size()
        + " predictions of "
        + labels().size()
        + " labels"
        + (skipped.isEmpty() ? "" : ", " + skipped.size() + " pictures skipped");
  }
}
