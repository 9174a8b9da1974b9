package dev.dogvision.model;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the tensors that a plan needs out of a file that may name them as torchvision or as timm
 * does, and may hold batch normalisation, which is folded: with {@code s = gamma / sqrt(variance +
 * epsilon)} the kernel becomes {@code s * kernel} and the bias {@code beta + s * (bias - mean)}.
 */
final class WeightImport {
  private static final List<String> NORM_PARTS =
      List.of(".weight", ".bias", ".running_mean", ".running_var");
  private static final int MOST_NAMED = 40;

  private final String source;
  private final Safetensors file;
  private final NetworkPlan plan;
  private final double epsilon;
  private final Map<String, String> storedNames;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private final ImmutableMap.Builder<String, Tensor> tensors = ImmutableMap.builder();

  private WeightImport(String source, Safetensors file, NetworkPlan plan, double epsilon) {
    this.source = source;
    this.file = file;
    this.plan = plan;
    this.epsilon = epsilon;
    this.storedNames = isTimm(file) ? timmNames(plan) : Map.of();
  }

  /**
   * Reads every tensor of the plan.
   *
   * @throws DogVisionException naming all tensors that are missing, surplus, of a wrong shape, or
   *     hold values that are not finite
   */
  static ImmutableMap<String, Tensor> read(
      String source, Safetensors file, NetworkPlan plan, double epsilon) {
    return new WeightImport(source, file, plan, epsilon).read();
  }

  /** The tensor that holds the head's matrix, whatever the file's names are. */
  static String storedHead(Safetensors file) {
    return isTimm(file) ? "classifier.weight" : MobileNetV2.HEAD + ".weight";
  }

  /**
   * Whether the kernels have the plan's shapes: how a file that does not say its width shows it.
   */
  static boolean kernelsFit(Safetensors file, NetworkPlan plan) {
    Map<String, String> names = isTimm(file) ? timmNames(plan) : Map.of();
    for (Stage stage : plan.stages()) {
      for (Convolution convolution : stage.convolutions()) {
        String stored = names.getOrDefault(convolution.name(), convolution.name()) + ".weight";
        if (!file.names().contains(stored)
            || !file.shape(stored).equals(shape(convolution.weightShape()))) {
          return false;
        }
      }
    }
    return true;
  }

  private ImmutableMap<String, Tensor> read() {
    for (Stage stage : plan.stages()) {
      for (Convolution convolution : stage.convolutions()) {
        convolution(convolution);
      }
    }
    String head = storedNames.getOrDefault(plan.headName(), plan.headName());
    put(
        plan.headName() + ".weight",
        take(head + ".weight", List.of(plan.classes(), plan.embeddingSize())));
    put(plan.headName() + ".bias", take(head + ".bias", List.of(plan.classes())));
    for (String name : file.names()) {
      if (!used.contains(name) && !name.endsWith(".num_batches_tracked")) {
        problems.add("surplus tensor " + name + " " + file.shape(name));
      }
    }
    if (!problems.isEmpty()) {
      int named = Math.min(problems.size(), MOST_NAMED);
      throw new MismatchException(
          source,
          source
              + " does not hold the weights expected: "
              + String.join("; ", problems.subList(0, named))
              + (named < problems.size() ? "; and " + (problems.size() - named) + " more" : ""));
    }
    return tensors.buildOrThrow();
  }

  private void convolution(Convolution convolution) {
    String stored = storedNames.getOrDefault(convolution.name(), convolution.name());
    List<Integer> channels = List.of(convolution.outputChannels());
    @Nullable Tensor kernel = take(stored + ".weight", shape(convolution.weightShape()));
    String norm = storedNames.getOrDefault(normName(convolution.name()), normName(stored));
    boolean normed = file.names().contains(norm + ".running_mean");
    @Nullable Tensor bias;
    if (!normed) {
      bias = take(stored + ".bias", channels);
    } else if (file.names().contains(stored + ".bias")) {
      bias = take(stored + ".bias", channels);
    } else {
      bias = Tensor.zeros(convolution.outputChannels());
    }
    List<Tensor> parts = new ArrayList<>();
    for (String part : normed ? NORM_PARTS : List.<String>of()) {
      Tensor tensor = take(norm + part, channels);
      if (tensor != null) {
        parts.add(tensor);
      }
    }
    if (kernel == null || bias == null || (normed && parts.size() < NORM_PARTS.size())) {
      return; // noted already
    }
    if (normed) {
      fold(convolution, norm, kernel, bias, parts);
    } else {
      put(convolution.weightName(), kernel);
      put(convolution.biasName(), bias);
    }
  }

