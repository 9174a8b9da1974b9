package dev.dogvision.djl;

import static com.google.common.base.Preconditions.checkArgument;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import dev.dogvision.Device;
import dev.dogvision.MismatchException;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A network whose weights are trained. Everything that is learned lives in the module. */
final class DjlTrainableNetwork extends OpenNetwork implements TrainableNetwork {
  /** The module's vectors, by their index there, and the prefixes of their names in a state. */
  private enum Vector {
    WEIGHTS(0, ""),
    FIRST_MOMENT(1, "first/"),
    SECOND_MOMENT(2, "second/"),
    AVERAGE(3, "average/");

    private final int index;
    private final String prefix;

    Vector(int index, String prefix) {
      this.index = index;
      this.prefix = prefix;
    }
  }

  private static final String UPDATES = "updates";

  /** As for inference, but small slices have a cost of their own: their gradients are added up. */
  private static final long TRAINING_BYTES = 40_000_000;

  private final ParameterLayout layout;
  private final int slice;
  private int updates;
  private boolean averaged;

  DjlTrainableNetwork(
      NetworkPlan plan,
      Segment segment,
      int firstTrainableStage,
      Map<String, Tensor> weights,
      Optimizer optimizer,
      Device device) {
    this(
        plan,
        segment,
        weights,
        optimizer,
        device,
        ParameterLayout.of(plan, segment, firstTrainableStage));
  }

  private DjlTrainableNetwork(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Optimizer optimizer,
      Device device,
      ParameterLayout layout) {
    super(
        plan,
        segment,
        device,
        CompiledModule.load(
            kernels -> TrainingGraph.compile(plan, segment, weights, layout, optimizer, kernels),
            device,
            Precision.FLOAT32,
            /* trains= */ true));
    this.slice = slice(plan, segment, device, TRAINING_BYTES);
    this.layout = layout;
  }

  @Override
  public ActivationBatch forward(Batch batch) {
    return infer("logits", batch);
  }

  @Override
  public StepResult accumulate(Batch batch, Targets targets, double scale) {
    checkBatch(batch);
    checkArgument(
        targets.size() == batch.size() && targets.classes() == plan().classes(),
        "the batch needs targets for %s images of %s classes, got %s of %s",
        batch.size(),
        plan().classes(),
        targets.size(),
        targets.classes());
    return whileOpen(
        () -> {
          float[] logits = new float[targets.probabilities().length];
          double loss = 0;
          int count;
          for (int first = 0; first < batch.size(); first += count) {
            count = Math.min(slice, batch.size() - first);
            loss += step(batch, targets, scale, first, count, logits);
          }
          return new StepResult(loss, logits);
        });
  }

  /** Goes forward and backward with some images of a batch; returns the loss. */
  private double step(
      Batch batch, Targets targets, double scale, int first, int count, float[] logits) {
    int classes = plan().classes();
    int offset = first * classes;
    try (CompiledModule.Call call = module().call()) {
      NDArray input = call.images(batch, first, count, inputShape());
      NDArray probabilities = call.floats(targets.probabilities(), offset, count, classes);
      NDArray weights = call.floats(targets.weights(), first, count);
      Targets.Teacher teacher = targets.teacher();
      // The graph takes a teacher always, and passes over one without a share.
      NDArray teacherLogits =
          teacher == null ? probabilities : call.floats(teacher.logits(), offset, count, classes);
      double[] numbers = {
        scale, teacher == null ? 1 : teacher.temperature(), teacher == null ? 0 : teacher.share()
      };
      NDList results =
          call.run("accumulate", numbers, input, probabilities, weights, teacherLogits);
      CompiledModule.copy(results.get(1), logits, offset);
      return results.get(0).toDoubleArray()[0];
    }
  }

  @Override
  public double update(UpdateRule rule) {
    int stages = plan().stages().size();
    checkArgument(
        rule.stageLearningRates().size() == stages,
        "stageLearningRates needs one rate for each of the plan's %s stages, got %s",
        stages,
        rule.stageLearningRates().size());
    double[] rates =
        layout.groups().stream()
            .mapToDouble(
                group ->
                    group.stage() < stages
                        ? rule.stageLearningRates().get(group.stage())
                        : rule.headLearningRate())
            .toArray();
    boolean averages = rule.movingAverageDecay() > 0;
    double[] numbers = {
      rule.weightDecay(),
      rule.maximumGradientNorm(),
      rule.movingAverageDecay(),
      averages && !averaged ? 1 : 0,
      updates + 1.0
    };
    return whileOpen(
        () -> {
          double norm;
          try (CompiledModule.Call call = module().call()) {
            norm = call.compute("update", rates, numbers);
          }
          if (Double.isFinite(norm)) {
            updates++;
            averaged |= averages;
          }
          return norm;
        });
  }

  @Override
  public Map<String, Tensor> trainableWeights() {
    return whileOpen(() -> layout.unflatten(get(Vector.WEIGHTS)));
  }

  @Override
  public Map<String, Tensor> averagedWeights() {
    return whileOpen(() -> layout.unflatten(get(averaged ? Vector.AVERAGE : Vector.WEIGHTS)));
  }

  @Override
  public void setTrainableWeights(Map<String, Tensor> weights) {
    float[] flat = layout.flatten(weights);
    whileOpen(
        () -> {
          try (CompiledModule.Call call = module().call()) {
            call.put(Vector.WEIGHTS.index, flat);
          }
          return null;
        });
  }

  @Override
  public Map<String, Tensor> optimizerState() {
    return whileOpen(
        () -> {
          Map<String, Tensor> state = new LinkedHashMap<>();
          // Exact in a float up to 2^24 updates.
          state.put(UPDATES, Tensor.of(new float[] {updates}, 1));
          for (Vector vector : List.of(Vector.FIRST_MOMENT, Vector.SECOND_MOMENT, Vector.AVERAGE)) {
            if (vector != Vector.AVERAGE || averaged) {
              layout
                  .unflatten(get(vector))
                  .forEach((name, tensor) -> state.put(vector.prefix + name, tensor));
            }
          }
          return state;
        });
  }

  @Override
  public void restoreOptimizerState(Map<String, Tensor> state) {
    float count = Tensor.required(state, UPDATES, List.of(1)).values()[0];
    if (!(count >= 0 && count == Math.rint(count) && count < 1 << 24)) {
      throw new MismatchException(
          UPDATES,
          String.format(
              Locale.ROOT,
              "the optimiser's state is damaged: \"%s\" holds %s, not a count",
              UPDATES,
              count));
    }
    boolean hasAverage =
        state.keySet().stream().anyMatch(name -> name.startsWith(Vector.AVERAGE.prefix));
    float[] first = layout.flatten(state, Vector.FIRST_MOMENT.prefix);
    float[] second = layout.flatten(state, Vector.SECOND_MOMENT.prefix);
    float[] average = hasAverage ? layout.flatten(state, Vector.AVERAGE.prefix) : new float[0];
    whileOpen(
        () -> {
          try (CompiledModule.Call call = module().call()) {
            call.put(Vector.FIRST_MOMENT.index, first);
            call.put(Vector.SECOND_MOMENT.index, second);
            if (hasAverage) {
              call.put(Vector.AVERAGE.index, average);
            }
            call.run("clear");
          }
          averaged = hasAverage;
          updates = (int) count;
          return null;
        });
  }

  private float[] get(Vector vector) {
    try (CompiledModule.Call call = module().call()) {
      return call.get(vector.index);
    }
  }
}
