package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.OptionalDouble;

/**
 * A stretch of a run with its own trainable part, epochs and learning rate. Phases run one after
 * the other, each from the weights that the one before it arrived at. Immutable.
 *
 * @param name for people: {@code head}, {@code last 3 stages}, {@code all stages}
 * @param stages how many stages at the end of the backbone are trained besides the head; 0 for the
 *     head alone, {@link #ALL} for all of them
 * @param epochs how many passes over the training data, at least 1
 * @param learningRate the head's learning rate before the schedule, above 0
 * @param backboneLearningRate the last stage's learning rate before the schedule; empty for the
 *     trainer's
 */
public record Phase(
    String name, int stages, int epochs, double learningRate, OptionalDouble backboneLearningRate) {

  /** All stages of the backbone, whatever their number. */
  public static final int ALL = Integer.MAX_VALUE;

  /** Checks the numbers. */
  public Phase {
    checkArgument(stages >= 0, "stages must not be negative, got %s", stages);
    checkArgument(epochs >= 1, "epochs must be at least 1, got %s", epochs);
    TrainingChecks.learningRate("learningRate", learningRate);
    backboneLearningRate.ifPresent(
        rate -> {
          TrainingChecks.learningRate("backboneLearningRate", rate);
          checkArgument(
              stages > 0,
              "backboneLearningRate(%s) has nothing to act on in phase '%s', which trains the head"
                  + " alone: leave it out, or take Phase.last(stages, epochs, rate)",
              rate,
              name);
        });
  }

  /**
   * The head alone, on cached embeddings.
   *
   * @param epochs passes over the training data, at least 1
   * @param learningRate the head's learning rate, above 0
   * @return the phase
   */
  public static Phase head(int epochs, double learningRate) {
    return new Phase("head", 0, epochs, learningRate, OptionalDouble.empty());
  }

  /**
   * The head and the last stages of the backbone.
   *
   * @param stages how many stages, at least 1
   * @param epochs passes over the training data, at least 1
   * @param learningRate the head's learning rate, above 0
   * @return the phase
   */
  public static Phase last(int stages, int epochs, double learningRate) {
    checkArgument(stages >= 1, "stages must be at least 1, got %s", stages);
    return new Phase(
        stages == 1 ? "last stage" : "last " + stages + " stages",
        stages,
        epochs,
        learningRate,
        OptionalDouble.empty());
  }

  /**
   * The whole network.
   *
   * @param epochs passes over the training data, at least 1
   * @param learningRate the head's learning rate, above 0
   * @return the phase
   */
  public static Phase all(int epochs, double learningRate) {
    return new Phase("all stages", ALL, epochs, learningRate, OptionalDouble.empty());
  }

  /**
   * The same with a learning rate of its own for the backbone.
   *
   * @param rate the last stage's learning rate, above 0; earlier stages' follow the stage decay
   * @return a changed copy
   * @throws IllegalArgumentException if this phase trains the head alone
   */
  public Phase backboneLearningRate(double rate) {
    return new Phase(name, stages, epochs, learningRate, OptionalDouble.of(rate));
  }

  Phase withEpochs(int other) {
    return new Phase(name, stages, other, learningRate, backboneLearningRate);
  }

  int firstTrainableStage(int stageCount) {
    return Math.max(0, stageCount - Math.min(stages, stageCount));
  }
}
