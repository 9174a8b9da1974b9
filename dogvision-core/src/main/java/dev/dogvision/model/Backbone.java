package dev.dogvision.model;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Suppliers;
import com.google.common.collect.ImmutableMap;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.image.Interpolation;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.RegularFile;
import dev.dogvision.model.Architectures.Conventions;
import dev.dogvision.model.WeightImport.Naming;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.EmbeddingModule;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Engines;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import dev.dogvision.spi.ZooEntry;
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
  /** Enough to know a network's shapes by. */
  private static final Preprocessing SHAPES_ONLY =
      new Preprocessing(
          224, ResizeRule.CENTER_CROP, 1, List.of(0.0, 0.0, 0.0), List.of(1.0, 1.0, 1.0));

  private static final int MOST_CLASS_NAMES = 16 << 20;
  private static final Pattern NORMALIZE =
      Pattern.compile("\\(pixel-(?<mean>[^)]+)\\)/(?<scale>.+)");

  private final String name;
  private final Architecture architecture;
  private final PretrainedConfig config;
  private final NetworkPlan plan;
  private final ImmutableMap<String, Tensor> weights;

  /**
   * A trained model's takes a pass over all of its weights, and most who build on one never ask.
   */
  private final Supplier<ImmutableMap<String, String>> metadata;

  private Backbone(
      String name,
      Architecture architecture,
      PretrainedConfig config,
      int classes,
      Map<String, Tensor> weights,
      Supplier<ImmutableMap<String, String>> metadata) {
    this.name = name;
    this.architecture = architecture;
    this.config = config;
    this.plan = architecture.plan(config.preprocessing(), classes);
    this.weights = ImmutableMap.copyOf(weights);
    this.metadata = metadata;
  }

  /**
   * Reads a {@code .safetensors} file. Tensors are named as torchvision, timm or transformers names
   * them, and may share a prefix such as {@code module.} or {@code backbone.}; batch normalisation
   * is folded where there is any. A file without a head is a backbone whose classes have no names.
   * The file's metadata decide the rest:
   *
   * <ul>
   *   <li>{@code architecture}: the name of one of {@link Architectures#registered()}; by default
   *       found out from names and shapes.
   *   <li>{@code width_multiplier}: where an architecture has several; by default found out from
   *       the shapes.
   *   <li>{@code input_size}: in pixels, by default the architecture's usual one.
   *   <li>{@code padding}: {@code tf_same} or {@code symmetric}; by default as those do it whose
   *       names the tensors have.
   *   <li>{@code normalize}: as {@code (pixel-127.5)/127.5}, where either number may be three in
   *       brackets; by default likewise.
   *   <li>{@code interpolation}: {@code bilinear} or {@code bicubic}; by default likewise.
   *   <li>{@code resize}: {@code stretch}, {@code center_crop} or {@code pad}; and {@code
   *       crop_fraction}. By default the whole square in the middle; a file that has neither of
   *       {@code padding}, {@code normalize} and {@code resize} is torchvision's, trained on the
   *       middle 0.875.
   *   <li>{@code batch_norm_epsilon}: by default likewise.
   *   <li>{@code source}, {@code license} and {@code trained_on}: where the weights come from.
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
    ForeignWeights.refuse(file);
    return read(Safetensors.read(file), file);
  }

  private static Backbone read(Safetensors content, Path file) {
    Metadata metadata = new Metadata(file.toString(), content.metadata());
    Naming naming = Naming.of(file.toString(), content);
    BlockArchitecture known = architecture(metadata, content, naming);
    boolean silent =
        !metadata.has("padding") && !metadata.has("normalize") && !metadata.has("resize");
    Conventions conventions = Architectures.conventions(known, naming.names(), silent);
    BlockArchitecture architecture = known.withPadding(padding(metadata, conventions.padding()));
    Preprocessing preprocessing = preprocessing(metadata, conventions.preprocessing());
    String head = naming.head(content);
    boolean headed = content.names().contains(head);
    int classes = headed ? classes(file, content, head) : 1;
    PretrainedConfig config =
        new PretrainedConfig(
            preprocessing,
            headed ? classNames(file, metadata, classes) : List.of(),
            headed ? naming.prefix() + naming.names().head() : "",
            new WeightsOrigin(
                metadata.get("source", ""),
                metadata.get("license", metadata.get("licence", "")),
                metadata.get("trained_on", "")));
    double epsilon = metadata.number("batch_norm_epsilon", conventions.epsilon(), 0, 1);
    return new Backbone(
        String.valueOf(file.getFileName()),
        architecture,
        config,
        classes,
        WeightImport.read(
            file.toString(),
            content,
            architecture,
            architecture.plan(preprocessing, classes),
            epsilon,
            naming),
        Suppliers.ofInstance(ImmutableMap.copyOf(content.metadata())));
  }

  /** The architecture that a file names, or that its kernels have the shapes of. */
  private static BlockArchitecture architecture(
      Metadata metadata, Safetensors content, Naming naming) {
    List<BlockArchitecture> candidates = Architectures.registered();
    if (metadata.has("architecture")) {
      String name = metadata.get("architecture", "");
      candidates = Architectures.named(name);
      if (candidates.isEmpty()) {
        throw metadata.wrong("architecture", String.join(", ", Architectures.names()));
      }
    }
    BlockArchitecture usual = candidates.get(0);
    if (metadata.has("width_multiplier")) {
      double width = metadata.number("width_multiplier", 1, 0.05, 4);
      return Architectures.named(usual.name(), width).orElse(usual);
    }
    // Of several that fit alike the first; a deeper one's file holds all of a shallower one's
    // kernels, and more.
    BlockArchitecture best = usual;
    int most = Integer.MIN_VALUE;
    for (BlockArchitecture candidate : candidates) {
      int score = WeightImport.likeness(content, candidate, candidate.plan(SHAPES_ONLY, 1), naming);
      if (score > most) {
        best = candidate;
        most = score;
      }
    }
    return best;
  }

  /**
   * Finds a TorchScript module that gives an embedding, such as {@code
   * djl://ai.djl.pytorch/resnet18_embedding} of Deep Java Library's model zoo, with the
   * preprocessing that its publisher tells. It stays frozen: a head above it can be trained, not
   * itself, and where it looks can't be explained.
   *
   * <p><b>A TorchScript module is code.</b> It runs with the rights of this process: open one only
   * of a place that you trust. No model's folder has one opened by itself, see {@link
   * TrainedModel#load(Path, Backbone)}.
   *
   * <p>It is downloaded into the cache of Deep Java Library once, {@code ~/.djl.ai} unless {@code
   * DJL_CACHE_DIR} says otherwise.
   *
   * @param url {@code djl://<group>/<artifact>}, then perhaps {@code /<version>/<name>}; or the
   *     {@code file:}, {@code https:} or {@code jar:} URL of a {@code .pt} file, or of a folder or
   *     archive that holds one
   * @return the backbone; it has no head, so none of its classes has a name
   * @throws dev.dogvision.EngineNotFoundException if no engine opens such modules
   * @throws dev.dogvision.ModelNotFoundException if there is none at the URL
   * @throws DamagedFileException if what is there is no TorchScript module
   * @throws MismatchException if its publisher tells no preprocessing, or one that can't be
   *     followed here; or if it gives something else than an embedding
   */
  public static Backbone torchScript(String url) {
    Engine engine = Engines.forModules();
    ZooEntry entry = engine.findModule(url);
    return torchScript(engine, entry, PublishedPreprocessing.of(entry));
  }

  /**
   * Finds a TorchScript module that gives an embedding, as {@link #torchScript(String)} does, for
   * pictures that are prepared as one says oneself.
   *
   * @param url as there
   * @param preprocessing what happens to a picture before the module sees it, 16 to 512 pixels
   *     large; it has to be what the module was trained with
   * @return the backbone
   * @throws dev.dogvision.EngineNotFoundException if no engine opens such modules
   * @throws dev.dogvision.ModelNotFoundException if there is none at the URL
   * @throws DamagedFileException if what is there is no TorchScript module
   * @throws MismatchException if it does not take such pictures, or gives something else than an
   *     embedding
   */
  public static Backbone torchScript(String url, Preprocessing preprocessing) {
    InputSize.check(preprocessing.size());
    Engine engine = Engines.forModules();
    return torchScript(engine, engine.findModule(url), preprocessing);
  }

  private static Backbone torchScript(Engine engine, ZooEntry entry, Preprocessing preprocessing) {
    int size = engine.embeddingSize(entry, preprocessing.size());
    ModuleArchitecture architecture =
        new ModuleArchitecture(new EmbeddingModule(entry.url(), entry.sha256(), size));
    return new Backbone(
        entry.url(),
        architecture,
        new PretrainedConfig(
            preprocessing, List.of(), "", new WeightsOrigin(entry.url(), entry.licence(), "")),
        1,
        ImmutableMap.of(
            Architecture.HEAD + ".weight",
            Tensor.zeros(1, size),
            Architecture.HEAD + ".bias",
            Tensor.zeros(1)),
        Suppliers.ofInstance(ImmutableMap.of("url", entry.url(), "sha256", entry.sha256())));
  }

  /**
   * A network that has learnt nothing: for tests and for trying things out. Kernels are drawn from
   * a normal distribution with the variance {@code 2 / inputs} before a ReLU6 and {@code 1 /
   * inputs} elsewhere (He, Zhang, Ren and Sun, "Delving Deep into Rectifiers", 2015); biases are
   * zero. It has one class without a name; its pixels are normalised to -1..1, padded as TensorFlow
   * pads, and pictures are cropped to the square in their middle.
   *
   * @param width the width multiplier, 0.05 to 4
   * @param inputSize height and width of the input in pixels, 16 to 512
   * @param seed decides the weights, which are the same on every machine
   * @return the backbone
   */
  public static Backbone untrained(double width, int inputSize, long seed) {
    return untrained(Architectures.mobileNetV2(width), inputSize, seed);
  }

  /**
   * A network of any architecture that has learnt nothing, as {@link #untrained(double, int, long)}
   * makes one.
   *
   * @param architecture the architecture
   * @param inputSize height and width of the input in pixels, 16 to 512
   * @param seed decides the weights, which are the same on every machine
   * @return the backbone
   */
  public static Backbone untrained(BlockArchitecture architecture, int inputSize, long seed) {
    InputSize.check(inputSize);
    List<Double> middle = List.of(127.5, 127.5, 127.5);
    Preprocessing preprocessing =
        new Preprocessing(inputSize, ResizeRule.CENTER_CROP, 1, middle, middle);
    NetworkPlan plan = architecture.plan(preprocessing, 1);
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
        new PretrainedConfig(preprocessing, List.of(), plan.headName(), WeightsOrigin.UNKNOWN),
        1,
        weights.buildOrThrow(),
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
        new PretrainedConfig(
            model.preprocessing(), model.labels().names(), model.plan().headName(), model.origin()),
        model.labels().size(),
        model.weights(),
        Suppliers.memoize(
            () ->
                ImmutableMap.<String, String>builder()
                    .putAll(model.provenance())
                    .put("fingerprint", model.fingerprint())
                    .buildKeepingLast()));
  }

  /** The same with another name. */
  Backbone named(String newName) {
    return new Backbone(newName, architecture, config, plan.classes(), weights, metadata);
  }

  /** The same with another preprocessing. */
  Backbone withPreprocessing(Preprocessing changed) {
    return new Backbone(
        name, architecture, config.withPreprocessing(changed), plan.classes(), weights, metadata);
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
   * @return blocks, channels and padding
   */
  public Architecture architecture() {
    return architecture;
  }

  /**
   * All else that belongs to its weights.
   *
   * @return preprocessing, classes, licence and source
   */
  public PretrainedConfig config() {
    return config;
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
    return config.preprocessing();
  }

  /**
   * What the rows of its head stand for.
   *
   * @return one name a class, synonyms separated by commas; empty where the classes have no names
   */
  public List<String> classNames() {
    return config.classNames();
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
        "%s, %s x %s pixels, %s: %s",
        architecture.title(),
        plan.inputSize(),
        plan.inputSize(),
        config.classifier().isEmpty() ? "no head" : plan.classes() + " classes",
        name);
  }

  private static Padding padding(Metadata metadata, Padding usual) {
    String text = metadata.get("padding", usual.text());
    for (Padding padding : Padding.values()) {
      if (padding.text().equals(text)) {
        return padding;
      }
    }
    throw metadata.wrong("padding", "tf_same or symmetric");
  }

  private static Interpolation interpolation(Metadata metadata, Interpolation usual) {
    String text = metadata.get("interpolation", usual.text());
    for (Interpolation interpolation : Interpolation.values()) {
      if (interpolation.text().equals(text)) {
        return interpolation;
      }
    }
    throw metadata.wrong("interpolation", "bilinear or bicubic");
  }

  private static Preprocessing preprocessing(Metadata metadata, Preprocessing usual) {
    int inputSize =
        (int) metadata.number("input_size", usual.size(), InputSize.SMALLEST, InputSize.LARGEST);
    String rule = metadata.get("resize", usual.resizeRule().name());
    ResizeRule resizeRule;
    try {
      resizeRule = ResizeRule.valueOf(rule.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw metadata.wrong("resize", "stretch, center_crop or pad");
    }
    double cropFraction = metadata.number("crop_fraction", usual.cropFraction(), 0.01, 1);
    Interpolation interpolation = interpolation(metadata, usual.interpolation());
    if (!metadata.has("normalize")) {
      return new Preprocessing(
          inputSize,
          resizeRule,
          cropFraction,
          usual.channelMeans(),
          usual.channelScales(),
          interpolation);
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
          threeNumbers(matcher.group("scale")),
          interpolation);
    } catch (IllegalArgumentException e) {
      throw metadata.wrong(
          "normalize", expected + " (" + Excerpt.of(String.valueOf(e.getMessage())) + ")");
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

  private static int classes(Path file, Safetensors content, String head) {
    List<Integer> shape = content.shape(head);
    if (shape.size() != 2 || shape.get(0) < 1) {
      throw new MismatchException(
          file.toString(),
          file
              + " does not hold the weights expected: tensor "
              + head
              + " is "
              + shape
              + ", expected [classes, embedding size]");
    }
    return shape.get(0);
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
      lines =
          RegularFile.text(names, MOST_CLASS_NAMES, "a file of one class a line").lines().toList();
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
              + Excerpt.of(get(key, ""))
              + "\", expected "
              + expected);
    }
  }
}
