package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.image.BatchMixing;
import dev.dogvision.internal.inputs.DrawnInputs;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.model.BreedStatistics;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * The breeds of a model to which others are added: in each epoch some embeddings are drawn of each,
 * in place of photographs that nobody has any more.
 */
final class RememberedBreeds {
  /**
   * How many are drawn of a breed for each photograph that an added one has. A third of these finds
   * some more new dogs and loses some more old ones, see {@code docs/figures.md}.
   */
  private static final double DRAWN_FOR_A_PHOTOGRAPH = 3;

  /** Where there are many photographs of the added breeds, fewer do. */
  private static final int MOST_DRAWN = 100;

  /** So that the usual number of epochs does for a handful of photographs. */
  private static final int ROWS_OF_AN_EPOCH = 2000;

  private final BreedStatistics statistics;
  private final int[] photographs;
  private final int[] drawn;
  private final int repeats;

  /**
   * Decides how many are drawn.
   *
   * @param statistics what is remembered
   * @param photographs the labels of the training photographs
   */
  RememberedBreeds(BreedStatistics statistics, int[] photographs) {
    this.statistics = statistics;
    this.photographs = photographs;
    int old = statistics.labels().size();
    Set<Integer> added = new HashSet<>();
    int ofAdded = 0;
    for (int label : photographs) {
      if (label >= old) {
        added.add(label);
        ofAdded++;
      }
    }
    double each = (double) ofAdded / Math.max(1, added.size());
    int[] known =
        IntStream.range(0, old).filter(label -> statistics.photographs(label) > 0).toArray();
    int once = (int) Math.max(1, Math.min(MOST_DRAWN, Math.round(DRAWN_FOR_A_PHOTOGRAPH * each)));
    this.repeats =
        Math.max(
            1, Math.round((float) ROWS_OF_AN_EPOCH / (photographs.length + once * known.length)));
    this.drawn =
        IntStream.range(0, repeats * once).flatMap(round -> Arrays.stream(known)).toArray();
  }

  /** Refuses settings that a drawn embedding can't follow. */
  static void check(TrainingSettings settings) {
    for (Phase phase : settings.phases()) {
      checkState(
          phase.stages() == 0,
          "phase '%s' trains %s stages, but breeds are added to a model with its backbone as it is:"
              + " what it remembers of the others is only true for that. Leave the phase out",
          phase.name(),
          phase.stages());
      checkState(
          PhaseInputs.augmentation(settings, phase).isNone()
              && BatchMixing.of(PhaseInputs.augmentation(settings, phase)).isNone(),
          "augmentation has nothing to act on where breeds are added: the others are embeddings,"
              + " not pictures. Leave it out");
    }
    checkState(
        settings.loss().distillation() == null,
        "distill: a teacher can't be asked about breeds of which there is no photograph. Leave it"
            + " out");
  }

  /** The photographs, and what is drawn. */
  Inputs inputs(Inputs ofPhotographs, long seed) {
    return new DrawnInputs(
        ofPhotographs,
        repeats,
        drawn.length,
        (index, own) -> statistics.draw(drawn[index], own),
        seed);
  }

  /** The labels of {@link #inputs}. */
  int[] labels() {
    int[] all = new int[repeats * photographs.length + drawn.length];
    for (int i = 0; i < repeats * photographs.length; i++) {
      all[i] = photographs[i % photographs.length];
    }
    System.arraycopy(drawn, 0, all, repeats * photographs.length, drawn.length);
    return all;
  }
}
