package dev.dogvision.djl;

import ai.djl.MalformedModelException;
import ai.djl.Model;
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
import dev.dogvision.DogVisionException;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Device;
import dev.dogvision.spi.PixelBatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A TorchScript archive loaded into libtorch. Safe from many threads as far as its methods are:
 * every call works in a {@link Call} of its own, which owns all arrays that the call makes.
 */
final class CompiledModule implements AutoCloseable {
  /** What DJL's users can set, and PyTorch's default. */
  private static final boolean GRAPH_OPTIMIZER =
      Boolean.parseBoolean(System.getProperty("ai.djl.pytorch.graph_optimizer", "true"));

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
   * Loads an archive by way of a temporary file.
   *
   * @param trains whether gradients will be taken
   */
  static CompiledModule load(TorchScriptArchive archive, Device device, boolean trains) {
    Model model = Model.newInstance("dogvision", djlDevice(device), "PyTorch");
    try {
      Path file = Files.createTempFile("dogvision", ".pt");
      try {
        archive.write(file);
        model.load(
            file, null, Map.of("trainParam", Boolean.toString(trains), "mapLocation", "true"));
      } finally {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      model.close();
      throw new DogVisionException(
          String.format(
              "a network could not be opened: writing its archive to the folder for temporary files"
                  + " (%s) failed: %s. Free space there, or name another folder with the system"
                  + " property java.io.tmpdir",
              System.getProperty("java.io.tmpdir"), e),
          e);
    } catch (MalformedModelException | RuntimeException e) {
      model.close();
      throw new DogVisionException("a network could not be compiled: " + e.getMessage(), e);
    }
    return new CompiledModule(model);
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
    buffers.clear();
  }

  /** One use of the module. Closing it frees every array made in it. */
  final class Call implements AutoCloseable {
    private final PtNDManager arrays = manager.newSubManager(manager.getDevice());
    private final List<ByteBuffer> borrowed = new ArrayList<>();

    /** Hands over a batch, shaped as the plan says. */
    NDArray batch(Batch batch, int[] shape) {
      long[] dimensions = new long[shape.length + 1];
      dimensions[0] = batch.size();
      for (int i = 0; i < shape.length; i++) {
        dimensions[i + 1] = shape[i];
      }
      if (batch instanceof PixelBatch pixels) {
        ByteBuffer buffer = borrow(pixels.pixels().length);
        buffer.put(pixels.pixels()).flip();
        return arrays.create(buffer, new Shape(dimensions), DataType.UINT8);
      }
      return floats(((ActivationBatch) batch).values(), dimensions);
    }

    /** Hands over numbers. */
    NDArray floats(float[] values, long... shape) {
      ByteBuffer buffer = borrow(values.length * Float.BYTES);
      buffer.asFloatBuffer().put(values);
      return arrays.create(buffer, new Shape(shape), DataType.FLOAT32);
    }

    /** Runs a method that takes and returns tensors so that one can go backward from its result. */
    NDList train(String method, NDArray... inputs) {
      NDList list = new NDList(inputs);
      // DJL takes the method's name from an array's.
      NDArray name = inputs[0].reshape(inputs[0].getShape());
      name.setName("module_method:" + method);
      list.add(name);
      // Both belong to the thread, which may be somebody else's.
      boolean gradients = JniUtils.isGradMode();
      JniUtils.setGradMode(true);
      // Optimising the graph anew for every batch size costs seconds and gains nothing here.
      JniUtils.setGraphExecutorOptimize(false);
      try {
        return IValueUtils.forward(block, list, /* isTrain= */ true);
      } finally {
        JniUtils.setGradMode(gradients);
        JniUtils.setGraphExecutorOptimize(GRAPH_OPTIMIZER);
      }
    }

    /** Adds to the parameters' gradients what a loss, times the scale, gives. */
    void backward(NDArray loss, double scale) {
      NDArray gradient = arrays.create(scale);
      JniUtils.backward((PtNDArray) loss, (PtNDArray) gradient, false, false);
    }

    /** Runs a method without gradients. */
    NDArray infer(String method, NDArray input) {
      try (IValue argument = IValue.from((PtNDArray) input);
          IValue result = IValueUtils.runMethod(block, method, argument)) {
        return result.toTensor(arrays);
      }
    }

    /** Runs a method without gradients, for its effect. */
    void run(String method) {
      IValueUtils.runMethod(block, method).close();
    }

    /** Runs a method of numbers without gradients. */
    double compute(String method, double[] first, double[] second) {
      try (IValue a = IValue.listFrom(first);
          IValue b = IValue.listFrom(second);
          IValue result = IValueUtils.runMethod(block, method, a, b)) {
        return result.toDouble();
      }
    }

    /** Reads a tensor that the module holds. */
    float[] get(int which) {
      try (IValue index = IValue.from((long) which);
          IValue result = IValueUtils.runMethod(block, "tensor", index)) {
        return toFloats(result.toTensor(arrays));
      }
    }

    /** Overwrites a tensor that the module holds. */
    void put(int which, float[] values) {
      try (IValue index = IValue.from((long) which);
          IValue content = IValue.from((PtNDArray) floats(values, values.length))) {
        IValueUtils.runMethod(block, "put", index, content).close();
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

  /** Copies an array's values out. */
  static float[] toFloats(NDArray array) {
    FloatBuffer values = array.toByteBuffer(/* tryDirect= */ true).asFloatBuffer();
    float[] copy = new float[values.remaining()];
    values.get(copy);
    return copy;
  }
}
