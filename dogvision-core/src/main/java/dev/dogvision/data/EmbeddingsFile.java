package dev.dogvision.data;

import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.internal.Excerpt;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings in NumPy's archive: a zip file of {@code .npy} files, each a line that describes an
 * array, and its bytes. Texts are stored as NumPy stores them, all of one length, in four bytes a
 * character. Nothing in it is pickled, so that {@code numpy.load} takes it as it is and nothing in
 * it can execute; an archive with pickled objects is refused.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">The
 *     format's own page</a>
 */
final class EmbeddingsFile {
  private static final String EMBEDDINGS = "embeddings";
  private static final String IDS = "ids";
  private static final String LABELS = "labels";
  private static final String NETWORK = "network";

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final int ALIGNMENT = 64;
  private static final int LONGEST_HEADER = 1 << 16;
  private static final int LONGEST_TEXT = 1 << 16;
  private static final int MOST_VALUES = 1 << 20;
  private static final int CHUNK = 1 << 16;

  /** What a text takes besides its characters. */
  private static final int BYTES_OF_A_TEXT = 64;

  /** Zip's first instant: the same embeddings give the same bytes. */
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 1, 1, 0, 0);

  private static final Pattern DESCRIPTION =
      Pattern.compile(
          "\\{'descr': '([^']{1,20})', 'fortran_order': (True|False), 'shape':"
              + " \\(((?:\\d{1,18}, ?)*(?:\\d{1,18})?,?)\\),? ?\\}\\s*");

  private final Path file;
  private final ZipFile zip;

  private EmbeddingsFile(Path file, ZipFile zip) {
    this.file = file;
    this.zip = zip;
  }

  static void write(
      Embeddings embeddings, List<@Nullable String> labels, float[][] rows, OutputStream out)
      throws IOException {
    ZipOutputStream zip = new ZipOutputStream(out);
    zip.setLevel(Deflater.BEST_SPEED);
    begin(zip, EMBEDDINGS, "<f4", "(" + rows.length + ", " + embeddings.dimension() + ")");
    ByteBuffer bytes =
        ByteBuffer.allocate(4 * embeddings.dimension()).order(ByteOrder.LITTLE_ENDIAN);
    for (float[] row : rows) {
      bytes.clear();
      bytes.asFloatBuffer().put(row);
      zip.write(bytes.array());
    }
    zip.closeEntry();
    texts(zip, IDS, embeddings.ids(), "(" + rows.length + ",)");
    texts(
        zip,
        LABELS,
        labels.stream().map(label -> label == null ? "" : label).toList(),
        "(" + rows.length + ",)");
    texts(zip, NETWORK, List.of(embeddings.network()), "()");
    zip.finish();
  }

  private static void begin(ZipOutputStream zip, String name, String type, String shape)
      throws IOException {
    ZipEntry entry = new ZipEntry(name + ".npy");
    entry.setTimeLocal(ALWAYS);
    zip.putNextEntry(entry);
    StringBuilder text =
        new StringBuilder("{'descr': '" + type + "', 'fortran_order': False, 'shape': " + shape)
            .append(", }");
    while ((MAGIC.length + 4 + text.length() + 1) % ALIGNMENT != 0) {
      text.append(' ');
    }
    byte[] description = text.append('\n').toString().getBytes(StandardCharsets.US_ASCII);
    zip.write(MAGIC);
    zip.write(new byte[] {1, 0, (byte) description.length, (byte) (description.length >> 8)});
    zip.write(description);
  }

  private static void texts(ZipOutputStream zip, String name, List<String> texts, String shape)
      throws IOException {
    int longest = 1; // NumPy has no texts of length 0
    for (String text : texts) {
      longest = Math.max(longest, text.codePointCount(0, text.length()));
    }
    begin(zip, name, "<U" + longest, shape);
    ByteBuffer bytes = ByteBuffer.allocate(4 * longest).order(ByteOrder.LITTLE_ENDIAN);
    for (String text : texts) {
      bytes.clear();
      text.codePoints().forEach(bytes::putInt);
      while (bytes.hasRemaining()) {
        bytes.putInt(0);
      }
      zip.write(bytes.array());
    }
    zip.closeEntry();
  }

  static Embeddings read(Path file) {
    try (ZipFile zip = open(file)) {
      return new EmbeddingsFile(file, zip).read();
    } catch (NoSuchFileException e) {
      throw new DogVisionException("no embeddings at " + file + ": there is no such file", e);
    } catch (ZipException | EOFException e) {
      throw new DamagedFileException(
          file.toString(), file + " is damaged: " + e.getMessage() + "; write it again", e);
    } catch (IOException e) {
      throw new DogVisionException(file + " can't be read: " + e, e);
    }
  }

  private static ZipFile open(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new DogVisionException(file + " is not a file; embeddings (.npz) were expected there");
    }
    try {
      return new ZipFile(file.toFile());
    } catch (ZipException | IllegalArgumentException e) {
      throw new DamagedFileException(
          file.toString(),
          file
              + " is no archive of embeddings (.npz), or is cut short ("
              + e.getMessage()
              + "): give a file that Embeddings.write or numpy.savez has written",
          e);
    }
  }

  private Embeddings read() throws IOException {
    Array matrix = array(EMBEDDINGS, 2);
    boolean doubles = matrix.type.equals("<f8");
    if (!doubles && !matrix.type.equals("<f4")) {
      throw wrong(EMBEDDINGS, "holds values of type " + quoted(matrix.type), "<f4 or <f8");
    }
    int count = Math.toIntExact(matrix.shape.get(0));
    int width = Math.toIntExact(matrix.shape.get(1));
    if (width < 1 || width > MOST_VALUES) {
      throw wrong(EMBEDDINGS, "has rows of " + width + " values", "1 to " + MOST_VALUES);
    }
    List<String> ids = texts(IDS, count);
    List<@Nullable String> labels = new ArrayList<>();
    if (zip.getEntry(LABELS + ".npy") == null) {
      labels.addAll(Collections.nCopies(count, null));
    } else {
      texts(LABELS, count).forEach(label -> labels.add(label.isEmpty() ? null : label));
    }
    String network = zip.getEntry(NETWORK + ".npy") == null ? "" : texts(NETWORK, -1).get(0);
    checkMemory(4L * count * width);
    float[][] rows = new float[count][];
    byte[] bytes = new byte[(doubles ? 8 : 4) * width];
    try (InputStream in = matrix.in) {
      for (int i = 0; i < count; i++) {
        fill(in, bytes, EMBEDDINGS);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        float[] row = new float[width];
        for (int k = 0; k < width; k++) {
          row[k] = doubles ? (float) buffer.getDouble() : buffer.getFloat();
        }
        rows[i] = row;
      }
      checkEnd(in, EMBEDDINGS);
    }
    try {
      return Embeddings.of(network, width, ids, labels, rows, List.of());
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(file.toString(), file + ": " + e.getMessage(), e);
    }
  }

  /** An array of the archive, read up to its values. */
  private record Array(String type, List<Long> shape, InputStream in) {}

  private Array array(String name, int dimensions) throws IOException {
    ZipEntry entry = zip.getEntry(name + ".npy");
    if (entry == null) {
      throw new DamagedFileException(
          file.toString(),
          String.format(
              Locale.ROOT,
              "%s has no array \"%s\": give a file that Embeddings.write has written, or"
                  + " numpy.savez(file, embeddings=..., ids=...)",
              file,
              name));
    }
    InputStream in = new BufferedInputStream(zip.getInputStream(entry), CHUNK);
    byte[] start = new byte[MAGIC.length + 2];
    fill(in, start, name);
    for (int i = 0; i < MAGIC.length; i++) {
      if (start[i] != MAGIC[i]) {
        throw wrong(name, "is no array of NumPy's", "a .npy file");
      }
    }
    byte[] lengthBytes = new byte[start[MAGIC.length] == 1 ? 2 : 4];
    fill(in, lengthBytes, name);
    long length = 0;
    for (int i = lengthBytes.length - 1; i >= 0; i--) {
      length = (length << 8) | (lengthBytes[i] & 0xFF);
    }
    if (length > LONGEST_HEADER) {
      throw wrong(name, "has a description of " + length + " bytes", "at most " + LONGEST_HEADER);
    }
    byte[] description = new byte[(int) length];
    fill(in, description, name);
    String text = new String(description, StandardCharsets.UTF_8);
    Matcher matcher = DESCRIPTION.matcher(text);
    if (!matcher.matches() || matcher.group(2).equals("True")) {
      throw wrong(
          name,
          "is described by " + quoted(text.strip()),
          "an array in C order, such as numpy.ascontiguousarray makes");
    }
    List<Long> shape = new ArrayList<>();
    for (String size : matcher.group(3).split(",", -1)) {
      if (!size.isBlank()) {
        shape.add(Long.parseLong(size.strip()));
      }
    }
    if (shape.size() != dimensions || shape.stream().anyMatch(size -> size > Integer.MAX_VALUE)) {
      throw wrong(
          name,
          "has the shape " + shape,
          dimensions == 2 ? "rows and values" : dimensions == 1 ? "one text a row" : "one text");
    }
    return new Array(matcher.group(1), shape, in);
  }

  /**
   * Texts.
   *
   * @param count how many there must be; -1 for one that is no list
   */
  private List<String> texts(String name, int count) throws IOException {
    Array array = array(name, count < 0 ? 0 : 1);
    Matcher type = Pattern.compile("<U(\\d{1,5})").matcher(array.type);
    int longest = type.matches() ? Integer.parseInt(type.group(1)) : 0;
    if (longest < 1 || longest > LONGEST_TEXT) {
      throw wrong(name, "holds values of type " + quoted(array.type), "texts, such as <U32");
    }
    int texts = count < 0 ? 1 : count;
    if (count >= 0 && array.shape.get(0) != count) {
      throw wrong(
          name, "has " + array.shape.get(0) + " texts", "one for each of the " + count + " rows");
    }
    checkMemory((4L * longest + BYTES_OF_A_TEXT) * texts);
    List<String> read = new ArrayList<>();
    byte[] bytes = new byte[4 * longest];
    try (InputStream in = array.in) {
      for (int i = 0; i < texts; i++) {
        fill(in, bytes, name);
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        StringBuilder text = new StringBuilder();
        for (int k = 0; k < longest; k++) {
          int character = buffer.getInt();
          if (character == 0) {
            break;
          }
          if (!Character.isValidCodePoint(character)) {
            throw wrong(name, "holds a character that there is not in text " + i, "Unicode");
          }
          text.appendCodePoint(character);
        }
        read.add(text.toString());
      }
      checkEnd(in, name);
    }
    return read;
  }

  private void checkMemory(long bytes) {
    long most = Runtime.getRuntime().maxMemory() / 2;
    if (bytes > most) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "%s: its arrays take %,d MB of memory, and half of this JVM's are %,d: give it more"
                  + " (-Xmx), or embed fewer photographs",
              file,
              bytes >> 20,
              most >> 20));
    }
  }

  private void fill(InputStream in, byte[] bytes, String name) throws IOException {
    if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
      throw wrong(name, "ends too early", "as many values as its shape says");
    }
  }

  private void checkEnd(InputStream in, String name) throws IOException {
    if (in.read() >= 0) {
      throw wrong(name, "goes on after its end", "as many values as its shape says");
    }
  }

  private DamagedFileException wrong(String name, String found, String expected) {
    return new DamagedFileException(
        file.toString(),
        String.format(
            Locale.ROOT, "%s: the array \"%s\" %s, expected %s", file, name, found, expected));
  }

  private static String quoted(String text) {
    return "\"" + Excerpt.of(text) + "\"";
  }
}
