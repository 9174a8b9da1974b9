package dev.dogvision.djl;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module as libtorch loads it: the text of its methods and its tensors, in a zip of
 * stored entries. It is written anew from plain weights whenever a network opens; it is never how a
 * model is kept.
 *
 * <pre>
 * net/version                "3"
 * net/byteorder              "little"
 * net/constants.pkl          a pickled empty tuple
 * net/code/__torch__.py      the text, one class
 * net/data.pkl               the module, pickled, its tensors by reference
 * net/data/0, net/data/1 ... the tensors' values, little-endian
 * </pre>
 *
 * @param methods the text of the class's methods, indented by two spaces
 * @param attributes its tensors
 */
record TorchScriptArchive(String methods, List<Attribute> attributes) {
  private static final String FOLDER = "net/";

  TorchScriptArchive {
    attributes = List.copyOf(attributes);
  }

  /**
   * A tensor that the module holds.
   *
   * @param name an identifier, the {@code x} of {@code self.x}
   * @param values the elements as they lie in memory
   * @param shape the dimensions
   * @param strides for each dimension, how many elements apart its neighbours lie
   */
  @SuppressWarnings("ArrayRecordComponent") // written once, never compared
  record Attribute(String name, float[] values, int[] shape, int[] strides) {
    Attribute {
      checkArgument(name.matches("[a-z][a-z0-9_]*"), "not an attribute's name: \"%s\"", name);
      checkArgument(shape.length == strides.length, "%s: as many strides as dimensions", name);
    }

    /** A vector. */
    static Attribute vector(String name, float[] values) {
      return new Attribute(name, values, new int[] {values.length}, new int[] {1});
    }

    /** A matrix in C order. */
    static Attribute matrix(String name, float[] values, int rows, int columns) {
      return new Attribute(name, values, new int[] {rows, columns}, new int[] {columns, 1});
    }

    /** A convolution's kernel {@code [o, i, h, w]} laid out with the input channels innermost. */
    static Attribute kernel(String name, float[] channelsLast, int[] shape) {
      int i = shape[1];
      int row = shape[3] * i;
      return new Attribute(name, channelsLast, shape, new int[] {shape[2] * row, 1, row, i});
    }
  }

  /** Writes the archive over whatever the file holds. */
  void write(Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      entry(zip, "version", "3\n".getBytes(StandardCharsets.US_ASCII));
      entry(zip, "byteorder", "little".getBytes(StandardCharsets.US_ASCII));
      entry(zip, "constants.pkl", new Pickle().emptyTuple().end());
      entry(zip, "code/__torch__.py", text().getBytes(StandardCharsets.UTF_8));
      entry(zip, "data.pkl", module());
      for (int i = 0; i < attributes.size(); i++) {
        float[] values = attributes.get(i).values();
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
        bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(values);
        entry(zip, "data/" + i, bytes.array());
      }
    }
  }

  /** The class that libtorch compiles. */
  String text() {
    StringBuilder text = new StringBuilder("class Net(Module):\n");
    text.append("  __parameters__ = []\n  __buffers__ = [");
    attributes.forEach(attribute -> text.append('"').append(attribute.name()).append("\", "));
    text.append("]\n");
    for (Attribute attribute : attributes) {
      text.append("  ").append(attribute.name()).append(" : Tensor\n");
    }
    return text.append("  training : bool\n").append(methods).toString();
  }

  private byte[] module() {
    Pickle pickle = new Pickle().global("__torch__", "Net").emptyTuple().newObject();
    pickle.emptyDict().mark().text("training").bool(true);
    for (int i = 0; i < attributes.size(); i++) {
      Attribute attribute = attributes.get(i);
      pickle.text(attribute.name());
      pickle.global("torch._utils", "_rebuild_tensor_v2").mark();
      pickle.mark().text("storage").global("torch", "FloatStorage");
      pickle.text(Integer.toString(i)).text("cpu").integer(attribute.values().length);
      pickle.tuple().persistentId();
      pickle.integer(0).integers(attribute.shape()).integers(attribute.strides());
      pickle.bool(false);
      pickle.global("collections", "OrderedDict").emptyTuple().reduce();
      pickle.tuple().reduce();
    }
    return pickle.setItems().build().end();
  }

  private static void entry(ZipOutputStream zip, String name, byte[] content) throws IOException {
    ZipEntry entry = new ZipEntry(FOLDER + name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    CRC32 checksum = new CRC32();
    checksum.update(content);
    entry.setCrc(checksum.getValue());
    zip.putNextEntry(entry);
    zip.write(content);
    zip.closeEntry();
  }

  /** The few opcodes of pickle's protocol 2 that a module needs. */
  private static final class Pickle {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Pickle() {
      bytes.write(0x80);
      bytes.write(2);
    }

    Pickle global(String module, String name) {
      return raw("c" + module + "\n" + name + "\n");
    }

    Pickle text(String value) {
      byte[] content = value.getBytes(StandardCharsets.UTF_8);
      bytes.write('X');
      little(content.length);
      bytes.writeBytes(content);
      return this;
    }

    Pickle integer(int value) {
      bytes.write('J');
      little(value);
      return this;
    }

    Pickle integers(int[] values) {
      mark();
      for (int value : values) {
        integer(value);
      }
      return tuple();
    }

    Pickle bool(boolean value) {
      bytes.write(value ? 0x88 : 0x89);
      return this;
    }

    Pickle mark() {
      return raw("(");
    }

    Pickle tuple() {
      return raw("t");
    }

    Pickle emptyTuple() {
      return raw(")");
    }

    Pickle emptyDict() {
      return raw("}");
    }

    Pickle setItems() {
      return raw("u");
    }

    Pickle newObject() {
      bytes.write(0x81);
      return this;
    }

    Pickle persistentId() {
      return raw("Q");
    }

    Pickle reduce() {
      return raw("R");
    }

    Pickle build() {
      return raw("b");
    }

    byte[] end() {
      return raw(".").bytes.toByteArray();
    }

    private Pickle raw(String opcodes) {
      bytes.writeBytes(opcodes.getBytes(StandardCharsets.US_ASCII));
      return this;
    }

    private void little(int value) {
      for (int shift = 0; shift < 32; shift += 8) {
        bytes.write(value >>> shift);
      }
    }
  }
}
