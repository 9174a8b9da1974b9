package dev.dogvision.djl;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import ai.djl.engine.EngineException;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import java.util.Locale;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** What networks for inference and for training share: the module, its shapes, and its end. */
abstract class OpenNetwork implements Network {
  private static final long INFERENCE_BYTES = 20_000_000;

  private final NetworkPlan plan;
  private final Segment segment;
  private final Device device;
  private final CompiledModule module;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private final int inferenceSlice;
  private boolean closed;

  OpenNetwork(NetworkPlan plan, Segment segment, Device device, CompiledModule module) {
    this.plan = plan;
    this.segment = segment;
    this.device = device;
    this.module = module;
    this.inferenceSlice = slice(plan, segment, device, INFERENCE_BYTES);
  }

  static void checkSegment(NetworkPlan plan, Segment segment) {
    checkArgument(
        segment.to() <= plan.logitsPosition(),
        "segment ends at position %s, but the network at %s",
        segment.to(),
        plan.logitsPosition());
  }

  @Override
  public final NetworkPlan plan() {
    return plan;
  }

  @Override
  public final Segment segment() {
    return segment;
  }

  @Override
  public final Device device() {
    return device;
  }

  /** To be used only inside {@link #whileOpen}. */
  final CompiledModule module() {
    return module;
  }

  /** Runs something that close() has to wait for. */
  final <T> T whileOpen(Supplier<T> work) {
    lock.readLock().lock();
    try {
      checkState(!closed, "this network is closed");
      return work.get();
    } catch (EngineException e) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "PyTorch failed to compute %s of a network on %s: %s",
              segment,
              device,
              CompiledModule.reason(e)),
          e);
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public final void close() {
    lock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        module.close();
      }
    } finally {
      lock.writeLock().unlock();
    }
  }

  /**
   * Runs a method of the module on a batch, without gradients.
   *
   * @return the values at the segment's end
   */
  final ActivationBatch infer(String method, Batch batch) {
    checkBatch(batch);
    return whileOpen(
        () -> {
          int size = batch.size();
          int[] shape = inputShape();
          int valuesPerImage = plan.sizeAt(segment.to());
          float[] values = new float[Math.multiplyExact(size, valuesPerImage)];
          int count;
          for (int first = 0; first < size; first += count) {
            count = Math.min(inferenceSlice, size - first);
            try (CompiledModule.Call call = module.call()) {
              CompiledModule.copy(
                  call.infer(method, call.images(batch, first, count, shape)),
                  values,
                  first * valuesPerImage);
            }
          }
          return new ActivationBatch(values, size);
        });
  }

  /**
   * How many images at a time are fastest. Beyond some 20 MB for a feature map, the C library
   * returns it to the system after every use, and getting it back, zeroed page by page, costs as
   * much as the arithmetic: batches of 32 took half as long again an image as batches of 4.
   *
   * @param bytes what the largest feature map may take
   * @return at least 1; any number where the device is not the CPU, whose memory is pooled
   */
  static int slice(NetworkPlan plan, Segment segment, Device device, long bytes) {
    if (!device.equals(Device.CPU)) {
      return Integer.MAX_VALUE;
    }
    long largest = 1;
    int stages = plan.stages().size();
    for (int i = segment.from(); i < Math.min(segment.to(), stages); i++) {
      int side = plan.shapeAt(i)[0];
      for (Convolution convolution : plan.stages().get(i).convolutions()) {
        side = convolution.outputSize(side);
        largest = Math.max(largest, (long) side * side * convolution.outputChannels());
      }
    }
    return Math.toIntExact(Math.max(1, bytes / (largest * Float.BYTES)));
  }

  /** The shape of an image's data where the segment begins. */
  final int[] inputShape() {
    return plan.shapeAt(segment.from());
  }

  final void checkBatch(Batch batch) {
    plan.checkInput(segment, batch);
  }
}
