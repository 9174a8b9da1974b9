package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.data.Dataset;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code fit}: everything that a trainer was told, as it was then.
 *
 * @param start what to start from
 * @param settings what decides the outcome
 * @param teacher the teacher of a distillation, or null
 * @param resumed the run to go on with, or null for a new one
 * @param embeddingFolder where embeddings are kept, or null
 * @param checkpointFolder where checkpoints go, or null
 * @param checkpointsKept how many stay there
 * @param listeners are told what happens
 */
record TrainingSession(
    StartingPoint start,
    TrainingSettings settings,
    @Nullable TrainedModel teacher,
    @Nullable Checkpoint resumed,
    @Nullable Path embeddingFolder,
    @Nullable Path checkpointFolder,
    int checkpointsKept,
    List<TrainingListener> listeners) {

  TrainingSession {
    listeners = List.copyOf(listeners);
  }

  /**
   * Trains.
   *
   * @param memory what is computed of photographs; may be shared by several runs
   */
  TrainingRun fit(Dataset training, @Nullable Dataset validation, RunMemory memory) {
    if (validation == null) {
      checkValidationIsNotNeeded();
    }
    LabelledImages trainingImages = LabelledImages.of("training", training, start.labels());
    LabelledImages validationImages =
        validation == null ? null : LabelledImages.of("validation", validation, start.labels());
    if (resumed != null) {
      resumed.checkData(trainingImages, validationImages);
    }
    PhaseLoop.ExecutionContext context = context();
    CheckpointSink checkpoints = checkpoints(trainingImages, validationImages, context.engine());
    RunState state = resumed == null ? new RunState(start.weights()) : resumed.state();
    EventDispatcher dispatcher = new EventDispatcher(listeners);
    try {
      dispatcher.dispatch(
          new TrainingEvent.RunStarted(
              start.model(),
              training,
              Optional.ofNullable(validation),
              settings.phases(),
              settings.describe(),
              state.epoch() == 0 ? OptionalInt.empty() : OptionalInt.of(state.epoch())));
      if (resumed != null) {
        resumed
            .notices(context.engine())
            .forEach(notice -> dispatcher.dispatch(new TrainingEvent.Notice(notice)));
      }
      TrainingProcess process =
          process(context, trainingImages, validationImages, memory, checkpoints, dispatcher);
      String reason = process.run(state);
      TrainingRun run =
          TrainingRun.of(start, settings, state, reason, trainingImages, context, memory);
      dispatcher.dispatch(new TrainingEvent.RunFinished(run));
      return run;
    } catch (RuntimeException | Error e) {
      dispatcher.dispatchFailure(e);
      throw e;
    }
  }

  /** Tries the learning rates of the last phase. */
  LearningRateCurve findLearningRate(Dataset training, RateSearch search) {
    LabelledImages images = LabelledImages.of("training", training, start.labels());
    EventDispatcher dispatcher = new EventDispatcher(listeners);
    PhaseLoop.ExecutionContext context = context();
    RunState state = new RunState(start.weights());
    state.phase = settings.phases().size() - 1;
    RunMemory memory = new RunMemory(settings.cacheBytes());
    process(context, images, null, memory, CheckpointSink.NONE, dispatcher)
        .prepared(
            settings.phases().get(state.phase),
            state,
            (inputs, objective, validation) ->
                search.run(context, settings, state, inputs, objective));
    return search.curve();
  }

  private PhaseLoop.ExecutionContext context() {
    Engine engine = Engines.forTraining();
    return new PhaseLoop.ExecutionContext(
        engine, start.plan(), Engines.chooseDevice(engine, start.device()));
  }

  private TrainingProcess process(
      PhaseLoop.ExecutionContext context,
      LabelledImages training,
      @Nullable LabelledImages validation,
      RunMemory memory,
      CheckpointSink checkpoints,
      EventDispatcher dispatcher) {
    return new TrainingProcess(
        context,
        start,
        settings,
        training,
        validation,
        teacher == null
            ? null
            : new TrainingProcess.TeacherModel(teacher.plan(), teacher.weights()),
        new PhaseInputs(context, start, settings, dispatcher, embeddingFolder, memory),
        checkpoints,
        dispatcher);
  }

  private CheckpointSink checkpoints(
      LabelledImages training, @Nullable LabelledImages validation, Engine engine) {
    if (checkpointFolder == null) {
      return CheckpointSink.NONE;
    }
    return resumed != null
        ? CheckpointFolder.resume(checkpointFolder, resumed)
        : CheckpointFolder.create(
            checkpointFolder,
            checkpointsKept,
            new CheckpointFolder.Header(start, settings, teacher, training, validation, engine));
  }

  private void checkValidationIsNotNeeded() {
    EarlyStopping early = settings.earlyStopping();
    checkState(
        early == null || !early.metric().needsValidation(),
        "earlyStopping watches the %s, but fit was called without validation data: call"
            + " fit(training, validation), or watch Metric.TRAINING_LOSS",
        early == null ? "" : early.metric().title());
    if (settings.schedule() instanceof Schedule.ReduceOnPlateau plateau) {
      checkState(
          !plateau.metric().needsValidation(),
          "schedule watches the %s, but fit was called without validation data: call"
              + " fit(training, validation), or watch Metric.TRAINING_LOSS",
          plateau.metric().title());
    }
  }
}
