package dev.dogvision.onnx;

import static java.util.Objects.requireNonNull;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Makes a graph anew, node by node in its order, with others in the place of some. Tensors of the
 * old graph that no node takes any more are left out.
 */
final class GraphRewriting {
  private final ModelProto before;
  private final Map<String, TensorProto> tensors = new HashMap<>();
  private final Map<String, String> replaced = new HashMap<>();
  private final GraphProto.Builder graph;

  GraphRewriting(ModelProto before) {
    this.before = before;
    before.getGraph().getInitializerList().forEach(each -> tensors.put(each.getName(), each));
    this.graph = before.getGraph().toBuilder().clearNode().clearInitializer();
  }

  /** Has later nodes take another value in the place of one. */
  void replace(String value, String by) {
    replaced.put(value, by);
  }

  /** What is taken in the place of a value: itself, unless it was replaced. */
  String current(String value) {
    return replaced.getOrDefault(value, value);
  }

  boolean isReplaced(String value) {
    return replaced.containsKey(value);
  }

  /** Takes a node over. */
  void keep(NodeProto node) {
    NodeProto.Builder kept = node.toBuilder().clearInput();
    node.getInputList().forEach(input -> kept.addInput(current(input)));
    graph.addNode(kept);
  }

  /** Adds a node with one output, and returns the output's name. */
  String node(String operator, String output, List<String> inputs, AttributeProto... attributes) {
    return node(operator, output, inputs, List.of(attributes));
  }

  String node(
      String operator, String output, List<String> inputs, List<AttributeProto> attributes) {
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(attributes));
    return output;
  }

  void add(NodeProto node) {
    graph.addNode(node);
  }

  /** The tensor of a name in the old graph. */
  TensorProto tensor(String name) {
    return requireNonNull(tensors.get(name), name);
  }

  /** The numbers of a tensor in the old graph. */
  float[] numbers(String name) {
    ByteString raw = tensor(name).getRawData();
    float[] numbers = new float[raw.size() / Float.BYTES];
    raw.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(numbers);
    return numbers;
  }

  /** Adds a tensor of numbers, and returns its name. */
  String numbers(String name, float[] values, long... shape) {
    ByteBuffer bytes = buffer(values.length * Float.BYTES);
    bytes.asFloatBuffer().put(values);
    return tensor(name, TensorProto.DataType.FLOAT, bytes, shape);
  }

  /** Adds a tensor of whole numbers. */
  String wholes(String name, int[] values, long... shape) {
    ByteBuffer bytes = buffer(values.length * Integer.BYTES);
    bytes.asIntBuffer().put(values);
    return tensor(name, TensorProto.DataType.INT32, bytes, shape);
  }

  /** Adds a tensor of whole numbers from -128 to 127. */
  String signedBytes(String name, byte[] values, long... shape) {
    return tensor(name, TensorProto.DataType.INT8, ByteBuffer.wrap(values), shape);
  }

  /** Adds a whole number from 0 to 255. */
  String unsignedByte(String name, int value) {
    return tensor(name, TensorProto.DataType.UINT8, ByteBuffer.wrap(new byte[] {(byte) value}));
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private String tensor(String name, TensorProto.DataType type, ByteBuffer content, long... shape) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(content));
    for (long dimension : shape) {
      tensor.addDims(dimension);
    }
    graph.addInitializer(tensor);
    return name;
  }

  /**
   * The new model.
   *
   * @param quantization what the metadata say of it
   */
  ModelProto build(String quantization) {
    Set<String> taken = new HashSet<>();
    graph.getNodeList().forEach(node -> taken.addAll(node.getInputList()));
    before.getGraph().getInitializerList().stream()
        .filter(tensor -> taken.contains(tensor.getName()))
        .forEach(graph::addInitializer);
    return before.toBuilder()
        .setGraph(graph)
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey("quantization").setValue(quantization))
        .build();
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
}
