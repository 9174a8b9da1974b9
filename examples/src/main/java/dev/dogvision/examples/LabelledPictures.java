package dev.dogvision.examples;

import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that say where labelled pictures are. */
final class LabelledPictures {
  private static final int DRAWN_PICTURES_PER_BREED = 24;

  @Option(
      names = "--data",
      description =
          "A folder with a file of labels and train/, or with one folder a breed. Without it,"
              + " pictures are drawn.")
  private @Nullable Path data;

  @Option(names = "--labels", description = "The file of labels in that folder.")
  private String labelsFile = "labels.csv";

  @Option(
      names = "--limit",
      description = "How many pictures to use at most, of all breeds alike; 0 for all.")
  private int limit;

  /** Whether the pictures are drawn. */
  boolean areDrawn() {
    return data == null;
  }

  /**
   * Reads them, or draws them and says so.
   *
   * @param seed what chance depends on where not all are used
   */
  Dataset read(long seed) throws IOException {
    Dataset dogs = all();
    System.out.println(dogs.summary());
    return limit > 0 ? dogs.sample(limit, seed) : dogs;
  }

  private Dataset all() throws IOException {
    if (data == null) {
      System.out.println(
          "No pictures given (--data), so here are drawn dogs of invented breeds. They show"
              + " how it works, not how good it is.");
      return DatasetBuilder.fromFolders(
              DrawnDogs.draw(Files.createTempDirectory("drawn-dogs"), DRAWN_PICTURES_PER_BREED, 13))
          .build();
    }
    Path labels = data.resolve(labelsFile);
    return Files.exists(labels)
        ? DatasetBuilder.fromCsv(labels).images(data.resolve("train")).build()
        : DatasetBuilder.fromFolders(data).build();
  }
}
