package dev.dogvision.model;

import com.google.common.collect.ImmutableMap;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.model.TensorNames.Unit;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the tensors that a plan needs out of a file that may name them as torchvision, timm or
 * transformers does, with or without a prefix that all of them share, and may hold batch
 * normalisation, which is folded: with {@code s = gamma / sqrt(variance + epsilon)} the kernel
 * becomes {@code s * kernel} and the bias {@code beta + s * (bias - mean)}.
 */
final class WeightImport {
  private static final Logger LOG = LoggerFactory.getLogger(WeightImport.class);
  private static final List<String> NORM_PARTS =
      List.of(".weight", ".bias", ".running_mean", ".running_var");
  private static final int MOST_NAMED = 40;

  private final String source;
  private final Safetensors file;
  private final NetworkPlan plan;
  private final double epsilon;
  private final Naming naming;
  private final ImmutableMap<String, Unit> storedNames;
  private final List<String> problems = new ArrayList<>();
  private final Set<String> used = new HashSet<>();
  private final ImmutableMap.Builder<String, Tensor> tensors = ImmutableMap.builder();

  private WeightImport(
      String source,
      Safetensors file,
      NetworkPlan plan,
      double epsilon,
      Naming naming,
      ImmutableMap<String, Unit> storedNames) {
    this.source = source;
    this.file = file;
    this.plan = plan;
    this.epsilon = epsilon;
    this.naming = naming;
    this.storedNames = storedNames;
  }

  /**
   * How a file names its tensors.
   *
   * @param names whose names they are
   * @param prefix what stands before all of them, with a dot at its end; empty for none
   */
  record Naming(TensorNames names, String prefix) {

    /** Finds out from the stem, which every file has under a name of its own. */
    static Naming of(String source, Safetensors file) {
      for (TensorNames names : TensorNames.KNOWN) {
        String stem = names.stem().convolution() + ".weight";
        List<String> prefixes =
            file.names().stream()
                .filter(name -> name.equals(stem) || name.endsWith("." + stem))
                .map(name -> name.substring(0, name.length() - stem.length()))
                .sorted()
                .toList();
        if (prefixes.size() > 1) {
          throw new MismatchException(
              source,
              source
                  + " holds several networks, their tensors' names beginning with \""
                  + String.join("\", \"", prefixes.stream().limit(10).map(Excerpt::of).toList())
                  + "\": write the one that you want into a file of its own");
        }
        if (!prefixes.isEmpty()) {
          return new Naming(names, prefixes.get(0));
        }
      }
      return new Naming(TensorNames.TORCHVISION, "");
    }

    /** The stored name; the prefix may be missing where a head was put on a backbone. */
    String stored(Safetensors file, String name) {
      return !file.names().contains(prefix + name) && file.names().contains(name)
          ? name
          : prefix + name;
    }

    /** The stored name of the head's matrix, which need not be there. */
    String head(Safetensors file) {
      return stored(file, names.head() + ".weight");
    }
  }

  /**
   * Reads every tensor of the plan. A head that the file does not have is all zeros.
   *
   * @throws DogVisionException naming all tensors that are missing, surplus, of a wrong shape, or
   *     hold values that are not finite
   */
  static ImmutableMap<String, Tensor> read(
      String source,
      Safetensors file,
      BlockArchitecture architecture,
      NetworkPlan plan,
      double epsilon,
      Naming naming) {
    if (!naming.prefix().isEmpty()) {
      LOG.info(
          "{}: its tensors' names begin with \"{}\"; read without it", source, naming.prefix());
    }
    ImmutableMap<String, Unit> storedNames = naming.names().of(architecture, plan);
    return new WeightImport(source, file, plan, epsilon, naming, storedNames).read();
  }

  /**
   * Reads the head of a network of which there is nothing else to read.
   *
   * @throws DogVisionException as for a whole network
   */
  static ImmutableMap<String, Tensor> readHead(String source, Safetensors file, NetworkPlan plan) {
    Naming ours = new Naming(TensorNames.TORCHVISION, "");
    return new WeightImport(source, file, plan, 0, ours, ImmutableMap.of()).read();
  }

  /**
   * How a file that does not say its architecture shows it.
   *
   * @return the number of kernels that have the plan's shapes, less that of kernels that the plan
   *     has and the file has not, or the other way round
   */
  static int likeness(
      Safetensors file, BlockArchitecture architecture, NetworkPlan plan, Naming naming) {
    Map<String, Unit> names = naming.names().of(architecture, plan);
    int kernels = 0;
    for (String name : file.names()) {
      kernels += file.shape(name).size() == 4 ? 1 : 0;
    }
    int fitting = 0;
    int planned = 0;
    for (Stage stage : plan.stages()) {
      for (Convolution convolution : stage.convolutions()) {
        planned++;
        Unit unit = names.get(convolution.name());
        String stored = unit == null ? "" : naming.prefix() + unit.convolution() + ".weight";
        if (file.names().contains(stored)
            && file.shape(stored).equals(shape(convolution.weightShape()))) {
          fitting++;
        }
      }
    }
    return fitting - (planned - fitting) - (kernels - fitting);
  }

  private ImmutableMap<String, Tensor> read() {
    for (Stage stage : plan.stages()) {
      for (Convolution convolution : stage.convolutions()) {
        convolution(convolution);
      }
    }
    head();
    for (String name : file.names()) {
      boolean ours = name.startsWith(naming.prefix());
      if (!used.contains(name) && ours && !name.endsWith(".num_batches_tracked")) {
        problems.add("surplus tensor " + Excerpt.of(name) + " " + file.shape(name));
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

  private void head() {
    String weight = plan.headName() + ".weight";
    String bias = plan.headName() + ".bias";
    String head = naming.head(file);
    String offsets = naming.stored(file, naming.names().head() + ".bias");
    if (!file.names().contains(head) && !file.names().contains(offsets)) {
      tensors.put(weight, Tensor.zeros(plan.classes(), plan.embeddingSize()));
      tensors.put(bias, Tensor.zeros(plan.classes()));
      return;
    }
    put(weight, take(head, List.of(plan.classes(), plan.embeddingSize())));
    put(bias, take(offsets, List.of(plan.classes())));
  }

  private void convolution(Convolution convolution) {
    Unit unit = storedNames.get(convolution.name());
    if (unit == null) {
      problems.add("no name is known for " + convolution.name());
      return;
    }
    String stored = naming.prefix() + unit.convolution();
    List<Integer> channels = List.of(convolution.outputChannels());
    @Nullable Tensor kernel = take(stored + ".weight", shape(convolution.weightShape()));
    String norm = naming.prefix() + unit.normalization();
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
}
