package dev.dogvision.onnx;

import static com.google.common.base.Preconditions.checkState;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** A session of ONNX Runtime that runs a part of a network. */
final class OnnxNetwork implements Network {
  /** The name of what comes out. */
  static final String OUTPUT = "output";

  private final NetworkPlan plan;
  private final Segment segment;
  private final OrtEnvironment environment;
  private final OrtSession session;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  /**
   * Direct buffers that inputs are handed over in. A new one a call would leave native memory to
   * the garbage collector.
   */
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  OnnxNetwork(NetworkPlan plan, Segment segment, OrtEnvironment environment, OrtSession session) {
    this.plan = plan;
    this.segment = segment;
    this.environment = environment;
    this.session = session;
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
      return run(batch);
    } catch (OrtException e) {
      throw new DogVisionException(
          "ONNX Runtime could not run a network on " + batch.size() + " images: " + e.getMessage(),
          e);
    } finally {
      lock.readLock().unlock();
    }
  }

  private ActivationBatch run(Batch batch) throws OrtException {
    ByteBuffer buffer = borrow(batch);
    try (OnnxTensor input = tensor(batch, buffer);
        OrtSession.Result result = session.run(Map.of(OnnxGraph.INPUT, input))) {
      FloatBuffer values = ((OnnxTensor) result.get(0)).getFloatBuffer();
      float[] copy = new float[values.remaining()];
      values.get(copy);
      return new ActivationBatch(copy, batch.size());
    } finally {
      buffers.add(buffer);
    }
  }

  private ByteBuffer borrow(Batch batch) {
    int bytes =
        batch instanceof PixelBatch pixels
            ? pixels.pixels().length
            : Math.multiplyExact(((ActivationBatch) batch).values().length, Float.BYTES);
    ByteBuffer buffer = buffers.poll();
    if (buffer == null || buffer.capacity() < bytes) {
      buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
    }
    return buffer.clear().limit(bytes);
  }

  private OnnxTensor tensor(Batch batch, ByteBuffer buffer) throws OrtException {
    int[] shape = plan.shapeAt(segment.from());
    long[] dimensions = new long[shape.length + 1];
    dimensions[0] = batch.size();
    for (int i = 0; i < shape.length; i++) {
      dimensions[i + 1] = shape[i];
    }
    if (batch instanceof PixelBatch pixels) {
      return OnnxTensor.createTensor(
          environment, buffer.put(pixels.pixels()).flip(), dimensions, OnnxJavaType.UINT8);
    }
    FloatBuffer values = buffer.asFloatBuffer().put(((ActivationBatch) batch).values()).flip();
    return OnnxTensor.createTensor(environment, values, dimensions);
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        session.close();
        buffers.clear();
      }
    } catch (OrtException e) {
      throw new DogVisionException("ONNX Runtime could not close a network: " + e.getMessage(), e);
    } finally {
      lock.writeLock().unlock();
    }
  }
}
