package dev.dogvision.examples;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The competition's {@code sample_submission.csv}: which columns and which pictures a submission
 * must have.
 *
 * @param file where it was read
 * @param breeds its columns after the first, in order
 * @param ids its rows' ids
 */
record SampleSubmission(Path file, List<String> breeds, Set<String> ids) {
  private static final int MOST_NAMED = 5;

  SampleSubmission {
    breeds = List.copyOf(breeds);
    ids = new LinkedHashSet<>(ids);
  }

  /**
   * Reads the file.
   *
   * @param file the file
   * @return what it asks for
   * @throws DogVisionException if it can't be read or has no column {@code id} first
   */
  static SampleSubmission read(Path file) {
    try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser parser = CSVFormat.RFC4180.builder().setHeader().get().parse(reader)) {
      List<String> columns = parser.getHeaderNames();
      if (columns.size() < 2 || !columns.get(0).equals("id")) {
        throw new DogVisionException(
            file + " begins with " + columns + "; expected a first line of id and the breeds");
      }
      Set<String> ids = new LinkedHashSet<>();
      for (CSVRecord record : parser) {
        ids.add(record.get(0));
      }
      return new SampleSubmission(file, columns.subList(1, columns.size()), ids);
    } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
      throw new DogVisionException(file + " can't be read: " + e.getMessage(), e);
    }
  }

  /**
   * Checks that a model's table will have these columns.
   *
   * @param labels the model's
   * @throws DogVisionException if a breed is missing, one is too many, or the order is another
   */
  void checkBreeds(Labels labels) {
    if (labels.names().equals(breeds)) {
      return;
    }
    List<String> problems = new ArrayList<>();
    differences(problems, "breed", labels.names(), "the model does not know", breeds);
    differences(problems, "breed", breeds, "the file does not have", labels.names());
    for (int i = 0; problems.isEmpty() && i < breeds.size(); i++) {
      if (!breeds.get(i).equals(labels.name(i))) {
        problems.add(
            "the order differs, first in column "
                + (i + 2)
                + ": '"
                + breeds.get(i)
                + "' in the file, '"
                + labels.name(i)
                + "' of the model");
      }
    }
    throw new DogVisionException(
        file
            + " asks for other columns than the model has: "
            + String.join("; ", problems)
            + ". Are labels and sample of the same competition?");
  }

  /**
   * Checks that the pictures are those that the submission must have.
   *
   * @param test the pictures
   * @throws DogVisionException if one is missing or too many
   */
  void checkPictures(Dataset test) {
    List<String> present = test.examples().stream().map(Example::id).toList();
    List<String> problems = new ArrayList<>();
    differences(problems, "picture", present, "the folder lacks", ids);
    differences(problems, "picture", ids, "the file does not have", present);
    if (!problems.isEmpty()) {
      throw new DogVisionException(
          file
              + " asks for other pictures than there are: "
              + String.join("; ", problems)
              + ". Is the folder of test pictures whole?");
    }
  }

  /** Names what one of two collections has and the other has not. */
  private static void differences(
      List<String> problems,
      String what,
      Collection<String> without,
      String verb,
      Collection<String> with) {
    Set<String> known = new HashSet<>(without);
    List<String> missing = with.stream().filter(name -> !known.contains(name)).toList();
    if (!missing.isEmpty()) {
      problems.add(
          missing.size()
              + " "
              + what
              + (missing.size() == 1 ? "" : "s")
              + " that "
              + verb
              + ": "
              + String.join(", ", missing.stream().limit(MOST_NAMED).toList())
              + (missing.size() > MOST_NAMED ? ", ..." : ""));
    }
  }
}
