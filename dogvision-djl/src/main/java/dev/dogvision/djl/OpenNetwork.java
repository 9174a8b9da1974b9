package dev.dogvision.djl;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Device;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/** What networks for inference and for training share: the module, its shapes, and its end. */
abstract class OpenNetwork implements Network {
  private final NetworkPlan plan;
  private final Segment segment;
  private final Device device;
  private final CompiledModule module;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  OpenNetwork(NetworkPlan plan, Segment segment, Device device, CompiledModule module) {
    this.plan = plan;
    this.segment = segment;
    this.device = device;
    this.module = module;
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

  /** The shape of an image's data where the segment begins. */
  final int[] inputShape() {
    return plan.shapeAt(segment.from());
  }

  final void checkBatch(Batch batch) {
    if (batch instanceof PixelBatch pixels) {
      checkArgument(
          segment.from() == 0,
          "this network starts at position %s and takes activations of shape %s, not pixels",
          segment.from(),
          Arrays.toString(inputShape()));
      checkArgument(
          pixels.side() == plan.inputSize(),
          "this network takes pictures of %s x %s pixels, got %s x %s",
          plan.inputSize(),
          plan.inputSize(),
          pixels.side(),
          pixels.side());
    } else if (batch instanceof ActivationBatch activations) {
      checkArgument(
          segment.from() > 0, "this network starts at the pixels and does not take activations");
      checkArgument(
          activations.valuesPerImage() == plan.sizeAt(segment.from()),
          "this network takes activations of shape %s, %s values an image; got %s",
          Arrays.toString(inputShape()),
          plan.sizeAt(segment.from()),
          activations.valuesPerImage());
    }
  }
}
