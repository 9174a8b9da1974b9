package dev.dogvision;

import java.util.List;

/** The device that was asked for is not among those that the engine can use here. */
public final class DeviceNotFoundException extends DogVisionException {
  private static final long serialVersionUID = 1L;

  private final String device;
  private final String engine;
  private final List<String> available;

  /**
   * An exception about one device.
   *
   * @param device the device that was asked for
   * @param engine the engine's name
   * @param available the devices that the engine can use here
   * @param message what was found, what was expected, what to do
   */
  public DeviceNotFoundException(
      Device device, String engine, List<Device> available, String message) {
    super(message);
    this.device = device.toString();
    this.engine = engine;
    this.available = available.stream().map(Device::toString).toList();
  }

  /**
   * The device that was asked for.
   *
   * @return for example {@code cuda:1}
   */
  public Device device() {
    return Device.parse(device);
  }

  /**
   * The engine that was to run there.
   *
   * @return its name
   */
  public String engine() {
    return engine;
  }

  /**
   * The devices that the engine can use here.
   *
   * @return best first
   */
  public List<Device> available() {
    return available.stream().map(Device::parse).toList();
  }
}
