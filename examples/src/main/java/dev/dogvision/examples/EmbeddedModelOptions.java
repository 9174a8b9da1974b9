package dev.dogvision.examples;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options that name the photographs which the embedded models are trained on and judged by. */
final class EmbeddedModelOptions {
  @Option(
      names = "--competition",
      required = true,
      description = "The competition's table of labels, beside its folder train/.")
  private Path competition = Path.of("");

  @Option(
      names = "--pets",
      required = true,
      description = "A folder with labels.csv and train/: the Oxford pets.")
  private Path pets = Path.of("");

  @Option(
      names = "--sites",
      required = true,
      description = "A folder with train/<breed>/ and sources.csv, which keeps sources whole.")
  private Path sites = Path.of("");

  @Option(
      names = "--new-breeds",
      required = true,
      split = ",",
      description = "Breeds that the competition does not have.")
  private List<String> newBreeds = List.of();

  @Option(names = "--no-dogs", description = "A folder of photographs that hold no dog.")
  private @Nullable Path noDogs;

  @Option(names = "--hold-out", description = "The share of the competition's kept aside.")
  private double holdOut = 0.05;

  @Option(names = "--hold-out-sites", description = "The same for the sites, by source.")
  private double holdOutSites = 0.15;

  @Option(names = "--seed", description = "Decides what is kept aside, and all chance.")
  private long seed = 13;

  EmbeddedModelPhotographs read() {
    return EmbeddedModelPhotographs.read(
        competition, pets, sites, newBreeds, holdOut, holdOutSites, seed);
  }

  @Nullable Path noDogs() {
    return noDogs;
  }

  long seed() {
    return seed;
  }
}
