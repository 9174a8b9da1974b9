package dev.dogvision;

import dev.dogvision.spi.Engines;
import java.util.List;

/**
 * What there is to compute with.
 *
 * <pre>{@code
 * DogVision.devices();   // [cuda:0, cpu]: there is a GPU, and it is taken unless another is asked for
 * DogVision.engines();   // what is on the class path, and where one can't be used, why
 * }</pre>
 */
public final class DogVision {
  private DogVision() {}

  /**
   * The engines on the class path. Asking loads them, as their first use would; it is not done
   * twice.
   *
   * @return in the order in which prediction prefers them; empty if there is none
   * @throws EngineNotFoundException if there are engines and none can be recognised as one, saying
   *     why
   */
  public static List<EngineInfo> engines() {
    return Engines.all();
  }

  /**
   * The devices that some engine can use here.
   *
   * @return best first, each once; the CPU is always among them
   * @throws EngineNotFoundException if there is no engine that can be used, saying why
   */
  public static List<Device> devices() {
    List<Device> devices =
        engines().stream().flatMap(engine -> engine.devices().stream()).distinct().toList();
    if (devices.isEmpty()) {
      var unused = Engines.forPrediction(null); // says why
    }
    // A GPU of whichever engine comes before the CPU of another.
    return devices.stream()
        .sorted((one, other) -> Boolean.compare(one.equals(Device.CPU), other.equals(Device.CPU)))
        .toList();
  }
}
