package dev.dogvision.onnx;

import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.List;

/** A head whose weights are kept as bytes and computed with as numbers, for a smaller file. */
final class RoundedHead {
  private RoundedHead() {}

  /** Writes a head anew. */
  static void rewrite(GraphRewriting graph, NodeProto head) {
    String name = head.getInput(1);
    long labels = graph.tensor(name).getDims(0);
    Int8Weights weights = Int8Weights.of(graph.numbers(name), (int) labels);
    String numbers =
        graph.node(
            "DequantizeLinear",
            name + ".numbers",
            List.of(
                graph.signedBytes(
                    name + ".bytes", weights.values(), labels, graph.tensor(name).getDims(1)),
                graph.numbers(name + ".scale", weights.scales(), labels),
                graph.signedBytes(name + ".zero", new byte[(int) labels], labels)),
            GraphRewriting.whole("axis", 0));
    graph.replace(name, numbers);
    graph.keep(head);
  }
}
