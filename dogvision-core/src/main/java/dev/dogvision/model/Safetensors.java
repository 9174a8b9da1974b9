package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.gson.JsonParseException;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.MalformedJson;
import dev.dogvision.internal.RegularFile;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.spi.Tensor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The content of a safetensors file: named tensors and strings about them. Nothing in such a file
 * can execute.
 *
 * <p>The format: eight bytes with the header's length N (unsigned, little-endian), N bytes of JSON
 * in UTF-8, then the tensors' bytes, little-endian and in C order. The JSON maps each tensor's name
 * to its {@code dtype}, {@code shape} and {@code data_offsets} (first byte, byte after the last),
 * and {@code __metadata__} to an object of strings. Reading is strict: the tensors must cover the
 * bytes after the header without a gap or an overlap, and whatever else is wrong is refused with a
 * {@link DogVisionException} that names the file and the tensor, before memory is spent on it.
 *
 * <p>Immutable and safe from many threads at once. The same content always gives the same bytes.
 *
 * @see <a href="https://github.com/huggingface/safetensors">The format's own page</a>
 */
public final class Safetensors {
  /** The longest header that is read, in bytes. The format itself allows 100 MB. */
  static final int MAXIMUM_HEADER = 16 << 20;

  private static final byte[] NO_DATA = {};

  /** How many values are written at a time. */
  private static final int CHUNK = 1 << 14;

  private static final int MAXIMUM_DIMENSIONS = 16;
  private static final int MAXIMUM_DATA = Integer.MAX_VALUE - 16;
  private static final String METADATA = "__metadata__";
  private static final Pattern WHOLE_NUMBER = Pattern.compile("0|[1-9][0-9]{0,17}");

  private final String source;
  private final ImmutableMap<String, Entry> entries;
  private final ImmutableMap<String, String> metadata;

  /** How a tensor's elements are stored. */
  public enum ElementType {
    /** IEEE 754 double precision; read only, values are rounded to single precision. */
    F64(8),
    /** 64-bit signed integers; read only, values are rounded to single precision. */
    I64(8),
    /** IEEE 754 single precision. */
    F32(4),
    /** 32-bit signed integers; read only, values are rounded to single precision. */
    I32(4),
    /** IEEE 754 half precision. */
    F16(2),
    /** The upper half of single precision; read only. */
    BF16(2),
    /** Bytes, 0..255. */
    U8(1);

    private final int bytes;

    ElementType(int bytes) {
      this.bytes = bytes;
    }

    /**
     * The size of an element.
     *
     * @return in bytes
     */
    public int bytes() {
      return bytes;
    }
  }

  /** A tensor's bytes: {@code data} from {@code begin} on. The array is never changed. */
  @SuppressWarnings("ArrayRecordComponent") // private to this class, never compared
  private record Entry(ElementType type, int[] shape, byte[] data, int begin, int length) {}

  /** What the header says of a tensor, before it is believed. */
  @SuppressWarnings("ArrayRecordComponent") // private to this class, never compared
  private record Claim(String name, ElementType type, int[] shape, long begin, long end) {}

  private Safetensors(
      String source, ImmutableMap<String, Entry> entries, ImmutableMap<String, String> metadata) {
    this.source = source;
    this.entries = entries;
    this.metadata = metadata;
  }

  /** The same without tensors whose names begin with a prefix. */
  Safetensors without(String prefix) {
    return new Safetensors(
        source,
        ImmutableMap.copyOf(Maps.filterKeys(entries, name -> !name.startsWith(prefix))),
        metadata);
  }

  /**
   * Reads a file.
   *
   * @param file a {@code .safetensors} file
   * @return its content
   * @throws DogVisionException if it can't be read or is not well formed
   */
  public static Safetensors read(Path file) {
    try (InputStream in = RegularFile.open(file, "a .safetensors file")) {
      return read(in, file.toString(), Files.size(file), NO_DATA);
    } catch (IOException e) {
      throw unreadable(file.toString(), e);
    }
  }

