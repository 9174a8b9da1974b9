package dev.dogvision.cli;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Options that say where labelled pictures are. */
final class LabelledPictures {
  @Option(
      names = "--data",
      required = true,
      paramLabel = "FOLDER",
      description =
          "A folder with a file of labels (columns id and breed) and train/, or with one folder a"
              + " breed.")
  private Path data;

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description = "The file of labels in that folder; ${DEFAULT-VALUE} unless given.",
      defaultValue = "labels.csv")
  private String labelsFile;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "How many pictures to use at most, of all breeds alike; all unless given.")
  private int limit;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "What chance depends on; ${DEFAULT-VALUE} unless given.",
      defaultValue = "13")
  private long seed;

  @Option(
      names = "--skip-unreadable",
      description =
          "Leaves out pictures that are missing or can't be read, and says so, instead of"
              + " stopping at them. Each is looked at as a whole for that.")
  private boolean skipUnreadable;

  /**
   * Reads them.
   *
   * @param errors is told what is left out
   * @throws dev.dogvision.data.DatasetException if they can't be read
   */
  Dataset read(PrintWriter errors) {
    Dataset dogs = read();
    dogs.summary().notices().forEach(errors::println);
    return dogs;
  }

  /** Reads them without a word of what is left out, which {@code fit} tells. */
  Dataset read() {
    Path labels = data.resolve(labelsFile);
    DatasetBuilder builder =
        Files.exists(labels)
            ? DatasetBuilder.fromCsv(labels).images(data.resolve("train"))
            : DatasetBuilder.fromFolders(data);
    if (skipUnreadable) {
      builder.unreadableImages(ProblemPolicy.SKIP);
      if (Files.exists(labels)) {
        builder.missingImages(ProblemPolicy.SKIP);
      }
    }
    Dataset dogs = builder.build();
    return limit > 0 ? dogs.sample(Math.min(limit, dogs.size()), seed) : dogs;
  }

  /**
   * Reads those whose breeds a model knows.
   *
   * @param errors is told how many others there are
   */
  Dataset read(Labels known, PrintWriter errors) {
    return known(read(errors), known, errors);
  }

  static Dataset known(Dataset dogs, Labels known, PrintWriter errors) {
    Dataset kept = dogs.withLabels(known, ProblemPolicy.SKIP);
    if (kept.size() < dogs.size()) {
      errors.println(
          PredictCommand.count(dogs.size() - kept.size(), "picture")
              + " of "
              + dogs.size()
              + " left out: of breeds that the model does not know");
    }
    return kept;
  }

  long seed() {
    return seed;
  }
}
