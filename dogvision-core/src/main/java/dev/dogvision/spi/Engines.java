package dev.dogvision.spi;

import com.google.common.collect.ImmutableList;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.dogvision.Device;
import dev.dogvision.DeviceNotFoundException;
import dev.dogvision.DogVisionException;
import dev.dogvision.EngineInfo;
import dev.dogvision.EngineNotFoundException;
import dev.dogvision.EngineNotFoundException.Reason;
import dev.dogvision.Precision;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds engines and chooses among them. Training takes one that can train; prediction the one of
 * the highest {@link EngineProvider#predictionRank()}; both go by name where that leaves several.
 * One that can't be opened is passed over for the next, with a warning. A name insists: the system
 * property {@value #PROPERTY}, or what a caller names.
 *
 * <p>An engine that was opened is kept; a failure is not, so that what was put right is found at
 * the next call.
 */
public final class Engines {
  /** The system property that insists on an engine by its name, or by the first words of it. */
  public static final String PROPERTY = "dogvision.engine";

  private static final Logger logger = LoggerFactory.getLogger(Engines.class);

  /** Engines that are ours, to tell one that is missing from one that is not registered. */
  private static final ImmutableList<String> KNOWN =
      ImmutableList.of(
          "dev.dogvision.djl.DjlEngineProvider", "dev.dogvision.onnx.OnnxEngineProvider");

  private static final Comparator<EngineProvider> BY_NAME =
      Comparator.comparing(EngineProvider::name);

  /** For prediction. */
  private static final Comparator<EngineProvider> PREFERRED =
      Comparator.comparingInt(EngineProvider::predictionRank).reversed().thenComparing(BY_NAME);

  /** As long-lived as the provider's class, so that an application can be unloaded. */
  private static final ClassValue<Slot> SLOTS =
      new ClassValue<>() {
        @Override
        protected Slot computeValue(Class<?> provider) {
          return new Slot();
        }
      };

  private Engines() {}

  /**
   * The engine that trains.
   *
   * @return the first that can train and be opened, in the order of names
   * @throws EngineNotFoundException if there is none, saying why
   */
  public static Engine forTraining() {
    return forTraining(/* opensModules= */ false);
  }

  /**
   * The engine that trains a network.
   *
   * @param plan the network
   * @return the first that can train it and be opened, in the order of names
   * @throws EngineNotFoundException if there is none, saying why
   */
  public static Engine forTraining(NetworkPlan plan) {
    return forTraining(plan.module().isPresent());
  }

  private static Engine forTraining(boolean opensModules) {
    String name = System.getProperty(PROPERTY);
    List<EngineProvider> found = providers();
    List<EngineProvider> named = suited(found, name, opensModules);
    List<EngineProvider> trains =
        named.stream().filter(EngineProvider::trains).sorted(BY_NAME).toList();
    if (trains.isEmpty()) {
      refuseUnregistered(found);
      throw new EngineNotFoundException(
          Reason.ONLY_PREDICTS,
          names(named),
          String.format(
              Locale.ROOT,
              "no engine that trains: %s only predicts. Training needs one that can, such as the"
                  + " dependency dev.dogvision:dogvision-djl%s",
              String.join(", ", names(named)),
              name == null
                  ? ""
                  : "; the system property " + PROPERTY + " insists on \"" + name + '"'),
          null);
    }
    return firstOf(trains);
  }

  /**
   * The engine that predicts.
   *
   * @param name the engine that the caller insists on, by its name or the first words of it; null
   *     for the system property {@value #PROPERTY}, and where that is not set, for the one that is
   *     preferred
   * @return the first that can be opened, in the stated order
   * @throws EngineNotFoundException if there is none, saying why
   */
  public static Engine forPrediction(@Nullable String name) {
    return forPrediction(name, /* opensModules= */ false);
  }

  /**
   * The engine that predicts with a network.
   *
   * @param plan the network
   * @param name as for {@link #forPrediction(String)}
   * @return the first that runs such networks and can be opened, in the stated order
   * @throws EngineNotFoundException if there is none, saying why
   */
  public static Engine forPrediction(NetworkPlan plan, @Nullable String name) {
    return forPrediction(name, plan.module().isPresent());
  }

  /**
   * The engine that opens published modules.
   *
   * @return the first that does and can be opened, in the order in which prediction prefers them
   * @throws EngineNotFoundException if there is none, saying why
   */
  public static Engine forModules() {
    return forPrediction(null, /* opensModules= */ true);
  }

  private static Engine forPrediction(@Nullable String name, boolean opensModules) {
    String wanted = name == null ? System.getProperty(PROPERTY) : name;
    return firstOf(suited(providers(), wanted, opensModules).stream().sorted(PREFERRED).toList());
  }

  /** Those that a name leaves and, where that is needed, that open published modules. */
  private static List<EngineProvider> suited(
      List<EngineProvider> found, @Nullable String name, boolean opensModules) {
    List<EngineProvider> named = named(found, name);
    if (!opensModules) {
      return named;
    }
    List<EngineProvider> suited = named.stream().filter(EngineProvider::opensModules).toList();
    if (suited.isEmpty()) {
      refuseUnregistered(found);
      throw new EngineNotFoundException(
          Reason.OPENS_NO_MODULES,
          names(named),
          String.format(
              Locale.ROOT,
              "no engine that opens published modules: %s does not. A TorchScript backbone needs"
                  + " one that does, such as the dependency dev.dogvision:dogvision-djl%s",
              String.join(", ", names(named)),
              name == null ? "" : "; \"" + name + "\" was insisted on"),
          null);
    }
    return suited;
  }

  /**
   * What is known of every engine on the class path. Each is opened, as it would be for use.
   *
   * @return in the order in which prediction prefers them; empty if there is none
   */
  public static ImmutableList<EngineInfo> all() {
    List<EngineProvider> found;
    try {
      found = new ArrayList<>(providers());
    } catch (EngineNotFoundException e) {
      if (e.reason() == Reason.ABSENT) {
        return ImmutableList.of();
      }
      throw e;
    }
    found.sort(PREFERRED);
    return found.stream().map(Engines::info).collect(ImmutableList.toImmutableList());
  }

  private static EngineInfo info(EngineProvider provider) {
    try {
      Engine engine = open(provider);
      return new EngineInfo(
          provider.name(),
          provider.trains(),
          Optional.of(engine.version()),
          engine.devices(),
          Optional.empty());
    } catch (DogVisionException e) {
      return new EngineInfo(
          provider.name(), provider.trains(), Optional.empty(), List.of(), Optional.of(e));
    }
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
    requireDevice(engine, wanted);
    return wanted;
  }

  /**
   * Refuses a device that an engine does not have. Engines ask it before they open a network.
   *
   * @param engine the engine
   * @param device the device asked for
   * @throws DeviceNotFoundException if it is not among the engine's
   */
  public static void requireDevice(Engine engine, Device device) {
    List<Device> devices = engine.devices();
    if (!devices.contains(device)) {
      throw new DeviceNotFoundException(
          device,
          engine.name(),
          devices,
          String.format(
              Locale.ROOT,
              "device \"%s\" is not available: %s (%s) sees only %s here. For a GPU, check that"
                  + " nvidia-smi lists it and that the engine's CUDA libraries are installed; or"
                  + " ask for one of the devices listed, or for none to have the best one chosen",
              device,
              engine.name(),
              engine.version(),
              devices));
    }
  }

  /**
   * Refuses half precision where it would be slower. Engines ask it before they open a network.
   *
   * @param device the device asked for
   * @param precision the arithmetic asked for
   * @throws DogVisionException if it is half precision, on the CPU
   */
  public static void requirePrecision(Device device, Precision precision) {
    if (precision != Precision.FLOAT32 && device.equals(Device.CPU)) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "%s is for CUDA devices; on the CPU it would be slower than %s: ask for that",
              precision,
              Precision.FLOAT32));
    }
  }

  /** Opens the first that can be; several failures are told together. */
  private static Engine firstOf(List<EngineProvider> providers) {
    List<DogVisionException> failures = new ArrayList<>();
    for (EngineProvider provider : providers) {
      try {
        Engine engine = open(provider);
        failures.forEach(
            failure ->
                logger.warn(
                    "{} is used, because another engine can't be: {}",
                    provider.name(),
                    failure.getMessage()));
        return engine;
      } catch (DogVisionException e) {
        failures.add(e);
      }
    }
    if (failures.size() == 1) {
      throw failures.get(0);
    }
    EngineNotFoundException all =
        new EngineNotFoundException(
            Reason.FAILED,
            names(providers),
            failures.stream()
                .map(DogVisionException::getMessage)
                .collect(Collectors.joining("; and ", "no engine can be opened: ", "")),
            failures.get(0));
    failures.stream().skip(1).forEach(all::addSuppressed);
    throw all;
  }

  private static Engine open(EngineProvider provider) {
    try {
      return SLOTS.get(provider.getClass()).open(provider);
    } catch (DogVisionException e) {
      throw e;
    } catch (RuntimeException | LinkageError | ServiceConfigurationError e) {
      throw new EngineNotFoundException(
          Reason.FAILED,
          List.of(provider.name()),
          "the engine \"" + provider.name() + "\" can't be opened: " + e,
          e);
    }
  }

  private static List<EngineProvider> named(List<EngineProvider> found, @Nullable String name) {
    if (name == null || name.isBlank()) {
      return found;
    }
    String wanted = name.strip().toLowerCase(Locale.ROOT);
    List<EngineProvider> named =
        found.stream()
            .filter(
                provider ->
                    (provider.name().toLowerCase(Locale.ROOT) + ' ').startsWith(wanted + ' '))
            .toList();
    if (named.isEmpty()) {
      refuseUnregistered(found);
      throw new EngineNotFoundException(
          Reason.UNKNOWN_NAME,
          names(found),
          String.format(
              Locale.ROOT,
              "no engine \"%s\" on the class path: there is %s. Name one of these, by its name or"
                  + " the first words of it, or none; or add the dependency that brings the one"
                  + " wanted",
              name,
              String.join(", ", names(found))),
          null);
    }
    return named;
  }

  private static ImmutableList<String> names(List<EngineProvider> providers) {
    return providers.stream()
        .map(EngineProvider::name)
        .sorted()
        .collect(ImmutableList.toImmutableList());
  }

  /**
   * All that are registered, at least one. They are looked up by the class loader of this class: a
   * thread's own may know nothing of the application, in a common pool for instance.
   */
  private static List<EngineProvider> providers() {
    List<EngineProvider> found = new ArrayList<>();
    ServiceConfigurationError broken = null;
    Iterator<EngineProvider> services =
        ServiceLoader.load(EngineProvider.class, Engines.class.getClassLoader()).iterator();
    while (true) {
      try {
        if (!services.hasNext()) {
          break;
        }
        found.add(services.next());
      } catch (ServiceConfigurationError e) {
        broken = e;
        logger.warn("An engine on the class path can't be loaded: {}", e.toString());
      }
    }
    if (!found.isEmpty()) {
      return found;
    }
    if (broken != null) {
      throw new EngineNotFoundException(
          Reason.FAILED,
          List.of(),
          "an engine on the class path can't be loaded: " + broken.getMessage(),
          broken);
    }
    refuseUnregistered(found);
    throw new EngineNotFoundException(
        Reason.ABSENT,
        List.of(),
        "no engine found on the class path: add the dependency dev.dogvision:dogvision-djl, of the"
            + " same version as dogvision-core",
        null);
  }

  /** An engine of ours whose service file was lost is what was wanted, most likely. */
  private static void refuseUnregistered(List<EngineProvider> found) {
    for (String known : KNOWN) {
      if (isPresent(known)
          && found.stream().noneMatch(engine -> engine.getClass().getName().equals(known))) {
        throw new EngineNotFoundException(
            Reason.NOT_REGISTERED,
            names(found),
            String.format(
                Locale.ROOT,
                "%s is on the class path, but no file META-INF/services/%s names it: whatever made"
                    + " one jar of several did not merge their service files. Let it, with"
                    + " maven-shade-plugin's ServicesResourceTransformer or the Gradle plugin"
                    + " shadow's mergeServiceFiles()",
                known,
                EngineProvider.class.getName()),
            null);
      }
    }
  }

  private static boolean isPresent(String className) {
    try {
      Class.forName(className, /* initialize= */ false, Engines.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException | LinkageError e) {
      return false;
    }
  }

  /** An engine, once it is open. */
  private static final class Slot {
    @GuardedBy("this")
    private @Nullable Engine engine;

    synchronized Engine open(EngineProvider provider) {
      Engine open = engine;
      if (open == null) {
        open = provider.open();
        engine = open;
      }
      return open;
    }
  }
}
