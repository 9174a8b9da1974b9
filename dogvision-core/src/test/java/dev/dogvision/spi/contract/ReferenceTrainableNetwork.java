package dev.dogvision.spi.contract;

import static com.google.common.base.Preconditions.checkArgument;

import dev.dogvision.MismatchException;
import dev.dogvision.Optimizer;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Backward passes and updates by the book. */
final class ReferenceTrainableNetwork extends ReferenceNetwork implements TrainableNetwork {
  private static final String UPDATES = "updates";
  private static final String FIRST = "first/";
  private static final String SECOND = "second/";
  private static final String AVERAGE = "average/";

  private final int firstTrainableStage;
  private final Optimizer optimizer;
  private final List<Parameter> parameters = new ArrayList<>();
  private final Map<String, double[]> gradients = new LinkedHashMap<>();
  private final Map<String, float[]> firstMoments = new LinkedHashMap<>();
  private final Map<String, float[]> secondMoments = new LinkedHashMap<>();
  private @Nullable Map<String, float[]> averages;
  private int updates;

  /** A trainable tensor; the head's has a stage of -1. */
  private record Parameter(String name, List<Integer> shape, int stage) {
    boolean decays() {
      return !name.endsWith(".bias");
    }
  }

  /** A convolution's input and output, kept for the backward pass. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Pass(Convolution convolution, int side, double[] input, double[] output) {}

  ReferenceTrainableNetwork(
      NetworkPlan plan,
      Segment segment,
      int firstTrainableStage,
      Map<String, float[]> weights,
      Optimizer optimizer) {
    super(plan, segment, weights);
    this.firstTrainableStage = firstTrainableStage;
    this.optimizer = optimizer;
    for (int i = firstTrainableStage; i < plan.stages().size(); i++) {
      int stage = i;
      plan.tensorShapes(new Segment(i, i + 1))
          .forEach((name, shape) -> parameters.add(new Parameter(name, shape, stage)));
    }
    plan.tensorShapes(new Segment(plan.embeddingPosition(), plan.logitsPosition()))
        .forEach((name, shape) -> parameters.add(new Parameter(name, shape, -1)));
    for (Parameter parameter : parameters) {
      int size = weights.get(parameter.name()).length;
      gradients.put(parameter.name(), new double[size]);
      if (!(optimizer instanceof Optimizer.Sgd sgd) || sgd.momentum() > 0) {
        firstMoments.put(parameter.name(), new float[size]);
      }
      if (!(optimizer instanceof Optimizer.Sgd)) {
        secondMoments.put(parameter.name(), new float[size]);
      }
    }
  }

  @Override
  public StepResult accumulate(Batch batch, Targets targets, double scale) {
    checkOpen();
    checkBatch(batch);
    checkArgument(
        targets.size() == batch.size() && targets.classes() == plan.classes(),
        "the batch needs targets for %s images of %s classes, got %s of %s",
        batch.size(),
        plan.classes(),
        targets.size(),
        targets.classes());
    float[] allLogits = new float[batch.size() * plan.classes()];
    double loss = 0;
    for (int n = 0; n < batch.size(); n++) {
      Deque<Pass> passes = new ArrayDeque<>();
      double[] embedding = embed(image(batch, n), passes);
      double[] logits = head(embedding);
      for (int k = 0; k < logits.length; k++) {
        allLogits[n * logits.length + k] = (float) logits[k];
      }
      double[] gradient = new double[logits.length];
      loss += loss(logits, targets, n, gradient);
      for (int k = 0; k < gradient.length; k++) {
        gradient[k] *= scale;
      }
      backward(embedding, passes, gradient);
    }
    return new StepResult(loss, allLogits);
  }

  private double[] embed(double[] start, Deque<Pass> passes) {
    double[] values = start;
    for (int i = segment.from(); i < plan.stages().size(); i++) {
      Stage stage = plan.stages().get(i);
      int side = plan.shapeAt(i)[0];
      double[] input = values;
      for (Convolution convolution : stage.convolutions()) {
        double[] output = convolve(convolution, side, values);
        if (i >= firstTrainableStage) {
          passes.push(new Pass(convolution, side, values, output));
        }
        side = convolution.outputSize(side);
        values = output;
      }
      if (stage.residual()) {
        values = sum(input, values);
      }
    }
    return segment.from() <= plan.featureMapPosition() ? mean(values) : values;
  }

  /** An image's loss; its gradient by the logits is added to {@code gradient}. */
  private static double loss(double[] logits, Targets targets, int image, double[] gradient) {
    int classes = logits.length;
    int offset = image * classes;
    double weight = targets.weights()[image];
    Targets.Teacher teacher = targets.teacher();
    double share = teacher == null ? 0 : teacher.share();
    double[] logSoftmax = logSoftmax(logits, 1);
    double mass = 0;
    double crossEntropy = 0;
    for (int k = 0; k < classes; k++) {
      double p = targets.probabilities()[offset + k];
      mass += p;
      crossEntropy -= p * logSoftmax[k];
    }
    for (int k = 0; k < classes; k++) {
      double p = targets.probabilities()[offset + k];
      gradient[k] += weight * (1 - share) * (mass * Math.exp(logSoftmax[k]) - p);
    }
    double divergence = 0;
    if (teacher != null) {
      double temperature = teacher.temperature();
      double[] teacherLogits = new double[classes];
      for (int k = 0; k < classes; k++) {
        teacherLogits[k] = teacher.logits()[offset + k];
      }
      double[] soft = logSoftmax(logits, temperature);
      double[] wanted = logSoftmax(teacherLogits, temperature);
      for (int k = 0; k < classes; k++) {
        double p = Math.exp(wanted[k]);
        divergence += temperature * temperature * p * (wanted[k] - soft[k]);
        gradient[k] += weight * share * temperature * (Math.exp(soft[k]) - p);
      }
    }
    return weight * ((1 - share) * crossEntropy + share * divergence);
  }