  /**
   * Reads from bytes.
   *
   * @param content a whole file
   * @param source what to call it in messages
   * @return its content
   * @throws DogVisionException if it is not well formed
   */
  public static Safetensors read(byte[] content, String source) {
    return read(new ByteArrayInputStream(content), source, content.length, NO_DATA);
  }

  /** Reads from bytes that nobody changes any more, without a copy of them. */
  static Safetensors wrap(byte[] content, String source) {
    return read(new ByteArrayInputStream(content), source, content.length, content);
  }

  /**
   * Reads from a stream, to its end. Memory is spent only on what the stream really holds.
   *
   * @param in the stream; not closed
   * @param source what to call it in messages
   * @return its content
   * @throws DogVisionException if it can't be read or is not well formed
   */
  public static Safetensors read(InputStream in, String source) {
    return read(in, source, -1, NO_DATA);
  }

  /**
   * @param available how many bytes there are, where that is known, or -1
   * @param whole all the bytes, to be shared, where they are in memory; else empty
   */
  private static Safetensors read(InputStream in, String source, long available, byte[] whole) {
    try {
      byte[] prefix = in.readNBytes(8);
      if (prefix.length < 8) {
        throw broken(
            source,
            "it ends after %s bytes, within the 8 bytes that hold the header's length",
            prefix.length);
      }
      long headerLength = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
      if (headerLength < 2 || headerLength > MAXIMUM_HEADER) {
        throw broken(
            source,
            "its header claims %s bytes, expected 2 to %s",
            Long.toUnsignedString(headerLength),
            MAXIMUM_HEADER);
      }
      byte[] header = in.readNBytes((int) headerLength);
      if (header.length < headerLength) {
        throw broken(
            source, "it is truncated: %s of the header's %s bytes", header.length, headerLength);
      }
      Map<String, String> metadata = new LinkedHashMap<>();
      List<Claim> claims = parseHeader(source, header, metadata);
      long length = checkCover(source, claims);
      long values = claims.stream().mapToLong(Safetensors::values).sum();
      if (available >= 0) {
        checkWhole(source, claims, length, available - 8 - headerLength);
      }
      byte[] data;
      int first = 0;
      if (whole.length > 0) {
        data = whole;
        first = 8 + header.length;
        in.skipNBytes(length);
      } else if (available >= 0) {
        data = memory(source, length, values);
        checkWhole(source, claims, length, in.readNBytes(data, 0, data.length));
      } else {
        // Twice the bytes while they are gathered, and the tensors beside them.
        int most = (int) Math.min(length, Runtime.getRuntime().maxMemory() / 4);
        data = in.readNBytes(most);
        if (data.length == most && most < length) {
          throw tooLarge(source, length);
        }
        checkWhole(source, claims, length, data.length);
      }
      if (in.read() >= 0) {
        throw broken(source, "bytes follow its last tensor, which ends at %s", length);
      }
      ImmutableMap.Builder<String, Entry> entries = ImmutableMap.builder();
      for (Claim claim : claims) {
        int size = (int) (claim.end() - claim.begin());
        entries.put(
            claim.name(),
            new Entry(claim.type(), claim.shape(), data, first + (int) claim.begin(), size));
      }
      return new Safetensors(source, entries.buildOrThrow(), ImmutableMap.copyOf(metadata));
    } catch (IOException e) {
      throw unreadable(source, e);
    }
  }

  /**
   * Starts new content.
   *
   * @return an empty builder
   */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * The names of the tensors.
   *
   * @return in the header's order
   */
  public ImmutableSet<String> names() {
    return entries.keySet();
  }

  /**
   * The strings that travel with the tensors.
   *
   * @return {@code __metadata__}, empty where there is none
   */
  public ImmutableMap<String, String> metadata() {
    return metadata;
  }

  /**
   * How a tensor is stored.
   *
   * @param name its name
   * @return its elements' type
   * @throws DogVisionException if there is no such tensor
   */
  public ElementType type(String name) {
    return entry(name).type();
  }

