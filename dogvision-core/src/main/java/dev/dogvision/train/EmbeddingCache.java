package dev.dogvision.train;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Example;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
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
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * Embeddings on disk. An embedding is found again only where the weights, the plan of the network,
 * the preprocessing, the engine and the bytes of the photograph are all the same; the name of a
 * photograph does not matter.
 *
 * <p>One file for each combination of weights, plan, preprocessing and engine: {@code
 * embeddings-<hash>.bin}. It is a list of records of one length, each the SHA-256 of a photograph's
 * bytes, the embedding (float32, little-endian) and a CRC32C of both. A record that is damaged, and
 * what is left of a record at a file's end, are passed over, and their embeddings computed anew.
 * The file is written beside and renamed, so that it is whole at any moment.
 *
 * <p>While embeddings are computed, those that are new go to files of their own every so often,
 * {@code embeddings-<hash>.<any>.bin} of the same form, so that a killed process loses few of them.
 * They are read as well, and become part of the one file when that is written next.
 */
final class EmbeddingCache {
  private static final int HASH_BYTES = 32;
  private static final byte[] MAGIC =
      "dogvision-embeddings-1\n".getBytes(StandardCharsets.US_ASCII);

  /** A killed process loses fewer than these. */
  private static final int NEW_IN_A_FILE = 256;

  private final Path folder;
  private final String name;
  private final int size;
  private final Map<HashCode, float[]> entries = new HashMap<>();
  private final Map<HashCode, float[]> unsaved = new HashMap<>();
  private final List<Path> parts = new ArrayList<>();

  private EmbeddingCache(Path folder, String name, int size) {
    this.folder = folder;
    this.name = name;
    this.size = size;
  }

  /**
   * Opens the cache for a backbone.
   *
   * @param folder where the files are
   */
  static EmbeddingCache open(
      Path folder,
      NetworkPlan plan,
      Map<String, Tensor> weights,
      Preprocessing preprocessing,
      Engine engine) {
    Hasher hasher = Hashing.sha256().newHasher();
    Fingerprints.putText(hasher, engine.name() + "\n" + engine.version());
    Fingerprints.putText(hasher, preprocessing.toString());
    Fingerprints.putText(hasher, plan.withClasses(1).toString());
    for (String name : plan.tensorShapes(new Segment(0, plan.embeddingPosition())).keySet()) {
      Fingerprints.putText(hasher, name);
      Tensor tensor = weights.get(name);
      if (tensor != null) {
        Fingerprints.putValues(hasher, tensor.values());
      }
    }
    EmbeddingCache cache =
        new EmbeddingCache(
            folder,
            "embeddings-" + hasher.hash().toString().substring(0, 32),
            plan.embeddingSize());
    cache.read(cache.file());
    cache.readParts();
    return cache;
  }

  private Path file() {
    return folder.resolve(name + ".bin");
  }

  /** The hashes of the photographs' contents; one that can't be read is left to the decoder. */
  static HashCode[] hashes(List<Example> examples) {
    return Fingerprints.contents(
            examples,
            Example::image,
            example ->
                Hashing.sha256()
                    .hashString("unreadable " + example.image(), StandardCharsets.UTF_8)
                    .toString())
        .stream()
        .map(HashCode::fromString)
        .toArray(HashCode[]::new);
  }

  float @Nullable [] get(HashCode image) {
    return entries.get(image);
  }

  /** Adds an embedding, and writes those that are new where they are many. */
  void put(HashCode image, float[] embedding) {
    entries.put(image, embedding);
    unsaved.put(image, embedding);
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
      // What was read so far is good; the rest is computed anew.
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
          entries.put(HashCode.fromBytes(Arrays.copyOf(bytes, HASH_BYTES)), embedding);
        }
        bytes = in.readNBytes(recordBytes);
      }
    } catch (IOException e) {
      // What was read so far is good; the rest is computed anew.
    }
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C checksum = new CRC32C();
    checksum.update(bytes, 0, length);
    return (int) checksum.getValue();
  }

  /** Writes all entries into one file, whole or not at all. */
  void write() {
    write(file(), entries);
    unsaved.clear();
    try {
      for (Path part : parts) {
        Files.deleteIfExists(part);
      }
    } catch (IOException e) {
      // It is read once more next time, and costs nothing but that.
    }
    parts.clear();
  }

  private void write(Path file, Map<HashCode, float[]> some) {
    try {
      WholeFile.write(file, out -> writeTo(out, some));
    } catch (IOException e) {
      throw new DogVisionException("the embedding cache " + file + " can't be written: " + e, e);
    }
  }

  private void writeTo(OutputStream out, Map<HashCode, float[]> some) throws IOException {
    out.write(MAGIC);
    for (Map.Entry<HashCode, float[]> entry : some.entrySet()) {
      ByteBuffer bytes =
          ByteBuffer.allocate(HASH_BYTES + 4 * size + 4).order(ByteOrder.LITTLE_ENDIAN);
      bytes.put(entry.getKey().asBytes());
      for (float value : entry.getValue()) {
        bytes.putFloat(value);
      }
      bytes.putInt(checksum(bytes.array(), HASH_BYTES + 4 * size));
      out.write(bytes.array());
    }
  }
}
