package dev.dogvision.train;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.Precision;
import dev.dogvision.image.Augmentation;
import dev.dogvision.image.BatchMixing;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.internal.inputs.ExecutionContext;
import dev.dogvision.internal.inputs.Inputs;
import dev.dogvision.internal.inputs.Seeds;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A whole run: one phase after the other, on data that has been checked. */
final class TrainingProcess {
  private final ExecutionContext context;
  private final StartingPoint start;
  private final TrainingSettings settings;
  private final LabelledImages training;
  private final @Nullable LabelledImages validation;
  private final List<TeacherModel> teachers;
  private final PhaseInputs phaseInputs;
  private final CheckpointSink checkpoints;
  private final EventDispatcher dispatcher;

  /**
   * The teacher of a distillation.
   *
   * @param plan its network
   * @param preprocessing what makes photographs fit it, where it is asked once about each
   * @param weights its weights
   */
  record TeacherModel(NetworkPlan plan, Preprocessing preprocessing, Map<String, Tensor> weights) {}

  TrainingProcess(
      ExecutionContext context,
      StartingPoint start,
      TrainingSettings settings,
      LabelledImages training,
      @Nullable LabelledImages validation,
      List<TeacherModel> teachers,
      PhaseInputs phaseInputs,
      CheckpointSink checkpoints,
      EventDispatcher dispatcher) {
    this.context = context;
    this.start = start;
    this.settings = settings;
    this.training = training;
    this.validation = validation;
    this.teachers = teachers;
    this.phaseInputs = phaseInputs;
    this.checkpoints = checkpoints;
    this.dispatcher = dispatcher;
  }

  /**
   * Trains until the last phase is over or a listener asks for the end.
   *
   * @param state where the run stands; changed
   * @return why it ended
   */
  TrainingEnd run(RunState state) {
    while (true) {
      Phase phase = settings.phases().get(state.phase);
      TrainingEnd end = PhaseLoop.endOf(phase, settings, state);
      if (end == null) {
        dispatcher.dispatch(new TrainingEvent.PhaseStarted(phase, state.phase));
        end = dispatcher.isStopRequested() ? dispatcher.requestedEnd() : train(phase, state);
      }
      if (dispatcher.isStopRequested() || state.phase == settings.phases().size() - 1) {
        return end;
      }
      state.nextPhase();
    }
  }

  /** What is done with the data of a phase. */
  @FunctionalInterface
  interface Work {
    /**
     * Works.
     *
     * @return why it ended
     */
    TrainingEnd run(
        Inputs training, Objective objective, PhaseLoop.@Nullable ValidationSet validationSet);
  }

  private TrainingEnd train(Phase phase, RunState state) {
    PhaseLoop loop =
        new PhaseLoop(context, settings, start.fixedRows(), state, dispatcher, checkpoints);
    return prepared(phase, state, loop::run);
  }

  /**
   * Prepares the data of a phase and works with it.
   *
   * @return why it ended
   */
  @CanIgnoreReturnValue
  TrainingEnd prepared(Phase phase, RunState state, Work work) {
    PhaseInputs.Prepared inputs = phaseInputs.prepare(phase, state, training, validation);
    if (inputs == null) {
      return dispatcher.requestedEnd();
    }
    Augmentation augmentation = PhaseInputs.augmentation(settings, phase);
    if (teachers.isEmpty()) {
      return run(inputs, work, augmentation, null);
    }
    if (augmentation.isNone()) {
      float[][] logits = rememberedLogits();
      return logits == null
          ? dispatcher.requestedEnd()
          : run(inputs, work, augmentation, Teacher.remembered(logits));
    }
    return watching(
        List.of(), networks -> run(inputs, work, augmentation, Teacher.watching(networks)));
  }

  /** What the teachers say together of photographs that nothing happens to; null if ended. */
  private float @Nullable [][] rememberedLogits() {
    List<float[][]> answers = new ArrayList<>();
    for (TeacherModel teacher : teachers) {
      float[][] logits = phaseInputs.teacherLogits(teacher, training);
      if (logits == null) {
        return null;
      }
      answers.add(logits);
    }
    float[][] together = new float[answers.get(0).length][];
    for (int row = 0; row < together.length; row++) {
      int image = row;
      together[row] = Teacher.mean(answers.stream().map(logits -> logits[image]).toList());
    }
    return together;
  }

  /** Opens the teachers' networks one after the other, and closes all of them whatever happens. */
  private TrainingEnd watching(List<Network> open, Function<List<Network>, TrainingEnd> work) {
    if (open.size() == teachers.size()) {
      return work.apply(open);
    }
    TeacherModel next = teachers.get(open.size());
    try (Network network =
        context
            .engine()
            .open(
                next.plan(),
                next.plan().whole(),
                next.weights(),
                context.device(),
                Precision.FLOAT32)) {
      return watching(ImmutableList.<Network>builder().addAll(open).add(network).build(), work);
    }
  }

  private TrainingEnd run(
      PhaseInputs.Prepared inputs,
      Work work,
      Augmentation augmentation,
      Teacher.@Nullable Source source) {
    TrainingSettings.Distillation distillation = settings.loss().distillation();
    RememberedBreeds remembered =
        start
            .model()
            .remembered()
            .map(statistics -> new RememberedBreeds(statistics, training.labels()))
            .orElse(null);
    int[] labels = remembered == null ? training.labels() : remembered.labels();
    Objective objective =
        new Objective(
            labels,
            settings.loss().classWeights().of(start.labels(), labels),
            settings.loss().labelSmoothing(),
            mixer(augmentation),
            source == null || distillation == null
                ? null
                : new Teacher(source, distillation.temperature(), distillation.share()));
    Inputs validationInputs = inputs.validation();
    return work.run(
        remembered == null
            ? inputs.training()
            : remembered.inputs(inputs.training(), settings.seed()),
        objective,
        validation == null || validationInputs == null
            ? null
            : new PhaseLoop.ValidationSet(
                validationInputs, validation, start.labels(), start.unsureScore()));
  }

  private Objective.@Nullable Mixer mixer(Augmentation augmentation) {
    BatchMixing mixing = BatchMixing.of(augmentation);
    if (mixing.isNone()) {
      return null;
    }
    return (batch, targets, epoch, batchIndex) -> {
      long seed =
          Seeds.derive(settings.seed(), Seeds.Purpose.MIXING, ((long) epoch << 24) + batchIndex);
      BatchMixing.Mixed mixed = mixing.apply((PixelBatch) batch, targets, seed);
      return new Objective.Mixed(mixed.pixels(), mixed.targets());
    };
  }
}
