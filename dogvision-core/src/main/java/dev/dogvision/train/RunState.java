package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where a run stands between two epochs: with it a run can be taken up again. */
final class RunState {
  /**
   * The weights that a run would give back now.
   *
   * @param epoch whose they are
   * @param weights every tensor
   * @param threshold below which their predictions are called unsure; null where it was not fitted
   */
  record Chosen(int epoch, Map<String, Tensor> weights, @Nullable ConfidenceThreshold threshold) {
    Chosen {
      weights = ImmutableMap.copyOf(weights);
    }
  }

  private final List<EpochOutcome> epochs = new ArrayList<>();

  /** Every tensor of the network as training goes on from it; not the moving average. */
  Map<String, Tensor> weights;

  /** What the run is called, in checkpoints and by listeners that keep files. */
  final String runName;

  /** The optimiser's state after the last epoch; empty at the start of a phase. */
  Map<String, Tensor> optimizerState = ImmutableMap.of();

  /** What the schedule remembers; null at the start of a phase. */
  @Nullable String scheduleState;

  @Nullable Chosen chosen;
  DivergenceWatch.State divergence = DivergenceWatch.State.START;
  int phase;
  int epochsInPhase;
  long updatesInPhase;
  int epochsWithoutImprovement;

  /** Batches that were trained on in all epochs so far. */
  long batches;

  RunState(String runName, Map<String, Tensor> weights) {
    this.runName = runName;
    this.weights = ImmutableMap.copyOf(weights);
  }

  /** The same, for a run that goes on from here. */
  RunState copy() {
    RunState copy = new RunState(runName, weights);
    copy.epochs.addAll(epochs);
    copy.optimizerState = optimizerState;
    copy.scheduleState = scheduleState;
    copy.chosen = chosen;
    copy.batches = batches;
    copy.divergence = divergence;
    copy.phase = phase;
    copy.epochsInPhase = epochsInPhase;
    copy.updatesInPhase = updatesInPhase;
    copy.epochsWithoutImprovement = epochsWithoutImprovement;
    return copy;
  }

  int epoch() {
    return epochs.size();
  }

  History history() {
    return new History(epochs);
  }

  void add(EpochOutcome outcome) {
    epochs.add(outcome.withoutPredictions());
    epochsInPhase++;
  }

  /**
   * Takes note of the last epoch's weights.
   *
   * @param outcome the epoch's figures
   * @param early null without early stopping: then the last epoch is always chosen
   * @param candidate every tensor as it was validated
   * @param threshold below which their predictions are called unsure, or null
   * @return whether this epoch is the chosen one now
   */
  boolean choose(
      EpochOutcome outcome,
      @Nullable EarlyStopping early,
      Map<String, Tensor> candidate,
      @Nullable ConfidenceThreshold threshold) {
    boolean better = true;
    boolean improved = true;
    if (early != null && chosen != null) {
      EpochOutcome best = epochs.get(chosen.epoch() - 1);
      better = early.isBetter(outcome, best);
      improved = early.improves(outcome, best);
    }
    if (better) {
      chosen = new Chosen(outcome.epoch(), candidate, threshold);
    }
    epochsWithoutImprovement = improved ? 0 : epochsWithoutImprovement + 1;
    return better;
  }

  /** Goes to the next phase, which starts from the chosen weights. */
  void nextPhase() {
    if (chosen != null) {
      weights = chosen.weights();
    }
    optimizerState = ImmutableMap.of();
    scheduleState = null;
    phase++;
    epochsInPhase = 0;
    updatesInPhase = 0;
    epochsWithoutImprovement = 0;
  }
}
