package dev.dogvision.onnx;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Writes an ONNX model in its binary form, a message at a time. The classes that Protocol Buffers
 * generate for the format would do the same; loading them is a tenth of the start of an application
 * that predicts one picture. Numbers of fields are those of <a
 * href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>.
 */
final class GraphBytes {
  /** {@code TensorProto.DataType}. */
  static final int FLOAT = 1;

  /** {@code TensorProto.DataType}. */
  static final int UINT8 = 2;

  /** The name of the dimension that may have any length. */
  private static final String BATCH = "batch";

  private static final int OPERATOR_SET = 17;
  private static final int INTERMEDIATE_REPRESENTATION = 8;

  /** {@code AttributeProto.AttributeType}. */
  private static final int INT = 2;

  /** {@code AttributeProto.AttributeType}. */
  private static final int INTS = 7;

  /** {@code TensorProto.DataLocation}. */
  private static final int EXTERNAL = 1;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final CodedOutputStream graph = CodedOutputStream.newInstance(bytes);

  GraphBytes(String name) {
    write(graph, out -> out.writeString(2, name));
  }

  /** What an operator is told besides its inputs. */
  private record Attribute(String name, boolean list, List<Long> values) {}

  /** Attributes of an operator. */
  static final class Attributes {
    private final List<Attribute> all = new ArrayList<>();

    Attributes whole(String name, long value) {
      all.add(new Attribute(name, false, List.of(value)));
      return this;
    }

    Attributes wholes(String name, int... values) {
      List<Long> list = new ArrayList<>();
      for (int value : values) {
        list.add((long) value);
      }
      all.add(new Attribute(name, true, list));
      return this;
    }
  }

  /** Fills a message; what it writes to is memory. */
  private interface Content {
    void writeTo(CodedOutputStream out) throws IOException;
  }

  private static void write(CodedOutputStream out, Content content) {
    try {
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] message(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    write(out, content);
    write(out, CodedOutputStream::flush);
    return bytes.toByteArray();
  }

  private static void writeMessage(CodedOutputStream out, int field, Content content)
      throws IOException {
    out.writeByteArray(field, message(content));
  }

  private void add(int field, Content content) {
    write(graph, out -> writeMessage(out, field, content));
  }

  /** Adds an operator with one output. */
  void node(String operator, List<String> inputs, String output, Attributes attributes) {
    add(
        1,
        node -> {
          for (String input : inputs) {
            node.writeString(1, input);
          }
          node.writeString(2, output);
          node.writeString(4, operator);
          for (Attribute attribute : attributes.all) {
            writeMessage(node, 5, message -> writeAttribute(message, attribute));
          }
        });
  }

  private static void writeAttribute(CodedOutputStream out, Attribute attribute)
      throws IOException {
    out.writeString(1, attribute.name());
    if (attribute.list()) {
      for (long value : attribute.values()) {
        out.writeInt64(8, value);
      }
      out.writeEnum(20, INTS);
    } else {
      out.writeInt64(3, attribute.values().get(0));
      out.writeEnum(20, INT);
    }
  }

  /** Adds values that the graph holds. */
  void tensor(String name, float[] values, long... shape) {
    ByteBuffer raw =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    raw.asFloatBuffer().put(values);
    add(
        5,
        tensor -> {
          writeTensor(tensor, name, shape);
          tensor.writeByteArray(9, raw.array());
        });
  }

  /** Adds values that are handed over beside the graph. */
  void tensorBeside(String name, long... shape) {
    add(
        5,
        tensor -> {
          writeTensor(tensor, name, shape);
          writeEntry(tensor, 13, "location", "memory");
          tensor.writeEnum(14, EXTERNAL);
        });
  }

  private static void writeTensor(CodedOutputStream out, String name, long... shape)
      throws IOException {
    for (long dimension : shape) {
      out.writeInt64(1, dimension);
    }
    out.writeInt32(2, FLOAT);
    out.writeString(8, name);
  }

  private static void writeEntry(CodedOutputStream out, int field, String key, String value)
      throws IOException {
    writeMessage(
        out,
        field,
        entry -> {
          entry.writeString(1, key);
          entry.writeString(2, value);
        });
  }

  /** Declares what goes in, for any number of images. */
  void input(String name, int type, int... shape) {
    declare(11, name, type, shape);
  }

  /** Declares what comes out, numbers for any number of images. */
  void output(String name, int... shape) {
    declare(12, name, FLOAT, shape);
  }

  private void declare(int field, String name, int type, int... shape) {
    Content dimensions =
        out -> {
          writeMessage(out, 1, batch -> batch.writeString(2, BATCH));
          for (int dimension : shape) {
            writeMessage(out, 1, length -> length.writeInt64(1, dimension));
          }
        };
    Content tensor =
        out -> {
          out.writeInt32(1, type);
          writeMessage(out, 2, dimensions);
        };
    add(
        field,
        value -> {
          value.writeString(1, name);
          writeMessage(value, 2, kind -> writeMessage(kind, 1, tensor));
        });
  }

  /**
   * The whole model.
   *
   * @param metadata what else there is to know of it
   */
  byte[] model(Map<String, String> metadata) {
    write(graph, CodedOutputStream::flush);
    return message(
        out -> {
          out.writeInt64(1, INTERMEDIATE_REPRESENTATION);
          out.writeString(2, "DogVision");
          out.writeByteArray(7, bytes.toByteArray());
          writeMessage(out, 8, set -> set.writeInt64(2, OPERATOR_SET));
          for (Map.Entry<String, String> entry : metadata.entrySet()) {
            writeEntry(out, 14, entry.getKey(), entry.getValue());
          }
        });
  }
}
