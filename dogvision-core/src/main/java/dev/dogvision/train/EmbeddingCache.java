package dev.dogvision.train;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.dogvision.DogVisionException;
import dev.dogvision.data.Example;
import dev.dogvision.image.Preprocessing;
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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
 */
final class EmbeddingCache {
  private static final int HASH_BYTES = 32;
  private static final byte[] MAGIC =
      "dogvision-embeddings-1\n".getBytes(StandardCharsets.US_ASCII);

  private final Path file;
  private final int size;
  private final Map<HashCode, float[]> entries = new HashMap<>();

  private EmbeddingCache(Path file, int size) {
    this.file = file;
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
    put(hasher, engine.name() + "\n" + engine.version());
    put(hasher, preprocessing.toString());
    put(hasher, plan.withClasses(1).toString());
    for (String name : plan.tensorShapes(new Segment(0, plan.embeddingPosition())).keySet()) {
      put(hasher, name);
      Tensor tensor = weights.get(name);
      if (tensor != null) {
        ByteBuffer bytes = ByteBuffer.allocate(tensor.size() * 4).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(tensor.values());
        hasher.putBytes(bytes.array());
      }
    }
    EmbeddingCache cache =
        new EmbeddingCache(
            folder.resolve("embeddings-" + hasher.hash().toString().substring(0, 32) + ".bin"),
            plan.embeddingSize());
    cache.read();
    return cache;
  }

  private static void put(Hasher hasher, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    hasher.putInt(bytes.length).putBytes(bytes);
  }

  /** The hashes of the photographs' bytes; a file that can't be read is left to the decoder. */
  static HashCode[] hashes(List<Example> examples) {
    return IntStream.range(0, examples.size())
        .parallel()
        .mapToObj(i -> hash(examples.get(i).image()))
        .toArray(HashCode[]::new);
  }

  private static HashCode hash(Path image) {
    try {
      return Hashing.sha256().hashBytes(Files.readAllBytes(image));
    } catch (IOException e) {
      return Hashing.sha256().hashString("unreadable " + image, StandardCharsets.UTF_8);
    }
  }

  float @Nullable [] get(HashCode image) {
    return entries.get(image);
  }

  void put(HashCode image, float[] embedding) {
    entries.put(image, embedding);
  }

  private void read() {
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

  /** Writes all entries, whole or not at all. */
  void write() {
    try {
      WholeFile.write(file, this::writeTo);
    } catch (IOException e) {
      throw new DogVisionException("the embedding cache " + file + " can't be written: " + e, e);
    }
  }

  private void writeTo(OutputStream out) throws IOException {
    out.write(MAGIC);
    for (Map.Entry<HashCode, float[]> entry : entries.entrySet()) {
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
