package dev.dogvision.spi;

import dev.dogvision.Device;
import dev.dogvision.Precision;
import java.util.List;
import java.util.Map;

/**
 * A second engine, all of it in this file: it only predicts, and goes by a picture's mean colour.
 */
public final class MeanColourEngine implements EngineProvider, Engine {

  /** For {@link java.util.ServiceLoader}. */
  public MeanColourEngine() {}

  @Override
  public String name() {
    return "Mean colour";
  }

  @Override
  public boolean trains() {
    return false;
  }

  @Override
  public int predictionRank() {
    return 10;
  }

  @Override
  public Engine open() {
    return this;
  }

  @Override
  public String version() {
    return "1";
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
    return new MeanColour(plan, segment, device);
  }

  private record MeanColour(NetworkPlan plan, Segment segment, Device device) implements Network {

    @Override
    public ActivationBatch forward(Batch batch) {
      PixelBatch pixels = (PixelBatch) batch;
      int bytes = pixels.side() * pixels.side() * 3;
      float[] values = new float[batch.size() * plan.sizeAt(segment.to())];
      int width = values.length / batch.size();
      for (int i = 0; i < batch.size() * bytes; i++) {
        int channel = i % 3;
        if (channel < width) {
          values[i / bytes * width + channel] += (pixels.pixels()[i] & 255) / 2550f;
        }
      }
      return new ActivationBatch(values, batch.size());
    }

    @Override
    public void close() {}
  }
}
