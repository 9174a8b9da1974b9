package dev.dogvision.train;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.Optimizer;
import dev.dogvision.image.Augmentation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * All that decides what a run computes, besides the model and the data.
 *
 * @param phases at least one
 * @param batchSize images a step
 * @param seed of everything random
 * @param updates how weights change
 * @param rates how fast
 * @param loss what they are trained for
 * @param earlyStopping null for none
 * @param metrics what is recorded besides the standard metrics and those that decide something
 * @param augmentation null for the default: none for a frozen backbone, light for any other
 * @param cacheBytes how much memory activations may take
 */
record TrainingSettings(
    List<Phase> phases,
    int batchSize,
    long seed,
    Updates updates,
    LearningRates rates,
    Loss loss,
    @Nullable EarlyStopping earlyStopping,
    List<Metric> metrics,
    @Nullable Augmentation augmentation,
    long cacheBytes) {

  /** The backbone's learning rate as a share of the head's, where none is set. */
  static final double BACKBONE_SHARE = 0.1;

  /**
   * How weights change.
   *
   * @param optimizer the rule
   * @param accumulate batches an update
   * @param weightDecay decoupled from the gradients
   * @param gradientClipping the largest norm of all gradients, infinite for no clipping
   * @param movingAverage decay of the weights' moving average, 0 for none
   */
  record Updates(
      Optimizer optimizer,
      int accumulate,
      double weightDecay,
      double gradientClipping,
      double movingAverage) {}

  /**
   * Learning rates, besides the head's, which the phases have.
   *
   * @param backbone the last stage's where a phase names none; empty for a share of the head's
   * @param stageDecay what a stage's rate is multiplied by for the stage before it
   * @param schedule of all rates, in each phase
   */
  record LearningRates(OptionalDouble backbone, double stageDecay, Schedule schedule) {}

  /**
   * What the weights are trained for.
   *
   * @param labelSmoothing the share of the targets that is spread over all classes
   * @param classWeights how classes count
   * @param distillation null for none
   */
  record Loss(
      double labelSmoothing, ClassWeights classWeights, @Nullable Distillation distillation) {}

  /**
   * How a teacher's word counts.
   *
   * @param temperature softens teacher and student alike
   * @param share the weight of the teacher's part of the loss
   */
  record Distillation(double temperature, double share) {}

  TrainingSettings {
    phases = List.copyOf(phases);
    metrics = List.copyOf(metrics);
  }

  int totalEpochs() {
    return phases.stream().mapToInt(Phase::epochs).sum();
  }

  /** Every metric of an epoch, each once. */
  List<Metric> recorded() {
    RecordedMetrics recorded = new RecordedMetrics();
    if (earlyStopping != null) {
      recorded.add(earlyStopping.metric());
    }
    if (rates.schedule() instanceof Schedule.ReduceOnPlateau plateau) {
      recorded.add(plateau.metric());
    }
    metrics.forEach(recorded::add);
    return recorded.all();
  }

  /**
   * Checks that what a checkpoint knows by name only was given again.
   *
   * @throws IllegalStateException if a metric was not
   */
  void checkMetricsAreThere() {
    for (Metric metric : recorded()) {
      if (metric instanceof AbsentMetric absent) {
        throw new IllegalStateException(absent.message());
      }
    }
  }

  /** The same with metrics that were given again, and further ones. */
  TrainingSettings withMetrics(List<Metric> given) {
    Map<String, Metric> again = new LinkedHashMap<>();
    given.forEach(metric -> again.put(metric.name(), metric));
    List<Metric> all = new ArrayList<>();
    metrics.forEach(metric -> all.add(RecordedMetrics.given(metric, again)));
    List<String> known = recorded().stream().map(Metric::name).toList();
    given.stream().filter(metric -> !known.contains(metric.name())).forEach(all::add);
    return with(
        phases,
        rates.schedule() instanceof Schedule.ReduceOnPlateau plateau
            ? new Schedule.ReduceOnPlateau(
                RecordedMetrics.given(plateau.metric(), again),
                plateau.factor(),
                plateau.patience(),
                plateau.minimumFactor())
            : rates.schedule(),
        earlyStopping == null
            ? null
            : new EarlyStopping(
                RecordedMetrics.given(earlyStopping.metric(), again),
                earlyStopping.patience(),
                earlyStopping.minimumDelta()),
        all);
  }

  /** The same for a run that goes on: the last phase gets further epochs. */
  TrainingSettings extended(RunState state, int further) {
    List<Phase> longer = new ArrayList<>(phases);
    int last = phases.size() - 1;
    Phase phase = phases.get(last);
    longer.set(
        last,
        phase.withEpochs((state.phase == last ? state.epochsInPhase : phase.epochs()) + further));
    return with(longer, rates.schedule(), earlyStopping, metrics);
  }

  private TrainingSettings with(
      List<Phase> otherPhases,
      Schedule otherSchedule,
      @Nullable EarlyStopping otherEarlyStopping,
      List<Metric> otherMetrics) {
    return new TrainingSettings(
        otherPhases,
        batchSize,
        seed,
        updates,
        new LearningRates(rates.backbone(), rates.stageDecay(), otherSchedule),
        loss,
        otherEarlyStopping,
        otherMetrics,
        augmentation,
        cacheBytes);
  }

  /**
   * The moving average's decay at an update. A short history is averaged with a smaller decay, so
   * that the average does not cling to the start: {@code min(decay, (1 + t) / (10 + t))}.
   *
   * @param update which update of the phase, from 0
   */
  double movingAverageDecayAt(long update) {
    return Math.min(updates.movingAverage(), (1.0 + update) / (10.0 + update));
  }

  Augmentation augmentationFor(boolean frozen) {
    if (augmentation != null) {
      return augmentation;
    }
    return frozen ? Augmentation.none() : Augmentation.light();
  }

  /** Every setting by name, for people. */
  Map<String, String> describe() {
    ImmutableMap.Builder<String, String> text = ImmutableMap.builder();
    text.put("phases", eachPhase(this::text));
    text.put("learningRate", eachPhase(phase -> String.valueOf(phase.learningRate())));
    text.put("batchSize", String.valueOf(batchSize));
    text.put("accumulate", String.valueOf(updates.accumulate()));
    text.put("seed", String.valueOf(seed));
    text.put("optimizer", updates.optimizer().toString());
    text.put("stageDecay", String.valueOf(rates.stageDecay()));
    text.put("weightDecay", String.valueOf(updates.weightDecay()));
    text.put(
        "gradientClipping",
        Double.isInfinite(updates.gradientClipping())
            ? "none"
            : String.valueOf(updates.gradientClipping()));
    text.put(
        "movingAverage",
        updates.movingAverage() == 0 ? "none" : String.valueOf(updates.movingAverage()));
    text.put("schedule", rates.schedule().toString());
    text.put("earlyStopping", earlyStopping == null ? "none" : earlyStopping.toString());
    text.put(
        "metrics",
        metrics.isEmpty()
            ? "none"
            : metrics.stream().map(Metric::name).collect(Collectors.joining("; ")));
    text.put(
        "augmentation",
        augmentation == null ? "none for the head, light otherwise" : augmentation.toString());
    text.put("labelSmoothing", String.valueOf(loss.labelSmoothing()));
    text.put("classWeights", loss.classWeights().toString());
    text.put("distillation", loss.distillation() == null ? "none" : loss.distillation().toString());
    return text.buildOrThrow();
  }

  private String eachPhase(Function<Phase, String> text) {
    return phases.stream().map(text).collect(Collectors.joining("; "));
  }

  private String text(Phase phase) {
    return phase.name()
        + ", "
        + phase.epochs()
        + " epochs at "
        + phase.learningRate()
        + (phase.stages() > 0 ? ", the backbone at " + backboneLearningRate(phase) : "");
  }

  /** The last stage's learning rate in a phase, before the schedule. */
  double backboneLearningRate(Phase phase) {
    return phase
        .backboneLearningRate()
        .orElse(rates.backbone().orElse(phase.learningRate() * BACKBONE_SHARE));
  }
}
