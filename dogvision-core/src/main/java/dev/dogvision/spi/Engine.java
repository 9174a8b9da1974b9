package dev.dogvision.spi;

import dev.dogvision.Device;
import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import java.util.List;
import java.util.Map;

/**
 * What computes. It holds no policy: what to run, on what and when is said by the core. Safe from
 * many threads at once; lives until the JVM ends.
 */
public interface Engine {

  /**
   * The engine's name.
   *
   * @return for example {@code PyTorch through DJL}
   */
  String name();

  /**
   * The versions that make its numbers what they are.
   *
   * @return for example {@code 0.36.0, PyTorch 2.7.1}
   */
  String version();

  /**
   * The devices that it can use here.
   *
   * @return best first; the CPU is always among them
   */
  List<Device> devices();

  /**
   * Opens a part of a network for inference.
   *
   * @param plan the whole network
   * @param segment which part
   * @param weights every tensor of {@code plan.tensorShapes(segment)}; surplus ones are ignored
   * @param device one of {@link #devices()}
   * @param precision the arithmetic inside
   * @return the network, to be closed by the caller
   * @throws dev.dogvision.MismatchException if a tensor is missing or has another shape, or the
   *     plan's module is not the one it was any more
   * @throws dev.dogvision.DeviceNotFoundException if the engine does not have the device
   */
  Network open(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Device device,
      Precision precision);

  /**
   * Opens a part of a network, ending at the logits, for training. Never called on an engine whose
   * provider says that it does not train; such an engine need not implement it.
   *
   * @param plan the whole network
   * @param segment which part; ends at {@link NetworkPlan#logitsPosition()}
   * @param firstTrainableStage stages from this index on are trained, and so is always the head;
   *     the number of stages for none but the head
   * @param weights every tensor of {@code plan.tensorShapes(segment)}; surplus ones are ignored
   * @param optimizer the rule of the updates
   * @param device one of {@link #devices()}
   * @return the network, to be closed by the caller
   * @throws UnsupportedOperationException if this engine only predicts
   * @throws IllegalArgumentException if the segment does not end at the logits, or a stage to be
   *     trained lies before its start
   * @throws dev.dogvision.MismatchException if a tensor is missing or has another shape
   * @throws dev.dogvision.DeviceNotFoundException if the engine does not have the device
   */
  default TrainableNetwork openTrainable(
      NetworkPlan plan,
      Segment segment,
      int firstTrainableStage,
      Map<String, Tensor> weights,
      Optimizer optimizer,
      Device device) {
    throw new UnsupportedOperationException(name() + " only predicts");
  }

  /**
   * Finds a published module, downloading it where it lies elsewhere. Never called on an engine
   * whose provider says that it opens none; such an engine need not implement it.
   *
   * @param url where it is published
   * @return its hash, and what its publisher says of it
   * @throws UnsupportedOperationException if this engine opens no modules
   * @throws dev.dogvision.ModelNotFoundException if there is none
   * @throws dev.dogvision.DamagedFileException if what is there is no module
   */
  default ZooEntry findModule(String url) {
    throw new UnsupportedOperationException(name() + " opens no published modules");
  }

  /**
   * How many numbers a published module gives for a picture. Never called on an engine whose
   * provider says that it opens none.
   *
   * @param entry the module, as {@link #findModule} gave it
   * @param inputSize height and width of the pictures in pixels
   * @return the length of the embedding
   * @throws UnsupportedOperationException if this engine opens no modules
   * @throws dev.dogvision.MismatchException if it does not take such pictures, or gives something
   *     else than one row of numbers for each
   * @throws dev.dogvision.DamagedFileException if it can't be opened
   */
  default int embeddingSize(ZooEntry entry, int inputSize) {
    throw new UnsupportedOperationException(name() + " opens no published modules");
  }
}
