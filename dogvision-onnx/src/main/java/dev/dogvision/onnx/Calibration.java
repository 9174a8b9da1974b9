package dev.dogvision.onnx;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dogvision.DogVisionException;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches which numbers the values inside a classifier take on photographs. A value's range is the
 * mean of what it spans on each photograph, so that a single odd one does not stretch it, at the
 * cost of all others' precision.
 */
final class Calibration {
  private Calibration() {}

  /** Sums of the ends of a value's numbers on each photograph. */
  private static final class Ends {
    double least;
    double most;

    void see(FloatBuffer numbers) {
      float lowest = 0;
      float highest = 0;
      while (numbers.hasRemaining()) {
        float number = numbers.get();
        lowest = Math.min(lowest, number);
        highest = Math.max(highest, number);
      }
      least += lowest;
      most += highest;
    }

    ValueRange mean(int photographs) {
      return new ValueRange((float) (least / photographs), (float) (most / photographs));
    }
  }

  /**
   * Runs photographs through a classifier, one after the other.
   *
   * @param classifier a graph of {@link OnnxGraph#classifier}
   * @param values which of its values to watch
   * @param preprocessing what makes its input of a photograph
   * @param photographs at least one
   * @return the range of each value
   * @throws dev.dogvision.image.UnreadableImageException if a photograph can't be read
   */
  static Map<String, ValueRange> ranges(
      ModelProto classifier,
      Collection<String> values,
      Preprocessing preprocessing,
      List<ImageSource> photographs) {
    OrtEnvironment environment = OnnxEngine.load().environment();
    Map<String, Ends> ends = new LinkedHashMap<>();
    values.forEach(value -> ends.put(value, new Ends()));
    int size = preprocessing.size();
    ByteBuffer pixels = ByteBuffer.allocateDirect(size * size * 3);
    try (OrtSession session =
        environment.createSession(watched(classifier, values).toByteArray())) {
      for (ImageSource photograph : photographs) {
        byte[] rgb =
            ImageDecoder.standard()
                .decode(photograph, preprocessing, image -> preprocessing.apply(image).rgb());
        try (OnnxTensor input =
                OnnxTensor.createTensor(
                    environment,
                    pixels.clear().put(rgb).flip(),
                    new long[] {1, size, size, 3},
                    OnnxJavaType.UINT8);
            OrtSession.Result result = session.run(Map.of(OnnxGraph.INPUT, input), ends.keySet())) {
          ends.forEach(
              (value, seen) ->
                  seen.see(((OnnxTensor) result.get(value).orElseThrow()).getFloatBuffer()));
        }
      }
    } catch (OrtException e) {
      throw new DogVisionException(
          "ONNX Runtime could not run the model on the calibration photographs: " + e.getMessage(),
          e);
    }
    Map<String, ValueRange> ranges = new LinkedHashMap<>();
    ends.forEach((value, seen) -> ranges.put(value, seen.mean(photographs.size())));
    return ranges;
  }

  /** The same graph, of which values inside come out as well. */
  private static ModelProto watched(ModelProto classifier, Collection<String> values) {
    GraphProto.Builder graph = classifier.getGraph().toBuilder();
    TypeProto numbers =
        TypeProto.newBuilder()
            .setTensorType(
                TypeProto.Tensor.newBuilder().setElemType(TensorProto.DataType.FLOAT.getNumber()))
            .build();
    values.forEach(
        value -> graph.addOutput(ValueInfoProto.newBuilder().setName(value).setType(numbers)));
    return classifier.toBuilder().setGraph(graph).build();
  }
}
