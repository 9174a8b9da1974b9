package dev.dogvision.train;

import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.DogVisionException;
import dev.dogvision.data.Dataset;
import dev.dogvision.internal.inputs.ExecutionContext;
import dev.dogvision.internal.inputs.RunMemory;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One call of {@code fit}: everything that a trainer was told, as it was then.
 *
 * @param start what to start from
 * @param settings what decides the outcome
 * @param teachers those of a distillation; none without
 * @param resumed the run to go on with, or null for a new one
 * @param embeddingFolder where embeddings are kept, or null
 * @param checkpointFolder where checkpoints go, or null
 * @param checkpointsKept how many stay there
 * @param furtherEpochs how many epochs a resumed run gets besides those it has; 0 for what is left
 *     of it
 * @param notDogs photographs of other things, or null
 * @param listeners are told what happens; new ones for every run
 */
record TrainingSession(
    StartingPoint start,
    TrainingSettings settings,
    List<TrainedModel> teachers,
    @Nullable Checkpoint resumed,
    @Nullable Path embeddingFolder,
    @Nullable Path checkpointFolder,
    int checkpointsKept,
    int furtherEpochs,
    @Nullable Dataset notDogs,
    List<Supplier<TrainingListener>> listeners) {
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss-SSS", Locale.ROOT);

  TrainingSession {
    teachers = List.copyOf(teachers);
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
    settings.checkMetricsAreThere();
    EventDispatcher dispatcher = dispatcher();
    try {
      // Asked first: what reads files on this thread is not to find it interrupted.
      boolean unused = dispatcher.isStopRequested();
      LabelledImages trainingImages = LabelledImages.of("training", training, start.labels());
      LabelledImages validationImages =
          validation == null ? null : LabelledImages.of("validation", validation, start.labels());
      if (resumed != null) {
        resumed.checkData(trainingImages, validationImages);
      }
      RunState state = resumed == null ? new RunState(newName(), start.weights()) : resumed.state();
      TrainingSession extended = furtherEpochs == 0 ? this : extended(state, furtherEpochs);
      return extended.train(trainingImages, validationImages, memory, state, dispatcher);
    } finally {
      dispatcher.restoreInterruption();
    }
  }

  /** Trains on from where a run stands. */
  TrainingRun goOn(TrainingRun.Origin origin, int epochs, RunMemory memory) {
    EventDispatcher dispatcher = dispatcher();
    try {
      boolean unused = dispatcher.isStopRequested();
      Dataset validation = origin.validation();
      RunState state = origin.state().copy();
      return extended(state, epochs)
          .train(
              LabelledImages.of("training", origin.training(), start.labels()),
              validation == null
                  ? null
                  : LabelledImages.of("validation", validation, start.labels()),
              memory,
              state,
              dispatcher);
    } finally {
      dispatcher.restoreInterruption();
    }
  }

  private TrainingSession extended(RunState state, int epochs) {
    EarlyStopping early = settings.earlyStopping();
    if (early != null && state.epochsWithoutImprovement >= early.patience()) {
      state.epochsWithoutImprovement = 0;
    }
    return new TrainingSession(
        start,
        settings.extended(state, epochs),
        teachers,
        resumed,
        embeddingFolder,
        checkpointFolder,
        checkpointsKept,
        0,
        notDogs,
        listeners);
  }

  private TrainingRun train(
      LabelledImages training,
      @Nullable LabelledImages validation,
      RunMemory memory,
      RunState state,
      EventDispatcher dispatcher) {
    ExecutionContext context = context();
    CheckpointSink checkpoints = checkpoints(training, validation, state, context.engine());
    Dataset validationData = validation == null ? null : validation.dataset();
    try {
      dispatcher.dispatch(
          new TrainingEvent.RunStarted(
              state.runName,
              start.model(),
              training.dataset(),
              Optional.ofNullable(validationData),
              settings.phases(),
              settings.describe(),
              settings.recorded().stream()
                  .filter(metric -> validation != null || !metric.needsValidation())
                  .toList(),
              state.epoch() == 0 ? OptionalInt.empty() : OptionalInt.of(state.epoch()),
              state.batches));
      PhaseInputs inputs =
          new PhaseInputs(context, start, settings, dispatcher, embeddingFolder, memory);
      TrainingProcess process =
          process(context, training, validation, inputs, checkpoints, dispatcher);
      TrainingEnd end;
      try {
        tell(training, validation, context, dispatcher);
        end = process.run(state);
      } catch (RuntimeException e) {
        if (!dispatcher.isInterruption(e)) {
          throw e;
        }
        end = new TrainingEnd.Interrupted();
      }
      TrainingRun run =
          TrainingRun.of(
              new TrainingRun.Origin(this, state, training.dataset(), validationData),
              end,
              context,
              memory,
              inputs.statistics());
      if (notDogs != null && validationData != null && run.chosenEpoch() > 0) {
        run = tried(run, notDogs, validationData, dispatcher);
      }
      dispatcher.dispatch(new TrainingEvent.RunFinished(run));
      return run;
    } catch (RuntimeException | Error e) {
      dispatcher.dispatchFailure(e);
      throw e;
    }
  }

  /** Tells what is worth knowing of the data and of the run that is taken up. */
  private void tell(
      LabelledImages training,
      @Nullable LabelledImages validation,
      ExecutionContext context,
      EventDispatcher dispatcher) {
    List<String> notices = new ArrayList<>(training.notices());
    if (validation != null) {
      notices.addAll(validation.notices());
    }
    notices.addAll(
        DataNotices.of(
            start.model(), training.dataset(), validation == null ? null : validation.dataset()));
    if (resumed != null) {
      notices.addAll(resumed.notices(context.engine()));
    }
    notices.forEach(notice -> dispatcher.dispatch(new TrainingEvent.Notice(notice)));
  }

  /** The run with its threshold tried on other things, unless an interruption comes first. */
  private static TrainingRun tried(
      TrainingRun run, Dataset others, Dataset validation, EventDispatcher dispatcher) {
    if (run.end() instanceof TrainingEnd.Interrupted) {
      return run;
    }
    try {
      return run.triedOn(others, validation);
    } catch (RuntimeException e) {
      if (!dispatcher.isInterruption(e)) {
        throw e;
      }
      return run;
    }
  }

  private EventDispatcher dispatcher() {
    return new EventDispatcher(listeners.stream().map(Supplier::get).toList());
  }

  private static String newName() {
    return NAME.format(LocalDateTime.now(ZoneId.systemDefault()));
  }

  /** Tries the learning rates of the last phase. */
  LearningRateCurve findLearningRate(Dataset training, RateSearch search) {
    LabelledImages images = LabelledImages.of("training", training, start.labels());
    EventDispatcher dispatcher = dispatcher();
    ExecutionContext context = context();
    RunState state = new RunState(newName(), start.weights());
    state.phase = settings.phases().size() - 1;
    RunMemory memory = new RunMemory(settings.cacheBytes());
    try {
      TrainingEnd end =
          process(
                  context,
                  images,
                  null,
                  new PhaseInputs(context, start, settings, dispatcher, embeddingFolder, memory),
                  CheckpointSink.NONE,
                  dispatcher)
              .prepared(
                  settings.phases().get(state.phase),
                  state,
                  (inputs, objective, validation) ->
                      search.run(context, settings, state, inputs, objective));
      if (end instanceof TrainingEnd.Interrupted) {
        throw new DogVisionException(
            String.format(
                Locale.ROOT,
                "the search for a learning rate was interrupted after %d of %d steps",
                search.tried(),
                search.steps()));
      }
      return search.curve();
    } finally {
      dispatcher.restoreInterruption();
    }
  }

  private ExecutionContext context() {
    Engine engine = Engines.forTraining(start.plan());
    return new ExecutionContext(engine, start.plan(), Engines.chooseDevice(engine, start.device()));
  }

  private TrainingProcess process(
      ExecutionContext context,
      LabelledImages training,
      @Nullable LabelledImages validation,
      PhaseInputs inputs,
      CheckpointSink checkpoints,
      EventDispatcher dispatcher) {
    return new TrainingProcess(
        context,
        start,
        settings,
        training,
        validation,
        teachers.stream()
            .map(
                teacher ->
                    new TrainingProcess.TeacherModel(
                        teacher.plan(), teacher.preprocessing(), teacher.weights()))
            .toList(),
        inputs,
        checkpoints,
        dispatcher);
  }

  private CheckpointSink checkpoints(
      LabelledImages training, @Nullable LabelledImages validation, RunState state, Engine engine) {
    if (checkpointFolder == null) {
      return CheckpointSink.NONE;
    }
    CheckpointFolder.Header header =
        new CheckpointFolder.Header(
            state.runName, start, settings, teachers, training, validation, engine);
    boolean begun = state.epoch() > 0 || resumed != null;
    return begun && CheckpointFolder.holdsRun(checkpointFolder)
        ? CheckpointFolder.goOn(checkpointFolder, checkpointsKept, header, state)
        : CheckpointFolder.create(checkpointFolder, checkpointsKept, header);
  }

  private void checkValidationIsNotNeeded() {
    checkState(
        notDogs == null,
        "notDogs needs validation data, to compare them with, but fit was called without: call"
            + " fit(training, validation)");
    EarlyStopping early = settings.earlyStopping();
    checkState(
        early == null || !early.metric().needsValidation(),
        "earlyStopping watches the %s, but fit was called without validation data: call"
            + " fit(training, validation), or watch Metric.TRAINING_LOSS",
        early == null ? "" : early.metric().name());
    if (settings.rates().schedule() instanceof Schedule.ReduceOnPlateau plateau) {
      checkState(
          !plateau.metric().needsValidation(),
          "schedule watches the %s, but fit was called without validation data: call"
              + " fit(training, validation), or watch Metric.TRAINING_LOSS",
          plateau.metric().name());
    }
  }
}
