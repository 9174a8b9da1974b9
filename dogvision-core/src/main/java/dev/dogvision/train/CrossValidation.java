package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.data.Groups;
import dev.dogvision.data.Split;
import dev.dogvision.internal.SetOnce;
import dev.dogvision.internal.inputs.RunMemory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Trains k times, each time on all but one of k folds, and lets each model predict the fold that it
 * has not seen: a figure for every photograph from a model that was not trained on it. With a
 * frozen backbone each photograph goes through it once for all folds.
 *
 * <p>Early stopping looks at the fold that is kept aside, so figures of runs with it are a little
 * flattering; without it they are honest.
 */
public final class CrossValidation {
  private final SetOnce once = new SetOnce();
  private final Trainer trainer;
  private int folds = 5;
  private long seed;
  private Groups groups = Groups.none();

  private CrossValidation(Trainer trainer) {
    this.trainer = trainer;
  }

  /**
   * Cross-validation of what a trainer trains.
   *
   * @param trainer with all settings but checkpoints
   * @return with 5 folds and seed 0
   */
  public static CrossValidation of(Trainer trainer) {
    return new CrossValidation(trainer);
  }

  /**
   * How many folds.
   *
   * @param count at least 2
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public CrossValidation folds(int count) {
    checkArgument(count >= 2, "folds must be at least 2, got %s", count);
    once.set("folds", count);
    folds = count;
    return this;
  }

  /**
   * Which photograph is in which fold is drawn from this.
   *
   * @param value any number
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public CrossValidation seed(long value) {
    once.set("seed", value);
    seed = value;
    return this;
  }

  /**
   * What stays together in one fold.
   *
   * @param together photographs of one dog, for example
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public CrossValidation groups(Groups together) {
    once.set("groups", requireNonNull(together, "together"));
    groups = together;
    return this;
  }

  /**
   * Trains and predicts.
   *
   * @param dataset labelled photographs
   * @return every fold's run and figures
   * @throws DogVisionException if the thread is interrupted meanwhile; it stays so
   * @throws IllegalStateException if there are fewer photographs than folds, or the trainer writes
   *     checkpoints
   */
  public CrossValidationResult run(Dataset dataset) {
    trainer.checkNoCheckpoints("cross-validation");
    RunMemory memory = trainer.memory();
    Map<Example, float[]> logits = new HashMap<>();
    List<TrainingRun> runs = new ArrayList<>();
    List<Split> splits = dataset.kFold(folds, seed, groups);
    for (Split split : splits) {
      TrainingRun run = trainer.fit(split.train(), split.validation(), memory);
      if (run.end() instanceof TrainingEnd.Interrupted) {
        throw new DogVisionException(
            "cross-validation was interrupted in fold " + (runs.size() + 1) + " of " + folds);
      }
      runs.add(run);
      float[][] rows = run.logits(split.validation().examples());
      for (int i = 0; i < rows.length; i++) {
        logits.put(split.validation().example(i), rows[i]);
      }
    }
    return CrossValidationResult.of(dataset, splits, runs, logits);
  }
}
