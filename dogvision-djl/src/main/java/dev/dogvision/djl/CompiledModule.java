package dev.dogvision.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.Precision;
import dev.dogvision.djl.GraphCompiler.Kernels;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.PixelBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TorchScript archive loaded into libtorch. Safe from many threads as far as its methods are:
 * every use is a {@link Call} of its own, which owns all arrays made in it.
 */
final class CompiledModule implements AutoCloseable {
  private static final Logger logger = LoggerFactory.getLogger(CompiledModule.class);

  /** What DJL's users can set, and PyTorch's default. */
  private static final boolean GRAPH_OPTIMIZER =
      Boolean.parseBoolean(System.getProperty("ai.djl.pytorch.graph_optimizer", "true"));

  private static volatile boolean oneDnn = true;

  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;

  /**
   * Direct buffers that inputs are handed over in. PyTorch reads them in place; making a new one a
   * call would leave native memory to the garbage collector.
   */
  private final ConcurrentLinkedQueue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();

  private CompiledModule(Model model) {
    this.model = model;
    this.block = (PtSymbolBlock) model.getBlock();
    this.manager = (PtNDManager) model.getNDManager();
  }

  /**
   * Compiles and loads, with oneDNN's operations where they are to be had.
   *
   * @param compiler makes the archive
   * @param trains whether its tensors will be changed
   */
  static CompiledModule load(
      Function<Kernels, TorchScriptArchive> compiler,
      Device device,
      Precision precision,
      boolean trains) {
    if (device.equals(Device.CPU) && precision == Precision.FLOAT32 && oneDnn) {
      TorchScriptArchive archive = compiler.apply(Kernels.ONE_DNN);
      try {
        return OwnClassLoader.call(() -> load(archive, device, trains));
      } catch (EngineException e) {
        if (!lacksOneDnn(e)) {
          throw failure(device, e);
        }
        oneDnn = false;
        logger.info(
            "PyTorch has no oneDNN here; its plain convolutions are used, which take longer: {}",
            reason(e));
      }
    }
    TorchScriptArchive archive = compiler.apply(Kernels.PLAIN);
    try {
      return OwnClassLoader.call(() -> load(archive, device, trains));
    } catch (EngineException e) {
      throw failure(device, e);
    }
  }

  /** Whether PyTorch does not know oneDNN's operations, rather than anything else being wrong. */
  static boolean lacksOneDnn(EngineException e) {
    String message = String.valueOf(e.getMessage());
    return (message.contains("Unknown builtin op") && message.contains("mkldnn"))
        || message.contains("not compiled with MKLDNN");
  }

  private static DogVisionException failure(Device device, EngineException e) {
    return new DogVisionException(
        String.format(Locale.ROOT, "PyTorch could not open a network on %s: %s", device, reason(e)),
        e);
  }

  /** What went wrong, without the places in PyTorch's code. */
  static String reason(EngineException e) {
    List<String> lines = String.valueOf(e.getMessage()).lines().toList();
    return lines.stream()
        .filter(line -> line.contains("Error: "))
        .findFirst()
        .orElseGet(() -> lines.isEmpty() ? e.toString() : lines.get(0))
        .strip();
  }

