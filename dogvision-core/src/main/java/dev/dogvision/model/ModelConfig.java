package dev.dogvision.model;

import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Interpolation;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.MalformedJson;
import dev.dogvision.internal.StrictJson;
import dev.dogvision.model.BlockArchitecture.Activation;
import dev.dogvision.model.BlockArchitecture.BlockKind;
import dev.dogvision.model.BlockArchitecture.Row;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.spi.EmbeddingModule;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code config.json} says: everything about a model but the values of its tensors. */
record ModelConfig(
    Architecture architecture,
    Preprocessing preprocessing,
    WeightsOrigin origin,
    Labels labels,
    double temperature,
    Optional<ConfidenceThreshold> confidenceThreshold,
    Map<String, String> provenance,
    int remembered,
    String sha256,
    Optional<String> crc32c,
    long bytes) {
  private static final String FORMAT = "dogvision-model";

  /** The first version knew one architecture, by its width. */
  private static final int ARCHITECTURE_BY_WIDTH = 1;

  private static final int ARCHITECTURE_OF_BLOCKS = 2;

  /** Written only where it is needed, so that earlier versions read what they can. */
  private static final int ARCHITECTURE_MAY_BE_A_MODULE = 3;

  /** As the one before: written only where a model remembers photographs of its breeds. */
  private static final int MAY_REMEMBER = 4;

  /** What the names of tensors begin with that no network has. */
  private static final String STATISTICS = "statistics.";

  /** Made as the first config is written: most applications only read, and a Gson costs time. */
  private static final class Writing {
    static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
  }

  /** The file's text for a model. */
  static String text(
      TrainedModel model, String sha256, String crc32c, long bytes, ElementType precision) {
    JsonObject config = new JsonObject();
    config.addProperty("format", FORMAT);
    config.addProperty(
        "version",
        model.statistics().isPresent()
            ? MAY_REMEMBER
            : model.architecture() instanceof ModuleArchitecture
                ? ARCHITECTURE_MAY_BE_A_MODULE
                : ARCHITECTURE_OF_BLOCKS);
    config.add("architecture", json(model.architecture()));
    JsonObject preprocessing = new JsonObject();
    preprocessing.addProperty("size", model.preprocessing().size());
    preprocessing.addProperty(
        "resize", model.preprocessing().resizeRule().name().toLowerCase(Locale.ROOT));
    preprocessing.addProperty("crop_fraction", model.preprocessing().cropFraction());
    preprocessing.addProperty("interpolation", model.preprocessing().interpolation().text());
    preprocessing.add(
        "channel_means", Writing.GSON.toJsonTree(model.preprocessing().channelMeans()));
    preprocessing.add(
        "channel_scales", Writing.GSON.toJsonTree(model.preprocessing().channelScales()));
    config.add("preprocessing", preprocessing);
    JsonObject origin = new JsonObject();
    origin.addProperty("source", model.origin().source());
    origin.addProperty("licence", model.origin().licence());
    origin.addProperty("trained_on", model.origin().trainedOn());
    config.add("origin", origin);
    config.add("labels", Writing.GSON.toJsonTree(model.labels().names()));
    config.addProperty("temperature", model.temperature());
    model
        .confidenceThreshold()
        .ifPresent(
            threshold -> {
              JsonObject unsure = new JsonObject();
              unsure.addProperty("score", threshold.score().text());
              unsure.addProperty("threshold", threshold.value());
              config.add("unsure", unsure);
            });
    model
        .statistics()
        .ifPresent(
            known -> {
              JsonObject statistics = new JsonObject();
              statistics.addProperty("labels", known.labels().size());
              config.add("statistics", statistics);
            });
    JsonObject weights = new JsonObject();
    weights.addProperty("file", ModelFolder.WEIGHTS);
    weights.addProperty("bytes", bytes);
    weights.addProperty("sha256", sha256);
    weights.addProperty("crc32c", crc32c);
    weights.addProperty("element_type", precision.name());
    config.add("weights", weights);
    JsonObject provenance = new JsonObject();
    model.provenance().forEach(provenance::addProperty);
    config.add("provenance", provenance);
    return Writing.GSON.toJson(config) + "\n";
  }

  private static JsonObject json(Architecture architecture) {
    if (architecture instanceof ModuleArchitecture published) {
      JsonObject module = new JsonObject();
      module.addProperty("url", published.module().url());
      module.addProperty("sha256", published.module().sha256());
      module.addProperty("embedding_size", published.module().embeddingSize());
      JsonObject json = new JsonObject();
      json.add("module", module);
      return json;
    }
    return json((BlockArchitecture) architecture);
  }

  private static JsonObject json(BlockArchitecture architecture) {
    JsonObject json = new JsonObject();
    json.addProperty("name", architecture.name());
    json.addProperty("variant", architecture.variant());
    json.addProperty("stem_channels", architecture.stemChannels());
    JsonArray rows = new JsonArray();
    for (Row row : architecture.rows()) {
      JsonObject blocks = new JsonObject();
      blocks.addProperty("block", row.kind().text());
      blocks.addProperty("expansion", row.expansion());
      blocks.addProperty("kernel_size", row.kernelSize());
      blocks.addProperty("stride", row.stride());
      blocks.addProperty("channels", row.channels());
      blocks.addProperty("repeats", row.repeats());
      rows.add(blocks);
    }
    json.add("rows", rows);
    json.addProperty("last_channels", architecture.lastChannels());
    json.addProperty("padding", architecture.padding().text());
    json.addProperty("activation", architecture.activation().name().toLowerCase(Locale.ROOT));
    return json;
  }

  /** Whether a text is a config of ours, of whatever version. */
  static boolean isOurs(String text) {
    try {
      return new Parser("", text).root.get("format") instanceof JsonPrimitive format
          && format.isString()
          && format.getAsString().equals(FORMAT);
    } catch (DogVisionException e) {
      return false;
    }
  }

  /**
   * Reads a file's text.
   *
   * @throws DogVisionException naming the field that is missing or wrong
   */
  static ModelConfig parse(String source, String text) {
    Parser parser = new Parser(source, text);
    if (!FORMAT.equals(parser.text("format"))) {
      throw parser.wrong("format", "\"" + FORMAT + "\"");
    }
    long version = parser.whole("version", 1, Integer.MAX_VALUE);
    if (version > MAY_REMEMBER) {
      throw new MismatchException(
          source,
          source
              + " is of format version "
              + version
              + ", this version of DogVision reads versions 1 to "
              + MAY_REMEMBER
              + ": use a newer one");
    }
    int size = (int) parser.whole("preprocessing.size", InputSize.SMALLEST, InputSize.LARGEST);
    Architecture architecture =
        version == ARCHITECTURE_BY_WIDTH
            ? architectureByWidth(parser)
            : parser.find("architecture.module") == null
                ? architecture(source, parser)
                : module(source, parser);
    Optional<ConfidenceThreshold> unsure = Optional.empty();
    if (parser.find("unsure") != null) {
      Score score = parser.choice("unsure.score", Score.values());
      boolean probability = score == Score.MAXIMUM_PROBABILITY;
      double value =
          parser.number("unsure.threshold", probability ? 0 : -1e30, probability ? 1 : 1e30);
      unsure = Optional.of(new ConfidenceThreshold(score, value));
    }
    Preprocessing preprocessing =
        new Preprocessing(
            size,
            parser.choice("preprocessing.resize", ResizeRule.values()),
            parser.number("preprocessing.crop_fraction", 1e-3, 1),
            parser.numbers("preprocessing.channel_means", 0, 255),
            parser.numbers("preprocessing.channel_scales", 1e-6, 1e6),
            parser.find("preprocessing.interpolation") == null
                ? Interpolation.BILINEAR // there was no other
                : parser.choice("preprocessing.interpolation", Interpolation.values()));
    if (!ModelFolder.WEIGHTS.equals(parser.text("weights.file"))) {
      throw parser.wrong("weights.file", "\"" + ModelFolder.WEIGHTS + "\"");
    }
    Labels labels = parser.labels("labels");
    return new ModelConfig(
        architecture,
        preprocessing,
        version == ARCHITECTURE_BY_WIDTH
            ? WeightsOrigin.UNKNOWN
            : new WeightsOrigin(
                parser.text("origin.source"),
                parser.text("origin.licence"),
                parser.text("origin.trained_on")),
        labels,
        parser.number("temperature", 1e-6, 1e6),
        unsure,
        parser.strings("provenance"),
        parser.find("statistics") == null
            ? 0
            : (int) parser.whole("statistics.labels", 1, labels.size()),
        parser.text("weights.sha256"),
        parser.find("weights.crc32c") == null // an earlier version's
            ? Optional.empty()
            : Optional.of(parser.text("weights.crc32c")),
        parser.whole("weights.bytes", 0, Integer.MAX_VALUE));
  }

  private static Architecture architectureByWidth(Parser parser) {
    return Architectures.named(
            parser.text("architecture.name"), parser.number("architecture.width", 0.05, 4))
        .orElseThrow(() -> parser.wrong("architecture.name", "one of " + Architectures.names()))
        .withPadding(parser.choice("architecture.padding", Padding.values()));
  }

  private static Architecture module(String source, Parser parser) {
    try {
      return new ModuleArchitecture(
          new EmbeddingModule(
              parser.text("architecture.module.url"),
              parser.text("architecture.module.sha256"),
              (int) parser.whole("architecture.module.embedding_size", 1, 65_536)));
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(
          source,
          source + ": architecture.module: " + Excerpt.of(String.valueOf(e.getMessage()), 300),
          e);
    }
  }

  private static Architecture architecture(String source, Parser parser) {
    List<Row> rows = new ArrayList<>();
    int count = parser.size("architecture.rows");
    for (int i = 0; i < count; i++) {
      String row = "architecture.rows." + i;
      try {
        rows.add(
            new Row(
                parser.choice(row + ".block", BlockKind.values()),
                (int) parser.whole(row + ".expansion", 1, 16),
                (int) parser.whole(row + ".kernel_size", 3, 7),
                (int) parser.whole(row + ".stride", 1, 2),
                (int) parser.whole(row + ".channels", 1, 8192),
                (int) parser.whole(row + ".repeats", 1, 64)));
      } catch (IllegalArgumentException e) {
        throw new DamagedFileException(
            source,
            source + ": " + row + ": " + Excerpt.of(String.valueOf(e.getMessage()), 300),
            e);
      }
    }
    try {
      return new BlockArchitecture(
          parser.text("architecture.name"),
          parser.text("architecture.variant"),
          (int) parser.whole("architecture.stem_channels", 1, 8192),
          rows,
          (int) parser.whole("architecture.last_channels", 1, 8192),
          parser.choice("architecture.padding", Padding.values()),
          parser.choice("architecture.activation", Activation.values()));
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(
          source, source + ": architecture: " + Excerpt.of(String.valueOf(e.getMessage()), 300), e);
    }
  }

  /**
   * Checks that code is run only where the user has said which.
   *
   * @param backbone what the user names, or null
   * @throws MismatchException if the model needs a module and the user has not named that one
   */
  void checkConsent(String source, @Nullable Backbone backbone) {
    if (!(architecture instanceof ModuleArchitecture needed)) {
      if (backbone != null) {
        throw new MismatchException(
            source,
            source
                + " holds all of its network, and a backbone was given for it: load it with"
                + " TrainedModel.load(folder)");
      }
      return;
    }
    if (backbone == null) {
      throw new MismatchException(
          source,
          String.format(
              Locale.ROOT,
              "%s is a head for the backbone published at %s, which is code and not part of the"
                  + " model. If you trust that place, load the model with"
                  + " TrainedModel.load(folder, Backbone.torchScript(\"%s\"))",
              source,
              Excerpt.of(needed.module().url()),
              Excerpt.of(needed.module().url())));
    }
    if (!(backbone.architecture() instanceof ModuleArchitecture given)
        || !given.module().sha256().equals(needed.module().sha256())) {
      throw new MismatchException(
          source,
          String.format(
              Locale.ROOT,
              "%s is a head for the backbone published at %s, SHA-256 %s; %s is another",
              source,
              Excerpt.of(needed.module().url()),
              needed.module().sha256(),
              backbone.architecture() instanceof ModuleArchitecture other
                  ? backbone.name() + ", SHA-256 " + other.module().sha256() + ","
                  : backbone.name()));
    }
  }

  /** The network that the weights are for. */
  NetworkPlan plan() {
    return architecture.plan(preprocessing, labels.size());
  }

  /** The model, with its tensors checked. */
  TrainedModel model(String source, Safetensors all) {
    NetworkPlan plan = plan();
    Safetensors tensors = remembered == 0 ? all : all.without(STATISTICS);
    String head = plan.headName() + ".weight";
    if (tensors.names().contains(head)
        && tensors.shape(head).size() == 2
        && tensors.shape(head).get(0) != labels.size()) {
      throw new MismatchException(
          source,
          String.format(
              Locale.ROOT,
              "%s does not fit together: %s has %s labels, the head in %s tells %s apart",
              source,
              ModelFolder.CONFIG,
              labels.size(),
              ModelFolder.WEIGHTS,
              tensors.shape(head).get(0)));
    }
    String file = source + "/" + ModelFolder.WEIGHTS;
    // Weights without a head are a backbone's. A head of zeros may be far larger than the file.
    if (!tensors.names().contains(head)) {
      throw new MismatchException(
          file, file + " does not hold the weights expected: missing tensor " + head);
    }
    ImmutableMap<String, Tensor> weights =
        architecture instanceof BlockArchitecture blocks
            ? WeightImport.read(
                file,
                tensors,
                blocks,
                plan,
                1e-5,
                new WeightImport.Naming(TensorNames.TORCHVISION, ""))
            : WeightImport.readHead(file, tensors, plan);
    TrainedModel model =
        new TrainedModel(
            labels,
            architecture,
            preprocessing,
            origin,
            weights,
            temperature,
            confidenceThreshold,
            provenance);
    return remembered == 0 ? model : model.remembering(statistics(file, all, plan));
  }

  private BreedStatistics statistics(String file, Safetensors tensors, NetworkPlan plan) {
    int size = plan.embeddingSize();
    Map<String, List<Integer>> shapes = new LinkedHashMap<>();
    shapes.put(BreedStatistics.MEANS, List.of(remembered, size));
    shapes.put(BreedStatistics.SPREAD, List.of(size));
    shapes.put(BreedStatistics.PHOTOGRAPHS, List.of(remembered));
    if (tensors.names().contains(BreedStatistics.STEPS)) {
      shapes.put(BreedStatistics.STEPS, List.of(remembered));
      shapes.put(BreedStatistics.LEAST, List.of(remembered));
    }
    Map<String, Tensor> found = new LinkedHashMap<>();
    shapes.forEach(
        (name, shape) -> {
          if (!tensors.names().contains(name) || !tensors.shape(name).equals(shape)) {
            throw new MismatchException(
                file,
                String.format(
                    Locale.ROOT,
                    "%s: the tensor %s %s, expected %s, as %s says; copy or train the model again",
                    file,
                    name,
                    tensors.names().contains(name) ? "is " + tensors.shape(name) : "is missing",
                    shape,
                    ModelFolder.CONFIG));
          }
          found.put(name, tensors.tensor(name));
        });
    try {
      return BreedStatistics.of(labels.names().subList(0, remembered), found);
    } catch (IllegalArgumentException e) {
      throw new DamagedFileException(
          file, file + ": " + e.getMessage() + "; copy or train the model again", e);
    }
  }

  /** Reads fields by their path, with errors that name file and field. */
  private static final class Parser {
    private final String source;
    private final JsonObject root;

    Parser(String source, String text) {
      this.source = source;
      try {
        root = StrictJson.object(text);
      } catch (JsonParseException e) {
        String reason = MalformedJson.reason(e);
        throw new DamagedFileException(
            source,
            source
                + (reason.equals(StrictJson.NO_OBJECT)
                    ? " is not a JSON object"
                    : " is not well-formed JSON: " + reason),
            e);
      }
    }

    @Nullable JsonElement find(String path) {
      JsonElement element = root;
      for (String key : path.split("\\.", -1)) {
        if (element instanceof JsonArray array && key.matches("\\d{1,4}")) {
          int index = Integer.parseInt(key);
          element = index < array.size() ? array.get(index) : null;
        } else {
          element = element instanceof JsonObject object ? object.get(key) : null;
        }
      }
      return element;
    }

    DogVisionException wrong(String path, String expected) {
      JsonElement found = find(path);
      String text = found == null ? "" : found.toString();
      return new DamagedFileException(
          source,
          source
              + ": "
              + path
              + (found == null ? " is missing" : " is " + Excerpt.of(text, 80))
              + ", expected "
              + expected);
    }

    String text(String path) {
      if (find(path) instanceof JsonPrimitive primitive && primitive.isString()) {
        return primitive.getAsString();
      }
      throw wrong(path, "a string");
    }

    double number(String path, double least, double most) {
      String expected = "a number in " + least + ".." + most;
      return number(find(path), least, most).orElseThrow(() -> wrong(path, expected));
    }

    private static Optional<Double> number(
        @Nullable JsonElement element, double least, double most) {
      if (!(element instanceof JsonPrimitive primitive)
          || !primitive.isNumber()
          || primitive.getAsString().length() > 50) {
        return Optional.empty();
      }
      double number = primitive.getAsDouble();
      return number >= least && number <= most ? Optional.of(number) : Optional.empty();
    }

    long whole(String path, long least, long most) {
      double number = number(path, (double) least, (double) most);
      if (number != Math.rint(number)) {
        throw wrong(path, "a whole number");
      }
      return (long) number;
    }

    List<Double> numbers(String path, double least, double most) {
      String expected = "3 numbers in " + least + ".." + most;
      List<Double> numbers = new ArrayList<>();
      if (!(find(path) instanceof JsonArray array) || array.size() != 3) {
        throw wrong(path, expected);
      }
      for (JsonElement element : array) {
        numbers.add(number(element, least, most).orElseThrow(() -> wrong(path, expected)));
      }
      return numbers;
    }

    <E extends Enum<E>> E choice(String path, E[] values) {
      List<String> names = new ArrayList<>();
      for (E value : values) {
        String name = value.name().toLowerCase(Locale.ROOT);
        if (find(path) instanceof JsonPrimitive primitive && primitive.getAsString().equals(name)) {
          return value;
        }
        names.add(name);
      }
      throw wrong(path, "one of " + names);
    }

    Labels labels(String path) {
      List<String> names = new ArrayList<>();
      if (!(find(path) instanceof JsonArray array) || array.isEmpty()) {
        throw wrong(path, "an array of names");
      }
      for (JsonElement element : array) {
        if (!(element instanceof JsonPrimitive primitive) || !primitive.isString()) {
          throw wrong(path, "an array of names");
        }
        names.add(primitive.getAsString());
      }
      try {
        return Labels.of(names);
      } catch (IllegalArgumentException e) {
        throw new DamagedFileException(
            source,
            source + ": " + path + ": " + Excerpt.of(String.valueOf(e.getMessage()), 300),
            e);
      }
    }

    int size(String path) {
      if (find(path) instanceof JsonArray array && !array.isEmpty() && array.size() <= 32) {
        return array.size();
      }
      throw wrong(path, "an array of 1 to 32 objects");
    }

    Map<String, String> strings(String path) {
      if (!(find(path) instanceof JsonObject object)) {
        throw wrong(path, "an object of strings");
      }
      Map<String, String> strings = new LinkedHashMap<>();
      for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
        if (!(entry.getValue() instanceof JsonPrimitive primitive) || !primitive.isString()) {
          throw wrong(path, "an object of strings");
        }
        strings.put(entry.getKey(), primitive.getAsString());
      }
      return strings;
    }
  }
}
