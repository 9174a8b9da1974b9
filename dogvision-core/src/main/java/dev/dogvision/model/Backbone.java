package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.MobileNetV2.Padding;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A pre-trained network to start from: its architecture, its weights with the head they were
 * trained with, the preprocessing that belongs to them, and what its classes are called.
 *
 * <p>Immutable and safe from many threads at once.
 */
public final class Backbone {
  /** Widths that are tried where a file does not say its own: those that have been published. */
  private static final List<Double> PUBLISHED_WIDTHS =
      List.of(1.0, 0.75, 0.5, 0.35, 1.3, 1.4, 1.1, 1.2, 0.25, 0.1, 1.25, 1.5, 1.75, 2.0);

  private static final double TORCHVISION_EPSILON = 1e-5;
  private static final List<Double> IMAGENET_MEANS = List.of(0.485 * 255, 0.456 * 255, 0.406 * 255);
  private static final List<Double> IMAGENET_SCALES =
      List.of(0.229 * 255, 0.224 * 255, 0.225 * 255);
  private static final Pattern NORMALIZE =
      Pattern.compile("\\(pixel-(?<mean>[^)]+)\\)/(?<scale>.+)");

  private final String name;
  private final MobileNetV2 architecture;
  private final NetworkPlan plan;
  private final ImmutableMap<String, Tensor> weights;
  private final Preprocessing preprocessing;
  private final ImmutableList<String> classNames;

  /**
   * A trained model's takes a pass over all of its weights, and most who build on one never ask.
   */
  private final Supplier<ImmutableMap<String, String>> metadata;

  private Backbone(
      String name,
      MobileNetV2 architecture,
      int classes,
      Map<String, Tensor> weights,
      Preprocessing preprocessing,
      List<String> classNames,
      Supplier<ImmutableMap<String, String>> metadata) {
    this.name = name;
    this.architecture = architecture;
    this.plan =
        architecture.plan(preprocessing.channelMeans(), preprocessing.channelScales(), classes);
    this.weights = ImmutableMap.copyOf(weights);
    this.preprocessing = preprocessing;
    this.classNames = ImmutableList.copyOf(classNames);
    this.metadata = metadata;
  }

  /**
   * Reads a {@code .safetensors} file. Tensors are named as torchvision or timm names them; batch
   * normalisation is folded where there is any. The file's metadata decide the rest:
   *
   * <ul>
   *   <li>{@code architecture}: {@code mobilenet_v2}, the default and the only one known.
   *   <li>{@code width_multiplier}: by default found out from the shapes.
   *   <li>{@code input_size}: in pixels, by default 224.
   *   <li>{@code padding}: {@code tf_same}, or {@code symmetric}, the default.
   *   <li>{@code normalize}: as {@code (pixel-127.5)/127.5}, where either number may be three in
   *       brackets; by default ImageNet's mean and standard deviation.
   *   <li>{@code resize}: {@code stretch}, {@code center_crop} or {@code pad}; and {@code
   *       crop_fraction}. By default the whole square in the middle; a file that has neither of
   *       {@code padding}, {@code normalize} and {@code resize} is torchvision's, trained on the
   *       middle 0.875.
   *   <li>{@code batch_norm_epsilon}: by default 1e-5.
   *   <li>{@code class_names}: the name of a text file beside it, one class a line, synonyms
   *       separated by commas. Where the file is missing, the classes have no names.
   * </ul>
   *
   * @param file the weights
   * @return the backbone
   * @throws DogVisionException if the file is not well formed, its metadata can't be understood, or
   *     tensors are missing, surplus, of a wrong shape or not finite, in which case all are named
   */
  public static Backbone read(Path file) {
    return read(Safetensors.read(file), file);
  }

  private static Backbone read(Safetensors content, Path file) {
    Metadata metadata = new Metadata(file.toString(), content.metadata());
    String architecture = metadata.get("architecture", MobileNetV2.NAME);
    if (!architecture.equals(MobileNetV2.NAME)) {
      throw metadata.wrong("architecture", MobileNetV2.NAME);
    }
    int inputSize = (int) metadata.number("input_size", 224, 16, 2048);
    Padding padding = padding(metadata);
    boolean torchvision =
        !metadata.has("padding") && !metadata.has("normalize") && !metadata.has("resize");
    Preprocessing preprocessing = preprocessing(metadata, inputSize, torchvision);
    int classes = classes(file, content);
    double width =
        metadata.has("width_multiplier")
            ? metadata.number("width_multiplier", 1, 0.05, 4)
            : width(content, inputSize, padding, classes);
    double epsilon = metadata.number("batch_norm_epsilon", TORCHVISION_EPSILON, 0, 1);
    MobileNetV2 network = new MobileNetV2(width, inputSize, padding);
    NetworkPlan plan =
        network.plan(preprocessing.channelMeans(), preprocessing.channelScales(), classes);
    return new Backbone(
        String.valueOf(file.getFileName()),
        network,
        classes,
        WeightImport.read(file.toString(), content, plan, epsilon),
        preprocessing,
        classNames(file, metadata, classes),
        Suppliers.ofInstance(ImmutableMap.copyOf(content.metadata())));
  }

