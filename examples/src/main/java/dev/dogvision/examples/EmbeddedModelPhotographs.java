package dev.dogvision.examples;

import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.DatasetBuilder;
import dev.dogvision.data.Example;
import dev.dogvision.data.Groups;
import dev.dogvision.data.Labels;
import dev.dogvision.data.ProblemPolicy;
import dev.dogvision.data.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the embedded models are trained on and judged by: the competition's photographs, those of
 * the Oxford pets, and those of many small sites, of which each is wholly on one side.
 *
 * @param labels the competition's breeds and the new ones, sorted
 * @param newBreeds those that the competition does not have
 * @param competition the competition's photographs
 * @param pets the Oxford pets
 * @param sites the other sites' photographs
 * @param otherDogs dogs of pets and sites that are of none of the breeds, never trained on
 */
record EmbeddedModelPhotographs(
    Labels labels,
    ImmutableSet<String> newBreeds,
    Split competition,
    Split pets,
    Split sites,
    Dataset otherDogs) {
  private static final int PET_FOLDS = 5;

  /**
   * Reads them.
   *
   * @param competitionLabels the competition's table of labels, beside its folder {@code train}
   * @param pets a folder with {@code labels.csv} and {@code train}
   * @param sites a folder with {@code train/<breed>} and {@code sources.csv}
   * @param newBreeds breeds that the competition does not have; other strangers are left out
   * @param heldOutOfCompetition the share of the competition's photographs that is kept aside
   * @param heldOutOfSites the share of the sites' photographs that is kept aside
   * @param seed decides which
   */
  static EmbeddedModelPhotographs read(
      Path competitionLabels,
      Path pets,
      Path sites,
      Collection<String> newBreeds,
      double heldOutOfCompetition,
      double heldOutOfSites,
      long seed) {
    Dataset competition = table(competitionLabels);
    Labels labels =
        Labels.sorted(
            ImmutableSet.<String>builder()
                .addAll(competition.labels().names())
                .addAll(newBreeds)
                .build());
    Path siteFolder = sites.resolve("train");
    Dataset siteDogs = DatasetBuilder.fromFolders(siteFolder).build();
    Groups sources = sources(siteDogs, siteFolder, sites.resolve("sources.csv"));
    Dataset petDogs = table(pets.resolve("labels.csv"));
    Split competitionSplit = competition.split(1 - heldOutOfCompetition, seed);
    return new EmbeddedModelPhotographs(
        labels,
        ImmutableSet.copyOf(newBreeds),
        Split.of(
            competitionSplit.train().withLabels(labels),
            competitionSplit.validation().withLabels(labels)),
        petDogs.withLabels(labels, ProblemPolicy.SKIP).kFold(PET_FOLDS, seed).get(0),
        siteDogs.withLabels(labels, ProblemPolicy.SKIP).split(1 - heldOutOfSites, seed, sources),
        Dataset.of(
            Stream.of(petDogs, siteDogs)
                .flatMap(dogs -> dogs.examples().stream())
                .filter(dog -> !labels.contains(String.valueOf(dog.label())))
                .toList(),
            Labels.sorted(
                Stream.of(petDogs, siteDogs)
                    .flatMap(dogs -> dogs.labels().names().stream())
                    .distinct()
                    .toList())));
  }

  /** The competition's breeds, in the order of all. */
  Labels competitionBreeds() {
    return Labels.of(labels.names().stream().filter(breed -> !newBreeds.contains(breed)).toList());
  }

  private static Dataset table(Path file) {
    return DatasetBuilder.fromCsv(file).images(file.resolveSibling("train")).build();
  }

  /** Which photographs come from one source, by a table of file, breed and source. */
  private static Groups sources(Dataset dogs, Path folder, Path table) {
    Map<Path, String> ids = new HashMap<>();
    for (Example dog : dogs) {
      ids.put(dog.image().path().orElseThrow(), dog.id());
    }
    Map<String, List<String>> bySource = new TreeMap<>();
    List<String> lines;
    try {
      lines = Files.readAllLines(table);
    } catch (IOException e) {
      throw new DogVisionException(table + " can't be read: " + e, e);
    }
    for (String line : lines.subList(1, lines.size())) {
      List<String> fields = Splitter.on(',').splitToList(line);
      if (fields.size() != 3) {
        throw new DogVisionException(
            table + ": expected file, breed and source in a row, found '" + line + "'");
      }
      String id = ids.get(folder.resolve(fields.get(0)));
      if (id != null) {
        bySource.computeIfAbsent(fields.get(2), source -> new ArrayList<>()).add(id);
      }
    }
    return Groups.of(bySource.values());
  }

  /**
   * What an epoch shows.
   *
   * @param ofCompetition that many of the competition's, 0 for none; all if null
   * @param petRepeats how often each of the pets
   * @param siteRepeats how often each of the sites' photographs
   * @param seed decides which of the competition's
   */
  Dataset training(@Nullable Integer ofCompetition, int petRepeats, int siteRepeats, long seed) {
    Dataset all = competition.train();
    Stream<Example> first =
        ofCompetition == null
            ? all.examples().stream()
            : ofCompetition == 0
                ? Stream.of()
                : all.sample(ofCompetition, seed).examples().stream();
    ImmutableList.Builder<Example> examples = ImmutableList.builder();
    first.forEach(examples::add);
    repeat("pets", pets.train(), petRepeats, examples);
    repeat("sites", sites.train(), siteRepeats, examples);
    return Dataset.of(examples.build(), labels);
  }

  private static void repeat(
      String name, Dataset dogs, int times, ImmutableList.Builder<Example> examples) {
    for (int i = 0; i < times; i++) {
      for (Example dog : dogs) {
        examples.add(new Example(name + "-" + i + "-" + dog.id(), dog.image(), dog.label()));
      }
    }
  }

  /** What is kept aside of pets and sites: sources and photographs that no network has seen. */
  Dataset unseen() {
    return pets.validation().concat(sites.validation());
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d breeds, %d of them new; photographs to train on and kept aside: competition %d and %d,"
            + " pets %d and %d, sites %d and %d",
        labels.size(),
        newBreeds.size(),
        competition.train().size(),
        competition.validation().size(),
        pets.train().size(),
        pets.validation().size(),
        sites.train().size(),
        sites.validation().size());
  }
}
