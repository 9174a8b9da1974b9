package dev.dogvision.internal.inputs;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Lists;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.dogvision.Precision;
import dev.dogvision.data.Example;
import dev.dogvision.image.ImageDecoder;
import dev.dogvision.image.ImageSource;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.pipeline.InferencePipeline;
import dev.dogvision.internal.pipeline.PictureBatch;
import dev.dogvision.internal.pipeline.PictureBatches;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The first part of a network, from the pixels to some position, as it is while it does not change:
 * what it gives for a photograph is computed once and remembered.
 *
 * <p>Photographs go through it in batches of one size, filled up where they run out, so that what
 * is computed of one does not depend on which others come with it: remembered and computed anew it
 * has the same bits.
 */
public final class FrozenPart {
  /** Small batches are the fastest on a processor: the activations stay in its caches. */
  private static final int BATCH_ON_CPU = 8;

  private static final int BATCH_ON_GPU = 32;

  /** How much of the part before is in memory at once, though it is not to be remembered. */
  private static final int VALUES_AT_ONCE = 1 << 24;

  private final ExecutionContext context;
  private final Map<String, Tensor> weights;
  private final Preprocessing preprocessing;
  private final int position;
  private final RunMemory memory;
  private final @Nullable FrozenPart before;
  private final int batchSize;
  private final String name;

  /**
   * A part.
   *
   * @param context what computes, on what, and the network
   * @param weights the network's weights
   * @param preprocessing what makes photographs fit the network
   * @param position where the part ends
   * @param memory is asked first, and told what is computed
   */
  public FrozenPart(
      ExecutionContext context,
      Map<String, Tensor> weights,
      Preprocessing preprocessing,
      int position,
      RunMemory memory) {
    this(context, weights, preprocessing, position, memory, null);
  }

  private FrozenPart(
      ExecutionContext context,
      Map<String, Tensor> weights,
      Preprocessing preprocessing,
      int position,
      RunMemory memory,
      @Nullable FrozenPart before) {
    this.context = context;
    this.weights = weights;
    this.preprocessing = preprocessing;
    this.position = position;
    this.memory = memory;
    this.before = before;
    this.batchSize = batchSize(context);
    this.name = name();
  }

  /**
   * A longer part, computed from what this one gives and never from the pixels, so that its bits do
   * not depend on what is remembered.
   *
   * @param further where it ends
   */
  public FrozenPart upTo(int further) {
    return new FrozenPart(context, weights, preprocessing, further, memory, this);
  }

  public static int batchSize(ExecutionContext context) {
    return context.device().type().equals("cpu") ? BATCH_ON_CPU : BATCH_ON_GPU;
  }

  /** A name for all that a row depends on besides the photograph: 64 hexadecimal digits. */
  public String name() {
    NetworkPlan plan = context.plan();
    Hasher hasher = Hashing.sha256().newHasher();
    Fingerprints.putText(hasher, context.engine().name() + "\n" + context.engine().version());
    Fingerprints.putText(hasher, context.device().type() + " " + batchSize);
    Fingerprints.putText(hasher, preprocessing.toString());
    Fingerprints.putText(hasher, plan.withClasses(1).toString());
    hasher.putInt(position);
    if (before != null) {
      Fingerprints.putText(hasher, before.name);
    }
    for (String tensorName : plan.tensorShapes(segment()).keySet()) {
      Fingerprints.putText(hasher, tensorName);
      Tensor tensor = weights.get(tensorName);
      if (tensor != null) {
        memory.putTensor(hasher, tensor);
      }
    }
    return hasher.hash().toString();
  }

  public int position() {
    return position;
  }

  private Segment segment() {
    return new Segment(before == null ? 0 : before.position, position);
  }

  private InferencePipeline pipeline() {
    return InferencePipeline.of(ImageDecoder.standard(), preprocessing, batchSize).inFullBatches();
  }

  /** Hears how far the computing has come. */
  @FunctionalInterface
  public interface Progress {

    /**
     * Called batch after batch; never where nothing has to be computed.
     *
     * @param done rows computed so far
     * @param total rows to compute
     * @return whether to go on
     */
    boolean computed(int done, int total);
  }

