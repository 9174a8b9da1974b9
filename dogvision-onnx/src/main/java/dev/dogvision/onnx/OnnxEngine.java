package dev.dogvision.onnx;

import static com.google.common.base.Preconditions.checkArgument;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.Precision;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Tensor;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime, on the CPU. It predicts and does not train.
 *
 * <p>{@link OnnxNetwork} says how processors are shared among images and calls.
 */
final class OnnxEngine implements Engine {
  static final String NAME = "ONNX Runtime";

  /**
   * On Linux it looks at the command line for its telemetry, and a long one overflows the stack.
   */
  private static final String ENDS_THE_PROCESS = "1.29.0";

  private static final String NO_TELEMETRY = "ORT_DISABLE_TELEMETRY";

  private final OrtEnvironment environment;
  private final String version;

  private OnnxEngine(OrtEnvironment environment) {
    this.environment = environment;
    this.version = environment.getVersion();
  }

  /** Loads the native library. */
  static OnnxEngine load() {
    checkVersion(
        OrtEnvironment.class.getPackage().getImplementationVersion(),
        System.getProperty("os.name"),
        System.getenv(NO_TELEMETRY));
    try {
      OrtEnvironment environment =
          KeptLibraries.around(() -> OrtEnvironment.getEnvironment("dogvision"));
      environment.setTelemetry(false);
      ProcessEnd.outlive(environment);
      return new OnnxEngine(environment);
    } catch (OrtException | RuntimeException | LinkageError e) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "ONNX Runtime could not be loaded on %s %s: %s. Its library comes with the dependency"
                  + " com.microsoft.onnxruntime:onnxruntime, for Linux and Windows on x86_64, and"
                  + " for Linux and macOS on aarch64",
              System.getProperty("os.name"),
              System.getProperty("os.arch"),
              e),
          e);
    }
  }

  /**
   * Refuses a version that ends the whole process with a segmentation fault as it is loaded, where
   * the command line is longer than some 2,000 characters or there is no shell (ONNX Runtime's
   * issue 32173).
   */
  static void checkVersion(@Nullable String version, String system, @Nullable String noTelemetry) {
    if (ENDS_THE_PROCESS.equals(version)
        && system.startsWith("Linux")
        && !"1".equals(noTelemetry)) {
      throw new DogVisionException(
          String.format(
              Locale.ROOT,
              "ONNX Runtime %s may end the whole process on Linux as it is loaded, by what it"
                  + " gathers for its telemetry: depend on"
                  + " com.microsoft.onnxruntime:onnxruntime:1.28.0, which DogVision is built with,"
                  + " or start the process with the environment variable %s=1",
              version,
              NO_TELEMETRY));
    }
  }

  OrtEnvironment environment() {
    return environment;
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
    return List.of(Device.CPU);
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
    checkArgument(
        segment.to() <= plan.logitsPosition(),
        "segment ends at position %s, but the network at %s",
        segment.to(),
        plan.logitsPosition());
    checkArgument(
        segment.from() > 0 || plan.module().isEmpty(),
        "%s opens no published modules, got %s",
        NAME,
        plan.module());
    plan.checkTensors(segment, weights);
    try {
      return new OnnxNetwork(plan, segment, weights, environment);
    } catch (OrtException e) {
      throw new DogVisionException("ONNX Runtime could not open a network: " + e.getMessage(), e);
    }
  }
}
