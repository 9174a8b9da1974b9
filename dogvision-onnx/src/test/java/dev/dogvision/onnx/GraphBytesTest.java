package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import dev.dogvision.onnx.GraphBytes.Attributes;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.contract.TinyNetwork;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is written by hand, as the classes that are generated for the format read it. */
class GraphBytesTest {

  @Test
  void each_part_is_read_as_what_it_was_written_as() throws InvalidProtocolBufferException {
    GraphBytes bytes = new GraphBytes("some graph");
    bytes.input("in", GraphBytes.UINT8, 224, 224, 3);
    bytes.tensor("held", new float[] {1.5f, -2, Float.MIN_VALUE}, 3, 1);
    bytes.tensorBeside("beside", 7, 5);
    bytes.node(
        "Conv",
        List.of("in", "held"),
        "out",
        new Attributes().whole("group", -3).wholes("pads", 0, 1, 300).wholes("none"));
    bytes.output("out", 135);

    ModelProto model = ModelProto.parseFrom(bytes.model(Map.of("key", "maçã")));

    assertNothingUnknown(model);
    assertThat(model.getIrVersion()).isEqualTo(8);
    assertThat(model.getProducerName()).isEqualTo("DogVision");
    assertThat(model.getOpsetImport(0).getVersion()).isEqualTo(17);
    assertThat(model.getMetadataProps(0).getKey()).isEqualTo("key");
    assertThat(model.getMetadataProps(0).getValue()).isEqualTo("maçã");
    assertThat(model.getGraph().getName()).isEqualTo("some graph");
    assertValue(model.getGraph().getInput(0), "in", TensorProto.DataType.UINT8, 224, 224, 3);
    assertValue(model.getGraph().getOutput(0), "out", TensorProto.DataType.FLOAT, 135);
    TensorProto held = model.getGraph().getInitializer(0);
    assertThat(held.getName()).isEqualTo("held");
    assertThat(held.getDataType()).isEqualTo(TensorProto.DataType.FLOAT.getNumber());
    assertThat(held.getDimsList()).containsExactly(3L, 1L);
    assertThat(held.getRawData().toByteArray())
        .containsExactly(0, 0, 0xc0, 0x3f, 0, 0, 0, 0xc0, 1, 0, 0, 0);
    TensorProto beside = model.getGraph().getInitializer(1);
    assertThat(beside.getDimsList()).containsExactly(7L, 5L);
    assertThat(beside.getDataLocation()).isEqualTo(TensorProto.DataLocation.EXTERNAL);
    assertThat(beside.getExternalData(0).getKey()).isEqualTo("location");
    NodeProto node = model.getGraph().getNode(0);
    assertThat(node.getOpType()).isEqualTo("Conv");
    assertThat(node.getInputList()).containsExactly("in", "held");
    assertThat(node.getOutputList()).containsExactly("out");
    assertThat(node.getAttribute(0).getName()).isEqualTo("group");
    assertThat(node.getAttribute(0).getType()).isEqualTo(AttributeProto.AttributeType.INT);
    assertThat(node.getAttribute(0).getI()).isEqualTo(-3);
    assertThat(node.getAttribute(1).getType()).isEqualTo(AttributeProto.AttributeType.INTS);
    assertThat(node.getAttribute(1).getIntsList()).containsExactly(0L, 1L, 300L);
    assertThat(node.getAttribute(2).getIntsList()).isEmpty();
  }

  private static void assertValue(
      ValueInfoProto value, String name, TensorProto.DataType type, long... shape) {
    assertThat(value.getName()).isEqualTo(name);
    var tensor = value.getType().getTensorType();
    assertThat(tensor.getElemType()).isEqualTo(type.getNumber());
    assertThat(tensor.getShape().getDim(0).getDimParam()).isEqualTo("batch");
    assertThat(tensor.getShape().getDimCount()).isEqualTo(1 + shape.length);
    for (int i = 0; i < shape.length; i++) {
      assertThat(tensor.getShape().getDim(1 + i).getDimValue()).isEqualTo(shape[i]);
    }
  }

  @Test
  void every_segment_of_a_network_is_a_model_with_nothing_unknown_in_it()
      throws InvalidProtocolBufferException {
    TinyNetwork tiny = TinyNetwork.random(5, 24, 3);
    int end = tiny.plan().logitsPosition();
    for (int from = 0; from < end; from++) {
      for (int to = from + 1; to <= end; to++) {
        ModelProto model =
            ModelProto.parseFrom(
                OnnxGraph.of(tiny.plan(), new Segment(from, to), tiny.weights(), "output"));
        assertNothingUnknown(model);
        assertThat(model.getGraph().getOutput(0).getName()).isEqualTo("output");
        assertThat(model.getGraph().getNodeList()).isNotEmpty();
      }
    }
  }

  private static void assertNothingUnknown(Message message) {
    assertThat(message.getUnknownFields().asMap()).as(message.toString()).isEmpty();
    for (Map.Entry<FieldDescriptor, Object> field : message.getAllFields().entrySet()) {
      if (field.getKey().getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
        List<?> all =
            field.getKey().isRepeated() ? (List<?>) field.getValue() : List.of(field.getValue());
        all.forEach(each -> assertNothingUnknown((Message) each));
      }
    }
  }
}
