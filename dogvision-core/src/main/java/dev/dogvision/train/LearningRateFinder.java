package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.data.Dataset;
import dev.dogvision.internal.SetOnce;

/**
 * Looks for a learning rate: trains for some steps while the rate rises exponentially, and watches
 * the loss. Of a trainer with several phases it tries the last. After Smith, "Cyclical Learning
 * Rates for Training Neural Networks", 2017. What was trained is thrown away.
 *
 * <pre>{@code
 * LearningRateCurve curve = LearningRateFinder.of(trainer).run(split.train());
 * trainer.learningRate(curve.suggestion().orElse(1e-3));
 * }</pre>
 */
public final class LearningRateFinder {
  private final SetOnce once = new SetOnce();
  private final Trainer trainer;
  private int steps = 100;
  private double lowest = 1e-6;
  private double highest = 1;

  private LearningRateFinder(Trainer trainer) {
    this.trainer = trainer;
  }

  /**
   * A finder for what a trainer is going to train. The backbone's rates keep their proportion to
   * the head's.
   *
   * @param trainer all settings but the learning rate, the schedule and early stopping are used
   * @return a finder from 1e-6 to 1 in 100 steps
   */
  public static LearningRateFinder of(Trainer trainer) {
    return new LearningRateFinder(trainer);
  }

  /**
   * How many updates to try.
   *
   * @param count at least 10
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public LearningRateFinder steps(int count) {
    checkArgument(count >= 10, "steps must be at least 10, got %s", count);
    once.set("steps", count);
    steps = count;
    return this;
  }

  /**
   * Which rates to try.
   *
   * @param from the first rate, above 0
   * @param to the last, above the first
   * @return this
   * @throws IllegalStateException if already set
   */
  @CanIgnoreReturnValue
  public LearningRateFinder range(double from, double to) {
    TrainingChecks.learningRate("from", from);
    TrainingChecks.learningRate("to", to);
    checkArgument(from < to, "from must be below to, got %s and %s", from, to);
    once.set("range", from, to);
    lowest = from;
    highest = to;
    return this;
  }

  /**
   * Tries the rates. Ends early where the loss rises to four times its least.
   *
   * @param training labelled photographs
   * @return the curve and a suggestion
   * @throws IllegalArgumentException if the data is empty, has no labels or labels that the model
   *     lacks
   * @throws IllegalStateException if the trainer goes on with a resumed run
   * @throws dev.dogvision.DogVisionException if a photograph can't be read, or the thread is
   *     interrupted; it stays so
   */
  public LearningRateCurve run(Dataset training) {
    return trainer.findLearningRate(training, new RateSearch(steps, lowest, highest));
  }
}
