package dev.dogvision.internal.inputs;

import com.google.common.collect.MapMaker;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.spi.Tensor;
import java.lang.ref.SoftReference;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a run has computed of photographs and keeps, so that training, evaluation, calibration and
 * report compute it once. A row is found by what it was computed with (the part of the network that
 * gave it, down to its weights) and by the photograph's content, never by a name or place.
 *
 * <p>Within a budget: rows that were computed with something else make room first, those that were
 * not asked for longest before others. And the JVM may take all of it back where it needs the
 * memory; then it is computed again.
 *
 * <p>Safe from several threads at once.
 */
public final class RunMemory {
  private final long budget;

  /** Embeddings that nothing here can compute, by content; never given up. */
  private final Map<String, float[]> given;

  private final Map<Tensor, String> hashes = new MapMaker().weakKeys().makeMap();

  @GuardedBy("this")
  private SoftReference<Rows> rows = new SoftReference<>(new Rows());

  /** Rows by what they were computed with, the least recently used first, and by content. */
  private static final class Rows {
    final Map<String, Map<String, float[]>> parts = new LinkedHashMap<>(8, 0.75f, true);
    long bytes;
  }

  /**
   * An empty memory.
   *
   * @param budget bytes of rows that are kept at most
   */
  public RunMemory(long budget) {
    this(budget, Map.of());
  }

  /**
   * A memory that begins with embeddings from elsewhere, in place of photographs that are not here.
   *
   * @param budget bytes of further rows that are kept at most
   * @param given the embeddings by the content of what stands in the photographs' place
   */
  public RunMemory(long budget, Map<String, float[]> given) {
    this.budget = budget;
    this.given = Map.copyOf(given);
  }

  /** Whether there are embeddings of photographs that are not here. */
  public boolean holdsGiven() {
    return !given.isEmpty();
  }

  /** The embedding of a photograph that is not here; null for one that is. */
  float @Nullable [] given(String content) {
    return given.get(content);
  }

  @GuardedBy("this")
  private Rows rows() {
    Rows kept = rows.get();
    if (kept == null) {
      kept = new Rows();
      rows = new SoftReference<>(kept);
    }
    return kept;
  }

  /** Whether there is anything of a part. */
  public synchronized boolean knows(String part) {
    return rows().parts.containsKey(part);
  }

  /**
   * A row.
   *
   * @param part what it was computed with
   * @param content the photograph's hash
   * @return not to be changed; null where it is not kept
   */
  public synchronized float @Nullable [] get(String part, String content) {
    Map<String, float[]> known = rows().parts.get(part);
    return known == null ? null : known.get(content);
  }

  /**
   * Keeps a row where there is room.
   *
   * @return whether it is kept
   */
  @CanIgnoreReturnValue
  public synchronized boolean put(String part, String content, float[] row) {
    Rows kept = rows();
    Map<String, float[]> known = kept.parts.computeIfAbsent(part, any -> new HashMap<>());
    float[] before = known.get(content);
    long bytes = 4L * row.length - (before == null ? 0 : 4L * before.length);
    Iterator<Map<String, float[]>> oldest = kept.parts.values().iterator();
    while (kept.bytes + bytes > budget && kept.parts.size() > 1) {
      kept.bytes -= bytes(oldest.next());
      oldest.remove();
    }
    if (kept.bytes + bytes > budget) {
      return false;
    }
    known.put(content, row);
    kept.bytes += bytes;
    return true;
  }

  private static long bytes(Map<String, float[]> part) {
    return part.values().stream().mapToLong(row -> 4L * row.length).sum();
  }

  /**
   * Adds a tensor's values to a hash. Each tensor is hashed once, however often it is asked for.
   */
  void putTensor(Hasher hasher, Tensor tensor) {
    Fingerprints.putText(
        hasher,
        hashes.computeIfAbsent(
            tensor,
            any -> {
              Hasher ofValues = Hashing.sha256().newHasher();
              Fingerprints.putValues(ofValues, tensor.values());
              return ofValues.hash().toString();
            }));
  }
}
