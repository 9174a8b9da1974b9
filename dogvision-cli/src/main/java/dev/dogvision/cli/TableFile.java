package dev.dogvision.cli;

import dev.dogvision.DogVisionException;
import dev.dogvision.internal.WholeFile;
import java.io.BufferedOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.apache.commons.csv.CSVFormat;

/**
 * A CSV file, written row by row to {@code FILE.unfinished} and renamed when all are there: whoever
 * reads the file sees the old one or the whole new one, and rows that were done are not lost.
 */
final class TableFile implements AutoCloseable {
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setRecordSeparator("\n").get();

  private final Path file;
  private final Path unfinished;
  private final FileOutputStream stream;
  private final Writer writer;

  private TableFile(Path file, Path unfinished, FileOutputStream stream) {
    this.file = file;
    this.unfinished = unfinished;
    this.stream = stream;
    this.writer = new OutputStreamWriter(new BufferedOutputStream(stream), StandardCharsets.UTF_8);
  }

  /**
   * Opens a table.
   *
   * @param file its place in the end
   * @param header the names of its columns
   * @throws DogVisionException if it can't be written
   */
  static TableFile open(Path file, List<String> header) {
    Path target = file.toAbsolutePath().normalize();
    Path unfinished = target.resolveSibling(target.getFileName() + ".unfinished");
    try {
      Path parent = target.getParent();
      if (parent != null) {
        WholeFile.createFolders(parent);
      }
      // A channel would be closed by the interruption that a table has to outlive.
      TableFile table = new TableFile(file, unfinished, new FileOutputStream(unfinished.toFile()));
      table.row(header);
      return table;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /**
   * Writes a row.
   *
   * @throws DogVisionException if it can't be written
   */
  void row(List<?> values) {
    try {
      FORMAT.printRecord(writer, values.toArray());
    } catch (IOException e) {
      throw failure(unfinished, e);
    }
  }

  /**
   * Puts the table in its place.
   *
   * @return its place
   * @throws DogVisionException if that fails
   */
  Path finish() {
    try {
      writer.flush();
      stream.getFD().sync();
      writer.close();
      WholeFile.move(unfinished, file.toAbsolutePath().normalize());
      return file;
    } catch (IOException e) {
      throw failure(file, e);
    }
  }

  /** Where the rows are until then. */
  Path unfinished() {
    return unfinished;
  }

  @Override
  public void close() {
    try {
      writer.close();
    } catch (IOException e) {
      throw failure(unfinished, e);
    }
  }

  private static DogVisionException failure(Path file, IOException e) {
    return new DogVisionException(file + " can't be written: " + e.getMessage(), e);
  }
}
