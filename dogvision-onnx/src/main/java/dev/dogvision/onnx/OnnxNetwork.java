package dev.dogvision.onnx;

import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import com.google.common.base.Splitter;
import com.google.common.base.Throwables;
import com.google.common.primitives.Ints;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * A part of a network in ONNX Runtime.
 *
 * <p>One image alone is computed by all processors together. As soon as there are several, in a
 * batch or by calls at the same time, each processor computes images of its own: threads that share
 * an image wait for each other at each layer. On two processors a photograph of a batch takes a
 * sixth less time so (docs/performance.md). That takes a second session, which is opened when it is
 * first needed.
 *
 * <p>Threads that share an image spin for 20 microseconds before they sleep, as long as a layer of
 * the network takes. By default they spin for longer, which wins little more on an idle machine,
 * and loses on one that has other work; without spinning an image takes a quarter longer.
 */
final class OnnxNetwork implements Network {
  /** The name of what comes out. */
  static final String OUTPUT = "output";

  private static final String SPIN_MICROSECONDS = "20";

  private final NetworkPlan plan;
  private final Segment segment;
  private final Map<String, Tensor> weights;
  private final OrtEnvironment environment;
  private final int processors = Runtime.getRuntime().availableProcessors();
  private final int[] inputShape;
  private final int outputValues;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final AtomicInteger running = new AtomicInteger();
  private boolean closed;

  /** All processors for one image. */
  private final OrtSession wide;

  private final Object narrowLock = new Object();

  /** One processor for an image. */
  @GuardedBy("narrowLock")
  private @Nullable OrtSession narrow;

  /**
   * Direct buffers that inputs are handed over in. A new one a call would leave native memory to
   * the garbage collector.
   */
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  OnnxNetwork(
      NetworkPlan plan, Segment segment, Map<String, Tensor> weights, OrtEnvironment environment)
      throws OrtException {
    this.plan = plan;
    this.segment = segment;
    this.weights = weights;
    this.environment = environment;
    this.inputShape = plan.shapeAt(segment.from());
    this.outputValues = size(plan.shapeAt(segment.to()));
    this.wide = session(processors);
  }

  private static int size(int[] shape) {
    int size = 1;
    for (int dimension : shape) {
      size = Math.multiplyExact(size, dimension);
    }
    return size;
  }

  /** Other versions would not say so, and spin for as long as they like. */
  static boolean knowsSpinDuration(String version) {
    List<String> parts = Splitter.on('.').splitToList(version);
    Integer major = parts.size() < 2 ? null : Ints.tryParse(parts.get(0));
    Integer minor = parts.size() < 2 ? null : Ints.tryParse(parts.get(1));
    return major != null && minor != null && (major > 1 || (major == 1 && minor >= 28));
  }

