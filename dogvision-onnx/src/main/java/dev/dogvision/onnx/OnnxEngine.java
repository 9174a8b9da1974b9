package dev.dogvision.onnx;

import static com.google.common.base.Preconditions.checkArgument;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
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

/**
 * ONNX Runtime, on the CPU. It predicts and does not train.
 *
 * <p>Its threads sleep when they have nothing to do. By default they spin for a while, which is a
 * little faster on an idle machine, and slower by far on one that has other work.
 */
final class OnnxEngine implements Engine {
  static final String NAME = "ONNX Runtime";

  private final OrtEnvironment environment;
  private final String version;

  private OnnxEngine(OrtEnvironment environment) {
    this.environment = environment;
    this.version = environment.getVersion();
  }

  /** Loads the native library. */
  static OnnxEngine load() {
    try {
      OrtEnvironment environment = OrtEnvironment.getEnvironment("dogvision");
      environment.setTelemetry(false);
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
    byte[] graph = OnnxGraph.of(plan, segment, weights, OnnxNetwork.OUTPUT).toByteArray();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(Math.max(1, Runtime.getRuntime().availableProcessors()));
      options.addConfigEntry("session.intra_op.allow_spinning", "0");
      return new OnnxNetwork(plan, segment, environment, environment.createSession(graph, options));
    } catch (OrtException e) {
      throw new DogVisionException("ONNX Runtime could not open a network: " + e.getMessage(), e);
    }
  }
}
