package dev.dogvision.djl;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import dev.dogvision.Device;
import dev.dogvision.MismatchException;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** A published module, from the pixels to the embedding. */
final class ModuleNetwork extends OpenNetwork {
  /** Of a network whose feature maps are not known, few at a time, lest they take all memory. */
  private static final int MOST_AT_ONCE = 8;

  private final String url;

  ModuleNetwork(NetworkPlan plan, Path file, String url, Device device) {
    super(
        plan,
        new Segment(0, plan.embeddingPosition()),
        device,
        CompiledModule.open(file, url, device));
    this.url = url;
  }

  @Override
  public ActivationBatch forward(Batch batch) {
    checkBatch(batch);
    PixelBatch pixels = (PixelBatch) batch;
    int size = plan().embeddingSize();
    return whileOpen(
        () -> {
          float[] values = new float[Math.multiplyExact(batch.size(), size)];
          int count;
          for (int first = 0; first < batch.size(); first += count) {
            count = Math.min(MOST_AT_ONCE, batch.size() - first);
            try (CompiledModule.Call call = module().call()) {
              NDArray embedding =
                  embed(call, planes(pixels, first, count), count, plan().inputSize(), url);
              check(embedding.getShape(), count, size);
              CompiledModule.copy(embedding, values, first * size);
            }
          }
          return new ActivationBatch(values, batch.size());
        });
  }

  private void check(Shape shape, int count, int size) {
    if (shape.size() != (long) count * size) {
      throw new MismatchException(
          url,
          String.format(
              Locale.ROOT,
              "%s gives %s for %d pictures of %d pixels, expected %d numbers for each",
              url,
              shape,
              count,
              plan().inputSize(),
              size));
    }
  }

  /** How many numbers a module gives for a picture. */
  static int embeddingSize(Path file, String url, int inputSize) {
    try (CompiledModule module = CompiledModule.open(file, url, Device.CPU);
        CompiledModule.Call call = module.call()) {
      float[] grey = new float[3 * inputSize * inputSize];
      return Math.toIntExact(embed(call, grey, 1, inputSize, url).size());
    }
  }

  /** Runs the module; what it gives has to be one row of numbers for each picture. */
  private static NDArray embed(
      CompiledModule.Call call, float[] planes, int count, int side, String url) {
    NDArray embedding = call.embed(call.floats(planes, 0, count, 3, side, side), url);
    Shape shape = embedding.getShape();
    boolean isRow = shape.dimension() >= 2 && shape.get(0) == count;
    for (int i = 2; isRow && i < shape.dimension(); i++) {
      isRow = shape.get(i) == 1;
    }
    if (!isRow) {
      throw new MismatchException(
          url,
          String.format(
              Locale.ROOT,
              "%s gives %s for %d pictures of %d pixels, expected one row of numbers for each: an"
                  + " embedding, not a feature map",
              url,
              shape,
              count,
              side));
    }
    return embedding;
  }

  /** Normalised, and with a plane for each colour, as such modules take pictures. */
  private float[] planes(PixelBatch batch, int first, int count) {
    List<Double> means = plan().channelMeans();
    List<Double> scales = plan().channelScales();
    int area = batch.side() * batch.side();
    byte[] pixels = batch.pixels();
    float[] planes = new float[count * 3 * area];
    for (int image = 0; image < count; image++) {
      int from = (first + image) * 3 * area;
      for (int channel = 0; channel < 3; channel++) {
        double mean = means.get(channel);
        double scale = scales.get(channel);
        int to = (image * 3 + channel) * area;
        for (int i = 0; i < area; i++) {
          planes[to + i] = (float) (((pixels[from + 3 * i + channel] & 0xff) - mean) / scale);
        }
      }
    }
    return planes;
  }
}