  /**
   * A network that has learnt nothing: for tests and for trying things out. Kernels are drawn from
   * a normal distribution with the variance {@code 2 / inputs} before a ReLU6 and {@code 1 /
   * inputs} elsewhere (He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015); biases are
   * zero. It has one class without a name; its pixels are normalised to -1..1, padded as TensorFlow
   * pads, and pictures are cropped to the square in their middle.
   *
   * @param width the width multiplier, 0.05 to 4
   * @param inputSize height and width of the input in pixels, 16 to 2048
   * @param seed decides the weights, which are the same on every machine
   * @return the backbone
   */
  public static Backbone untrained(double width, int inputSize, long seed) {
    MobileNetV2 architecture = new MobileNetV2(width, inputSize, Padding.TF_SAME);
    List<Double> middle = List.of(127.5, 127.5, 127.5);
    Preprocessing preprocessing =
        new Preprocessing(inputSize, ResizeRule.CENTER_CROP, 1, middle, middle);
    NetworkPlan plan = architecture.plan(middle, middle, 1);
    Random random = new Random(seed);
    ImmutableMap.Builder<String, Tensor> weights = ImmutableMap.builder();
    for (Stage stage : plan.stages()) {
      for (Convolution convolution : stage.convolutions()) {
        int[] shape = convolution.weightShape();
        double gain = convolution.relu6() ? 2 : 1;
        double deviation = Math.sqrt(gain / (shape[1] * shape[2] * shape[3]));
        weights.put(convolution.weightName(), normal(random, deviation, shape));
        weights.put(convolution.biasName(), Tensor.zeros(convolution.outputChannels()));
      }
    }
    weights.put(
        plan.headName() + ".weight",
        normal(random, Math.sqrt(1.0 / plan.embeddingSize()), 1, plan.embeddingSize()));
    weights.put(plan.headName() + ".bias", Tensor.zeros(1));
    return new Backbone(
        "untrained (seed " + seed + ")",
        architecture,
        1,
        weights.buildOrThrow(),
        preprocessing,
        List.of(),
        ImmutableMap::of);
  }