  /**
   * A tensor's dimensions.
   *
   * @param name its name
   * @return outermost first, empty for a scalar
   * @throws DogVisionException if there is no such tensor
   */
  public List<Integer> shape(String name) {
    return Arrays.stream(entry(name).shape()).boxed().toList();
  }

  /**
   * A tensor as float32, whatever it is stored as.
   *
   * @param name its name
   * @return a new copy of its values, {@code U8} as 0..255
   * @throws DogVisionException if there is no such tensor
   */
  public Tensor tensor(String name) {
    Entry entry = entry(name);
    int count = entry.length() / entry.type().bytes();
    float[] values = values(count);
    ByteBuffer data =
        ByteBuffer.wrap(entry.data(), entry.begin(), entry.length())
            .slice()
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (entry.type()) {
      case F32 -> data.asFloatBuffer().get(values);
      case F16 -> HalfFloat.toFloats(data.asShortBuffer(), values);
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          values[i] = Float.intBitsToFloat(data.getShort(2 * i) << 16);
        }
      }
      case F64 -> {
        for (int i = 0; i < count; i++) {
          values[i] = (float) data.getDouble(8 * i);
        }
      }
      case I64 -> {
        for (int i = 0; i < count; i++) {
          values[i] = data.getLong(8 * i);
        }
      }
      case I32 -> {
        for (int i = 0; i < count; i++) {
          values[i] = data.getInt(4 * i);
        }
      }
      case U8 -> {
        for (int i = 0; i < count; i++) {
          values[i] = entry.data()[entry.begin() + i] & 0xff;
        }
      }
    }
    return Tensor.of(values, entry.shape());
  }

  private float[] values(int count) {
    try {
      return new float[count];
    } catch (OutOfMemoryError e) {
      throw tooLarge(source, (long) Float.BYTES * count); // one array that was never made
    }
  }

  /**
   * All tensors as float32.
   *
   * @return name to a new copy of its values, in the header's order
   */
  public ImmutableMap<String, Tensor> tensors() {
    ImmutableMap.Builder<String, Tensor> tensors = ImmutableMap.builder();
    entries.keySet().forEach(name -> tensors.put(name, tensor(name)));
    return tensors.buildOrThrow();
  }

  /**
   * A tensor's bytes as they are stored.
   *
   * @param name its name
   * @return a new copy, little-endian, in C order
   * @throws DogVisionException if there is no such tensor
   */
  public byte[] bytes(String name) {
    Entry entry = entry(name);
    return Arrays.copyOfRange(entry.data(), entry.begin(), entry.begin() + entry.length());
  }

  /**
   * Writes a file, whole or not at all.
   *
   * @param file the place; a file that is there is replaced
   * @throws DogVisionException if it can't be written; the place is then as it was before
   */
  public void write(Path file) {
    try {
      WholeFile.write(file, this::writeTo);
    } catch (IOException e) {
      throw new DogVisionException(file + " can't be written: " + e, e);
    }
  }

  /**
   * Writes to a stream: wider elements before narrower ones, so that all are aligned, and otherwise
   * in the order of {@link #names()}.
   *
   * @param out the stream; not closed
   * @throws IOException if writing fails
   */
  public void writeTo(OutputStream out) throws IOException {
    List<Map.Entry<String, Entry>> order = new ArrayList<>(entries.entrySet());
    order.sort(Comparator.comparingInt(entry -> -entry.getValue().type().bytes()));
    byte[] header = header(order);
    out.write(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length).array());
    out.write(header);
    for (Map.Entry<String, Entry> entry : order) {
      Entry tensor = entry.getValue();
      out.write(tensor.data(), tensor.begin(), tensor.length());
    }
  }

  /**
   * Writes tensors to a stream without a copy of them in memory: the same bytes that a {@link
   * Builder} with the same content gives.
   *
   * @param tensors name to values
   * @param types name to {@code F32}, {@code F16} or, where all values are whole numbers of 0..255,
   *     {@code U8}
   * @throws IllegalArgumentException if a value does not fit its type; nothing was written then
   */
  static void write(
      OutputStream out,
      Map<String, String> metadata,
      Map<String, Tensor> tensors,
      Function<String, ElementType> types)
      throws IOException {
    Map<String, Entry> entries = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          ElementType type = types.apply(name);
          checkWritable(name, tensor, type);
          entries.put(
              name, new Entry(type, shape(tensor), NO_DATA, 0, tensor.size() * type.bytes()));
        });
    List<Map.Entry<String, Entry>> order = new ArrayList<>(entries.entrySet());
    order.sort(Comparator.comparingInt(entry -> -entry.getValue().type().bytes()));
    checkArgument(
        entries.values().stream().mapToLong(Entry::length).sum() <= MAXIMUM_DATA,
        "the tensors are larger than 2 GB in all, which nobody could read back");
    byte[] header =
        new Safetensors("", ImmutableMap.copyOf(entries), ImmutableMap.copyOf(metadata))
            .header(order);
    out.write(
        ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(0, header.length).array());
    out.write(header);
    for (Map.Entry<String, Entry> entry : order) {
      float[] values = requireNonNull(tensors.get(entry.getKey())).values();
      ElementType type = entry.getValue().type();
      for (int from = 0; from < values.length; from += CHUNK) {
        out.write(encoded(values, from, Math.min(values.length, from + CHUNK), type));
      }
    }
  }

  private static int[] shape(Tensor tensor) {
    return tensor.shape().stream().mapToInt(Integer::intValue).toArray();
  }

  private static void checkWritable(String name, Tensor tensor, ElementType type) {
    checkArgument(
        type == ElementType.F32 || type == ElementType.F16 || type == ElementType.U8,
        "tensor \"%s\": type must be F32, F16 or U8 to be written, got %s",
        name,
        type);
    checkArgument(
        (long) tensor.size() * type.bytes() <= MAXIMUM_DATA,
        "tensor \"%s\" is larger than 2 GB",
        name);
    if (type == ElementType.F16) {
      for (float value : tensor.values()) {
        checkArgument(
            HalfFloat.isFinite(HalfFloat.fromFloat(value)) || !Float.isFinite(value),
            "tensor \"%s\" holds %s, too large for half precision (65504): write it as F32",
            name,
            value);
      }
    }
    if (type == ElementType.U8) {
      for (float value : tensor.values()) {
        checkArgument(
            value >= 0 && value <= 255 && value == (int) value,
            "tensor \"%s\" holds %s, which is no whole number of 0..255: write it as F32",
            name,
            value);
      }
    }
  }

  private static byte[] encoded(float[] values, int from, int to, ElementType type) {
    byte[] data = new byte[(to - from) * type.bytes()];
    ByteBuffer buffer = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
    if (type == ElementType.F32) {
      buffer.asFloatBuffer().put(values, from, to - from);
    } else if (type == ElementType.U8) {
      for (int i = from; i < to; i++) {
        buffer.put((byte) values[i]);
      }
    } else {
      for (int i = from; i < to; i++) {
        buffer.putShort(HalfFloat.fromFloat(values[i]));
      }
    }
    return data;
  }

  /**
   * The whole file as bytes.
   *
   * @return what {@link #writeTo} writes
   */
  byte[] toBytes() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      writeTo(out);
    } catch (IOException e) {
      throw new AssertionError("writing to memory does not fail", e);
    }
    return out.toByteArray();
  }

  @Override
  public String toString() {
    return source + ": " + entries.size() + " tensors";
  }

  private Entry entry(String name) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new MismatchException(
          source,
          source + " has no tensor \"" + Excerpt.of(name) + "\"; it has " + some(entries.keySet()));
    }
    return entry;
  }

  private static String some(Set<String> names) {
    String first = String.join(", ", names.stream().limit(5).map(Excerpt::of).toList());
    return names.size() > 5 ? first + " and " + (names.size() - 5) + " more" : first;
  }

  private byte[] header(List<Map.Entry<String, Entry>> order) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonWriter json = new JsonWriter(text)) {
      json.beginObject();
      if (!metadata.isEmpty()) {
        json.name(METADATA).beginObject();
        for (Map.Entry<String, String> item : metadata.entrySet()) {
          json.name(item.getKey()).value(item.getValue());
        }
        json.endObject();
      }
      long begin = 0;
      for (Map.Entry<String, Entry> entry : order) {
        Entry tensor = entry.getValue();
        json.name(entry.getKey()).beginObject();
        json.name("dtype").value(tensor.type().name());
        json.name("shape").beginArray();
        for (int dimension : tensor.shape()) {
          json.value(dimension);
        }
        json.endArray();
        json.name("data_offsets").beginArray().value(begin).value(begin + tensor.length());
        json.endArray().endObject();
        begin += tensor.length();
      }
      json.endObject();
    }
    // Spaces up to a multiple of 8, as the format's own writer adds, keep the tensors aligned.
    byte[] unpadded = text.toString().getBytes(StandardCharsets.UTF_8);
    byte[] padded = Arrays.copyOf(unpadded, (unpadded.length + 7) / 8 * 8);
    Arrays.fill(padded, unpadded.length, padded.length, (byte) ' ');
    return padded;
  }

  private static List<Claim> parseHeader(
      String source, byte[] header, Map<String, String> metadata) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(header)).toString();
    } catch (CharacterCodingException e) {
      throw broken(source, "its header is not UTF-8");
    }
    if (text.charAt(0) != '{') {
      throw broken(source, "its header does not begin with {");
    }
    List<Claim> claims = new ArrayList<>();
    Set<String> names = new HashSet<>();
    String at = "";
    try (JsonReader json = new JsonReader(new StringReader(text))) {
      json.beginObject();
      while (json.hasNext()) {
        String name = json.nextName();
        at = name.equals(METADATA) ? " in " + METADATA : " in tensor " + quoted(name);
        if (!names.add(name)) {
          throw broken(source, "its header has %s twice", quoted(name));
        }
        if (name.equals(METADATA)) {
          parseMetadata(source, json, metadata);
        } else {
          claims.add(parseClaim(source, name, json));
        }
        at = "";
      }
      json.endObject();
      if (json.peek() != JsonToken.END_DOCUMENT) {
        throw broken(source, "its header goes on after its JSON");
      }
    } catch (IOException | IllegalStateException | JsonParseException e) {
      throw broken(
          source, "its header is not the JSON expected%s: %s", at, MalformedJson.reason(e));
    }
    return claims;
  }

  private static void parseMetadata(String source, JsonReader json, Map<String, String> metadata)
      throws IOException {
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      if (json.peek() != JsonToken.STRING) {
        throw broken(source, "%s: %s is not a string", METADATA, quoted(key));
      }
      if (metadata.put(key, json.nextString()) != null) {
        throw broken(source, "%s has %s twice", METADATA, quoted(key));
      }
    }
    json.endObject();
  }

  private static Claim parseClaim(String source, String name, JsonReader json) throws IOException {
    ElementType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    json.beginObject();
    while (json.hasNext()) {
      String key = json.nextName();
      switch (key) {
        case "dtype" -> {
          if (type != null) {
            throw broken(source, "tensor %s has \"dtype\" twice", quoted(name));
          }
          type = elementType(source, name, json);
        }
        case "shape" -> {
          if (shape != null) {
            throw broken(source, "tensor %s has \"shape\" twice", quoted(name));
          }
          shape = wholeNumbers(source, name, key, json, MAXIMUM_DIMENSIONS);
        }
        case "data_offsets" -> {
          if (offsets != null) {
            throw broken(source, "tensor %s has \"data_offsets\" twice", quoted(name));
          }
          offsets = wholeNumbers(source, name, key, json, 2);
        }
        default -> throw broken(source, "tensor %s has an unknown %s", quoted(name), quoted(key));
      }
    }
    json.endObject();
    if (type == null || shape == null || offsets == null || offsets.size() != 2) {
      throw broken(source, "tensor %s needs dtype, shape and two data_offsets", quoted(name));
    }
    return claim(source, name, type, shape, offsets.get(0), offsets.get(1));
  }

  private static ElementType elementType(String source, String name, JsonReader json)
      throws IOException {
    String text = json.peek() == JsonToken.STRING ? json.nextString() : "";
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(text)) {
        return type;
      }
    }
    throw broken(
        source,
        "tensor %s has the dtype %s, expected one of %s",
        quoted(name),
        quoted(text),
        Arrays.toString(ElementType.values()));
  }

  private static List<Long> wholeNumbers(
      String source, String name, String key, JsonReader json, int maximum) throws IOException {
    List<Long> numbers = new ArrayList<>();
    json.beginArray();
    while (json.hasNext()) {
      String text = json.peek() == JsonToken.NUMBER ? json.nextString() : "";
      if (!WHOLE_NUMBER.matcher(text).matches() || numbers.size() == maximum) {
        throw broken(
            source,
            "tensor %s: %s must be at most %s whole numbers from 0 to 10^18",
            quoted(name),
            key,
            maximum);
      }
      numbers.add(Long.parseLong(text));
    }
    json.endArray();
    return numbers;
  }

  private static Claim claim(
      String source, String name, ElementType type, List<Long> shape, long begin, long end) {
    long bytes = type.bytes();
    int[] dimensions = new int[shape.size()];
    boolean empty = shape.contains(0L);
    for (int i = 0; i < dimensions.length; i++) {
      long dimension = shape.get(i);
      // Bounded before each multiplication, so that nothing overflows.
      if (dimension > MAXIMUM_DATA || (!empty && bytes * dimension > MAXIMUM_DATA)) {
        throw broken(
            source, "tensor %s of shape %s is larger than 2 GB", quoted(name), shape.toString());
      }
      dimensions[i] = (int) dimension;
      bytes *= empty ? 1 : dimension;
    }
    if (empty) {
      bytes = 0;
    }
    if (begin > end || end - begin != bytes) {
      throw broken(
          source,
          "tensor %s of type %s and shape %s needs %s bytes, its data_offsets are %s to %s",
          quoted(name),
          type,
          shape.toString(),
          bytes,
          begin,
          end);
    }
    return new Claim(name, type, dimensions, begin, end);
  }

  /** How many values a tensor has. */
  private static long values(Claim claim) {
    return (claim.end() - claim.begin()) / claim.type().bytes();
  }

  private static long checkCover(String source, List<Claim> claims) {
    List<Claim> sorted = new ArrayList<>(claims);
    sorted.sort(Comparator.comparingLong(Claim::begin).thenComparingLong(Claim::end));
    long end = 0;
    @Nullable Claim before = null;
    for (Claim claim : sorted) {
      if (claim.begin() != end) {
        throw broken(
            source,
            "tensor %s begins at %s, but %s ends at %s: tensors must follow each other without gap"
                + " or overlap",
            quoted(claim.name()),
            claim.begin(),
            before == null ? "the header" : "tensor " + quoted(before.name()),
            end);
      }
      end = claim.end();
      before = claim;
    }
    if (end > MAXIMUM_DATA) {
      throw broken(source, "it claims %s bytes of tensors, at most 2 GB are read", end);
    }
    return end;
  }

  private static void checkWhole(String source, List<Claim> claims, long length, long there) {
    if (there < length) {
      Claim first =
          claims.stream()
              .filter(claim -> claim.end() > there)
              .min(Comparator.comparingLong(Claim::end))
              .orElseThrow();
      throw broken(
          source,
          "it is truncated: tensor %s needs bytes %s to %s after the header, which end at %s",
          quoted(first.name()),
          first.begin(),
          first.end(),
          there);
    }
  }

  /**
   * An array for a file's bytes.
   *
   * @param values how many values of its tensors will be made of the bytes
   * @throws DogVisionException if there is not the memory
   */
  static byte[] memory(String source, long length, long values) {
    // The tensors are made beside their bytes, in single precision whatever they are stored as.
    if (length + Float.BYTES * values > Runtime.getRuntime().maxMemory()) {
      throw tooLarge(source, Math.max(length, Float.BYTES * values));
    }
    try {
      return new byte[(int) length];
    } catch (OutOfMemoryError e) {
      // One array that was never made: nothing else in the process is worse off for it.
      throw tooLarge(source, length);
    }
  }

  private static DogVisionException tooLarge(String source, long length) {
    return new DogVisionException(
        String.format(
            Locale.ROOT,
            "%s has %,d MB of weights, too many for Java's heap of %,d MB: start Java with a"
                + " larger -Xmx",
            source,
            length >> 20,
            Runtime.getRuntime().maxMemory() >> 20));
  }

  private static String quoted(String name) {
    return '"' + Excerpt.of(name, 100) + '"';
  }

  private static DogVisionException broken(String source, String message, Object... arguments) {
    return new DamagedFileException(
        source,
        source
            + " is not a readable safetensors file: "
            + String.format(Locale.ROOT, message, arguments));
  }

  private static DogVisionException unreadable(String source, IOException e) {
    return new DogVisionException(source + " can't be read: " + e, e);
  }

  /** Collects tensors and metadata. Not for several threads at once. */
  public static final class Builder {
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Adds a string about the tensors.
     *
     * @param key its name, not used before
     * @param value the string
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder metadata(String key, String value) {
      checkArgument(metadata.put(key, value) == null, "metadata \"%s\" is set twice", key);
      return this;
    }

    /**
     * Adds several strings.
     *
     * @param values names, none of them used before, and strings
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder metadata(Map<String, String> values) {
      values.forEach(this::metadata);
      return this;
    }

    /**
     * Adds a tensor in single precision.
     *
     * @param name its name, not used before
     * @param tensor its values
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder add(String name, Tensor tensor) {
      return add(name, tensor, ElementType.F32);
    }

    /**
     * Adds a tensor.
     *
     * @param name its name, not used before
     * @param tensor its values
     * @param type {@code F32}; {@code F16}, which rounds to the nearest, ties to even; or {@code
     *     U8} for whole numbers of 0..255
     * @return this
     * @throws IllegalArgumentException if the type is another one, a finite value is too large for
     *     half precision (65504), or one for {@code U8} is none of these
     */
    @CanIgnoreReturnValue
    public Builder add(String name, Tensor tensor, ElementType type) {
      checkWritable(name, tensor, type);
      byte[] data = encoded(tensor.values(), 0, tensor.size(), type);
      return put(name, type, Safetensors.shape(tensor), data);
    }

    /**
     * Adds a tensor of bytes, 0..255.
     *
     * @param name its name, not used before
     * @param values the elements in C order; copied
     * @param shape the dimensions
     * @return this
     */
    @CanIgnoreReturnValue
    public Builder add(String name, byte[] values, int... shape) {
      long size = 1;
      for (int dimension : shape) {
        checkArgument(
            dimension >= 0, "tensor \"%s\": shape has a negative dimension: %s", name, dimension);
        size = Math.min(size * dimension, 1L << 31);
      }
      checkArgument(
          size == values.length,
          "tensor \"%s\": shape %s does not hold %s values",
          name,
          Arrays.toString(shape),
          values.length);
      return put(name, ElementType.U8, shape.clone(), values.clone());
    }

    /**
     * The content.
     *
     * @return all that was added
     */
    public Safetensors build() {
      return new Safetensors(
          "safetensors in memory", ImmutableMap.copyOf(entries), ImmutableMap.copyOf(metadata));
    }

    private Builder put(String name, ElementType type, int[] shape, byte[] data) {
      checkArgument(!name.equals(METADATA), "a tensor can't be named \"%s\"", METADATA);
      checkArgument(
          shape.length <= MAXIMUM_DIMENSIONS,
          "tensor \"%s\" has more than %s dimensions",
          name,
          MAXIMUM_DIMENSIONS);
      checkArgument(
          entries.put(name, new Entry(type, shape, data, 0, data.length)) == null,
          "tensor \"%s\" is added twice",
          name);
      return this;
    }
  }
}
