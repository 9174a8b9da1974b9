package dev.dogvision.spark;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.predict.Predictor;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The predictors of this process: one for each model and engine, shared by all tasks. It is opened
 * by the first task that needs it. When no task does any more it stays open, for the next stage or
 * job, until two others were used since; the process' end closes what is left.
 *
 * <p>Safe from many threads at once.
 */
final class ExecutorPredictors {
  /** An application that uses more models in turns than these opens them again. */
  private static final int IDLE_KEPT = 2;

  private static final ExecutorPredictors OF_PROCESS = new ExecutorPredictors();

  /** By key, the one that was leased last at the end. */
  @GuardedBy("this")
  private final Map<Key, Shared> predictors = new LinkedHashMap<>(8, 0.75f, true);

  /**
   * What tells predictors apart.
   *
   * @param model the model's fingerprint
   * @param engine the engine that is insisted on, or null
   */
  record Key(String model, @Nullable String engine) implements Serializable {}

  /** One predictor, and how many tasks use it. */
  private static final class Shared {
    private int leases; // guarded by the predictors' lock

    @GuardedBy("this")
    private @Nullable Predictor predictor;

    /** Tasks that come while it is being opened wait here, and others do not. */
    synchronized Predictor open(Key key, Supplier<byte[]> packed) {
      if (predictor == null) {
        Predictor.Builder builder = Predictor.builder(PackedModel.open(packed.get()));
        if (key.engine() != null) {
          builder.engine(key.engine());
        }
        predictor = builder.open();
      }
      return predictor;
    }

    synchronized boolean isOpen() {
      return predictor != null;
    }

    synchronized void close() {
      if (predictor != null) {
        predictor.close();
      }
    }
  }

  /** The right to use a predictor, until it is closed. */
  final class Lease implements AutoCloseable {
    private final Shared shared;
    private final Predictor predictor;
    private final AtomicBoolean returned = new AtomicBoolean();

    private Lease(Shared shared, Predictor predictor) {
      this.shared = shared;
      this.predictor = predictor;
    }

    Predictor predictor() {
      return predictor;
    }

    @Override
    public void close() {
      if (!returned.getAndSet(true)) {
        giveBack(shared);
      }
    }
  }

  static ExecutorPredictors ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Leases a predictor.
   *
   * @param packed the model, asked for only where the predictor is not open yet
   * @throws dev.dogvision.DogVisionException if there is no engine, or the model is damaged
   */
  Lease lease(Key key, Supplier<byte[]> packed) {
    Shared shared;
    synchronized (this) {
      shared = predictors.computeIfAbsent(key, any -> new Shared());
      shared.leases++;
    }
    try {
      return new Lease(shared, shared.open(key, packed));
    } catch (RuntimeException | Error e) {
      giveBack(shared);
      throw e;
    }
  }

  private void giveBack(Shared shared) {
    List<Shared> closing = new ArrayList<>();
    synchronized (this) {
      shared.leases--;
      if (shared.leases == 0 && !shared.isOpen()) { // it failed, and nobody waits for it
        predictors.values().remove(shared);
      }
      int idle = (int) predictors.values().stream().filter(one -> one.leases == 0).count();
      Iterator<Shared> oldest = predictors.values().iterator();
      while (idle > IDLE_KEPT) {
        Shared one = oldest.next();
        if (one.leases == 0) {
          oldest.remove();
          closing.add(one);
          idle--;
        }
      }
    }
    closing.forEach(Shared::close);
  }

  /** How many are open or being opened. */
  synchronized int size() {
    return predictors.size();
  }
}
