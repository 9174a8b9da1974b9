package dev.dogvision.onnx;

import static java.util.Objects.requireNonNull;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A classifier whose convolutions and sums compute with bytes, at scales that were found on
 * photographs beforehand. As runtimes look for it, each value is written as numbers that were
 * brought to bytes and back; they compute in between with bytes alone.
 *
 * <p>The mean over the last feature map and the head compute with numbers: they take no time, and
 * what they round goes straight into the probabilities.
 */
final class StaticInt8 {
  private final GraphRewriting graph;
  private final Map<String, ValueRange> ranges;
  private final Map<String, NodeProto> clips;

  private StaticInt8(ModelProto classifier, Map<String, ValueRange> ranges) {
    this.graph = new GraphRewriting(classifier);
    this.ranges = ranges;
    this.clips = clips(classifier);
  }

  /**
   * The values that become bytes.
   *
   * @param classifier a graph of {@link OnnxGraph#classifier}
   * @return their names, in the graph's order
   */
  static Set<String> values(ModelProto classifier) {
    Map<String, NodeProto> clips = clips(classifier);
    Set<String> values = new LinkedHashSet<>();
    for (NodeProto node : classifier.getGraph().getNodeList()) {
      if (node.getOpType().equals("Conv")) {
        values.add(node.getInput(0));
        values.add(result(node, clips));
      } else if (node.getOpType().equals("Add")) {
        values.add(node.getOutput(0));
      }
    }
    return values;
  }

  /**
   * Rounds a classifier.
   *
   * @param classifier a graph of {@link OnnxGraph#classifier}
   * @param ranges those of all its {@link #values}
   * @param quantization what its metadata say of it
   */
  static ModelProto of(ModelProto classifier, Map<String, ValueRange> ranges, String quantization) {
    StaticInt8 rounded = new StaticInt8(classifier, ranges);
    for (NodeProto node : classifier.getGraph().getNodeList()) {
      rounded.rewrite(node);
    }
    return rounded.graph.build(quantization);
  }

  /** By their inputs. */
  private static Map<String, NodeProto> clips(ModelProto classifier) {
    Map<String, NodeProto> clips = new HashMap<>();
    for (NodeProto node : classifier.getGraph().getNodeList()) {
      if (node.getOpType().equals("Clip")) {
        clips.put(node.getInput(0), node);
      }
    }
    return clips;
  }

  /** What comes out of a convolution and the bounds behind it. */
  private static String result(NodeProto convolution, Map<String, NodeProto> clips) {
    NodeProto clip = clips.get(convolution.getOutput(0));
    return clip == null ? convolution.getOutput(0) : clip.getOutput(0);
  }

  private void rewrite(NodeProto node) {
    switch (node.getOpType()) {
      case "Conv" -> convolution(node);
      case "Clip" -> {} // bytes end at the bounds by themselves
      case "Add" -> {
        graph.keep(node);
        throughBytes(node.getOutput(0), node.getOutput(0));
      }
      case "Gemm" -> RoundedHead.rewrite(graph, node);
      default -> graph.keep(node);
    }
  }

  private void convolution(NodeProto node) {
    String input = node.getInput(0);
    if (!graph.isReplaced(input)) {
      throughBytes(input, input);
    }
    float inputScale = range(input).scale();
    String weightName = node.getInput(1);
    String biasName = node.getInput(2);
    TensorProto shape = graph.tensor(weightName);
    float[] biases = graph.numbers(biasName);
    Int8Weights weights = Int8Weights.of(graph.numbers(weightName), biases, inputScale);
    long channels = biases.length;
    AttributeProto axis = GraphRewriting.whole("axis", 0);
    String weight =
        graph.node(
            "DequantizeLinear",
            weightName + ".numbers",
            List.of(
                graph.signedBytes(
                    weightName + ".bytes",
                    weights.values(),
                    shape.getDimsList().stream().mapToLong(Long::longValue).toArray()),
                graph.numbers(weightName + ".scale", weights.scales(), channels),
                graph.signedBytes(
                    weightName + ".zero", new byte[weights.scales().length], channels)),
            axis);
    float[] biasScales = new float[biases.length];
    for (int i = 0; i < biasScales.length; i++) {
      biasScales[i] = inputScale * weights.scales()[i];
    }
    String bias =
        graph.node(
            "DequantizeLinear",
            biasName + ".numbers",
            List.of(
                graph.wholes(biasName + ".wholes", weights.biases(biases, inputScale), channels),
                graph.numbers(biasName + ".scale", biasScales, channels)),
            axis);
    List<AttributeProto> attributes = new ArrayList<>(node.getAttributeList());
    String sum =
        graph.node(
            "Conv", node.getOutput(0), List.of(graph.current(input), weight, bias), attributes);
    throughBytes(sum, result(node, clips));
  }

  /**
   * Brings a value to bytes and back.
   *
   * @param from the value as it is computed
   * @param value the value that others take, of which the range is known
   */
  private void throughBytes(String from, String value) {
    String scale = graph.numbers(value + ".scale", new float[] {range(value).scale()});
    String zero = graph.unsignedByte(value + ".zero", range(value).zeroPoint());
    String bytes = graph.node("QuantizeLinear", value + ".bytes", List.of(from, scale, zero));
    graph.replace(
        value, graph.node("DequantizeLinear", value + ".numbers", List.of(bytes, scale, zero)));
  }

  private ValueRange range(String value) {
    return requireNonNull(ranges.get(value), value);
  }
}
