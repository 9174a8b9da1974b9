package dev.dogvision.train;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableMap;
import com.google.gson.JsonParser;
import dev.dogvision.data.Example;
import dev.dogvision.data.Labels;
import dev.dogvision.evaluate.Evaluation;
import dev.dogvision.internal.inputs.ExecutionContext;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The epochs of one phase: train, validate, choose, remember, stop. */
final class PhaseLoop {
  private final ExecutionContext context;
  private final TrainingSettings settings;
  private final Phase phase;
  private final int fixedRows;
  private final RunState state;
  private final EventDispatcher dispatcher;
  private final CheckpointSink checkpoints;

  PhaseLoop(
      ExecutionContext context,
      TrainingSettings settings,
      int fixedRows,
      RunState state,
      EventDispatcher dispatcher,
      CheckpointSink checkpoints) {
    this.context = context;
    this.fixedRows = fixedRows;
    this.settings = settings;
    this.phase = settings.phases().get(state.phase);
    this.state = state;
    this.dispatcher = dispatcher;
    this.checkpoints = checkpoints;
  }

  /**
   * Validation data.
   *
   * @param inputs the images, at the same position as the training images
   * @param images what they are
   * @param names the model's labels
   * @param unsureScore what tells how sure the model is of them
   */
  record ValidationSet(Inputs inputs, LabelledImages images, Labels names, Score unsureScore) {
    /** The predictions as figures, made when somebody asks. */
    Supplier<Evaluation> evaluation(ValidationFigures figures) {
      return Suppliers.memoize(
          () ->
              Evaluation.ofLogits(
                  names,
                  images.examples().stream().map(Example::id).toList(),
                  images.labels(),
                  figures.logits()));
    }
  }

  static @Nullable TrainingEnd endOf(Phase phase, TrainingSettings settings, RunState state) {
    EarlyStopping early = settings.earlyStopping();
    if (early != null && state.epochsWithoutImprovement >= early.patience()) {
      return new TrainingEnd.StoppedEarly(early.metric().name(), early.patience());
    }
    return state.epochsInPhase >= phase.epochs() ? new TrainingEnd.Finished() : null;
  }

  /**
   * Runs until the phase is over or a listener asks for the end.
   *
   * @return why the phase ended
   */
  TrainingEnd run(Inputs inputs, Objective objective, @Nullable ValidationSet validation) {
    NetworkPlan plan = context.plan();
    Segment segment = new Segment(inputs.position(), plan.logitsPosition());
    int updatesPerEpoch = EpochTrainer.updates(inputs.size(), settings);
    RateControl control =
        new RateControl(settings.rates().schedule(), updatesPerEpoch, phase.epochs());
    if (state.scheduleState != null) {
      control.restore(JsonParser.parseString(state.scheduleState).getAsJsonObject());
    }
    try (TrainableNetwork network = open(segment)) {
      if (!state.optimizerState.isEmpty()) {
        network.restoreOptimizerState(state.optimizerState);
      }
      DivergenceWatch watch = new DivergenceWatch(plan.classes(), state.divergence);
      EpochTrainer trainer =
          new EpochTrainer(
              network,
              inputs,
              objective,
              settings,
              EpochTrainer.rates(settings, phase, plan.stages().size()),
              dispatcher,
              watch);
      TrainingEnd end = endOf(phase, settings, state);
      while (end == null) {
        epoch(network, trainer, watch, control, validation, inputs.size());
        end =
            dispatcher.isStopRequested()
                ? dispatcher.requestedEnd()
                : endOf(phase, settings, state);
      }
      return end;
    }
  }

  private TrainableNetwork open(Segment segment) {
    TrainableNetwork network =
        context
            .engine()
            .openTrainable(
                context.plan(),
                segment,
                phase.firstTrainableStage(context.plan().stages().size()),
                state.weights,
                settings.updates().optimizer(),
                context.device());
    return fixedRows == 0 ? network : new FixedRows(network, fixedRows);
  }

  private void epoch(
      TrainableNetwork network,
      EpochTrainer trainer,
      DivergenceWatch watch,
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
    if (totals.images() == 0 || dispatcher.isInterrupted()) {
      return; // stopped before the first batch, or in a hurry: there is no epoch to record
    }

    Map<String, Tensor> raw = network.trainableWeights();
    Map<String, Tensor> validated = raw;
    if (settings.updates().movingAverage() > 0) {
      validated = network.averagedWeights();
      network.setTrainableWeights(validated);
    }
    ValidationFigures figures =
        validation == null
            ? null
            : ValidationFigures.measure(
                network,
                validation.inputs(),
                validation.images().labels(),
                settings.batchSize(),
                dispatcher::isInterrupted);
    if (validation != null && figures == null) {
      return;
    }
    if (validated != raw) {
      network.setTrainableWeights(raw);
    }
    if (figures != null && !Double.isFinite(figures.loss())) {
      throw new DivergedException(
          new TrainingEnd.Diverged(
              "the validation loss became " + figures.loss(),
              epoch,
              totals.batches(),
              totals.learningRate()),
          checkpoints.last());
    }

    boolean complete = totals.images() == images;
    EpochOutcome outcome =
        RecordedMetrics.measure(
            new EpochOutcome(
                epoch,
                phase.name(),
                totals.learningRate(),
                Duration.ofNanos(System.nanoTime() - start),
                complete,
                values(totals, figures),
                validation == null || figures == null ? null : validation.evaluation(figures)),
            settings.recorded(),
            validation != null);
    state.updatesInPhase += totals.updates();
    state.batches += totals.batches();
    state.divergence = watch.state();
    state.add(outcome);
    control.epochFinished(outcome);
    state.scheduleState = control.state().toString();
    boolean best =
        state.choose(
            outcome,
            settings.earlyStopping(),
            merged(validated),
            validation == null || figures == null
                ? null
                : UnsurePredictions.threshold(validation.unsureScore(), figures.logits()));
    state.weights = merged(raw);
    state.optimizerState = network.optimizerState();
    String away =
        best && endOf(phase, settings, state) != null ? watch.end(totals.lastLoss()) : null;
    if (away != null) {
      throw new DivergedException(
          new TrainingEnd.Diverged(away, epoch, totals.batches(), totals.learningRate()),
          checkpoints.last());
    }
    if (complete && !watch.isFarOff()) { // first of all: a listener may fail
      checkpoints.write(state, dispatcher);
    }
    dispatcher.dispatch(new TrainingEvent.EpochFinished(outcome, best));
  }

  private static Map<String, Double> values(
      EpochTrainer.Totals totals, @Nullable ValidationFigures figures) {
    ImmutableMap.Builder<String, Double> values = ImmutableMap.builder();
    values.put(Metric.TRAINING_LOSS.name(), totals.loss());
    values.put(Metric.TRAINING_ACCURACY.name(), totals.accuracy());
    if (figures != null) {
      values.put(Metric.VALIDATION_LOSS.name(), figures.loss());
      values.put(Metric.VALIDATION_ACCURACY.name(), figures.accuracy());
      values.put(Metric.VALIDATION_TOP5_ACCURACY.name(), figures.top5Accuracy());
    }
    return values.buildOrThrow();
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
