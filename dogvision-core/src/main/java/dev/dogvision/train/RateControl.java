package dev.dogvision.train;

import com.google.gson.JsonObject;
import java.util.OptionalDouble;

/**
 * A schedule at work in one phase: gives the factor of every update, and remembers what a schedule
 * that looks at metrics has to.
 */
class RateControl {
  private final Schedule schedule;
  private final long updatesPerEpoch;
  private final long totalUpdates;
  private double plateauFactor = 1;
  private double plateauBest = Double.NaN;
  private int epochsWithoutBest;

  RateControl(Schedule schedule, long updatesPerEpoch, int epochs) {
    this.schedule = schedule;
    this.updatesPerEpoch = updatesPerEpoch;
    this.totalUpdates = updatesPerEpoch * epochs;
  }

  /**
   * The factor of an update.
   *
   * @param update which update of the phase, from 0
   */
  double factor(long update) {
    if (schedule instanceof Schedule.Cosine cosine) {
      return cosine(cosine, update);
    }
    if (schedule instanceof Schedule.OneCycle cycle) {
      return oneCycle(cycle, update);
    }
    return schedule instanceof Schedule.ReduceOnPlateau ? plateauFactor : 1;
  }

  private double cosine(Schedule.Cosine cosine, long update) {
    double warmUpEpochs =
        Double.isNaN(cosine.warmUpEpochs())
            ? Math.min(2, 0.1 * totalUpdates / updatesPerEpoch)
            : cosine.warmUpEpochs();
    double warmUp = Math.min(warmUpEpochs * updatesPerEpoch, (double) totalUpdates);
    if (update < warmUp) {
      return Math.min(1, (update + 1) / warmUp);
    }
    double position = (update - warmUp) / Math.max(1, totalUpdates - warmUp);
    return wave(1, cosine.finalFactor(), position);
  }

  private double oneCycle(Schedule.OneCycle cycle, long update) {
    double start = 1 / cycle.startDivisor();
    double last = Math.max(1, totalUpdates - 1);
    double position = update / last;
    if (position < cycle.rise()) {
      return wave(start, 1, position / cycle.rise());
    }
    return wave(1, start / cycle.endDivisor(), (position - cycle.rise()) / (1 - cycle.rise()));
  }

  private static double wave(double from, double to, double position) {
    double clamped = Math.min(1, Math.max(0, position));
    // StrictMath, so that a rate is the same number on every machine.
    return to + (from - to) * 0.5 * (1 + StrictMath.cos(Math.PI * clamped));
  }

  /** Takes note of an epoch's figures. */
  void epochFinished(EpochOutcome epoch) {
    if (!(schedule instanceof Schedule.ReduceOnPlateau plateau)) {
      return;
    }
    OptionalDouble value = epoch.value(plateau.metric());
    if (value.isEmpty()) {
      return;
    }
    if (plateau.metric().direction().isBetter(value.getAsDouble(), plateauBest)) {
      plateauBest = value.getAsDouble();
      epochsWithoutBest = 0;
    } else if (++epochsWithoutBest >= plateau.patience()) {
      plateauFactor = Math.max(plateau.minimumFactor(), plateauFactor * plateau.factor());
      epochsWithoutBest = 0;
    }
  }

  JsonObject state() {
    JsonObject state = new JsonObject();
    state.addProperty("plateauFactor", plateauFactor);
    if (!Double.isNaN(plateauBest)) {
      state.addProperty("plateauBest", plateauBest);
    }
    state.addProperty("epochsWithoutBest", epochsWithoutBest);
    return state;
  }

  void restore(JsonObject state) {
    plateauFactor = JsonField.of(state, "plateauFactor").getAsDouble();
    plateauBest =
        state.has("plateauBest") ? JsonField.of(state, "plateauBest").getAsDouble() : Double.NaN;
    epochsWithoutBest = JsonField.of(state, "epochsWithoutBest").getAsInt();
  }
}