  private static double[] logSoftmax(double[] logits, double temperature) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double logit : logits) {
      largest = Math.max(largest, logit / temperature);
    }
    double sum = 0;
    for (double logit : logits) {
      sum += Math.exp(logit / temperature - largest);
    }
    double[] result = new double[logits.length];
    for (int k = 0; k < logits.length; k++) {
      result[k] = logits[k] / temperature - largest - Math.log(sum);
    }
    return result;
  }

  private void backward(double[] embedding, Deque<Pass> passes, double[] byLogits) {
    float[] weight = weights.get(plan.headName() + ".weight");
    double[] weightGradient = gradients.get(plan.headName() + ".weight");
    double[] biasGradient = gradients.get(plan.headName() + ".bias");
    double[] byEmbedding = new double[embedding.length];
    for (int k = 0; k < byLogits.length; k++) {
      biasGradient[k] += byLogits[k];
      for (int i = 0; i < embedding.length; i++) {
        weightGradient[k * embedding.length + i] += byLogits[k] * embedding[i];
        byEmbedding[i] += byLogits[k] * weight[k * embedding.length + i];
      }
    }
    if (passes.isEmpty()) {
      return;
    }
    double[] gradient = new double[plan.sizeAt(plan.featureMapPosition())];
    int pixels = gradient.length / embedding.length;
    for (int i = 0; i < gradient.length; i++) {
      gradient[i] = byEmbedding[i % embedding.length] / pixels;
    }
    for (int i = plan.stages().size() - 1; i >= firstTrainableStage; i--) {
      Stage stage = plan.stages().get(i);
      double[] byOutput = gradient;
      for (int j = 0; j < stage.convolutions().size(); j++) {
        gradient = backward(passes.pop(), gradient);
      }
      if (stage.residual()) {
        gradient = sum(gradient, byOutput);
      }
    }
  }

  private double[] backward(Pass pass, double[] byOutput) {
    Convolution convolution = pass.convolution();
    float[] weight = weights.get(convolution.weightName());
    double[] weightGradient = gradients.get(convolution.weightName());
    double[] biasGradient = gradients.get(convolution.biasName());
    int outputSide = convolution.outputSize(pass.side());
    int channelsOut = convolution.outputChannels();
    double[] byInput = new double[pass.input().length];
    Taps taps = new Taps(convolution, pass.side());
    for (int index = 0; index < byOutput.length; index++) {
      double output = pass.output()[index];
      // At its bounds the clamp has no slope, as in PyTorch's hardtanh.
      if (byOutput[index] == 0 || (convolution.relu6() && (output <= 0 || output >= 6))) {
        continue;
      }
      double gradient = byOutput[index];
      int channel = index % channelsOut;
      int place = index / channelsOut;
      biasGradient[channel] += gradient;
      taps.moveTo(place / outputSide, place % outputSide, channel);
      while (taps.next()) {
        for (int i = 0; i < taps.length; i++) {
          int w = taps.weight + i * taps.weightStep;
          weightGradient[w] += gradient * pass.input()[taps.input + i];
          byInput[taps.input + i] += gradient * weight[w];
        }
      }
    }
    return byInput;
  }

  @Override
  public double update(UpdateRule rule) {
    checkOpen();
    checkArgument(
        rule.stageLearningRates().size() == plan.stages().size(),
        "stageLearningRates needs one rate for each of the plan's %s stages, got %s",
        plan.stages().size(),
        rule.stageLearningRates().size());
    double squares = 0;
    for (double[] gradient : gradients.values()) {
      for (double value : gradient) {
        squares += value * value;
      }
    }
    double norm = Math.sqrt(squares);
    if (Double.isFinite(norm)) {
      if (rule.movingAverageDecay() > 0 && averages == null) {
        averages = new LinkedHashMap<>();
        for (Parameter parameter : parameters) {
          averages.put(parameter.name(), weights.get(parameter.name()).clone());
        }
      }
      updates++;
      double clip = norm > rule.maximumGradientNorm() ? rule.maximumGradientNorm() / norm : 1;
      for (Parameter parameter : parameters) {
        double rate =
            parameter.stage() < 0
                ? rule.headLearningRate()
                : rule.stageLearningRates().get(parameter.stage());
        double decay = parameter.decays() ? rule.weightDecay() : 0;
        update(parameter.name(), clip, rate, decay);
        average(parameter.name(), rule.movingAverageDecay());
      }
    }
    clearGradients();
    return norm;
  }

  private void update(String name, double clip, double rate, double decay) {
    float[] weight = weights.get(name);
    double[] gradient = gradients.get(name);
    for (int i = 0; i < weight.length; i++) {
      gradient[i] *= clip;
    }
    if (optimizer instanceof Optimizer.Sgd sgd) {
      float[] velocity = firstMoments.get(name);
      for (int i = 0; i < weight.length; i++) {
        double w = weight[i];
        double g = gradient[i];
        if (velocity != null) {
          velocity[i] = (float) (sgd.momentum() * velocity[i] + g);
          g = velocity[i];
        }
        weight[i] = (float) (w - rate * decay * w - rate * g);
      }
    } else if (optimizer instanceof Optimizer.AdamW adamW) {
      for (int i = 0; i < weight.length; i++) {
        weight[i] = (float) (weight[i] - rate * decay * weight[i]);
      }
      adam(name, rate, adamW.beta1(), adamW.beta2(), adamW.epsilon());
    } else if (optimizer instanceof Optimizer.Adam adam) {
      for (int i = 0; i < weight.length; i++) {
        gradient[i] += decay * weight[i];
      }
      adam(name, rate, adam.beta1(), adam.beta2(), adam.epsilon());
    } else {
      throw new IllegalStateException("unknown optimizer " + optimizer);
    }
  }

  private void adam(String name, double rate, double beta1, double beta2, double epsilon) {
    float[] weight = weights.get(name);
    double[] gradient = gradients.get(name);
    float[] first = firstMoments.get(name);
    float[] second = secondMoments.get(name);
    double firstCorrection = 1 - Math.pow(beta1, updates);
    double secondCorrection = 1 - Math.pow(beta2, updates);
    for (int i = 0; i < weight.length; i++) {
      double g = gradient[i];
      first[i] = (float) (beta1 * first[i] + (1 - beta1) * g);
      second[i] = (float) (beta2 * second[i] + (1 - beta2) * g * g);
      double deviation = Math.sqrt(second[i] / secondCorrection);
      weight[i] = (float) (weight[i] - rate * first[i] / firstCorrection / (deviation + epsilon));
    }
  }

  private void average(String name, double decay) {
    if (averages == null || decay == 0) {
      return;
    }
    float[] average = averages.get(name);
    float[] weight = weights.get(name);
    for (int i = 0; i < average.length; i++) {
      average[i] = (float) (decay * average[i] + (1 - decay) * weight[i]);
    }
  }

  private void clearGradients() {
    for (double[] gradient : gradients.values()) {
      Arrays.fill(gradient, 0);
    }
  }

  @Override
  public Map<String, Tensor> trainableWeights() {
    checkOpen();
    return tensors(weights);
  }

  @Override
  public Map<String, Tensor> averagedWeights() {
    checkOpen();
    return tensors(averages == null ? weights : averages);
  }

  private Map<String, Tensor> tensors(Map<String, float[]> values) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      tensors.put(parameter.name(), tensor(values, parameter));
    }
    return tensors;
  }

  private static Tensor tensor(Map<String, float[]> values, Parameter parameter) {
    return Tensor.of(
        values.get(parameter.name()).clone(),
        parameter.shape().stream().mapToInt(Integer::intValue).toArray());
  }

  @Override
  public void setTrainableWeights(Map<String, Tensor> newWeights) {
    checkOpen();
    // All are checked before the first is changed.
    weights.putAll(read(newWeights, ""));
  }

  private Map<String, float[]> read(Map<String, Tensor> tensors, String prefix) {
    Map<String, float[]> values = new LinkedHashMap<>();
    for (Parameter parameter : parameters) {
      values.put(
          parameter.name(),
          ReferenceEngine.copy(tensors, prefix + parameter.name(), parameter.shape()));
    }
    return values;
  }

  @Override
  public Map<String, Tensor> optimizerState() {
    checkOpen();
    Map<String, Tensor> state = new TreeMap<>();
    // Exact in a float up to 2^24 updates.
    state.put(UPDATES, Tensor.of(new float[] {updates}, 1));
    for (Parameter parameter : parameters) {
      if (!firstMoments.isEmpty()) {
        state.put(FIRST + parameter.name(), tensor(firstMoments, parameter));
      }
      if (!secondMoments.isEmpty()) {
        state.put(SECOND + parameter.name(), tensor(secondMoments, parameter));
      }
      if (averages != null) {
        state.put(AVERAGE + parameter.name(), tensor(averages, parameter));
      }
    }
    return state;
  }

  @Override
  public void restoreOptimizerState(Map<String, Tensor> state) {
    checkOpen();
    float count = ReferenceEngine.copy(state, UPDATES, List.of(1))[0];
    if (!(count >= 0 && count == Math.rint(count))) {
      throw new MismatchException(UPDATES, "tensor updates holds " + count + ", expected a count");
    }
    Map<String, float[]> first = firstMoments.isEmpty() ? Map.of() : read(state, FIRST);
    Map<String, float[]> second = secondMoments.isEmpty() ? Map.of() : read(state, SECOND);
    boolean averaged = state.keySet().stream().anyMatch(name -> name.startsWith(AVERAGE));
    averages = averaged ? read(state, AVERAGE) : null;
    firstMoments.putAll(first);
    secondMoments.putAll(second);
    updates = (int) count;
    clearGradients();
  }
}