  private static CompiledModule load(TorchScriptArchive archive, Device device, boolean trains) {
    try {
      return opened(
          device,
          model -> {
            Path file = NativeFolders.temporaryFile(".pt");
            try {
              archive.write(file);
              model.load(
                  file,
                  null,
                  Map.of("trainParam", Boolean.toString(trains), "mapLocation", "true"));
            } finally {
              Files.deleteIfExists(file);
            }
          },
          module -> {
            try (Call call = module.call()) {
              call.run("prepare");
            }
          });
    } catch (IOException | MalformedModelException e) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "a network could not be opened, because its archive could not be written to the"
                  + " folder for temporary files, %s: %s. Free space there, or name another folder"
                  + " with the system property java.io.tmpdir",
              System.getProperty("java.io.tmpdir"),
              e),
          e);
    }
  }

  /**
   * Opens a module that somebody else made.
   *
   * @param file where it lies
   * @param url where it comes from, for messages
   */
  static CompiledModule open(Path file, String url, Device device) {
    return OwnClassLoader.call(
        () -> {
          try {
            return opened(
                device,
                model -> model.load(file, null, Map.of("mapLocation", "true")),
                // Published as it was trained, it would drop activations and use a batch's
                // statistics.
                module -> JniUtils.enableInferenceMode(module.block));
          } catch (EngineException e) {
            throw PublishedModules.damaged(url, e, reason(e));
          } catch (IOException | MalformedModelException e) {
            throw PublishedModules.damaged(url, e, e.toString());
          }
        });
  }

  /** Fills a model from a file. */
  @FunctionalInterface
  private interface Loading {
    void load(Model model) throws IOException, MalformedModelException;
  }

  /**
   * A module that is counted as open, or closed again where it could not be loaded and prepared.
   */
  private static CompiledModule opened(
      Device device, Loading loading, Consumer<CompiledModule> preparation)
      throws IOException, MalformedModelException {
    Model model = Model.newInstance("dogvision", djlDevice(device), "PyTorch");
    ProcessExit.networkOpens();
    boolean ready = false;
    try {
      loading.load(model);
      CompiledModule module = new CompiledModule(model);
      preparation.accept(module);
      ready = true;
      return module;
    } finally {
      if (!ready) {
        model.close();
        ProcessExit.networkClosed();
      }
    }
  }

  private static ai.djl.Device djlDevice(Device device) {
    return device.equals(Device.CPU) ? ai.djl.Device.cpu() : ai.djl.Device.gpu(device.index());
  }

  Call call() {
    return new Call();
  }

  @Override
  public void close() {
    model.close();
    ProcessExit.networkClosed();
    buffers.clear();
  }

  /** One use of the module. Closing it frees every array made in it. */
  final class Call implements AutoCloseable {
    private final PtNDManager arrays = manager.newSubManager(manager.getDevice());
    private final List<ByteBuffer> borrowed = new ArrayList<>();

    /**
     * Hands over some images of a batch.
     *
     * @param first the first of them
     * @param count how many
     * @param shape one image's shape
     */
    NDArray images(Batch batch, int first, int count, int[] shape) {
      long[] dimensions = new long[shape.length + 1];
      dimensions[0] = count;
      int size = 1;
      for (int i = 0; i < shape.length; i++) {
        dimensions[i + 1] = shape[i];
        size *= shape[i];
      }
      if (batch instanceof PixelBatch pixels) {
        ByteBuffer buffer = borrow(count * size);
        buffer.put(pixels.pixels(), first * size, count * size).flip();
        return arrays.create(buffer, new Shape(dimensions), DataType.UINT8);
      }
      return floats(((ActivationBatch) batch).values(), first * size, dimensions);
    }

    /** Hands over numbers, from the given one on. */
    NDArray floats(float[] values, int first, long... shape) {
      Shape dimensions = new Shape(shape);
      int size = Math.toIntExact(dimensions.size());
      ByteBuffer buffer = borrow(size * Float.BYTES);
      buffer.asFloatBuffer().put(values, first, size);
      return arrays.create(buffer, dimensions, DataType.FLOAT32);
    }

    /** Runs a method of a list of tensors and a list of numbers. */
    NDList run(String method, double[] numbers, NDArray... inputs) {
      PtNDArray[] tensors = Arrays.copyOf(inputs, inputs.length, PtNDArray[].class);
      try (IValue a = IValue.listFrom(tensors);
          IValue b = IValue.listFrom(numbers);
          IValue result = method(method, a, b)) {
        return result.toNDList(arrays);
      }
    }

    /** Runs a method of one tensor. */
    NDArray infer(String method, NDArray input) {
      try (IValue argument = IValue.from((PtNDArray) input);
          IValue result = method(method, argument)) {
        return result.toTensor(arrays);
      }
    }

    /**
     * Runs a module of somebody else's, of which the first result counts.
     *
     * @param url where it comes from, for messages
     */
    NDArray embed(NDArray planes, String url) {
      try (IValue argument = IValue.from((PtNDArray) planes);
          IValue result = method("forward", argument)) {
        return result.isTensor() ? result.toTensor(arrays) : result.toNDList(arrays).get(0);
      } catch (EngineException | UnsupportedOperationException | IndexOutOfBoundsException e) {
        throw new MismatchException(
            url,
            String.format(
                Locale.ROOT,
                "%s does not make an embedding of pictures of %s: %s",
                url,
                planes.getShape(),
                e instanceof EngineException failure ? reason(failure) : "it gives no tensor"),
            e);
      }
    }

    /** Runs a method for its effect. */
    void run(String method) {
      method(method).close();
    }

    /** Runs a method of numbers. */
    double compute(String method, double[] first, double[] second) {
      try (IValue a = IValue.listFrom(first);
          IValue b = IValue.listFrom(second);
          IValue result = method(method, a, b)) {
        return result.toDouble();
      }
    }

    /** Reads a tensor that the module holds. */
    float[] get(int which) {
      try (IValue index = IValue.from((long) which);
          IValue result = method("tensor", index)) {
        NDArray array = result.toTensor(arrays);
        float[] values = new float[Math.toIntExact(array.size())];
        copy(array, values, 0);
        return values;
      }
    }

    /** Overwrites a tensor that the module holds. */
    void put(int which, float[] values) {
      try (IValue index = IValue.from((long) which);
          IValue content = IValue.from((PtNDArray) floats(values, 0, values.length))) {
        method("put", index, content).close();
      }
    }

    private IValue method(String name, IValue... arguments) {
      return asWritten(() -> IValueUtils.runMethod(block, name, arguments));
    }

    /**
     * Runs the graph as it is. Optimising it anew for every batch size slows down the first calls
     * of each, and gains nothing here.
     */
    private <T> T asWritten(Supplier<T> run) {
      JniUtils.setGraphExecutorOptimize(false);
      try {
        return run.get();
      } finally {
        JniUtils.setGraphExecutorOptimize(GRAPH_OPTIMIZER);
      }
    }

    private ByteBuffer borrow(int bytes) {
      ByteBuffer buffer = buffers.poll();
      if (buffer == null || buffer.capacity() < bytes) {
        buffer = ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
      }
      borrowed.add(buffer);
      return buffer.clear().limit(bytes);
    }

    @Override
    public void close() {
      arrays.close();
      buffers.addAll(borrowed);
    }
  }

  /** Copies an array's values to a place among others. */
  static void copy(NDArray array, float[] destination, int offset) {
    FloatBuffer values = array.toByteBuffer(/* tryDirect= */ true).asFloatBuffer();
    values.get(destination, offset, values.remaining());
  }
}
