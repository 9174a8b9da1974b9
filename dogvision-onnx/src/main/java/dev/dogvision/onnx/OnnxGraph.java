package dev.dogvision.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.common.primitives.Floats;
import com.google.protobuf.ByteString;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Map;

/**
 * A part of a network as an ONNX graph: operator set 17, intermediate representation 8, which
 * runtimes of 2022 and later read. What goes in and comes out is as the seam has it: pixels as
 * bytes and feature maps as numbers, both in NHWC order, image by image; inside it is NCHW, as
 * ONNX's convolutions are.
 */
final class OnnxGraph {
  /** The name of what goes in. */
  static final String INPUT = "input";

  /** The name of the dimension that may have any length. */
  private static final String BATCH = "batch";

  private static final int OPERATOR_SET = 17;
  private static final int INTERMEDIATE_REPRESENTATION = 8;
  private static final int[] NHWC_TO_NCHW = {0, 3, 1, 2};
  private static final int[] NCHW_TO_NHWC = {0, 2, 3, 1};

  private final NetworkPlan plan;

  /** Fewer values than these take less than what says that they are elsewhere. */
  private static final int FEW_VALUES = 256;

  private final Map<String, Tensor> weights;
  private final boolean weightsBeside;
  private final GraphProto.Builder graph;
  private int values;

  private OnnxGraph(
      NetworkPlan plan, Map<String, Tensor> weights, boolean weightsBeside, String name) {
    this.plan = plan;
    this.weights = weights;
    this.weightsBeside = weightsBeside;
    this.graph = GraphProto.newBuilder().setName(name);
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
  static ModelProto of(
      NetworkPlan plan, Segment segment, Map<String, Tensor> weights, String output) {
    OnnxGraph graph = new OnnxGraph(plan, weights, /* weightsBeside= */ true, "segment");
    Value value = graph.input(segment.from());
    value = graph.advance(value, segment.to());
    graph.output(value, output);
    return graph.model(Map.of());
  }

  /**
   * A whole classifier from pixels to three outputs: embedding, logits and probabilities.
   *
   * @param temperature what logits are divided by before the softmax
   * @param metadata what else there is to know of the model
   */
  static ModelProto classifier(
      NetworkPlan plan,
      Map<String, Tensor> weights,
      double temperature,
      Map<String, String> metadata) {
    OnnxGraph graph = new OnnxGraph(plan, weights, /* weightsBeside= */ false, "classifier");
    Value embedding = graph.advance(graph.input(0), plan.embeddingPosition());
    Value logits = graph.advance(embedding, plan.logitsPosition());
    String scaled =
        graph.node("Div", logits.name(), graph.constant("temperature", (float) temperature));
    NodeProto.Builder softmax =
        NodeProto.newBuilder()
            .setOpType("Softmax")
            .addInput(scaled)
            .addOutput("probabilities")
            .addAttribute(whole("axis", 1));
    graph.graph.addNode(softmax);
    graph.graph.addOutput(valueInfo("probabilities", TensorProto.DataType.FLOAT, plan.classes()));
    graph.output(logits, "logits");
    graph.output(embedding, "embedding");
    return graph.model(metadata);
  }

  private ModelProto model(Map<String, String> metadata) {
    ModelProto.Builder model =
        ModelProto.newBuilder()
            .setIrVersion(INTERMEDIATE_REPRESENTATION)
            .setProducerName("DogVision")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setVersion(OPERATOR_SET))
            .setGraph(graph);
    metadata.forEach(
        (key, value) ->
            model.addMetadataProps(
                StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return model.build();
  }

  /** Declares the input, and brings it into the graph's order. */
  private Value input(int position) {
    int[] shape = plan.shapeAt(position);
    TensorProto.DataType type =
        position == 0 ? TensorProto.DataType.UINT8 : TensorProto.DataType.FLOAT;
    graph.addInput(valueInfo(INPUT, type, shape));
    String name = INPUT;
    if (position == 0) {
      name = node("Cast", List.of(name), whole("to", TensorProto.DataType.FLOAT.getNumber()));
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
    NodeProto.Builder last = NodeProto.newBuilder().addInput(value.name()).addOutput(name);
    if (value.position() <= plan.featureMapPosition()) {
      last.setOpType("Transpose").addAttribute(wholes("perm", NCHW_TO_NHWC));
    } else {
      last.setOpType("Identity");
    }
    graph.addNode(last);
    graph.addOutput(valueInfo(name, TensorProto.DataType.FLOAT, plan.shapeAt(value.position())));
  }

  /** Goes on to a later position. */
  private Value advance(Value from, int to) {
    String name = from.name();
    for (int position = from.position(); position < to; position++) {
      if (position < plan.featureMapPosition()) {
        name = stage(name, plan.stages().get(position));
      } else if (position == plan.featureMapPosition()) {
        name = node("Flatten", List.of(node("GlobalAveragePool", List.of(name))), whole("axis", 1));
      } else {
        name =
            node(
                "Gemm",
                List.of(
                    name, weight(plan.headName() + ".weight"), weight(plan.headName() + ".bias")),
                whole("transB", 1));
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
            wholes("kernel_shape", kernel, kernel),
            wholes("strides", stride, stride),
            wholes("pads", before, before, after, after),
            whole("group", convolution.groups()));
    return convolution.relu6() ? node("Clip", sum, constant("zero", 0), constant("six", 6)) : sum;
  }

  private String transpose(String input, int[] order) {
    return node("Transpose", List.of(input), wholes("perm", order));
  }

  private String node(String operator, String... inputs) {
    return node(operator, List.of(inputs));
  }

  /** Adds a node with one output, and returns the output's name. */
  private String node(String operator, List<String> inputs, AttributeProto... attributes) {
    String output = "value" + values++;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(List.of(attributes)));
    return output;
  }

  /** A tensor of the network, kept under its own name. */
  private String weight(String name) {
    Tensor tensor = weights.get(name);
    if (tensor == null) { // the engine has checked them
      throw new IllegalArgumentException("weights: no tensor " + name);
    }
    long[] shape = tensor.shape().stream().mapToLong(i -> i).toArray();
    if (!weightsBeside || !isBeside(tensor)) {
      return initializer(name, tensor.values(), shape);
    }
    TensorProto.Builder beside =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setDataLocation(TensorProto.DataLocation.EXTERNAL)
            .addExternalData(
                StringStringEntryProto.newBuilder().setKey("location").setValue("memory"));
    for (long dimension : shape) {
      beside.addDims(dimension);
    }
    graph.addInitializer(beside);
    return name;
  }

  /** Whether a weight of a segment's graph is to be handed over beside it. */
  static boolean isBeside(Tensor tensor) {
    return tensor.size() >= FEW_VALUES;
  }

  private String constant(String name, float value) {
    boolean known =
        graph.getInitializerList().stream().anyMatch(tensor -> tensor.getName().equals(name));
    return known ? name : initializer(name, new float[] {value});
  }

  private String constant(String name, float[] values, long... shape) {
    return initializer(name, values, shape);
  }

  private String initializer(String name, float[] values, long... shape) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(TensorProto.DataType.FLOAT.getNumber())
            .setRawData(ByteString.copyFrom(bytes));
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    graph.addInitializer(tensor);
    return name;
  }

  static AttributeProto whole(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto wholes(String name, int... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (int value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static ValueInfoProto valueInfo(String name, TensorProto.DataType type, int... shape) {
    TensorShapeProto.Builder dimensions =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(BATCH));
    for (int dimension : shape) {
      dimensions.addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(dimension));
    }
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(type.getNumber())
                        .setShape(dimensions)))
        .build();
  }
}
