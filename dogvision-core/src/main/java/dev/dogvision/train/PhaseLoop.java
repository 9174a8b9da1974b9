package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonParser;
import dev.dogvision.Device;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The epochs of one phase: train, validate, choose, remember, stop. */
final class PhaseLoop {
  private final ExecutionContext context;
  private final TrainingSettings settings;
  private final Phase phase;
  private final RunState state;
  private final EventDispatcher dispatcher;
  private final CheckpointSink checkpoints;

  PhaseLoop(
      ExecutionContext context,
      TrainingSettings settings,
      RunState state,
      EventDispatcher dispatcher,
      CheckpointSink checkpoints) {
    this.context = context;
    this.settings = settings;
    this.phase = settings.phases().get(state.phase);
    this.state = state;
    this.dispatcher = dispatcher;
    this.checkpoints = checkpoints;
  }

  /** What computes, on what. */
  record ExecutionContext(Engine engine, NetworkPlan plan, Device device) {}

  /**
   * Validation data.
   *
   * @param inputs the images, at the same position as the training images
   * @param labels the label of each
   */
  @SuppressWarnings("ArrayRecordComponent") // made once for a phase, never compared
  record ValidationSet(Inputs inputs, int[] labels) {}

  static @Nullable String endOf(Phase phase, TrainingSettings settings, RunState state) {
    EarlyStopping early = settings.earlyStopping();
    if (early != null && state.epochsWithoutBest >= early.patience()) {
      return "early stopping: no better "
          + early.metric().title()
          + " in "
          + early.patience()
          + (early.patience() == 1 ? " epoch" : " epochs");
    }
    return state.epochsInPhase >= phase.epochs() ? "all epochs done" : null;
  }

  /**
   * Runs until the phase is over or a listener asks for the end.
   *
   * @return why the phase ended
   */
  String run(Inputs inputs, Objective objective, @Nullable ValidationSet validation) {
    NetworkPlan plan = context.plan();
    Segment segment = new Segment(inputs.position(), plan.logitsPosition());
    int updatesPerEpoch = EpochTrainer.updates(inputs.size(), settings);
    RateControl control = new RateControl(settings.schedule(), updatesPerEpoch, phase.epochs());
    if (state.scheduleState != null) {
      control.restore(JsonParser.parseString(state.scheduleState).getAsJsonObject());
    }
    try (TrainableNetwork network =
        context
            .engine()
            .openTrainable(
                plan,
                segment,
                phase.firstTrainableStage(plan.stages().size()),
                state.weights,
                settings.optimizer(),
                context.device())) {
      if (!state.optimizerState.isEmpty()) {
        network.restoreOptimizerState(state.optimizerState);
      }
      EpochTrainer trainer =
          new EpochTrainer(
              network,
              inputs,
              objective,
              settings,
              EpochTrainer.rates(settings, phase, plan.stages().size()),
              dispatcher);
      String end = endOf(phase, settings, state);
      while (end == null) {
        epoch(network, trainer, control, validation, inputs.size());
        end =
            dispatcher.isStopRequested() ? dispatcher.stopReason() : endOf(phase, settings, state);
      }
      return end;
    }
  }

  private void epoch(
      TrainableNetwork network,
      EpochTrainer trainer,
      RateControl control,
      @Nullable ValidationSet validation,
      int images) {
    int epoch = state.epoch() + 1;
    long start = System.nanoTime();
    dispatcher.dispatch(
        new TrainingEvent.EpochStarted(
            epoch,
            epoch - 1 - state.epochsInPhase + phase.epochs() + epochsOfLaterPhases(),
            EpochTrainer.batches(images, settings.batchSize())));
    EpochTrainer.Totals totals =
        trainer.run(epoch, state.updatesInPhase, control, checkpoints.last());
    if (totals.images() == 0) {
      return; // stopped before the first batch: there is no epoch to record
    }
    state.updatesInPhase += totals.updates();

    Map<String, Tensor> raw = network.trainableWeights();
    Map<String, Tensor> validated = raw;
    if (settings.movingAverage() > 0) {
      validated = network.averagedWeights();
      network.setTrainableWeights(validated);
    }
    ValidationFigures figures =
        validation == null
            ? null
            : ValidationFigures.measure(
                network, validation.inputs(), validation.labels(), settings.batchSize());
    if (validated != raw) {
      network.setTrainableWeights(raw);
    }
    if (figures != null && !Double.isFinite(figures.loss())) {
      throw new DivergedException(
          "the validation loss became " + figures.loss(),
          epoch,
          EpochTrainer.batches(images, settings.batchSize()),
          totals.learningRate(),
          checkpoints.last());
    }

    boolean complete = totals.images() == images;
    EpochResult result =
        new EpochResult(
            epoch,
            phase.name(),
            totals.loss(),
            totals.accuracy(),
            figures == null ? OptionalDouble.empty() : OptionalDouble.of(figures.loss()),
            figures == null ? OptionalDouble.empty() : OptionalDouble.of(figures.accuracy()),
            figures == null ? OptionalDouble.empty() : OptionalDouble.of(figures.top5Accuracy()),
            totals.learningRate(),
            Duration.ofNanos(System.nanoTime() - start),
            complete);
    state.add(result);
    control.epochFinished(result);
    state.scheduleState = control.state().toString();
    boolean best = state.choose(result, settings.earlyStopping(), merged(validated));
    state.weights = merged(raw);
    state.optimizerState = checkpoints.isOn() ? network.optimizerState() : ImmutableMap.of();
    if (complete) { // first of all: a listener may fail
      checkpoints.write(state, dispatcher);
    }
    dispatcher.dispatch(new TrainingEvent.EpochFinished(result, best));
  }

  private int epochsOfLaterPhases() {
    return settings.phases().subList(state.phase + 1, settings.phases().size()).stream()
        .mapToInt(Phase::epochs)
        .sum();
  }

  /** All tensors, with the trained ones in place of what the phase started from. */
  private ImmutableMap<String, Tensor> merged(Map<String, Tensor> trained) {
    Map<String, Tensor> all = new LinkedHashMap<>(state.weights);
    all.putAll(trained);
    return ImmutableMap.copyOf(all);
  }
}