  private void fold(
      Convolution convolution, String norm, Tensor kernel, Tensor bias, List<Tensor> parts) {
    float[] gamma = parts.get(0).values();
    float[] beta = parts.get(1).values();
    float[] mean = parts.get(2).values();
    float[] variance = parts.get(3).values();
    int channels = gamma.length;
    float[] foldedKernel = new float[kernel.size()];
    float[] foldedBias = new float[channels];
    int perChannel = kernel.size() / channels;
    for (int channel = 0; channel < channels; channel++) {
      if (variance[channel] < 0) {
        problems.add(norm + ".running_var[" + channel + "] is negative: " + variance[channel]);
        return;
      }
      double scale = gamma[channel] / Math.sqrt(variance[channel] + epsilon);
      for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
        foldedKernel[i] = (float) (kernel.values()[i] * scale);
      }
      foldedBias[channel] =
          (float) (beta[channel] + ((double) bias.values()[channel] - mean[channel]) * scale);
    }
    put(convolution.weightName(), Tensor.of(foldedKernel, convolution.weightShape()));
    put(convolution.biasName(), Tensor.of(foldedBias, channels));
  }

  private @Nullable Tensor take(String stored, List<Integer> shape) {
    if (!file.names().contains(stored)) {
      problems.add("missing tensor " + stored + " " + shape);
      return null;
    }
    used.add(stored);
    if (!file.shape(stored).equals(shape)) {
      problems.add("tensor " + stored + " is " + file.shape(stored) + ", expected " + shape);
      return null;
    }
    return file.tensor(stored);
  }

  private void put(String name, @Nullable Tensor tensor) {
    if (tensor == null) {
      return; // noted already
    }
    for (int i = 0; i < tensor.size(); i++) {
      if (!Float.isFinite(tensor.values()[i])) {
        problems.add("tensor " + name + " holds " + tensor.values()[i] + " at " + i);
        return;
      }
    }
    tensors.put(name, tensor);
  }

  private static List<Integer> shape(int[] shape) {
    List<Integer> list = new ArrayList<>();
    for (int dimension : shape) {
      list.add(dimension);
    }
    return List.copyOf(list);
  }

  /** In torchvision's names a convolution's batch norm is the next module in its sequence. */
  private static String normName(String convolution) {
    int dot = convolution.lastIndexOf('.');
    String last = convolution.substring(dot + 1);
    return last.length() == 1 && Character.isDigit(last.charAt(0))
        ? convolution.substring(0, dot + 1) + (last.charAt(0) - '0' + 1)
        : convolution;
  }

  private static boolean isTimm(Safetensors file) {
    return file.names().contains("conv_stem.weight");
  }

  /** Our names of convolutions, their batch norms and the head, to timm's. */
  private static Map<String, String> timmNames(NetworkPlan plan) {
    Map<String, String> names = new LinkedHashMap<>();
    int last = plan.stages().size() - 1;
    int group = -1;
    int inGroup = 0;
    for (int i = 0; i <= last; i++) {
      Stage stage = plan.stages().get(i);
      if (i == 0 || i == last) {
        String ours = stage.convolutions().get(0).name();
        names.put(ours, i == 0 ? "conv_stem" : "conv_head");
        names.put(normName(ours), i == 0 ? "bn1" : "bn2");
        continue;
      }
      // timm numbers blocks within the rows of the paper's table.
      boolean firstOfRow = MobileNetV2.isFirstOfRow(i);
      group += firstOfRow ? 1 : 0;
      inGroup = firstOfRow ? 0 : inGroup + 1;
      String block = "blocks." + group + "." + inGroup + ".";
      List<Convolution> convolutions = stage.convolutions();
      List<String> parts =
          convolutions.size() == 2
              ? List.of("conv_dw", "conv_pw")
              : List.of("conv_pw", "conv_dw", "conv_pwl");
      for (int j = 0; j < convolutions.size(); j++) {
        String ours = convolutions.get(j).name();
        names.put(ours, block + parts.get(j));
        names.put(normName(ours), block + "bn" + (j + 1));
      }
    }
    names.put(plan.headName(), "classifier");
    return names;
  }
}
