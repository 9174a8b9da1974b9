package dev.dogvision.onnx;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.util.List;

/**
 * A classifier whose convolutions of single pixels compute with bytes, at scales that are found
 * anew in each batch. These hold nearly all weights. Convolutions in depth and the first one stay
 * as they are: runtimes have no fast way for them without scales known beforehand.
 *
 * <p>A convolution of single pixels is a product of matrices where a pixel's channels lie side by
 * side. ONNX Runtime takes half of the time or less for that, transpositions included, that it
 * takes for a convolution of bytes (ConvInteger).
 */
final class DynamicInt8 {
  private final GraphRewriting graph;

  private DynamicInt8(ModelProto classifier) {
    this.graph = new GraphRewriting(classifier);
  }

  /**
   * Rounds a classifier.
   *
   * @param classifier a graph of {@link OnnxGraph#classifier}
   * @param quantization what its metadata say of it
   */
  static ModelProto of(ModelProto classifier, String quantization) {
    DynamicInt8 rounded = new DynamicInt8(classifier);
    for (NodeProto node : classifier.getGraph().getNodeList()) {
      rounded.rewrite(node);
    }
    return rounded.graph.build(quantization);
  }

  private void rewrite(NodeProto node) {
    if (node.getOpType().equals("Conv") && ofSinglePixels(node)) {
      convolution(node);
    } else if (node.getOpType().equals("Gemm")) {
      RoundedHead.rewrite(graph, node);
    } else {
      graph.keep(node);
    }
  }

  private boolean ofSinglePixels(NodeProto node) {
    TensorProto weight = graph.tensor(node.getInput(1));
    return weight.getDims(1) > 1 && weight.getDims(2) == 1 && weight.getDims(3) == 1;
  }

  private void convolution(NodeProto node) {
    String input = graph.current(node.getInput(0));
    String weightName = node.getInput(1);
    String biasName = node.getInput(2);
    String output = node.getOutput(0);
    float[] biases = graph.numbers(biasName);
    long channels = biases.length;
    long inputs = graph.tensor(weightName).getDims(1);
    Int8Weights weights = Int8Weights.of(graph.numbers(weightName), biases.length);
    byte[] columns = transposed(weights.values(), biases.length);
    String pixels =
        graph.node(
            "Transpose",
            output + ".pixels",
            List.of(input),
            GraphRewriting.wholes("perm", 0, 2, 3, 1));
    String bytes = output + ".bytes";
    String scale = output + ".scale";
    String zero = output + ".zero";
    graph.add(
        NodeProto.newBuilder()
            .setOpType("DynamicQuantizeLinear")
            .addInput(pixels)
            .addAllOutput(List.of(bytes, scale, zero))
            .build());
    String wholes =
        graph.node(
            "MatMulInteger",
            output + ".wholes",
            List.of(
                bytes, graph.signedBytes(weightName + ".bytes", columns, inputs, channels), zero));
    String sums =
        graph.node(
            "Cast",
            output + ".sums",
            List.of(wholes),
            GraphRewriting.whole("to", TensorProto.DataType.FLOAT.getNumber()));
    String scales =
        graph.node(
            "Mul",
            output + ".scales",
            List.of(scale, graph.numbers(weightName + ".scale", weights.scales(), channels)));
    String products = graph.node("Mul", output + ".products", List.of(sums, scales));
    String biased = graph.node("Add", output + ".biased", List.of(products, biasName));
    String unused =
        graph.node("Transpose", output, List.of(biased), GraphRewriting.wholes("perm", 0, 3, 1, 2));
  }

  /** From channel after channel to all channels of an input, input after input. */
  private static byte[] transposed(byte[] weights, int channels) {
    int inputs = weights.length / channels;
    byte[] columns = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      columns[i % inputs * channels + i / inputs] = weights[i];
    }
    return columns;
  }
}
