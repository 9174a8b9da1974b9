package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Where a run stands between two epochs: with it a run can be taken up again. */
final class RunState {
  /** The weights that a run would give back now. */
  record Chosen(int epoch, OptionalDouble value, Map<String, Tensor> weights) {
    Chosen {
      weights = ImmutableMap.copyOf(weights);
    }
  }

  private final List<EpochResult> epochs = new ArrayList<>();

  /** Every tensor of the network as training goes on from it; not the moving average. */
  Map<String, Tensor> weights;

  /** The optimiser's state after the last epoch; empty at the start of a phase. */
  Map<String, Tensor> optimizerState = ImmutableMap.of();

  /** What the schedule remembers; null at the start of a phase. */
  @Nullable String scheduleState;

  @Nullable Chosen chosen;
  int phase;
  int epochsInPhase;
  long updatesInPhase;
  int epochsWithoutBest;

  RunState(Map<String, Tensor> weights) {
    this.weights = ImmutableMap.copyOf(weights);
  }

  int epoch() {
    return epochs.size();
  }

  History history() {
    return new History(epochs);
  }

  void add(EpochResult result) {
    epochs.add(result);
    epochsInPhase++;
  }

  /**
   * Takes note of the last epoch's weights.
   *
   * @param result the epoch's figures
   * @param early null without early stopping: then the last epoch is always chosen
   * @param candidate every tensor as it was validated
   * @return whether this epoch is the chosen one now
   */
  boolean choose(EpochResult result, @Nullable EarlyStopping early, Map<String, Tensor> candidate) {
    OptionalDouble value = early == null ? OptionalDouble.empty() : early.metric().of(result);
    boolean better =
        early == null
            || chosen == null
            || early
                .metric()
                .isBetter(value.orElseThrow(), chosen.value().orElseThrow(), early.minimumDelta());
    if (better) {
      chosen = new Chosen(result.epoch(), value, candidate);
      epochsWithoutBest = 0;
    } else {
      epochsWithoutBest++;
    }
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
    epochsWithoutBest = 0;
  }
}
