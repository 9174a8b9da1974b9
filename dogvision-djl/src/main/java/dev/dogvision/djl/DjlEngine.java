package dev.dogvision.djl;

import ai.djl.pytorch.engine.PtEngineProvider;
import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.spi.EmbeddingModule;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.TrainableNetwork;
import dev.dogvision.spi.ZooEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** PyTorch through Deep Java Library. */
final class DjlEngine implements Engine {
  static final String NAME = "PyTorch through DJL";
  static final String OPT_OUT = "OPT_OUT_TRACKING";

  private final String version;
  private final List<Device> devices;
  private final PublishedModules modules = new PublishedModules();

  private DjlEngine(String version, List<Device> devices) {
    this.version = version;
    this.devices = List.copyOf(devices);
  }

  /** Loads the native library. */
  static DjlEngine load() {
    declineTracking(System.getenv(OPT_OUT));
    NativeFolders.choose();
    OpenMpThreads.sleepSoon(System.getenv(), System.getProperty("os.name", ""));
    ai.djl.engine.Engine engine;
    try {
      engine = ProcessExit.whileLoading(() -> OwnClassLoader.call(DjlEngine::loadPyTorch));
    } catch (RuntimeException | LinkageError | AssertionError | ServiceConfigurationError e) {
      throw NativeLibraries.failure(e);
    }
    List<Device> devices = new ArrayList<>();
    for (int i = 0; i < engine.getGpuCount(); i++) {
      devices.add(new Device("cuda", i));
    }
    devices.add(Device.CPU);
    return new DjlEngine(
        String.format(
            Locale.ROOT,
            "%s, PyTorch %s",
            ai.djl.engine.Engine.getDjlVersion(),
            engine.getVersion()),
        devices);
  }

  private static synchronized ai.djl.engine.Engine loadPyTorch() {
    NativeLibraries.prepare();
    // Somebody else may have used DJL before, on a thread that did not see the engine's jar; or its
    // service file was lost when jars were merged.
    ai.djl.engine.Engine.registerEngine(new PtEngineProvider());
    // Bindings belong to the class loader of the class that loads them.
    boolean helps =
        System.getProperty(NativeLoader.PROPERTY) == null
            && NativeLoader.class.getClassLoader() == PtEngineProvider.class.getClassLoader();
    if (helps) {
      System.setProperty(NativeLoader.PROPERTY, NativeLoader.class.getName());
    }
    try {
      return ai.djl.engine.Engine.getEngine("PyTorch");
    } finally {
      if (helps) {
        System.clearProperty(NativeLoader.PROPERTY);
      }
    }
  }

  /** Keeps DJL from reporting to its makers, unless somebody has decided about it. */
  static void declineTracking(@Nullable String environment) {
    if (environment == null && System.getProperty(OPT_OUT) == null) {
      System.setProperty(OPT_OUT, "true");
    }
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String version() {
    return version;
  }

  @Override
  public List<Device> devices() {
    return devices;
  }

  @Override
  public Network open(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Device device,
      Precision precision) {
    Engines.requireDevice(this, device);
    Engines.requirePrecision(device, precision);
    if (segment.from() > 0 || plan.module().isEmpty()) {
      return new DjlNetwork(plan, segment, weights, device, precision);
    }
    if (segment.to() == plan.embeddingPosition()) {
      return module(plan, device);
    }
    Segment head = head(plan);
    OpenNetwork.checkSegment(plan, segment);
    plan.checkTensors(head, weights);
    return withHead(
        module(plan, device),
        module ->
            new ModuleWithHead(module, new DjlNetwork(plan, head, weights, device, precision)));
  }

  private Network module(NetworkPlan plan, Device device) {
    EmbeddingModule module = plan.module().orElseThrow();
    return new ModuleNetwork(plan, modules.file(module), module.url(), device);
  }

  private static Segment head(NetworkPlan plan) {
    return new Segment(plan.embeddingPosition(), plan.logitsPosition());
  }

  /** Puts a head above a module, which is closed where that fails. */
  private static <N extends Network> N withHead(Network module, Function<Network, N> join) {
    try {
      return join.apply(module);
    } catch (RuntimeException | Error e) {
      module.close();
      throw e;
    }
  }

  @Override
  public ZooEntry findModule(String url) {
    return modules.find(url);
  }

  @Override
  public int embeddingSize(ZooEntry entry, int inputSize) {
    return ModuleNetwork.embeddingSize(
        modules.file(entry.url(), entry.sha256()), entry.url(), inputSize);
  }

  @Override
  public TrainableNetwork openTrainable(
      NetworkPlan plan,
      Segment segment,
      int firstTrainableStage,
      Map<String, Tensor> weights,
      Optimizer optimizer,
      Device device) {
    Engines.requireDevice(this, device);
    if (segment.to() != plan.logitsPosition()) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "segment must end at the logits, position %d, to be trained; got %s",
              plan.logitsPosition(),
              segment));
    }
    int stages = plan.stages().size();
    int first = Math.min(segment.from(), stages);
    if (firstTrainableStage < first || firstTrainableStage > stages) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "firstTrainableStage must be in %d..%d for %s of a network of %d stages, got %d",
              first,
              stages,
              segment,
              stages,
              firstTrainableStage));
    }
    if (segment.from() > 0 || plan.module().isEmpty()) {
      return new DjlTrainableNetwork(
          plan, segment, firstTrainableStage, weights, optimizer, device);
    }
    Segment head = head(plan);
    plan.checkTensors(head, weights);
    return withHead(
        module(plan, device),
        module ->
            new ModuleWithTrainableHead(
                module, new DjlTrainableNetwork(plan, head, stages, weights, optimizer, device)));
  }
}
