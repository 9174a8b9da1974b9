package dev.dogvision.spi;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.Device;
import dev.dogvision.DeviceNotFoundException;
import dev.dogvision.DogVisionException;
import dev.dogvision.EngineNotFoundException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Finds the engine on the class path and chooses a device. */
public final class Engines {
  @GuardedBy("Engines.class")
  private static @Nullable Engine engine;

  private Engines() {}

  /**
   * The engine of this JVM, opened at the first call.
   *
   * @return the one engine on the class path
   * @throws DogVisionException if there is none, naming the dependency to add, or more than one
   */
  public static synchronized Engine find() {
    if (engine == null) {
      engine = open();
    }
    return engine;
  }

  /**
   * The device to run on.
   *
   * @param engine the engine that will run there
   * @param name a device that the caller insists on ({@code cpu}, {@code cuda}, {@code cuda:1}), or
   *     null for the best that the engine has
   * @return the device
   * @throws IllegalArgumentException if the name can't be read
   * @throws DeviceNotFoundException if the engine does not have the device
   */
  public static Device chooseDevice(Engine engine, @Nullable String name) {
    List<Device> devices = engine.devices();
    if (name == null) {
      return devices.get(0);
    }
    Device wanted = Device.parse(name);
    if (!devices.contains(wanted)) {
      throw new DeviceNotFoundException(
          wanted,
          engine.name(),
          devices,
          String.format(
              Locale.ROOT,
              "device \"%s\" is not available: %s (%s) sees only %s here. For a GPU, check that"
                  + " nvidia-smi lists it and that the engine's CUDA libraries are installed; or ask"
                  + " for one of the devices listed, or for none to have the best one chosen",
              wanted,
              engine.name(),
              engine.version(),
              devices));
    }
    return wanted;
  }

  private static Engine open() {
    List<EngineProvider> providers = new ArrayList<>();
    try {
      ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader())
          .forEach(providers::add);
    } catch (ServiceConfigurationError e) {
      throw new EngineNotFoundException(
          EngineNotFoundException.Reason.FAILED,
          List.of(),
          "an engine on the class path can't be loaded: " + e,
          e);
    }
    if (providers.isEmpty()) {
      throw new EngineNotFoundException(
          EngineNotFoundException.Reason.ABSENT,
          List.of(),
          "no engine found on the class path: add the dependency dev.dogvision:dogvision-djl, of the"
              + " same version as dogvision-core",
          null);
    }
    if (providers.size() > 1) {
      throw new DogVisionException(
          providers.stream()
              .map(provider -> provider.name() + " (" + provider.getClass().getName() + ")")
              .collect(
                  Collectors.joining(
                      ", ", "several engines found on the class path: ", "; keep one of them")));
    }
    return providers.get(0).open();
  }
}
