package dev.dogvision.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.dogvision.data.Dataset;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.UnreadableImageException;
import dev.dogvision.model.TrainedModel;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models that compute with bytes. docs/export.md has what they lose on photographs. */
class OnnxWriterTest {
  private static final TrainedModel MODEL = TrainedModel.pretrained("fast");
  private static final List<ImageSource> PICTURES = TwoEnginesTest.drawn();

  @TempDir Path folder;

  @Test
  void nothing_is_quantized_unless_it_is_asked_for() throws Exception {
    Path plain = Onnx.write(MODEL, folder.resolve("plain.onnx"));
    Path written = Onnx.writer(MODEL).write(folder.resolve("written.onnx"));

    assertThat(written).hasSameBinaryContentAs(plain);
    assertThat(operators(plain)).doesNotContain("QuantizeLinear", "DynamicQuantizeLinear");
    assertThat(metadata(plain)).doesNotContainKey("quantization");
  }

  @Test
  void static_int8_computes_with_bytes_all_the_way_and_answers_alike() throws Exception {
    Path plain = Onnx.write(MODEL, folder.resolve("plain.onnx"));
    Path bytes = Onnx.writer(MODEL).staticInt8(PICTURES).write(folder.resolve("bytes.onnx"));

    assertThat(Files.size(bytes)).isLessThan(Files.size(plain) * 3 / 10);
    assertThat(metadata(bytes))
        .containsEntry("quantization", "static int8, calibrated on 12 photographs")
        .containsAllEntriesOf(metadata(plain));
    assertAlike(plain, bytes);
    ModelProto model = read(bytes);
    Set<String> dequantized = new HashSet<>();
    for (NodeProto node : model.getGraph().getNodeList()) {
      switch (node.getOpType()) {
        case "DequantizeLinear" -> dequantized.add(node.getOutput(0));
        case "Conv", "Add" -> assertThat(dequantized).containsAll(node.getInputList());
        default -> assertThat(node.getOpType()).isNotEqualTo("Clip");
      }
    }
  }

  @Test
  void weights_are_signed_bytes_around_zero_and_biases_whole_numbers() throws Exception {
    Path bytes = Onnx.writer(MODEL).staticInt8(PICTURES).write(folder.resolve("bytes.onnx"));

    int weights = 0;
    for (TensorProto tensor : read(bytes).getGraph().getInitializerList()) {
      if (tensor.getName().endsWith(".weight.bytes")) {
        weights++;
        assertThat(tensor.getDataType()).isEqualTo(TensorProto.DataType.INT8.getNumber());
        assertThat(tensor.getRawData().toByteArray()).doesNotContain(-128).contains(127);
      } else if (tensor.getName().endsWith(".weight.zero")) {
        assertThat(tensor.getRawData().toByteArray()).containsOnly(0);
      } else if (tensor.getName().endsWith(".bias.wholes")) {
        assertThat(tensor.getDataType()).isEqualTo(TensorProto.DataType.INT32.getNumber());
      }
    }
    assertThat(weights)
        .as("every convolution's, and the head's")
        .isEqualTo(MODEL.plan().tensorShapes(MODEL.plan().whole()).size() / 2);
  }

  @Test
  void dynamic_int8_needs_no_photographs_and_answers_alike() throws Exception {
    Path plain = Onnx.write(MODEL, folder.resolve("plain.onnx"));
    Path bytes = Onnx.writer(MODEL).dynamicInt8().write(folder.resolve("bytes.onnx"));

    assertThat(Files.size(bytes)).isLessThan(Files.size(plain) * 3 / 10);
    assertThat(metadata(bytes)).containsEntry("quantization", "dynamic int8");
    assertThat(operators(bytes)).contains("DynamicQuantizeLinear", "MatMulInteger", "Conv");
    assertAlike(plain, bytes);
  }

  @Test
  void static_int8_without_photographs_says_what_it_needs() {
    assertThatThrownBy(() -> Onnx.writer(MODEL).staticInt8(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "photographs: static int8 finds its scales on photographs, and there are none: give it"
                + " 100 or so of the kind that the model will see, or take dynamicInt8(), which"
                + " needs none");
  }

  @Test
  void a_data_set_s_photographs_calibrate_as_well() throws Exception {
    Dataset dataset =
        Dataset.of(
            IntStream.range(0, PICTURES.size())
                .mapToObj(i -> new Example("dog-" + i, PICTURES.get(i), "dog"))
                .toList());
    Path one = Onnx.writer(MODEL).staticInt8(PICTURES).write(folder.resolve("one.onnx"));
    Path other = Onnx.writer(MODEL).staticInt8(dataset).write(folder.resolve("other.onnx"));

    assertThat(other).hasSameBinaryContentAs(one);
  }

  @Test
  void two_ways_to_quantize_clash() {
    assertThatThrownBy(() -> Onnx.writer(MODEL).staticInt8(PICTURES).dynamicInt8())
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("dynamicInt8() clashes with staticInt8(12): a model is quantized in one way");
    assertThatThrownBy(() -> Onnx.writer(MODEL).dynamicInt8().staticInt8(PICTURES))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("staticInt8(12) clashes with dynamicInt8(): a model is quantized in one way");
  }

  @Test
  void a_photograph_that_can_t_be_read_is_named_and_nothing_is_written() {
    Path file = folder.resolve("bytes.onnx");
    ImageSource broken = ImageSource.of("broken.jpg", new byte[] {1, 2, 3});
    assertThatThrownBy(() -> Onnx.writer(MODEL).staticInt8(List.of(broken)).write(file))
        .isInstanceOf(UnreadableImageException.class)
        .hasMessageContaining("broken.jpg");
    assertThat(file).doesNotExist();
  }

  /** Pictures of blobs are as far from what the model knows as can be; photographs lose less. */
  private static void assertAlike(Path plain, Path bytes) throws Exception {
    float[][] expected = probabilities(plain);
    float[][] found = probabilities(bytes);
    double sum = 0;
    for (int i = 0; i < expected.length; i++) {
      double most = 0;
      for (int label = 0; label < expected[i].length; label++) {
        most = Math.max(most, Math.abs(expected[i][label] - found[i][label]));
      }
      sum += most;
    }
    assertThat(sum / expected.length).as("mean of the largest differences").isBetween(1e-6, 0.1);
  }

  private static float[][] probabilities(Path file) throws Exception {
    int size = MODEL.preprocessing().size();
    ByteBuffer pixels = ByteBuffer.allocateDirect(PICTURES.size() * size * size * 3);
    for (ImageSource picture : PICTURES) {
      pixels.put(MODEL.preprocessing().apply(ImageDecoder.standard().decode(picture)).rgb());
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession session = environment.createSession(file.toString());
        OnnxTensor input =
            OnnxTensor.createTensor(
                environment,
                pixels.flip(),
                new long[] {PICTURES.size(), size, size, 3},
                OnnxJavaType.UINT8);
        OrtSession.Result result = session.run(Map.of("input", input), Set.of("probabilities"))) {
      return (float[][]) result.get(0).getValue();
    }
  }

  private static List<String> operators(Path file) throws Exception {
    return read(file).getGraph().getNodeList().stream().map(NodeProto::getOpType).toList();
  }

  private static Map<String, String> metadata(Path file) throws Exception {
    try (OrtSession session = OrtEnvironment.getEnvironment().createSession(file.toString())) {
      return session.getMetadata().getCustomMetadata();
    }
  }

  private static ModelProto read(Path file) throws Exception {
    return ModelProto.parseFrom(Files.readAllBytes(file));
  }
}
