package dev.dogvision.internal.inputs;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.dogvision.internal.WholeFile;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings on disk. An embedding is found again only where the weights, the plan of the network,
 * the preprocessing, the engine, the kind of device and the bytes of the photograph are all the
 * same; the name of a photograph does not matter.
 *
 * <p>One file for each combination of all but the photograph: {@code embeddings-<hash>.bin}. It is
 * a list of records of one length, each the SHA-256 of a photograph's bytes, the embedding
 * (float32, little-endian) and a CRC32C of both. A record that is damaged, and what is left of a
 * record at a file's end, are passed over, and their embeddings computed anew. The file is written
 * beside and renamed, so that it is whole at any moment.
 *
 * <p>While embeddings are computed, those that are new go to files of their own every so often,
 * {@code embeddings-<hash>.<any>.bin} of the same form, so that a killed process loses few of them.
 * They are read as well, and become part of the one file when that is written next.
 *
 * <p>A disk that is full or gone ends no run: it is told once, and nothing more is written.
 */
public final class EmbeddingCache {
  private static final int HASH_BYTES = 32;
  private static final HexFormat HEX = HexFormat.of();
  private static final byte[] MAGIC =
      "dogvision-embeddings-1\n".getBytes(StandardCharsets.US_ASCII);

  /** A killed process loses fewer than these. */
  private static final int NEW_IN_A_FILE = 256;

  private final Path folder;
  private final String name;
  private final int size;
  private final Map<String, float[]> entries = new HashMap<>();
  private final Map<String, float[]> unsaved = new HashMap<>();
  private final List<Path> parts = new ArrayList<>();
  private final Consumer<String> notices;

  /** Whether writing failed: the disk is full, as a rule. */
  private boolean full;

  /** Whether reading failed. */
  private boolean unreadable;

  private EmbeddingCache(Path folder, String name, int size, Consumer<String> notices) {
    this.folder = folder;
    this.name = name;
    this.size = size;
    this.notices = notices;
  }

  /**
   * Opens the cache for a backbone.
   *
   * @param folder where the files are
   * @param part a name for all that an embedding depends on besides the photograph: 64 hexadecimal
   *     digits
   * @param size values in an embedding
   * @param notices hears what can't be read or written; a run goes on without
   */
  public static EmbeddingCache open(Path folder, String part, int size, Consumer<String> notices) {
    EmbeddingCache cache =
        new EmbeddingCache(folder, "embeddings-" + part.substring(0, 32), size, notices);
    cache.read(cache.file());
    cache.readParts();
    return cache;
  }

  private Path file() {
    return folder.resolve(name + ".bin");
  }

  float @Nullable [] get(String content) {
    return entries.get(content);
  }

  /** Adds an embedding, and writes those that are new where they are many. */
  void put(String content, float[] embedding) {
    entries.put(content, embedding);
    unsaved.put(content, embedding);
    if (unsaved.size() >= NEW_IN_A_FILE) {
      Path part = folder.resolve(name + "." + UUID.randomUUID() + ".bin");
      write(part, unsaved);
      parts.add(part);
      unsaved.clear();
    }
  }

  private void readParts() {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, name + ".*.bin")) {
      for (Path part : found) {
        read(part);
        parts.add(part);
      }
    } catch (IOException | DirectoryIteratorException e) {
      unreadable(folder, e);
    }
  }

  private void read(Path file) {
    if (!Files.isRegularFile(file)) {
      return;
    }
    int recordBytes = HASH_BYTES + 4 * size + 4;
    try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
      byte[] magic = in.readNBytes(MAGIC.length);
      if (!Arrays.equals(magic, MAGIC)) {
        return;
      }
      byte[] bytes = in.readNBytes(recordBytes);
      while (bytes.length == recordBytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (buffer.getInt(recordBytes - 4) == checksum(bytes, recordBytes - 4)) {
          float[] embedding = new float[size];
          buffer
              .position(HASH_BYTES)
              .slice()
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer()
              .get(embedding);
          entries.put(HEX.formatHex(bytes, 0, HASH_BYTES), embedding);
        }
        bytes = in.readNBytes(recordBytes);
      }
    } catch (IOException e) {
      unreadable(file, e);
    }
  }

  /** What was read so far is good; the rest is computed anew. Told once, however many files. */
  private void unreadable(Path place, Exception cause) {
    if (unreadable) {
      return;
    }
    unreadable = true;
    notices.accept(
        "the embedding cache "
            + place
            + " can't be read to its end ("
            + cause
            + "): what is missing is computed anew");
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  /** Writes all entries into one file, whole or not at all. */
  void write() {
    if (!write(file(), entries)) {
      return; // the parts that were written stay, for another run
    }
    unsaved.clear();
    try {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      notices.accept(
          "a part of the embedding cache can't be deleted ("
              + e
              + "): it costs disk space, and is read once more next time");
    }
    parts.clear();
  }

  /** Writes a file, or says once that nothing more will be written. */
  @CanIgnoreReturnValue
  private boolean write(Path file, Map<String, float[]> some) {
    if (full) {
      return false;
    }
    try {
      WholeFile.write(file, out -> writeTo(out, some));
      return true;
    } catch (IOException e) {
      full = true;
      notices.accept(
          "the embedding cache "
              + file
              + " can't be written ("
              + e
              + "): training goes on, and another run computes these embeddings anew");
      return false;
    }
  }

  private void writeTo(OutputStream out, Map<String, float[]> some) throws IOException {
    out.write(MAGIC);
    for (Map.Entry<String, float[]> entry : some.entrySet()) {
      ByteBuffer bytes =
          ByteBuffer.allocate(HASH_BYTES + 4 * size + 4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.put(HEX.parseHex(entry.getKey()));
      for (float value : entry.getValue()) {
        bytes.putFloat(value);
      }
      bytes.putInt(checksum(bytes.array(), HASH_BYTES + 4 * size));
      out.write(bytes.array());
    }
  }
}
