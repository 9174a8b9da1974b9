package dev.dogvision.data;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkElementIndex;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.internal.WholeFile;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.jspecify.annotations.Nullable;

/**
 * Photographs as a network sees them: for each an id, a label where one is known, and its
 * embedding, a row of numbers. Photographs that look alike to the network have embeddings that
 * point in similar directions; {@link Neighbours} finds them.
 *
 * <pre>{@code
 * Embeddings embeddings = predictor.embedAll(dogs);
 * embeddings.write(Path.of("dogs.npz"));                // NumPy: numpy.load("dogs.npz")["embeddings"]
 * Embeddings again = Embeddings.read(Path.of("dogs.npz"));
 * }</pre>
 *
 * <p>Immutable and safe from many threads at once; holds one float for each photograph and value.
 */
public final class Embeddings {
  private static final int MOST_VALUES = 1 << 20;

  private final String network;
  private final int dimension;
  private final ImmutableList<String> ids;
  private final List<@Nullable String> labels;
  private final float[][] rows;
  private final ImmutableList<String> skipped;

  private Embeddings(
      String network,
      int dimension,
      List<String> ids,
      List<@Nullable String> labels,
      float[][] rows,
      List<String> skipped) {
    checkArgument(
        dimension >= 1 && dimension <= MOST_VALUES,
        "an embedding must have 1 to %s values, got %s",
        MOST_VALUES,
        dimension);
    checkArgument(
        ids.size() == rows.length && labels.size() == rows.length,
        "there must be an id and a label (or null) for each of the %s rows, got %s and %s",
        rows.length,
        ids.size(),
        labels.size());
    for (int i = 0; i < rows.length; i++) {
      checkArgument(
          rows[i].length == dimension,
          "rows must be of one length: row 0 has %s values, row %s ('%s') %s",
          dimension,
          i,
          ids.get(i),
          rows[i].length);
      for (float value : rows[i]) {
        if (!Float.isFinite(value)) {
          throw new IllegalArgumentException(
              "row " + i + " ('" + ids.get(i) + "') holds a value that is no number: " + value);
        }
      }
    }
    this.network = network;
    this.dimension = dimension;
    this.ids = ImmutableList.copyOf(ids);
    this.labels = Collections.unmodifiableList(new ArrayList<>(labels));
    this.rows = rows;
    this.skipped = ImmutableList.copyOf(skipped);
  }

  /**
   * Embeddings that come from elsewhere.
   *
   * @param network what tells the network that made them from others: any text, empty where nobody
   *     knows
   * @param ids the photographs' ids
   * @param labels a label for each, or null where none is known
   * @param rows an embedding for each, one at least, all of one length; copied
   * @return the embeddings
   * @throws IllegalArgumentException if the numbers of these don't fit, or a value is no number
   */
  public static Embeddings of(
      String network, List<String> ids, List<? extends @Nullable String> labels, float[][] rows) {
    checkArgument(rows.length > 0, "there must be one row at least");
    float[][] copies = new float[rows.length][];
    for (int i = 0; i < copies.length; i++) {
      copies[i] = rows[i].clone();
    }
    return of(
        network, rows[0].length, ids, Collections.unmodifiableList(labels), copies, List.of());
  }

  /**
   * Embeddings as a network gave them, be it none.
   *
   * @param network what tells the network that made them from others: any text, empty where nobody
   *     knows
   * @param dimension values in a row
   * @param ids the photographs' ids
   * @param labels a label for each, or null where none is known
   * @param rows an embedding for each; the arrays themselves are kept, read-only by agreement
   * @param skipped ids of photographs that can't be read
   * @return the embeddings
   * @throws IllegalArgumentException if the numbers of these don't fit, or a value is no number
   */
  public static Embeddings of(
      String network,
      int dimension,
      List<String> ids,
      List<@Nullable String> labels,
      float[][] rows,
      List<String> skipped) {
    return new Embeddings(
        requireNonNull(network, "network"), dimension, ids, labels, rows.clone(), skipped);
  }

  /**
   * Reads what {@link #write} has written, or what NumPy's {@code savez} has: {@code embeddings}, a
   * matrix of {@code float32} or {@code float64}; {@code ids}, one text for each of its rows; and,
   * where they are there, {@code labels}, one text for each, empty for none, and {@code network}.
   *
   * @param file a {@code .npz} file
   * @return the embeddings
   * @throws DogVisionException if it can't be read, or is damaged or something else, naming what is
   *     wrong
   */
  public static Embeddings read(Path file) {
    return EmbeddingsFile.read(file);
  }

  /**
   * How many photographs there are.
   *
   * @return without the skipped ones
   */
  public int size() {
    return rows.length;
  }

  /**
   * How many values an embedding has.
   *
   * @return such as 1,280
   */
  public int dimension() {
    return dimension;
  }

  /**
   * What tells the network that made them from others: embeddings of two networks have nothing to
   * do with each other.
   *
   * @return 64 hexadecimal digits where {@code Predictor} made them; empty where nobody knows
   */
  public String network() {
    return network;
  }

  /**
   * The photographs' ids.
   *
   * @return in the order of the rows
   */
  public List<String> ids() {
    return ids;
  }

  /**
   * A photograph's id.
   *
   * @param index which one, from 0
   * @return its id
   */
  public String id(int index) {
    return ids.get(index);
  }

  /**
   * A photograph's label.
   *
   * @param index which one, from 0
   * @return empty where none is known
   */
  public Optional<String> label(int index) {
    return Optional.ofNullable(labels.get(index));
  }