  /**
   * What the part gives for photographs, each computed once.
   *
   * @param examples the photographs
   * @param disk where rows are kept for other runs, or null
   * @param progress hears how far it has come
   * @return a row for each, in their order, not to be changed; null if it was not to go on
   * @throws dev.dogvision.image.UnreadableImageException if a photograph can't be read
   */
  public float @Nullable [][] rows(
      List<Example> examples, @Nullable EmbeddingCache disk, Progress progress) {
    float[][] rows = new float[examples.size()][];
    List<Integer> missing = new ArrayList<>();
    Map<ImageSource, Integer> first = new HashMap<>();
    List<String> hashes =
        disk != null || memory.knows(name) || memory.holdsGiven()
            ? Fingerprints.contents(examples, Example::image, example -> "")
            : null;
    for (int i = 0; i < rows.length; i++) {
      float[] known = hashes == null ? null : recall(hashes.get(i), disk);
      if (known != null) {
        rows[i] = known;
      } else if (first.putIfAbsent(examples.get(i).image(), i) == null) {
        missing.add(i);
      }
    }
    boolean complete =
        missing.isEmpty()
            || (before == null
                ? compute(examples, missing, rows, disk, progress)
                : computeFrom(before, examples, missing, rows, progress));
    for (int i = 0; complete && i < rows.length; i++) {
      if (rows[i] == null) {
        rows[i] = rows[requireNonNull(first.get(examples.get(i).image()))];
      }
    }
    return complete ? rows : null;
  }

  private float @Nullable [] recall(String hash, @Nullable EmbeddingCache disk) {
    float[] given = position == context.plan().embeddingPosition() ? memory.given(hash) : null;
    if (given != null) {
      return given;
    }
    float[] row = memory.get(name, hash);
    if (row == null && disk != null) {
      row = disk.get(hash);
      if (row != null) {
        memory.put(name, hash, row);
      }
    }
    return row;
  }

  private boolean compute(
      List<Example> examples,
      List<Integer> missing,
      float[][] rows,
      @Nullable EmbeddingCache disk,
      Progress progress) {
    int done = 0;
    try (Network network = openNetwork();
        PictureBatches batches =
            pipeline()
                .withHashes()
                .batches(missing.stream().map(i -> examples.get(i).image()).iterator())) {
      while (batches.hasNext()) {
        PictureBatch batch = batches.next();
        float[][] computed = run(network, batch);
        for (int i = 0; i < computed.length; i++) {
          rows[missing.get(done)] = computed[i];
          memory.put(name, batch.hash(i), computed[i]);
          if (disk != null) {
            disk.put(batch.hash(i), computed[i]);
          }
          done++;
        }
        if (!progress.computed(done, missing.size())) {
          break;
        }
      }
    }
    if (disk != null) {
      disk.write(); // also where a listener asked for the end
    }
    return done == missing.size();
  }

  private boolean computeFrom(
      FrozenPart start,
      List<Example> examples,
      List<Integer> missing,
      float[][] rows,
      Progress progress) {
    int length = context.plan().sizeAt(start.position);
    int batchesAtOnce = Math.max(1, VALUES_AT_ONCE / (length * batchSize));
    int done = 0;
    try (Network network = openNetwork()) {
      for (List<Integer> some : Lists.partition(missing, batchesAtOnce * batchSize)) {
        List<Example> their = some.stream().map(examples::get).toList();
        float[][] given = start.rows(their, null, (computed, total) -> true);
        List<String> hashes = Fingerprints.contents(their, Example::image, example -> "");
        for (int first = 0; first < some.size(); first += batchSize) {
          int size = Math.min(batchSize, some.size() - first);
          float[] filledUp = new float[batchSize * length];
          for (int i = 0; i < size; i++) {
            System.arraycopy(requireNonNull(given)[first + i], 0, filledUp, i * length, length);
          }
          float[] values = network.forward(new ActivationBatch(filledUp, batchSize)).values();
          for (int i = 0; i < size; i++) {
            int width = values.length / batchSize;
            float[] row = Arrays.copyOfRange(values, i * width, (i + 1) * width);
            rows[some.get(first + i)] = row;
            memory.put(name, hashes.get(first + i), row);
          }
          done += size;
          if (!progress.computed(done, missing.size())) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private Network openNetwork() {
    return context
        .engine()
        .open(context.plan(), segment(), weights, context.device(), Precision.FLOAT32);
  }

  private static float[][] run(Network network, PictureBatch batch) {
    for (int i = 0; i < batch.size(); i++) {
      batch
          .problem(i)
          .ifPresent(
              problem -> {
                throw problem;
              });
    }
    @SuppressWarnings("NullAway") // all of them can be read
    float[][] rows = batch.run(pixels -> network.forward(pixels).values());
    return rows;
  }

  /** Rows of photographs in some order, computed as they are asked for. */
  final class Rows implements AutoCloseable {
    private final Network network = openNetwork();
    private final PictureBatches batches;
    private float[][] computed = new float[0][];
    private int next;

    private Rows(List<ImageSource> images) {
      this.batches = pipeline().batches(images.iterator());
    }

    float[] next() {
      if (next == computed.length) {
        computed = run(network, batches.next());
        next = 0;
      }
      return computed[next++];
    }

    @Override
    public void close() {
      try (network) {
        batches.close();
      }
    }
  }

  /** Computes rows as they are asked for, and remembers none. */
  Rows compute(List<ImageSource> images) {
    return new Rows(images);
  }
}