  private static Tensor normal(Random random, double deviation, int... shape) {
    Tensor tensor = Tensor.zeros(shape);
    float[] values = tensor.values();
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * deviation);
    }
    return tensor;
  }

  /**
   * The backbone of a trained model, with the model's labels as its class names, and with its
   * provenance and {@code fingerprint} as its metadata.
   *
   * @param model the model
   * @return its network, as a start for another
   */
  public static Backbone of(TrainedModel model) {
    return new Backbone(
        "a trained model of " + model.labels().size() + " labels",
        model.architecture(),
        model.labels().size(),
        model.weights(),
        model.preprocessing(),
        model.labels().names(),
        Suppliers.memoize(
            () ->
                ImmutableMap.<String, String>builder()
                    .putAll(model.provenance())
                    .put("fingerprint", model.fingerprint())
                    .buildKeepingLast()));
  }

  /** The same with another name. */
  Backbone named(String newName) {
    return new Backbone(
        newName, architecture, plan.classes(), weights, preprocessing, classNames, metadata);
  }

  /** The same with another preprocessing, and the architecture's input size to go with it. */
  Backbone withPreprocessing(Preprocessing changed) {
    return new Backbone(
        name,
        new MobileNetV2(architecture.width(), changed.size(), architecture.padding()),
        plan.classes(),
        weights,
        changed,
        classNames,
        metadata);
  }

  /**
   * Where it comes from.
   *
   * @return the file's name, or a few words
   */
  public String name() {
    return name;
  }

  /**
   * Its architecture.
   *
   * @return width, input size and padding
   */
  public MobileNetV2 architecture() {
    return architecture;
  }

  /**
   * Its network, with the head that it was trained with.
   *
   * @return the plan
   */
  public NetworkPlan plan() {
    return plan;
  }

  /**
   * Its tensors, batch normalisation folded.
   *
   * @return every tensor of {@link #plan()}, in the plan's order
   */
  public ImmutableMap<String, Tensor> weights() {
    return weights;
  }

  /**
   * What happens to a picture before this network sees it.
   *
   * @return the preprocessing that the weights were trained with
   */
  public Preprocessing preprocessing() {
    return preprocessing;
  }

  /**
   * What the rows of its head stand for.
   *
   * @return one name a class, synonyms separated by commas; empty where the classes have no names
   */
  public List<String> classNames() {
    return classNames;
  }

  /**
   * What is known of how it came to be.
   *
   * @return the metadata of the file that it was read from, or what {@link #of} takes over from a
   *     trained model; empty for one that is neither
   */
  public ImmutableMap<String, String> metadata() {
    return metadata.get();
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %s, %s x %s pixels, %s classes: %s",
        MobileNetV2.NAME,
        architecture.width(),
        architecture.inputSize(),
        architecture.inputSize(),
        plan.classes(),
        name);
  }

  private static Padding padding(Metadata metadata) {
    String text = metadata.get("padding", Padding.SYMMETRIC.text());
    for (Padding padding : Padding.values()) {
      if (padding.text().equals(text)) {
        return padding;
      }
    }
    throw metadata.wrong("padding", "tf_same or symmetric");
  }

  private static Preprocessing preprocessing(
      Metadata metadata, int inputSize, boolean torchvision) {
    String rule = metadata.get("resize", "center_crop");
    ResizeRule resizeRule;
    try {
      resizeRule = ResizeRule.valueOf(rule.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw metadata.wrong("resize", "stretch, center_crop or pad");
    }
    double cropFraction = metadata.number("crop_fraction", torchvision ? 0.875 : 1, 0.01, 1);
    if (!metadata.has("normalize")) {
      return new Preprocessing(
          inputSize, resizeRule, cropFraction, IMAGENET_MEANS, IMAGENET_SCALES);
    }
    String expected = "(pixel-mean)/scale, where mean and scale are a number or [r,g,b]";
    Matcher matcher = NORMALIZE.matcher(metadata.get("normalize", "").replaceAll("\\s", ""));
    if (!matcher.matches()) {
      throw metadata.wrong("normalize", expected);
    }
    try {
      return new Preprocessing(
          inputSize,
          resizeRule,
          cropFraction,
          threeNumbers(matcher.group("mean")),
          threeNumbers(matcher.group("scale")));
    } catch (IllegalArgumentException e) {
      throw metadata.wrong("normalize", expected + " (" + e.getMessage() + ")");
    }
  }

  private static List<Double> threeNumbers(String text) {
    if (!text.startsWith("[") || !text.endsWith("]")) {
      return Collections.nCopies(3, Double.parseDouble(text));
    }
    List<Double> numbers = new ArrayList<>();
    for (String number : text.substring(1, text.length() - 1).split(",", -1)) {
      numbers.add(Double.parseDouble(number));
    }
    checkArgument(numbers.size() == 3, "three numbers are needed");
    return numbers;
  }

  private static int classes(Path file, Safetensors content) {
    String head = WeightImport.storedHead(content);
    List<Integer> shape = content.names().contains(head) ? content.shape(head) : List.of();
    if (shape.size() != 2 || shape.get(0) < 1) {
      throw new MismatchException(
          file.toString(),
          file
              + " does not hold the weights expected: "
              + (content.names().contains(head)
                  ? "tensor " + head + " is " + shape + ", expected [classes, embedding size]"
                  : "missing tensor " + head + " [classes, embedding size], the head"));
    }
    return shape.get(0);
  }

  private static double width(Safetensors content, int inputSize, Padding padding, int classes) {
    return PUBLISHED_WIDTHS.stream()
        .filter(
            width ->
                WeightImport.kernelsFit(
                    content,
                    new MobileNetV2(width, inputSize, padding)
                        .plan(IMAGENET_MEANS, IMAGENET_SCALES, classes)))
        .findFirst()
        .orElse(1.0);
  }

  private static List<String> classNames(Path file, Metadata metadata, int classes) {
    if (!metadata.has("class_names")) {
      return List.of();
    }
    String name = metadata.get("class_names", "");
    if (name.isEmpty() || name.startsWith(".") || !name.matches("[\\w. -]+")) {
      throw metadata.wrong("class_names", "the plain name of a file beside it");
    }
    Path names = file.resolveSibling(name);
    if (!Files.isRegularFile(names)) {
      return List.of();
    }
    List<String> lines;
    try {
      lines = Files.readAllLines(names);
    } catch (CharacterCodingException e) {
      throw new DamagedFileException(
          names.toString(), names + " can't be read: it is not UTF-8", e);
    } catch (IOException e) {
      throw new DogVisionException(names + " can't be read: " + e, e);
    }
    if (lines.size() != classes) {
      throw new MismatchException(
          names.toString(),
          String.format(
              Locale.ROOT,
              "%s has %s lines, but the head of %s has %s classes: one line a class is expected",
              names,
              lines.size(),
              file,
              classes));
    }
    return lines.stream().map(String::strip).toList();
  }

  /** A file's metadata, with errors that name file and key. */
  private record Metadata(String source, Map<String, String> values) {
    boolean has(String key) {
      return values.containsKey(key);
    }

    String get(String key, String otherwise) {
      return values.getOrDefault(key, otherwise);
    }

    double number(String key, double otherwise, double least, double most) {
      double number;
      try {
        number = has(key) ? Double.parseDouble(get(key, "")) : otherwise;
      } catch (NumberFormatException e) {
        throw wrong(key, "a number in " + least + ".." + most);
      }
      if (!(number >= least && number <= most)) {
        throw wrong(key, "a number in " + least + ".." + most);
      }
      return number;
    }

    DogVisionException wrong(String key, String expected) {
      return new MismatchException(
          source,
          source
              + ": its metadata say "
              + key
              + " = \""
              + get(key, "")
              + "\", expected "
              + expected);
    }
  }
}