  /**
   * A photograph's embedding.
   *
   * @param index which one, from 0
   * @return a new array of {@link #dimension()} values
   */
  public float[] row(int index) {
    checkElementIndex(index, rows.length);
    return rows[index].clone();
  }

  /** A photograph's embedding itself, not to be changed. */
  float[] values(int index) {
    checkElementIndex(index, rows.length);
    return rows[index];
  }

  /**
   * Where a photograph is.
   *
   * @param id its id
   * @return from 0
   * @throws IllegalArgumentException if no photograph has the id, naming similar ones, or several
   *     have
   */
  public int index(String id) {
    int first = ids.indexOf(id);
    if (first < 0) {
      List<String> close = CloseNames.to(id, ids);
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "id: no photograph of these %d has the id '%s'%s",
              ids.size(),
              id,
              close.isEmpty() ? "" : "; did you mean " + String.join(", ", close) + "?"));
    }
    int last = ids.lastIndexOf(id);
    checkArgument(
        first == last,
        "id: '%s' is the id of several photographs, rows %s and %s among them: name the row",
        id,
        first,
        last);
    return first;
  }

  /**
   * The ids of photographs that could not be read and were skipped.
   *
   * @return empty unless skipping was asked for
   */
  public List<String> skipped() {
    return skipped;
  }

  /** Refuses to compare what two networks made. */
  void checkSameNetwork(Embeddings others) {
    if (dimension != others.dimension
        || (!network.isEmpty() && !others.network.isEmpty() && !network.equals(others.network))) {
      throw new MismatchException(
          "embeddings",
          String.format(
              Locale.ROOT,
              "the embeddings are of two networks (%d values of %s, %d values of %s), so that"
                  + " comparing them says nothing: make both with one model",
              dimension,
              shortened(network),
              others.dimension,
              shortened(others.network)));
    }
  }

  private static String shortened(String network) {
    return network.isEmpty()
        ? "an unknown one"
        : network.substring(0, Math.min(12, network.length()));
  }

  /**
   * Writes one file for NumPy and whatever reads its archives, whole or not at all: {@code
   * embeddings}, a matrix of {@code float32}; {@code ids} and {@code labels}, one text for each
   * row, a label empty where none is known; {@code network}, a text. No pickled objects are in it.
   *
   * @param file the place, ending in {@code .npz} as a rule; a file that is there is replaced
   * @return the file
   * @throws DogVisionException if it can't be written; the place is then as it was before
   */
  @CanIgnoreReturnValue
  public Path write(Path file) {
    return whole(file, out -> EmbeddingsFile.write(this, labels, rows, out));
  }

  /**
   * Writes a table, whole or not at all: a header of {@code id}, {@code label} and {@code e0},
   * {@code e1} and so on, then a row for each photograph. UTF-8, lines end in a newline.
   *
   * @param file the place; a file that is there is replaced
   * @return the file
   * @throws DogVisionException if it can't be written; the place is then as it was before
   */
  @CanIgnoreReturnValue
  public Path writeCsv(Path file) {
    return whole(
        file,
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          Object[] record = new Object[dimension + 2];
          record[0] = "id";
          record[1] = "label";
          for (int k = 0; k < dimension; k++) {
            record[k + 2] = "e" + k;
          }
          writer.append(CSVFormat.RFC4180.format(record)).append('\n');
          for (int i = 0; i < rows.length; i++) {
            record[0] = ids.get(i);
            record[1] = label(i).orElse("");
            for (int k = 0; k < dimension; k++) {
              record[k + 2] = rows[i][k];
            }
            writer.append(CSVFormat.RFC4180.format(record)).append('\n');
          }
          writer.flush();
        });
  }

  /**
   * Writes the two files that TensorBoard's embedding projector loads: {@code vectors.tsv} and
   * {@code metadata.tsv}, ids and labels. Tabs and line breaks in these become spaces.
   *
   * @param folder made where it is missing; files of these names in it are replaced
   * @return the folder
   * @throws DogVisionException if one of them can't be written
   */
  @CanIgnoreReturnValue
  public Path writeProjector(Path folder) {
    whole(
        folder.resolve("vectors.tsv"),
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          for (float[] row : rows) {
            for (int k = 0; k < row.length; k++) {
              writer.append(k == 0 ? "" : "\t").append(String.valueOf(row[k]));
            }
            writer.append('\n');
          }
          writer.flush();
        });
    whole(
        folder.resolve("metadata.tsv"),
        out -> {
          Writer writer = new OutputStreamWriter(out, StandardCharsets.UTF_8);
          writer.append("id\tlabel\n");
          for (int i = 0; i < rows.length; i++) {
            writer.append(inOneCell(ids.get(i))).append('\t');
            writer.append(inOneCell(label(i).orElse(""))).append('\n');
          }
          writer.flush();
        });
    return folder;
  }

  private static String inOneCell(String text) {
    return text.replaceAll("[\\t\\n\\r\\u0085\\u2028\\u2029]", " ");
  }

  @CanIgnoreReturnValue
  private static Path whole(Path file, WholeFile.Content content) {
    try {
      WholeFile.write(file, content);
    } catch (IOException e) {
      throw new DogVisionException(file + " can't be written: " + e, e);
    }
    return file;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d embeddings of %d values%s",
        size(),
        dimension,
        skipped.isEmpty() ? "" : ", " + skipped.size() + " photographs skipped");
  }
}
