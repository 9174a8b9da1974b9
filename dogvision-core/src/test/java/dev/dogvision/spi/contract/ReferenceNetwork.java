package dev.dogvision.spi.contract;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;

import dev.dogvision.Device;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.Network;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.PixelBatch;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Forward passes, one image at a time, HWC in double precision. */
class ReferenceNetwork implements Network {
  final NetworkPlan plan;
  final Segment segment;
  final Map<String, float[]> weights;
  private final ReadWriteLock lock = new ReentrantReadWriteLock();
  private boolean closed;

  ReferenceNetwork(NetworkPlan plan, Segment segment, Map<String, float[]> weights) {
    this.plan = plan;
    this.segment = segment;
    this.weights = weights;
  }

  @Override
  public NetworkPlan plan() {
    return plan;
  }

  @Override
  public Segment segment() {
    return segment;
  }

  @Override
  public Device device() {
    return Device.CPU;
  }

  @Override
  public ActivationBatch forward(Batch batch) {
    lock.readLock().lock();
    try {
      checkOpen();
      checkBatch(batch);
      int size = plan.sizeAt(segment.to());
      float[] result = new float[batch.size() * size];
      for (int n = 0; n < batch.size(); n++) {
        double[] values = image(batch, n);
        for (int position = segment.from(); position < segment.to(); position++) {
          values = advance(position, values);
        }
        for (int i = 0; i < size; i++) {
          result[n * size + i] = (float) values[i];
        }
      }
      return new ActivationBatch(result, batch.size());
    } finally {
      lock.readLock().unlock();
    }
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
    } finally {
      lock.writeLock().unlock();
    }
  }

  void checkOpen() {
    checkState(!closed, "the network is closed");
  }

  void checkBatch(Batch batch) {
    int[] shape = plan.shapeAt(segment.from());
    if (batch instanceof PixelBatch pixels) {
      checkArgument(
          segment.from() == 0,
          "the segment starts at position %s and takes activations of shape %s, got pixels",
          segment.from(),
          Arrays.toString(shape));
      checkArgument(
          pixels.side() == plan.inputSize(),
          "the network takes images of %s x %s pixels, got %s x %s",
          plan.inputSize(),
          plan.inputSize(),
          pixels.side(),
          pixels.side());
    } else {
      int found = ((ActivationBatch) batch).valuesPerImage();
      checkArgument(segment.from() > 0, "the segment starts at the pixels, got activations");
      checkArgument(
          found == plan.sizeAt(segment.from()),
          "the segment takes %s values an image, shape %s, got %s",
          plan.sizeAt(segment.from()),
          Arrays.toString(shape),
          found);
    }
  }

  /** One image of a batch at the segment's start, normalised where it is pixels. */
  double[] image(Batch batch, int index) {
    int size = plan.sizeAt(segment.from());
    double[] values = new double[size];
    if (batch instanceof PixelBatch pixels) {
      for (int i = 0; i < size; i++) {
        int pixel = pixels.pixels()[index * size + i] & 0xff;
        values[i] = (pixel - plan.channelMeans().get(i % 3)) / plan.channelScales().get(i % 3);
      }
    } else {
      float[] source = ((ActivationBatch) batch).values();
      for (int i = 0; i < size; i++) {
        values[i] = source[index * size + i];
      }
    }
    return values;
  }

  /** From one position to the next. */
  private double[] advance(int position, double[] values) {
    if (position == plan.embeddingPosition()) {
      return head(values);
    }
    if (position == plan.featureMapPosition()) {
      return mean(values);
    }
    Stage stage = plan.stages().get(position);
    int side = plan.shapeAt(position)[0];
    double[] result = values;
    for (Convolution convolution : stage.convolutions()) {
      result = convolve(convolution, side, result);
      side = convolution.outputSize(side);
    }
    return stage.residual() ? sum(values, result) : result;
  }

  static double[] sum(double[] a, double[] b) {
    double[] sum = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      sum[i] = a[i] + b[i];
    }
    return sum;
  }

  double[] mean(double[] featureMap) {
    double[] embedding = new double[plan.embeddingSize()];
    for (int i = 0; i < featureMap.length; i++) {
      embedding[i % embedding.length] += featureMap[i];
    }
    int pixels = featureMap.length / embedding.length;
    for (int i = 0; i < embedding.length; i++) {
      embedding[i] /= pixels;
    }
    return embedding;
  }

  double[] head(double[] embedding) {
    float[] weight = weights.get(plan.headName() + ".weight");
    float[] bias = weights.get(plan.headName() + ".bias");
    double[] logits = new double[plan.classes()];
    for (int k = 0; k < logits.length; k++) {
      double value = bias[k];
      for (int i = 0; i < embedding.length; i++) {
        value += embedding[i] * weight[k * embedding.length + i];
      }
      logits[k] = value;
    }
    return logits;
  }

  double[] convolve(Convolution convolution, int side, double[] input) {
    float[] weight = weights.get(convolution.weightName());
    float[] bias = weights.get(convolution.biasName());
    int outputSide = convolution.outputSize(side);
    int channelsOut = convolution.outputChannels();
    double[] output = new double[outputSide * outputSide * channelsOut];
    Taps taps = new Taps(convolution, side);
    for (int row = 0; row < outputSide; row++) {
      for (int column = 0; column < outputSide; column++) {
        for (int channel = 0; channel < channelsOut; channel++) {
          double value = bias[channel];
          taps.moveTo(row, column, channel);
          while (taps.next()) {
            for (int i = 0; i < taps.length; i++) {
              value += input[taps.input + i] * weight[taps.weight + i * taps.weightStep];
            }
          }
          // Math.min and max pass NaN on, as PyTorch's hardtanh does.
          output[(row * outputSide + column) * channelsOut + channel] =
              convolution.relu6() ? Math.min(Math.max(value, 0), 6) : value;
        }
      }
    }
    return output;
  }

  /**
   * The places of a kernel that fall inside the picture, for one output value after another: at
   * each, a run of {@link #length} input channels and the weights that they meet.
   */
  static final class Taps {
    private final Convolution convolution;
    private final int side;
    private int top;
    private int left;
    private int channel;
    private int tap;

    /** Input channels at each place. */
    final int length;

    /** From a weight to that of the next input channel. */
    final int weightStep;

    /** Where the run starts in the input. */
    int input;

    /** Where the run starts in the kernel. */
    int weight;

    Taps(Convolution convolution, int side) {
      this.convolution = convolution;
      this.side = side;
      length = convolution.inputChannels() / convolution.groups();
      weightStep = convolution.kernelSize() * convolution.kernelSize();
    }

    void moveTo(int row, int column, int outputChannel) {
      top = row * convolution.stride() - convolution.padBefore();
      left = column * convolution.stride() - convolution.padBefore();
      channel = outputChannel;
      tap = 0;
    }

    boolean next() {
      while (tap < weightStep) {
        int row = top + tap / convolution.kernelSize();
        int column = left + tap % convolution.kernelSize();
        if (row >= 0 && row < side && column >= 0 && column < side) {
          int group = channel / (convolution.outputChannels() / convolution.groups());
          input = (row * side + column) * convolution.inputChannels() + group * length;
          weight = channel * length * weightStep + tap;
          tap++;
          return true;
        }
        tap++;
      }
      return false;
    }
  }
}