  private OrtSession session(int threads) throws OrtException {
    Map<String, OnnxTensorLike> beside = new HashMap<>();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(threads);
      if (threads > 1 && knowsSpinDuration(environment.getVersion())) {
        options.addConfigEntry("session.intra_op.spin_duration_us", SPIN_MICROSECONDS);
      } else {
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
      }
      for (String name : plan.tensorShapes(segment).keySet()) {
        Tensor tensor = requireNonNull(weights.get(name), name);
        if (OnnxGraph.isBeside(tensor)) {
          beside.put(name, outside(tensor));
        }
      }
      options.addExternalInitializers(beside); // copied as the session is made
      byte[] graph = OnnxGraph.of(plan, segment, weights, OUTPUT);
      return environment.createSession(graph, options);
    } finally {
      beside.values().forEach(OnnxTensorLike::close);
    }
  }

  /** Outside of the heap. */
  private OnnxTensor outside(Tensor tensor) throws OrtException {
    FloatBuffer values =
        ByteBuffer.allocateDirect(tensor.size() * Float.BYTES)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    values.put(tensor.values()).flip();
    return OnnxTensor.createTensor(
        environment, values, tensor.shape().stream().mapToLong(length -> length).toArray());
  }

  /** The session of which each call takes one processor. */
  private OrtSession narrow() throws OrtException {
    if (processors == 1) {
      return wide;
    }
    synchronized (narrowLock) {
      if (narrow == null) {
        narrow = session(1);
      }
      return narrow;
    }
  }

  @Override
  public NetworkPlan plan() {
    return plan;
  }

  @Override
  public Segment segment() {
    return segment;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public ActivationBatch forward(Batch batch) {
    plan.checkInput(segment, batch);
    lock.readLock().lock();
    try {
      checkState(!closed, "this network is closed");
      boolean alone = running.incrementAndGet() == 1;
      try {
        return new ActivationBatch(run(batch, alone), batch.size());
      } finally {
        running.decrementAndGet();
      }
    } catch (OrtException e) {
      throw new DogVisionException(
          "ONNX Runtime could not run a network on " + batch.size() + " images: " + e.getMessage(),
          e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private float[] run(Batch batch, boolean alone) throws OrtException {
    float[] values = new float[batch.size() * outputValues];
    boolean convolves = segment.from() < plan.featureMapPosition();
    if (batch.size() == 1 || processors == 1 || !convolves) {
      run(alone ? wide : narrow(), batch, 0, batch.size(), values);
    } else {
      new Shared(narrow(), batch, values).run();
    }
    return values;
  }

  /** A batch whose images are computed by whatever threads have time, this one at least. */
  private final class Shared {
    private final OrtSession session;
    private final Batch batch;
    private final float[] values;
    private final AtomicInteger next = new AtomicInteger();

    @GuardedBy("this")
    private int done;

    @GuardedBy("this")
    private @Nullable Throwable failure;

    Shared(OrtSession session, Batch batch, float[] values) {
      this.session = session;
      this.batch = batch;
      this.values = values;
    }

    void run() throws OrtException {
      // The common pool's, since threads of our own would keep this class loader alive.
      for (int i = 1; i < Math.min(processors, batch.size()); i++) {
        ForkJoinPool.commonPool().execute(this::compute);
      }
      compute();
      Throwable failed = awaitAll();
      if (failed != null) {
        Throwables.throwIfInstanceOf(failed, OrtException.class);
        Throwables.throwIfUnchecked(failed);
        throw new IllegalStateException(failed); // there are no others
      }
    }

    private void compute() {
      for (int i = next.getAndIncrement(); i < batch.size(); i = next.getAndIncrement()) {
        Throwable failed = null;
        try {
          OnnxNetwork.this.run(session, batch, i, 1, values);
        } catch (OrtException
            | RuntimeException
            | Error e) { // who waits is to know, whatever it is
          failed = e;
        }
        synchronized (this) {
          failure = failure == null ? failed : failure;
          if (++done == batch.size()) {
            notifyAll();
          }
        }
      }
    }

    /** For milliseconds, so an interrupt can wait; the session must not be closed before. */
    private synchronized @Nullable Throwable awaitAll() {
      boolean interrupted = false;
      while (done < batch.size()) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      return failure;
    }
  }

  /** Computes some images of a batch. */
  private void run(OrtSession session, Batch batch, int first, int count, float[] values)
      throws OrtException {
    ByteBuffer buffer = borrow(batch, count);
    try (OnnxTensor input = tensor(batch, first, count, buffer);
        OrtSession.Result result = session.run(Map.of(OnnxGraph.INPUT, input))) {
      FloatBuffer computed = ((OnnxTensor) result.get(0)).getFloatBuffer();
      computed.get(values, first * outputValues, count * outputValues);
    } finally {
      buffers.add(buffer);
    }
  }

  private ByteBuffer borrow(Batch batch, int count) {
    int values = Math.multiplyExact(count, size(inputShape));
    int bytes = batch instanceof PixelBatch ? values : Math.multiplyExact(values, Float.BYTES);
    ByteBuffer buffer = buffers.poll();
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    return buffer.clear().limit(bytes);
  }

  private OnnxTensor tensor(Batch batch, int first, int count, ByteBuffer buffer)
      throws OrtException {
    long[] dimensions = new long[inputShape.length + 1];
    dimensions[0] = count;
    for (int i = 0; i < inputShape.length; i++) {
      dimensions[i + 1] = inputShape[i];
    }
    int start = first * size(inputShape);
    int length = count * size(inputShape);
    if (batch instanceof PixelBatch pixels) {
      buffer.put(pixels.pixels(), start, length).flip();
      return OnnxTensor.createTensor(environment, buffer, dimensions, OnnxJavaType.UINT8);
    }
    FloatBuffer values = buffer.asFloatBuffer();
    values.put(((ActivationBatch) batch).values(), start, length).flip();
    return OnnxTensor.createTensor(environment, values, dimensions);
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        wide.close();
        closeNarrow();
        buffers.clear();
      }
    } catch (OrtException e) {
      throw new DogVisionException("ONNX Runtime could not close a network: " + e.getMessage(), e);
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void closeNarrow() throws OrtException {
    synchronized (narrowLock) {
      if (narrow != null) {
        narrow.close();
      }
    }
  }
}
