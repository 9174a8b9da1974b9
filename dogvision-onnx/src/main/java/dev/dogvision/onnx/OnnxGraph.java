package dev.dogvision.onnx;

import com.google.common.primitives.Floats;
import dev.dogvision.onnx.GraphBytes.Attributes;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A part of a network as an ONNX graph: operator set 17, intermediate representation 8, which
 * runtimes of 2022 and later read. What goes in and comes out is as the seam has it: pixels as
 * bytes and feature maps as numbers, both in NHWC order, image by image; inside it is NCHW, as
 * ONNX's convolutions are.
 */
final class OnnxGraph {
  /** The name of what goes in. */
  static final String INPUT = "input";

  private static final int[] NHWC_TO_NCHW = {0, 3, 1, 2};
  private static final int[] NCHW_TO_NHWC = {0, 2, 3, 1};

  /** Fewer values than these take less than what says that they are elsewhere. */
  private static final int FEW_VALUES = 256;

  private final NetworkPlan plan;
  private final Map<String, Tensor> weights;
  private final boolean weightsBeside;
  private final GraphBytes graph;
  private final Set<String> constants = new HashSet<>();
  private int values;

  private OnnxGraph(
      NetworkPlan plan, Map<String, Tensor> weights, boolean weightsBeside, String name) {
    this.plan = plan;
    this.weights = weights;
    this.weightsBeside = weightsBeside;
    this.graph = new GraphBytes(name);
  }

  /** A value in the graph at a position of the network, in ONNX's order. */
  private record Value(String name, int position) {}

  /**
   * A part of a network with one output, at the segment's end. Of the {@linkplain #isBeside large}
   * weights it has names and shapes: they are handed to the session beside it, without the three
   * copies of all megabytes that a file in memory takes.
   *
   * @param plan the whole network
   * @param segment which part
   * @param weights every tensor of {@code plan.tensorShapes(segment)}
   * @param output the output's name
   */
  static byte[] of(NetworkPlan plan, Segment segment, Map<String, Tensor> weights, String output) {
    OnnxGraph graph = new OnnxGraph(plan, weights, /* weightsBeside= */ true, "segment");
    Value value = graph.input(segment.from());
    value = graph.advance(value, segment.to());
    graph.output(value, output);
    return graph.graph.model(Map.of());
  }

  /**
   * A whole classifier from pixels to three outputs: embedding, logits and probabilities.
   *
   * @param temperature what logits are divided by before the softmax
   * @param metadata what else there is to know of the model
   */
  static byte[] classifier(
      NetworkPlan plan,
      Map<String, Tensor> weights,
      double temperature,
      Map<String, String> metadata) {
    OnnxGraph graph = new OnnxGraph(plan, weights, /* weightsBeside= */ false, "classifier");
    Value embedding = graph.advance(graph.input(0), plan.embeddingPosition());
    Value logits = graph.advance(embedding, plan.logitsPosition());
    String scaled =
        graph.node("Div", logits.name(), graph.constant("temperature", (float) temperature));
    graph.graph.node(
        "Softmax", List.of(scaled), "probabilities", new Attributes().whole("axis", 1));
    graph.graph.output("probabilities", plan.classes());
    graph.output(logits, "logits");
    graph.output(embedding, "embedding");
    return graph.graph.model(metadata);
  }

  /** Declares the input, and brings it into the graph's order. */
  private Value input(int position) {
    int[] shape = plan.shapeAt(position);
    graph.input(INPUT, position == 0 ? GraphBytes.UINT8 : GraphBytes.FLOAT, shape);
    String name = INPUT;
    if (position == 0) {
      name = node("Cast", List.of(name), new Attributes().whole("to", GraphBytes.FLOAT));
    }
    if (position <= plan.featureMapPosition()) {
      name = transpose(name, NHWC_TO_NCHW);
    }
    if (position == 0) {
      name = node("Sub", name, constant("means", Floats.toArray(plan.channelMeans()), 1, 3, 1, 1));
      name =
          node("Div", name, constant("scales", Floats.toArray(plan.channelScales()), 1, 3, 1, 1));
    }
    return new Value(name, position);
  }

  /** Declares an output, in the order of the seam. */
  private void output(Value value, String name) {
    if (value.position() <= plan.featureMapPosition()) {
      graph.node(
          "Transpose", List.of(value.name()), name, new Attributes().wholes("perm", NCHW_TO_NHWC));
    } else {
      graph.node("Identity", List.of(value.name()), name, new Attributes());
    }
    graph.output(name, plan.shapeAt(value.position()));
  }

  /** Goes on to a later position. */
  private Value advance(Value from, int to) {
    String name = from.name();
    for (int position = from.position(); position < to; position++) {
      if (position < plan.featureMapPosition()) {
        name = stage(name, plan.stages().get(position));
      } else if (position == plan.featureMapPosition()) {
        name =
            node(
                "Flatten",
                List.of(node("GlobalAveragePool", List.of(name))),
                new Attributes().whole("axis", 1));
      } else {
        name =
            node(
                "Gemm",
                List.of(
                    name, weight(plan.headName() + ".weight"), weight(plan.headName() + ".bias")),
                new Attributes().whole("transB", 1));
      }
    }
    return new Value(name, to);
  }

  private String stage(String input, Stage stage) {
    String name = input;
    for (Convolution convolution : stage.convolutions()) {
      name = convolution(name, convolution);
    }
    return stage.residual() ? node("Add", name, input) : name;
  }

  private String convolution(String input, Convolution convolution) {
    int kernel = convolution.kernelSize();
    int stride = convolution.stride();
    int before = convolution.padBefore();
    int after = convolution.padAfter();
    String sum =
        node(
            "Conv",
            List.of(input, weight(convolution.weightName()), weight(convolution.biasName())),
            new Attributes()
                .wholes("kernel_shape", kernel, kernel)
                .wholes("strides", stride, stride)
                .wholes("pads", before, before, after, after)
                .whole("group", convolution.groups()));
    return convolution.relu6() ? node("Clip", sum, constant("zero", 0), constant("six", 6)) : sum;
  }

  private String transpose(String input, int[] order) {
    return node("Transpose", List.of(input), new Attributes().wholes("perm", order));
  }

  private String node(String operator, String... inputs) {
    return node(operator, List.of(inputs), new Attributes());
  }

  private String node(String operator, List<String> inputs) {
    return node(operator, inputs, new Attributes());
  }

  /** Adds a node with one output, and returns the output's name. */
  private String node(String operator, List<String> inputs, Attributes attributes) {
    String output = "value" + values++;
    graph.node(operator, inputs, output, attributes);
    return output;
  }

  /** A tensor of the network, kept under its own name. */
  private String weight(String name) {
    Tensor tensor = weights.get(name);
    if (tensor == null) { // the engine has checked them
      throw new IllegalArgumentException("weights: no tensor " + name);
    }
    long[] shape = tensor.shape().stream().mapToLong(i -> i).toArray();
    if (weightsBeside && isBeside(tensor)) {
      graph.tensorBeside(name, shape);
    } else {
      graph.tensor(name, tensor.values(), shape);
    }
    return name;
  }

  /** Whether a weight of a segment's graph is to be handed over beside it. */
  static boolean isBeside(Tensor tensor) {
    return tensor.size() >= FEW_VALUES;
  }

  private String constant(String name, float value) {
    return constant(name, new float[] {value});
  }

  private String constant(String name, float[] values, long... shape) {
    if (constants.add(name)) {
      graph.tensor(name, values, shape);
    }
    return name;
  }
}
