package dev.dogvision.spi.contract;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.StepResult;
import dev.dogvision.spi.Targets;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.UpdateRule;
import dev.dogvision.spi.ZooEntry;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Another engine that counts which pictures go forward from their pixels, and tells of each batch
 * that it is given. Wholly black pictures do not count: they fill a batch up.
 */
public final class CountingEngine implements Engine {
  private static final AtomicInteger PICTURES = new AtomicInteger();

  private static final Set<Integer> SIZES = ConcurrentHashMap.newKeySet();

  private static volatile Runnable onBatch = () -> {};

  private final Engine engine;

  CountingEngine(Engine engine) {
    this.engine = engine;
  }

  /** How many pictures went forward in this JVM so far. */
  public static int pictures() {
    return PICTURES.get();
  }

  /** Of what sizes batches of pictures were since this was asked last, and forgets them. */
  public static Set<Integer> batchSizes() {
    Set<Integer> sizes = new TreeSet<>(SIZES);
    SIZES.clear();
    return sizes;
  }

  /** Has something done before each batch, forward or in training, by the thread that asks. */
  public static void onBatch(Runnable action) {
    onBatch = action;
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public String version() {
    return engine.version();
  }

  @Override
  public List<Device> devices() {
    return engine.devices();
  }

  @Override
  public Network open(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Device device,
      Precision precision) {
    return new CountingNetwork(engine.open(plan, segment, weights, device, precision));
  }

  @Override
  public TrainableNetwork openTrainable(
      NetworkPlan plan,
      Segment segment,
      int firstTrainableStage,
      Map<String, Tensor> weights,
      Optimizer optimizer,
      Device device) {
    return new CountingTrainableNetwork(
        engine.openTrainable(plan, segment, firstTrainableStage, weights, optimizer, device));
  }

  @Override
  public ZooEntry findModule(String url) {
    return engine.findModule(url);
  }

  @Override
  public int embeddingSize(ZooEntry entry, int inputSize) {
    return engine.embeddingSize(entry, inputSize);
  }

  private record CountingNetwork(Network network) implements Network {
    @Override
    public NetworkPlan plan() {
      return network.plan();
    }

    @Override
    public Segment segment() {
      return network.segment();
    }

    @Override
    public Device device() {
      return network.device();
    }

    @Override
    public ActivationBatch forward(Batch batch) {
      onBatch.run();
      if (batch instanceof PixelBatch pixels) {
        PICTURES.addAndGet(coloured(pixels));
        SIZES.add(pixels.size());
      }
      return network.forward(batch);
    }

    private static int coloured(PixelBatch batch) {
      byte[] pixels = batch.pixels();
      int length = pixels.length / batch.size();
      int count = 0;
      for (int i = 0; i < batch.size(); i++) {
        for (int k = i * length; k < (i + 1) * length; k++) {
          if (pixels[k] != 0) {
            count++;
            break;
          }
        }
      }
      return count;
    }

    @Override
    public void close() {
      network.close();
    }
  }

  private record CountingTrainableNetwork(TrainableNetwork network) implements TrainableNetwork {
    @Override
    public NetworkPlan plan() {
      return network.plan();
    }

    @Override
    public Segment segment() {
      return network.segment();
    }

    @Override
    public Device device() {
      return network.device();
    }

    @Override
    public ActivationBatch forward(Batch batch) {
      onBatch.run();
      return network.forward(batch);
    }

    @Override
    public StepResult accumulate(Batch batch, Targets targets, double scale) {
      onBatch.run();
      return network.accumulate(batch, targets, scale);
    }

    @Override
    public double update(UpdateRule rule) {
      return network.update(rule);
    }

    @Override
    public Map<String, Tensor> trainableWeights() {
      return network.trainableWeights();
    }

    @Override
    public Map<String, Tensor> averagedWeights() {
      return network.averagedWeights();
    }

    @Override
    public void setTrainableWeights(Map<String, Tensor> weights) {
      network.setTrainableWeights(weights);
    }

    @Override
    public Map<String, Tensor> optimizerState() {
      return network.optimizerState();
    }

    @Override
    public void restoreOptimizerState(Map<String, Tensor> state) {
      network.restoreOptimizerState(state);
    }

    @Override
    public void close() {
      network.close();
    }
  }
}
